package dev.sluice.replica.engine;

import dev.sluice.common.file.LocalFileSystem;
import java.nio.file.Path;
import java.nio.file.Paths;

/** A process that takes an engine to one durable step and halts there, in the middle of everything. */
final class EngineCrashChild {
    static final int EXIT_CODE = 42;

    private EngineCrashChild() {}

    // Arguments: the directory of the engine; how many steps to take before the one to halt at.
    public static void main(String[] arguments) {
        Path directory = Paths.get(arguments[0]);
        int step = Integer.parseInt(arguments[1]);
        stage(directory);
        CrashScript script = new CrashScript(
                new LocalFileSystem(),
                directory,
                step,
                () -> Runtime.getRuntime().halt(EXIT_CODE));
        script.run(new RocksEngineFactory(EngineOptions.DEFAULT, name -> script.reached(name.name())));
        throw new IllegalStateException("step " + step + " never came");
    }

    static void stage(Path directory) {
        for (int i = 0; i < CrashScript.STAGED.size(); i++) {
            Ssts.write(CrashScript.stagedFile(directory, i), EngineContract.changes(CrashScript.STAGED.get(i)));
        }
    }
}
