package dev.sluice.meta.admin;

import dev.sluice.meta.state.App;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;

/** Apps as clients see them. */
final class AppInfos {
    private AppInfos() {}

    static AppInfo onWire(MetaState state, App app) {
        return new AppInfo()
                .setStatus(status(app))
                .setAppType(app.type())
                .setAppName(app.name())
                .setAppId(app.id())
                .setPartitionCount(app.partitionCount())
                .setEnvs(app.envs())
                .setIsStateful(app.stateful())
                .setMaxReplicaCount(app.maxReplicaCount())
                .setExpireSecond(app.expireSecond())
                .setCreateSecond(app.createdSecond())
                .setDropSecond(app.droppedSecond())
                .setInitPartitionCount(app.partitionCount())
                .setIsBulkLoading(isLoading(state, app))
                .setAtomicIdempotent(app.atomicIdempotent());
    }

    private static boolean isLoading(MetaState state, App app) {
        return state.loads()
                .find(app.id())
                .filter(load -> load.phase().isLoading())
                .isPresent();
    }

    static AppStatus status(App app) {
        return switch (app.status()) {
            case AVAILABLE -> AppStatus.AS_AVAILABLE;
            case DROPPED -> AppStatus.AS_DROPPED;
        };
    }
}
