package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.AbsentRpcs;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.AbsentServiceRequest;
import dev.sluice.wire.admin.AbsentServiceResponse;
import dev.sluice.wire.admin.AddDuplicationResponse;
import dev.sluice.wire.admin.CreateAppResponse;
import dev.sluice.wire.admin.ListDuplicationResponse;
import dev.sluice.wire.admin.ModifyDuplicationResponse;
import dev.sluice.wire.admin.QueryBackupPolicyResponse;
import dev.sluice.wire.admin.QueryDuplicationResponse;
import dev.sluice.wire.admin.QueryRestoreResponse;
import dev.sluice.wire.admin.QuerySplitResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.thrift.TBase;

/** What the protocol has and Sluice does not: it says so, so that a client does not wait or try again. */
final class AbsentServices {
    private static final String ABSENT = "this cluster has no such service";

    private AbsentServices() {}

    static void register(LeaderGate gate) {
        AbsentRpcs.WITH_HINT.forEach(rpc -> absent(gate, rpc, AbsentServices::withHint));
        absent(gate, AbsentRpcs.QUERY_PARTITION_SPLIT, AbsentServices::querySplit);
        absent(gate, AbsentRpcs.START_RESTORE, AbsentServices::startRestore);
        absent(gate, AbsentRpcs.QUERY_RESTORE_STATUS, AbsentServices::queryRestore);
        absent(gate, AbsentRpcs.QUERY_BACKUP_POLICY, AbsentServices::queryPolicy);
        absent(
                gate,
                AbsentRpcs.ADD_DUPLICATION,
                error -> new AddDuplicationResponse().setErr(Wire.error(error)).setHint(ABSENT));
        absent(gate, AbsentRpcs.MODIFY_DUPLICATION, error -> new ModifyDuplicationResponse().setErr(Wire.error(error)));
        absent(
                gate,
                AbsentRpcs.QUERY_DUPLICATION,
                error ->
                        new QueryDuplicationResponse().setErr(Wire.error(error)).setEntries(List.of()));
        absent(
                gate,
                AbsentRpcs.LIST_DUPLICATION,
                error -> new ListDuplicationResponse()
                        .setErr(Wire.error(error))
                        .setHintMessage(ABSENT)
                        .setAppStates(Map.of()));
    }

    private static <R extends TBase<?, ?>> void absent(
            LeaderGate gate, Rpc<AbsentServiceRequest, R> rpc, Function<ErrorCode, R> answer) {
        gate.read(rpc, (state, request) -> answer.apply(ErrorCode.ERR_SERVICE_NOT_ACTIVE), answer);
    }

    private static AbsentServiceResponse withHint(ErrorCode error) {
        return new AbsentServiceResponse().setErr(Wire.error(error)).setHint(ABSENT);
    }

    private static QuerySplitResponse querySplit(ErrorCode error) {
        return new QuerySplitResponse()
                .setErr(Wire.error(error))
                .setStatus(Map.of())
                .setHintMsg(ABSENT);
    }

    private static CreateAppResponse startRestore(ErrorCode error) {
        return new CreateAppResponse().setErr(Wire.error(error)).setAppid(-1);
    }

    private static QueryRestoreResponse queryRestore(ErrorCode error) {
        return new QueryRestoreResponse()
                .setErr(Wire.error(error))
                .setRestoreStatus(List.of())
                .setRestoreProgress(List.of());
    }

    private static QueryBackupPolicyResponse queryPolicy(ErrorCode error) {
        return new QueryBackupPolicyResponse()
                .setErr(Wire.error(error))
                .setPolicies(List.of())
                .setBackupInfos(List.of())
                .setHintMsg(ABSENT);
    }
}
