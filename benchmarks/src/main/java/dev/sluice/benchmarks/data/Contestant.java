package dev.sluice.benchmarks.data;

/** One way to carry operations out. */
interface Contestant {
    String name();

    /** Begins a read; {@code done} hears of its end, perhaps inside this call. */
    void read(long row, Done done);

    /** Begins a write. */
    void write(long row, byte[] value, Done done);

    /** Begins to read up to that many rows of one hash key, from a row on. */
    void scan(long row, int rowsMax, Done done);

    /** How many operations may be under way at once; 1 for one that carries them out inside the call. */
    int inFlightMax();

    /** Hears once of the end of an operation. */
    interface Done {
        void done(boolean ok);
    }
}
