///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//DEPS info.picocli:picocli:4.7.7

// # A blockchain in one file
//
// Everything that a blockchain is, smallest thing first, in the order of
// the tutorial "Learn Blockchains by Building One". It knows nothing of
// networks: Node.java puts it on one. Run it to see each step at work:
//
//     jbang Blockchain.java

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.*;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.*;
import java.nio.ByteBuffer;
import java.security.*;
import java.time.*;
import java.time.temporal.ChronoUnit;
import java.util.*;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.*;
import java.util.stream.*;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

// ## Step 1.1 · A transaction
//
// So many coins go from one address to another. Our own doors let in only
// names and positive numbers, but a neighbour's chain may hold anything
// that JSON can say: it is kept as it came, or its hash would change.

record Transaction(Object sender, Object recipient, Object amount) {
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

record Block(long index, Number timestamp, List<Transaction> transactions,
             long proof, Object previousHash) {

    public Block {
        transactions = List.copyOf(transactions);
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
        if (value instanceof String text) return quoted(text);
        if (value instanceof Double number) return decimal(number);
        if (value instanceof List<?> list) {
            var out = new StringJoiner(", ", "[", "]");
            for (var item : list) out.add(of(item));
            return out.toString();
        }
        if (value instanceof Map<?, ?> map) return new TreeMap<>(map)
            .entrySet().stream().map(e -> of(e.getKey()) + ": "
                + of(e.getValue())).collect(joining(", ", "{", "}"));
        return String.valueOf(value); // a whole number, true, false, null
    }

    // Nearly every text is plain, and goes in as a whole.
    private static String quoted(String text) {
        int plain = 0;
        while (plain < text.length() && isPlain(text.charAt(plain))) plain++;
        if (plain == text.length()) return '"' + text + '"';
        var out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            int i = "\"\\\b\f\n\r\t".indexOf(c);
            if (i >= 0) out.append('\\').append("\"\\bfnrt".charAt(i));
            else if (isPlain(c)) out.append(c);
            else out.append("\\u").append(HexFormat.of().toHexDigits(c));
        }
        return out.append('"').toString();
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\';
    }

    // A fraction gets the fewest digits that read back as the same number:
    // plain from 0.0001 up to 1e16, else with an exponent. Java itself
    // finds the fewest only from 19 on; Jackson does, but writes at least
    // two: 4.9E-324. Six decimals, which a time has, are quicker to find;
    // up to 2^33 no two such fractions are the same double.
    private static String decimal(double number) {
        if (!Double.isFinite(number)) throw new IllegalArgumentException(
            "JSON has no number as large as that.");
        if (number == 0) return 1 / number < 0 ? "-0.0" : "0.0";
        long millionths = Math.round(number * 1e6);
        var digits = millionths / 1e6 == number && Math.abs(number) < 1L << 33
            ? BigDecimal.valueOf(millionths, 6)
            : new BigDecimal(NumberOutput.toString(number, true));
        if (digits.precision() == 2) {
            var fewer = digits.round(new MathContext(1));
            if (fewer.doubleValue() == number) digits = fewer;
        }
        digits = digits.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent < -4 || exponent >= 16) return String.format(Locale.ROOT,
            "%." + (digits.precision() - 1) + "e", digits);
        return digits.toPlainString() + (digits.scale() > 0 ? "" : ".0");
    }
}

// ## Step 1.4 · The hash

/** SHA-256, for one thread, to be used again and again. */
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

    String hex(String text) {
        return HexFormat.of().formatHex(digest(text.getBytes(UTF_8)));
    }

    // Four zero bits are one hexadecimal zero.
    int leadingZeros(byte[] text) {
        long front = ByteBuffer.wrap(digest(text)).getLong();
        return Long.numberOfLeadingZeros(front) / 4;
    }

    /** The text, each hash in it cut to its ends: c099bc…bfb7. */
    static String shorten(Object text) {
        return text.toString().replaceAll(
            "\\b([0-9a-f]{6})[0-9a-f]{22,54}([0-9a-f]{4})\\b", "$1…$2");
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

    // To check is easy: one hash.
    boolean validProof(long lastProof, long proof, String lastHash) {
        var text = text(lastProof, proof, lastHash).getBytes(UTF_8);
        return new Sha256().leadingZeros(text) >= zeros;
    }

    String hash(long lastProof, long proof, String lastHash) {
        return new Sha256().hex(text(lastProof, proof, lastHash));
    }

    private String text(long lastProof, long proof, String lastHash) {
        return "" + lastProof + proof + (rule == Rule.linked ? lastHash : "");
    }

    // To find is hard: guess after guess, from 0 up. Each core takes the
    // next slice of guesses that nobody has. A proof ends the search behind
    // it, but not before it: however many cores, the smallest proof wins.
    private static final int SLICE = 10_000;

    /** Tells {@code progress} how far it is, which may throw to end it. */
    long proofOfWork(Block last, LongConsumer progress) {
        var next = new AtomicLong();
        var smallest = new AtomicLong(Long.MAX_VALUE);
        var head = last.proof() + "";
        var tail = rule == Rule.linked ? last.hash() : "";
        int cores = Runtime.getRuntime().availableProcessors();
        IntStream.range(0, cores).parallel().forEach(core -> {
            long from;
            while ((from = next.getAndAdd(SLICE)) < smallest.get()) {
                progress.accept(from);
                long found = search(head, from, tail);
                smallest.accumulateAndGet(found, Math::min);
            }
        });
        return smallest.get();
    }

    // A guess should cost its SHA-256 and little more: so the text is
    // written once, then its digits turn like a car's mileage, 1299 to
    // 1300. Only what follows 9, 99, 999 needs a longer text.
    private long search(String head, long from, String tail) {
        var sha256 = new Sha256();
        var text = (head + from + tail).getBytes(UTF_8);
        for (long proof = from; proof < from + SLICE; proof++) {
            if (sha256.leadingZeros(text) >= zeros) return proof;
            int i = text.length - tail.length() - 1;
            while (i >= head.length() && text[i] == '9') text[i--] = '0';
            if (i >= head.length()) text[i]++;
            else text = (head + (proof + 1) + tail).getBytes(UTF_8);
        }
        return Long.MAX_VALUE;
    }
}

