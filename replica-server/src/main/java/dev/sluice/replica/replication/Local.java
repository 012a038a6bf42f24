package dev.sluice.replica.replication;

import dev.sluice.common.HostPort;

/** What all roles of one replica share: who it is, what it holds, and its bounds. */
record Local(HostPort self, History history, Limits limits) {}
