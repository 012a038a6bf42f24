package dev.sluice.replica.compaction;

import dev.sluice.replica.engine.Engine;

/**
 * A compaction that is due.
 *
 * @param isPeriodic asked for by a time of the day; else by {@code manual_compact.once.trigger_time}
 * @param targetLevel as for {@link Engine#compact}
 * @param rewritesLast as for {@link Engine#compact}
 * @param concurrentMax it begins only while fewer run on the node, of whatever apps
 */
record CompactionOrder(boolean isPeriodic, int targetLevel, boolean rewritesLast, int concurrentMax) {}
