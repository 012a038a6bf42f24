package dev.sluice.meta.admin;

import dev.sluice.common.HostPort;
import java.util.List;

/**
 * As what a meta server presents itself to clients.
 *
 * @param self where clients reach this server
 * @param clusterName as an operator named the cluster
 * @param metaServers where clients reach the servers of the group, in the order of the configuration
 */
public record MetaIdentity(HostPort self, String clusterName, List<HostPort> metaServers) {
    public MetaIdentity {
        metaServers = List.copyOf(metaServers);
    }
}
