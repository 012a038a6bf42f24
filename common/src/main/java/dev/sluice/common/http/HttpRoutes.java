package dev.sluice.common.http;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server answers over HTTP, by path; filled before it starts. {@code /} lists all of it. */
public final class HttpRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRoutes.class);

    private final Map<String, Route> routes = new TreeMap<>();

    /**
     * Answers one request, on a thread that may wait as long as a caller does. What it throws as
     * {@link BadRequestException}, now or through the future, is told to the caller.
     */
    @FunctionalInterface
    public interface Handler {
        CompletionStage<HttpAnswer> answer(HttpQuery query);
    }

    /** Answers one request at once. */
    @FunctionalInterface
    public interface DirectHandler {
        HttpAnswer answer(HttpQuery query);
    }

    private record Route(boolean post, String help, Handler handler) {}

    public HttpRoutes() {
        get("/", "what there is", query -> HttpAnswer.json(help()));
    }

    /** Answers {@code GET} of that path. */
    public HttpRoutes get(String path, String help, DirectHandler handler) {
        return add(path, new Route(false, help, query -> CompletableFuture.completedFuture(handler.answer(query))));
    }

    /** Answers {@code GET} of that path, later. */
    public HttpRoutes getLater(String path, String help, Handler handler) {
        return add(path, new Route(false, help, handler));
    }

    /** Answers {@code POST} to that path, later. */
    public HttpRoutes postLater(String path, String help, Handler handler) {
        return add(path, new Route(true, help, handler));
    }

    /** Never fails, and never ends with an exception. */
    CompletionStage<HttpAnswer> answer(HttpQuery query) {
        Route route = routes.get(query.path());
        if (route == null) {
            return CompletableFuture.completedFuture(
                    HttpAnswer.notFound("service not found for \"" + query.path() + "\""));
        }
        if (route.post != query.post()) {
            return CompletableFuture.completedFuture(
                    HttpAnswer.badRequest(query.path() + " is asked by " + (route.post ? "POST" : "GET") + " only"));
        }
        CompletionStage<HttpAnswer> answer;
        try {
            answer = route.handler.answer(query);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedStage(e);
        }
        return answer.exceptionally(failure -> failed(query, failure));
    }

    private static HttpAnswer failed(HttpQuery query, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof BadRequestException) {
            return HttpAnswer.badRequest(String.valueOf(cause.getMessage()));
        }
        LOG.error("HTTP {} failed", query.target(), cause);
        return HttpAnswer.failure(500, "the server failed: " + cause);
    }

    private Map<String, String> help() {
        Map<String, String> help = new TreeMap<>();
        routes.forEach((path, route) -> help.put(path, (route.post ? "POST: " : "") + route.help));
        return help;
    }

    private HttpRoutes add(String path, Route route) {
        if (routes.putIfAbsent(path, route) != null) {
            throw new IllegalArgumentException("there is a route " + path + " already");
        }
        return this;
    }
}
