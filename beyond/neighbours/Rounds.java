//JAVA 17+

// # Beyond the tutorial: many ask, one round answers
//
// Requests that arrive during a round share the next one. So each gets
// answers that were asked for after it came, however many there are.

import java.util.concurrent.*;
import java.util.function.*;

final class Rounds {
    private final BooleanSupplier resolve;
    private final ExecutorService one =
        Executors.newSingleThreadExecutor(Errands::daemon);
    private final ExecutorService writers = Errands.pool();
    private CompletableFuture<Boolean> next; // not begun yet

    /** @param resolve what is done in a round, and answers yes or no */
    Rounds(BooleanSupplier resolve) {
        this.resolve = resolve;
    }

    /**
     * The result of the next round. Each request goes on in a thread of its
     * own, so that a slow client does not hold up the others.
     */
    synchronized CompletableFuture<Boolean> next() {
        if (next == null)
            next = CompletableFuture.supplyAsync(this::round, one);
        return next.thenApplyAsync(it -> it, writers);
    }

    private boolean round() {
        letNobodyIn();
        return resolve.getAsBoolean();
    }

    private synchronized void letNobodyIn() {
        next = null; // a request that comes now waits for another round
    }

    synchronized void close() {
        one.shutdownNow();
        if (next != null) next.completeExceptionally(new Refusal(
            Refusal.Kind.STOPPING, "This node stops."));
    }
}
