///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//COMPILE_OPTIONS -encoding UTF-8
//RUNTIME_OPTIONS -Dfile.encoding=UTF-8 -Djdk.console=java.base
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8
//RUNTIME_OPTIONS -Dstderr.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8

// # A blockchain in one file
//
// Everything that a blockchain is, smallest thing first, in the order of
// the tutorial "Learn Blockchains by Building One". It knows nothing of
// networks: Node.java puts it on one. Run it to see each step at work:
//
//     jbang Blockchain.java

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.*;
import java.nio.ByteBuffer;
import java.security.*;
import java.time.*;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;

// ## Step 1.1 · A transaction
//
// Some coins go from one address to another.

record Transaction(String sender, String recipient, Number amount) {
    String canonicalJson() {
        return "{\"amount\": " + CanonicalJson.of(amount)
            + ", \"recipient\": " + CanonicalJson.of(recipient)
            + ", \"sender\": " + CanonicalJson.of(sender) + "}";
    }
}

// ## Step 1.2 · A block
//
// A page of the ledger. Pages count from 1, their timestamps are seconds
// since 1970, and each names the hash of the page before. The first has
// none to name: it says 1, or "1" in the tutorial's later version.
//
// Our own blocks hold transactions of the kind above. A neighbour's may
// hold anything that JSON can say: it is kept as it came, or the block
// would get another hash.

record Block(long index, Number timestamp, List<?> transactions,
             long proof, Object previousHash) {
    public Block {
        transactions = transactions.stream().toList(); // read-only
    }

    /** SHA-256 of the canonical JSON, 64 hex digits. */
    String hash() {
        return new Sha256().hex(canonicalJson());
    }

    String canonicalJson() {
        return "{\"index\": " + index
            + ", \"previous_hash\": " + CanonicalJson.of(previousHash)
            + ", \"proof\": " + proof
            + ", \"timestamp\": " + CanonicalJson.of(timestamp)
            + ", \"transactions\": " + CanonicalJson.of(transactions) + "}";
    }
}

// ## Step 1.3 · One way to write it
//
// Two programs that write a block alike, to the byte, hash it alike. The
// tutorial's way is Python's json.dumps(block, sort_keys=True): sorted
// keys, a space after each comma and colon, nothing but ASCII.

final class CanonicalJson {
    static String of(Object value) {
        if (value instanceof Block block) return block.canonicalJson();
        if (value instanceof Transaction tx) return tx.canonicalJson();
        if (value instanceof String text) return Python.text(text);
        if (value instanceof Double number) return Python.fraction(number);
        if (value instanceof List<?> list) {
            var out = new StringJoiner(", ", "[", "]");
            for (var item : list) out.add(of(item));
            return out.toString();
        }
        if (value instanceof Map<?, ?> map) {
            var out = new StringJoiner(", ", "{", "}");
            Python.sorted(map).forEach((key, item) ->
                out.add(of(key) + ": " + of(item)));
            return out.toString();
        }
        return String.valueOf(value); // any other number, true, false, null
    }
}

// ## Step 1.4 · The hash

/** SHA-256, for one thread. The next digest overwrites the last. */
final class Sha256 {
    private final byte[] digest = new byte[32];
    private MessageDigest sha256;

