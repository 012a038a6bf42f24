package dev.sluice.client;

/**
 * What to load into an app: the file set at {@code <root of the provider>/<rootPath>/<clusterName>/<app>}.
 *
 * @param provider a {@code [block_service.<name>]} section of the cluster
 * @param ingestBehind existing rows win over loaded ones
 */
public record LoadSource(String app, String clusterName, String provider, String rootPath, boolean ingestBehind) {}
