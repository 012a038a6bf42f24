package dev.sluice.shell.fileset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.sluice.bulkload.build.BuildProgress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FilesetCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String root = "";

    @BeforeEach
    void setUp() {
        root = directory.resolve("sets").toString();
    }

    private int run(String... args) {
        return new CommandLine(new FilesetCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private int build(String... more) {
        List<String> args = new ArrayList<>(List.of("build", "--root=" + root, "--app=temp", "--partitions=4"));
        args.addAll(List.of(more));
        return run(args.toArray(new String[0]));
    }

    private String input(String name, String content) throws Exception {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    @Test
    void aSetIsBuiltDescribedAndVerified() throws Exception {
        String rows = input("rows.csv", "hash_key,sort_key,value\na,1,x\nb,2,y\na,1,z\n");
        assertThat(build(rows)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("2 rows in ").contains("1 rows left out because a later one");
        assertThat(run("verify", "--root=" + root, "--app=temp")).isZero();
        assertThat(out.toString()).contains("4 partitions, 2 rows, ").contains("all right");
        assertThat(run("describe", "--root=" + root, "--app=temp")).isZero();
        assertThat(out.toString()).contains("app_id           : any").contains("partition_count  : 4");
        assertThat(run("describe", "--root=" + root, "--app=temp", "--json")).isZero();
        assertThat(out.toString()).contains("\"app_name\" : \"temp\"");
        try (Stream<Path> left = Files.list(Path.of(root))) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("onebox");
        }
    }

    @Test
    void severalFilesAndFormatsMakeOneSet() throws Exception {
        String csv = input("a.csv", "hash_key,value\na,1\n");
        String json = input("b.jsonl", "{\"hash_key\":\"b\",\"value\":\"2\"}\n");
        assertThat(build(csv, json)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("2 rows");
    }

    @Test
    void withoutAHeaderColumnsHaveNumbers() throws Exception {
        String rows = input("rows.data", "x\ta\ny\tb\n");
        assertThat(build(rows, "--format=tsv", "--no-header", "--hash-key=2", "--value=*"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("2 rows");
    }

    @Test
    void badRowsEndTheBuildUnlessTheyAreAllowed() throws Exception {
        String rows = input("rows.csv", "hash_key,value\na,1\nb\nc,3\n");
        assertThat(build(rows)).isEqualTo(1);
        assertThat(err.toString()).contains("--max-errors=0").contains("line 3: 1 columns, expected 2");
        assertThat(Path.of(root, "onebox")).doesNotExist();
        assertThat(build(rows, "--max-errors=1")).isZero();
        assertThat(out.toString()).contains("1 bad rows left out").contains("line 3");
    }

    @Test
    void aDamagedSetIsToldByPartitionAndFile() throws Exception {
        String rows = input("rows.csv", "hash_key,value\na,1\n");
        assertThat(build(rows)).isZero();
        Path sst;
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            sst = files.filter(path -> path.toString().endsWith(".sst"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] content = Files.readAllBytes(sst);
        content[10] ^= 1;
        Files.write(sst, content);
        assertThat(run("verify", "--root=" + root, "--app=temp")).isEqualTo(1);
        assertThat(err.toString()).contains("ERROR: partition ").contains(".sst: expected md5 ");
        assertThat(out.toString()).contains("1 faults");
    }

    /** Each file that is wrong has a line of its own. */
    @Test
    void everyFaultIsToldAndNotOnlyTheFirst() throws Exception {
        StringBuilder rows = new StringBuilder("hash_key,value\n");
        for (int i = 0; i < 20; i++) {
            rows.append("key").append(i).append(",v\n");
        }
        assertThat(build(input("rows.csv", rows.toString()))).isZero();
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            for (Path sst :
                    files.filter(path -> path.toString().endsWith(".sst")).toList()) {
                byte[] content = Files.readAllBytes(sst);
                content[10] ^= 1;
                Files.write(sst, content);
            }
        }
        assertThat(run("verify", root + "/onebox/temp")).isEqualTo(1);
        assertThat(err.toString().lines().filter(line -> line.startsWith("ERROR: partition ")))
                .hasSize(4);
    }

    @Test
    void aManifestOfAnotherBuildIsNotTakenForThisOne() throws Exception {
        assertThat(build(input("a.csv", "hash_key,value\na,1\n"))).isZero();
        Path manifests = Files.createDirectory(directory.resolve("kept"));
        for (int i = 0; i < 4; i++) {
            Files.copy(Path.of(root, "onebox/temp/" + i + "/bulk_load_metadata"), manifests.resolve("" + i));
        }
        assertThat(build(input("b.csv", "hash_key,value\na,2\n"))).isZero();
        for (int i = 0; i < 4; i++) {
            Files.copy(
                    manifests.resolve("" + i),
                    Path.of(root, "onebox/temp/" + i + "/bulk_load_metadata"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(run("describe", root + "/onebox/temp")).isEqualTo(1);
        assertThat(err.toString()).contains("is not the one that bulk_load_info was written for");
    }

    @Test
    void aSetIsDescribedByItsRowsKeysAndExpiry() throws Exception {
        String rows = input("rows.csv", "hash_key,sort_key,value,ttl\na,1,x,60\nb,2,y,\nc,3,z,3600\n");
        assertThat(build(rows)).as(err.toString()).isZero();
        assertThat(run("describe", root + "/onebox/temp")).isZero();
        assertThat(out.toString())
                .contains("rows             : 3")
                .contains("'..a1' … ")
                .contains("'..c3'")
                .contains("rows that expire : 2, 20")
                .contains("value_version    : 1")
                .contains("####################");
    }

    @Test
    void rowsComeFromTheStandardInputAndFromZstd() throws Exception {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("hash_key,value\na,1\nb,2\n".getBytes(UTF_8)));
        try {
            assertThat(build("-", "--format=csv")).as(err.toString()).isZero();
        } finally {
            System.setIn(before);
        }
        assertThat(out.toString()).contains("2 rows in ");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(packed)) {
            zstd.write("hash_key,value\na,1\nb,2\nc,3\n".getBytes(UTF_8));
        }
        Path file = Files.write(directory.resolve("rows.csv.zst"), packed.toByteArray());
        assertThat(build(file.toString())).as(err.toString()).isZero();
        assertThat(out.toString()).contains("3 rows in ");
        assertThat(build("-")).isEqualTo(2);
        assertThat(err.toString()).contains("-: the name does not tell the format");
    }

    @Test
    void twoSetsAreCompared() throws Exception {
        StringBuilder rows = new StringBuilder("hash_key,value\n");
        for (int i = 0; i < 100; i++) {
            rows.append("key").append(i).append(",v\n");
        }
        assertThat(build(input("old.csv", rows.toString()))).isZero();
        String other = directory.resolve("others").toString();
        String changed = rows.toString().replace("key7,v", "key7,w").replace("key8,v\n", "") + "more,v\n";
        assertThat(run("build", input("new.csv", changed), "--root=" + other, "--app=temp", "--partitions=4"))
                .isZero();
        assertThat(run("diff", root + "/onebox/temp", other + "/onebox/temp"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("changed: key")
                .contains("'..key7'")
                .contains("gone: key")
                .contains("new: key");

        String few = input("few.csv", "hash_key,value\nkey1,v\n");
        assertThat(run("build", few, "--root=" + other, "--app=temp", "--partitions=4"))
                .isZero();
        assertThat(run("diff", root + "/onebox/temp", other + "/onebox/temp")).isEqualTo(3);
        assertThat(err.toString()).contains("WARNING: the new set has only 1 % of the old one's rows");
    }

    @Test
    void aSetIsRewrittenForAnotherNumberOfPartitions() throws Exception {
        StringBuilder rows = new StringBuilder("hash_key,value\n");
        for (int i = 0; i < 300; i++) {
            rows.append("key").append(i).append(",v\n");
        }
        assertThat(build(input("rows.csv", rows.toString()))).isZero();
        String other = directory.resolve("others").toString();
        assertThat(run("reshard", root + "/onebox/temp", "-p", "6", "--to=" + other))
                .as(err.toString())
                .isZero();
        assertThat(run("verify", other + "/onebox/temp")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("6 partitions, 300 rows, ").contains("all right");
        assertThat(run("reshard", root + "/onebox/temp", "-p", "6", "--to=" + root))
                .isEqualTo(2);
        assertThat(err.toString()).contains("is where the old set lies");
        assertThat(run("reshard", root + "/onebox/temp", "-p", "0", "--to=" + other))
                .isEqualTo(2);
    }

    @Test
    void aSetIsCopiedWithinItsStoreAlsoOverAnOlderOne() throws Exception {
        assertThat(build(input("rows.csv", "hash_key,value\na,1\nb,2\n"))).isZero();
        String other = directory.resolve("others").toString();
        for (int i = 0; i < 2; i++) {
            assertThat(run("copy", root + "/onebox/temp", "--to=" + other))
                    .as(err.toString())
                    .isZero();
            assertThat(run("verify", other + "/onebox/temp")).as(err.toString()).isZero();
        }
        assertThat(out.toString()).contains("4 partitions, 2 rows, ");
        try (Stream<Path> files = Files.walk(Path.of(other))) {
            assertThat(files.filter(path -> path.toString().endsWith(".sst"))).hasSizeLessThanOrEqualTo(2);
        }
        assertThat(run("verify", root + "/onebox/temp")).isZero();
        assertThat(run("copy", root + "/onebox/temp", "--to=" + root)).isEqualTo(2);
        assertThat(run("copy", root + "/onebox/temp", "--to=s3://bucket/x")).isEqualTo(2);
    }

    @Test
    void aSignedSetIsToldFromOthers() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
        String key = input("key.pem", pem);
        String publicKey = Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
        String rows = input("rows.csv", "hash_key,value\na,1\n");
        assertThat(build(rows)).isZero();
        assertThat(run("verify", root + "/onebox/temp", "--public-key=" + publicKey))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is not signed, expected a signature");
        assertThat(build(rows, "--sign-key=" + key)).as(err.toString()).isZero();
        assertThat(run("verify", root + "/onebox/temp", "--public-key=" + publicKey))
                .as(err.toString())
                .isZero();
    }

    @Test
    void wrongUseIsToldWithWhatWasExpected() throws Exception {
        String rows = input("rows.csv", "id,name\n1,x\n");
        assertThat(build(rows)).isEqualTo(1);
        assertThat(err.toString())
                .contains("no column hash_key for the hash key")
                .contains("[id, name]");
        assertThat(build(input("rows.xml", ""))).isEqualTo(2);
        assertThat(err.toString()).contains("rows.xml: the name does not tell the format");
        assertThat(build(directory.resolve("missing.csv").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("missing.csv: no file");
        assertThat(build(rows, "--memory=many")).isEqualTo(2);
        assertThat(build(rows, "--memory=1k")).isEqualTo(2);
        assertThat(err.toString()).contains("--memory: 1.0 KiB, expected 160.0 MiB or more");
        assertThat(run("verify", "--root=" + root, "--app=../temp")).isEqualTo(1);
        assertThat(run("verify", "temp")).isEqualTo(2);
        assertThat(err.toString()).contains("set 'temp': expected <root>/<cluster>/<app>");
        assertThat(run("verify", "s9://bucket/a/b/c")).isEqualTo(2);
        assertThat(err.toString()).contains("no store of scheme 's9' is installed");
        assertThat(run("verify")).isEqualTo(2);
        assertThat(err.toString()).contains("expected SET, or --root and --app");
        assertThat(run("describe", "--root=" + root, "--app=nothing")).isEqualTo(1);
        assertThat(err.toString()).contains("bulk_load_info: no such file");
    }

    @Test
    void sizesAreReadAsPeopleWriteThem() {
        assertThat(ByteSize.parse("512k").bytes()).isEqualTo(512 * 1024);
        assertThat(ByteSize.parse("64MiB").bytes()).isEqualTo(64L << 20);
        assertThat(ByteSize.parse("2G").bytes()).isEqualTo(2L << 30);
        assertThat(ByteSize.parse("17").bytes()).isEqualTo(17);
        assertThatThrownBy(() -> ByteSize.parse("-1")).hasMessageContaining("'-1'");
    }

    @Test
    void aProgressLineHasRateAndEstimate() {
        BuildText text = new BuildText();
        BuildProgress reading = new BuildProgress(BuildProgress.Phase.READING, 500_000, 50, 100, 0, 0);
        assertThat(text.line(reading, 10_000))
                .isEqualTo(
                        "reading [######------------------]  25%  500,000 rows  50,000 rows/s  0 B written  ETA 0:30");
        BuildProgress writing = new BuildProgress(BuildProgress.Phase.WRITING, 1_000_000, 100, 100, 0, 0);
        text.line(writing, 20_000);
        BuildProgress later = new BuildProgress(BuildProgress.Phase.WRITING, 1_000_000, 100, 100, 500_000, 1 << 20);
        assertThat(text.line(later, 30_000))
                .isEqualTo(
                        "writing [##################------]  75%  500,000 rows  50,000 rows/s  1.0 MiB written  ETA 0:10");
    }
}
