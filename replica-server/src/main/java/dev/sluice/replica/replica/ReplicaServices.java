package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.replica.compaction.CompactionTurns;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.learn.CheckpointFetch;
import dev.sluice.replica.learn.CheckpointShelf;
import dev.sluice.replica.log.MutationLog;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What all replicas of a node share.
 *
 * @param self this server, as configurations name it
 * @param incarnation of this process
 * @param disks where replicas lie
 * @param logs opens the log in a directory
 * @param maintenance runs what waits for the disk: opening, flushing, publishing, checkpoints
 * @param compactions runs those that operators ask for
 * @param endReaders ends what holds rows of a replica for longer than one read: its engine is about to be replaced
 */
public record ReplicaServices(
        HostPort self,
        long incarnation,
        FileSystem files,
        DataDirectories disks,
        EngineFactory engines,
        Function<Path, MutationLog> logs,
        RpcClient rpc,
        Executor maintenance,
        CompactionTurns compactions,
        CheckpointShelf shelf,
        CheckpointFetch fetch,
        LoadHooksFactory loads,
        Consumer<Gpid> endReaders,
        ReplicaSettings settings) {}
