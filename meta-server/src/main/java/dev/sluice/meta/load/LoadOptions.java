package dev.sluice.meta.load;

import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;

/**
 * How the leader treats loads.
 *
 * @param verify full, checksum or size
 * @param minReplicaCount members that a partition needs to go on; never more than the app should have
 */
public record LoadOptions(String verify, int minReplicaCount) {
    /** How much of a file set is looked at before it counts as staged. */
    public static final Option<String> VERIFY = Options.choice(
                    "meta_server", "bulk_load_verify", "full", "checksum", "size")
            .defaultValue("full")
            .doc(
                    "What is checked before files count as staged. full: also every block, key and value; checksum: size and MD5, "
                            + "no row is looked at; size: nothing else, so that it keeps no promise.");
}
