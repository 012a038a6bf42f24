package dev.sluice.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.management.ThreadMXBean;
import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.testing.RandomMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.junit.jupiter.api.Test;

/**
 * Random and mutated bytes for every request that servers know. {@code -Dsluice.seed=…} repeats a run, {@code
 * -Dsluice.fuzz.ms=…} makes it longer.
 */
class DecoderFuzzTest {
    private static final RpcLimits LIMITS = new RpcLimits(64 << 10, 4 << 20, 1 << 20, 100, 1000);
    /** The smallest element of a container is a byte on the wire and an object of some words here. */
    private static final long BYTES_PER_BYTE_MAX = 512;

    /** A pool of buffers grows by megabytes at a time. */
    private static final long BYTES_FREE = 16 << 20;

    private final long seed = Long.getLong("sluice.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final RandomMessages messages = new RandomMessages(random);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private EmbeddedChannel channel = connect(List.of());

    @Test
    void noBytesBreakAConnectionOrTakeMoreThanTheirShareOfMemory() throws Exception {
        System.out.println("-Dsluice.seed=" + seed);
        List<Rpc<?, ?>> rpcs = RandomMessages.allRpcs();
        assertThat(rpcs).hasSizeGreaterThan(30);
        warmUp(rpcs);
        channel = connect(rpcs);
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.getLong("sluice.fuzz.ms", 2_500L));
        int frames = 0;
        int answered = 0;
        int closed = 0;
        while (System.nanoTime() < endNanos) {
            byte[] bytes = random.nextInt(8) == 0
                    ? messages.bytes()
                    : messages.mutated(frame(rpcs.get(random.nextInt(rpcs.size()))));
            frames++;
            feed(bytes);
            answered += takeReplies();
            // What was cut short waits for more: a new connection for the next bytes, most of the time.
            if (!channel.isActive() || random.nextInt(3) > 0) {
                closed += channel.isActive() ? 0 : 1;
                channel.finishAndReleaseAll();
                channel = connect(rpcs);
            }
        }
        channel.finishAndReleaseAll();

        assertThat(frames).isGreaterThan(100);
        assertThat(answered).as("frames that were answered of %s", frames).isPositive();
        assertThat(closed).as("connections that were closed").isPositive();
    }

    @Test
    void everyRequestThatIsWholeIsAnswered() throws Exception {
        System.out.println("-Dsluice.seed=" + seed);
        List<Rpc<?, ?>> rpcs = RandomMessages.allRpcs();
        warmUp(rpcs);
        channel = connect(rpcs);
        for (Rpc<?, ?> rpc : rpcs) {
            for (int i = 0; i < 20; i++) {
                feed(frame(rpc));
                assertThat(takeReplies())
                        .as("replies to %s, seed %s", rpc, seed)
                        .isEqualTo(1);
            }
        }
        channel.finishAndReleaseAll();
    }

    /** Classes are loaded once, and that is not what memory is measured for. */
    private void warmUp(List<Rpc<?, ?>> rpcs) throws TException {
        for (Rpc<?, ?> rpc : rpcs) {
            for (int i = 0; i < 5; i++) {
                channel = connect(rpcs);
                channel.writeInbound(Unpooled.wrappedBuffer(frame(rpc)));
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[100]));
                channel.finishAndReleaseAll();
            }
        }
    }

    private void feed(byte[] bytes) {
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        assertThatCode(() -> {
                    for (int at = 0; at < bytes.length && channel.isActive(); ) {
                        int chunk = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
                        channel.writeInbound(Unpooled.copiedBuffer(bytes, at, chunk));
                        at += chunk;
                    }
                    channel.checkException();
                })
                .as("seed %s, bytes %s", seed, ByteBufUtil.hexDump(bytes))
                .doesNotThrowAnyException();
        long taken = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertThat(taken)
                .as("memory for %s bytes, seed %s: %s", bytes.length, seed, ByteBufUtil.hexDump(bytes))
                .isLessThan(BYTES_FREE + BYTES_PER_BYTE_MAX * bytes.length);
    }

    private int takeReplies() {
        int replies = 0;
        for (ByteBuf reply = channel.readOutbound(); reply != null; reply = channel.readOutbound()) {
            assertThat(reply.getInt(0)).as("seed %s", seed).isEqualTo(reply.readableBytes());
            reply.release();
            replies++;
        }
        return replies;
    }

    private byte[] frame(Rpc<?, ?> rpc) throws TException {
        TBase<?, ?> request = messages.filled(rpc.newRequest().get());
        RequestHeader header = RequestHeader.toPartition(new Gpid(1, 0), 1_000, random.nextLong());
        return GoldenBytesTest.request(header, rpc, request, random.nextInt());
    }

    private static EmbeddedChannel connect(List<Rpc<?, ?>> rpcs) {
        RpcHandlers handlers = new RpcHandlers();
        rpcs.forEach(rpc -> answer(handlers, rpc));
        ServerConnection connection = new ServerConnection(
                new HandlerTable(handlers.entries().values(), code -> RpcMeter.NONE), null, LIMITS);
        return new EmbeddedChannel(connection) {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
            }
        };
    }

    private static <Q extends TBase<?, ?>, R extends TBase<?, ?>> void answer(RpcHandlers handlers, Rpc<Q, R> rpc) {
        handlers.on(
                rpc,
                Access.CLIENTS,
                (caller, header, request, responder) ->
                        responder.reply(rpc.newReply().get()));
    }
}
