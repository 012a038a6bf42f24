package dev.sluice.replica.request;

import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.wire.internal.AppDescription;
import org.jspecify.annotations.Nullable;

/** What one partition lets through: the rules of its app, and how much of its limits is used. Safe for use by several threads. */
final class Gate {
    private final @Nullable AppDescription app;
    private final AppRules rules;
    private final Throttle writes;
    private final Throttle writeBytes;
    private final Throttle reads;
    private final Throttle backupReads;
    private final ByteBudget readBytes;

    /** The gate for an app as it is now; limits that did not change keep their count. */
    Gate(@Nullable AppDescription app, @Nullable Gate before, long nowMs) {
        this.app = app;
        this.rules = AppRules.of(app);
        this.writes = throttle(rules.writes(), before == null ? null : before.writes);
        this.writeBytes = throttle(rules.writeBytes(), before == null ? null : before.writeBytes);
        this.reads = throttle(rules.reads(), before == null ? null : before.reads);
        this.backupReads = throttle(rules.backupReads(), before == null ? null : before.backupReads);
        this.readBytes = before != null && before.rules.readBytes().equals(rules.readBytes())
                ? before.readBytes
                : new ByteBudget(rules.readBytes().rejectUnits(), nowMs);
    }

    AppRules rules() {
        return rules;
    }

    /** True if it stands for that description; each directive brings a new one. */
    @SuppressWarnings("ReferenceEquality") // envs are compared when a directive came, not with every request
    boolean isFor(@Nullable AppDescription now) {
        return app == now;
    }

    Throttle.Verdict ofWrite(RequestHeader header, long nowMs) {
        Throttle.Verdict verdict = writes.take(1, header.timeoutMs(), nowMs);
        return verdict.equals(Throttle.Verdict.PASS)
                ? writeBytes.take(header.bodyBytes(), header.timeoutMs(), nowMs)
                : verdict;
    }

    Throttle.Verdict ofRead(RequestHeader header, long nowMs) {
        Throttle throttle = header.backupRequest() ? backupReads : reads;
        return throttle.take(1, header.timeoutMs(), nowMs);
    }

    ByteBudget readBytes() {
        return readBytes;
    }

    private static Throttle throttle(ThrottleLimits limits, @Nullable Throttle before) {
        return before != null && before.limits().equals(limits) ? before : new Throttle(limits);
    }
}
