package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.replica.replication.Status;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import java.util.List;

/** What replicas report to the leader. */
final class Reports {
    private Reports() {}

    /** The part that the role knows. */
    static ReplicaReport of(Status status) {
        ReplicaReport report = new ReplicaReport()
                .setRole(ReplicaRole.valueOf(status.role().name()))
                .setLearners(status.learners().stream()
                        .map(learner -> new LearnerState(
                                        Wire.address(learner.node()),
                                        learner.caughtUp(),
                                        learner.lastPrepared(),
                                        learner.signature())
                                .setMessage(learner.message()))
                        .toList())
                .setUnreachable(Wire.addresses(status.unreachable()));
        if (status.handedOver() != 0) {
            report.setHandedOver(status.handedOver());
        }
        if (status.role() == RoleName.ERROR) {
            report.setError(Wire.error(ErrorCode.ERR_LOCAL_APP_FAILURE));
        }
        if (!status.message().isEmpty()) {
            report.setMessage(status.message());
        }
        return report;
    }

    /** Of a replica that cannot be opened or made. */
    static ReplicaReport damaged(Gpid gpid, long ballot, String message) {
        return new ReplicaReport()
                .setGpid(Wire.gpid(gpid))
                .setBallot(ballot)
                .setRole(ReplicaRole.ERROR)
                .setLearners(List.of())
                .setUnreachable(List.of())
                .setError(Wire.error(ErrorCode.ERR_LOCAL_APP_FAILURE))
                .setMessage(message);
    }
}
