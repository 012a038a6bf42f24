package dev.sluice.meta.state;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.AppPhase;
import dev.sluice.bulkload.load.LoadPlan;
import dev.sluice.bulkload.load.PartitionLoad;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of the state's digest that loads make: one hash for each load, and one for each of its partitions. */
final class LoadDigest {
    private LoadDigest() {}

    /** All of a load but its partitions. */
    private record Head(LoadPlan plan, AppPhase phase) {}

    /** By how much the digest moves. What is the same object in both costs nothing. */
    @SuppressWarnings("ReferenceEquality") // a different object with the same content only costs its hashes
    static long difference(@Nullable AppLoad before, @Nullable AppLoad after) {
        if (before == after) {
            return 0;
        }
        return sum(after, before) - sum(before, after);
    }

    private static long sum(@Nullable AppLoad load, @Nullable AppLoad other) {
        if (load == null) {
            return 0;
        }
        long sum = EntityHash.of("load", new Head(load.plan(), load.phase()));
        List<PartitionLoad> known = other == null ? List.of() : other.partitions();
        for (int index = 0; index < load.partitions().size(); index++) {
            PartitionLoad partition = load.partitions().get(index);
            if (index >= known.size() || !isSame(partition, known.get(index))) {
                sum += EntityHash.of("load " + load.plan().appId() + "." + index, partition);
            }
        }
        return sum;
    }

    @SuppressWarnings("ReferenceEquality") // a different object with the same content only costs two hashes
    private static boolean isSame(PartitionLoad one, PartitionLoad other) {
        return one == other;
    }
}
