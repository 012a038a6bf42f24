package dev.sluice.common.rpc;

import dev.sluice.common.HostPort;

/**
 * As what a server says hello to others of its cluster.
 *
 * @param clusterId empty while the server belongs to no cluster yet
 * @param address where others reach it
 * @param incarnation of this run of its process
 */
public record ServerIdentity(String clusterId, HostPort address, long incarnation) {}
