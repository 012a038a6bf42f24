package dev.sluice.bulkload.build;

/** A row that was left out: the line of the input on which it begins, from 1, and what is wrong with it. */
public record BadRow(long line, String reason) {
    @Override
    public String toString() {
        return "line " + line + ": " + reason;
    }
}
