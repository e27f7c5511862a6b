//JAVA 17+

// # Beyond the tutorial: all that strangers ask for has its time

import java.util.concurrent.*;

/** When something must have ended. @param at as System.nanoTime() says */
record Deadline(long at) {

    static Deadline in(long seconds) {
        return new Deadline(System.nanoTime()
            + TimeUnit.SECONDS.toNanos(seconds));
    }

    static Deadline never() {
        return in(Integer.MAX_VALUE); // 68 years
    }

    /** In nanoseconds; below 0 if it is over. */
    long left() {
        return at - System.nanoTime();
    }

    boolean isOver() {
        return left() <= 0;
    }

    /** @throws Refusal if it is over */
    void check() {
        Refusal.unless(!isOver(), "It took too long.");
    }
}