    byte[] digest(byte[] text) {
        try {
            if (sha256 == null) sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(text);
            sha256.digest(digest, 0, digest.length);
            return digest;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** The hash of a text, 64 hex digits. */
    String hex(String text) {
        return HexFormat.of().formatHex(digest(text.getBytes(UTF_8)));
    }

    /** The text, each hash in it cut to its ends: c099bc…bfb7. */
    static String shorten(Object text) {
        return text.toString().replaceAll(
            "\\b([0-9a-f]{6})[0-9a-f]{22,118}([0-9a-f]{4})\\b", "$1…$2");
    }
}

// ## Step 1.5 · Proof of work
//
// A proof is good if SHA-256 of the last proof and this one, in digits
// side by side, begins with enough hexadecimal zeros. That is the classic
// rule. The linked one, of the tutorial's later version, adds the hash of
// the last block.

enum Rule { classic, linked }

record ProofOfWork(Rule rule, int zeros) {
    public ProofOfWork {
        if (zeros < 0 || zeros > 16) throw new IllegalArgumentException(
            "A proof can need 0 to 16 zeros, not " + zeros + ".");
    }

    /** Does this proof fit behind the last one? That costs one hash. */
    boolean validProof(long lastProof, long proof, String lastHash) {
        return hash(lastProof, proof, lastHash).startsWith("0".repeat(zeros));
    }

    String hash(long lastProof, long proof, String lastHash) {
        return new Sha256().hex("" + lastProof + proof
            + (rule == Rule.linked ? lastHash : ""));
    }

    /** The smallest proof behind {@code last}: some 16^zeros guesses. It is
     *  to be read; Search, below, finds the same on all cores. */
    long proofOfWork(Block last) {
        var lastHash = last.hash();
        long proof = 0;
        while (!validProof(last.proof(), proof, lastHash)) proof++;
        return proof;
    }
}

// ## Step 1.6 · A valid chain

/** What is wrong with a chain: in which block, and which check it fails. */
record Flaw(long block, String fails, Object expected, Object found,
            String reason) {

    /** The first flaw in the links and proofs of a chain, if there is one. */
    static Optional<Flaw> firstIn(List<Block> chain, ProofOfWork work) {
        if (chain.isEmpty()) return Optional.of(new Flaw(0, "length", 1, 0,
            "The chain is empty: it has no genesis block."));
        for (int i = 1; i < chain.size(); i++) {
            var flaw = between(chain.get(i - 1), chain.get(i), work);
            if (flaw.isPresent()) return flaw;
        }
        return Optional.empty();
    }

    /** What is wrong with {@code block} behind {@code last}, if anything. */
    static Optional<Flaw> between(Block last, Block block, ProofOfWork work) {
        var hash = last.hash();
        if (!hash.equals(block.previousHash())) return Optional.of(new Flaw(
            block.index(), "previous_hash", hash, block.previousHash(),
            "previous_hash is " + block.previousHash() + ", but the block "
            + "before it hashes to " + hash + ". Was that block edited?"));
        if (work.validProof(last.proof(), block.proof(), hash))
            return Optional.empty();
        var zeros = "0".repeat(work.zeros());
        var found = work.hash(last.proof(), block.proof(), hash);
        return Optional.of(new Flaw(block.index(), "proof", zeros, found,
            "its proof gives " + found + ", not " + zeros
            + "… Was the work done?"));
    }

    public String toString() {
        return Sha256.shorten(
            block == 0 ? reason : "block " + block + ": " + reason);
    }
}

// ## Step 1.7 · The blockchain

public class Blockchain {
    final ProofOfWork work;
    final Law law; // is asked before each change
    private final Journal journal; // is told of it
    private final Clock clock;
    private final List<Block> chain = new ArrayList<>();
    private final Pool pool; // what waits for a block

    Blockchain(ProofOfWork work, Clock clock) { // all payments are good
        this(work, clock, new Pool(), Law.NONE, Journal.NONE);
    }

    /** Asks {@code law}, then tells {@code journal}, before each change. */
    Blockchain(ProofOfWork work, Clock clock, Pool pool, Law law,
               Journal journal) {
        this.work = work;
        this.clock = clock;
        this.pool = pool;
        this.law = law;
        this.journal = journal;
        chain.add(new Block(1, now(), List.of(), 100, 1)); // the article's
    }

    /** Answers the index of the next block; 0 if too many wait already. */
    long newTransaction(Transaction transaction) {
        law.prepare(transaction); // takes long, so it is done without a lock
        synchronized (this) {
            if (pool.isFull()) return 0;
            law.check(transaction); // may throw: then nothing has happened
            journal.willPay(transaction); // may throw, too
            try {
                law.keep();
                pool.add(transaction);
                return chain.size() + 1;
            } catch (Error e) { // out of memory, half-way
                journal.halfDone(e);
                throw e;
            }
        }
    }

    /** Seals what is pending, and a coin for the miner, into a block. */
    private Block newBlock(long proof, String miner) {
        var transactions = new ArrayList<>(pending());
        transactions.add(new Transaction("0", miner, 1));
        var block = new Block(chain.size() + 1, now(), transactions, proof,
            lastBlock().hash());
        change(chain.size(), List.of(block)); // all stay, this one follows
        return block;
    }

    /** Mines the next block. The miner gets a coin. */
    Block mine(String miner) { return mine(miner, guesses -> { }); }

    /** The same. If {@code progress} throws, no block is made. */
    Block mine(String miner, LongConsumer progress) {
        while (true) { // without a lock, for it takes long
            var last = lastBlock(); // == is: nobody has changed it meanwhile
            var search = new Search(work, last);
            while (!search.isOver() && last == lastBlock()) {
                progress.accept(search.guesses());
                search.nextRound();
            }
            synchronized (this) { // else it begins again, behind that block
                if (search.isOver() && last == lastBlock())
                    return newBlock(search.proof(), miner);
            }
        }
    }

    // ## Step 4 · The longest valid chain wins

    boolean validChain(List<Block> chain) { return flaw(chain).isEmpty(); }

    /** The first flaw of a chain: of its links and proofs, or payments. */
    Optional<Flaw> flaw(List<Block> chain) {
        var flaw = AllCores.firstFlaw(chain, work);
        return flaw.isPresent() ? flaw : law.firstFlaw(chain);
    }

    /** Takes the other chain if it is longer. It throws if that is bad. */
    synchronized boolean replace(List<Block> other) {
        if (other.size() <= chain.size()) return false;
        int same = chain.size();
        while (same > 0 && !chain.get(same - 1).hash()
            .equals(other.get(same - 1).hash())) same--;
        change(same, other.subList(same, other.size()));
        return true;
    }

    // The one place where the chain changes: so many blocks are kept, new
    // ones follow. It throws if they don't fit: a valid chain stays valid.
    synchronized void change(int kept, List<Block> come) {
        var joint = new ArrayList<>(chain.subList(Math.max(kept - 1, 0), kept));
        joint.addAll(come);
        var flaw = AllCores.firstFlaw(joint, work);
        if (flaw.isPresent())
            throw new IllegalArgumentException(flaw.get().toString());
        var gone = chain.subList(kept, chain.size());
        law.check(kept, gone, come);
        journal.willChange(kept, come);
        try {
            law.keep();
            pool.change(gone, come);
            gone.clear();
            chain.addAll(come);
        } catch (Error e) {
            journal.halfDone(e);
            throw e;
        }
    }

    synchronized Block lastBlock() { return chain.get(chain.size() - 1); }
    synchronized List<Block> chain() { return List.copyOf(chain); }
    synchronized int length() { return chain.size(); }
    synchronized List<Transaction> pending() { return pool.ready(); }
    synchronized List<Transaction> waiting() { return pool.waiting(); }

    private double now() { // in seconds, with microseconds
        return Duration.between(Instant.EPOCH, clock.instant()).toNanos()
            / 1_000 / 1e6;
    }

    public static void main(String... words) { Notebook.open(words); }
}

// # What stands behind it

/**
 * The rules of payments; the tutorial has none. Blockchain holds its lock
 * while it calls check, which remembers what it found, then keep.
 */
interface Law {
    Law NONE = new Law() { };

    /** The first thing that is wrong with the payments of a chain. */
    default Optional<Flaw> firstFlaw(List<Block> chain) {
        return Optional.empty();
    }

    /** Does what takes long in a check, and needs no lock, before it. */
    default void prepare(Transaction payment) { }

    /** @throws RuntimeException if it does not fit behind all that waits */
    default void check(Transaction payment) { }

    /** @throws RuntimeException if these can't take the place of those gone */
    default void check(int kept, List<Block> gone, List<Block> come) { }

    /** What was checked last has happened. After blocks, nothing waits. */
    default void keep() { }

    /** Checks and keeps a payment that waited before blocks; or false. */
    default boolean takes(Transaction payment) { return true; }

    /** May one that it does not take now hold behind other blocks? */
    default boolean mayTake(Transaction payment) { return false; }
}

/** Is called before each change, and may throw to prevent it. */
interface Journal {
    Journal NONE = new Journal() { };

    default void willPay(Transaction payment) { }

    default void willChange(int kept, List<Block> blocks) { }

    /** What it was told last has happened half-way. */
    default void halfDone(Error e) { }
}

// ## What waits
//
// When blocks go, the payments in them wait again, but for those that the
// new blocks hold. What a node among strangers needs besides is in
// beyond/Mempool.java.

class Pool {
    private final List<Transaction> waiting = new ArrayList<>();

    void add(Transaction tx) { waiting.add(tx); }
    boolean isFull() { return false; }
    List<Transaction> waiting() { return List.copyOf(waiting); }

    /** Those that fit behind the chain, one after another. */
    List<Transaction> ready() { return waiting(); }

    void change(List<Block> gone, List<Block> come) {
        waiting.addAll(0, payments(gone));
        for (var tx : payments(come)) waiting.remove(tx); // the first
    }

    /** What people have paid in these blocks. Rewards go with their block. */
    static List<Transaction> payments(List<Block> blocks) {
        var payments = new ArrayList<Transaction>();
        for (var block : blocks) for (var tx : block.transactions())
            if (tx instanceof Transaction payment
                && !payment.sender().equals("0")) payments.add(payment);
        return payments;
    }
}

// ## On all cores
//
// A search finds the proof that proofOfWork finds. In each round, the cores
// take slices of the next guesses. The smallest proof of the first round
// that has one is the smallest of all.

final class Search {
    private static final int SLICE = 2_500, SLICES = 4 * Runtime.getRuntime()
        .availableProcessors();

    private final String head, tail;
    private final int zeros;
    private long guesses, proof = -1;

    Search(ProofOfWork work, Block last) {
        head = String.valueOf(last.proof());
        tail = work.rule() == Rule.linked ? last.hash() : "";
        zeros = work.zeros();
    }

    boolean isOver() { return proof >= 0; }
    long guesses() { return guesses; }
    long proof() { return proof; }

    void nextRound() {
        proof = IntStream.range(0, SLICES).parallel()
            .mapToLong(i -> firstProof(guesses + i * SLICE))
            .filter(found -> found >= 0).min().orElse(-1);
        guesses += SLICES * SLICE;
    }

    /** Goes on to the end, and answers the proof. */
    long find() {
        while (!isOver()) nextRound();
        return proof;
    }

    // A guess should cost its SHA-256 and little more: so the text is
    // written once, then counted up in place, as from 1299 to 1300. Only
    // what follows 9, 99, 999 needs a longer text.
    private long firstProof(long from) {
        var sha256 = new Sha256();
        var text = (head + from + tail).getBytes(UTF_8);
        for (long guess = from; guess < from + SLICE; guess++) {
            if (zerosOf(sha256.digest(text)) >= zeros) return guess;
            int i = text.length - tail.length() - 1;
            while (i >= head.length() && text[i] == '9') text[i--] = '0';
            if (i >= head.length()) text[i]++;
            else text = (head + (guess + 1) + tail).getBytes(UTF_8);
        }
        return -1;
    }

    private static int zerosOf(byte[] digest) { // of four bits each
        long front = ByteBuffer.wrap(digest).getLong();
        return Long.numberOfLeadingZeros(front) / 4;
    }
}

final class AllCores {
    // Finds what Flaw.firstIn finds. Each block is checked against the one
    // before it and no other, so all can be checked at the same time.
    static Optional<Flaw> firstFlaw(List<Block> chain, ProofOfWork work) {
        if (chain.isEmpty()) return Flaw.firstIn(chain, work);
        return IntStream.range(1, chain.size()).parallel().mapToObj(i ->
            Flaw.between(chain.get(i - 1), chain.get(i), work))
            .flatMap(Optional::stream).findFirst();
    }
}

// ## How Python writes texts and numbers

final class Python {
    static String text(String text) {
        var out = new StringBuilder("\"");
        int done = 0; // what is plain goes in piece by piece
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~' && c != '"' && c != '\\') continue;
            int at = "\"\\\b\f\n\r\t".indexOf(c);
            out.append(text, done, i).append('\\').append(at >= 0
                ? "\"\\bfnrt".substring(at, at + 1)
                : 'u' + HexFormat.of().toHexDigits(c));
            done = i + 1;
        }
        return out.append(text, done, text.length()).append('"').toString();
    }

    static SortedMap<String, Object> sorted(Map<?, ?> map) {
        var sorted = new TreeMap<String, Object>(Python::compare);
        map.forEach((key, value) -> sorted.put((String) key, value));
        return sorted;
    }

    // Java sorts texts by their chars, Python by code points: an emoji
    // is two chars, and belongs behind all letters of one.
    private static int compare(String a, String b) {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++)
            if (a.codePointAt(i) != b.codePointAt(i))
                return a.codePointAt(i) - b.codePointAt(i);
        return a.length() - b.length();
    }

