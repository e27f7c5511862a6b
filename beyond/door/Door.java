//JAVA 17+
//SOURCES Failures.java
//SOURCES Turn.java
//SOURCES Uploads.java
//SOURCES Downloads.java
//SOURCES Origin.java
//SOURCES Printer.java
//SOURCES ../neighbours/Address.java
//SOURCES ../neighbours/Machine.java
//SOURCES Blocks.java
//SOURCES Json.java
//SOURCES Memory.java
//SOURCES Deadline.java
//SOURCES Limits.java
//SOURCES Refusal.java
//SOURCES ../Script.java
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
import io.javalin.http.HandlerType;
import io.javalin.http.MethodNotAllowedResponse;
import java.io.IOException;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.EagerContentHandler;

final class Door {
    private final Origin origin;
    private final Printer printer;
    private final Turn.Queue turns = new Turn.Queue();
    private final Uploads uploads = new Uploads();
    final Downloads downloads = new Downloads();

    Door(Origin origin, Printer printer) {
        this.origin = origin;
        this.printer = printer;
    }

    // ## How it opens

    void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.router.treatMultipleSlashesAsSingleSlash = true;
        // To compress a chain takes longer than to send it to the next room.
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.responseBufferSize = 1 << 16; // 200 blocks in one piece
        config.jetty.modifyServer(jetty -> {
            jetty.setStopTimeout(1_000); // requests in flight are answered
            jetty.setStopAtShutdown(true);
            jetty.setErrorHandler(Failures::notHttp);
            // A short body takes no thread while it comes.
            var eager = new EagerContentHandler(
                new EagerContentHandler.RetainedContentLoaderFactory(
                    Limits.REQUEST, 0, false));
            eager.includeMethod("POST");
            jetty.setHandler(eager);
        });
        config.jetty.modifyHttpConfiguration(http -> {
            http.addCustomizer(Door::refuseWebSockets);
            http.addCustomizer(Door::headAsGet);
            http.setRequestHeaderSize(Limits.HEADERS);
        });
        var routes = config.routes;
        routes.before(Door::refuseHead);
        routes.before(origin::check);
        routes.before(uploads::begin);
        routes.after(uploads::end);
        routes.exception(Exception.class, Failures::reply);
        config.router.javaLangErrorHandler(Failures::replyToError);
        for (int status : List.of(404, 405)) routes.error(status, ctx ->
            reply(ctx, status, Map.of("error", "There is no " + ctx.method()
                + " " + ctx.path() + ". GET / shows what there is.")));
    }

    void log(Context ctx, Float milliseconds) {
        boolean isRoutine = "node".equals(ctx.userAgent())
            || "poll".equals(ctx.header("X-Page")) || ctx.statusCode() == 304
            || ctx.path().startsWith("/explorer/");
        if (!isRoutine) printer.say("%tT  %-4s %-18s %s %8.1f ms".formatted(
            LocalTime.now(), ctx.method(), ctx.path(), ctx.statusCode(),
            milliseconds)); // else there may be many a second
    }

    // Javalin would keep a session for each of them.
    private static Request refuseWebSockets(Request request,
                                            HttpFields.Mutable response) {
        if (request.getHeaders().contains(HttpHeader.SEC_WEBSOCKET_KEY))
            throw new HttpException.RuntimeException(400,
                "There are no web sockets here");
        return request;
    }

    // The answer to HEAD is GET's without the content, which Jetty leaves out.
    // But where GET changes something, HEAD would, too: it is refused.
    private static Request headAsGet(Request request,
                                     HttpFields.Mutable response) {
        if (!request.getMethod().equals("HEAD")
            || request.getHttpURI().getPath()
                .matches("/+(mine|nodes/+resolve)/*")) return request;
        return new Request.Wrapper(request) {
            public String getMethod() { return "GET"; }
        };
    }

    private static void refuseHead(Context ctx) {
        if (ctx.method() == HandlerType.HEAD)
            throw new MethodNotAllowedResponse();
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

    /** Waits for this request's turn to search. The caller closes it. */
    Turn turn(Context ctx) {
        return new Turn(turns, ctx);
    }

    /** How many guesses the search has made that goes on; or 0. */
    long guesses() {
        return turns.guesses;
    }

    /** The text of a chain that a client sends. */
    byte[] body(Context ctx) throws IOException {
        return Memory.read(ctx.bodyInputStream(), Limits.CHAIN,
            2 * Limits.UPLOADS, Deadline.in(Limits.REQUESTS));
    }

    // ## What goes out

    static void reply(Context ctx, int status, Map<String, ?> answer) {
        ctx.status(status).contentType(ContentType.APPLICATION_JSON)
            .result(CanonicalJson.of(answer) + "\n");
    }

    /** Calls {@code answer} with the result, when it is there. */
    static void replyLater(Context ctx, CompletableFuture<Boolean> result,
                           BiConsumer<Context, Boolean> answer) {
        ctx.future(() -> result.thenAccept(it -> answer.accept(ctx, it)));
    }
}
