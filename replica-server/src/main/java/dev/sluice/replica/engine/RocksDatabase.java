package dev.sluice.replica.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An open RocksDB with our column families, and the internal state in it: a family for each generation of rows, {@code
 * internal} for numbers about them. RocksDB's own log is off; the families are flushed together.
 */
final class RocksDatabase implements AutoCloseable {
    static final long FORMAT_VERSION = 1;

    private static final String INTERNAL = "internal";

    /** A number about the rows that is kept in the internal family, under its name. */
    enum Fact {
        FORMAT,
        DECREE,
        GENERATION,
        PUBLISHED_LOAD,
        /** Rows written to the current generation since it became that. */
        WRITES_SINCE_SWITCH,
        /** Of the last compaction that was asked for and has finished: with what, and when. */
        COMPACTED_FOR,
        COMPACTED_AT;

        private byte[] key() {
            return name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final RocksSettings settings;
    private final RocksDB db;
    private final ColumnFamilyHandle other;
    private final ColumnFamilyHandle internal;
    /** By id; a family is made or dropped under the write lock, and flushed under the read lock. */
    private final NavigableMap<Long, ColumnFamilyHandle> generations = new TreeMap<>();

    private final ReadWriteLock generationsLock = new ReentrantReadWriteLock();
    private final ReadOptions readPersisted = new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER);
    private final ReadOptions readAll = new ReadOptions();
    private final ReadOptions readFromMemory = new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER);
    private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);

    private RocksDatabase(RocksSettings settings, RocksDB db, List<ColumnFamilyHandle> families)
            throws RocksDBException {
        this.settings = settings;
        this.db = db;
        ColumnFamilyHandle foundOther = null;
        ColumnFamilyHandle foundInternal = null;
        for (ColumnFamilyHandle family : families) {
            String name = new String(family.getName(), StandardCharsets.UTF_8);
            if (Generation.isFamilyName(name)) {
                generations.put(Generation.id(family), family);
            } else if (name.equals(INTERNAL)) {
                foundInternal = family;
            } else {
                foundOther = family;
            }
        }
        if (foundOther == null || foundInternal == null) {
            throw new EngineException("column family " + INTERNAL + " is missing");
        }
        other = foundOther;
        internal = foundInternal;
        long current = read(Fact.GENERATION, readAll);
        if (!generations.containsKey(current)) {
            throw new EngineException("column family " + Generation.familyName(current) + " is missing");
        }
    }

    /** Opens or makes the database; {@link EngineException} on damage or a newer format. Takes over the settings. */
    static RocksDatabase open(Path directory, RocksSettings settings, boolean readOnly) {
        try {
            return openChecked(directory, settings, readOnly);
        } catch (RocksDBException | IOException e) {
            settings.close();
            throw RocksEngine.failure(directory, "the engine cannot be opened", e);
        } catch (EngineException e) {
            settings.close();
            throw e;
        }
    }

    private static RocksDatabase openChecked(Path directory, RocksSettings settings, boolean readOnly)
            throws RocksDBException, IOException {
        List<String> names = existingFamilies(directory);
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        for (String name : names) {
            descriptors.add(new ColumnFamilyDescriptor(
                    name.getBytes(StandardCharsets.UTF_8),
                    Generation.isFamilyName(name) ? settings.rows() : settings.internal()));
        }
        List<ColumnFamilyHandle> families = new ArrayList<>();
        RocksDB db = readOnly
                ? RocksDB.openReadOnly(settings.database(), directory.toString(), descriptors, families)
                : RocksDB.open(settings.database(), directory.toString(), descriptors, families);
        try {
            RocksDatabase database = new RocksDatabase(settings, db, families);
            database.checkFormat(directory);
            return database;
        } catch (RocksDBException | RuntimeException e) {
            families.forEach(ColumnFamilyHandle::close);
            db.close();
            throw e;
        }
    }

    /** Families that are there, and those that a new database needs. A directory that lost its root file is damage. */
    private static List<String> existingFamilies(Path directory) throws RocksDBException, IOException {
        Files.createDirectories(directory);
        List<String> names = new ArrayList<>();
        if (Files.exists(directory.resolve("CURRENT"))) {
            try (Options options = new Options()) {
                for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
                    names.add(new String(name, StandardCharsets.UTF_8));
                }
            }
        } else if (holdsTables(directory)) {
            // A new database has its root file before its first table.
            throw new EngineException(directory + ": CURRENT is missing, but there are tables");
        } else {
            names.add(new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.UTF_8));
        }
        // Missing in a database whose making was cut short: nothing is in it.
        if (!holdsTables(directory)) {
            if (!names.contains(INTERNAL)) {
                names.add(INTERNAL);
            }
            if (names.stream().noneMatch(Generation::isFamilyName)) {
                names.add(Generation.familyName(0));
            }
        }
        return names;
    }

    private static boolean holdsTables(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".sst"));
        }
    }

    private void checkFormat(Path directory) throws RocksDBException {
        long format = read(Fact.FORMAT, readAll);
        if (format > FORMAT_VERSION) {
            throw new EngineException(
                    directory + ": engine format " + format + ", this version reads up to " + FORMAT_VERSION);
        }
        if (format == 0) {
            try (WriteBatch batch = new WriteBatch()) {
                put(batch, Fact.FORMAT, FORMAT_VERSION);
                write(batch);
            }
            flush();
        }
    }

    RocksDB db() {
        return db;
    }

    /** The families of all generations, by id. */
    Map<Long, ColumnFamilyHandle> generations() {
        generationsLock.readLock().lock();
        try {
            return new TreeMap<>(generations);
        } finally {
            generationsLock.readLock().unlock();
        }
    }

    /** Makes the empty family of a new generation. */
    ColumnFamilyHandle createGeneration(long id) throws RocksDBException {
        generationsLock.writeLock().lock();
        try {
            ColumnFamilyHandle family = db.createColumnFamily(new ColumnFamilyDescriptor(
                    Generation.familyName(id).getBytes(StandardCharsets.UTF_8), settings.rows()));
            generations.put(id, family);
            return family;
        } finally {
            generationsLock.writeLock().unlock();
        }
    }

    /** Drops the family of a generation; its space is free once its handle is closed, which the caller does. */
    void dropGeneration(long id) throws RocksDBException {
        generationsLock.writeLock().lock();
        try {
            ColumnFamilyHandle family = generations.get(id);
            if (family != null) {
                db.dropColumnFamily(family);
                generations.remove(id);
            }
        } finally {
            generationsLock.writeLock().unlock();
        }
    }

    /** The files of a family. */
    List<LiveFileMetaData> filesOf(ColumnFamilyHandle family) throws RocksDBException {
        byte[] name = family.getName();
        return db.getLiveFilesMetaData().stream()
                .filter(file -> Arrays.equals(file.columnFamilyName(), name))
                .toList();
    }

    boolean allowsBehind() {
        return settings.database().allowIngestBehind();
    }

    /** What a compaction below level 0 takes at a time, about; RocksDB takes 25 files if nothing else is set. */
    long pieceBytes() {
        long set = settings.rows().maxCompactionBytes();
        return set > 0 ? set : 25 * settings.rows().targetFileSizeBase();
    }

    /** Where files that are loaded behind lie, alone if that is allowed. */
    int lastLevel() {
        return settings.rows().numLevels() - 1;
    }

    /** To read a file that is none of the database: with its cache, if that can tell the file's blocks from those of others. */
    Options fileOptions(Path file) throws IOException {
        return FileIdentity.isIn(file) ? settings.files() : settings.filesWithoutIdentity();
    }

    /** Fails with status {@code Incomplete} where a block is not in the cache. */
    ReadOptions readFromMemory() {
        return readFromMemory;
    }

    ReadOptions readOptions() {
        return readAll;
    }

    /** The number as it is now; 0 if it was never written. */
    long read(Fact fact) throws RocksDBException {
        return read(fact, readAll);
    }

    /** The number that a crash would leave. */
    long readPersisted(Fact fact) throws RocksDBException {
        return read(fact, readPersisted);
    }

    void put(WriteBatch batch, Fact fact, long value) throws RocksDBException {
        batch.put(
                internal,
                fact.key(),
                ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    void write(WriteBatch batch) throws RocksDBException {
        db.write(writeOptions, batch);
    }

    /** All families, or a crash leaves none of it. */
    void flush() throws RocksDBException {
        generationsLock.readLock().lock();
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)) {
            List<ColumnFamilyHandle> families = new ArrayList<>(generations.values());
            families.add(internal);
            db.flush(options, families);
        } finally {
            generationsLock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        generations().values().forEach(ColumnFamilyHandle::close);
        internal.close();
        other.close();
        db.close();
        readPersisted.close();
        readAll.close();
        readFromMemory.close();
        writeOptions.close();
        settings.close();
    }

    private long read(Fact fact, ReadOptions options) throws RocksDBException {
        byte @Nullable [] value = db.get(internal, options, fact.key());
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }
}
