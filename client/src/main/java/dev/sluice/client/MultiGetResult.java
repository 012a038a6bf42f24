package dev.sluice.client;

import java.util.List;

/**
 * Rows of one hash key, in the order of their sort keys, or of the request if it named them.
 *
 * @param complete false if a limit of the request or the server cut the answer short
 */
public record MultiGetResult(List<Cell> cells, boolean complete) {}
