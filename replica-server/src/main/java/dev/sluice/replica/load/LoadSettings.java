package dev.sluice.replica.load;

import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.common.config.Config;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;

/** The options of loads on a replica server. */
public final class LoadSettings {
    private static final String TRANSFER_EACH = "each";
    private static final String TRANSFER_RELAY = "relay";

    /** Slots of the node. */
    public static final Option<Integer> DOWNLOADING_COUNT_MAX = Options.integer(
                    "replication", "max_concurrent_bulk_load_downloading_count")
            .defaultValue(5)
            .range(0, 1000)
            .doc("Replicas of this node that download at once, over all apps; the others wait in one queue.")
            .mutable();

    /** Whether staging may share files with a store on the same file system. */
    public static final Option<Boolean> LINK_LOCAL_FILES = Options.bool("replication", "bulk_load_link_local_files")
            .defaultValue(false)
            .doc("""
                    Files of a store on the same file system (local_service) get a second name (hard link) instead of a copy. \
                    They are hashed all the same. Only for file sets whose files are never changed in place: what is \
                    written to such a file later is written to the data of the replicas. Where no link can be made, \
                    or the file has another name already, it is copied.""");

    /** Whether the members of a group read from each other. */
    public static final Option<String> TRANSFER = Options.choice(
                    "replication", "bulk_load_transfer", TRANSFER_EACH, TRANSFER_RELAY)
            .defaultValue(TRANSFER_EACH)
            .doc("""
                    How the files of a load come to the members of a partition. each: every member reads the store. relay: \
                    one reads the store, and the others read from it and from each other while the files arrive, so that \
                    the store is read once; where that breaks off, the store is read. The primary decides for its partition.""")
            .mutable();

    /** From how many files on a partition's files are rewritten as fewer. */
    public static final Option<Integer> REPACK_ABOVE_FILES = Options.integer(
                    "replication", "bulk_load_repack_above_files")
            .defaultValue(128)
            .range(1, 100_000)
            .doc("""
                    More files than this of one partition are merged into files of 64 MiB and more before they are \
                    ingested, because writes to the partition wait while its files are taken in, for about half a \
                    millisecond each. Until the load ends this needs the bytes of the partition once more on the disk; \
                    where they are not free the files are taken as they are.""")
            .mutable();

    /** Whose sets are loaded. */
    public static final Option<String> PUBLIC_KEY = Options.string("replication", "bulk_load_public_key")
            .defaultValue("")
            .doc("""
                    Only sets that are signed with the private key to this Ed25519 public key are loaded (sluice fileset \
                    build --sign-key). The base64 lines of the PEM file as one word; empty: no signature is asked for.""");

    /** All of them. */
    public static final List<Option<?>> ALL =
            List.of(DOWNLOADING_COUNT_MAX, LINK_LOCAL_FILES, TRANSFER, REPACK_ABOVE_FILES, PUBLIC_KEY);

    /** The remote command that reads and sets {@link #DOWNLOADING_COUNT_MAX}. */
    public static final String DOWNLOADING_COUNT_COMMAND = "replica.max-concurrent-bulk-load-downloading-count";

    private LoadSettings() {}

    /** Throws {@link IllegalArgumentException} with the option's name if it is no key. */
    static Optional<PublicKey> publicKey(Config config) {
        String text = config.get(PUBLIC_KEY);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(SetSignature.parsePublicKey(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[replication] bulk_load_public_key: " + e.getMessage(), e);
        }
    }

    static boolean isRelayed(Config config) {
        return config.get(TRANSFER).equals(TRANSFER_RELAY);
    }
}
