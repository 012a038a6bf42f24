package dev.sluice.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes a line apart. Words are separated by blanks, commands by {@code ;}; single and double quotes keep both together.
 * A backslash stands for itself, since keys and values have escapes of their own; only {@code \"} inside double quotes
 * is a quote.
 */
final class Words {
    private final String line;
    private final List<List<String>> commands = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;

    private Words(String line) {
        this.line = line;
    }

    /** The commands of a line, without empty ones. Throws {@link IllegalArgumentException} for an open quote. */
    static List<List<String>> commands(String line) {
        return new Words(line).split();
    }

    private List<List<String>> split() {
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (c == '\'' || c == '"') {
                inWord = true;
                i = quoted(i, c);
            } else if (c == ';') {
                endCommand();
            } else if (Character.isWhitespace(c)) {
                endWord();
            } else if (c == '#' && !inWord) {
                break;
            } else {
                inWord = true;
                word.append(c);
            }
            i++;
        }
        endCommand();
        return commands;
    }

    /** Returns the index of the closing quote. */
    private int quoted(int open, char quote) {
        for (int i = open + 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == quote) {
                return i;
            }
            if (c == '\\' && i + 1 < line.length() && quote == '"') {
                char next = line.charAt(i + 1);
                if (next != '"') {
                    word.append(c);
                }
                word.append(next);
                i++;
            } else {
                word.append(c);
            }
        }
        throw new IllegalArgumentException("the quote at character " + (open + 1) + " is not closed");
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }

    private void endCommand() {
        endWord();
        if (!words.isEmpty()) {
            commands.add(words);
            words = new ArrayList<>();
        }
    }
}
