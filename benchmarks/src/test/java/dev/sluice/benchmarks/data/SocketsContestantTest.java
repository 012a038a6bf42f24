package dev.sluice.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SocketsContestantTest {
    /** No divisor of the kinds of operations: each kind goes over each socket. */
    private static final int SERVERS = 2;
    /** Larger than the buffers at both ends. */
    private static final int VALUE_BYTES = 150_000;

    private static final int OPERATIONS = 300;

    @Test
    void everyOperationEndsOnceHoweverLongItsRequestAndReplyAre() throws Exception {
        CountDownLatch ended = new CountDownLatch(OPERATIONS);
        AtomicInteger failed = new AtomicInteger();
        AtomicInteger heard = new AtomicInteger();
        Contestant.Done done = ok -> {
            heard.incrementAndGet();
            failed.addAndGet(ok ? 0 : 1);
            ended.countDown();
        };
        try (SocketsContestant sockets = SocketsContestant.open(SERVERS, VALUE_BYTES, OPERATIONS)) {
            for (int i = 0; i < OPERATIONS; i += 3) {
                long row = (long) i * DataSet.ROWS_PER_HASH_KEY;
                sockets.read(row, done);
                sockets.write(row + DataSet.ROWS_PER_HASH_KEY, new byte[VALUE_BYTES], done);
                sockets.scan(row + 2 * DataSet.ROWS_PER_HASH_KEY, 7, done);
            }
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(heard).hasValue(OPERATIONS);
        assertThat(failed).hasValue(0);
    }

    @Test
    void whatIsUnderWayEndsOnceWhenItIsClosed() throws IOException {
        AtomicInteger heard = new AtomicInteger();
        SocketsContestant sockets = SocketsContestant.open(SERVERS, VALUE_BYTES, OPERATIONS);
        for (int i = 0; i < OPERATIONS; i++) {
            sockets.read((long) i * DataSet.ROWS_PER_HASH_KEY, ok -> heard.incrementAndGet());
        }
        sockets.close();

        assertThat(heard).hasValue(OPERATIONS);
    }

    @Test
    void anOperationOnAClosedOneFails() throws IOException {
        SocketsContestant sockets = SocketsContestant.open(1, 100, 1);
        sockets.close();
        AtomicInteger failed = new AtomicInteger();

        sockets.read(0, ok -> failed.addAndGet(ok ? 0 : 1));

        assertThat(failed).hasValue(1);
    }
}
