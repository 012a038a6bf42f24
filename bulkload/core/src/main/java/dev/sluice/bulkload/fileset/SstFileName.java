package dev.sluice.bulkload.fileset;

/**
 * Name of a file in a partition's directory: one element of a path, so that it can never lead out of a directory.
 *
 * <p>Names that begin with a dot, end in {@value #PART_SUFFIX} or are that of the manifest are taken by what lies beside
 * the files, on disk and in the store.
 */
public record SstFileName(String value) implements Comparable<SstFileName> {
    /** Longest name in characters. With what is added to it, it is still a file name on every disk. */
    public static final int CHARACTERS_MAX = 200;

    /** Ends the name of a file that is not complete. */
    public static final String PART_SUFFIX = ".part";

    public SstFileName {
        String fault = fault(value);
        if (!fault.isEmpty()) {
            throw new IllegalArgumentException("file name " + printable(value) + " " + fault);
        }
    }

    /** Checks a name that a manifest gives. Throws {@link SourceException} with the manifest's path and the name. */
    static SstFileName parse(String manifestPath, String name) throws SourceException {
        String fault = fault(name);
        if (!fault.isEmpty()) {
            throw SourceException.damaged(manifestPath, "file name " + printable(name) + " " + fault);
        }
        return new SstFileName(name);
    }

    private static String fault(String name) {
        if (name.equals(FileSetLocation.MANIFEST_NAME)) {
            return "is the manifest's own";
        }
        if (name.endsWith(PART_SUFFIX)) {
            return "ends in " + PART_SUFFIX;
        }
        return PathElements.fault(name, CHARACTERS_MAX);
    }

    private static String printable(String name) {
        return PathElements.printable(name);
    }

    @Override
    public int compareTo(SstFileName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
