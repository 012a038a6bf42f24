package dev.sluice.replica.engine;

import java.nio.file.Path;

/** Opens engines that share a node's caches and limits. */
public interface EngineFactory extends AutoCloseable {
    /**
     * Opens what is in the directory, or makes an empty engine there. Throws {@link EngineException} on damage.
     *
     * @param allowsBehind whether loads of mode {@code behind} may be published in it; costs that no deletion is ever forgotten
     */
    Engine open(Path directory, boolean allowsBehind);

    /** Opens one that does not take loads of mode {@code behind}. */
    default Engine open(Path directory) {
        return open(directory, false);
    }

    /** Frees what the engines shared; they are closed by then. */
    @Override
    void close();
}
