package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/** Runs one operation for each of many items, with a limit on how many are under way. */
final class Batch<I, T> {
    private final List<I> items;
    private final Function<? super I, CompletableFuture<T>> operation;
    private final AtomicReferenceArray<Outcome<T>> outcomes;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger room;
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger pumping = new AtomicInteger();
    private final CompletableFuture<List<Outcome<T>>> result = new CompletableFuture<>();

    private Batch(List<I> items, Function<? super I, CompletableFuture<T>> operation, int inFlightMax) {
        this.items = items;
        this.operation = operation;
        this.outcomes = new AtomicReferenceArray<>(items.size());
        this.room = new AtomicInteger(inFlightMax);
    }

    static <I, T> CompletableFuture<List<Outcome<T>>> run(
            List<? extends I> items, Function<? super I, CompletableFuture<T>> operation, int inFlightMax) {
        if (inFlightMax < 1) {
            throw new IllegalArgumentException(inFlightMax + " operations at once: expected at least 1");
        }
        if (items.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        Batch<I, T> batch = new Batch<>(List.copyOf(items), operation, inFlightMax);
        batch.pump();
        return batch.result;
    }

    /** Begins what there is room for. An operation that ends at once comes back here, and is left to the outer call. */
    private void pump() {
        if (pumping.getAndIncrement() > 0) {
            return;
        }
        do {
            pumping.set(1);
            while (room.get() > 0 && begun.get() < items.size()) {
                room.decrementAndGet();
                begin(begun.getAndIncrement());
            }
        } while (pumping.addAndGet(-1) > 0);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure becomes the outcome
    private void begin(int index) {
        CompletableFuture<T> operating;
        try {
            operating = operation.apply(items.get(index));
        } catch (IllegalArgumentException e) {
            end(
                    index,
                    new Outcome.Failed<>(
                            new ClientException(ErrorCode.ERR_INVALID_PARAMETERS, String.valueOf(e.getMessage()))));
            return;
        }
        operating.whenComplete((done, failure) -> end(
                index, failure == null ? new Outcome.Done<>(done) : new Outcome.Failed<>(ClientException.of(failure))));
    }

    private void end(int index, Outcome<T> outcome) {
        outcomes.set(index, outcome);
        if (ended.incrementAndGet() == items.size()) {
            List<Outcome<T>> all = new ArrayList<>(items.size());
            for (int i = 0; i < items.size(); i++) {
                all.add(outcomes.get(i));
            }
            result.complete(List.copyOf(all));
            return;
        }
        room.incrementAndGet();
        pump();
    }
}
