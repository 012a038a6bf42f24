package dev.sluice.integration.simulation;

import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Broken engines: in a whole run one of them slips at one decree, at one key. */
record SlippingEngines(EngineFactory engines, Slips slips) implements EngineFactory {
    /** What goes wrong. */
    enum Slip {
        ONE_OF_A_BATCH_OF_INCREMENTS_IS_DROPPED,
        A_VALUE_IS_WRONG,
        AN_EXPIRY_IS_WRONG,
        A_REMOVAL_IS_FORGOTTEN,
        A_ROW_OF_A_LOAD_IS_FORGOTTEN,
        A_ROW_OUTLIVES_ITS_REPLACEMENT
    }

    /** Where it has slipped, if it has. */
    static final class Slips {
        private final Slip slip;
        private long decree;

        Slips(Slip slip) {
            this.slip = slip;
        }

        /** 0 if it has not. */
        long decree() {
            return decree;
        }

        /** What is applied in the place of these rows. */
        private List<RowChange> spoiled(Engine engine, List<RowChange> rows) {
            if (rows.isEmpty()) {
                return rows;
            }
            RowChange last = rows.get(rows.size() - 1);
            byte[] value = last.value();
            List<RowChange> others = rows.subList(0, rows.size() - 1);
            return switch (slip) {
                case ONE_OF_A_BATCH_OF_INCREMENTS_IS_DROPPED ->
                    value != null && Workload.isCounter(last.key()) && !others.isEmpty() ? others : rows;
                case A_VALUE_IS_WRONG -> value == null ? rows : with(others, last.key(), flipped(value));
                case AN_EXPIRY_IS_WRONG ->
                    value == null
                            ? rows
                            : with(
                                    others,
                                    last.key(),
                                    StoredValue.of(1, StoredValue.timetag(value), StoredValue.userData(value)));
                case A_REMOVAL_IS_FORGOTTEN -> value == null && isLasting(engine.get(last.key())) ? others : rows;
                default -> rows;
            };
        }

        /** An expired row is not seen, whether it was removed or not. */
        private static boolean isLasting(byte @Nullable [] value) {
            return value != null && StoredValue.expireTsSeconds(value) == 0;
        }

        private static byte[] flipped(byte[] value) {
            byte[] wrong = value.clone();
            wrong[wrong.length - 1] ^= 1;
            return wrong;
        }

        private static List<RowChange> with(List<RowChange> others, byte[] key, byte[] value) {
            List<RowChange> rows = new ArrayList<>(others);
            rows.add(new RowChange(key, value));
            return rows;
        }
    }

    @Override
    public Engine open(Path directory, boolean allowsBehind) {
        Engine engine = engines.open(directory, allowsBehind);
        Slipping slipping = new Slipping(engine, slips);
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "apply" -> {
                            slipping.apply((Long) arguments[0], rows(arguments[1]));
                            return null;
                        }
                        case "publish" -> {
                            slipping.publish((Long) arguments[0], (Publish) arguments[1], paths(arguments[2]));
                            return null;
                        }
                        case "get" -> {
                            return slipping.get((byte[]) arguments[0]);
                        }
                        default -> {
                            try {
                                return method.invoke(engine, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause() == null ? e : e.getCause();
                            }
                        }
                    }
                });
    }

    @SuppressWarnings("unchecked") // of the method's signature
    private static List<RowChange> rows(Object argument) {
        return (List<RowChange>) argument;
    }

    @SuppressWarnings("unchecked") // of the method's signature
    private static List<Path> paths(Object argument) {
        return (List<Path>) argument;
    }

    @Override
    public void close() {
        engines.close();
    }

    private static final class Slipping {
        private final Engine engine;
        private final Slips slips;
        /** A key that a publish has not reached, and what it held before. */
        private byte @Nullable [] wrongKey;

        private byte @Nullable [] wrongValue;

        private Slipping(Engine engine, Slips slips) {
            this.engine = engine;
            this.slips = slips;
        }

        private void apply(long decree, List<RowChange> rows) {
            List<RowChange> applied = slips.decree == 0 ? slips.spoiled(engine, rows) : rows;
            engine.apply(decree, applied);
            // Not before: the process may be killed in there, and what it did be lost.
            if (applied != rows) {
                slips.decree = decree;
            }
        }

        private void publish(long decree, Publish publish, List<Path> staged) {
            NavigableMap<byte[], byte[]> before = rowsThatLast();
            engine.publish(decree, publish, staged);
            if (slips.decree > 0) {
                return;
            }
            NavigableMap<byte[], byte[]> after = rowsThatLast();
            Optional<byte[]> key = switch (slips.slip) {
                case A_ROW_OF_A_LOAD_IS_FORGOTTEN ->
                    after.keySet().stream()
                            .filter(each -> !Arrays.equals(before.get(each), after.get(each)))
                            .findFirst();
                case A_ROW_OUTLIVES_ITS_REPLACEMENT ->
                    before.keySet().stream()
                            .filter(each -> !after.containsKey(each))
                            .findFirst();
                default -> Optional.empty();
            };
            if (key.isPresent()) {
                wrongKey = key.get();
                wrongValue = before.get(wrongKey);
                slips.decree = decree;
            }
        }

        private NavigableMap<byte[], byte[]> rowsThatLast() {
            NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
            try (EngineSnapshot snapshot = engine.snapshot();
                    EngineSnapshot.Cursor cursor = snapshot.cursor()) {
                for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                    if (StoredValue.expireTsSeconds(cursor.value()) == StoredValue.NEVER) {
                        rows.put(cursor.key(), cursor.value());
                    }
                }
            }
            return rows;
        }

        private byte @Nullable [] get(byte[] key) {
            return Arrays.equals(key, wrongKey) ? wrongValue : engine.get(key);
        }
    }
}
