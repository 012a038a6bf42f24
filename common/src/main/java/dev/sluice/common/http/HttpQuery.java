package dev.sluice.common.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One request.
 *
 * @param post with a body; else it asks only
 * @param path {@code /meta/app}: without empty segments, decoded
 * @param parameters behind the {@code ?}, decoded; one without {@code =} is a flag, and its value empty
 * @param target path and parameters as they were sent
 * @param body empty if there is none
 */
public record HttpQuery(boolean post, String path, Map<String, String> parameters, String target, String body) {
    private static final int PARAMETERS_MAX = 100;

    public HttpQuery {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** Reads what stands in a request line. Throws {@link BadRequestException} for what is none. */
    static HttpQuery parse(boolean post, String target, String body) {
        if (!target.startsWith("/")) {
            throw new BadRequestException("failed to parse request: the target '" + target + "' does not begin with /");
        }
        int question = target.indexOf('?');
        String path = Arrays.stream(decode(question < 0 ? target : target.substring(0, question))
                        .split("/", -1))
                .filter(segment -> !segment.isEmpty())
                .collect(Collectors.joining("/", "/", ""));
        Map<String, String> parameters = question < 0 ? Map.of() : parameters(target.substring(question + 1));
        return new HttpQuery(post, path, parameters, target, body);
    }

    /** A parameter that must be there. */
    public String require(String name) {
        String value = parameters.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new BadRequestException(name + " should not be empty");
        }
        return value;
    }

    /** True for a flag that is there, and is not {@code false}. */
    public boolean has(String flag) {
        String value = parameters.get(flag);
        return value != null && !value.equalsIgnoreCase("false");
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String each : text.split("&", -1)) {
            if (each.isEmpty()) {
                continue;
            }
            int equals = each.indexOf('=');
            String name = decode(equals < 0 ? each : each.substring(0, equals));
            if (parameters.putIfAbsent(name, equals < 0 ? "" : decode(each.substring(equals + 1))) != null) {
                throw new BadRequestException(
                        "failed to parse request: the parameter '" + name + "' stands there twice");
            }
            if (parameters.size() > PARAMETERS_MAX) {
                throw new BadRequestException("failed to parse request: more than " + PARAMETERS_MAX + " parameters");
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return QueryStringDecoder.decodeComponent(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("failed to parse request: '" + text + "': " + e.getMessage(), e);
        }
    }
}
