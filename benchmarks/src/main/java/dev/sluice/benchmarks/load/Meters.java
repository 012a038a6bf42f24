package dev.sluice.benchmarks.load;

/** Reads what servers say for Prometheus. */
final class Meters {
    private Meters() {}

    /** Sum over all lines of that meter. Throws {@link IllegalArgumentException} if there is none. */
    static long value(String metrics, String name) {
        double sum = 0;
        boolean isThere = false;
        for (String line : metrics.lines().toList()) {
            boolean isOfMeter = line.startsWith(name)
                    && line.length() > name.length()
                    && (line.charAt(name.length()) == ' ' || line.charAt(name.length()) == '{');
            if (isOfMeter) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                isThere = true;
            }
        }
        if (!isThere) {
            throw new IllegalArgumentException("meter " + name + ": expected in the metrics, found none");
        }
        return (long) sum;
    }
}
