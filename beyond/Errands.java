//JAVA 17+

// # Beyond the tutorial: what a node does by itself
//
// An errand has to do with one neighbour, and has a thread of its own. It
// does not begin again before it has ended. So a neighbour that hangs holds
// one thread for each kind of errand, however often there is a reason.

import java.io.*;
import java.util.*;
import java.util.concurrent.*;

final class Errands {
    interface Errand { boolean run() throws IOException; }

    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads =
        Executors.newCachedThreadPool(Neighbours::daemon);
    private final ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(Neighbours::daemon);

    /** Brings what the errand brings; false if it fails, or is running. */
    CompletableFuture<Boolean> begin(String kind, String to, Errand errand) {
        if (isClosed() || !running.add(kind + to))
            return CompletableFuture.completedFuture(false);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return errand.run();
            } catch (IOException | RuntimeException e) {
                return false; // nobody is there; the next visit will show
            } finally {
                running.remove(kind + to);
            }
        }, threads);
    }

    boolean isRunning(String kind, String to) {
        return running.contains(kind + to);
    }

    boolean isClosed() {
        return threads.isShutdown();
    }

    void eachSecond(Runnable task) {
        clock.scheduleWithFixedDelay(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                // the next second is another chance
            }
        }, 0, 1, TimeUnit.SECONDS);
    }

    void close() {
        clock.shutdownNow();
        threads.shutdownNow();
    }
}
