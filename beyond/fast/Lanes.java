///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../../Blockchain.java
//COMPILE_OPTIONS --add-modules jdk.incubator.vector -nowarn
//RUNTIME_OPTIONS --add-modules jdk.incubator.vector
//RUNTIME_OPTIONS -XX:CompileCommand=quiet
//RUNTIME_OPTIONS -XX:CompileCommand=dontinline,Lanes::stretch

// # Many guesses at once
//
// A vector of the processor holds several numbers, one in each lane. It adds
// all of them, or turns all of them, in one step. So each lane hashes a guess
// of its own. Chapter 12 of the book tells more.

import static jdk.incubator.vector.VectorOperators.*;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import jdk.incubator.vector.*;

public class Lanes {
    private static final VectorSpecies<Integer> KIND =
        IntVector.SPECIES_PREFERRED; // as wide as this processor has them
    static final int LANES = KIND.length();

    // ## SHA-256, in every lane
    //
    // FIPS 180-4 begins with eight numbers and adds another one in each of
    // 64 rounds: the first 32 bits behind the point of the square roots, and
    // of the cube roots, of the prime numbers.

    private static final int[] START = roots(8, Math::sqrt);
    private static final int[] ADDED = roots(64, Math::cbrt);

    private static int[] roots(int count, DoubleUnaryOperator root) {
        return IntStream.iterate(2, n -> n + 1).filter(n -> IntStream
            .range(2, n).allMatch(i -> n % i > 0)).limit(count).map(prime ->
                (int) (long) (root.applyAsDouble(prime) % 1 * (1L << 32)))
            .toArray();
    }

    private static IntVector all(int number) {
        return IntVector.broadcast(KIND, number);
    }

    private static IntVector word(int[] words, int i) {
        return IntVector.fromArray(KIND, words, i * LANES);
    }

    private static IntVector turned(IntVector x, int i, int j, int k) {
        return x.lanewise(ROR, i).lanewise(XOR, x.lanewise(ROR, j))
            .lanewise(XOR, x.lanewise(ROR, k));
    }

    private static IntVector mixed(IntVector x, int i, int j, int k) {
        return x.lanewise(ROR, i).lanewise(XOR, x.lanewise(ROR, j))
            .lanewise(XOR, x.lanewise(LSHR, k));
    }

    /** Of the 16 words of a text, makes 64. */
    private static void stretch(int[] words) {
        for (int i = 16; i < 64; i++)
            word(words, i - 16).add(mixed(word(words, i - 15), 7, 18, 3))
                .add(word(words, i - 7))
                .add(mixed(word(words, i - 2), 17, 19, 10))
                .intoArray(words, i * LANES);
    }

    private static IntVector sum(IntVector e, IntVector f, IntVector g,
                                 IntVector h, int[] words, int i) {
        var choice = f.lanewise(XOR, g).lanewise(AND, e).lanewise(XOR, g);
        return h.add(turned(e, 6, 11, 25)).add(choice).add(ADDED[i])
            .add(word(words, i));
    }

    private static IntVector most(IntVector a, IntVector b, IntVector c) {
        return turned(a, 2, 13, 22).add(a.lanewise(AND, b).lanewise(OR,
            a.lanewise(OR, b).lanewise(AND, c)));
    }

    interface Rounds { void run(int[] words, int[] hashes); }

    /** Of each lane's hash, the first 32 bits. */
    private static void rounds(int[] words, int[] hashes) {
        var a = all(START[0]); var e = all(START[4]);
        var b = all(START[1]); var f = all(START[5]);
        var c = all(START[2]); var g = all(START[6]);
        var d = all(START[3]); var h = all(START[7]);
        for (int i = 0; i < 64; i++) {
            var sum = sum(e, f, g, h, words, i);
            var most = most(a, b, c);
            h = g;
            g = f;
            f = e;
            e = d.add(sum);
            d = c;
            c = b;
            b = a;
            a = sum.add(most);
        }
        a.add(START[0]).intoArray(hashes, 0);
    }

    /** The same by hand: eight rounds a turn, and nothing is moved. */
    private static void unrolled(int[] words, int[] hashes) {
        var a = all(START[0]); var e = all(START[4]);
        var b = all(START[1]); var f = all(START[5]);
        var c = all(START[2]); var g = all(START[6]);
        var d = all(START[3]); var h = all(START[7]);
        for (int i = 0; i < 64; i += 8) {
            var sum = sum(e, f, g, h, words, i);
            d = d.add(sum); h = sum.add(most(a, b, c));
            sum = sum(d, e, f, g, words, i + 1);
            c = c.add(sum); g = sum.add(most(h, a, b));
            sum = sum(c, d, e, f, words, i + 2);
            b = b.add(sum); f = sum.add(most(g, h, a));
            sum = sum(b, c, d, e, words, i + 3);
            a = a.add(sum); e = sum.add(most(f, g, h));
            sum = sum(a, b, c, d, words, i + 4);
            h = h.add(sum); d = sum.add(most(e, f, g));
            sum = sum(h, a, b, c, words, i + 5);
            g = g.add(sum); c = sum.add(most(d, e, f));
            sum = sum(g, h, a, b, words, i + 6);
            f = f.add(sum); b = sum.add(most(c, d, e));
            sum = sum(f, g, h, a, words, i + 7);
            e = e.add(sum); a = sum.add(most(b, c, d));
        }
        a.add(START[0]).intoArray(hashes, 0);
    }

    // ## Mining, in every lane

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
            stretch(words);
            rounds.run(words, hashes);
            for (int hash : hashes) if (hash >>> 16 == 0) good++;
        }
        return good;
    }

    static int lanes(int from, int to) {
        return count(from, to, Lanes::rounds);
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
        miners.put("unrolled", (from, to) -> count(from, to, Lanes::unrolled));
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
