package dev.sluice.client;

import dev.sluice.wire.bulkload.LoadMode;

/**
 * What to load into an app: the file set at {@code <root of the provider>/<rootPath>/<clusterName>/<app>}.
 *
 * @param provider a {@code [block_service.<name>]} section of the cluster
 * @param mode how the rows meet those that are there: MERGE, BEHIND or REPLACE
 * @param priority from -9 to 9: of the replicas that wait for a download slot of a node, those of a load of higher priority go
 *     first
 */
public record LoadSource(
        String app, String clusterName, String provider, String rootPath, LoadMode mode, int priority) {
    /** A load of priority 0. */
    public LoadSource(String app, String clusterName, String provider, String rootPath, LoadMode mode) {
        this(app, clusterName, provider, rootPath, mode, 0);
    }

    /** A load whose rows win over those that are there. */
    public static LoadSource merge(String app, String clusterName, String provider, String rootPath) {
        return new LoadSource(app, clusterName, provider, rootPath, LoadMode.MERGE);
    }

    /** The same with another priority. */
    public LoadSource withPriority(int another) {
        return new LoadSource(app, clusterName, provider, rootPath, mode, another);
    }
}
