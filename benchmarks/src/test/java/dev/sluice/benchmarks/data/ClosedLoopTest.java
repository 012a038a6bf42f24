package dev.sluice.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ClosedLoopTest {
    private static final int IN_FLIGHT = 16;

    @Test
    void itEndsThoughEveryOperationFailsAtOnce() throws IOException, InterruptedException {
        SocketsContestant closed = SocketsContestant.open(1, 100, IN_FLIGHT);
        closed.close();
        DataSet data = new DataSet(1_000, 100, 1);

        ClosedLoop.Result result = new ClosedLoop()
                .run(
                        () -> new Operations(
                                Workload.C,
                                KeyDistribution.UNIFORM.chooser(data.rows()),
                                data,
                                closed,
                                new SplittableRandom(1),
                                new AtomicLong(data.rows())),
                        IN_FLIGHT,
                        TimeUnit.MILLISECONDS.toNanos(1));

        assertThat(result.failed()).isEqualTo(IN_FLIGHT);
    }
}
