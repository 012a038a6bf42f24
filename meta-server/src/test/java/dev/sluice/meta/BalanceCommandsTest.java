package dev.sluice.meta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.config.Config;
import dev.sluice.meta.guardian.Move;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BalanceCommandsTest {
    private static final String OK = "{\n  \"error\": \"ok\"\n}";

    private final Config config = Config.of(MetaOptions.schema());
    private final IgnoredApps ignored = new IgnoredApps();
    private final List<Move> moves = new ArrayList<>();
    private final RemoteCommands commands = new RemoteCommands(ServerInfo.startedAt(0));

    BalanceCommandsTest() {
        BalanceCommands.register(commands, config, () -> moves, ignored);
    }

    @Test
    void theLeastShareOfLiveNodesIsAPercentage() {
        assertThat(run("meta.live_percentage", "65")).isEqualTo(OK);
        assertThat(config.get(MetaOptions.LIVE_PERCENT_MIN)).isEqualTo(65);
        assertThat(run("meta.live_percentage"))
                .isEqualTo("{\n  \"error\": \"ok\",\n  \"meta.live_percentage\": \"65\"\n}");
        assertThat(run("meta.live_percentage", "101"))
                .isEqualTo("{\n  \"error\": \"ERR: invalid argument '101', the value is not acceptable\"\n}");
        assertThat(run("meta.live_percentage", "DEFAULT"))
                .isEqualTo("{\n  \"error\": \"ok\",\n  \"meta.live_percentage\": 0\n}");
    }

    @Test
    void theDelayOfReplacementsIsInMilliseconds() {
        assertThat(run("meta.lb.assign_delay_ms", "1500")).isEqualTo(OK);
        assertThat(config.get(MetaOptions.ASSIGN_DELAY_MS)).isEqualTo(1500);
        assertThat(run("meta.lb.assign_delay_ms", "default"))
                .isEqualTo("{\n  \"error\": \"ok\",\n  \"meta.lb.assign_delay_ms\": 600000\n}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"meta.lb.balancer_in_turn", "meta.lb.only_primary_balancer", "meta.lb.only_move_primary"})
    void switchesOfTheBalancerAreReadAndSet(String name) {
        assertThat(run(name)).isEqualTo("{\n  \"error\": \"ok\",\n  \"" + name + "\": \"false\"\n}");
        assertThat(run(name, "true")).isEqualTo(OK);
        assertThat(run(name)).contains("\"true\"");
        assertThat(run(name, "on")).isEqualTo("{\n  \"error\": \"ERR: invalid arguments, 'on' is not a boolean\"\n}");
    }

    @Test
    void appsAreIgnoredUntilTheListIsCleared() {
        assertThat(run("meta.lb.ignored_app_list", "get")).isEqualTo("no ignored apps");
        assertThat(run("meta.lb.ignored_app_list", "set", "7,3")).isEqualTo("set ok");
        assertThat(ignored.ids()).containsExactlyInAnyOrder(3, 7);
        assertThat(run("meta.lb.ignored_app_list", "get")).isEqualTo("ignored_app_id_list: 3,7");
        assertThat(run("meta.lb.ignored_app_list", "set", "7,x")).isEqualTo("invalid arguments");
        assertThat(ignored.ids()).hasSize(2);
        assertThat(run("meta.lb.ignored_app_list", "clear")).isEqualTo("clear ok");
        assertThat(ignored.ids()).isEmpty();
        assertThat(run("meta.lb.ignored_app_list")).isEqualTo("invalid arguments");
        assertThat(run("meta.lb.ignored_app_list", "set")).isEqualTo("invalid arguments");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "total        | total=2",
                "move_pri     | move_pri=2",
                "copy_pri     | copy_pri=0",
                "detail       | move_pri=2,copy_pri=0,copy_sec=0,total=2",
                "everything   | ERR: invalid arguments",
            })
    void movesUnderWayAreCounted(String wanted, String answer) {
        moves.add(Move.primary(new HostPort("127.0.0.1", 34801), 1));
        moves.add(Move.primary(new HostPort("127.0.0.1", 34802), 1));
        assertThat(run("meta.lb.get_balance_operation_count", wanted)).isEqualTo(answer);
        assertThat(run("meta.lb.get_balance_operation_count")).isEqualTo("total=2");
    }

    private String run(String name, String... arguments) {
        return commands.execute(name, List.of(arguments));
    }
}
