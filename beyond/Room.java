//JAVA 17+

// # Beyond the tutorial: room for all of them
//
// What strangers send grows in memory, {"a":0} to twenty times its length.
// So each has a share of it, and for more they take turns: all of them
// together can't fill the memory.

import java.io.*;
import java.util.concurrent.*;
import java.util.function.LongSupplier;

final class Room {
    private static final long PATIENCE = 500_000_000; // nanoseconds

    private final long memory;
    private final Semaphore turn = new Semaphore(1, true);
    private volatile Place holder;

    /** @param memory of the Java heap, in bytes */
    Room(long memory) {
        this.memory = memory;
    }

    /** A place in memory for one text, until it is closed. */
    final class Place implements AutoCloseable {
        private final int others;
        private final long until;
        private final CountDownLatch before;
        private volatile long lastRead;
        private volatile InputStream in = InputStream.nullInputStream();
        private volatile boolean tooSlow;
        private boolean hasTurn;

        /**
         * @param others how many may have a place at the same time
         * @param until when the text must have been read (System.nanoTime)
         * @param before those that have their turn first
         */
        Place(int others, long until, CountDownLatch before) {
            this.others = others;
            this.until = until;
            this.before = before;
        }

        // Measured: a token takes up to 50 bytes, 32 on average.
        private void hold(long bytes, long tokens) throws IOException {
            lastRead = System.nanoTime();
            long needed = bytes + 32 * tokens;
            if (needed > memory / 3) throw new IOException(
                "It is too long for the memory that this node has.");
            if (needed > memory / 4 / others && !hasTurn) takeTurn();
            if (left() < 0) throw new IOException("It took too long.");
        }

        private long left() {
            return until - System.nanoTime();
        }

        // Those that wait see to it that nobody has a turn and sleeps.
        private void takeTurn() throws IOException {
            try {
                before.await(left(), TimeUnit.NANOSECONDS);
                while (!turn.tryAcquire(PATIENCE, TimeUnit.NANOSECONDS)) {
                    if (left() < 0) throw new IOException(STARVED);
                    var slow = holder;
                    if (slow != null) slow.hurry();
                }
                hasTurn = true;
                holder = this;
            } catch (InterruptedException e) {
                throw new InterruptedIOException("The node stops.");
            }
        }

        private void hurry() throws IOException {
            tooSlow = System.nanoTime() - lastRead > PATIENCE;
            if (tooSlow) in.close();
        }

        public void close() {
            if (!hasTurn) return;
            hasTurn = false;
            holder = null;
            turn.release();
        }

        /** A text that takes its place as it is read. */
        final class Text extends FilterInputStream {
            LongSupplier tokens = () -> 0;
            private long bytes;

            Text(InputStream text) {
                super(text);
                Place.this.in = text;
            }

            public int read(byte[] to, int at, int most) throws IOException {
                int read;
                try {
                    read = super.read(to, at, most);
                } catch (IOException e) {
                    throw new IOException(tooSlow ? "It was too slow while "
                        + "others waited." : "It stopped coming.");
                }
                hold(bytes += read, tokens.getAsLong());
                return read;
            }
        }
    }

    /** The reason of one that could not be read for all the others. */
    static final String STARVED = "Others send long chains. Ask again later.";
}
