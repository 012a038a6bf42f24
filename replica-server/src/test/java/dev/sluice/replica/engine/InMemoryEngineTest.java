package dev.sluice.replica.engine;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.mutation.Change.RowChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

final class InMemoryEngineTest extends EngineContract {
    private final CrashableFileSystem files = new CrashableFileSystem();
    private final Map<Path, List<RowChange>> staged = new HashMap<>();
    private final InMemoryEngineFactory factory = new InMemoryEngineFactory(files, this::read);

    @BeforeEach
    void makeParent() throws IOException {
        files.createDirectories(Path.of("/replica"));
        files.syncDirectory(Path.of("/"));
    }

    @Override
    EngineFactory factory() {
        return factory;
    }

    @Override
    Path directory(String name) {
        return Path.of("/replica", name);
    }

    @Override
    Path stage(String name, Map<String, String> rows) {
        Path path = Path.of("/replica", "staged-" + name + ".sst");
        staged.put(path, changes(rows));
        try (FileSystem.File file = files.create(path)) {
            file.sync();
            files.syncDirectory(Path.of("/replica"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return path;
    }

    @Override
    void deleteStaged(Path path) {
        try {
            files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<RowChange> read(Path path) throws IOException {
        files.size(path);
        return List.copyOf(staged.getOrDefault(path, List.of()));
    }
}
