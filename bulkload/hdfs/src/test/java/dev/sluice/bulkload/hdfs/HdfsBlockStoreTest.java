package dev.sluice.bulkload.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreContract;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.store.BlockWriter;
import dev.sluice.bulkload.store.FaultyDownloadContract;
import dev.sluice.bulkload.store.StorePlace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.fs.permission.FsPermission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a real HDFS. */
class HdfsBlockStoreTest extends BlockStoreContract {
    private static @Nullable HdfsServer server;

    @TempDir
    static Path directory;

    private static int stores;
    private @Nullable BlockStore store;

    @BeforeAll
    static void startServer() throws IOException {
        server = new HdfsServer(directory);
    }

    @AfterAll
    static void stopServer() {
        server().close();
    }

    private static HdfsServer server() {
        if (server == null) {
            throw new IllegalStateException("no HDFS was started");
        }
        return server;
    }

    @AfterEach
    void closeStore() {
        if (store != null) {
            store.close();
        }
    }

    @Override
    protected BlockStore store() throws BlockStoreException {
        BlockStore opened = server().store("/store-" + ++stores);
        store = opened;
        return opened;
    }

    @Test
    void aFileOfManyBlocksIsReadInParts() throws Exception {
        BlockStore opened = store();
        byte[] content = new byte[5 * 1024 * 1024 + 17];
        new Random(1).nextBytes(content);
        Path local = Files.write(scratch.resolve("large"), content);
        opened.take(local, "dir/large");
        assertThat(local).doesNotExist();
        assertThat(opened.size("dir/large")).isEqualTo(content.length);
        try (InputStream in = opened.open("dir/large", 1024 * 1024 - 5, 2 * 1024 * 1024)) {
            byte[] read = in.readAllBytes();
            assertThat(read).hasSize(2 * 1024 * 1024).startsWith(content[1024 * 1024 - 5], content[1024 * 1024 - 4]);
        }
    }

    /** What the data node does not serve may be served later: the load asks again. */
    @Test
    void aDataNodeThatIsGoneForAWhileIsATransientFailure() throws Exception {
        BlockStore opened = store();
        write(opened, "file", "0123456789");
        server().stopDataNode();
        try {
            assertThatThrownBy(() -> read(opened, "file")).satisfies(e -> isOfKind(e, Kind.TRANSIENT, "file: "));
        } finally {
            server().startDataNode();
        }
        assertThat(read(opened, "file")).isEqualTo("0123456789");
    }

    @Test
    void aNameNodeThatIsGoneForAWhileIsATransientFailure() throws Exception {
        BlockStore opened = store();
        write(opened, "file", "0123456789");
        server().stopNameNode();
        try {
            assertThatThrownBy(() -> opened.size("file")).satisfies(e -> isOfKind(e, Kind.TRANSIENT, "file: "));
        } finally {
            server().startNameNode();
        }
        assertThat(read(opened, "file")).isEqualTo("0123456789");
    }

    @Test
    void whatTheUserMayNotReadIsRefusedForGoodAndSaysWhatToDo() throws Exception {
        BlockStore opened = store();
        write(opened, "private/file", "secret");
        org.apache.hadoop.fs.Path hidden = new org.apache.hadoop.fs.Path("/store-" + stores + "/private");
        server().files().setPermission(hidden, new FsPermission("700"));
        try (BlockStore stranger = server().store("/store-" + stores, "user=stranger")) {
            assertThatThrownBy(() -> stranger.size("private/file"))
                    .satisfies(e -> isOfKind(e, Kind.PERMANENT, "Permission denied: user=stranger"))
                    .hasMessageContaining("user=<name> says in whose name");
        }
    }

    @Test
    void aHostThatIsNotKnownIsNamed() {
        BlockService service = BlockService.of("far", HdfsBlockStoreType.NAME, "no-such-host.invalid:8020 /");
        assertThatThrownBy(() -> new HdfsBlockStoreType().open(service).size("file"))
                .satisfies(e -> isOfKind(e, Kind.PERMANENT, "no-such-host.invalid"));
    }

    /** As a server finds it: by the type that its section gives, and two of them beside each other. */
    @Test
    void sectionsOfTheTypeAreOpenedByName() throws Exception {
        String nameNode = "hdfs://127.0.0.1:" + server().port();
        try (BlockStores configured = new BlockStores(List.of(
                BlockService.of("one", HdfsBlockStoreType.NAME, nameNode + " /one"),
                BlockService.of("two", HdfsBlockStoreType.NAME, nameNode + " /two")))) {
            write(configured.require("one"), "file", "of one");
            write(configured.require("two"), "file", "of two");
            assertThat(read(configured.require("one"), "file")).isEqualTo("of one");
            assertThat(configured.require("two").describe("file")).isEqualTo(nameNode + "/two/file");
        }
    }

    @Test
    void aUriLeadsToAPlace() throws Exception {
        String uri = "hdfs://127.0.0.1:" + server().port() + "/sets/all";
        try (StorePlace place = StorePlace.open(uri, List.of("timeout_ms=5000"))) {
            write(place.store(), place.path() + "/c/file", "here");
            assertThat(place.store().describe(place.path())).isEqualTo(uri);
        }
        try (BlockStore whole = server().store("/")) {
            assertThat(read(whole, "sets/all/c/file")).isEqualTo("here");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                          | expected <name node>
        a:1 / c                     | expected <name node>
        a:1 relative                | root 'relative', expected an absolute path
        a:1 / nothing=x             | 'nothing=x', expected <name node>
        a:1 / user=                 | 'user=', expected <name node>
        a:1 / config=/does/not/be   | config=/does/not/be, expected a directory that exists
        a:1 / timeout_ms=soon       | timeout_ms=soon, expected 100 to 999999
        s3://bucket /               | name node 's3://bucket', expected <host>:<port>
        hdfs://a:1/path /           | name node 'hdfs://a:1/path', expected <host>:<port>
        """)
    void wrongArgumentsAreNamed(String args, String reason) {
        BlockService service = BlockService.of("mine", HdfsBlockStoreType.NAME, args);
        assertThatThrownBy(() -> new HdfsBlockStoreType().open(service))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[block_service.mine] args: ")
                .hasMessageContaining(reason);
    }

    @Nested
    class Downloads extends FaultyDownloadContract {
        @Override
        protected BlockStore store() throws BlockStoreException {
            return HdfsBlockStoreTest.this.store();
        }
    }

    private static void isOfKind(Throwable e, Kind kind, String words) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        BlockStoreException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining(words);
        assertThat(e.getMessage()).doesNotContain("\n");
    }

    private static void write(BlockStore to, String path, String content) throws IOException {
        try (BlockWriter writer = to.create(path)) {
            writer.write(content.getBytes(UTF_8));
            writer.commit();
        }
    }

    private static String read(BlockStore from, String path) throws IOException {
        try (InputStream in = from.open(path, 0, 100)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
