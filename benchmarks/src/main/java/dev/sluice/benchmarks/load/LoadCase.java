package dev.sluice.benchmarks.load;

import dev.sluice.client.LoadSource;
import dev.sluice.wire.bulkload.LoadMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A way to load that is measured. Another one is a line in {@link #ALL}.
 *
 * @param into what the app holds before
 * @param hasForeground whether others read and write the app meanwhile
 */
record LoadCase(Mode mode, Transfer transfer, Into into, boolean hasForeground) {
    static final List<LoadCase> ALL = List.of(
            new LoadCase(Mode.MERGE, Transfer.EACH, Into.EMPTY, false),
            new LoadCase(Mode.MERGE, Transfer.RELAY, Into.EMPTY, false),
            new LoadCase(Mode.MERGE, Transfer.EACH, Into.EXISTING, false),
            new LoadCase(Mode.MERGE, Transfer.EACH, Into.EMPTY, true),
            new LoadCase(Mode.MERGE, Transfer.EACH, Into.EXISTING, true),
            new LoadCase(Mode.MERGE, Transfer.RELAY, Into.EXISTING, true),
            new LoadCase(Mode.REPLACE, Transfer.EACH, Into.EXISTING, false),
            new LoadCase(Mode.REPLACE, Transfer.EACH, Into.EXISTING, true));

    /** How loaded rows and those that are there come together. */
    enum Mode {
        MERGE(3.0, LoadMode.MERGE),
        REPLACE(1.5, LoadMode.REPLACE);

        /** Most that the p99 of reads may grow during a load. */
        private final double readRatioMax;

        private final LoadMode mode;

        Mode(double readRatioMax, LoadMode mode) {
            this.readRatioMax = readRatioMax;
            this.mode = mode;
        }

        LoadSource source(String app, String cluster, String provider, String root) {
            return new LoadSource(app, cluster, provider, root, mode);
        }

        double readRatioMax() {
            return readRatioMax;
        }
    }

    /** How the files come to the replicas. */
    enum Transfer {
        /** Every replica reads the store. */
        EACH(2.0, "each"),
        /** One replica reads the store, the others read from it. */
        RELAY(1.5, "relay");

        /** Longest time of a load, in times of copying the same bytes for every replica. */
        private final double copyRatioMax;

        private final String option;

        Transfer(double copyRatioMax, String option) {
            this.copyRatioMax = copyRatioMax;
            this.option = option;
        }

        double copyRatioMax() {
            return copyRatioMax;
        }

        /** Options of the servers, by {@code section.name}. */
        Map<String, String> settings() {
            return Map.of("replication.bulk_load_transfer", option);
        }
    }

    /** What an app holds before the load. */
    enum Into {
        EMPTY("into an empty app"),
        /** Rows with the same keys and other values. */
        EXISTING("over existing rows");

        private final String title;

        Into(String title) {
            this.title = title;
        }
    }

    /** {@code merge-each-empty-foreground}: how it is chosen. */
    String name() {
        return word(mode) + "-" + word(transfer) + "-" + word(into) + (hasForeground ? "-foreground" : "");
    }

    /** {@code merge, each, into an empty app, with foreground}: how a person reads it. */
    String title() {
        return word(mode) + ", " + word(transfer) + ", " + into.title + (hasForeground ? ", with foreground" : "");
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
