package dev.sluice.dist.onebox;

import java.util.List;

/** How the JVM of a server hands the priorities of its threads on to the operating system. */
public final class ThreadPriorities {
    /**
     * The lowest priority, which threads of loads have, is a nice value of 10: where processors are scarce they get about a
     * tenth of what a thread that serves clients gets, and all that is left over. No other thread that we start has any but 0,
     * nor those of the JVM of which it would raise some. Does not need any permission. The launcher {@code bin/sluice} has the same words.
     */
    public static final List<String> JVM_OPTIONS = List.of(
            "-XX:ThreadPriorityPolicy=1",
            "-XX:JavaPriority1_To_OSPriority=10",
            "-XX:JavaPriority8_To_OSPriority=0",
            "-XX:JavaPriority9_To_OSPriority=0",
            "-XX:JavaPriority10_To_OSPriority=0");

    private ThreadPriorities() {}
}
