//JAVA 17+

// # Beyond the tutorial: what is printed waits for nobody
//
// A terminal can be paused: by Ctrl-S, on Windows by a click. Who prints,
// waits. So one thread prints for all others. What comes meanwhile has some
// room, and what finds none is counted.

import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;

final class Printer implements AutoCloseable {
    private final BlockingQueue<String> lines =
        new ArrayBlockingQueue<>(Limits.LINES);
    private final AtomicInteger dropped = new AtomicInteger();
    private final Thread thread = new Thread(this::print, "printer");
    private final boolean quiet;

    /** @param quiet prints no line that is only logged */
    Printer(boolean quiet) {
        this.quiet = quiet;
        thread.setDaemon(true);
        thread.start();
    }

    /** Prints a line soon, but for what a terminal would obey. */
    void say(String line) {
        var plain = Script.plain(line).replaceFirst("(.{500}).+", "$1…");
        if (!lines.offer(plain)) dropped.incrementAndGet();
    }

    void log(String line) {
        if (!quiet) say(line);
    }

    void note(String line) {
        log("          " + line); // below the times of the requests
    }

    private void print() {
        try {
            while (true) {
                System.out.println(lines.take());
                int more = lines.isEmpty() ? dropped.getAndSet(0) : 0;
                if (more > 0) System.out.println("          (" + more
                    + " lines were not printed: the terminal was paused)");
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    public void close() {
        thread.interrupt();
    }

    /** Ends the program with this sentence, printed or not. */
    static void end(String sentence) {
        var last = new Thread(() -> System.err.println(sentence));
        last.setDaemon(true);
        last.start();
        try {
            last.join(1_000);
        } catch (InterruptedException e) {
            // it ends all the same
        }
        Runtime.getRuntime().halt(1);
    }
}
