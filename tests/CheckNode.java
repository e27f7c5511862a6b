///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../Blockchain.java

// # How far has your node come?
//
// Asks a node what the tutorial has it answer, step by step, and says what
// to look at next. It knows the node by its HTTP alone, so the node may be
// written in any language:
//
//     jbang tests/CheckNode.java http://localhost:5000
//
// It plays the node's neighbours itself, good and bad. What it sends and
// mines stays in the node's chain: check a node that holds nothing dear.

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.*;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.*;
import java.math.BigInteger;
import java.net.*;
import java.nio.charset.Charset;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.*;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

@Command(name = "CheckNode.java", mixinStandardHelpOptions = true,
    version = "1.0", sortOptions = false, description =
    "Tells how far a node has come on the way of the tutorial.")
public class CheckNode implements Callable<Integer> {

    @Parameters(paramLabel = "URL", defaultValue = "http://localhost:5000",
        description = "The node (http://localhost:5000).") String url;
    @Option(names = "--step", paramLabel = "N", defaultValue = "4",
        description = "Check the steps up to this one (4).") int lastStep;
    @Option(names = "--rule", defaultValue = "classic", description =
        "What a proof seals: classic (the article's) or linked.") Rule kind;
    @Option(names = "--zeros", defaultValue = "4", description =
        "Hexadecimal zeros that a proof needs (4).") int zeros;
    @Option(names = "--patience", paramLabel = "SECONDS", defaultValue = "20",
        description = "Wait so long for an answer (20).") int patience;
    @Option(names = "--here", paramLabel = "HOST", description = "By what name "
        + "a node in a container finds this program.") String here;
    @Option(names = "--json", description =
        "One line of JSON, to collect those of a class.") boolean json;
    @Spec CommandSpec program;

    // ## A row
    //
    // It is green when its check ends well, and red when that throws what it
    // missed. It waits when it needs another row that isn't green.

    private record Row(int step, String title, String hint, Check check) { }

    private record Result(Row row, String mark, String asked, String came,
                          String expected) { }

    interface Check { void run() throws Exception; }

    private static final class Missed extends Exception {
        final String expected;

        Missed(Object expected, Object came) {
            super(brief(came));
            this.expected = brief(expected);
        }
    }

    private static final class Waits extends Exception {
        Waits(String title) { super(title); }
    }

    private final List<Row> rows = new ArrayList<>();
    private final Set<String> passed = new HashSet<>();
    private String title = "", asked = "";

    private void row(int step, String title, String hint, Check check) {
        rows.add(new Row(step, title, hint, check));
    }

    private void needs(String... titles) throws Waits {
        for (var other : titles) if (!passed.contains(other)
            && !title.equals(other)) throw new Waits(other);
    }

    private static void expect(boolean good, Object expected, Object came)
            throws Missed {
        if (!good) throw new Missed(expected, came);
    }

    private static void same(String what, Object expected, Object came)
            throws Missed {
        var wanted = CanonicalJson.of(expected);
        var found = CanonicalJson.of(came);
        expect(wanted.equals(found), what + " " + wanted, what + " " + found);
    }

    private static String brief(Object value) {
        var text = value instanceof Map || value instanceof List
            ? CanonicalJson.of(value) : String.valueOf(value);
        if (text.contains("</")) text = text.replaceAll("<[^>]*>", " ");
        text = Blockchain.shorten(text).strip().replaceAll("\\s+", " ");
        return text.length() > 220 ? text.substring(0, 219) + "…" : text;
    }

    // ## Asking the node
    //
    // Whatever the node does, nobody waits for longer than their patience.

