package dev.sluice.shell;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What an app should be: its replica count, its flags. */
final class AppSettingCommands {
    private AppSettingCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(
                new GetReplicaCount(session),
                new SetReplicaCount(session),
                new GetAtomicIdempotent(session),
                new EnableAtomicIdempotent(session),
                new DisableAtomicIdempotent(session));
    }

    @Command(name = "get_replica_count", description = "Shows how many replicas each partition of an app should have.")
    private static final class GetReplicaCount implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>")
        private String name;

        GetReplicaCount(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            int count = session.admin().maxReplicaCount(name);
            session.say(
                    json,
                    "the replica count of app \"" + name + "\" is " + count,
                    Map.of("app_name", name, "max_replica_count", count));
            return Shell.DONE;
        }
    }

    @Command(
            name = "set_replica_count",
            description = "Sets how many replicas each partition of an app should have.",
            footer = {
                "More are learned, and those that are too many given up, one after another.",
                "",
                "Example: set_replica_count orders 3"
            })
    private static final class SetReplicaCount implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "<app_name>")
        private String name;

        @Parameters(index = "1", paramLabel = "<replica_count>", description = "At most the number of nodes that live.")
        private int count;

        SetReplicaCount(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            int old = session.admin().setMaxReplicaCount(name, count);
            session.say(
                    json,
                    "set replica count of app \"" + name + "\" from " + old + " to " + count + " succeed",
                    Map.of("app_name", name, "max_replica_count", count, "old_max_replica_count", old));
            return Shell.DONE;
        }
    }

    @Command(name = "get_atomic_idempotent", description = "Shows whether an app has the flag atomic_idempotent.")
    private static final class GetAtomicIdempotent implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>")
        private String name;

        GetAtomicIdempotent(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            boolean flag = session.admin().atomicIdempotent(name);
            session.say(
                    json,
                    "atomic_idempotent of app \"" + name + "\" is " + flag,
                    Map.of("app_name", name, "atomic_idempotent", flag));
            return Shell.DONE;
        }
    }

    @Command(
            name = "enable_atomic_idempotent",
            description = "Gives an app the flag atomic_idempotent; atomic writes are idempotent with and without it.")
    private static final class EnableAtomicIdempotent implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>")
        private String name;

        EnableAtomicIdempotent(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return setFlag(session, json, name, true);
        }
    }

    @Command(
            name = "disable_atomic_idempotent",
            description =
                    "Takes the flag atomic_idempotent off an app; atomic writes are idempotent with and without it.")
    private static final class DisableAtomicIdempotent implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>")
        private String name;

        DisableAtomicIdempotent(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return setFlag(session, json, name, false);
        }
    }

    private static int setFlag(ShellSession session, JsonOption json, String name, boolean wanted) {
        boolean old = session.admin().setAtomicIdempotent(name, wanted);
        session.say(
                json,
                "set atomic_idempotent of app \"" + name + "\" from " + old + " to " + wanted + " succeed",
                Map.of("app_name", name, "atomic_idempotent", wanted, "old_atomic_idempotent", old));
        return Shell.DONE;
    }
}
