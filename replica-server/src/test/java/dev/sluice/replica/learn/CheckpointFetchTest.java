package dev.sluice.replica.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.wire.internal.LearnEndReply;
import dev.sluice.wire.internal.LearnFile;
import dev.sluice.wire.internal.LearnFileReply;
import dev.sluice.wire.internal.LearnFileRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import org.apache.thrift.TBase;
import org.junit.jupiter.api.Test;

/** A learner's fetch of a checkpoint over a network that breaks. */
class CheckpointFetchTest {
    private static final HostPort PRIMARY = new HostPort("127.0.0.1", 1);
    private static final Gpid GPID = new Gpid(1, 0);
    private static final Path INTO = Path.of("/replica/learning");
    private static final int MIB = 1 << 20;

    private final VirtualTime time = new VirtualTime();
    private final CrashableFileSystem files = new CrashableFileSystem();
    private final DiskLedger ledger = DiskLedger.of(files, Path.of("/replica"));
    private final FakePrimary primary = new FakePrimary();
    private final List<Integer> throttled = new ArrayList<>();
    private final CheckpointFetch fetch = new CheckpointFetch(
            primary, files, (into, bytes) -> ledger.reserve(into, bytes, 0), throttled::add, time, time::execute, 1);

    @Test
    void allFilesArriveWholeAndDurableAndAreThrottled() throws IOException {
        primary.has("a.sst", 3 * MIB + 5);
        primary.has("CURRENT", 16);
        primary.has("empty", 0);

        CheckpointFetch.Fetched fetched = fetch();

        assertThat(fetched).isEqualTo(new CheckpointFetch.Fetched(3 * MIB + 21, 0));
        assertThat(throttled.stream().mapToInt(each -> each).sum()).isEqualTo(3 * MIB + 21);
        assertThat(primary.ended).isEqualTo(1);
        files.syncDirectory(Path.of("/"));
        files.syncDirectory(Path.of("/replica"));
        files.crash();
        assertThat(files.list(INTO)).containsExactly("CURRENT", "a.sst", "empty");
        assertThat(read("a.sst")).isEqualTo(primary.contents.get("a.sst"));
    }

    @Test
    void aBrokenTransferGoesOnFromTheFilesAndTheChunksThatItHas() throws IOException {
        primary.has("a.sst", 2 * MIB);
        primary.has("b.sst", 4 * MIB);
        primary.fails = ask -> ask > 4;
        assertThatThrownBy(this::fetch).hasMessageContaining("b.sst").hasMessageContaining("at 2097152");
        primary.fails = ask -> false;
        primary.has("MANIFEST", 100);

        CheckpointFetch.Fetched fetched = fetch();

        assertThat(fetched).isEqualTo(new CheckpointFetch.Fetched(2 * MIB + 100, 4 * MIB));
        assertThat(read("b.sst")).isEqualTo(primary.contents.get("b.sst"));
    }

    @Test
    void aFileOfTheSameNameAndOtherContentIsFetchedFromItsBeginning() throws IOException {
        primary.has("a.sst", 2 * MIB);
        primary.has("b.sst", 2 * MIB);
        primary.fails = ask -> ask > 3;
        assertThatThrownBy(this::fetch).hasMessageContaining("b.sst");
        primary.fails = ask -> false;
        primary.random.setSeed(99);
        primary.has("a.sst", 2 * MIB);
        primary.has("b.sst", 2 * MIB);

        assertThat(fetch()).isEqualTo(new CheckpointFetch.Fetched(4 * MIB, 0));
        assertThat(files.list(INTO)).containsExactly("a.sst", "b.sst");
        assertThat(read("a.sst")).isEqualTo(primary.contents.get("a.sst"));
    }

    @Test
    void aFewLostOrDamagedChunksAreAskedForAgain() throws IOException {
        primary.has("a.sst", 4 * MIB);
        primary.fails = ask -> ask % 2 == 0;
        primary.damages = ask -> ask % 3 == 0;

        assertThat(fetch().bytes()).isEqualTo(4 * MIB);
        assertThat(read("a.sst")).isEqualTo(primary.contents.get("a.sst"));
    }

