package dev.sluice.client;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.MetaFunctionLevel;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.PatternMatchType;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.admin.ReplicaInfo;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Administration for those who wait for each answer: apps, nodes, loads, remote commands. A method here calls the one of that
 * name of {@link AsyncAdminClient}, which tells deadlines and errors, and blocks until its future is done; what the future fails
 * with, a {@link ClientException} with the server's error and hint, is thrown.
 *
 * <p>Safe for use by several threads; not on a thread on which futures of the client complete, which would wait for itself.
 */
public final class AdminClient {
    private final AsyncAdminClient async;

    AdminClient(AsyncAdminClient async) {
        this.async = async;
    }

    /** The meta servers that the client knows: those it was given, and the leaders that they named. */
    public List<HostPort> metaServers() {
        return async.metaServers();
    }

    /** What an operator does with partitions by hand. */
    public Operations operations() {
        return new Operations(async.operations());
    }

    // Apps

    /**
     * Makes an app, and returns its id. Its partitions get their replicas a little later: see {@link #awaitHealthy}.
     *
     * @param partitionCount as long as the app exists
     * @param replicaCount of each partition
     * @param failIfExists false: an app of that name and shape is fine, and its id is returned
     */
    public int createApp(
            String name, int partitionCount, int replicaCount, Map<String, String> envs, boolean failIfExists) {
        return ClientException.await(async.createApp(name, partitionCount, replicaCount, envs, failIfExists));
    }

    /**
     * Waits until every partition has a primary and all its secondaries.
     *
     * @param timeoutMs after which no further question is asked
     */
    public void awaitHealthy(String app, int timeoutMs) {
        ClientException.await(async.awaitHealthy(app, timeoutMs));
    }

    /**
     * Drops an app. It can be recalled until it expires.
     *
     * @param reserveSeconds until it expires; 0: the cluster's default
     */
    public void dropApp(String name, long reserveSeconds) {
        ClientException.await(async.dropApp(name, reserveSeconds));
    }

    /**
     * Brings a dropped app back, and returns it.
     *
     * @param newName empty: its old name
     */
    public AppInfo recallApp(int appId, String newName) {
        return ClientException.await(async.recallApp(appId, newName));
    }

    /** Gives an app another name; its rows and id stay. */
    public void renameApp(String oldName, String newName) {
        ClientException.await(async.renameApp(oldName, newName));
    }

    /** Apps of that status, by id; {@code AS_INVALID}: of every status. */
    public List<AppInfo> listApps(AppStatus status) {
        return ClientException.await(async.listApps(status));
    }

    /** Of these, those whose name matches the pattern. */
    public List<AppInfo> listApps(AppStatus status, String pattern, PatternMatchType type) {
        return ClientException.await(async.listApps(status, pattern, type));
    }

    /** The available app of that name. */
    public AppInfo app(String name) {
        return ClientException.await(async.app(name));
    }

    /** Where the partitions of an app are, by index. */
    public QueryConfigResponse queryConfig(String app) {
        return ClientException.await(async.queryConfig(app));
    }

    /**
     * Sets environment variables of an app; its others stay.
     *
     * @param envs at least one
     */
    public void setAppEnvs(String app, Map<String, String> envs) {
        ClientException.await(async.setAppEnvs(app, envs));
    }

    /**
     * Removes these variables, and returns what the server says of it.
     *
     * @param keys at least one; what the app does not have is passed over
     */
    public String deleteAppEnvs(String app, List<String> keys) {
        return ClientException.await(async.deleteAppEnvs(app, keys));
    }

    /**
     * Removes variables, and returns what the server says of it.
     *
     * @param prefix of those that begin with it and a dot; empty: all
     */
    public String clearAppEnvs(String app, String prefix) {
        return ClientException.await(async.clearAppEnvs(app, prefix));
    }

    /** How many replicas each partition of an app should have. */
    public int maxReplicaCount(String app) {
        return ClientException.await(async.maxReplicaCount(app));
    }

    /**
     * Sets how many replicas each partition of an app should have, and returns how many they should have had. The replicas
     * come and go later.
     */
    public int setMaxReplicaCount(String app, int count) {
        return ClientException.await(async.setMaxReplicaCount(app, count));
    }

    /** Whether an app has the flag; atomic writes of Sluice are idempotent with and without it. */
    public boolean atomicIdempotent(String app) {
        return ClientException.await(async.atomicIdempotent(app));
    }

