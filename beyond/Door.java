//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: the door
//
// What strangers send comes in here, within limits. What can't be done is
// refused in a sentence.

import static java.util.concurrent.TimeUnit.SECONDS;

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
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

final class Door {
    private static final int MOST_MINING = 100;
    private static final int MOST_SECONDS = 25;
    private static final int MOST_SMALL = 100_000;
    private static final String LONG = "a long text";

    private final Room room;
    private final Origin origin;
    private final Semaphore miner = new Semaphore(1, true);
    private final Semaphore miners = new Semaphore(1 + MOST_MINING);
    private final Semaphore uploads = new Semaphore(50);
    private volatile boolean closing;

    Door(Room room, Origin origin) {
        this.room = room;
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
                    MOST_SMALL, 0, false));
            eager.includeMethod("POST");
            jetty.setHandler(eager);
        });
        config.jetty.modifyHttpConfiguration(http ->
            http.addCustomizer(Door::refuseWebSockets));
        var routes = config.routes;
        routes.before(origin::check);
        routes.before(this::takeIn);
        routes.after(this::takenIn);
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

    void close() {
        closing = true;
    }

    // Javalin would keep a session for each of them.
    private static Request refuseWebSockets(Request request,
                                            HttpFields.Mutable response) {
        if (request.getHeaders().contains(HttpHeader.SEC_WEBSOCKET_KEY))
            throw new HttpException.RuntimeException(400,
                "There are no web sockets here");
        return request;
    }

    // A long text takes a thread while it comes, so only some may come at
    // once. What a route does not read comes in first, whole or not at all.
    private void takeIn(Context ctx) throws IOException {
        boolean chunked = ctx.header("Transfer-Encoding") != null;
        long length = ctx.req().getContentLengthLong();
        if (length <= 0 && !chunked) return; // nothing comes
        boolean small = length <= MOST_SMALL && !chunked;
        if (!small && !uploads.tryAcquire())
            throw new Refusal(429, "Others send long texts. Come back later.");
        if (!small) ctx.attribute(LONG, true);
        if (!List.of("/transactions/new", "/nodes/register", "/chain/validate")
            .contains(ctx.path())) Refusal.unless(isWhole(ctx),
                "The request did not come whole. Send it again.");
    }

    // A client that is still sending does not read our answer.
    private void takenIn(Context ctx) throws IOException {
        if (ctx.attribute(LONG) == null) return;
        try {
            isWhole(ctx);
        } finally {
            uploads.release();
        }
    }

    // Reads what is left, for so long only.
    private static boolean isWhole(Context ctx) throws IOException {
        long until = System.nanoTime() + SECONDS.toNanos(MOST_SECONDS);
        long left = Json.MOST_BYTES;
        var piece = new byte[8_192];
        int read = 0;
        while (read >= 0 && left > 0 && System.nanoTime() < until) {
            read = ctx.bodyInputStream().read(piece);
            left -= read;
        }
        return read < 0;
    }

    // ## What is refused, and how

    static void reply(Context ctx, int status, Map<String, ?> answer) {
        ctx.status(status).contentType(ContentType.APPLICATION_JSON)
            .result(CanonicalJson.of(answer) + "\n");
    }

    // The status tells the client what to do: 400, send something else;
    // 429, come back later; 507, the node has no room for it.
    private static void fail(Exception e, Context ctx) {
        if (e instanceof CompletionException) e = (Exception) e.getCause();
        int status = 500;
        var sentence = "This node has a fault: " + e;
        if (e instanceof Refusal refusal) {
            status = refusal.status;
            sentence = refusal.getMessage();
        } else if (e instanceof Blockchain.Full) {
            status = 429;
            sentence = e.getMessage();
        } else if (e instanceof Breach) {
            status = 400;
            sentence = e.getMessage();
        } else if (e instanceof CancellationException
            || e instanceof RejectedExecutionException) {
            status = 503;
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

    // ## Long work

    /** One search at a time: a second would look for the same proof. */
    Block inTurn(Context ctx, Function<LongConsumer, Block> mine)
            throws InterruptedException {
        if (!miners.tryAcquire()) throw new Refusal(429,
            MOST_MINING + " searches wait already. Come back later.");
        try {
            var beat = heartbeat(ctx);
            while (!miner.tryAcquire(1, SECONDS)) beat.accept(0);
            try {
                return mine.apply(beat);
            } finally {
                miner.release();
            }
        } finally {
            miners.release();
        }
    }

    // A space a second goes out, which JSON allows in front. If nobody takes
    // it any more, the search is given up.
    private LongConsumer heartbeat(Context ctx) {
        ctx.contentType(ContentType.APPLICATION_JSON);
        var last = new long[] {System.nanoTime()};
        return guesses -> {
            if (closing) throw new Refusal(503, "This node stops.");
            if (System.nanoTime() - last[0] < 1_000_000_000) return;
            last[0] = System.nanoTime();
            try {
                ctx.res().getOutputStream().write(' ');
                ctx.res().flushBuffer();
            } catch (IOException e) {
                throw new CancellationException("Nobody waits any more.");
            }
        };
    }

    /** Reads a chain, and keeps a place for it while it is used. */
    void chain(Context ctx, BiConsumer<List<Block>, Runnable> use) {
        long until = System.nanoTime() + SECONDS.toNanos(MOST_SECONDS);
        try (var place = room.new Place(250, until, new CountDownLatch(0))) {
            var chain = new ArrayList<Block>();
            Json.eachBlock(ctx.bodyInputStream(), place, chain::add);
            use.accept(chain, place::inTime);
        }
    }
}
