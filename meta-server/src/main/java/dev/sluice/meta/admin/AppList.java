package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.admin.ListAppsResponse;
import dev.sluice.wire.admin.PatternMatchType;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Lists apps by id, the dropped ones among them, filtered by status and name. */
final class AppList {
    private AppList() {}

    static ListAppsResponse answer(MetaState state, ListAppsRequest request) {
        Predicate<String> named = name -> true;
        if (request.isSetAppNamePattern() && request.isSetMatchType()) {
            Predicate<String> matcher = matcher(request.getMatchType(), request.getAppNamePattern());
            if (matcher == null) {
                return refuse(ErrorCode.ERR_NOT_IMPLEMENTED)
                        .setHintMessage("match type " + request.getMatchType()
                                + " is not supported, expected all, exact, anywhere, prefix or postfix");
            }
            named = matcher;
        }
        Predicate<String> wanted = named;
        AppStatus status = request.getStatus();
        List<AppInfo> infos = state.apps().stream()
                .filter(app -> status == AppStatus.AS_INVALID || status == AppInfos.status(app))
                .filter(app -> wanted.test(app.name()))
                .map(app -> AppInfos.onWire(state, app))
                .toList();
        return refuse(ErrorCode.ERR_OK).setInfos(infos);
    }

    static ListAppsResponse refuse(ErrorCode error) {
        return new ListAppsResponse().setErr(Wire.error(error)).setInfos(List.of());
    }

    /** Null for a type that is not supported. */
    private static @Nullable Predicate<String> matcher(@Nullable PatternMatchType type, String pattern) {
        if (type == null) {
            return null;
        }
        return switch (type) {
            case PMT_MATCH_ALL -> name -> true;
            case PMT_MATCH_EXACT -> pattern::equals;
            case PMT_MATCH_ANYWHERE -> name -> name.contains(pattern);
            case PMT_MATCH_PREFIX -> name -> name.startsWith(pattern);
            case PMT_MATCH_POSTFIX -> name -> name.endsWith(pattern);
            case PMT_INVALID, PMT_MATCH_REGEX -> null;
        };
    }
}
