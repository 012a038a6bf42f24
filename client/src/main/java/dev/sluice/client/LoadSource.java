package dev.sluice.client;

import dev.sluice.wire.bulkload.LoadMode;

/**
 * What to load into an app: the file set at {@code <root of the provider>/<rootPath>/<clusterName>/<app>}.
 *
 * @param provider a {@code [block_service.<name>]} section of the cluster
 * @param mode how the rows meet those that are there: MERGE, BEHIND or REPLACE
 */
public record LoadSource(String app, String clusterName, String provider, String rootPath, LoadMode mode) {
    /** A load whose rows win over those that are there. */
    public static LoadSource merge(String app, String clusterName, String provider, String rootPath) {
        return new LoadSource(app, clusterName, provider, rootPath, LoadMode.MERGE);
    }
}
