package dev.sluice.replica.engine.testing;

import dev.sluice.replica.mutation.Change.RowChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads the rows of a staged file, in key order: the twin knows no SST format. */
@FunctionalInterface
public interface StagedRows {
    List<RowChange> read(Path stagedFile) throws IOException;
}
