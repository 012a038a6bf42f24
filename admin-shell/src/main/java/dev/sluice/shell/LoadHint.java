package dev.sluice.shell;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the hint of a running load tells beside the fields of the protocol: bytes and rate, why a partition is not
 * further, and the rest of the text. A hint in other words is all rest.
 *
 * @param transfer null if the hint has no figures
 * @param partitions reasons by index
 */
record LoadHint(@Nullable Transfer transfer, Map<Integer, String> partitions, String rest) {
    private static final Pattern TRANSFER =
            Pattern.compile("(\\d+) of (\\d+) bytes, (\\d+) bytes/s, about (\\d+) s left");
    private static final Pattern PARTITION = Pattern.compile("\\d+\\.(\\d+): (.*)");
    /** Where a part begins; a semicolon elsewhere belongs to the reason of a partition. */
    private static final Pattern BOUNDARY = Pattern.compile("; (?=\\d+\\.\\d+: |and \\d+ more)");

    /** How far the copying is. */
    record Transfer(long bytesDone, long bytesTotal, long bytesPerSecond, long secondsLeft) {
        int percent() {
            return bytesTotal <= 0 ? 0 : (int) Math.min(100, bytesDone * 100 / bytesTotal);
        }
    }

    static LoadHint parse(String hint) {
        Transfer transfer = null;
        Map<Integer, String> partitions = new HashMap<>();
        StringBuilder rest = new StringBuilder();
        for (String part : BOUNDARY.split(hint, -1)) {
            Matcher figures = TRANSFER.matcher(part);
            Matcher partition = PARTITION.matcher(part);
            if (figures.matches()) {
                transfer = new Transfer(
                        Long.parseLong(figures.group(1)),
                        Long.parseLong(figures.group(2)),
                        Long.parseLong(figures.group(3)),
                        Long.parseLong(figures.group(4)));
            } else if (partition.matches()) {
                partitions.put(Integer.valueOf(partition.group(1)), partition.group(2));
            } else {
                rest.append(rest.isEmpty() ? "" : "; ").append(part);
            }
        }
        return new LoadHint(transfer, partitions, rest.toString());
    }
}
