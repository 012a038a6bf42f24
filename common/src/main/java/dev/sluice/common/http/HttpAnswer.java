package dev.sluice.common.http;

import dev.sluice.common.command.JsonText;
import java.util.Map;

/**
 * What a request is answered.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param headers beside those that every answer has
 */
public record HttpAnswer(int status, String contentType, String body, Map<String, String> headers) {
    private static final String TEXT = "text/plain; charset=utf-8";

    public HttpAnswer {
        headers = Map.copyOf(headers);
    }

    public static HttpAnswer text(String body) {
        return new HttpAnswer(200, TEXT, body, Map.of());
    }

    /** JSON on one line; the protocol calls it plain text. */
    public static HttpAnswer json(Object value) {
        return text(JsonText.compact(value) + "\n");
    }

    /** Text of another type. */
    public static HttpAnswer of(String contentType, String body) {
        return new HttpAnswer(200, contentType, body, Map.of());
    }

    public static HttpAnswer badRequest(String reason) {
        return new HttpAnswer(400, TEXT, reason, Map.of());
    }

    public static HttpAnswer notFound(String reason) {
        return new HttpAnswer(404, TEXT, reason, Map.of());
    }

    /** The server is at fault, or has too much to do. */
    public static HttpAnswer failure(int status, String reason) {
        return new HttpAnswer(status, TEXT, reason, Map.of());
    }

    /** Another server answers this. */
    public static HttpAnswer redirect(String location) {
        return new HttpAnswer(307, TEXT, "", Map.of("Location", location));
    }
}
