package dev.sluice.client;

import dev.sluice.common.data.PartitionHash;

/**
 * Which partition a request is for, and the hash that its header carries.
 *
 * @param hash of the key; a whole partition is addressed with its index
 * @param ofKey whether the partition follows from the hash and the number of partitions
 */
record Target(long hash, boolean ofKey) {
    /** The partition of a stored key. */
    static Target ofStoredKey(byte[] storedKey) {
        return new Target(PartitionHash.ofStoredKey(storedKey), true);
    }

    /** The partition of a hash key; it is not empty. */
    static Target ofHashKey(byte[] hashKey) {
        if (hashKey.length == 0) {
            throw new IllegalArgumentException("the hash key is empty: only single rows may have an empty one");
        }
        return new Target(PartitionHash.of(hashKey), true);
    }

    static Target ofPartition(int partitionIndex) {
        return new Target(partitionIndex, false);
    }

    int partitionIn(Routing.Snapshot snapshot) {
        return ofKey ? snapshot.partitionOf(hash) : (int) hash;
    }
}
