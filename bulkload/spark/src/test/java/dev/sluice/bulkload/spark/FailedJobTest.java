package dev.sluice.bulkload.spark;

import static dev.sluice.bulkload.spark.WrittenSet.LOCATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks and jobs that fail, at every step of a set's way. */
class FailedJobTest {
    private static final int PARTITIONS = 4;

    @TempDir
    private Path root;

    @TempDir
    private Path temp;

    private final TestRows older = TestRows.of(400, PARTITIONS, "older");
    private final TestRows newer = TestRows.of(900, PARTITIONS, "newer");

    @AfterEach
    void heal() {
        FaultyFileSystem.heal();
    }

    @Test
    void aTaskThatFailsInTheInputIsRepeated() throws Exception {
        MapPartitionsFunction<Row, Row> failing = rows -> {
            if (TaskContext.get().attemptNumber() == 0) {
                throw new IllegalStateException("the test lets this fail");
            }
            return rows;
        };
        Dataset<Row> data = newer.data();
        save(data.mapPartitions(failing, Encoders.row(data.schema())));

        assertThat(WrittenSet.read(root)).isEqualTo(newer.model().partitions());
    }

    @Test
    void aTaskThatFailsBetweenItsFilesLeavesNone() throws Exception {
        Set<Integer> failed = ConcurrentHashMap.newKeySet();
        AtomicInteger written = new AtomicInteger();
        FaultyFileSystem.failOn(file -> {
            TaskContext task = TaskContext.get();
            boolean isSst = task != null && file.getName().endsWith(".sst");
            if (isSst) {
                written.incrementAndGet();
            }
            return isSst && file.getName().endsWith("-00003.sst") && failed.add(task.partitionId());
        });
        save(newer.data());

        assertThat(failed).hasSize(PARTITIONS);
        assertThat(WrittenSet.read(root)).isEqualTo(newer.model().partitions());
        assertThat(written.get())
                .as("files written, more than the set has")
                .isEqualTo(3 * PARTITIONS + WrittenSet.names(root).size() - PARTITIONS - 1);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void aJobThatFailsLeavesTheOlderSet() throws Exception {
        save(older.data());
        SortedSet<String> names = WrittenSet.names(root);
        FaultyFileSystem.failOn(
                file -> file.getParent().getName().equals("2") && file.getName().endsWith("-00002.sst"));

        assertThatThrownBy(() -> save(newer.data())).hasStackTraceContaining("the test lets this fail");

        awaitNames(names);
        assertThat(WrittenSet.read(root)).isEqualTo(older.model().partitions());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(temp).isEmptyDirectory());
    }

    @Test
    void aJobThatFailsLeavesNothingWhereNothingWas() {
        FaultyFileSystem.failOn(file -> file.getName().endsWith("-00002.sst"));

        assertThatThrownBy(() -> save(newer.data())).hasStackTraceContaining("the test lets this fail");

        awaitNames(new java.util.TreeSet<>());
    }

    @Test
    void aRowThatCannotBeStoredLeavesTheOlderSet() throws Exception {
        save(older.data());
        SortedSet<String> names = WrittenSet.names(root);

        Dataset<Row> data = newer.data();
        Dataset<Row> tooLong = data.withColumn("id", org.apache.spark.sql.functions.expr("repeat(id, 20000)"));
        assertThatThrownBy(() -> save(tooLong))
                .hasStackTraceContaining("row with hash key 'user-..-")
                .hasStackTraceContaining("bytes), sort key '")
                .hasStackTraceContaining("bytes, at most 65534 are possible");

        awaitNames(names);
        assertThat(WrittenSet.read(root)).isEqualTo(older.model().partitions());
    }

    @Test
    void aManifestThatCannotBeWrittenPutsTheOlderSetBack() throws Exception {
        save(older.data());
        SortedSet<String> names = WrittenSet.names(root);
        AtomicInteger manifests = new AtomicInteger();
        FaultyFileSystem.failOn(
                file -> file.getName().equals("bulk_load_metadata") && manifests.incrementAndGet() == PARTITIONS);

        assertThatThrownBy(() -> save(newer.data())).hasStackTraceContaining("the test lets this fail");

        assertThat(WrittenSet.names(root)).isEqualTo(names);
        assertThat(WrittenSet.read(root)).isEqualTo(older.model().partitions());
    }

    @Test
    void aDescriptionThatCannotBeWrittenPutsTheOlderSetBack() throws Exception {
        save(older.data());
        SortedSet<String> names = WrittenSet.names(root);
        AtomicInteger descriptions = new AtomicInteger();
        FaultyFileSystem.failOn(
                file -> file.getName().contains("bulk_load_info") && descriptions.incrementAndGet() == 1);

        assertThatThrownBy(() -> save(newer.data())).hasStackTraceContaining("the test lets this fail");

        assertThat(WrittenSet.names(root)).isEqualTo(names);
        assertThat(WrittenSet.read(root)).isEqualTo(older.model().partitions());
    }

    @Test
    void aStoreThatIsGoneLeavesNoSetRatherThanHalfOfOne() throws Exception {
        save(older.data());
        FaultyFileSystem.failOn(file -> file.getName().contains("bulk_load"));

        assertThatThrownBy(() -> save(newer.data())).hasStackTraceContaining("the test lets this fail");

        assertThat(WrittenSet.names(root)).doesNotContain("bulk_load_info");
        FaultyFileSystem.heal();
        save(newer.data());
        assertThat(WrittenSet.info(root).partitionCount()).isEqualTo(PARTITIONS);
    }

    private void awaitNames(SortedSet<String> names) {
        // Tasks that are no longer wanted end when they notice it, which may be after the job's end.
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(WrittenSet.names(root)).isEqualTo(names));
    }

    private void save(Dataset<Row> data) {
        DataFrameWriter<Row> writer = data.write()
                .format("sluice")
                .option("partitions", PARTITIONS)
                .option("hashKey", "id")
                .option("sortKey", "field")
                .option("value", "v")
                .option("fileSize", 4096)
                .option("compression", "none")
                .option("tempDir", temp.toString());
        writer.mode("overwrite").save("faulty:" + root.resolve(LOCATION.directory()));
    }
}
