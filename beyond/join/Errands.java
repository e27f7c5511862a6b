//JAVA 17+

// # Beyond the tutorial: what a node does by itself
//
// An errand has a name and a thread of its own. It does not begin again
// before it has ended. So a neighbour that hangs holds one thread for each
// kind of errand, however often there is a reason.

import java.io.*;
import java.util.*;
import java.util.concurrent.*;

final class Errands {
    interface Errand { boolean run() throws IOException; }

    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = pool();
    private final ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(Errands::daemon);

    /**
     * Answers what the errand answers. False is also: it has failed, one of
     * this name is running already, or the node stops.
     */
    CompletableFuture<Boolean> begin(String name, Errand errand) {
        if (running.add(name)) try {
            return CompletableFuture.supplyAsync(() -> run(name, errand),
                threads);
        } catch (RejectedExecutionException e) {
            running.remove(name); // the node stops
        }
        return CompletableFuture.completedFuture(false);
    }

    private boolean run(String name, Errand errand) {
        try {
            return errand.run();
        } catch (IOException | RuntimeException e) {
            return false; // nobody is there; the next visit will show
        } finally {
            running.remove(name);
        }
    }

    /** Threads as many as are needed; each ends after an idle second. */
    static ExecutorService pool() {
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1,
            TimeUnit.SECONDS, new SynchronousQueue<>(), Errands::daemon);
    }

    /** A thread that does not keep the program alive. */
    static Thread daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    boolean isRunning(String name) {
        return running.contains(name);
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
