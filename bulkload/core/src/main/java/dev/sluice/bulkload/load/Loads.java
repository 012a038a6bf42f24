package dev.sluice.bulkload.load;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The loads that the meta state holds: of each app the last one, under way or ended.
 *
 * @param lastLoadId the highest id that was ever given; ids only grow
 * @param lastEpoch the highest epoch that was ever given to a publish
 * @param byApp by app id
 */
public record Loads(long lastLoadId, long lastEpoch, SortedMap<Integer, AppLoad> byApp) {
    public static final Loads NONE = new Loads(0, 0, Collections.emptySortedMap());

    public Loads {
        byApp = Collections.unmodifiableSortedMap(new TreeMap<>(byApp));
    }

    public Optional<AppLoad> find(int appId) {
        return Optional.ofNullable(byApp.get(appId));
    }

    /** The next epoch: the time, unless epochs are ahead of it. */
    public long nextEpoch(long wallMs) {
        return Math.max(lastEpoch + 1, wallMs);
    }

    /** With another state of a load, or a new load in the place of the one before. */
    public Loads with(AppLoad load) {
        SortedMap<Integer, AppLoad> next = new TreeMap<>(byApp);
        next.put(load.plan().appId(), load);
        return new Loads(
                Math.max(lastLoadId, load.loadId()),
                Math.max(lastEpoch, load.phase().epoch()),
                next);
    }

    /** Without what is known of an app's last load; its id is not given again. */
    public Loads without(int appId) {
        SortedMap<Integer, AppLoad> next = new TreeMap<>(byApp);
        next.remove(appId);
        return new Loads(lastLoadId, lastEpoch, next);
    }
}
