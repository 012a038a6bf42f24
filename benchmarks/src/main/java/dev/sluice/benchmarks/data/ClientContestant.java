package dev.sluice.benchmarks.data;

import dev.sluice.client.MultiGetQuery;
import dev.sluice.client.Table;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** The client against a cluster, with many requests on the way over each connection. */
final class ClientContestant implements Contestant {
    private final Table table;
    private final int inFlightMax;

    ClientContestant(Table table, int inFlightMax) {
        this.table = table;
        this.inFlightMax = inFlightMax;
    }

    @Override
    public String name() {
        return "client, over RPC";
    }

    @Override
    public int inFlightMax() {
        return inFlightMax;
    }

    @Override
    public void read(long row, Done done) {
        tell(
                table.get(DataSet.hashKey(row), DataSet.sortKey(row)),
                value -> value.filter(bytes -> bytes.length > 0).isPresent(),
                done);
    }

    @Override
    public void write(long row, byte[] value, Done done) {
        tell(table.put(DataSet.hashKey(row), DataSet.sortKey(row), value), nothing -> true, done);
    }

    @Override
    public void scan(long row, int rowsMax, Done done) {
        MultiGetQuery query =
                MultiGetQuery.all().from(DataSet.sortKey(row), true).maxRows(rowsMax);
        tell(
                table.multiGet(DataSet.hashKey(row), query),
                result -> !result.cells().isEmpty(),
                done);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the end is told to whoever counts
    private static <T> void tell(CompletableFuture<T> future, Predicate<T> isRight, Done done) {
        future.whenComplete((result, failure) -> done.done(failure == null && isRight.test(result)));
    }
}
