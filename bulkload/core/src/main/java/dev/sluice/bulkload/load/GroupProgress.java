package dev.sluice.bulkload.load;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;

/**
 * How one of a group stands in a load, as it tells the primary.
 *
 * @param ballot of the configuration that the member knows
 */
public record GroupProgress(Ballot ballot, HostPort member, MemberReport report) {}
