package dev.sluice.replica.engine;

import dev.sluice.common.file.LocalFileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * A process that takes one engine to each durable step, leaves it there as it is, and at last ends without any cleaning up.
 */
final class EngineCrashChild {
    static final int EXIT_CODE = 42;

    private EngineCrashChild() {}

    // Arguments: a directory, in which each step gets one; how many steps.
    public static void main(String[] arguments) throws Exception {
        Path parent = Paths.get(arguments[0]);
        for (int step = 0; step < Integer.parseInt(arguments[1]); step++) {
            Path directory = Files.createDirectories(parent.resolve(Integer.toString(step)));
            stage(directory);
            CrashScript script = new CrashScript(new LocalFileSystem(), directory, step);
            try {
                script.run(new RocksEngineFactory(EngineOptions.DEFAULT, name -> script.reached(name.name())));
            } catch (CrashScript.CrashException e) {
                continue;
            }
            throw new IllegalStateException("step " + step + " never came");
        }
        Runtime.getRuntime().halt(EXIT_CODE);
    }

    static void stage(Path directory) {
        for (int i = 0; i < CrashScript.STAGED.size(); i++) {
            Ssts.write(CrashScript.stagedFile(directory, i), EngineContract.changes(CrashScript.STAGED.get(i)));
        }
    }
}
