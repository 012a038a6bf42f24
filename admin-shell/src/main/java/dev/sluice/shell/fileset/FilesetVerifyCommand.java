package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFacts;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.transfer.PartitionCopies;
import dev.sluice.bulkload.verify.Md5;
import dev.sluice.bulkload.verify.PartitionVerifier;
import dev.sluice.bulkload.verify.VerifyMode;
import dev.sluice.bulkload.verify.VerifyRequest;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import dev.sluice.shell.ConsoleCheck;
import dev.sluice.shell.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice fileset verify}: all that a load would find, before a load. */
@Command(
        name = "verify",
        description =
                "Checks a file set as a load would: sizes, MD5, block checksums, keys and values. One line for each"
                        + " fault; exit code 1 if there is one.",
        mixinStandardHelpOptions = true)
final class FilesetVerifyCommand implements Callable<Integer> {
    private final FileSystem files = new LocalFileSystem();

    @Spec
    private CommandSpec spec;

    @Mixin
    private SetArgument set;

    @Option(names = "--behind", description = "Also refuse files that overlap, as a load behind existing data does.")
    private boolean isForBehind;

    @Option(
            names = "--public-key",
            paramLabel = "<base64>",
            description =
                    "Also refuse a set that is not signed for this key (bulk_load_public_key of replica servers).")
    private @Nullable String publicKey;

    @Option(
            names = "--threads",
            defaultValue = "0",
            description = "Partitions at the same time (default: the processors).")
    private int threads;

