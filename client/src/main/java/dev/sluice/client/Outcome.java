package dev.sluice.client;

/** What became of one operation of a batch. */
public sealed interface Outcome<T> {
    /** It succeeded. */
    record Done<T>(T result) implements Outcome<T> {}

    /** It failed; the others of the batch may have succeeded. */
    record Failed<T>(ClientException why) implements Outcome<T> {}

    /** The result. Throws what the operation failed with. */
    default T resultOrThrow() {
        if (this instanceof Done<T> done) {
            return done.result();
        }
        throw ((Failed<T>) this).why();
    }
}
