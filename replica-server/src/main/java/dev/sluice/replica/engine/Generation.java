package dev.sluice.replica.engine;

import java.nio.charset.StandardCharsets;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * The rows of one generation: a column family of its own. Who reads pins it, so that its handle is closed, and with it the space
 * of a dropped family freed, after the last reader. It keeps the database open for as long as it lives.
 */
final class Generation {
    private static final String PREFIX = "gen-";

    private final long id;
    private final ColumnFamilyHandle family;
    private final StallLimits stallLimits = new StallLimits();
    private final Pins pins;

    /** @param freed runs once, after the handle was closed */
    Generation(long id, ColumnFamilyHandle family, Runnable freed) {
        this.id = id;
        this.family = family;
        pins = new Pins(() -> {
            family.close();
            freed.run();
        });
    }

    /** Id of the load that made it; 0 for the one that a replica begins with. */
    long id() {
        return id;
    }

    ColumnFamilyHandle family() {
        return family;
    }

    Pins pins() {
        return pins;
    }

    void liftStallLimits(RocksDB db) throws RocksDBException {
        stallLimits.lift(db, family);
    }

    void holdStallLimits(RocksDB db) throws RocksDBException {
        stallLimits.hold(db, family);
    }

    void releaseStallLimits() {
        stallLimits.release();
    }

    void liftStallLimitsIfCrowded(RocksDB db) throws RocksDBException {
        stallLimits.liftIfCrowded(db, family);
    }

    void settleStallLimits(RocksDB db) throws RocksDBException {
        stallLimits.settle(db, family);
    }

    static String familyName(long id) {
        return PREFIX + id;
    }

    static boolean isFamilyName(String name) {
        return name.startsWith(PREFIX);
    }

    /** The id in the name of a family that {@link #isFamilyName}. */
    static long id(ColumnFamilyHandle family) throws RocksDBException {
        String name = new String(family.getName(), StandardCharsets.UTF_8);
        try {
            return Long.parseLong(name.substring(PREFIX.length()));
        } catch (NumberFormatException e) {
            throw new EngineException("column family " + name + ": expected " + PREFIX + " and a number");
        }
    }
}
