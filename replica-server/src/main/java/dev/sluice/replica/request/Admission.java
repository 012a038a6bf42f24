package dev.sluice.replica.request;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.internal.AppDescription;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a replica may serve a request, in the order of the protocol's checks. */
final class Admission {
    static final String DEFAULT_TTL = "default_ttl";
    private static final String DENY = "replica.deny_client_request";

    private final Lease lease;
    private final long writeBytesMax;

    Admission(Lease lease, long writeBytesMax) {
        this.lease = lease;
        this.writeBytesMax = writeBytesMax;
    }

    /** What comes of a check. */
    enum Verdict {
        SERVE,
        /** No answer: the operator wants clients to time out. */
        SILENCE,
        REFUSE_STATE,
        REFUSE_SIZE,
        REFUSE_PARTITION;

        ErrorCode error() {
            return switch (this) {
                case SERVE, SILENCE -> ErrorCode.ERR_OK;
                case REFUSE_STATE -> ErrorCode.ERR_INVALID_STATE;
                case REFUSE_SIZE -> ErrorCode.ERR_INVALID_DATA;
                case REFUSE_PARTITION -> ErrorCode.ERR_PARENT_PARTITION_MISUSED;
            };
        }
    }

    Verdict ofWrite(ReplicaView view, Gpid gpid, long bytes, long keyHash) {
        Verdict denied = denied(view, "write");
        if (denied != Verdict.SERVE) {
            return denied;
        }
        if (bytes > writeBytesMax) {
            return Verdict.REFUSE_SIZE;
        }
        AppDescription app = view.app();
        if (app != null && PartitionHash.partitionIndex(keyHash, app.getPartitionCount()) != gpid.partitionIndex()) {
            return Verdict.REFUSE_PARTITION;
        }
        return servesAsPrimary(view) ? Verdict.SERVE : Verdict.REFUSE_STATE;
    }

    Verdict ofRead(ReplicaView view, boolean backup) {
        Verdict denied = denied(view, "read");
        if (denied != Verdict.SERVE) {
            return denied;
        }
        boolean may = servesAsPrimary(view) || (backup && view.role() == RoleName.SECONDARY);
        return may ? Verdict.SERVE : Verdict.REFUSE_STATE;
    }

    /** After the value was read: a pause in between must not have outlived the lease. */
    boolean stillServes(ReplicaView before, ReplicaView now, boolean backup) {
        if (now.isPrimary()) {
            return servesAsPrimary(now);
        }
        return backup && before.role() == RoleName.SECONDARY && now.role() == RoleName.SECONDARY;
    }

    /** Seconds, 0 for none. */
    static int defaultTtl(@Nullable AppDescription app) {
        if (app == null) {
            return 0;
        }
        String text = app.getEnvs().getOrDefault(DEFAULT_TTL, "0");
        try {
            return Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private boolean servesAsPrimary(ReplicaView view) {
        return view.isPrimary() && view.serving() && lease.isValid();
    }

    private static Verdict denied(ReplicaView view, String kind) {
        AppDescription app = view.app();
        Map<String, String> envs = app == null ? Map.of() : app.getEnvs();
        String denial = envs == null ? null : envs.get(DENY);
        if (denial == null || !(denial.endsWith("*all") || denial.endsWith("*" + kind))) {
            return Verdict.SERVE;
        }
        return denial.startsWith("timeout") ? Verdict.SILENCE : Verdict.REFUSE_STATE;
    }
}
