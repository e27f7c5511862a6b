//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: one search at a time
//
// A second search would look for the same proof, so the others wait. Whoever
// waits hears a space a second, which JSON allows in front of a value. When
// nobody takes it any more, the search is given up.

import static java.util.concurrent.TimeUnit.SECONDS;

import io.javalin.http.ContentType;
import io.javalin.http.Context;
import java.io.*;
import java.util.concurrent.*;
import java.util.function.*;

/** A request's turn to search, until it is closed; it hears the progress. */
final class Turn implements LongConsumer, AutoCloseable {

    /** Those that a node gives. */
    static final class Queue {
        private final Semaphore places = new Semaphore(1 + Limits.SEARCHES);
        private final Semaphore miner = new Semaphore(1, true);
        private volatile boolean closed;

        /** Ends the searches, with a sentence for each. */
        void close() {
            closed = true;
        }
    }

    private final Queue queue;
    private final Context ctx;
    private long lastBeat = System.nanoTime();
    private boolean searches;

    /**
     * Comes back when it is this request's turn.
     * @throws Refusal if too many wait, or nobody does any more
     */
    Turn(Queue queue, Context ctx) throws InterruptedException {
        this.queue = queue;
        this.ctx = ctx.contentType(ContentType.APPLICATION_JSON);
        if (!queue.places.tryAcquire()) throw new Refusal(Refusal.Kind.BUSY,
            Limits.SEARCHES + " searches wait already. Come back later.");
        try {
            while (!queue.miner.tryAcquire(1, SECONDS)) accept(0);
            searches = true;
        } finally {
            if (!searches) queue.places.release();
        }
    }

    public void accept(long guesses) {
        if (queue.closed) throw new Refusal(Refusal.Kind.STOPPING,
            "This node stops.");
        if (System.nanoTime() - lastBeat < SECONDS.toNanos(1)) return;
        lastBeat = System.nanoTime();
        try {
            ctx.res().getOutputStream().write(' ');
            ctx.res().flushBuffer();
        } catch (IOException e) {
            throw new Refusal(Refusal.Kind.STOPPING, "Nobody waits any more.");
        }
    }

    public void close() {
        queue.miner.release();
        queue.places.release();
    }
}
