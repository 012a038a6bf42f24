package dev.sluice.meta.node;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.NodeHello;
import dev.sluice.wire.internal.ReplicaReport;

/** Hears of reports that are not old, and of nodes; on the leader's event loop. */
public interface ReportListener {
    /** A registered node, in its present run, says so of a replica; its ballot may be older than the configuration's. */
    default void onReport(HostPort node, long incarnation, ReplicaReport report) {}

    /** What such a report says of the replica itself, apart from loads, is other than before. */
    default void onReplicaChanged(HostPort node, Gpid gpid) {}

    /** A replica server looks for a leader while there is no cluster yet; it is refused, and tries again soon. */
    default void onStranger(HostPort node, NodeHello hello) {}

    /** The standing of a node changed. */
    default void onStandingChanged(HostPort node) {}
}
