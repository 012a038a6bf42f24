package dev.sluice.replica.mutation;

import dev.sluice.common.Ballot;

/**
 * One step of a partition's history.
 *
 * @param decree position, from 1 up without a gap
 * @param ballot under which a primary proposed it first
 * @param timestampUs the primary's wall clock, microseconds since 1970
 * @param change what it does
 */
public record Mutation(long decree, Ballot ballot, long timestampUs, Change change) {}
