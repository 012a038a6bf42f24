package dev.sluice.integration.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A table in the resources. A case begins with {@code # title}; each line below it is a request, {@code ->}, and what must
 * be in the reply; a request alone must succeed. {@code ~} in front: it is asked again until it holds.
 */
record TableOfCases(String file, List<Case> cases) {
    record Case(String title, List<Line> lines) {}

    record Line(int number, boolean eventually, List<String> request, List<String> expected) {}

    static TableOfCases load(String file) throws IOException {
        String text;
        try (InputStream in = Objects.requireNonNull(TableOfCases.class.getResourceAsStream(file), file)) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Case> cases = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.startsWith("# ")) {
                cases.add(new Case(line.substring(2).trim(), new ArrayList<>()));
            } else if (!line.isBlank() && !line.startsWith("//")) {
                cases.get(cases.size() - 1).lines().add(parse(number, line));
            }
        }
        return new TableOfCases(file, cases);
    }

    private static Line parse(int number, String line) {
        boolean eventually = line.startsWith("~");
        String plain = eventually ? line.substring(1) : line;
        int arrow = plain.indexOf("->");
        String request = arrow < 0 ? plain : plain.substring(0, arrow);
        List<String> expected = Words.of(arrow < 0 ? "error=0" : plain.substring(arrow + 2));
        if (expected.isEmpty()) {
            throw new IllegalArgumentException("line " + number + " expects nothing: " + line);
        }
        return new Line(number, eventually, Words.of(request), expected);
    }
}
