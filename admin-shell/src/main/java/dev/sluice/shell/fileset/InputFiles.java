package dev.sluice.shell.fileset;

import dev.sluice.bulkload.build.BadRowException;
import dev.sluice.bulkload.build.Columns;
import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowFormat;
import dev.sluice.bulkload.build.RowSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of several files, one file after the other; {@code -} is the standard input. A bad row is told with the file's name if there are several. */
final class InputFiles implements RowSource {
    private static final Path STANDARD_INPUT = Path.of("-");

    private final List<Path> files;
    private final Optional<RowFormat> format;
    private final Columns columns;
    private final boolean hasHeader;
    private final long bytesTotal;
    private int next;
    private long bytesOfEarlierFiles;
    private @Nullable RowSource current;

    InputFiles(List<Path> files, Optional<RowFormat> format, Columns columns, boolean hasHeader) throws IOException {
        this.files = files;
        this.format = format;
        this.columns = columns;
        this.hasHeader = hasHeader;
        long total = 0;
        for (Path file : files) {
            if (file.equals(STANDARD_INPUT)) {
                continue;
            }
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new IOException(file + ": no file, or not readable");
            }
            format(file);
            total += Files.size(file);
        }
        // Where one is not known the sum is not.
        this.bytesTotal = files.contains(STANDARD_INPUT) ? 0 : total;
    }

    @Override
    public @Nullable Row next() throws IOException, BadRowException {
        while (true) {
            RowSource source = current;
            if (source == null) {
                if (next == files.size()) {
                    return null;
                }
                source = open(files.get(next));
                current = source;
                next++;
            }
            Row row = next(source);
            if (row != null) {
                return row;
            }
            bytesOfEarlierFiles += source.bytesRead();
            source.close();
            current = null;
        }
    }

    @Override
    public long line() {
        return current == null ? 0 : current.line();
    }

    @Override
    public long bytesRead() {
        return bytesOfEarlierFiles + (current == null ? 0 : current.bytesRead());
    }

    @Override
    public long bytesTotal() {
        return bytesTotal;
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
        }
    }

    private @Nullable Row next(RowSource source) throws IOException, BadRowException {
        try {
            return source.next();
        } catch (BadRowException e) {
            if (files.size() == 1) {
                throw e;
            }
            throw new BadRowException(e.row().line(), e.row().reason() + " (in " + files.get(next - 1) + ")");
        }
    }

    private RowSource open(Path file) throws IOException {
        return file.equals(STANDARD_INPUT)
                ? format(file).open(System.in, file.toString(), columns, hasHeader)
                : format(file).open(file, columns, hasHeader);
    }

    private RowFormat format(Path file) {
        return format.orElseGet(() -> RowFormat.ofName(file));
    }
}
