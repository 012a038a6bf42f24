package dev.sluice.replica.throttle;

import dev.sluice.bulkload.throttle.AdaptiveLimit;
import dev.sluice.bulkload.throttle.ThrottleSettings;
import dev.sluice.bulkload.throttle.ThrottleState;
import dev.sluice.bulkload.transfer.TransferThrottle;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.metrics.LatencyMeter;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.time.Clock;
import dev.sluice.common.time.EventLoop;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transfer throttle of a node: the one budget of bytes per second that its loads and its learning draw from. It hears how
 * long reads of clients take, and several times a second asks {@link AdaptiveLimit} what that means for the budget.
 *
 * <p>Safe for use by any thread. Does nothing by itself before {@link #start}; only the options' limit holds then.
 */
public final class NodeThrottle {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThrottle.class);

    private final Config config;
    private final Clock clock;
    private final TransferThrottle budget;
    private final Recorder reads = new Recorder(AdaptiveLimit.READ_MICROS_MAX, AdaptiveLimit.READ_DIGITS);
    private final AtomicLong cuts = new AtomicLong();

    // Guarded by this.
    private final AdaptiveLimit limit;
    private @Nullable Histogram spare;
    private long bytesSeen;

    private volatile ThrottleState state;

    /** A throttle with the options of {@link ThrottleOptions}, whose changes count at once. */
    public NodeThrottle(Config config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.limit = new AdaptiveLimit(settings(), clock.nowMs());
        this.state = limit.state();
        this.budget = new TransferThrottle(state.bytesPerSecond(), clock);
        config.onChange(ThrottleOptions.BYTES_PER_SECOND_MAX, value -> configure());
        config.onChange(ThrottleOptions.ADAPTIVE, value -> configure());
        config.onChange(ThrottleOptions.FLOOR, value -> configure());
        config.onChange(ThrottleOptions.SLOW_PERCENT, value -> configure());
        config.onChange(ThrottleOptions.QUIET_MICROS, value -> configure());
    }

    /** Whoever transfers takes its bytes from here before it does. */
    public TransferThrottle budget() {
        return budget;
    }

    /** Hears how long each read of a client took that others wait for; takes no lock. */
    public LatencyMeter reads() {
        return (amount, unit) ->
                reads.recordValue(Math.min(AdaptiveLimit.READ_MICROS_MAX, Math.max(0, unit.toMicros(amount))));
    }

    /** How it stands. */
    public ThrottleState state() {
        return state;
    }

    /** Looks at the reads again and again, on that loop, until it is closed. */
    public void start(EventLoop loop) {
        loop.schedule(AdaptiveLimit.TICK_MS, () -> {
            tick();
            start(loop);
        });
    }

    private synchronized void tick() {
        Histogram answered = reads.getIntervalHistogram(spare);
        spare = answered;
        long bytes = budget.passedBytes();
        take(limit.onTick(clock.nowMs(), answered, bytes - bytesSeen));
        bytesSeen = bytes;
    }

    private synchronized void configure() {
        take(limit.set(settings()));
    }

    private void take(ThrottleState next) {
        ThrottleState before = state;
        state = next;
        if (next.bytesPerSecond() != before.bytesPerSecond()) {
            budget.setBytesPerSecondMax(next.bytesPerSecond());
        }
        boolean cut =
                next.givesWay() && (before.bytesPerSecond() == 0 || next.bytesPerSecond() < before.bytesPerSecond());
        if (cut) {
            cuts.incrementAndGet();
        }
        if (next.givesWay() != before.givesWay()) {
            LOG.info("Transfers: {}", next.bytesPerSecond() == 0 ? "no limit any more" : next.hint());
        }
    }

    private ThrottleSettings settings() {
        return new ThrottleSettings(
                config.get(ThrottleOptions.BYTES_PER_SECOND_MAX),
                config.get(ThrottleOptions.ADAPTIVE),
                config.get(ThrottleOptions.FLOOR),
                config.get(ThrottleOptions.SLOW_PERCENT),
                config.get(ThrottleOptions.QUIET_MICROS));
    }

    /** Adds the commands that show how it stands, and that read and set its options at run time. */
    public void registerCommands(RemoteCommands commands) {
        commands.registerNumber(ThrottleOptions.BYTES_PER_SECOND_COMMAND, config, ThrottleOptions.BYTES_PER_SECOND_MAX);
        commands.registerBoolean(ThrottleOptions.ADAPTIVE_COMMAND, config, ThrottleOptions.ADAPTIVE);
        commands.registerNumber(ThrottleOptions.FLOOR_COMMAND, config, ThrottleOptions.FLOOR);
        commands.registerNumber(ThrottleOptions.SLOW_PERCENT_COMMAND, config, ThrottleOptions.SLOW_PERCENT);
        commands.registerNumber(ThrottleOptions.QUIET_MICROS_COMMAND, config, ThrottleOptions.QUIET_MICROS);
        commands.register(
                ThrottleOptions.QUERY_COMMAND,
                "- what transfers of this node may take now, and why; 0 bytes per second is no limit",
                arguments -> RemoteCommands.answer(fields(state)));
    }

    private static Map<String, Object> fields(ThrottleState now) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("bytes_per_second_max", now.bytesPerSecond());
        fields.put("reason", now.reason().words());
        fields.put("bytes_per_second", now.transferBytesPerSecond());
        fields.put("read_p99_us", now.readP99Micros());
        fields.put("reads", now.reads());
        fields.put("quiet_read_p99_us", now.quietP99Micros());
        fields.put("quiet_read_p99_is_measured", now.quietMeasured());
        fields.put("slow_read_p99_us", now.slowP99Micros());
        return fields;
    }

    /** Adds its meters. */
    public void registerMeters(Metrics metrics) {
        metrics.gauge(
                "bulk_load_bytes_per_second_max",
                "Bytes per second that this node may transfer, as set; 0 is no limit.",
                () -> config.get(ThrottleOptions.BYTES_PER_SECOND_MAX));
        metrics.gauge(
                "transfer_throttle_bytes_per_second_max",
                "Bytes per second that this node may transfer now; 0 is no limit.",
                () -> state.bytesPerSecond());
        metrics.gauge(
                "transfer_throttle_gives_way",
                "1 while transfers are held back for the sake of reads.",
                () -> state.givesWay() ? 1 : 0);
        metrics.gauge(
                "transfer_throttle_read_p99_us",
                "p99 of the reads of clients in the last second, in microseconds; 0 with too few reads.",
                () -> state.readP99Micros());
        metrics.gauge(
                "transfer_throttle_quiet_read_p99_us",
                "p99 of the reads of clients without transfers, in microseconds.",
                () -> state.quietP99Micros());
        metrics.counter("transfer_throttle_cuts", "How often the limit was lowered for reads.", cuts::get);
        metrics.counter(
                "transfer_bytes", "Bytes that loads and learning transferred to this node.", budget::passedBytes);
    }
}