    /** Sets the flag, and returns what it was before. */
    public boolean setAtomicIdempotent(String app, boolean wanted) {
        return ClientException.await(async.setAtomicIdempotent(app, wanted));
    }

    /**
     * Asks every replica of an app to compact once; returns when that is noted: {@link #queryManualCompaction} says how it
     * stands.
     */
    public void startManualCompaction(String app, CompactionOptions options) {
        ClientException.await(async.startManualCompaction(app, options));
    }

    /**
     * How many percent of the replicas that an app should have are done with the compaction that was started last; empty if
     * none was started.
     */
    public OptionalInt queryManualCompaction(String app) {
        return ClientException.await(async.queryManualCompaction(app));
    }

    // Nodes and cluster

    /** The replica servers that the leader knows, by address, and whether they are alive. */
    public Map<HostPort, NodeStatus> listNodes() {
        return ClientException.await(async.listNodes());
    }

    /** What the leader says of the cluster, in its order. */
    public Map<String, String> clusterInfo() {
        return ClientException.await(async.clusterInfo());
    }

    /** How much the meta leader does by itself. */
    public MetaFunctionLevel functionLevel() {
        return ClientException.await(async.functionLevel());
    }

    /**
     * Sets how much the meta leader does by itself, and returns what it was before.
     *
     * @param level not {@code FL_INVALID}
     */
    public MetaFunctionLevel setFunctionLevel(MetaFunctionLevel level) {
        return ClientException.await(async.setFunctionLevel(level));
    }

    /** Runs a remote command on a server, and returns its text; that of a command that failed is an answer too. */
    public String remoteCommand(HostPort server, String command, List<String> arguments) {
        return ClientException.await(async.remoteCommand(server, command, arguments));
    }

    /**
     * The data directories of a replica server: sizes in MB, and the replicas on each.
     *
     * @param app of which replicas are shown; empty for all
     */
    public QueryDiskInfoResponse diskInfo(HostPort server, String app) {
        return ClientException.await(async.diskInfo(server, app));
    }

    /**
     * The replicas that a replica server has, by partition, also those that are no members: the status of each as the server
     * sees it, its ballot, how far it is in decrees, and the tag of the data directory that it is in.
     */
    public List<ReplicaInfo> replicaInfo(HostPort server) {
        return ClientException.await(async.replicaInfo(server));
    }

    /** The apps that a replica server has replicas of, by id, as that server knows them. */
    public List<AppInfo> appInfo(HostPort server) {
        return ClientException.await(async.appInfo(server));
    }

    /** The last decree that a replica server has committed in its replica of a partition; 0 for a learner. */
    public long replicaDecree(HostPort server, Gpid gpid) {
        return ClientException.await(async.replicaDecree(server, gpid));
    }

    // Bulk load

    /** Starts a load; returns when it has begun, long before it ends: {@link #queryBulkLoad} says how it stands. */
    public void startBulkLoad(LoadSource source) {
        ClientException.await(async.startBulkLoad(source));
    }

    /**
     * Checks all of a load that can be checked without fetching it: the app, its mode, the set, its manifests, the sizes of its
     * files, free space. Starts nothing; returns what the load would fetch where.
     */
    public String forecastBulkLoad(LoadSource source) {
        return ClientException.await(async.forecastBulkLoad(source));
    }

    /**
     * Makes a generation of rows that a load of mode replace has replaced current again, in all partitions or in none. It is a
     * load without files: this returns when it has begun, and {@link #queryBulkLoad} says how it stands.
     *
     * @param generation id of the load that made it; 0 for the rows that the app began with
     */
    public void rollbackBulkLoad(String app, long generation) {
        ClientException.await(async.rollbackBulkLoad(app, generation));
    }

    /** Pauses, restarts or cancels the load of an app; returns when that is decided, before every replica has followed. */
    public void controlBulkLoad(String app, BulkLoadControlType type) {
        ClientException.await(async.controlBulkLoad(app, type));
    }

    /** The load of an app as it is now, or its last one. A load that failed is an answer, not an exception. */
    public LoadStatus queryBulkLoad(String app) {
        return ClientException.await(async.queryBulkLoad(app));
    }

    /** Forgets the result of the last load, and returns what the server says of it. */
    public String clearBulkLoad(String app) {
        return ClientException.await(async.clearBulkLoad(app));
    }
}
