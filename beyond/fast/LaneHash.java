//JAVA 17+

// # SHA-256, in every lane
//
// A vector of the processor holds several numbers, one in each lane. It adds
// all of them, or turns all of them, in one step. So each lane hashes a text
// of its own.
//
// FIPS 180-4 begins with eight numbers and adds another one in each of 64
// rounds: the first 32 bits behind the point of the square roots, and of the
// cube roots, of the prime numbers.

import static jdk.incubator.vector.VectorOperators.*;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import jdk.incubator.vector.*;

final class LaneHash {
    private static final VectorSpecies<Integer> KIND =
        IntVector.SPECIES_PREFERRED; // as wide as this processor has them
    static final int LANES = KIND.length();

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
    static void stretch(int[] words) {
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

    /** Of each lane's hash, the first 32 bits. */
    static void rounds(int[] words, int[] hashes) {
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
    static void unrolled(int[] words, int[] hashes) {
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
}
