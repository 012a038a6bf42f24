package dev.sluice.replica.compaction;

import dev.sluice.replica.engine.Engine;

/**
 * A compaction that is due.
 *
 * @param isPeriodic asked for by a time of the day; else by {@code manual_compact.once.trigger_time}
 * @param targetLevel as for {@link Engine#compact}
 * @param rewritesLast as for {@link Engine#compact}
 * @param concurrentMax so many may run at once on the node, of whatever apps, for this one to begin
 */
record CompactionOrder(boolean isPeriodic, int targetLevel, boolean rewritesLast, int concurrentMax) {}
