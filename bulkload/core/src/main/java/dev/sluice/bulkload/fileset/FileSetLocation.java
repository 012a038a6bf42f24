package dev.sluice.bulkload.fileset;

import dev.sluice.common.ErrorCode;

/**
 * Where a file set lies in a store: {@code root/cluster/app}, as a start request names it.
 *
 * <p>The root may have several elements, may be absolute, and may be empty; none of its elements is {@code .} or
 * {@code ..}. Cluster and app are one element each.
 */
public record FileSetLocation(String root, String cluster, String app) {
    /** Name of the file that describes the whole set. */
    public static final String INFO_NAME = "bulk_load_info";

    /** Name of a partition's manifest. */
    public static final String MANIFEST_NAME = "bulk_load_metadata";

    private static final int ELEMENT_CHARACTERS_MAX = 255;
    private static final int ROOT_CHARACTERS_MAX = 4096;

    public FileSetLocation {
        root = withoutSlashesAtTheEnd(root);
        String fault = fault(root, cluster, app);
        if (!fault.isEmpty()) {
            throw new IllegalArgumentException(fault);
        }
    }

    /** The same, with the error that a client gets for names that it made up. */
    public static FileSetLocation parse(String root, String cluster, String app) throws SourceException {
        String fault = fault(withoutSlashesAtTheEnd(root), cluster, app);
        if (!fault.isEmpty()) {
            throw new SourceException(
                    PathElements.printable(root + "/" + cluster + "/" + app),
                    fault,
                    ErrorCode.ERR_INVALID_PARAMETERS,
                    Remedy.FIX_THE_SOURCE);
        }
        return new FileSetLocation(root, cluster, app);
    }

    /** The directory of the whole set. */
    public String directory() {
        return root.isEmpty() ? cluster + "/" + app : (root.equals("/") ? "" : root) + "/" + cluster + "/" + app;
    }

    public String infoPath() {
        return directory() + "/" + INFO_NAME;
    }

    /** The directory of a partition. */
    public String partitionPath(int partitionIndex) {
        if (partitionIndex < 0) {
            throw new IllegalArgumentException("partition " + partitionIndex + ": expected 0 or more");
        }
        return directory() + "/" + partitionIndex;
    }

    public String manifestPath(int partitionIndex) {
        return partitionPath(partitionIndex) + "/" + MANIFEST_NAME;
    }

    public String filePath(int partitionIndex, SstFileName name) {
        return partitionPath(partitionIndex) + "/" + name.value();
    }

    private static String fault(String root, String cluster, String app) {
        if (root.length() > ROOT_CHARACTERS_MAX) {
            return "root is longer than " + ROOT_CHARACTERS_MAX + " characters";
        }
        if (!root.isEmpty() && !root.equals("/")) {
            for (String element : (root.startsWith("/") ? root.substring(1) : root).split("/", -1)) {
                // Directories of an operator may begin with a dot; what may not is a step up, or nowhere.
                String fault = element.equals(".") || element.equals("..")
                        ? "leads elsewhere"
                        : PathElements.fault(element.replaceFirst("^\\.+(?=.)", ""), ELEMENT_CHARACTERS_MAX);
                if (!fault.isEmpty()) {
                    return "root " + PathElements.printable(root) + ": element " + PathElements.printable(element) + " "
                            + fault;
                }
            }
        }
        String clusterFault = PathElements.fault(cluster, ELEMENT_CHARACTERS_MAX);
        if (!clusterFault.isEmpty()) {
            return "cluster name " + PathElements.printable(cluster) + " " + clusterFault;
        }
        String appFault = PathElements.fault(app, ELEMENT_CHARACTERS_MAX);
        return appFault.isEmpty() ? "" : "app name " + PathElements.printable(app) + " " + appFault;
    }

    private static String withoutSlashesAtTheEnd(String root) {
        int end = root.length();
        while (end > 1 && root.charAt(end - 1) == '/') {
            end--;
        }
        return root.substring(0, end);
    }
}
