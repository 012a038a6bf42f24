package dev.sluice.common.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.command.JsonText;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void columnsAreAlignedUnderTheirHeader() {
        TextTable table = TextTable.columns("general_info", "app_id", "status", "app_name")
                .add(1, "AVAILABLE", "größe")
                .add(12, "DROPPED", "t");

        assertThat(table).hasToString("""
                        [general_info]
                        app_id  status     app_name
                        1       AVAILABLE  größe
                        12      DROPPED    t
                        """);
        assertThat(JsonText.compact(table.toJson()))
                .isEqualTo("{\"1\":{\"app_id\":1,\"status\":\"AVAILABLE\",\"app_name\":\"größe\"},"
                        + "\"12\":{\"app_id\":12,\"status\":\"DROPPED\",\"app_name\":\"t\"}}");
    }

    @Test
    void factsStandOnePerLine() {
        TextTable table = TextTable.facts("summary").add("total", 3).add("alive_nodes", "yes");

        assertThat(table).hasToString("""
                        [summary]
                        total       : 3
                        alive_nodes : yes
                        """);
        assertThat(JsonText.compact(table.toJson())).isEqualTo("{\"total\":3,\"alive_nodes\":\"yes\"}");
    }

    @Test
    void aTableWithoutRowsStillHasItsHeader() {
        assertThat(TextTable.columns("nodes", "a", "b")).hasToString("[nodes]\na  b\n");
    }

    @Test
    void aRowThatDoesNotFitIsAMistake() {
        assertThatThrownBy(() -> TextTable.columns("nodes", "a", "b").add(1))
                .hasMessageContaining("[nodes]: a row of 1 values, expected 2");
    }
}
