package dev.sluice.replica.request;

import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.replica.atomic.AtomicWrite;
import dev.sluice.replica.atomic.Check;
import dev.sluice.replica.atomic.CheckedWrite;
import dev.sluice.replica.atomic.CheckedWrite.Then;
import dev.sluice.replica.atomic.Increment;
import dev.sluice.replica.atomic.Outcome;
import dev.sluice.replica.replica.Replica;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.CheckAndMutateRequest;
import dev.sluice.wire.data.CheckAndMutateResponse;
import dev.sluice.wire.data.CheckAndSetRequest;
import dev.sluice.wire.data.CheckAndSetResponse;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.IncrResponse;
import dev.sluice.wire.data.Mutate;
import dev.sluice.wire.data.MutateOperation;
import java.util.List;
import java.util.function.LongFunction;

/**
 * incr, check_and_set, check_and_mutate. An operation that does not pass, or whose values are bad, writes no row, but has its
 * place in the log all the same: what it saw is then what every later primary sees.
 */
final class AtomicHandlers {
    private final String server;

    AtomicHandlers(HostPort self) {
        this.server = self.toString();
    }

    void register(RpcHandlers handlers, WriteHandlers writes) {
        writes.on(handlers, DataRpcs.INCR, request -> WriteHandlers.hashOf(request.getKey()), this::incr);
        writes.on(
                handlers,
                DataRpcs.CHECK_AND_SET,
                request -> PartitionHash.of(request.getHashKey().bytes()),
                this::checkAndSet);
        writes.on(
                handlers,
                DataRpcs.CHECK_AND_MUTATE,
                request -> PartitionHash.of(request.getHashKey().bytes()),
                this::checkAndMutate);
    }

    private void incr(Replica replica, AppRules rules, IncrRequest request, Responder<IncrResponse> responder) {
        byte[] key = request.getKey().bytes();
        if (!StoredKey.isValid(key)) {
            responder.reply(incremented(replica, StatusCode.INVALID_ARGUMENT, 0, WriteHandlers.NO_DECREE));
            return;
        }
        Increment increment = new Increment(key, request.getIncrement(), request.getExpireTsSeconds(), rules.values());
        write(
                replica,
                increment,
                responder,
                decree -> incremented(replica, errorOf(increment.outcome()), increment.newValue(), decree));
    }

    private void checkAndSet(
            Replica replica, AppRules rules, CheckAndSetRequest request, Responder<CheckAndSetResponse> responder) {
        byte[] hashKey = request.getHashKey().bytes();
        if (request.getCheckType() == null || hashKey.length > StoredKey.HASH_KEY_BYTES_MAX) {
            responder.reply(checked(replica));
            return;
        }
        byte[] checkKey = StoredKey.of(hashKey, request.getCheckSortKey().bytes());
        byte[] setKey = request.isSetDiffSortKey()
                ? StoredKey.of(hashKey, request.getSetSortKey().bytes())
                : checkKey;
        Then set = new Then(setKey, request.getSetValue().bytes(), request.getSetExpireTsSeconds());
        CheckedWrite operation = new CheckedWrite(
                checkKey,
                new Check(request.getCheckType(), request.getCheckOperand().bytes()),
                List.of(set),
                rules.values());
        write(
                replica,
                operation,
                responder,
                decree -> checked(replica, operation, request.isReturnCheckValue(), decree));
    }

    private void checkAndMutate(
            Replica replica,
            AppRules rules,
            CheckAndMutateRequest request,
            Responder<CheckAndMutateResponse> responder) {
        byte[] hashKey = request.getHashKey().bytes();
        boolean bad = request.getMutateList().isEmpty()
                || request.getMutateList().stream().anyMatch(mutate -> mutate.getOperation() == null)
                || request.getCheckType() == null
                || hashKey.length > StoredKey.HASH_KEY_BYTES_MAX;
        if (bad) {
            responder.reply(mutated(checked(replica)));
            return;
        }
        CheckedWrite operation = new CheckedWrite(
                StoredKey.of(hashKey, request.getCheckSortKey().bytes()),
                new Check(request.getCheckType(), request.getCheckOperand().bytes()),
                request.getMutateList().stream()
                        .map(mutate -> then(hashKey, mutate))
                        .toList(),
                rules.values());
        write(
                replica,
                operation,
                responder,
                decree -> mutated(checked(replica, operation, request.isReturnCheckValue(), decree)));
    }

    private static Then then(byte[] hashKey, Mutate mutate) {
        boolean puts = mutate.getOperation() == MutateOperation.MO_PUT;
        return new Then(
                StoredKey.of(hashKey, mutate.getSortKey().bytes()),
                puts ? mutate.getValue().bytes() : null,
                mutate.getSetExpireTsSeconds());
    }

    private static <R> void write(
            Replica replica, AtomicWrite operation, Responder<R> responder, LongFunction<R> reply) {
        replica.write(operation, (decree, error) -> {
            if (decree == null) {
                responder.fail(error);
            } else {
                responder.reply(reply.apply(decree));
            }
        });
    }

    private static int errorOf(Outcome outcome) {
        return switch (outcome) {
            case DONE -> StatusCode.OK;
            case NOT_PASSED -> StatusCode.TRY_AGAIN;
            case INVALID -> StatusCode.INVALID_ARGUMENT;
        };
    }

    private IncrResponse incremented(Replica replica, int error, long newValue, long decree) {
        return new IncrResponse()
                .setError(error)
                .setNewValue(newValue)
                .setAppId(replica.gpid().appId())
                .setPartitionIndex(replica.gpid().partitionIndex())
                .setDecree(decree)
                .setServer(server);
    }

    private CheckAndSetResponse checked(Replica replica, CheckedWrite operation, boolean returnsFound, long decree) {
        CheckAndSetResponse response = checked(replica)
                .setError(errorOf(operation.outcome()))
                .setCheckValueReturned(returnsFound)
                .setDecree(decree);
        byte[] found = operation.found();
        if (returnsFound && found != null) {
            response.setCheckValueExist(true).setCheckValue(Blob.of(found));
        }
        return response;
    }

    /** The reply to a request that cannot be evaluated. */
    private CheckAndSetResponse checked(Replica replica) {
        return new CheckAndSetResponse()
                .setError(StatusCode.INVALID_ARGUMENT)
                .setAppId(replica.gpid().appId())
                .setPartitionIndex(replica.gpid().partitionIndex())
                .setDecree(WriteHandlers.NO_DECREE)
                .setServer(server);
    }

    private static CheckAndMutateResponse mutated(CheckAndSetResponse same) {
        return new CheckAndMutateResponse()
                .setError(same.getError())
                .setCheckValueReturned(same.isCheckValueReturned())
                .setCheckValueExist(same.isCheckValueExist())
                .setCheckValue(same.getCheckValue())
                .setAppId(same.getAppId())
                .setPartitionIndex(same.getPartitionIndex())
                .setDecree(same.getDecree())
                .setServer(same.getServer());
    }
}
