package dev.sluice.meta.admin;

/** Which names an app may have: they become parts of paths in stores. */
final class AppNames {
    private static final int LENGTH_MAX = 255;

    private AppNames() {}

    static boolean isAllowed(String name) {
        return !name.isEmpty()
                && name.length() <= LENGTH_MAX
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }
}
