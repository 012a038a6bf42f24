package dev.sluice.bulkload.build;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows are written as "hash|sort|value|ttl", bad ones as "line N: reason". */
class RowFormatTest {
    private static final Columns ALL = new Columns("1", "2", "3", "4");

    @TempDir
    Path directory;

    private List<String> read(RowFormat format, byte[] content, Columns columns, boolean hasHeader) throws IOException {
        Path file = Files.write(directory.resolve("input"), content);
        return read(format, file, columns, hasHeader);
    }

    private static List<String> read(RowFormat format, Path file, Columns columns, boolean hasHeader)
            throws IOException {
        List<String> found = new ArrayList<>();
        try (RowSource rows = format.open(file, columns, hasHeader)) {
            while (true) {
                try {
                    Row row = rows.next();
                    if (row == null) {
                        return found;
                    }
                    found.add(text(row.hashKey()) + "|" + text(row.sortKey()) + "|" + text(row.value()) + "|"
                            + row.ttlSeconds());
                } catch (BadRowException e) {
                    found.add(e.getMessage());
                }
            }
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private List<String> csv(String content, Columns columns, boolean hasHeader) throws IOException {
        return read(RowFormat.CSV, content.getBytes(UTF_8), columns, hasHeader);
    }

    private List<String> csv(String content) throws IOException {
        return csv(content, ALL, false);
    }

    @Test
    void fieldsAreSplitAtCommasAndLines() throws Exception {
        assertThat(csv("a,b,c,1\nd,,,\n")).containsExactly("a|b|c|1", "d|||0");
        assertThat(csv("a,b,c,1\r\nd,,,\r\n")).containsExactly("a|b|c|1", "d|||0");
        assertThat(csv("a,b,c,1")).containsExactly("a|b|c|1");
        assertThat(csv("")).isEmpty();
        assertThat(csv("\n\n a ,b,c,\n\n")).containsExactly(" a |b|c|0");
    }

    @Test
    void quotedFieldsHoldCommasLinesAndQuotes() throws Exception {
        assertThat(csv("\"a,\",\"b\"\"b\",\"c\nc\",1\nd,e,f,2\n")).containsExactly("a,|b\"b|c\nc|1", "d|e|f|2");
        assertThat(csv("\"\",\"\",\"\",\"\"\r\n")).containsExactly("|||0");
        assertThat(csv("a\"b,c\"d\",e,\n")).containsExactly("a\"b|c\"d\"|e|0");
    }

    @Test
    void bytesThatAreNoAsciiStayAsTheyAre() throws Exception {
        assertThat(csv("ä,日本,😀,\n")).containsExactly("ä|日本|😀|0");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstField() throws Exception {
        assertThat(csv("\ufeffa,b,c,\n")).containsExactly("a|b|c|0");
    }

    @Test
    void columnsAreFoundByTheirNames() throws Exception {
        assertThat(csv("value,ttl,x,hash_key\nv,5,?,h\n", Columns.DEFAULTS, true))
                .containsExactly("h||v|5");
        assertThat(csv("id,name\n7,x\n", new Columns("name", "id", "*", ""), true))
                .containsExactly("x|7|7,x|0");
        assertThat(csv("id,name\n7,x\n", new Columns("2", "", "1", ""), true)).containsExactly("x||7|0");
    }

    @Test
    void namingOneColumnTakesNoOtherAway() throws Exception {
        Columns byUser = Columns.chosen("user", null, null, null);
        assertThat(csv("user,sort_key,value,ttl\nu,s,v,5\n", byUser, true)).containsExactly("u|s|v|5");
        assertThat(csv("user,value\nu,v\n", byUser, true)).containsExactly("u||v|0");
        assertThat(csv("user,sort_key,value\nu,s,v\n", Columns.chosen("user", "", null, null), true))
                .containsExactly("u||v|0");
        assertThatThrownBy(() -> csv("user,value\nu,v\n", Columns.chosen("user", "sort_key", null, null), true))
                .hasMessageContaining("no column sort_key for the sort key");
        assertThat(read(
                        RowFormat.JSON_LINES,
                        "{\"user\":\"u\",\"sort_key\":\"s\",\"value\":\"v\",\"ttl\":5}".getBytes(UTF_8),
                        byUser,
                        false))
                .containsExactly("u|s|v|5");
    }

    @Test
    void withoutNamesTheNumberOfColumnsTells() throws Exception {
        assertThat(csv("h,v\n", Columns.DEFAULTS, false)).containsExactly("h||v|0");
        assertThat(csv("h,s,v\n", Columns.DEFAULTS, false)).containsExactly("h|s|v|0");
        assertThat(csv("h,s,v,9\n", Columns.DEFAULTS, false)).containsExactly("h|s|v|9");
        assertThatThrownBy(() -> csv("a,b,c,d,e\n", Columns.DEFAULTS, false)).hasMessageContaining("has 5 columns");
    }

    @Test
    void aColumnThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> csv("a,b\n1,2\n", new Columns("c", "", "b", ""), true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no column c for the hash key")
                .hasMessageContaining("[a, b]");
        assertThatThrownBy(() -> csv("1,2\n", new Columns("3", "", "1", ""), false))
                .hasMessageContaining("no column 3");
    }

    @Test
    void badRowsAreToldByTheirLineAndTheRestIsRead() throws Exception {
        assertThat(csv("a,b,c,1\na,b,c\n\"x\"y,b,c,1\na,b,c,soon\n\n\"l\nl\",b,c,1\na,b,c,d,e\nz,,,\n"))
                .containsExactly(
                        "a|b|c|1",
                        "line 2: 3 columns, expected 4 as in the first row",
                        "line 3: text behind a closing quote",
                        "line 4: ttl is 'soon', expected seconds",
                        "l\nl|b|c|1",
                        "line 8: 5 columns, expected 4 as in the first row",
                        "z|||0");
    }

    @Test
    void aQuoteThatIsNeverClosedCostsOnlyItsLine() throws Exception {
        assertThat(csv("a,b,c,1\n\"x,b,c,1\nd,e,f,2\ng,h,i,3\n"))
                .containsExactly("a|b|c|1", "line 2: a quote is not closed", "d|e|f|2", "g|h|i|3");
        assertThat(csv("a,b,c,1\n\"x")).containsExactly("a|b|c|1", "line 2: a quote is not closed");
    }

    @Test
    void aQuoteThatIsNotClosedForMegabytesCostsOnlyItsLine() throws Exception {
        StringBuilder content = new StringBuilder("\"x,b,c,1\n");
        int rows = RecordReader.RECORD_BYTES_MAX / 8 + 1000;
        content.append("a,b,c,1\n".repeat(rows));
        List<String> found = csv(content.toString());
        assertThat(found).hasSize(rows + 1).startsWith("line 1: a quote is not closed", "a|b|c|1");
        assertThat(found.subList(1, found.size())).containsOnly("a|b|c|1");
    }

    @Test
    void aLineThatIsTooLongIsLeftOut() throws Exception {
        String content = "a,b," + "x".repeat(RecordReader.RECORD_BYTES_MAX) + ",1\nd,e,f,2\n";
        assertThat(csv(content)).containsExactly("line 1: longer than 8388608 bytes", "d|e|f|2");
    }

    @Test
    void whatIsNotUtf8IsABadRow() throws Exception {
        assertThat(read(RowFormat.CSV, "ä,b,c,1\na,b,c,1\n".getBytes(ISO_8859_1), ALL, false))
                .containsExactly("line 1: is not UTF-8", "a|b|c|1");
    }

    @Test
    void tabsSplitAndQuotesMeanNothing() throws Exception {
        assertThat(read(RowFormat.TSV, "a\t\"b\tc,c\t\r\n".getBytes(UTF_8), ALL, false))
                .containsExactly("a|\"b|c,c|0");
    }

    @Test
    void jsonMembersAreTakenByTheirNames() throws Exception {
        String content = """
                {"hash_key":"h\\u00e4","sort_key":1,"value":"v","ttl":7}

                {"value":{"x":[1,2.50]},"hash_key":true}
                {"hash_key":"h","value":"","ttl":null}
                """;
        assertThat(read(RowFormat.JSON_LINES, content.getBytes(UTF_8), Columns.DEFAULTS, false))
                .containsExactly("hä|1|v|7", "true||{\"x\":[1,2.50]}|0", "h|||0");
        assertThat(read(RowFormat.JSON_LINES, "{\"a\": 1}".getBytes(UTF_8), new Columns("a", "", "*", ""), false))
                .containsExactly("1||{\"a\": 1}|0");
    }

    @Test
    void badJsonLinesAreToldByTheirLine() throws Exception {
        String content = """
                {"value":1}
                []
                {"hash_key":1,
                {"hash_key":1,"value":2,"ttl":"x"}
                {"hash_key":1,"hash_key":1,"value":2}
                {"hash_key":"h","value":"v"}
                """;
        assertThat(read(RowFormat.JSON_LINES, content.getBytes(UTF_8), Columns.DEFAULTS, false))
                .satisfiesExactly(
                        one -> assertThat(one).isEqualTo("line 1: has no hash_key"),
                        two -> assertThat(two).isEqualTo("line 2: expected a JSON object"),
                        three -> assertThat(three).startsWith("line 3: is not JSON"),
                        four -> assertThat(four).isEqualTo("line 4: ttl is 'x', expected seconds"),
                        five -> assertThat(five).startsWith("line 5: is not JSON: Duplicate"),
                        six -> assertThat(six).isEqualTo("h||v|0"));
    }

    @Test
    void packedFilesAreUnpackedAndBytesAreCounted() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write("a,b,c,1\n".getBytes(UTF_8));
        }
        Path file = Files.write(directory.resolve("rows.csv.gz"), packed.toByteArray());
        assertThat(RowFormat.ofName(file)).isEqualTo(RowFormat.CSV);
        assertThat(read(RowFormat.CSV, file, ALL, false)).containsExactly("a|b|c|1");
        try (RowSource rows = RowFormat.CSV.open(file, ALL, false)) {
            assertThat(rows.bytesTotal()).isEqualTo(packed.size());
            assertThat(rows.next()).isNotNull();
            assertThat(rows.bytesRead()).isPositive();
        }
    }

    @Test
    void theNameOfAFileTellsItsFormat() {
        assertThat(RowFormat.ofName(Path.of("x.CSV"))).isEqualTo(RowFormat.CSV);
        assertThat(RowFormat.ofName(Path.of("x.tsv"))).isEqualTo(RowFormat.TSV);
        assertThat(RowFormat.ofName(Path.of("x.ndjson.gz"))).isEqualTo(RowFormat.JSON_LINES);
        assertThatThrownBy(() -> RowFormat.ofName(Path.of("x.doc"))).hasMessageContaining("x.doc");
        assertThat(RowFormat.ofWord("jsonl")).isEqualTo(RowFormat.JSON_LINES);
        assertThatThrownBy(() -> RowFormat.ofWord("xml")).hasMessageContaining("xml");
    }
}
