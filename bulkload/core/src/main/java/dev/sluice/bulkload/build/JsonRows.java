package dev.sluice.bulkload.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Rows of JSON objects. Texts are taken as they are, everything else as its JSON. */
final class JsonRows implements RowSource {
    private static final byte[] EMPTY = new byte[0];
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final ObjectReader reader = MAPPER.reader();
    private final RecordReader lines;
    private final Columns columns;

    JsonRows(RecordReader lines, Columns columns) {
        this.lines = lines;
        this.columns = columns;
    }

    @Override
    public @Nullable Row next() throws IOException, BadRowException {
        if (!lines.next()) {
            return null;
        }
        byte[] raw = lines.raw();
        JsonNode object = parse(raw);
        byte[] hashKey = require(object, columns.hashKey());
        byte[] sortKey = columns.sortKey().isEmpty() ? EMPTY : optional(object, columns.sortKey());
        byte[] value = columns.value().equals(Columns.WHOLE_ROW) ? raw : require(object, columns.value());
        long ttl = columns.ttlSeconds().isEmpty()
                ? 0
                : Ttl.parse(line(), new String(optional(object, columns.ttlSeconds()), UTF_8));
        return new Row(hashKey, sortKey, value, ttl);
    }

    @Override
    public long line() {
        return lines.line();
    }

    @Override
    public long bytesRead() {
        return lines.bytesRead();
    }

    @Override
    public long bytesTotal() {
        return lines.bytesTotal();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }

    private JsonNode parse(byte[] raw) throws IOException, BadRowException {
        JsonNode node;
        try {
            node = reader.readTree(raw);
        } catch (JsonProcessingException e) {
            throw new BadRowException(line(), "is not JSON: " + e.getOriginalMessage());
        }
        if (node == null || !node.isObject()) {
            throw new BadRowException(line(), "expected a JSON object");
        }
        return node;
    }

    private byte[] require(JsonNode object, String member) throws BadRowException {
        JsonNode node = object.get(member);
        if (node == null || node.isNull()) {
            throw new BadRowException(line(), "has no " + member);
        }
        return bytes(node);
    }

    private static byte[] optional(JsonNode object, String member) {
        JsonNode node = object.get(member);
        return node == null || node.isNull() ? EMPTY : bytes(node);
    }

    private static byte[] bytes(JsonNode node) {
        return (node.isTextual() ? node.textValue() : node.toString()).getBytes(UTF_8);
    }
}
