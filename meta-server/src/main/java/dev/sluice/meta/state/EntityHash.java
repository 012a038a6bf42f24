package dev.sluice.meta.state;

/** Hash of one part of the state: FNV-1a over its JSON, mixed so that sums of many stay apart. */
final class EntityHash {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private EntityHash() {}

    static long of(String kind, Object part) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < kind.length(); i++) {
            hash = (hash ^ kind.charAt(i)) * FNV_PRIME;
        }
        for (byte b : JournalEntry.json(part)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
