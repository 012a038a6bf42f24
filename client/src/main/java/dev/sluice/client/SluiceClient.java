package dev.sluice.client;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.time.EventLoop;
import dev.sluice.common.time.ThreadEventLoop;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A client of one cluster: its tables, and its administration. Safe for use by several threads. */
public final class SluiceClient implements AutoCloseable {
    private final RpcClient rpc;
    private final EventLoop loop;
    private final ClientOptions options;
    private final MetaGroup metas;
    private final Pauses pauses;
    private final Runnable onClose;
    private final Map<String, Table> tables = new ConcurrentHashMap<>();

    /**
     * A client of the cluster with these meta servers. Connections are made as they are needed.
     *
     * @param rpc closed with the client
     */
    public SluiceClient(List<HostPort> metaServers, RpcClient rpc, ClientOptions options) {
        this(metaServers, rpc, options, new ThreadEventLoop("sluice-client"));
    }

    private SluiceClient(List<HostPort> metaServers, RpcClient rpc, ClientOptions options, ThreadEventLoop ownLoop) {
        this(metaServers, rpc, options, ownLoop, ownLoop::close);
    }

    SluiceClient(List<HostPort> metaServers, RpcClient rpc, ClientOptions options, EventLoop loop, Runnable onClose) {
        this.rpc = rpc;
        this.loop = loop;
        this.options = options;
        this.pauses = new Pauses(loop);
        this.metas = new MetaGroup(metaServers, rpc, loop, pauses, options);
        this.onClose = onClose;
    }

    /** A client of the cluster with these meta servers, over the network. */
    public static SluiceClient connect(List<HostPort> metaServers, ClientOptions options) {
        RpcIo io = RpcIo.start("sluice-client-io", 1);
        ThreadEventLoop loop = new ThreadEventLoop("sluice-client");
        RpcClient rpc = new NettyRpcClient(io, null, RpcLimits.DEFAULT);
        return new SluiceClient(metaServers, rpc, options, loop, () -> {
            loop.close();
            io.close();
        });
    }

    /** Reads {@code host:port,host:port}. Throws {@link IllegalArgumentException} for anything else. */
    public static List<HostPort> parseServers(String list) {
        return Arrays.stream(list.split(",", -1)).map(HostPort::parse).toList();
    }

    /** The table of that name. It is looked for when it is first used. */
    public Table table(String name) {
        return tables.computeIfAbsent(
                name,
                key -> new Table(new Calls(
                        key, new PartitionCall.Context(new Routing(key, metas), rpc, loop, pauses, options))));
    }

    /** The administration of the cluster, whose calls wait for their answers. */
    public AdminClient admin() {
        return new AdminClient(adminAsync());
    }

    /** The administration of the cluster, whose calls return at once. */
    public AsyncAdminClient adminAsync() {
        return new AsyncAdminClient(new AdminCalls(metas, rpc, options), loop, pauses);
    }

    /** Closes the connections; what was asked and not answered fails. */
    @Override
    public void close() {
        pauses.close();
        rpc.close();
        onClose.run();
    }
}
