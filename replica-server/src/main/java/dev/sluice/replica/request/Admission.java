package dev.sluice.replica.request;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.replica.replication.RoleName;

/** Whether a replica may serve a request, in the order of the protocol's checks. Throttling stands between two of them. */
final class Admission {
    private final Lease lease;
    private final long writeBytesMax;

    /** The longest request of a write has {@code writeBytesMax} bytes. */
    Admission(Lease lease, long writeBytesMax) {
        this.lease = lease;
        this.writeBytesMax = writeBytesMax;
    }

    /** What comes of a check. */
    enum Verdict {
        SERVE(ErrorCode.ERR_OK),
        /** No answer: the operator wants clients to time out. */
        SILENCE(ErrorCode.ERR_OK),
        REFUSE_STATE(ErrorCode.ERR_INVALID_STATE),
        REFUSE_SIZE(ErrorCode.ERR_INVALID_DATA),
        REFUSE_PARTITION(ErrorCode.ERR_PARENT_PARTITION_MISUSED),
        REFUSE_MEMBERS(ErrorCode.ERR_NOT_ENOUGH_MEMBER);

        private final ErrorCode error;

        Verdict(ErrorCode error) {
            this.error = error;
        }

        ErrorCode error() {
            return error;
        }
    }

    /** A write of a key with that hash. */
    Verdict ofWrite(ReplicaView view, AppRules rules, RequestHeader header, long keyHash) {
        AppRules.Denial denial = rules.denial();
        if (denial.ofWrites()) {
            return denied(denial);
        }
        if (header.bodyBytes() > writeBytesMax) {
            return Verdict.REFUSE_SIZE;
        }
        if (!rules.isOf(header.gpid().partitionIndex(), keyHash)) {
            return Verdict.REFUSE_PARTITION;
        }
        if (!servesAsPrimary(view)) {
            return Verdict.REFUSE_STATE;
        }
        boolean enough =
                view.configuration().memberCount() >= view.configuration().minReplicaCount();
        return enough ? Verdict.SERVE : Verdict.REFUSE_MEMBERS;
    }

    /** What of a read is looked at before throttling. */
    Verdict ofRead(ReplicaView view, AppRules rules, RequestHeader header) {
        AppRules.Denial denial = rules.denial();
        if (denial.ofReads()) {
            return denied(denial);
        }
        // Scans of a whole table send the index of the partition in place of a hash.
        if (rules.validatesHash() && !rules.isOf(header.gpid().partitionIndex(), header.partitionHash())) {
            return Verdict.REFUSE_PARTITION;
        }
        boolean isMember = view.role() == RoleName.PRIMARY || view.role() == RoleName.SECONDARY;
        return isMember ? Verdict.SERVE : Verdict.REFUSE_STATE;
    }

    /** What is looked at behind throttling. Once the value is read as well: a pause must not have outlived the lease. */
    boolean serves(ReplicaView view, boolean backup) {
        return view.isPrimary()
                ? servesAsPrimary(view)
                : backup && view.role() == RoleName.SECONDARY && lease.isValid();
    }

    private boolean servesAsPrimary(ReplicaView view) {
        return view.isPrimary() && view.serving() && lease.isValid();
    }

    private static Verdict denied(AppRules.Denial denial) {
        return denial.isSilent() ? Verdict.SILENCE : Verdict.REFUSE_STATE;
    }
}
