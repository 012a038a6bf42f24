package dev.sluice.replica.replication;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No acknowledged write is lost, every replica commits the same mutations in the same order, and a commit point never goes
 * back, whatever is lost, delayed, reordered or crashes. {@code -Dsluice.seed=…} runs one.
 */
class GroupSimulationTest {
    @ParameterizedTest
    @MethodSource("seeds")
    void nothingAcknowledgedIsLostAndAllReplicasAgree(long seed) {
        assertThatCode(() -> new GroupSimulation(seed).run(4_000))
                .as("-Dsluice.seed=%s", seed)
                .doesNotThrowAnyException();
    }

    static LongStream seeds() {
        Long one = Long.getLong("sluice.seed");
        return one == null ? LongStream.range(0, Long.getLong("sluice.seeds", 100)) : LongStream.of(one);
    }
}
