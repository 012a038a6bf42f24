package dev.sluice.bulkload.spark;

import org.apache.spark.unsafe.hash.Murmur3_x86_32;

/**
 * Gives each partition of a set a Spark partition of its own.
 *
 * <p>Spark sends a row to the Spark partition that the hash of a column says. A column with the partition's index would put
 * several partitions of a set together and leave others empty; so the column has a number whose hash is the index. Should
 * another Spark hash in another way, then sets stay right, only the work is spread unevenly.
 */
final class Routes {
    /** The seed of Spark's own partitioning. */
    private static final int SEED = 42;

    private Routes() {}

    /** For each partition the number that is sent to the Spark partition of the same index. */
    static int[] of(int partitions) {
        int[] routes = new int[partitions];
        boolean[] isFound = new boolean[partitions];
        int found = 0;
        for (int number = 0; found < partitions; number++) {
            int index = Math.floorMod(Murmur3_x86_32.hashInt(number, SEED), partitions);
            if (!isFound[index]) {
                isFound[index] = true;
                routes[index] = number;
                found++;
            }
        }
        return routes;
    }
}
