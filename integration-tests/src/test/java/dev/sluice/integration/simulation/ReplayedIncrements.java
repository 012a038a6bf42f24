package dev.sluice.integration.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.mutation.Change.RowChange;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Broken engines: they apply an increment as an operation, not as its result; and as their decree lags behind their rows, a
 * restart carries the last few out again on rows that have them already. Puts and removes would not mind.
 */
final class ReplayedIncrements implements EngineFactory {
    private static final int LAG = 8;

    private final EngineFactory engines;
    private final Map<Path, Deque<Increment>> tails;

    /** The increment of a key at a decree. */
    record Increment(long decree, ByteBuffer key) {}

    /** @param tails the last increments by directory; survives restarts of the node */
    ReplayedIncrements(EngineFactory engines, Map<Path, Deque<Increment>> tails) {
        this.engines = engines;
        this.tails = tails;
    }

    @Override
    public Engine open(Path directory, boolean allowsBehind) {
        Engine engine = engines.open(directory, allowsBehind);
        Deque<Increment> tail = tails.computeIfAbsent(directory, each -> new ArrayDeque<>());
        Map<ByteBuffer, Long> again = new HashMap<>();
        long durable = engine.durableDecree();
        tail.removeIf(increment -> increment.decree() > durable || increment.decree() <= durable - LAG);
        tail.forEach(increment -> again.merge(increment.key(), 1L, Long::sum));
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("apply")) {
                        long decree = (Long) arguments[0];
                        engine.apply(
                                decree,
                                rows(arguments[1]).stream()
                                        .map(row -> operated(engine, again, tail, decree, row))
                                        .toList());
                        return null;
                    }
                    if (method.getName().equals("get")) {
                        return get(engine, again, (byte[]) arguments[0]);
                    }
                    try {
                        return method.invoke(engine, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    private static RowChange operated(
            Engine engine, Map<ByteBuffer, Long> again, Deque<Increment> tail, long decree, RowChange row) {
        if (!Workload.isCounter(row.key())) {
            return row;
        }
        ByteBuffer key = ByteBuffer.wrap(row.key());
        byte[] value = row.value();
        long next = count(get(engine, again, row.key())) + 1;
        again.remove(key);
        if (value == null) {
            return row;
        }
        tail.add(new Increment(decree, key));
        return new RowChange(row.key(), stored(next));
    }

    private static byte @Nullable [] get(Engine engine, Map<ByteBuffer, Long> again, byte[] key) {
        byte[] value = engine.get(key);
        long more = again.getOrDefault(ByteBuffer.wrap(key), 0L);
        return more == 0 ? value : stored(count(value) + more);
    }

    private static long count(byte @Nullable [] stored) {
        return stored == null ? 0 : Long.parseLong(new String(StoredValue.userData(stored), UTF_8));
    }

    private static byte[] stored(long count) {
        return StoredValue.of(StoredValue.NEVER, 0, Long.toString(count).getBytes(UTF_8));
    }

    @SuppressWarnings("unchecked") // of the method's signature
    private static List<RowChange> rows(Object argument) {
        return (List<RowChange>) argument;
    }

    @Override
    public void close() {
        engines.close();
    }
}
