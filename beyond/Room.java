//JAVA 17+

// # Beyond the tutorial: room for all of them
//
// What strangers send grows in memory, {"a":0} to twenty times its length.
// So each has a share of the memory for its text, and the texts are read
// one at a time. A longer text has another turn: it is read while it comes.

import java.io.*;
import java.util.concurrent.*;
import java.util.function.*;

final class Room {
    /** Why a text was not read that is not to blame for it. */
    static final String STARVED = "Others send long chains. Ask again later.";

    private static final long PATIENCE = 1_000_000_000; // nanoseconds

    private final long memory;
    private final Semaphore shortTurn = new Semaphore(1, true);
    private final Semaphore longTurn = new Semaphore(1, true);
    private volatile Place slowest;

    /** @param memory of the Java heap, in bytes */
    Room(long memory) {
        this.memory = memory;
    }

    /** A place in memory for one text, until it is closed. */
    final class Place implements AutoCloseable {
        LongSupplier tokens = () -> 0;
        private final int share;
        private final long until;
        private final CountDownLatch before;
        private volatile long lastRead = System.nanoTime();
        private volatile InputStream in;
        private volatile boolean tooSlow;
        private Semaphore turn;

        /**
         * @param others how many may have a place at the same time
         * @param until when the text must have been read (System.nanoTime)
         * @param before those whose long texts go first
         */
        Place(int others, long until, CountDownLatch before) {
            share = (int) Math.min(memory / 4 / others, 1 << 24);
            this.until = until;
            this.before = before;
        }

        /** Comes back when it is this text's turn to be read. */
        InputStream text(InputStream in) throws IOException {
            this.in = in;
            var text = new Text(in);
            var start = new ByteArrayInputStream(text.readNBytes(share));
            boolean isLong = start.available() == share;
            try {
                if (isLong) takeLongTurn();
                else take(shortTurn, until - System.nanoTime());
            } catch (InterruptedException e) {
                throw new InterruptedIOException("The node stops.");
            }
            if (turn == null) throw new IOException(STARVED);
            if (!isLong) return start;
            return new SequenceInputStream(start, text);
        }

        private void take(Semaphore wanted, long nanoseconds)
                throws InterruptedException {
            if (wanted.tryAcquire(nanoseconds, TimeUnit.NANOSECONDS))
                turn = wanted;
        }

        // Those that wait see to it that nobody has the turn and sleeps.
        private void takeLongTurn() throws InterruptedException, IOException {
            before.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            while (turn == null && System.nanoTime() < until) {
                take(longTurn, PATIENCE);
                var other = slowest;
                if (turn == null && other != null) other.hurry();
            }
            lastRead = System.nanoTime();
            if (turn != null) slowest = this;
        }

        /** @throws Refusal 400, when there is no time left */
        void inTime() {
            Refusal.unless(System.nanoTime() < until, "It took too long.");
        }

        private void hurry() throws IOException {
            tooSlow = System.nanoTime() - lastRead > PATIENCE;
            if (tooSlow) in.close();
        }

        public void close() {
            if (slowest == this) slowest = null;
            if (turn != null) turn.release();
            turn = null;
        }

        private final class Text extends FilterInputStream {
            private long bytes;

            Text(InputStream text) {
                super(text);
            }

            public int read(byte[] to, int at, int most) throws IOException {
                int read;
                try {
                    read = super.read(to, at, most);
                } catch (IOException e) {
                    throw new IOException(tooSlow ? "It was too slow while "
                        + "others waited." : "It stopped coming.");
                }
                lastRead = System.nanoTime();
                bytes += read;
                // Measured: a token takes up to 50 bytes, 32 on average.
                if (bytes + 32 * tokens.getAsLong() > memory / 3)
                    throw new IOException("It is too long for the memory that "
                        + "this node has.");
                if (lastRead > until)
                    throw new IOException("It took too long.");
                return read;
            }
        }
    }
}
