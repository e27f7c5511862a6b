//JAVA 17+

// # Beyond the tutorial: memory for all of them
//
// A text grows when it is read: {"a":0} to twenty times its length. So each
// text that comes in has a share of the memory, and when all of it is there,
// one at a time is read and judged.

import java.io.*;
import java.util.*;
import java.util.concurrent.*;

final class Memory {
    /** Of the Java heap, in bytes. */
    private static final long HEAP = Runtime.getRuntime().maxMemory();

    // Measured: a token, as [ or 5 or "a" is, takes 32 to 50 bytes.
    /** Tokens of a chain: so many fill half of the memory. */
    static final long TOKENS = Math.min(Limits.CHAIN / 8, HEAP / 100);

    private final Semaphore free = new Semaphore(1, true);
    private final Semaphore clients = new Semaphore(1, true);

    /**
     * Reads a text to its end.
     * @param most bytes
     * @param texts how many may come in at the same time
     * @throws IOException if the sender stops before the end
     * @throws Refusal if it is too long for its share, or takes too long
     */
    static byte[] read(InputStream in, long most, int texts, Deadline until)
            throws IOException {
        // A text is copied while it grows. So one may have a tenth.
        long share = Math.min(most, Math.min(HEAP / 10, HEAP / 4 / texts));
        var text = new ByteArrayOutputStream();
        var piece = new byte[1 << 16];
        for (int read; (read = read(in, piece)) >= 0; ) {
            text.write(piece, 0, read);
            until.check();
            Refusal.unless(text.size() <= share,
                "It is too long for the memory that this node has.");
        }
        return text.toByteArray();
    }

    private static int read(InputStream in, byte[] piece) throws IOException {
        try {
            return in.read(piece);
        } catch (IOException e) {
            throw new IOException("It stopped coming.");
        }
    }

    /** The part in which one text is read and judged. */
    final class Part implements AutoCloseable {
        private final List<Semaphore> held = new ArrayList<>();

        private Part take(Semaphore next, Deadline until) {
            try {
                if (next.tryAcquire(until.left(), TimeUnit.NANOSECONDS)) {
                    held.add(next);
                    return this;
                }
            } catch (InterruptedException e) {
                close();
                throw new Refusal(Refusal.Kind.STOPPING, "This node stops.");
            }
            close();
            throw new Refusal(Refusal.Kind.BUSY,
                "Others send long chains. Ask again later.");
        }

        public void close() {
            held.forEach(Semaphore::release);
        }
    }

    /**
     * Waits until no other text is being read. The caller closes it.
     * @throws Refusal if this takes too long
     */
    Part part(Deadline until) {
        return new Part().take(free, until);
    }

    /** The same for a client: of these, one at a time waits for the part. */
    Part clientsPart(Deadline until) {
        return new Part().take(clients, until).take(free, until);
    }
}
