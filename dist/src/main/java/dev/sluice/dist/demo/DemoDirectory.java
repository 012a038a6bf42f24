package dev.sluice.dist.demo;

import dev.sluice.common.file.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary directory that is gone at the end, also after Ctrl-C. */
final class DemoDirectory implements AutoCloseable {
    private final Path path;
    private final Thread atExit = new Thread(this::delete, "demo-clean-up");
    private Runnable beforeDelete = () -> {};

    private DemoDirectory(Path path) {
        this.path = path;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    static DemoDirectory create() throws IOException {
        return new DemoDirectory(Files.createTempDirectory("sluice-demo-"));
    }

    Path path() {
        return path;
    }

    /** Runs the action before the directory goes: what has files open there. */
    synchronized void beforeDelete(Runnable action) {
        beforeDelete = action;
    }

    @Override
    public void close() {
        if (Thread.currentThread() != atExit && !isExiting()) {
            delete();
        }
    }

    private boolean isExiting() {
        try {
            return !Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyExiting) {
            return true;
        }
    }

    private synchronized void delete() {
        beforeDelete.run();
        beforeDelete = () -> {};
        try {
            new LocalFileSystem().deleteTree(path);
        } catch (IOException e) {
            System.err.println("sluice: " + path + " could not be deleted: " + e.getMessage());
        }
    }
}
