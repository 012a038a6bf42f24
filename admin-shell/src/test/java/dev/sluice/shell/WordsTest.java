package dev.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void wordsAndCommandsAreSeparated() {
        assertThat(Words.commands("use temp; set a  b c ;; get a b"))
                .containsExactly(List.of("use", "temp"), List.of("set", "a", "b", "c"), List.of("get", "a", "b"));
    }

    @Test
    void quotesKeepBlanksAndSemicolonsTogether() {
        assertThat(Words.commands("set 'a b' \"c; d\" x'y z'")).containsExactly(List.of("set", "a b", "c; d", "xy z"));
        assertThat(Words.commands("set '' \"\"")).containsExactly(List.of("set", "", ""));
    }

    @Test
    void aBackslashStandsForItself() {
        assertThat(Words.commands("set \\x00 'a\\x0A' \"b\\\\c\" \"d\\\"e\""))
                .containsExactly(List.of("set", "\\x00", "a\\x0A", "b\\\\c", "d\"e"));
    }

    @Test
    void aCommentEndsTheLine() {
        assertThat(Words.commands("ls # all of them")).containsExactly(List.of("ls"));
        assertThat(Words.commands("get a#b c")).containsExactly(List.of("get", "a#b", "c"));
        assertThat(Words.commands("  # nothing")).isEmpty();
    }

    @Test
    void anOpenQuoteIsRefused() {
        assertThatThrownBy(() -> Words.commands("set 'a")).hasMessageContaining("the quote at character 5");
    }

    @Property
    void aWordInSingleQuotesComesBackAsItIs(@ForAll String word) {
        String quotable = word.replace("'", "");
        assertThat(Words.commands("set '" + quotable + "'")).containsExactly(List.of("set", quotable));
    }
}