// ## Step 1.6 · A valid chain

/** What is wrong with a chain: in which block, and which check it fails. */
record Flaw(long block, String fails, Object expected, Object found) {

    // Each block is checked against the one before it and no other, so all
    // cores can check at the same time.
    static Optional<Flaw> firstIn(List<Block> chain, ProofOfWork rule) {
        if (chain.isEmpty()) return Optional.of(new Flaw(0, "length", 1, 0));
        return IntStream.range(1, chain.size()).parallel()
            .mapToObj(i -> between(chain.get(i - 1), chain.get(i), rule))
            .filter(Objects::nonNull).findFirst();
    }

    /** What is wrong with {@code block} behind {@code last}, or null. */
    static Flaw between(Block last, Block block, ProofOfWork rule) {
        var hash = last.hash();
        if (!hash.equals(block.previousHash())) return new Flaw(block.index(),
            "previous_hash", hash, block.previousHash());
        if (!rule.validProof(last.proof(), block.proof(), hash))
            return new Flaw(block.index(), "proof", "0".repeat(rule.zeros()),
                rule.hash(last.proof(), block.proof(), hash));
        return null;
    }

    public String toString() {
        return Sha256.shorten(switch (fails) {
            case "length" -> "The chain is empty: it has no genesis block.";
            case "proof" -> "block " + block + ": its proof gives " + found
                + ", not " + expected + "… Was the work done?";
            default -> "block " + block + ": previous_hash is " + found
                + ", but the block before it hashes to " + expected
                + ". Was that block edited?";
        });
    }
}

// ## Step 1.7 · The blockchain

public class Blockchain {
    private final ProofOfWork rule;
    private final Clock clock;
    private final Consumer<Map<String, ?>> journal;
    private final List<Block> chain = new ArrayList<>();
    private List<Transaction> pending = new ArrayList<>();

    /** Tells {@code journal} of each change before making it. */
    Blockchain(ProofOfWork rule, Clock clock,
               Consumer<Map<String, ?>> journal) {
        this.rule = rule;
        this.clock = clock;
        this.journal = journal;
        chain.add(new Block(1, now(), List.of(), 100, 1));
    }

    static final int MOST_PENDING = 10_000;

    /** Answers the index of the block that will hold the transaction. */
    synchronized long newTransaction(Transaction transaction) {
        if (pending.size() >= MOST_PENDING) throw new IllegalStateException(
            MOST_PENDING + " transactions wait already. Mine a block first.");
        journal.accept(Map.of("transaction", transaction));
        pending.add(transaction);
        return chain.size() + 1;
    }

    // A search takes long, so nobody waits for it: there is no lock around
    // it. If the chain has grown meanwhile, the proof fits a block that is
    // no longer the last, and the search begins again.

    /** Seals what is pending, and a coin for the miner, into a new block. */
    Block mine(String miner, LongConsumer progress) {
        while (true) {
            var last = lastBlock();
            long proof = rule.proofOfWork(last, progress);
            synchronized (this) {
                if (last != lastBlock()) continue;
                var sealed = new ArrayList<>(pending);
                sealed.add(new Transaction("0", miner, 1));
                change(chain.size(), List.of(new Block(chain.size() + 1, now(),
                    sealed, proof, last.hash())));
                return lastBlock();
            }
        }
    }

    /** Step 4: the longer of two valid chains wins. */
    synchronized boolean replace(List<Block> longer) {
        int same = chain.size();
        if (longer.size() <= same) return false;
        while (same > 0 && !chain.get(same - 1).equals(longer.get(same - 1)))
            same--;
        change(same, longer.subList(same, longer.size()));
        return true;
    }

