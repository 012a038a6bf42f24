package dev.sluice.replica.replica;

/** Gives each replica the hooks of its loads. */
public interface LoadHooksFactory {
    /** Called on the replica's event loop, when its engine and log are open and before it has a role. */
    LoadHooks attach(LoadHost host);
}
