package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.AppRecord.AppDropped;
import dev.sluice.meta.state.AppRecord.AppRecalled;
import dev.sluice.meta.state.AppRecord.AppRenamed;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.DropAppOptions;
import dev.sluice.wire.admin.DropAppRequest;
import dev.sluice.wire.admin.DropAppResponse;
import dev.sluice.wire.admin.RecallAppRequest;
import dev.sluice.wire.admin.RecallAppResponse;
import dev.sluice.wire.admin.RenameAppRequest;
import dev.sluice.wire.admin.RenameAppResponse;
import java.util.Optional;

/** Drops, recalls and renames apps. */
final class AppCommands {
    private final Config config;

    AppCommands(Config config) {
        this.config = config;
    }

    Command<DropAppResponse> drop(DropAppRequest request) {
        return (state, wallMs) -> decideDrop(state, wallMs / 1000, request.getAppName(), request.getOptions());
    }

    static DropAppResponse refuseDrop(ErrorCode error) {
        return new DropAppResponse().setErr(Wire.error(error));
    }

    Command<RecallAppResponse> recall(RecallAppRequest request) {
        return (state, wallMs) -> decideRecall(state, wallMs / 1000, request.getAppId(), request.getNewAppName());
    }

    static RecallAppResponse refuseRecall(ErrorCode error) {
        return new RecallAppResponse().setErr(Wire.error(error)).setInfo(new AppInfo());
    }

    Command<RenameAppResponse> rename(RenameAppRequest request) {
        return (state, wallMs) -> decideRename(state, request.getOldAppName(), request.getNewAppName());
    }

    static RenameAppResponse refuseRename(ErrorCode error) {
        return new RenameAppResponse().setErr(Wire.error(error)).setHintMessage("");
    }

    private Decision<DropAppResponse> decideDrop(MetaState state, long nowSecond, String name, DropAppOptions options) {
        Optional<App> app = state.findApp(name);
        if (app.isEmpty()) {
            return Decision.reply(
                    refuseDrop(options.isSuccessIfNotExist() ? ErrorCode.ERR_OK : ErrorCode.ERR_APP_NOT_EXIST));
        }
        long holdSeconds = options.getReserveSeconds() > 0
                ? options.getReserveSeconds()
                : config.get(AdminOptions.HOLD_SECONDS_FOR_DROPPED_APP);
        long expireSecond = nowSecond + Math.min(holdSeconds, Long.MAX_VALUE - nowSecond);
        return Decision.record(
                refuseDrop(ErrorCode.ERR_OK), new AppDropped(app.get().id(), nowSecond, expireSecond));
    }

    private static Decision<RecallAppResponse> decideRecall(
            MetaState state, long nowSecond, int appId, String wantedName) {
        Optional<App> found = state.findApp(appId);
        if (found.isEmpty()) {
            return Decision.reply(refuseRecall(ErrorCode.ERR_APP_NOT_EXIST));
        }
        App app = found.get();
        if (app.isAvailable()) {
            return Decision.reply(refuseRecall(ErrorCode.ERR_APP_EXIST));
        }
        if (app.expireSecond() <= nowSecond) {
            return Decision.reply(refuseRecall(ErrorCode.ERR_APP_NOT_EXIST));
        }
        String name = wantedName.isEmpty() ? app.name() : wantedName;
        if (!AppNames.isAllowed(name) || state.findApp(name).isPresent()) {
            return Decision.reply(refuseRecall(ErrorCode.ERR_INVALID_PARAMETERS));
        }
        AppRecalled recalled = new AppRecalled(appId, name);
        MetaState after = recalled.replayOn(state);
        return Decision.record(
                refuseRecall(ErrorCode.ERR_OK).setInfo(AppInfos.onWire(after, after.requireApp(appId))), recalled);
    }

    private static Decision<RenameAppResponse> decideRename(MetaState state, String oldName, String newName) {
        Optional<App> app = state.findApp(oldName);
        if (app.isEmpty()) {
            return Decision.reply(
                    refuseRename(ErrorCode.ERR_APP_NOT_EXIST).setHintMessage(ReplicaCounts.notThere(oldName)));
        }
        if (!AppNames.isAllowed(newName)) {
            return Decision.reply(refuseRename(ErrorCode.ERR_INVALID_PARAMETERS)
                    .setHintMessage("the new name is empty, too long, or not fit to be part of a path"));
        }
        if (state.findApp(newName).isPresent()) {
            return Decision.reply(refuseRename(ErrorCode.ERR_INVALID_PARAMETERS)
                    .setHintMessage("app(" + newName + ") exists already"));
        }
        return Decision.record(
                refuseRename(ErrorCode.ERR_OK), new AppRenamed(app.get().id(), newName));
    }
}