    static { // no answer waits for more
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final int MOST_BYTES = 64_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private final ExecutorService askers = Executors.newCachedThreadPool();

    private record Answer(int status, String text, Object json) {
        Object get(String name) {
            return json instanceof Map<?, ?> map ? map.get(name) : null;
        }

        Answer is(int wanted, String message) throws Missed {
            expect(status == wanted && text.contains(message),
                wanted + " " + message, this);
            return this;
        }

        public String toString() {
            return status + " " + (get("message") instanceof String message
                ? message : brief(text));
        }
    }

    private Answer get(String path) throws Exception {
        return ask(path, null);
    }

    private Answer post(String path, Object body) throws Exception {
        return ask(path, body instanceof String s ? s : CanonicalJson.of(body));
    }

    private Answer ask(String path, String body) throws Exception {
        asked = "curl " + url + path + (body == null ? "" : " -d '" + body
            + "'" + (type.equals(JSON_TYPE) ? " -H 'Content-Type: " + type + "'"
                : ""));
        var answer = askers.submit(() -> send(path, body));
        try {
            return answer.get(patience, SECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new Missed("an answer", "none in " + patience + " seconds");
        } catch (ExecutionException e) {
            if (!isThere()) throw new Gone(asked);
            var why = e.getCause().getMessage();
            throw new Missed("an answer", why == null ? "no connection" : why);
        }
    }

    /** The node has ended in the middle of the check. */
    private static final class Gone extends IOException {
        Gone(String asked) {
            super("Your node has ended, or nobody can reach it any more, since "
                + "this request: " + brief(asked) + ". What does it print "
                + "there? Start it again, and this check.");
        }
    }

    private boolean isThere() {
        var uri = URI.create(url);
        for (int i = 0; i < 3; i++) try (var line = new Socket()) {
            line.connect(new InetSocketAddress(uri.getHost(), uri.getPort() < 0
                ? 80 : uri.getPort()), 3_000);
            return true;
        } catch (IOException e) {
            // perhaps it is only busy
        }
        return false;
    }

    // Each request has a line of its own: what an earlier one left on it, or
    // that it was closed, does no harm.
    private Answer send(String path, String body) throws Exception {
        var line = (HttpURLConnection) URI.create(url + path).toURL()
            .openConnection();
        line.setRequestProperty("Connection", "close");
        line.setInstanceFollowRedirects(false);
        line.setReadTimeout(patience * 1_000);
        if (body != null) {
            line.setRequestProperty("Content-Type", type);
            line.setDoOutput(true);
            line.getOutputStream().write(body.getBytes(UTF_8));
        }
        int status = line.getResponseCode();
        if (status < 0) throw new IOException("no HTTP");
        try (var in = status < 400 ? line.getInputStream()
                : line.getErrorStream()) {
            var text = in == null ? "" : new String(in.readNBytes(MOST_BYTES),
                UTF_8);
            Object json = null;
            try {
                json = JSON.readValue(text, Object.class);
            } catch (IOException noJson) {
                // an error may be a sentence
            }
            origin = line.getHeaderField("Access-Control-Allow-Origin");
            return new Answer(status, text, json);
        }
    }

    private static final String JSON_TYPE = "application/json";
    private String type = JSON_TYPE;
    private volatile String origin;

    // ## The node's chain
    //
    // A block stays as the node sent it, for it will be hashed.

    private static final Set<String> FIELDS = new TreeSet<>(List.of("index",
        "timestamp", "transactions", "proof", "previous_hash"));
    private List<Map<String, Object>> chain = List.of();
    private ProofOfWork rule;

    @SuppressWarnings("unchecked")
    private Answer fetch() throws Exception {
        var answer = get("/chain");
        expect(answer.status == 200 && answer.get("chain") instanceof List<?> l
            && !l.isEmpty() && l.stream().allMatch(b -> b instanceof Map),
            "200 {\"chain\": [{…}, …], \"length\": …}", answer);
        chain = (List<Map<String, Object>>) answer.get("chain");
        return answer;
    }

    private List<Map<String, Object>> chain() throws Exception {
        needs(BLOCKS);
        fetch();
        for (var block : chain) expect(block.keySet().equals(FIELDS)
            && isWhole(block.get("index")) && isWhole(block.get("proof"))
            && block.get("timestamp") instanceof Number && block.get(
            "transactions") instanceof List, "index, timestamp and proof as "
            + "numbers, transactions as a list, previous_hash; no more", block);
        return chain;
    }

    private static boolean isWhole(Object value) {
        return value instanceof Integer || value instanceof Long;
    }

    /** The last block, or the one so many before it. */
    private Map<String, Object> tip(int before) {
        return chain.get(chain.size() - 1 - before);
    }

    private static List<?> transactions(Map<String, Object> block) {
        return (List<?>) block.get("transactions");
    }

    private static long proof(Map<String, Object> block) {
        return ((Number) block.get("proof")).longValue();
    }

    private static String hash(Map<String, Object> block) {
        return new Sha256().hex(CanonicalJson.of(block));
    }

    private static void links(Map<String, Object> last,
            Map<String, Object> block) throws Missed {
        same("block " + block.get("index") + ": previous_hash", hash(last),
            block.get("previous_hash"));
    }

    private static void proves(ProofOfWork rule, Map<String, Object> last,
            Map<String, Object> block) throws Missed {
        var guess = proof(last) + "" + proof(block)
            + (rule.rule() == Rule.linked ? hash(last) : "");
        var work = new Sha256().hex(guess);
        var zeros = "0".repeat(rule.zeros());
        expect(work.startsWith(zeros), zeros + "… as SHA-256 of " + guess, work
            + " for proof " + proof(block) + " behind " + proof(last));
    }

    private void valid(List<Map<String, Object>> chain) throws Missed {
        for (int i = 1; i < chain.size(); i++) {
            links(chain.get(i - 1), chain.get(i));
            proves(rule, chain.get(i - 1), chain.get(i));
        }
    }

    // ## A rival's chain
    //
    // As far as it is good it is the node's own, but for the last block:
    // so they differ. Then come others, until it is so much longer.

    private final Map<String, Long> proofs = new HashMap<>();

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> rival(int longer) throws Exception {
        needs(MINE);
        int good = 1, length = chain().size();
        try {
            while (good < length) valid(chain.subList(good - 1, ++good));
        } catch (Missed bad) {
            good--;
        }
        var rival = (List<Map<String, Object>>) JSON.readValue(
            CanonicalJson.of(chain.subList(0, good - 1)), List.class);
        if (rival.isEmpty()) rival.add(block(1, List.of(), 100, start()));
        while (rival.size() < chain.size() + longer) mineOn(rival);
        return rival;
    }

    // The number 1 or the text "1", whichever the node itself begins with.
    private Object start() {
        return chain.isEmpty() || !"1".equals(chain.get(0).get("previous_hash"))
            ? 1 : "1";
    }

    private void mineOn(List<Map<String, Object>> chain, Object... payments) {
        var last = chain.get(chain.size() - 1);
        var hash = hash(last);
        long proof = proofs.computeIfAbsent(proof(last)
            + (kind == Rule.linked ? hash : ""), puzzle -> {
            long guess = 0;
            while (!rule.validProof(proof(last), guess, hash)) guess++;
            return guess;
        });
        var paid = new ArrayList<>(List.of(payments));
        paid.add(payment("0", "a-neighbour", 1));
        chain.add(block(chain.size() + 1, paid, proof, hash));
    }

    private static Map<String, Object> block(int index, List<?> transactions,
            long proof, Object previousHash) {
        return new HashMap<>(Map.of("index", index, "timestamp",
            System.currentTimeMillis() / 1000 + 0.5, "transactions",
            transactions, "proof", proof, "previous_hash", previousHash));
    }

    private static Map<String, Object> payment(String sender, String recipient,
            Object amount) {
        return new HashMap<>(Map.of("sender", sender, "recipient", recipient,
            "amount", amount));
    }

    // ## A neighbour that says what it is told to say

    private static final class Neighbour implements AutoCloseable {
        private final InetSocketAddress address;
        private HttpServer server;
        private volatile Callable<String> words;
        volatile boolean asked;

        // A node never forgets a neighbour. So this one comes back to the
        // same port at the next check, if that is free.
        Neighbour(InetAddress host, int port) throws IOException {
            try {
                open(new InetSocketAddress(host, port));
            } catch (BindException taken) {
                open(new InetSocketAddress(host, 0));
            }
            address = server.getAddress();
        }

        void open(InetSocketAddress address) throws IOException {
            server = HttpServer.create(address, 0);
            server.setExecutor(task -> new Thread(task).start());
            server.createContext("/chain", http -> {
                asked = true;
                try (http) {
                    var text = words.call().getBytes(UTF_8);
                    http.sendResponseHeaders(200, text.length);
                    http.getResponseBody().write(text);
                } catch (Exception e) {
                    throw new IOException(e);
                }
            });
            server.start();
        }

        void says(Callable<String> words) { this.words = words; }

        void shows(List<?> chain) { shows(chain, chain.size()); }

        void shows(List<?> chain, int length) {
            var text = CanonicalJson.of(Map.of("chain", chain,
                "length", length));
            words = () -> text;
        }

        public void close() { server.stop(0); }
    }

    private Neighbour left, right;

    private String address(Neighbour neighbour) {
        return here + ":" + neighbour.address.getPort();
    }

    // ## The rows: what others wait for
    //
    // A title, a hint for whoever fails, and what is asked.

    private static final int BEYOND = 5;
    private static final String
        CHAIN = "GET /chain answers with the chain",
        BLOCKS = "each block has the tutorial's five fields",
        PAY = "POST /transactions/new takes a transaction",
        MINE = "GET /mine forges a block",
        TELLS = "and tells of the block that was forged",
        PROOF = "the proof is worth its work",
        HASH = "a block names the hash of the one before it",
        NAMES = "also with names in any script, and fractions",
        VALID = "the chain is valid from the first block to the last",
        REGISTER = "POST /nodes/register takes two neighbours",
        RESOLVE = "GET /nodes/resolve keeps our chain from a shorter one",
        LONGER = "a longer valid chain replaces ours";

    private final String bob = "bob-" + Long.toHexString(System.nanoTime());
    private Answer mined;
    private String genesis = "none", errors = "none";

    private Answer pay(Object amount) throws Exception {
        needs(PAY);
        return post("/transactions/new", payment("alice", bob, amount));
    }

    private Answer mine() throws Exception {
        needs(MINE);
        var answer = get("/mine").is(200, "New Block Forged");
        chain();
        return answer;
    }

    private void mines(boolean expected, Object... payments) throws Exception {
        mine();
        for (var payment : payments) expect(expected == transactions(tip(0))
            .contains(payment), (expected ? "with " : "without ")
            + CanonicalJson.of(payment), transactions(tip(0)));
    }

    private Answer register() throws Exception {
        needs(REGISTER);
        return post("/nodes/register", Map.of("nodes", List.of(
            "http://" + address(left), "http://" + address(right))));
    }

    private Answer resolve(boolean replaced) throws Exception {
        needs(RESOLVE);
        if (replaced) needs(LONGER);
        left.asked = false;
        var answer = get("/nodes/resolve");
        var message = "Our chain "
            + (replaced ? "was replaced" : "is authoritative");
        expect(answer.status == 200 && message.equals(answer.get("message")),
            "200 " + message, answer + (left.asked ? "" : " (your node did not "
            + "ask " + address(left) + " for its chain)"));
        return answer;
    }

    // ## Step 1 · Building a blockchain

    private void building() {
        row(1, CHAIN, "A path, a method, a shape: which of them differs? (403 "
            + "on a Mac: AirPlay has that port.)", this::fetch);
        row(1, "length is the number of its blocks", "One fact, kept in two "
            + "places. Could one be computed from the other?", () -> {
            needs(CHAIN);
            var length = fetch().get("length");
            same("length", chain.size(), length);
        });
        row(1, BLOCKS, "Names and types go into the hash, so all nodes must "
            + "have the same. Which of yours is yours alone?", () -> {
            needs(CHAIN);
            chain();
        });
        row(1, "blocks count from 1", "What is the index of the next block, "
            + "while the chain has n?", () -> {
            chain();
            for (int i = 0; i < chain.size(); i++)
                same("index", i + 1, chain.get(i).get("index"));
        });
        row(1, "the first block is a genesis block", "Nothing is before it and "
            + "nobody worked for it, so two of its values are written by hand. "
            + "Where do you make it, and with which?", () -> {
            var first = chain().get(0);
            genesis = CanonicalJson.of(first.get("previous_hash"));
            expect(proof(first) == 100 && genesis.matches("1|\"1\"")
                && transactions(first).isEmpty(), "proof 100, previous_hash 1 "
                + "(or \"1\"), no transactions", first);
        });
        row(1, "timestamps are seconds since 1970", "Some clocks count "
            + "milliseconds, some from another year.", () -> {
            chain();
            var time = ((Number) tip(0).get("timestamp")).doubleValue();
            double now = System.currentTimeMillis() / 1e3;
            expect(time > 1.2e9 && time < now + 86_400, "about " + (long) now,
                CanonicalJson.of(time));
        });
    }

    // ## Step 2 · The blockchain as an API

    private void answering() {
        row(2, PAY, "Is there such a route, and does it read JSON? 201 says "
            + "that something was created, 200 only that all is well.", () ->
            pay(5).is(201, "Transaction will be added to Block "));
        row(2, "and says which block will hold it", "The last block is sealed. "
            + "What will the index of the one after it be?", () ->
            pay(6).is(201, " Block " + (chain().size() + 1)));
        row(2, "one without sender, recipient or amount is refused", "Look "
            + "before you take: are the three names in what came? A 400 says "
            + "that the client erred, its text in what.", () -> {
            needs(PAY);
            for (var name : List.of("sender", "recipient", "amount")) {
                var payment = payment("alice", bob, 5);
                payment.remove(name);
                var answer = post("/transactions/new", payment);
                errors = answer.json instanceof Map ? "JSON" : "text";
                answer.is(400, "Missing values");
            }
        });
        row(2, MINE, "Find a proof, pay whoever found it, add the block: which "
            + "of the three is missing?", () -> {
            chain();
            mined = get("/mine").is(200, "New Block Forged");
        });
        row(2, TELLS, "It is the one made "
            + "just now, under the same names as in the chain.", () -> {
            needs(MINE);
            for (var name : FIELDS) expect(name.equals("timestamp")
                || mined.get(name) != null, "with " + name, mined.text);
            same("index", chain.size() + 1, mined.get("index"));
        });
        row(2, "which is then the last of the chain", "Is what you answer what "
            + "you append? Once, and at the end?", () -> {
            needs(MINE, TELLS);
            int length = chain.size() + 1;
            same("length", length, chain().size());
            for (var name : List.of("index", "proof", "previous_hash"))
                same(name, mined.get(name), tip(0).get(name));
        });
    }

    // ## Step 3 · Interacting with it

    private void interacting() {
        row(3, "a block holds the transactions sent before it", "They wait in "
            + "a list until a block is made. Follow one: who puts it there, "
            + "who takes it out, where does it go?", () -> {
            pay(7);
            pay(8);
            mines(true, payment("alice", bob, 7), payment("alice", bob, 8));
        });
        row(3, "two equal payments are two", "Bread and cheese cost the same. "
            + "Does your list hold nothing twice?", () -> {
            pay(3);
            pay(3);
            mine();
            var held = Collections.frequency(transactions(tip(0)),
                payment("alice", bob, 3));
            expect(held == 2, "2 payments of 3 in it", held + " of them");
        });
        row(3, "its last transaction rewards the miner", "This coin is new: "
            + "nobody pays it, and its recipient is the node.", () -> {
            needs(MINE);
            chain();
            var all = new ArrayList<Object>(transactions(tip(0)));
            all.add(0, ""); // so that there is a last one
            expect(all.get(all.size() - 1) instanceof Map<?, ?> tx
                && "0".equals(tx.get("sender")) && tx.get("recipient") != null
                && Integer.valueOf(1).equals(tx.get("amount")),
                "sender \"0\", recipient: the node, amount 1",
                transactions(tip(0)));
        });
        row(3, "the next block holds only what is new", "What is in a block "
            + "waits no longer. Who empties the list?", () -> {
            mine();
            var all = transactions(tip(0));
            expect(all.size() == 1, "1 transaction, the reward", all);
        });
        row(3, HASH, "A hash sees bytes. Print the very text that you hash "
            + "beside what Python's json.dumps(block, sort_keys=True) writes: "
            + "compare the order of names, each space, each digit.", () -> {
            needs(MINE);
            chain();
            links(tip(1), tip(0));
        });
        row(3, PROOF, kind == Rule.linked ? "The digits of the two proofs and "
            + "the last block's hash are hashed, nothing between them."
            : "The digits of two proofs, nothing between them, are hashed. Try "
            + "the article's: printf 10035293 | sha256sum", () -> {
            needs(MINE);
            if (kind == Rule.linked) needs(HASH);
            chain();
            try {
                proves(rule, tip(1), tip(0));
            } catch (Missed e) {
                var other = kind == Rule.linked ? Rule.classic : Rule.linked;
                if (new ProofOfWork(other, zeros).validProof(proof(tip(1)),
                    proof(tip(0)), hash(tip(1)))) throw new Missed(e.expected,
                    "a proof by the other rule: check with --rule " + other);
                throw e;
            }
        });
        row(3, NAMES, "\\u00eb and ë "
            + "are one letter, but not the same bytes. Which of the two does "
            + "json.dumps write?", () -> {
            needs(PAY, HASH);
            var payment = payment("Zoë", "村 🪙", 0.25);
            post("/transactions/new", payment).is(201, "");
            mines(true, payment);
            mine();
            links(tip(1), tip(0));
        });
        row(3, VALID, "This block is the first that doesn't fit. Was it made "
            + "in another way than the others, or changed later?", () -> {
            needs(PROOF, HASH, NAMES);
            valid(chain());
        });
    }

    // ## Step 4 · Consensus

    private void agreeing() {
        row(4, REGISTER, "A neighbour is known by its host and port. Which "
            + "part of a URL is that, and what takes URLs apart for you?",
            () -> {
            var answer = register().is(201, "New nodes have been added");
            for (var it : List.of(left, right)) expect(answer.get("total_nodes")
                instanceof List<?> all && all.contains(address(it)),
                "in total_nodes " + address(it), answer.text);
        });
        row(4, "who registers twice is one neighbour still", "Which collection "
            + "holds nothing twice?", () -> {
            var all = (List<?>) register().get("total_nodes");
            expect(Set.copyOf(all).size() == all.size(), "each node once", all);
        });
        row(4, "registering no list is refused", "No \"nodes\" in the body: "
            + "what should the client have sent?", () -> {
            needs(REGISTER);
            post("/nodes/register", "{}").is(400,
                "Error: Please supply a valid list of nodes");
        });
        row(4, RESOLVE, "Ask each neighbour for its /chain, and leave yours "
            + "alone unless theirs is better. (A 500? A neighbour of yours may "
            + "be gone: start the node anew.)", () -> {
            needs(REGISTER);
            left.shows(rival(-1));
            expect(resolve(false).get("chain") != null, "with chain", "none");
        });
        row(4, "a chain as long as ours doesn't replace it", "If equals "
            + "replaced each other, two nodes would swap chains for ever.",
            () -> {
            left.shows(rival(0));
            resolve(false);
        });
        row(4, LONGER, "It is longer and valid. Let your valid_chain print at "
            + "which block it stops, and what it compares there.", () -> {
            left.shows(rival(1));
            expect(resolve(true).get("new_chain") != null, "with new_chain",
                "none");
        });
        row(4, "and is what GET /chain then shows", "To find a better chain is "
            + "one thing, to keep it another.", () -> {
            var better = rival(1);
            left.shows(better);
            resolve(true);
            same("last block", better.get(better.size() - 1), chain().get(
                chain.size() - 1));
        });
        keeps("numbers with a fraction", "5.0 is not 5, and 0.00001 is "
            + "written 1e-05. Which text of a number does Python's json.dumps "
            + "write, and does what reads JSON for you keep it?",
            5.0, 0.1, 1e-05, 1e16, 123456789.125, 1e22, -0.0);
        keeps("whole numbers of any size", "Beyond 2^53 some languages round. "
            + "Is there a type that does not?", 9007199254740993L,
            new BigInteger("12345678901234567890"), BigInteger.TEN.pow(30));
        keeps("letters of any kind", "Print the text that you hash for these "
            + "next to json.dumps: which letters does it write as \\uXXXX?",
            "\u007f", "\n\t\b\f\r", "\u0000", "\u2028", "😀", "\ud83d",
            "\"\\/");
        keeps("objects inside, keys sorted as in Python", "Sorted are the keys "
            + "at each depth, by the numbers of their letters.",
            Map.of("b", List.of(Map.of("z", 1, "a", 2)), "a", Map.of(), "B", 3),
            Map.of("\uffee", 1, "😀", 2));
        refused(4, "an amount edited", "Change a digit, and the block's hash "
            + "is another. Who still knows the old one?",
            (chain, i) -> first(chain.get(i)).put("amount", 500));
        refused(4, "a timestamp edited", "Is all of a block in what you hash?",
            (chain, i) -> chain.get(i).put("timestamp", 1506280650.5));
        refused(4, "the genesis proof edited", "Nothing is before the "
            + "first block, but the second looks back at it. Where does your "
            + "loop begin?", (chain, i) -> chain.get(0).put("proof", 101));
        refused(4, "a previous_hash overwritten", "Compare what the block says "
            + "with what you compute.",
            (chain, i) -> chain.get(i).put("previous_hash", "f".repeat(64)));
        refused(4, "a block removed", "Each two that stand side by side must "
            + "fit.", (chain, i) -> chain.remove(i));
        refused(4, "a bad proof in the newest block", "The last block has none "
            + "behind it. Does your loop come that far?", (chain, i) -> {
            var last = chain.get(chain.size() - 1);
            do last.put("proof", proof(last) + 1);
            while (rule.validProof(proof(chain.get(chain.size() - 2)),
                proof(last), hash(chain.get(chain.size() - 2))));
        });
        refused(4, "zeros that stand elsewhere in the hash", "A good hash "
            + "begins with them.", (chain, i) -> {
            var last = chain.get(chain.size() - 1);
            var before = chain.get(chain.size() - 2);
            String zeros = "0".repeat(rule.zeros()), hash;
            do {
                last.put("proof", proof(last) + 1);
                hash = rule.hash(proof(before), proof(last), hash(before));
            } while (hash.startsWith(zeros) || !hash.contains(zeros));
        });
        refused(4, "a proof off by one, links resealed", "All links hold, so "
            + "no block's hash tells. What did the forger not pay for?",
            (chain, i) -> {
            chain.subList(i + 1, chain.size()).clear();
            var block = chain.get(i);
            do block.put("proof", proof(block) + 1);
            while (rule.validProof(proof(chain.get(i - 1)), proof(block),
                hash(chain.get(i - 1))));
            while (chain.size() < i + 3) mineOn(chain);
        });
        if (kind == Rule.linked) refused(4, "history rewritten and "
            + "links resealed, proofs kept",
            "What goes into a proof, so that it fits one block only?",
            (chain, i) -> {
            first(chain.get(i)).put("amount", 500);
            while (++i < chain.size()) chain.get(i).put("previous_hash",
                hash(chain.get(i - 1)));
        });
        row(4, "of two longer chains the longer one wins", "You found a better "
            + "chain. With what do you compare the next?", () -> {
            for (int i : new int[] {1, 2}) {
                left.shows(rival(i));
                right.shows(rival(3 - i));
                int longer = chain.size() + 2;
                resolve(true);
                same("length", longer, chain().size());
            }
        });
        row(4, "what waits for a block still waits after that", "The chain and "
            + "the list of what waits are two things.", () -> {
            pay(9);
            left.shows(rival(1));
            resolve(true);
            mines(true, payment("alice", bob, 9));
        });
    }

    // In blocks that others made, anything may stand. To take such a chain, a
    // node must hash it as everybody does, and then show it as it came.
    private void keeps(String what, String hint, Object... values) {
        row(4, "a longer chain is taken: " + what, hint, () -> {
            needs(LONGER);
            for (var value : values) {
                var rival = rival(0);
                mineOn(rival, Map.of("sender", "alice", "recipient", bob,
                    "amount", 1, "note", value));
                mineOn(rival);
                left.shows(rival);
                try {
                    resolve(true);
                } catch (Missed e) {
                    throw new Missed("200 Our chain was replaced, by one that "
                        + "holds " + CanonicalJson.of(value), e.getMessage());
                }
                same("block", rival.get(rival.size() - 2), chain().get(
                    chain.size() - 2));
            }
        });
    }

    interface Edit { void in(List<Map<String, Object>> chain, int i); }

    private void refused(int step, String what, String hint, Edit edit) {
        row(step, "a longer one is refused: " + what, hint, () -> {
            needs(LONGER);
            var rival = rival(3);
            edit.in(rival, rival.size() - 3);
            left.shows(rival);
            resolve(false);
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> first(Map<String, Object> block) {
        return (Map<String, Object>) transactions(block).get(0);
    }

    // ## Beyond the tutorial

    private void withstanding() {
        row(BEYOND, "what is no JSON object is answered by a 400", "Where do "
            + "you use a body before you know what it is?", () -> {
            needs(PAY);
            for (var body : List.of("", "null", "[]", "5", "{\"sender\": \"a"))
                post("/transactions/new", body).is(400, "");
        });
        row(BEYOND, "JSON is read whatever its Content-Type says", "curl -d "
            + "calls all that it sends a form. (The tutorial's own node is "
            + "strict here.)", () -> {
            needs(PAY);
            type = "application/x-www-form-urlencoded";
            try {
                pay(10).is(201, "");
            } finally {
                type = JSON_TYPE;
            }
        });
        row(BEYOND, "GET /chain may be read by any page", "The explorer of "
            + "another node shows yours, if it is told that it may: "
            + "Access-Control-Allow-Origin: *", () -> {
            chain();
            expect(origin != null, "the header Access-Control-Allow-Origin",
                "none");
        });
        row(BEYOND, "amounts are above 0, and \"0\" only rewards", "What does "
            + "a payment of -5 do to its recipient? And what may anyone do who "
            + "writes \"0\" as the sender?", () -> {
            for (var amount : List.of(-5, 0, "5", true, Map.of()))
                pay(amount).is(400, "");
            for (var sender : List.of("0", "")) post("/transactions/new",
                payment(sender, bob, 5)).is(400, "");
        });
        row(BEYOND, "nodes must be a list of texts", "In some languages a text "
            + "is a list, too: of its letters.", () -> {
            needs(REGISTER);
            for (var nodes : List.of("", Map.of(), List.of(5)))
                post("/nodes/register", Map.of("nodes", nodes)).is(400, "");
        });
        refused(BEYOND, "an amount 1 turned to 1.0", "Equal as numbers, but "
            + "not as text. Does what reads JSON for you keep them apart?",
            (chain, i) -> first(chain.get(i)).put("amount", 1.0));
        row(BEYOND, "a payment in a block that is dropped waits again", "The "
            + "chain that won doesn't hold it. Who remembers it?", () -> {
            pay(11);
            mines(true, payment("alice", bob, 11));
            left.shows(rival(1));
            resolve(true);
            mines(true, payment("alice", bob, 11));
        });
        row(BEYOND, "of two equal payments one waits, if one was mined",
            "Alice paid twice, and one is done. How many does your list lose?",
            () -> {
            pay(13);
            pay(13);
            var rival = rival(0);
            mineOn(rival, payment("alice", bob, 13));
            left.shows(rival);
            resolve(true);
            mine();
            var held = Collections.frequency(transactions(tip(0)),
                payment("alice", bob, 13));
            expect(held == 1, "1 payment of 13 in it", held + " of them");
        });
        row(BEYOND, "a payment in the new chain is not mined again", "Alice "
            + "paid once. In which two places was it?", () -> {
            pay(12);
            var rival = rival(0);
            mineOn(rival, payment("alice", bob, 12));
            left.shows(rival);
            resolve(true);
            mines(false, payment("alice", bob, 12));
        });
        row(BEYOND, "a neighbour's length is counted, not believed", "It said "
            + "999 and sent one block. Whose word did you take?", () -> {
            left.shows(rival(0).subList(0, 1), 999);
            resolve(false);
        });
        row(BEYOND, "a neighbour that talks nonsense does no harm", "One of "
            + "two is good. What must not happen to its answer?", () -> {
            for (var nonsense : List.of("<p>It works!</p>", "null", "[]",
                    "{\"chain\": [], \"length\": 999}",
                    "{\"chain\": [{}, {}], \"length\": 999}")) {
                right.shows(rival(1));
                left.says(() -> nonsense);
                resolve(true);
            }
        });
        row(BEYOND, "a neighbour that never answers does no harm", "For how "
            + "long would you hold the line? Tell your HTTP client.", () -> {
            var end = new CountDownLatch(1);
            right.shows(rival(1));
            left.says(() -> end.await(patience, SECONDS) ? "" : "late");
            try {
                resolve(true);
            } finally {
                end.countDown();
            }
        });
        row(BEYOND, "a dead neighbour does no harm", "Nobody is at home: that "
            + "is an exception. How far may it fly?", () -> {
            right.shows(rival(1));
            left.close();
            try {
                resolve(true);
            } finally {
                left.open(left.address);
            }
        });
        row(BEYOND, "two who mine at once leave a valid chain", "Both begin "
            + "with the same last block. Which is the last when the second is "
            + "done?",
            () -> {
            needs(VALID);
            var other = askers.submit(() -> get("/mine"));
            get("/mine").is(200, "New Block Forged");
            other.get().is(200, "New Block Forged");
            chain();
            asked = "curl " + url + "/mine & curl " + url + "/mine";
            valid(chain);
        });
    }

    // ## Meeting the node
    //
    // A node on this machine finds our neighbours at 127.0.0.1, any other at
    // the address that this machine has on the way to it.

    private InetAddress meet() throws Exception {
        if (!url.contains("://")) url = "http://" + url;
        url = url.replaceFirst("/+$", "");
        var uri = URI.create(url);
        if (uri.getHost() == null) throw new IOException(url + " is no node's "
            + "URL: one looks like http://localhost:5000.");
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        InetAddress us = null;
        for (var it : addresses(uri.getHost())) try (var line = new Socket()) {
            if (us != null) break;
            line.connect(new InetSocketAddress(it, port), 3_000);
            us = line.getLocalAddress();
            if (it instanceof Inet6Address)
                url = "http://" + name(it) + ":" + port;
        } catch (IOException notThere) {
            // localhost has two addresses, and a node may have one of them
        }
        if (us == null) throw new IOException("Nobody answers at " + url
            + ". Does your node run, and on that port?");
        try {
            var answer = get("/chain");
            if (answer.status == 200 && answer.json == null)
                throw new IOException(url + "/chain answers, but not in JSON: "
                    + answer + " Is that your node?");
        } catch (Missed e) {
            throw new IOException(url + "/chain gives no HTTP answer ("
                + e.getMessage() + "). Is that your node?");
        }
        if (here != null) return null; // every address of this machine
        here = name(us);
        return us;
    }

    private static InetAddress[] addresses(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            return new InetAddress[0];
        }
    }

    private static String name(InetAddress address) {
        var name = address.getHostAddress().replaceFirst("%.*", "");
        return address instanceof Inet6Address ? "[" + name + "]" : name;
    }

    // ## What came out

    public Integer call() throws Exception {
        rule = new ProofOfWork(kind, zeros);
        if (lastStep < 1 || lastStep > 4)
            throw new IllegalArgumentException("The steps are 1 to 4");
        var results = new ArrayList<Result>();
        try {
            var host = meet();
            building();
            answering();
            interacting();
            agreeing();
            withstanding();
            try (var left = new Neighbour(host, 5998);
                 var right = new Neighbour(host, 5999)) {
                this.left = left;
                this.right = right;
                right.says(() -> CanonicalJson.of(Map.of("length", 1, "chain",
                    List.of(block(1, List.of(), 100, start())))));
                for (int i = 1; i <= (lastStep < 4 ? lastStep : BEYOND); i++)
                    results.addAll(step(i));
                leaveValid();
            }
        } catch (IOException e) {
            if (!json) throw e;
            print(Map.of("node", url, "error", e.getMessage()));
            return 1;
        }
        return summary(results);
    }

    private static final List<String> STEPS = List.of(
        "Step 1 · Building a blockchain", "Step 2 · The blockchain as an API",
        "Step 3 · Interacting with it", "Step 4 · Consensus",
        "Beyond the tutorial · does not count");

    private List<Result> step(int step) throws Gone {
        say("%n@|bold %s|@%n", STEPS.get(step - 1));
        var results = new ArrayList<Result>();
        for (var row : rows) if (row.step == step) {
            var result = run(row);
            results.add(result);
            if (result.mark.equals("passed"))
                say("  @|green %s|@ %s%n", sign("✓", "+"), row.title);
            if (!result.mark.equals("failed")) continue;
            say("  @|bold,red %s|@ @|bold %s|@%n", sign("✗", "x"), row.title);
            say("      asked     %s%n", fold(asked.length() < 64 ? asked
                : asked.replaceAll(" (-d|-H|& curl) ", " \\\\\n$1 ")));
            say("      came      @|red %s|@%n", fold(result.came));
            say("      expected  @|green %s|@%n", fold(result.expected));
            say("      hint      @|yellow %s|@%n", fold(row.hint));
        }
        results.stream().filter(result -> result.mark.equals("waiting"))
            .collect(groupingBy(Result::came, LinkedHashMap::new, counting()))
            .forEach((other, count) -> say("  @|faint · %d wait for: %s|@%n",
                count, other));
        return results;
    }

    private Result run(Row row) throws Gone {
        title = row.title;
        try {
            row.check.run();
            passed.add(title);
            return new Result(row, "passed", asked, "", "");
        } catch (Waits e) {
            return new Result(row, "waiting", "", e.getMessage(), "");
        } catch (Missed e) {
            return new Result(row, "failed", asked, e.getMessage(), e.expected);
        } catch (Gone e) {
            throw e;
        } catch (Exception e) {
            return new Result(row, "failed", asked, brief("what this check "
                + "can't read: " + e), "an answer like the tutorial's");
        }
    }

    // Two who mine at once may leave a broken chain. It is mended as broken
    // chains are: by a longer one.
    private void leaveValid() throws Gone {
        run(new Row(0, "", "", () -> {
            var good = rival(1);
            try {
                valid(chain);
            } catch (Missed broken) {
                left.shows(good);
                resolve(true);
            }
        }));
    }

    private int summary(List<Result> results) {
        var tutorial = results.stream()
            .filter(r -> r.row.step < BEYOND).toList();
        var next = tutorial.stream().filter(r -> !r.mark.equals("passed"))
            .findFirst();
        int step = next.map(r -> r.row.step).orElse(lastStep);
        long passed = count(tutorial, "passed"), waiting = count(tutorial,
            "waiting"), failed = tutorial.size() - passed - waiting;
        int all = results.size() - tutorial.size();
        long more = count(results, "passed") - passed;
        if (json) print(Map.of("node", url, "step", step, "passed", passed,
            "failed", failed, "waiting", waiting, "beyond", more, "genesis",
            genesis, "errors", errors, "rule", kind.name(), "rows",
            results.stream().map(r -> Map.of("step", r.row.step, "beyond",
                r.row.step == BEYOND, "row", r.row.title, "result", r.mark,
                "asked", r.asked, "came", r.came, "expected", r.expected,
                "hint", r.row.hint)).toList()));
        say("%n@|bold step %d of 4 · %d passed, %d failed%s|@%n", step, passed,
            failed, waiting == 0 ? "" : ", " + waiting + " wait");
        if (all > 0) say("beyond the tutorial: %d of %d%n", more, all);
        say("met: genesis previous_hash %s, errors as %s, proofs by the %s "
            + "rule%n", genesis, errors, kind);
        next.ifPresent(r -> say("next: @|bold %s|@%n", r.row.title));
        if (all > 0) say("@|faint Its two neighbours are gone now: start your "
            + "node anew before you go on.|@%n");
        return next.isEmpty() ? 0 : 1;
    }

    private static long count(List<Result> results, String mark) {
        return results.stream().filter(r -> r.mark.equals(mark)).count();
    }

    private static String fold(String text) {
        return text.lines().map(line -> line.replaceAll(
            "(.{1,63})(?: +|$)|(.{63})", "$1$2\n")).collect(joining()).strip()
            .replace("\n", "\n" + " ".repeat(16));
    }

    // Not every terminal can show a ✓.
    private static String sign(String sign, String plain) {
        return Charset.forName(System.getProperty("stdout.encoding",
            System.getProperty("native.encoding", "UTF-8"))).newEncoder()
            .canEncode(sign) ? sign : plain;
    }

    private void say(String format, Object... values) {
        var out = program.commandLine().getOut();
        if (!json) out.print(Ansi.AUTO.string(format).formatted(values));
        out.flush();
    }

    private void print(Map<String, Object> report) {
        program.commandLine().getOut().println(CanonicalJson.of(report));
    }

    public static void main(String... arguments) {
        var check = new CommandLine(new CheckNode());
        System.exit(Blockchain.run(check, arguments));
    }
}
