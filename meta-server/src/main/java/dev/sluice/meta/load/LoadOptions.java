package dev.sluice.meta.load;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import java.util.function.IntSupplier;

/**
 * How the leader treats loads.
 *
 * @param verify full, checksum or size
 * @param minReplicaCount members that a partition needs to go on; never more than the app should have
 * @param tinyFilesMax files of a partition, if they are smaller than {@link #TINY_BYTES} on average
 * @param nodeIngestingMax partitions of a node that may publish at once; asked each time
 */
public record LoadOptions(String verify, int minReplicaCount, int tinyFilesMax, IntSupplier nodeIngestingMax) {
    /** Below that a file is tiny: many of them at once cost an engine more than their bytes. */
    static final long TINY_BYTES = 8L << 20;

    /** More tiny files than that are no set to load. */
    public static final Option<Integer> TINY_FILES_MAX = Options.integer("meta_server", "bulk_load_tiny_files_max")
            .defaultValue(500)
            .range(1, Manifest.FILES_MAX)
            .doc(
                    "SST files that a partition of a file set may have if they are smaller than 8 MiB on average. Where rows lie "
                            + "already, each may become a file of level 0, which slows down reads and stops writes.");

    /** So many partitions of a node publish at once. */
    public static final Option<Integer> NODE_INGESTING_MAX = Options.integer(
                    "meta_server", "bulk_load_node_max_ingesting_count")
            .defaultValue(4)
            .range(1, 10_000)
            .doc(
                    "Partitions of one replica server that publish at once, of all loads together. Fewer: writes are held up less "
                            + "while a load publishes, and that takes longer.")
            .mutable();

    /** How much of a file set is looked at before it counts as staged. */
    public static final Option<String> VERIFY = Options.choice(
                    "meta_server", "bulk_load_verify", "full", "checksum", "size")
            .defaultValue("full")
            .doc(
                    "What is checked before files count as staged. full: also every block, key and value; checksum: size and MD5, "
                            + "no row is looked at; size: nothing else, so that it keeps no promise.");
}
