package dev.sluice.meta.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.time.ThreadEventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store that does not answer. */
@Timeout(30)
class ManifestReaderTest {
    @Test
    void aStoreThatHangsIsNamedAndKeepsNoOtherFromAnswering() throws Exception {
        BlockStores stores = new BlockStores(
                List.of(BlockService.of("stuck", "local_service", ""), BlockService.of("sound", "local_service", "")));
        CountDownLatch end = new CountDownLatch(1);
        try (stores;
                ThreadEventLoop timer = new ThreadEventLoop("timer");
                StoreThreads threads = new StoreThreads();
                ManifestReader reader = new ManifestReader(stores, 300, 500, timer, threads)) {
            CompletableFuture<Boolean> last = new CompletableFuture<>();
            for (int count = 0; count < 20; count++) {
                last = reader.ask("stuck", "bulk_load_info", () -> end.await(30, TimeUnit.SECONDS));
            }
            assertThat(reader.ask("sound", "bulk_load_info", () -> "here").get(10, TimeUnit.SECONDS))
                    .isEqualTo("here");
            CompletableFuture<Boolean> waiting = last;
            assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("block service 'stuck' did not answer within 300 ms");
        } finally {
            end.countDown();
        }
    }
}
