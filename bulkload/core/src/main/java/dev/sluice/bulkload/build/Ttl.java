package dev.sluice.bulkload.build;

/** A time to live as inputs have it: whole seconds, nothing or 0 for none. */
final class Ttl {
    private Ttl() {}

    static long parse(long line, String text) throws BadRowException {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(stripped);
        } catch (NumberFormatException e) {
            String shown = stripped.length() > 20 ? stripped.substring(0, 20) + "…" : stripped;
            throw new BadRowException(line, "ttl is '" + shown + "', expected seconds");
        }
    }
}
