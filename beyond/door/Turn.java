//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: one search at a time
//
// A second search would look for the same proof, so the others wait. While
// they wait, the node sends a space each second: JSON allows it in front of a
// value. If the client is gone, sending fails, and the search is given up.

import static java.util.concurrent.TimeUnit.SECONDS;

import io.javalin.http.ContentType;
import io.javalin.http.Context;
import java.io.*;
import java.util.concurrent.*;
import java.util.function.*;

/** A request's turn to search, until it is closed. */
final class Turn implements LongConsumer, AutoCloseable {

    /** All turns of a node. */
    static final class Queue {
        // One searches, the others wait.
        private final Semaphore places = new Semaphore(1 + Limits.SEARCHES);
        private final Semaphore miner = new Semaphore(1, true);
        private volatile boolean closed;
        volatile long guesses; // of the search that goes on, or 0

        /** Ends the searches, with a sentence for each. */
        void close() {
            closed = true;
        }
    }

    private final Queue queue;
    private final Context ctx;
    private long lastSpace = System.nanoTime();
    private boolean searches;

    /**
     * Waits until it is this request's turn.
     * @throws Refusal if too many wait, or this client is gone
     */
    Turn(Queue queue, Context ctx) {
        this.queue = queue;
        this.ctx = ctx.contentType(ContentType.APPLICATION_JSON);
        if (!queue.places.tryAcquire()) throw new Refusal(Refusal.Kind.BUSY,
            Limits.SEARCHES + " searches wait already. Come back later.");
        try {
            while (!queue.miner.tryAcquire(1, SECONDS)) accept(0);
            searches = true;
        } catch (InterruptedException e) {
            throw new Refusal(Refusal.Kind.STOPPING, "This node stops.");
        } finally {
            if (!searches) queue.places.release();
        }
    }

    /**
     * Called by the search, round by round. Once a second, a space shows
     * whether the client is still there.
     * @throws Refusal to end the search
     */
    public void accept(long guesses) {
        if (searches) queue.guesses = guesses;
        if (queue.closed) throw new Refusal(Refusal.Kind.STOPPING,
            "This node stops.");
        if (System.nanoTime() - lastSpace < SECONDS.toNanos(1)) return;
        lastSpace = System.nanoTime();
        try {
            ctx.res().getOutputStream().write(' ');
            ctx.res().flushBuffer();
        } catch (IOException e) {
            throw new Refusal(Refusal.Kind.STOPPING, "Nobody waits any more.");
        }
    }

    public void close() {
        queue.guesses = 0;
        queue.miner.release();
        queue.places.release();
    }
}
