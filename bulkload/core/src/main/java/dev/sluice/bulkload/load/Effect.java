package dev.sluice.bulkload.load;

/** What a replica's driver does for a {@link Step}. */
public sealed interface Effect {
    /** Ask for a download slot; the answer is {@link ReplicaLoad#onSlot}. */
    record RequestSlot(LoadOrder order) implements Effect {}

    /** Give the slot back, or the place in the queue. */
    record ReleaseSlot() implements Effect {}

    /** Read the manifest and fetch what is missing. It ends with one of fetched, failed, stopped. */
    record Fetch(LoadOrder order, long attempt) implements Effect {}

    /** Check the files and record durably that they are staged. It ends with one of verified, failed, stopped. */
    record Verify(LoadOrder order, long attempt) implements Effect {}

    /** Have the work of that attempt end soon; it says so by its ending. */
    record Stop(long attempt) implements Effect {}

    /** Delete what is on disk of all loads up to that one; the answer is {@link ReplicaLoad#onDeleted}. */
    record Delete(long upToLoadId) implements Effect {}
}
