///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES LaneHash.java
//SOURCES ../../Blockchain.java
//COMPILE_OPTIONS --add-modules jdk.incubator.vector -nowarn
//RUNTIME_OPTIONS --add-modules jdk.incubator.vector
//RUNTIME_OPTIONS -XX:CompileCommand=quiet
//RUNTIME_OPTIONS -XX:CompileCommand=dontinline,LaneHash::stretch

// # Many guesses at once
//
// Each lane of a vector hashes a guess of its own. Is that faster here than
// one guess at a time? Chapter 13 of the book tells more.

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.*;

public class Lanes {
    static final int LANES = LaneHash.LANES;

    interface Rounds { void run(int[] words, int[] hashes); }

    /** How many proofs behind 100 are good: 4 zeros, one length, one block. */
    static int count(int from, int to, Rounds rounds) {
        var text = ("100" + from).getBytes();
        var block = ByteBuffer.allocate(64).put(text).put((byte) 128)
            .putLong(56, 8 * text.length); // the end, and the length in bits
        int[] words = new int[64 * LANES], hashes = new int[LANES];
        for (int i = 0; i < 16; i++) Arrays.fill(words, i * LANES,
            (i + 1) * LANES, block.getInt(4 * i));
        int good = 0, changing = (text.length + 3) / 4;
        for (int proof = from; proof < to; proof += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                for (int i = 0; i < changing; i++)
                    words[i * LANES + lane] = block.getInt(4 * i);
                int i = text.length - 1;
                while (block.get(i) == '9') block.put(i--, (byte) '0');
                block.put(i, (byte) (block.get(i) + 1));
            }
            LaneHash.stretch(words);
            rounds.run(words, hashes);
            for (int hash : hashes) if (hash >>> 16 == 0) good++;
        }
        return good;
    }

    static int lanes(int from, int to) {
        return count(from, to, LaneHash::rounds);
    }

    /** The same, one guess at a time. */
    static int plain(int from, int to) {
        var sha256 = new Sha256();
        var text = ("100" + from).getBytes();
        int good = 0;
        for (int proof = from; proof < to; proof++) {
            var hash = sha256.digest(text);
            if (hash[0] == 0 && hash[1] == 0) good++;
            int i = text.length - 1;
            while (text[i] == '9') text[i--] = '0';
            text[i]++;
        }
        return good;
    }

    // ## Which one is faster here?

    interface Miner { int count(int from, int to); }

    public static void main(String... arguments) {
        var miners = new LinkedHashMap<String, Miner>();
        miners.put("one at a time", Lanes::plain);
        miners.put("lanes: " + LANES, Lanes::lanes);
        miners.put("unrolled", (from, to) ->
            count(from, to, LaneHash::unrolled));
        var best = new HashMap<String, Double>();
        for (int round = 0; round < 100; round++)
            for (var miner : miners.entrySet()) {
                long start = System.nanoTime();
                miner.getValue().count(100_000, 116_000);
                best.merge(miner.getKey(), (System.nanoTime() - start) / 16e3,
                    Math::min);
            }
        var memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        miners.forEach((name, its) -> {
            long before = memory.getCurrentThreadAllocatedBytes();
            int good = its.count(100_000, 260_000);
            System.out.printf(Locale.ROOT, "%-14s %2d good proofs  %4.0f ns a "
                + "guess  %5.0f bytes a guess%n", name, good, best.get(name),
                (memory.getCurrentThreadAllocatedBytes() - before) / 160e3);
        });
    }
}