    // A fraction gets the fewest digits that read back as the same
    // number: plain from 0.0001 up to 1e16, else with an exponent.
    static String fraction(double number) {
        if (!Double.isFinite(number)) throw new IllegalArgumentException(
            "JSON has no number as large as that.");
        if (number == 0) return 1 / number < 0 ? "-0.0" : "0.0";
        var digits = fewestDigits(number).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent < -4 || exponent >= 16)
            return String.format(Locale.ROOT,
                "%." + (digits.precision() - 1) + "e", digits);
        return digits.toPlainString() + (digits.scale() > 0 ? "" : ".0");
    }

    // Six decimals, which a time has, are quick to find. Java itself finds
    // the fewest since version 19, Jackson always, but for 5e-324: 4.9E-324.
    private static BigDecimal fewestDigits(double number) {
        long millionths = Math.round(number * 1e6);
        if (millionths / 1e6 == number && Math.abs(number) < 1L << 33)
            return BigDecimal.valueOf(millionths, 6); // no other is so near
        var digits = new BigDecimal(NumberOutput.toString(number, true));
        var one = digits.round(new MathContext(1));
        return one.doubleValue() == number ? one : digits;
    }
}

// ## The notebook: all of it at work
//
// Its clock stands still at the moment of the article's genesis block, so
// that everyone who runs it sees the same hashes.

