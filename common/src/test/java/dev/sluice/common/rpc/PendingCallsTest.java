package dev.sluice.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Blob;
import dev.sluice.wire.data.ReadResponse;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingCallsTest {
    private static final Rpc<Blob, ReadResponse> RPC = new Rpc<>("RPC_ANY", Blob::new, ReadResponse::new);

    @Test
    void idsBeginAfterTheOneThatIsNamed() {
        PendingCalls pending = new PendingCalls(7);
        assertThat(add(pending).sequenceId()).isEqualTo(8);
        assertThat(add(pending).sequenceId()).isEqualTo(9);
    }

    @Test
    void anIdIsPassedOverWhileItsPlaceIsTaken() {
        PendingCalls pending = new PendingCalls(0);
        PendingCall<ReadResponse> slow = add(pending);
        for (int i = 0; i < 10_000; i++) {
            PendingCall<ReadResponse> quick = add(pending);
            assertThat(pending.remove(quick.sequenceId())).isSameAs(quick);
        }
        assertThat(pending.remove(slow.sequenceId())).isSameAs(slow);
        assertThat(pending.size()).isZero();
    }

    @Test
    void anIdThatNobodyHasFindsNothing() {
        PendingCalls pending = new PendingCalls(0);
        PendingCall<ReadResponse> call = add(pending);
        for (int other : new int[] {0, -1, call.sequenceId() + 64, call.sequenceId() + (1 << 30), Integer.MIN_VALUE}) {
            assertThat(pending.remove(other)).isNull();
            assertThat(pending.contains(other)).isFalse();
        }
        assertThat(pending.contains(call.sequenceId())).isTrue();
    }

    @Test
    void idsBeginAgainAtOneAfterTheLast() {
        PendingCalls pending = new PendingCalls(Integer.MAX_VALUE - 1);
        assertThat(add(pending).sequenceId()).isEqualTo(Integer.MAX_VALUE);
        assertThat(add(pending).sequenceId()).isEqualTo(1);
    }

    @Test
    void behavesAsAMapDoes() {
        Random random = new Random(5);
        PendingCalls pending = new PendingCalls(Integer.MAX_VALUE - 3000);
        TreeMap<Integer, PendingCall<?>> model = new TreeMap<>();
        for (int step = 0; step < 50_000; step++) {
            if (model.isEmpty() || random.nextInt(1000) < 500 + 300 * Math.sin(step / 3000.0)) {
                PendingCall<ReadResponse> call = add(pending);
                assertThat(model.put(call.sequenceId(), call)).isNull();
            } else {
                List<Integer> ids = model.keySet().stream().limit(50).toList();
                int id = ids.get(random.nextInt(ids.size()));
                assertThat(pending.remove(id)).isSameAs(model.remove(id));
            }
            assertThat(pending.size()).isEqualTo(model.size());
        }
        assertThat(pending.all()).containsExactlyInAnyOrderElementsOf(model.values());
        pending.clear();
        assertThat(pending.all()).isEmpty();
    }

    private static PendingCall<ReadResponse> add(PendingCalls pending) {
        PendingCall<ReadResponse> call = new PendingCall<>(RPC, new CompletableFuture<>(), Unpooled.EMPTY_BUFFER, 0, 0);
        pending.giveSequenceId(call);
        pending.add(call);
        return call;
    }
}
