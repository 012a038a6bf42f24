package dev.sluice.common.rpc;

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
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.thrift.TBase;

/**
 * Meta codes of Pegasus services that Sluice does not have under these names: partition split, backup policies, duplication.
 * Nothing of a request is read; an answer has the shape that clients expect.
 */
public final class AbsentRpcs {
    /** Those whose answer is an error and a text. */
    public static final List<Rpc<AbsentServiceRequest, AbsentServiceResponse>> WITH_HINT = Stream.of(
                    "RPC_CM_START_PARTITION_SPLIT",
                    "RPC_CM_CONTROL_PARTITION_SPLIT",
                    "RPC_CM_START_BACKUP_APP",
                    "RPC_CM_QUERY_BACKUP_STATUS",
                    "RPC_CM_ADD_BACKUP_POLICY",
                    "RPC_CM_MODIFY_BACKUP_POLICY")
            .map(code -> rpc(code, AbsentServiceResponse::new))
            .toList();

    public static final Rpc<AbsentServiceRequest, QuerySplitResponse> QUERY_PARTITION_SPLIT =
            rpc("RPC_CM_QUERY_PARTITION_SPLIT", QuerySplitResponse::new);

    public static final Rpc<AbsentServiceRequest, CreateAppResponse> START_RESTORE =
            rpc("RPC_CM_START_RESTORE", CreateAppResponse::new);

    public static final Rpc<AbsentServiceRequest, QueryRestoreResponse> QUERY_RESTORE_STATUS =
            rpc("RPC_CM_QUERY_RESTORE_STATUS", QueryRestoreResponse::new);

    public static final Rpc<AbsentServiceRequest, QueryBackupPolicyResponse> QUERY_BACKUP_POLICY =
            rpc("RPC_CM_QUERY_BACKUP_POLICY", QueryBackupPolicyResponse::new);

    public static final Rpc<AbsentServiceRequest, AddDuplicationResponse> ADD_DUPLICATION =
            rpc("RPC_CM_ADD_DUPLICATION", AddDuplicationResponse::new);

    public static final Rpc<AbsentServiceRequest, ModifyDuplicationResponse> MODIFY_DUPLICATION =
            rpc("RPC_CM_MODIFY_DUPLICATION", ModifyDuplicationResponse::new);

    public static final Rpc<AbsentServiceRequest, QueryDuplicationResponse> QUERY_DUPLICATION =
            rpc("RPC_CM_QUERY_DUPLICATION", QueryDuplicationResponse::new);

    public static final Rpc<AbsentServiceRequest, ListDuplicationResponse> LIST_DUPLICATION =
            rpc("RPC_CM_LIST_DUPLICATION", ListDuplicationResponse::new);

    private AbsentRpcs() {}

    private static <R extends TBase<?, ?>> Rpc<AbsentServiceRequest, R> rpc(String code, Supplier<R> newReply) {
        return new Rpc<>(code, AbsentServiceRequest::new, newReply);
    }
}
