package dev.sluice.bulkload.hdfs;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.jspecify.annotations.Nullable;

/** A name node and a data node in this process, on loopback. */
public final class HdfsServer implements AutoCloseable {
    private final MiniDFSCluster cluster;
    private MiniDFSCluster.@Nullable DataNodeProperties stopped;

    /** Starts both; their files are in that directory. */
    public HdfsServer(Path directory) throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
        configuration.setInt("dfs.blocksize", 1024 * 1024);
        configuration.setInt("dfs.namenode.fs-limits.min-block-size", 1024);
        configuration.setBoolean("dfs.permissions.enabled", true);
        cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        cluster.waitActive();
    }

    /** Of the name node. */
    public int port() {
        return cluster.getNameNodePort();
    }

    FileSystem files() throws IOException {
        return cluster.getFileSystem();
    }

    /** A store below a root, of short patience. */
    BlockStore store(String root, String... more) throws BlockStoreException {
        List<String> args = new ArrayList<>(List.of("127.0.0.1:" + port(), root, "timeout_ms=5000"));
        args.addAll(List.of(more));
        return new HdfsBlockStoreType().open(new BlockService("test", HdfsBlockStoreType.NAME, args));
    }

    /** Ends the data node. */
    public void stopDataNode() {
        stopped = cluster.stopDataNode(0);
    }

    /** On the port that it had. */
    public void startDataNode() throws IOException {
        cluster.restartDataNode(stopped, true);
        cluster.waitActive();
    }

    void stopNameNode() {
        cluster.shutdownNameNode(0);
    }

    void startNameNode() throws IOException {
        cluster.restartNameNode(0, true);
    }

    @Override
    public void close() {
        cluster.shutdown(true);
    }
}