final class Notebook {
    static void open(String... words) {
        var zeros = words.length == 0 ? "4" : String.join(" ", words);
        if (!zeros.matches("\\d|1[0-6]")) {
            System.err.println("Say how many zeros a proof needs, 0 to 16: for "
                + "example 5, or nothing.");
            System.exit(2);
        }
        run(new ProofOfWork(Rule.classic, Integer.parseInt(zeros)));
    }

    private static void run(ProofOfWork work) {
        var clock = Clock.fixed(Instant.parse(
            "2017-09-24T19:17:30.770839Z"), ZoneOffset.UTC);
        var blockchain = new Blockchain(work, clock);
        var genesis = blockchain.lastBlock();
        var payment = new Transaction("d4ee26eee15148ee92c6cd394edd974e",
            "someone-other-address", 5);
        var edited = new Transaction(payment.sender(),
            payment.recipient(), 500);

        show("1.1 A transaction: who pays, who is paid, how much", payment);
        show("1.2 The first block, genesis: nothing before it", genesis);
        show("1.3 As every node writes it: keys sorted, ASCII alone",
            genesis.canonicalJson());
        show("1.4 Its hash, and the article's: c099bc...bfb7", genesis.hash());

        long proof = new Search(work, genesis).find();
        show("1.5 Proof of work: the first number to give " + work.zeros()
            + " zeros", proof + " gives " + work.hash(100, proof,
            genesis.hash()));

        var second = new Block(2, genesis.timestamp(), List.of(payment),
            proof, genesis.hash());
        show("1.6 With that proof, a second block. Is the chain valid?",
            blockchain.validChain(List.of(genesis, second)));

        blockchain.newTransaction(payment);
        var miner = "8bbcb347e0634905b0cac7955bae152b";
        var mined = blockchain.mine(miner, Notebook::progress);
        blockchain.mine(miner, Notebook::progress);
        var chain = new ArrayList<>(blockchain.chain());
        show("1.7 The transaction goes in, two blocks are mined", String.join(
            "\n", chain.stream().map(Block::canonicalJson).toList()));

        chain.set(1, new Block(2, mined.timestamp(), List.of(edited),
            mined.proof(), mined.previousHash()));
        show("And with 5 edited to 500?", blockchain.flaw(chain).get());
    }

    private static void show(String step, Object result) {
        System.out.println((System.console() == null ? "" : "\r") + step);
        System.out.println(Sha256.shorten(result)
            .replaceAll("(?=.{76})(.{1,75}[,?]) ", "$1\n").indent(4));
    }

    // On a terminal, a long search shows that it moves.
    private static void progress(long guesses) {
        if (guesses % 1_000_000 < 100_000 && System.console() != null)
            System.out.printf("\r    %,d guesses", guesses);
    }
}
