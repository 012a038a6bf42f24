package dev.sluice.bulkload.load;

import dev.sluice.bulkload.fileset.FileSetLocation;

/**
 * Where a load's file set lies.
 *
 * @param provider name of a {@code [block_service.<name>]} section
 * @param root below the provider's own root
 * @param app name that the app had when the load was started: a rename moves no files
 */
public record LoadSource(String provider, String root, String cluster, String app) {
    public FileSetLocation location() {
        return new FileSetLocation(root, cluster, app);
    }
}
