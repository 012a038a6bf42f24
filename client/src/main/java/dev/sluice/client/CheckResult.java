package dev.sluice.client;

import java.util.Optional;

/**
 * What became of a checked write.
 *
 * @param passed whether the check held, and so the write was carried out
 * @param value of the row before the write, if the check asked for it and there is such a row
 */
public record CheckResult(boolean passed, Optional<byte[]> value) {}
