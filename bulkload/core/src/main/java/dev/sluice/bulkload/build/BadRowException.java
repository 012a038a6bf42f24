package dev.sluice.bulkload.build;

/** One row of the input is not usable. The next call of the source goes on behind it. */
public final class BadRowException extends Exception {
    private final BadRow row;

    public BadRowException(long line, String reason) {
        super("line " + line + ": " + reason);
        this.row = new BadRow(line, reason);
    }

    public BadRow row() {
        return row;
    }
}