    @Option(
            names = "--temp",
            paramLabel = "<dir>",
            description = "Where files of stores that are not on this machine are copied to (default: Java's).")
    private @Nullable Path temporary;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        LiveLine line = new LiveLine(err, ConsoleCheck.isTerminal());
        try (StopOnExit ignored = new StopOnExit(stop);
                OpenSet opened = set.open()) {
            BulkLoadInfo info = opened.readInfo();
            if (publicKey != null) {
                SetSignature.requireSigned(opened.location().infoPath(), info, SetSignature.parsePublicKey(publicKey));
            }
            return new Run(opened, info, stop, line).verifyAll();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--public-key: " + e.getMessage());
        } catch (SourceException | IOException e) {
            line.clear();
            err.println("ERROR: " + e.getMessage());
            return 1;
        } catch (StoppedException e) {
            line.clear();
            err.println("stopped");
            return 1;
        }
    }

    private final class Run {
        private final OpenSet opened;
        private final BulkLoadInfo info;
        private final StopSignal stop;
        private final LiveLine line;
        private final PartitionVerifier verifier = new PartitionVerifier(files);
        private final AtomicLong rows = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicInteger faults = new AtomicInteger();
        private final long startMs = new SystemClock().nowMs();

        Run(OpenSet opened, BulkLoadInfo info, StopSignal stop, LiveLine line) {
            this.opened = opened;
            this.info = info;
            this.stop = stop;
            this.line = line;
        }

        int verifyAll() throws IOException, StoppedException {
            Path directory = Files.createTempDirectory(
                    temporary == null ? OpenSet.temporaryDirectory() : Files.createDirectories(temporary),
                    "sluice-verify-");
            int parallel = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
            ExecutorService pool = Executors.newFixedThreadPool(Math.min(parallel, info.partitionCount()));
            try (PartitionCopies copies = new PartitionCopies(opened.source(), files, directory, new SystemClock())) {
                List<CompletableFuture<Void>> all = new ArrayList<>();
                for (int i = 0; i < info.partitionCount(); i++) {
                    int partition = i;
                    all.add(CompletableFuture.runAsync(() -> verify(copies, partition), pool));
                }
                CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof CancellationException) {
                    throw new StoppedException();
                }
                throw e;
            } finally {
                pool.shutdownNow();
                files.deleteTree(directory);
            }
            line.clear();
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "%s: %d partitions, %,d rows, %s, %s%n",
                    opened.text(),
                    info.partitionCount(),
                    rows.get(),
                    Figures.bytes(bytes.get()),
                    faults.get() == 0 ? "all right" : faults.get() + " faults");
            out.flush();
            return faults.get() == 0 ? 0 : 1;
        }

        private void verify(PartitionCopies copies, int partition) {
            try {
                Manifest manifest = opened.source().readManifest(info, partition);
                List<Path> paths = copies.fetch(partition, manifest, stop);
                boolean isRight = true;
                for (int i = 0; i < paths.size(); i++) {
                    isRight &= verifyFile(partition, manifest.files().get(i), paths.get(i));
                }
                if (isRight && isForBehind) {
                    VerifyRequest all = request(
                            manifest,
                            file -> paths.get(manifest.files().indexOf(file)),
                            partition,
                            VerifyMode.CHECKSUM,
                            true);
                    verifier.verify(all, stop, progress -> {});
                }
            } catch (SourceException e) {
                report(partition, e);
            } catch (IOException e) {
                report(partition, SourceException.ofNode(opened.location().partitionPath(partition), e));
            } catch (StoppedException e) {
                throw new CancellationException();
            } finally {
                release(copies, partition);
            }
            show(done.incrementAndGet());
        }

        /** Each file alone: one that is wrong keeps nobody from looking at the next. */
        private boolean verifyFile(int partition, SstFile file, Path path) throws StoppedException, IOException {
            try {
                requireSums(file, path);
                Manifest alone = new Manifest(List.of(file));
                VerifyRequest request = request(alone, same -> path, partition, VerifyMode.FULL, false);
                long found = verifier.verify(request, stop, progress -> {}).rows();
                rows.addAndGet(found);
                long expected = file.facts().map(SstFacts::rows).orElse(found);
                if (found != expected) {
                    throw SourceException.damaged(
                            file.name().value(), "has " + found + " rows, its manifest says " + expected);
                }
                bytes.addAndGet(file.size());
                return true;
            } catch (SourceException e) {
                report(partition, e);
                return false;
            }
        }

        private VerifyRequest request(
                Manifest manifest, Function<SstFile, Path> paths, int partition, VerifyMode mode, boolean behind) {
            return new VerifyRequest(
                    manifest, paths, partition, info.partitionCount(), mode, behind, new SystemClock().wallMs());
        }

        private void requireSums(SstFile file, Path path) throws SourceException, StoppedException, IOException {
            CRC32C crc = new CRC32C();
            String found = Md5.of(files, path, crc, stop);
            if (file.hasMd5() && !found.equals(file.md5())) {
                throw SourceException.damaged(file.name().value(), "expected md5 " + file.md5() + ", found " + found);
            }
            int expected = file.facts().map(facts -> facts.crc32c()).orElse((int) crc.getValue());
            if (expected != (int) crc.getValue()) {
                throw SourceException.damaged(
                        file.name().value(),
                        "expected crc32c " + Integer.toHexString(expected) + ", found "
                                + Long.toHexString(crc.getValue()));
            }
        }

        private void release(PartitionCopies copies, int partition) {
            try {
                copies.release(partition);
            } catch (IOException e) {
                report(partition, SourceException.ofNode("copies", e));
            }
        }

        private synchronized void report(int partition, SourceException e) {
            faults.incrementAndGet();
            line.clear();
            spec.commandLine().getErr().println("ERROR: partition " + partition + ": " + e.getMessage());
        }

        private synchronized void show(int partitions) {
            long elapsedMs = new SystemClock().nowMs() - startMs;
            if (line.isDue(elapsedMs)) {
                long leftSeconds = elapsedMs * (info.partitionCount() - partitions) / partitions / 1000;
                line.show(
                        String.format(
                                Locale.ROOT,
                                "%d of %d partitions, %,d rows, %s, %d faults, ETA %s",
                                partitions,
                                info.partitionCount(),
                                rows.get(),
                                Figures.bytes(bytes.get()),
                                faults.get(),
                                Figures.duration(leftSeconds)),
                        elapsedMs);
            }
        }
    }
}
