package dev.sluice.replica.engine;

import java.nio.file.Path;

/** Opens engines that share a node's caches and limits. */
public interface EngineFactory extends AutoCloseable {
    /** Opens what is in the directory, or makes an empty engine there. Throws {@link EngineException} on damage. */
    Engine open(Path directory);

    /** Frees what the engines shared; they are closed by then. */
    @Override
    void close();
}
