package dev.sluice.meta.state;

import dev.sluice.common.HostPort;

/**
 * A replica server that has registered.
 *
 * @param incarnation of the run that is taken into account: what earlier runs may have lost has been dealt with
 * @param registeredMs since 1970
 */
public record Node(HostPort address, long incarnation, long registeredMs) {}
