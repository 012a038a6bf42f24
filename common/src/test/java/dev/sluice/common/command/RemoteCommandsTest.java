package dev.sluice.common.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemoteCommandsTest {
    private static final String SLOTS_COMMAND = "replica.max-concurrent-bulk-load-downloading-count";
    private static final Option<Integer> SLOTS = Options.integer(
                    "replication", "max_concurrent_bulk_load_downloading_count")
            .defaultValue(5)
            .range(0, 1000)
            .doc("Downloads at once.")
            .mutable();
    private static final Option<Boolean> DENY = Options.bool("replication", "deny_client")
            .defaultValue(false)
            .doc("Deny.")
            .mutable();

    private final Config config = Config.of(ConfigSchema.of(SLOTS, DENY));
    private final RemoteCommands commands = new RemoteCommands(ServerInfo.startedAt(0))
            .registerNumber(SLOTS_COMMAND, config, SLOTS)
            .registerBoolean("replica.deny-client", config, DENY)
            .register("echo", "text... - say it again", arguments -> String.join(" ", arguments))
            .register("broken", "- fails", arguments -> {
                throw new IllegalStateException("no disk");
            });

    @Test
    void aNumberIsReadAsText() {
        assertThat(commands.execute(SLOTS_COMMAND, List.of()))
                .isEqualTo("{\n  \"error\": \"ok\",\n"
                        + "  \"replica.max-concurrent-bulk-load-downloading-count\": \"5\"\n}");
    }

    @Test
    void keysOfAnAnswerAreSorted() {
        commands.registerNumber("a.number", config, SLOTS);

        assertThat(commands.execute("a.number", List.of()))
                .isEqualTo("{\n  \"a.number\": \"5\",\n  \"error\": \"ok\"\n}");
    }

    @Test
    void aNumberIsSet() {
        assertThat(commands.execute(SLOTS_COMMAND, List.of("7"))).isEqualTo("{\n  \"error\": \"ok\"\n}");
        assertThat(config.get(SLOTS)).isEqualTo(7);
    }

    @Test
    void defaultInAnyCaseResets() {
        config.set(SLOTS, 7);

        assertThat(commands.execute(SLOTS_COMMAND, List.of("Default")))
                .isEqualTo(
                        "{\n  \"error\": \"ok\",\n" + "  \"replica.max-concurrent-bulk-load-downloading-count\": 5\n}");
        assertThat(config.get(SLOTS)).isEqualTo(5);
    }

    @Test
    void aNumberThatIsNoneOrOutsideTheRangeIsNotAcceptable() {
        for (String argument : List.of("x", "-1", "1001", "99999999999", "")) {
            assertThat(commands.execute(SLOTS_COMMAND, List.of(argument)))
                    .isEqualTo("{\n  \"error\": \"ERR: invalid argument '" + argument
                            + "', the value is not acceptable\"\n}");
        }
        assertThat(config.get(SLOTS)).isEqualTo(5);
    }

    @Test
    void onlyOneNumberIsAcceptable() {
        assertThat(commands.execute(SLOTS_COMMAND, List.of("1", "2")))
                .isEqualTo("{\n  \"error\": \"ERR: invalid arguments '1 2', only one argument is acceptable\"\n}");
    }

    @Test
    void aBooleanIsReadSetAndChecked() {
        assertThat(commands.execute("replica.deny-client", List.of()))
                .isEqualTo("{\n  \"error\": \"ok\",\n  \"replica.deny-client\": \"false\"\n}");
        assertThat(commands.execute("replica.deny-client", List.of("true"))).isEqualTo("{\n  \"error\": \"ok\"\n}");
        assertThat(config.get(DENY)).isTrue();
        assertThat(commands.execute("replica.deny-client", List.of("yes")))
                .isEqualTo("{\n  \"error\": \"ERR: invalid arguments, 'yes' is not a boolean\"\n}");
        assertThat(commands.execute("replica.deny-client", List.of("true", "false")))
                .isEqualTo("{\n  \"error\": \"ERR: invalid arguments, only one boolean argument is acceptable\"\n}");
    }

    @Test
    void anUnknownCommandIsSaidToBeOne() {
        assertThat(commands.execute("nothing", List.of("x"))).isEqualTo("unknown command 'nothing'");
    }

    @Test
    void helpListsEveryCommandOnce() {
        assertThat(commands.execute("help", List.of()).lines())
                .containsExactly(
                        "broken - fails",
                        "echo text... - say it again",
                        "help [command] - list the commands, or say what one does",
                        "replica.deny-client [true | false] - Deny.",
                        SLOTS_COMMAND + " [integer from 0 to 1000 | DEFAULT] - Downloads at once.",
                        "server-info - version, build and start time of this server");
        assertThat(commands.execute("h", List.of("echo"))).isEqualTo("echo text... - say it again");
        assertThat(commands.execute("Help", List.of("nothing"))).isEqualTo("unknown command 'nothing'");
    }

    @Test
    void serverInfoIsCompactJson() {
        assertThat(commands.execute("server-info", List.of()))
                .startsWith("{\"build_type\":\"release\",\"git_SHA\":\"")
                .contains("\"start_time\":\"1970-01-01 00:00:00\",\"version\":\"Sluice");
    }

    @Test
    void aHandlerThatFailsIsAnswered() {
        assertThat(commands.execute("broken", List.of()))
                .isEqualTo("{\n  \"error\": \"ERR: broken failed: no disk\"\n}");
    }

    @Test
    void aNameIsTakenOnce() {
        assertThatThrownBy(() -> commands.register("echo", "- again", arguments -> ""))
                .hasMessageContaining("'echo' already");
    }
}
