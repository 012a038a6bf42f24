package dev.sluice.common.metrics;

import dev.sluice.common.rpc.RpcMeter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * The meters of one server. Names are Pegasus' where it has the meter: words with underscores. Safe for use by several threads;
 * counting takes no lock.
 */
public final class Metrics implements AutoCloseable {
    /** What Prometheus calls the format of {@link #scrape}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Bounds of the buckets of latencies. Few, since each is a series for every task code that was called. */
    private static final Duration[] LATENCY_BOUNDS = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    /** The registry itself holds what it asks for counts only weakly. */
    private final Queue<DoubleSupplier> retained = new ConcurrentLinkedQueue<>();

    /**
     * One number, as it is now.
     *
     * @param name without suffixes of Prometheus
     * @param labels by name
     */
    public record Value(String name, Map<String, String> labels, double value) {}

    /** A server without meters of its own yet, but with those of the process. */
    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /**
     * A number that only grows, from 0 at the start of the server.
     *
     * @param labels names and values in turn
     */
    public LongAdder counter(String name, String doc, String... labels) {
        LongAdder count = new LongAdder();
        counter(name, doc, count::sum, labels);
        return count;
    }

    /** A number that only grows, and that somebody else counts. Asked when somebody looks; must not block. */
    public void counter(String name, String doc, DoubleSupplier count, String... labels) {
        retained.add(count);
        FunctionCounter.builder(name, count, DoubleSupplier::getAsDouble)
                .description(doc)
                .tags(labels)
                .register(registry);
    }

    /** A number that goes up and down. Asked when somebody looks; must not block. */
    public void gauge(String name, String doc, DoubleSupplier value, String... labels) {
        Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(doc)
                .tags(labels)
                .strongReference(true)
                .register(registry);
    }

    /** How long something takes, with the counts of a few buckets. */
    public LatencyMeter latency(String name, String doc, String... labels) {
        Timer timer = Timer.builder(name)
                .description(doc)
                .tags(labels)
                .serviceLevelObjectives(LATENCY_BOUNDS)
                .register(registry);
        return timer::record;
    }

    /** The meter of a task code, for a server's table of handlers. */
    public RpcMeter ofTaskCode(String taskCode) {
        return new RpcMetrics(this, taskCode);
    }

    /** All meters, as Prometheus reads them. */
    public String scrape() {
        return registry.scrape();
    }

    /** All numbers: of a latency its count, total and maximum in seconds. */
    public List<Value> values() {
        List<Value> values = new ArrayList<>();
        for (Meter meter : registry.getMeters()) {
            Map<String, String> labels = new TreeMap<>();
            for (Tag tag : Tags.of(meter.getId().getTags())) {
                labels.put(tag.getKey(), tag.getValue());
            }
            for (Measurement measurement : meter.measure()) {
                values.add(new Value(
                        meter.getId().getName() + suffix(measurement.getStatistic()), labels, measurement.getValue()));
            }
        }
        return values;
    }

    private static String suffix(Statistic statistic) {
        return switch (statistic) {
            case TOTAL_TIME -> "_seconds_total";
            case TOTAL -> "_total";
            case MAX -> "_max";
            default -> "";
        };
    }

    @Override
    public void close() {
        registry.close();
    }
}
