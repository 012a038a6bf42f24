package dev.sluice.bulkload.fileset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One JSON object of a file set, read strictly: all that is asked for must be there, with exactly that type. */
final class SetJson {
    /** No member is repeated, nothing stands behind the object, nesting and lengths are bounded. */
    static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(64 * 1024)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String path;
    private final String where;
    private final JsonNode node;

    private SetJson(String path, String where, JsonNode node) {
        this.path = path;
        this.where = where;
        this.node = node;
    }

    /** Parses the bytes of the file at the path, which is for messages only. */
    static SetJson parse(String path, byte[] content, int bytesMax) throws SourceException {
        if (content.length > bytesMax) {
            throw SourceException.damaged(path, content.length + " bytes, at most " + bytesMax + " are read");
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(content);
        } catch (JsonProcessingException e) {
            throw SourceException.damaged(path, "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw SourceException.damaged(path, "not JSON: " + e.getMessage());
        }
        if (node == null || !node.isObject()) {
            throw SourceException.damaged(path, "expected a JSON object");
        }
        return new SetJson(path, "", node);
    }

    /** A non-negative integer, not a text and without a fraction. */
    long requireLong(String member) throws SourceException {
        JsonNode value = require(member);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw fault(member, "expected an integer of 0 or more");
        }
        return value.longValue();
    }

    int requireInt(String member) throws SourceException {
        long value = requireLong(member);
        if (value > Integer.MAX_VALUE) {
            throw fault(member, value + " is too large");
        }
        return (int) value;
    }

    boolean has(String member) {
        return node.has(member);
    }

    /** An array of texts; empty if the member is not there. */
    List<String> textsOr(String member, int countMax) throws SourceException {
        List<String> texts = new ArrayList<>();
        if (node.has(member)) {
            JsonNode value = node.get(member);
            if (!value.isArray() || value.size() > countMax) {
                throw fault(member, "expected an array of at most " + countMax + " texts");
            }
            for (JsonNode each : value) {
                if (!each.isTextual()) {
                    throw fault(member, "expected texts");
                }
                texts.add(each.textValue());
            }
        }
        return texts;
    }

    String textOr(String member, String absent) throws SourceException {
        return node.has(member) ? requireText(member) : absent;
    }

    int intOr(String member, int absent) throws SourceException {
        return node.has(member) ? requireInt(member) : absent;
    }

    String requireText(String member) throws SourceException {
        JsonNode value = require(member);
        if (!value.isTextual()) {
            throw fault(member, "expected a text");
        }
        return value.textValue();
    }

    /** An array of objects. */
    SetJson[] requireObjects(String member, int countMax) throws SourceException {
        JsonNode value = require(member);
        if (!value.isArray()) {
            throw fault(member, "expected an array");
        }
        if (value.size() > countMax) {
            throw fault(member, value.size() + " entries, at most " + countMax + " are possible");
        }
        SetJson[] objects = new SetJson[value.size()];
        for (int i = 0; i < objects.length; i++) {
            if (!value.get(i).isObject()) {
                throw fault(member + "[" + i + "]", "expected an object");
            }
            objects[i] = new SetJson(path, where + member + "[" + i + "].", value.get(i));
        }
        return objects;
    }

    SourceException fault(String member, String reason) {
        return SourceException.damaged(path, where + member + ": " + reason);
    }

    private JsonNode require(String member) throws SourceException {
        JsonNode value = node.get(member);
        if (value == null || value.isNull()) {
            throw fault(member, "is missing");
        }
        return value;
    }
}
