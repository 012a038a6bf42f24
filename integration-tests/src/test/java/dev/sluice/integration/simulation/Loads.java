package dev.sluice.integration.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.meta.state.App;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.ControlBulkLoadRequest;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * An operator who loads one set after the other, and pauses, restarts and cancels loads by chance.
 *
 * <p>Whether a set may be seen is known from the journal: its publish is one record. Which sets were published is compared
 * with what every replica of every partition has applied.
 */
final class Loads {
    private static final int KEYS = 8;
    /** A second after the clock of expiry began. */
    private static final int EXPIRED = 1;

    private final Cluster cluster;
    private final Administrator administrator;
    private final Chance chance;
    private final Modes modes;
    private boolean stopped;
    private int sets;

    /** The ways in which sets come in, in one run. */
    enum Modes {
        MERGE,
        /** Sets take the place of all rows, and give it back. */
        REPLACE_AND_ROLL_BACK,
        /** Into an app that is made for it; some rows have expired, and some are those that clients write and remove. */
        MERGE_AND_BEHIND
    }

    Loads(Cluster cluster, Administrator administrator, Modes modes) {
        this.cluster = cluster;
        this.administrator = administrator;
        this.modes = modes;
        this.chance = cluster.chance().fork("loads");
    }

    void start() {
        later();
    }

    void stop() {
        stopped = true;
    }

    private void later() {
        cluster.world().time().schedule(chance.between(100, 900), () -> {
            if (!stopped) {
                act();
                later();
            } else {
                restart();
            }
        });
    }

    /** A load that is paused goes on only if it is told to; the answer may be lost. */
    private void restart() {
        boolean rests = cluster.state().loads().byApp().values().stream()
                .anyMatch(load -> load.phase().isLoading());
        if (rests) {
            control(BulkLoadControlType.BLC_RESTART);
            cluster.world().time().schedule(500, this::restart);
        } else if (cluster.leader() == null) {
            cluster.world().time().schedule(500, this::restart);
        }
    }

    private void act() {
        App app = cluster.state().findApp(Simulation.APP).orElse(null);
        if (app == null) {
            return;
        }
        AppLoad load = cluster.state().loads().find(app.id()).orElse(null);
        if (load == null || !load.phase().isLoading()) {
            if (load != null) {
                cluster.world().count("loads ended, " + load.phase().status());
            }
            begin(app);
            return;
        }
        switch (chance.nextInt(8)) {
            case 0 -> control(BulkLoadControlType.BLC_PAUSE);
            case 1 -> control(BulkLoadControlType.BLC_CANCEL);
            case 2 -> control(BulkLoadControlType.BLC_FORCE_CANCEL);
            case 3, 4 -> control(BulkLoadControlType.BLC_RESTART);
            default -> {
                // Lets it run.
            }
        }
    }

    private void begin(App app) {
        String root = "set-" + ++sets;
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            if (chance.nextBoolean()) {
                keys.add(StoredKey.of(("loaded-" + i).getBytes(UTF_8), "sort".getBytes(UTF_8)));
            }
        }
        LoadMode mode = switch (modes) {
            case MERGE -> LoadMode.MERGE;
            case REPLACE_AND_ROLL_BACK -> chance.oneIn(3) ? LoadMode.ROLLBACK : LoadMode.REPLACE;
            case MERGE_AND_BEHIND -> chance.oneIn(3) ? LoadMode.MERGE : LoadMode.BEHIND;
        };
        int expiry = StoredValue.NEVER;
        if (modes == Modes.MERGE_AND_BEHIND) {
            expiry = chance.nextBoolean() ? EXPIRED : StoredValue.NEVER;
            for (int i = 0; i < Workload.TEXTS; i++) {
                if (chance.oneIn(3)) {
                    keys.add(Workload.key(i));
                }
            }
        }
        // An engine refuses files that overlap from behind.
        boolean overlap = mode != LoadMode.BEHIND && chance.oneIn(3);
        cluster.fileSets().write(root, app, keys, expiry, 1 + chance.nextInt(2), overlap);
        if (chance.oneIn(4)) {
            String what = cluster.fileSets().fail(root, chance);
            cluster.world().tell(root + ": " + what);
            cluster.world().count("fault: store");
            cluster.world().count("store: " + what);
        }
        StartBulkLoadRequest request = new StartBulkLoadRequest()
                .setAppName(app.name())
                .setClusterName(FileSets.CLUSTER)
                .setFileProviderType(FileSets.STORE)
                .setRemoteRootPath(root);
        if (mode != LoadMode.MERGE) {
            request.setMode(mode.getValue());
        }
        if (mode == LoadMode.ROLLBACK) {
            List<Long> ids = cluster.ledger().generations();
            // Also to one that is not kept any more, which is refused.
            request.setRollbackTo(ids.get(chance.nextInt(ids.size())));
        }
        administrator.ask(AdminRpcs.START_BULK_LOAD, request, reply -> reply.getErr(), heard -> {
            cluster.world().tell("start of a load of " + root + ", " + mode + ": " + heard);
            if (heard.equals("ERR_OK")) {
                cluster.world().count("loads started");
                cluster.world().count("loads started, " + mode);
            }
        });
    }

    private void control(BulkLoadControlType type) {
        ControlBulkLoadRequest request =
                new ControlBulkLoadRequest().setAppName(Simulation.APP).setType(type);
        administrator.ask(AdminRpcs.CONTROL_BULK_LOAD, request, reply -> reply.getErr(), heard -> {
            cluster.world().tell(type + ": " + heard);
            if (heard.equals("ERR_OK")) {
                cluster.world().count("loads: " + type);
            }
        });
    }

    /** Once all is whole: every partition has applied the same loads, and those only that were published. */
    void requireAllOrNothing() {
        cluster.state()
                .loads()
                .byApp()
                .values()
                .forEach(load -> cluster.world()
                        .count("last load " + load.phase().getClass().getSimpleName()));
        TreeMap<Integer, Set<Long>> byPartition = new TreeMap<>();
        cluster.state().findApp(Simulation.APP).ifPresent(app -> {
            for (int index = 0; index < app.partitionCount(); index++) {
                byPartition.put(index, cluster.ledger().publishedLoads(new Gpid(app.id(), index)));
            }
        });
        if (new HashSet<>(byPartition.values()).size() > 1) {
            throw new AssertionError("AllOrNothing: partitions have applied different loads: " + byPartition);
        }
        byPartition.values().forEach(applied -> cluster.world().count("loads published", applied.size()));
    }
}
