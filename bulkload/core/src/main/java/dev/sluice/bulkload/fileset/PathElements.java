package dev.sluice.bulkload.fileset;

/** The rules for one element of a path in a store. */
final class PathElements {
    private static final int SHOWN_CHARACTERS_MAX = 80;

    private PathElements() {}

    /** What is wrong with the name as one element of a path; empty if nothing is. */
    static String fault(String name, int charactersMax) {
        if (name.isEmpty()) {
            return "is empty";
        }
        if (name.length() > charactersMax) {
            return "is longer than " + charactersMax + " characters";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == '\\') {
                return "is not one element of a path";
            }
            if (Character.isISOControl(c)) {
                return "has a control character";
            }
            if (Character.isSurrogate(c) && !isPaired(name, i)) {
                return "is not valid Unicode";
            }
        }
        if (name.charAt(0) == '.') {
            return "begins with a dot";
        }
        return "";
    }

    /** The name as it can be shown in a message: quoted, bounded, without control characters. */
    static String printable(String name) {
        StringBuilder shown = new StringBuilder("'");
        for (int i = 0; i < Math.min(name.length(), SHOWN_CHARACTERS_MAX); i++) {
            char c = name.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return shown.append(name.length() > SHOWN_CHARACTERS_MAX ? "…'" : "'").toString();
    }

    private static boolean isPaired(String name, int i) {
        char c = name.charAt(i);
        return Character.isHighSurrogate(c)
                ? i + 1 < name.length() && Character.isLowSurrogate(name.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(name.charAt(i - 1));
    }
}