    @Test
    void aFileThatIsOtherThanAnnouncedIsRefusedAndNotKept() throws IOException {
        primary.has("a.sst", MIB);
        primary.lies = true;

        assertThatThrownBy(this::fetch).hasMessageContaining("a.sst").hasMessageContaining("expected CRC32C");
        assertThat(files.list(INTO)).isEmpty();
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheNumbersBeforeAnythingIsFetched() {
        primary.has("a.sst", 2 * MIB);
        files.setCapacityBytes(MIB);

        assertThatThrownBy(this::fetch)
                .hasMessageContaining("needs 2097152 bytes, disk /replica has 1048576 free of which 0 are reserved");
        assertThat(primary.asked).isZero();
    }

    /** Learning and loads reserve in one ledger. */
    @Test
    void whatALoadReservedIsNotFreeForALearner() throws IOException {
        primary.has("a.sst", 2 * MIB);
        files.setCapacityBytes(4 * MIB);
        Path load = Path.of("/replica/load/7");
        files.createDirectories(load);
        ledger.reserve(load, 3 * MIB, 0);

        assertThatThrownBy(this::fetch)
                .hasMessageContaining(
                        "needs 2097152 bytes, disk /replica has 4194304 free of which 3145728 are reserved");
        assertThat(ledger.reservedBytes()).isEqualTo(3 * MIB);

        ledger.releaseBelow(load);
        assertThat(fetch().bytes()).isEqualTo(2 * MIB);
        assertThat(ledger.reservedBytes()).isZero();
    }

    @Test
    void aNameThatLeadsElsewhereIsRefused() {
        primary.has("../a.sst", 10);

        assertThatThrownBy(this::fetch).hasMessageContaining("'../a.sst' is not the name");
    }

    @Test
    void onlySoManyFetchesGoOnAtOnce() {
        primary.has("a.sst", 2 * MIB);
        primary.silent = true;
        var first = begin(INTO);
        var second = begin(Path.of("/other/learning"));
        time.advance(1_000);
        assertThat(primary.asked).isEqualTo(1);
        primary.silent = false;
        primary.failSilent();
        time.advance(10_000);

        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
    }

    private CheckpointFetch.Fetched fetch() throws IOException {
        var fetched = begin(INTO);
        time.advance(60_000);
        if (fetched.isCompletedExceptionally()) {
            try {
                fetched.join();
            } catch (java.util.concurrent.CompletionException e) {
                throw new IOException(e.toString(), e);
            }
        }
        return fetched.join();
    }

    private CompletableFuture<CheckpointFetch.Fetched> begin(Path into) {
        return fetch.fetch(PRIMARY, GPID, 7, primary.announced(), into, () -> false);
    }

    private byte[] read(String name) throws IOException {
        try (var file = files.openForRead(INTO.resolve(name))) {
            byte[] content = new byte[(int) file.size()];
            file.read(ByteBuffer.wrap(content), 0);
            return content;
        }
    }

    /** Has files, and gives them in chunks. */
    private static final class FakePrimary implements RpcClient {
        private final Map<String, byte[]> contents = new TreeMap<>();
        private final List<CompletableFuture<LearnFileReply>> unanswered = new ArrayList<>();
        private final Random random = new Random(1);
        private IntPredicate fails = ask -> false;
        private IntPredicate damages = ask -> false;
        private boolean lies;
        private boolean silent;
        private int asked;
        private int ended;

        void has(String name, int bytes) {
            byte[] content = new byte[bytes];
            random.nextBytes(content);
            contents.put(name, content);
        }

        List<LearnFile> announced() {
            return contents.entrySet().stream()
                    .map(each -> new LearnFile(
                            each.getKey(), each.getValue().length, FileChecksum.of(each.getValue()) + (lies ? 1 : 0)))
                    .toList();
        }

        void failSilent() {
            unanswered.forEach(each -> each.completeExceptionally(new RpcException(ErrorCode.ERR_TIMEOUT, "silent")));
        }

        @Override
        @SuppressWarnings("unchecked")
        public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
                HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
            if (rpc.equals(InternalRpcs.LEARN_END)) {
                ended++;
                return (CompletableFuture<R>)
                        CompletableFuture.completedFuture(new LearnEndReply(Wire.error(ErrorCode.ERR_OK)));
            }
            return (CompletableFuture<R>) chunk((LearnFileRequest) request);
        }

        private CompletableFuture<LearnFileReply> chunk(LearnFileRequest request) {
            asked++;
            if (silent) {
                CompletableFuture<LearnFileReply> never = new CompletableFuture<>();
                unanswered.add(never);
                return never;
            }
            if (fails.test(asked)) {
                return CompletableFuture.failedFuture(new RpcException(ErrorCode.ERR_NETWORK_FAILURE, "broken"));
            }
            byte[] whole = contents.get(request.getName());
            int from = (int) request.getOffset();
            byte[] content = java.util.Arrays.copyOfRange(whole, from, from + request.getLength());
            long crc = FileChecksum.of(content);
            if (damages.test(asked)) {
                content[0] ^= 1;
            }
            return CompletableFuture.completedFuture(new LearnFileReply()
                    .setErr(Wire.error(ErrorCode.ERR_OK))
                    .setContent(content)
                    .setCrc32c(crc));
        }

        @Override
        public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
                HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener) {
            throw new UnsupportedOperationException("a fetch opens no stream");
        }

        @Override
        public void close() {}
    }
}
