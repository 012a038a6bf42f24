package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.view.DiskView;
import dev.sluice.common.view.ReplicaInfoView;
import dev.sluice.common.view.TextTable;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.ReplicaInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What replica servers have, as each of them says itself: disks, replicas, decrees. */
final class ReplicaServerCommands {
    private ReplicaServerCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(new DiskCapacity(session), new QueryReplicaInfo(session), new QueryReplicaDecree(session));
    }

    @Command(
            name = "disk_capacity",
            description = "Shows the data directories of replica servers, and how many replicas are on each.",
            footer = {"Examples:", "  disk_capacity", "  disk_capacity -n 10.0.0.1:34801 -a orders"})
    private static final class DiskCapacity implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOnServers servers;

        DiskCapacity(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            ReplicaServers.Answers<TextTable> disks = servers.ask(
                    session,
                    server -> Optional.of(DiskView.of(server, session.admin().diskInfo(server, servers.app()))));
            session.print(json, disks.byServer().values().toArray(TextTable[]::new));
            return disks.code();
        }
    }

    @Command(
            name = "query_replica_info",
            description =
                    "Shows the replicas of replica servers: status, ballot and decrees of each as the server sees it.",
            footer = {
                "Also replicas that are no members of their partitions; 'app <app_name> -d' shows the members.",
                "",
                "Examples:",
                "  query_replica_info -a orders",
                "  query_replica_info -n 10.0.0.1:34801 -d"
            })
    private static final class QueryReplicaInfo implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOnServers servers;

        @Option(
                names = {"-d", "--detailed"},
                description = "Also what each server knows of the apps.")
        private boolean detailed;

        QueryReplicaInfo(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            ReplicaServers.Answers<List<TextTable>> replicas = servers.ask(session, this::tables);
            session.print(
                    json,
                    replicas.byServer().values().stream().flatMap(List::stream).toArray(TextTable[]::new));
            return replicas.code();
        }

        private Optional<List<TextTable>> tables(HostPort server) {
            AdminClient admin = session.admin();
            List<ReplicaInfo> replicas = admin.replicaInfo(server);
            List<AppInfo> apps = admin.appInfo(server);
            String app = servers.app();
            if (!app.isEmpty()) {
                apps = apps.stream()
                        .filter(info -> info.getAppName().equals(app))
                        .toList();
                Set<Integer> wanted = apps.stream().map(AppInfo::getAppId).collect(Collectors.toSet());
                replicas = replicas.stream()
                        .filter(replica -> wanted.contains(replica.getPid().appId()))
                        .toList();
                if (replicas.isEmpty()) {
                    return Optional.empty();
                }
            }
            TextTable shown = ReplicaInfoView.replicas(server, replicas, apps);
            return Optional.of(detailed ? List.of(shown, ReplicaInfoView.apps(server, apps)) : List.of(shown));
        }
    }

    @Command(
            name = "query_replica_decree",
            description = "Shows how far the replicas of one partition are: the last decree that each has committed.",
            footer = {
                "A learner says 0. Servers without a replica of the partition are left out.",
                "",
                "Examples:",
                "  query_replica_decree -g 1.0",
                "  query_replica_decree -g 1.0 -n 10.0.0.1:34801"
            })
    private static final class QueryReplicaDecree implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private ReplicaServers servers;

        @Option(
                names = {"-g", "--gpid"},
                required = true,
                paramLabel = OperationCommands.GPID,
                description = "The partition.")
        private String gpid;

        QueryReplicaDecree(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Gpid partition = OperationCommands.gpid(gpid);
            ReplicaServers.Answers<Long> decrees = servers.ask(
                    session,
                    "a replica of " + partition,
                    server -> Optional.of(session.admin().replicaDecree(server, partition)));
            TextTable table = TextTable.columns(partition.toString(), "node", "last_decree");
            decrees.byServer().forEach(table::add);
            session.print(json, table);
            return decrees.code();
        }
    }
}
