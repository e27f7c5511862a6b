//JAVA 17+
//SOURCES Turn.java
//SOURCES Uploads.java
//SOURCES Origin.java
//SOURCES Blocks.java
//SOURCES Json.java
//SOURCES Memory.java
//SOURCES Deadline.java
//SOURCES Limits.java
//SOURCES Refusal.java
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: the door
//
// What strangers send comes in here, within limits. What can't be done is
// refused in a sentence.

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.ContentType;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

final class Door {
    private final Origin origin;
    private final Turn.Queue turns = new Turn.Queue();
    private final Uploads uploads = new Uploads();

    Door(Origin origin) {
        this.origin = origin;
    }

    // ## How it opens

    void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        // To compress a chain takes longer than to send it to the next room.
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.responseBufferSize = 1 << 16; // 200 blocks in one piece
        config.jetty.modifyServer(jetty -> {
            jetty.setStopTimeout(1_000); // requests in flight are answered
            jetty.setStopAtShutdown(true);
            jetty.setErrorHandler(Door::notHttp);
            // A short body takes no thread while it comes.
            var eager = new EagerContentHandler(
                new EagerContentHandler.RetainedContentLoaderFactory(
                    Limits.REQUEST, 0, false));
            eager.includeMethod("POST");
            jetty.setHandler(eager);
        });
        config.jetty.modifyHttpConfiguration(http ->
            http.addCustomizer(Door::refuseWebSockets));
        var routes = config.routes;
        routes.before(origin::check);
        routes.before(uploads::begin);
        routes.after(uploads::end);
        routes.exception(Exception.class, Door::fail);
        for (int status : List.of(404, 405)) routes.error(status, ctx ->
            reply(ctx, status, Map.of("error", "There is no " + ctx.method()
                + " " + ctx.path() + ". GET / shows what there is.")));
    }

    static void log(Context ctx, Float milliseconds) {
        boolean isRoutine = "node".equals(ctx.userAgent())
            || "poll".equals(ctx.header("X-Page")) || ctx.statusCode() == 304
            || ctx.path().startsWith("/explorer/");
        if (isRoutine) return; // there may be many a second
        System.out.printf("%tT  %-4s %-18s %s %8.1f ms%n", LocalTime.now(),
            ctx.method(), ctx.path(), ctx.statusCode(), milliseconds);
    }

    // Javalin would keep a session for each of them.
    private static Request refuseWebSockets(Request request,
                                            HttpFields.Mutable response) {
        if (request.getHeaders().contains(HttpHeader.SEC_WEBSOCKET_KEY))
            throw new HttpException.RuntimeException(400,
                "There are no web sockets here");
        return request;
    }

    // A node is not held up by its clients while it stops.
    void opened(Javalin server) {
        for (var connector : server.jettyServer().server().getConnectors())
            ((AbstractConnector) connector).setShutdownIdleTimeout(50);
    }

    /** The searches end. */
    void close() {
        turns.close();
    }

    /** A request's turn to search: close it. */
    Turn turn(Context ctx) throws InterruptedException {
        return new Turn(turns, ctx);
    }

    /** The text of a chain that a client sends. */
    byte[] text(Context ctx) throws IOException {
        return Memory.read(ctx.bodyInputStream(), 2 * Limits.UPLOADS,
            Deadline.in(Limits.REQUESTS));
    }

    // ## What is refused, and how

    static void reply(Context ctx, int status, Map<String, ?> answer) {
        ctx.status(status).contentType(ContentType.APPLICATION_JSON)
            .result(CanonicalJson.of(answer) + "\n");
    }

    /** No thread waits for the result; then {@code answer} gets it. */
    static void replyLater(Context ctx, CompletableFuture<Boolean> result,
                           BiConsumer<Context, Boolean> answer) {
        ctx.future(() -> result.thenAccept(it -> answer.accept(ctx, it)));
    }

    private static void fail(Throwable e, Context ctx) {
        if (e instanceof CompletionException) e = e.getCause();
        int status = 500;
        var sentence = "This node has a fault: " + e;
        if (e instanceof Refusal refusal) {
            status = status(refusal.kind);
            sentence = refusal.getMessage();
        } else if (e instanceof RejectedExecutionException) {
            status = 503; // what ran in the background has ended
            sentence = "This node stops.";
        } else if (e instanceof HttpResponseException http) {
            status = http.getStatus();
            sentence = http.getMessage();
        } else if (e instanceof IOException || e instanceof HttpException) {
            status = 400;
            sentence = "The request did not come whole. Send it again.";
        }
        if (ctx.res().isCommitted()) cut(ctx, sentence);
        else reply(ctx, status, Map.of("error", sentence));
    }

    // It tells the client what to do: 400, send something else; 429, come
    // back later; 507, the node has no room for it.
    private static int status(Refusal.Kind kind) {
        return switch (kind) {
            case WRONG -> 400;
            case FORBIDDEN -> 403;
            case MISSING -> 404;
            case BUSY -> 429;
            case STOPPING -> 503;
            case FULL -> 507;
        };
    }

    // Its status has gone out as 200, which is not true: so it never ends.
    private static void cut(Context ctx, String sentence) {
        try {
            ctx.res().getOutputStream().print(CanonicalJson.of(
                Map.of("error", sentence)));
            ctx.res().flushBuffer();
        } catch (IOException e) {
            // the client is gone
        }
        ServletContextRequest.getServletContextRequest(ctx.req())
            .getServletChannel().abort(new IOException(sentence));
    }

    // Bytes that are not HTTP reach no route, but get a sentence, too.
    private static boolean notHttp(Request request,
            org.eclipse.jetty.server.Response response, Callback done) {
        response.getHeaders().put("Content-Type", "application/json");
        Content.Sink.write(response, true, CanonicalJson.of(Map.of("error",
            "This is not HTTP as it should be: " + request.getAttribute(
                ErrorHandler.ERROR_MESSAGE) + ". Try GET /.")) + "\n", done);
        return true;
    }
}