    // The one place where the chain changes: some blocks stay, new ones
    // follow, if they fit: so a valid chain stays valid. What was in the
    // blocks that go is pending again, except for their rewards; what is
    // in the new ones is pending no longer. It is counted, for two equal
    // payments are two payments.
    synchronized void change(int kept, List<Block> blocks) {
        var joint = new ArrayList<>(chain.subList(Math.max(kept - 1, 0), kept));
        joint.addAll(blocks);
        Flaw.firstIn(joint, rule).ifPresent(flaw -> {
            throw new IllegalArgumentException(flaw.toString());
        });
        journal.accept(Map.of("kept", kept, "blocks", blocks));
        var gone = chain.subList(kept, chain.size());
        var sealed = payments(blocks).collect(groupingBy(tx -> tx, counting()));
        pending = Stream.concat(payments(gone), pending.stream())
            .filter(tx -> sealed.merge(tx, -1L, Long::sum) < 0)
            .collect(toCollection(ArrayList::new));
        gone.clear();
        chain.addAll(blocks);
    }

    private static Stream<Transaction> payments(List<Block> blocks) {
        return blocks.stream().flatMap(block -> block.transactions().stream())
            .filter(tx -> !"0".equals(tx.sender()));
    }

    synchronized Block lastBlock() { return chain.get(chain.size() - 1); }

    synchronized List<Block> chain() { return List.copyOf(chain); }

    synchronized List<Transaction> pending() { return List.copyOf(pending); }

    private double now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()) / 1e6;
    }

    // ## The notebook: all of it at work
    //
    // Its clock stands still at the moment of the article's genesis block,
    // so that everyone who runs it sees the same hashes.

    @Command(name = "Blockchain.java", mixinStandardHelpOptions = true,
        version = "1.0", description = "Builds a blockchain, step by step.")
    static void notebook(
            @Option(names = "--zeros", defaultValue = "4", description =
                "Hexadecimal zeros that a proof needs.") int zeros,
            @Option(names = "--rule", defaultValue = "classic", description =
                "What a proof seals: ${COMPLETION-CANDIDATES}.") Rule kind) {
        var rule = new ProofOfWork(kind, zeros);
        var clock = Clock.fixed(Instant.parse("2017-09-24T19:17:30.770839Z"),
            ZoneOffset.UTC);
        var blockchain = new Blockchain(rule, clock, change -> { });
        var genesis = blockchain.lastBlock();
        var payment = new Transaction("d4ee26eee15148ee92c6cd394edd974e",
            "someone-other-address", 5);

        show("1.1 A transaction: who pays, who is paid, how much",
            payment.canonicalJson());
        show("1.2 The first block, genesis: nothing in it, nothing before it",
            genesis.canonicalJson());
        show("1.4 Its hash, and the article's: c099bc...bfb7", genesis.hash());

        long proof = rule.proofOfWork(genesis, progress(rule));
        show("1.5 Proof of work: the first number to give " + zeros + " zeros",
            proof + " gives " + rule.hash(100, proof, genesis.hash()));

        blockchain.newTransaction(payment);
        blockchain.mine("8bbcb347e0634905b0cac7955bae152b", progress(rule));
        blockchain.mine("8bbcb347e0634905b0cac7955bae152b", progress(rule));
        var chain = new ArrayList<>(blockchain.chain());
        show("1.7 The transaction goes in, two blocks are mined: three blocks",
            chain.stream().map(Block::canonicalJson).collect(joining("\n")));
        show("1.6 Is the chain valid?", Flaw.firstIn(chain, rule).isEmpty());

        var edited = new Transaction(payment.sender(), payment.recipient(),
            500);
        chain.set(1, new Block(2, chain.get(1).timestamp(), List.of(edited),
            chain.get(1).proof(), chain.get(1).previousHash()));
        show("And with 5 edited to 500?", Flaw.firstIn(chain, rule).get());
    }

    private static void show(String step, Object result) {
        if (Ansi.AUTO.enabled()) System.out.print("\r\u001b[K");
        System.out.println(Ansi.AUTO.string("@|bold " + step + "|@"));
        System.out.println(Sha256.shorten(result)
            .replaceAll("(?=.{76})(.{1,75}[,?]) ", "$1\n").indent(4));
    }

    // On a terminal, a long search shows that it moves.
    private static LongConsumer progress(ProofOfWork rule) {
        long start = System.nanoTime();
        return guesses -> {
            if (guesses % 1_000_000 > 0 || !Ansi.AUTO.enabled()) return;
            System.out.printf("\r    %,d guesses of about %,d, %.1f million a "
                + "second", guesses, 1L << 4 * rule.zeros(),
                guesses * 1e3 / (System.nanoTime() - start));
        };
    }

    /** Runs a command line: what is wrong with it, it says in a sentence. */
    static int run(CommandLine program, String... arguments) {
        return program.setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler((e, ignored) -> {
                System.err.println(e.getMessage() + ". Try --help.");
                return 2;
            }).setExecutionExceptionHandler((e, ignored, parsed) -> {
                System.err.println(e.getMessage());
                return 1;
            }).execute(arguments);
    }

    public static void main(String... arguments) {
        var notebook = CommandLine.getCommandMethods(Blockchain.class,
            "notebook").get(0);
        System.exit(run(new CommandLine(notebook), arguments));
    }
}
