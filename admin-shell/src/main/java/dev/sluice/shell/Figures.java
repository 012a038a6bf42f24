package dev.sluice.shell;

import java.util.Locale;

/** Figures as a person reads them. */
public final class Figures {
    private Figures() {}

    /** {@code 12.3 MiB}. */
    public static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double number = (double) bytes;
        while (number >= 1024 && unit < units.length - 1) {
            number /= 1024;
            unit++;
        }
        return unit == 0
                ? String.format(Locale.ROOT, "%.0f %s", number, units[unit])
                : String.format(Locale.ROOT, "%.1f %s", number, units[unit]);
    }

    /** {@code 1:02} or {@code 1:02:03}. */
    public static String duration(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** A bar of that many characters. */
    static String bar(int percent, int width) {
        int filled = Math.max(0, Math.min(width, percent * width / 100));
        return "#".repeat(filled) + "-".repeat(width - filled);
    }
}
