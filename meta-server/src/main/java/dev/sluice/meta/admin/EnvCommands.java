package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.AppRecord.AppEnvsChanged;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.AppEnvOperation;
import dev.sluice.wire.admin.UpdateAppEnvRequest;
import dev.sluice.wire.admin.UpdateAppEnvResponse;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Sets and deletes envs of an app. The request is checked before the app is looked up. */
final class EnvCommands {
    private EnvCommands() {}

    static Command<UpdateAppEnvResponse> update(UpdateAppEnvRequest request) {
        return (state, wallMs) -> decide(state, request);
    }

    static UpdateAppEnvResponse refuse(ErrorCode error) {
        return new UpdateAppEnvResponse().setErr(Wire.error(error)).setHintMessage("");
    }

    private static Decision<UpdateAppEnvResponse> decide(MetaState state, UpdateAppEnvRequest request) {
        AppEnvOperation operation = request.getOp();
        if (operation == null) {
            return invalid("the operation is not known, expected set, del or clear");
        }
        return switch (operation) {
            case APP_ENV_OP_SET -> set(state, request);
            case APP_ENV_OP_DEL -> delete(state, request);
            case APP_ENV_OP_CLEAR -> clear(state, request);
            case APP_ENV_OP_INVALID -> invalid("the operation is missing, expected set, del or clear");
        };
    }

    private static Decision<UpdateAppEnvResponse> set(MetaState state, UpdateAppEnvRequest request) {
        List<String> keys = request.isSetKeys() ? request.getKeys() : List.of();
        List<String> values = request.isSetValues() ? request.getValues() : List.of();
        if (keys.isEmpty() || keys.size() != values.size()) {
            return invalid("expected as many values as keys, and at least one, found " + keys.size() + " keys and "
                    + values.size() + " values");
        }
        SortedMap<String, String> envs = new TreeMap<>();
        for (int i = 0; i < keys.size(); i++) {
            envs.put(keys.get(i), values.get(i));
        }
        Optional<String> problem = AppEnvs.findProblem(envs);
        if (problem.isPresent()) {
            return invalid(problem.get());
        }
        return onApp(state, request, app -> {
            envs.entrySet().removeIf(env -> env.getValue().equals(app.envs().get(env.getKey())));
            return envs.isEmpty()
                    ? Decision.reply(refuse(ErrorCode.ERR_OK))
                    : Decision.record(refuse(ErrorCode.ERR_OK), new AppEnvsChanged(app.id(), envs, List.of()));
        });
    }

    private static Decision<UpdateAppEnvResponse> delete(MetaState state, UpdateAppEnvRequest request) {
        List<String> keys = request.isSetKeys() ? request.getKeys() : List.of();
        if (keys.isEmpty()) {
            return invalid("expected keys to delete, found none");
        }
        return onApp(state, request, app -> {
            TreeSet<String> present = new TreeSet<>(keys);
            present.retainAll(app.envs().keySet());
            present.removeIf(AppEnvs::isFixed);
            return deleted(app, present);
        });
    }

    private static Decision<UpdateAppEnvResponse> clear(MetaState state, UpdateAppEnvRequest request) {
        if (!request.isSetClearPrefix()) {
            return invalid("expected a prefix, which may be empty");
        }
        String prefix = request.getClearPrefix().isEmpty() ? "" : request.getClearPrefix() + ".";
        return onApp(state, request, app -> {
            List<String> found = app.envs().keySet().stream()
                    .filter(key -> key.startsWith(prefix) && key.length() > prefix.length() && !AppEnvs.isFixed(key))
                    .toList();
            return deleted(app, found);
        });
    }

    private static Decision<UpdateAppEnvResponse> onApp(
            MetaState state, UpdateAppEnvRequest request, Function<App, Decision<UpdateAppEnvResponse>> change) {
        return state.findApp(request.getAppName())
                .map(change)
                .orElseGet(() ->
                        Decision.reply(refuse(ErrorCode.ERR_APP_NOT_EXIST).setHintMessage("app cannot be found")));
    }

    private static Decision<UpdateAppEnvResponse> deleted(App app, Collection<String> keys) {
        if (keys.isEmpty()) {
            return Decision.reply(refuse(ErrorCode.ERR_OK).setHintMessage("no key needs to be deleted"));
        }
        StringBuilder hint = new StringBuilder("deleted keys:");
        keys.forEach(key -> hint.append("\n    ").append(key));
        return Decision.record(
                refuse(ErrorCode.ERR_OK).setHintMessage(hint.toString()),
                new AppEnvsChanged(app.id(), new TreeMap<>(), List.copyOf(keys)));
    }

    private static Decision<UpdateAppEnvResponse> invalid(String hint) {
        return Decision.reply(refuse(ErrorCode.ERR_INVALID_PARAMETERS).setHintMessage(hint));
    }
}
