///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Nodes.java
//SOURCES help/Chains.java
//SOURCES ../beyond/fast/Lanes.java
//SOURCES bench/Functions.java
//DEPS org.openjdk.jmh:jmh-core:1.37
//DEPS org.openjdk.jmh:jmh-generator-annprocess:1.37
//JAVA_OPTIONS -XX:+IgnoreUnrecognizedVMOptions
//JAVA_OPTIONS --sun-misc-unsafe-memory-access=allow
//JAVAC_OPTIONS -processor org.openjdk.jmh.generators.BenchmarkProcessor

// # How fast is it?
//
// Each thing is done our way and the plain way, in turn. What counts is the
// ratio: seconds differ from machine to machine and from minute to minute,
// ratios hardly do. Python does the same, where there is one.
//
//     jbang tests/Benchmark.java --quick
//
// JMH measures the functions, each time in a JVM of its own. The node is
// measured from without, as its clients see it.

import static java.nio.charset.StandardCharsets.*;
import static java.util.Collections.nCopies;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.openjdk.jmh.runner.options.TimeValue.milliseconds;

import com.sun.net.httpserver.HttpServer;
import io.javalin.Javalin;
import java.io.*;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.net.*;
import java.nio.file.*;
import java.security.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.*;
import java.util.regex.Pattern;
import java.util.stream.*;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.*;
import picocli.CommandLine;
import picocli.CommandLine.*;
import picocli.CommandLine.Help.Ansi;

@Command(name = "Benchmark.java", mixinStandardHelpOptions = true,
    version = "1.0", description = "Measures the blockchain and its node.")
public class Benchmark implements Callable<Integer> {

    @Option(names = "--quick", description =
        "Under a minute, while Java still warms up.") boolean quick;

    private static final boolean PYTHON = Programs.runs("python3", "--version");

    public Integer call() throws Exception {
        // Ctrl-C ends all that was started, too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessHandle
            .current().descendants().forEach(ProcessHandle::destroyForcibly)));
        System.out.printf("Java %s, %d cores, load %.1f, %s%n%n",
            Runtime.version(), CORES, ManagementFactory
                .getOperatingSystemMXBean().getSystemLoadAverage(),
            PYTHON ? "Python" : "no Python");
        row("", "our way", "plain way", "faster", "Python", "growth");
        hash();
        proofOfWork();
        validChain();
        payments();
        start();
        requests();
        resolve();
        progress("");
        rows.forEach(System.out::println);
        System.out.println("""

            faster: so many times as fast as the plain way (all cores: as one).
            Python: so many times as fast as Python.
            growth: of the time with the length, where 1 is linear.""");
        return 0;
    }

    // ## Functions

    private void hash() throws Exception {
        compare("hash a block", true, fork("hash", 2, 1),
            fork("plain hash", 2, 1),
            python("hash", Plain.json(Plain.map(chain(2).get(1)))));
    }

    // No more guesses are possible than SHA-256 takes pieces of 64 bytes.
    private void proofOfWork() throws Exception {
        compare("guesses at a proof, one core", false, fork("proof", 4, 1),
            fork("plain proof", 4, 1), python("proof", ""));
        compare("  of what SHA-256 allows", false, fork("proof", 4, 1),
            fork("pieces", 1_000, 1));
        compare("  %d lanes, of that".formatted(Lanes.LANES), false,
            fork("lanes", 160_000, 1), fork("pieces", 1_000, 1));
        for (int zeros : sizes(4, 5))
            compare("  all cores, %d zeros".formatted(zeros), false,
                fork("proof", zeros, CORES), fork("proof", zeros, 1));
    }

    private void validChain() throws Exception {
        var growth = new TreeMap<Integer, Double>();
        for (int length : sizes(1_000, 10_000, 100_000)) {
            var file = Files.createTempFile("chain", ".json");
            Files.writeString(file, CanonicalJson.of(chain(length)));
            growth(growth, length, length / compare("valid chain, of %,d blocks"
                .formatted(length), true, fork("chain", length, CORES),
                fork("plain chain", length, CORES),
                python("chain", file.toString())));
            Files.delete(file);
        }
    }

    // Nothing is faster than the signatures alone, and nothing may grow with
    // the chain.
    private void payments() throws Exception {
        int many = quick ? 1_000 : 10_000;
        compare("signed payments, all cores", false, fork("signed", many,
            CORES), fork("verify", 1, 1));
        compare("  known from before", false, fork("known", many, CORES),
            fork("signed", many, CORES));
        for (var what : List.of("payment", "block"))
            compare("a signed %s, %,d blocks or 10".formatted(what, many), true,
                fork(what, many, 1), fork(what, 10, 1));
    }

    private int[] sizes(int... sizes) {
        return quick ? new int[] {sizes[1]} : sizes;
    }

    /** What JMH measures: it answers how much was done. */
    public static LongSupplier work(String what, int size) throws Exception {
        var turn = new AtomicInteger(); // some searches are long, some short
        IntSupplier last = () -> turn.getAndIncrement() % 20;
        switch (what) {
            case "hash": case "plain hash": case "chain": case "plain chain":
                var chain = chain(size);
                var maps = chain.stream().map(Plain::map).toList();
                return switch (what) {
                    case "hash" -> () -> chain.get(1).hash().length() / 64;
                    case "plain hash" -> () ->
                        Plain.sha256(Plain.json(maps.get(1))).length() / 64;
                    case "chain" -> () ->
                        AllCores.firstFlaw(chain, EASY).isEmpty() ? size : 0;
                    default -> () -> Plain.validChain(maps) ? size : 0;
                };
            case "signed": case "known": case "payment": case "block":
                return signed(what, size);
            case "verify":
                return verify();
            case "proof":
                var rule = new ProofOfWork(Rule.classic, size);
                return () -> 1 + new Search(rule, new Block(1, 0, List.of(),
                    last.getAsInt(), "1")).find();
            case "plain proof":
                return () -> Plain.proofOfWork(last.getAsInt(), size);
            case "lanes": // of chapter 13: it must find all six
                return () -> Lanes.lanes(100_000, 100_000 + size) == 6 ? size
                    : 0;
            default: // SHA-256 alone
                var sha256 = new Sha256();
                var text = new byte[64 * size];
                return () -> sha256.digest(text).length / 32 * size;
        }
    }

    private static final ProofOfWork EASY = new ProofOfWork(Rule.classic, 1);

    /** A valid chain, with a payment and a reward in each block. */
    private static List<Block> chain(int length) {
        var transactions = List.of(new Transaction(
            "d4ee26eee15148ee92c6cd394edd974e", "someone-other-address", 5),
            new Transaction("0", "8bbcb347e0634905b0cac7955bae152b", 1));
        return chain(length, i -> transactions);
    }

    private static final KeyPair KEYS = Chains.keys();

    private static Transaction payment(int number) {
        return Chains.pay(KEYS, number, "someone-other-address", 0.5);
    }

    /** The same, but each block holds what this makes of its place. */
    private static List<Block> chain(int length,
            IntFunction<List<Transaction>> transactions) {
        var chain = new ArrayList<>(List.of(
            new Block(1, 1506280650.770839, List.of(), 100, 1)));
        for (int i = 1; i < length; i++) {
            var last = chain.get(i - 1);
            double time = (1506280650770839L + i * 7654321L) / 1e6;
            chain.add(new Block(i + 1, time, transactions.apply(i),
                Plain.proofOfWork(last.proof(), 1) - 1, last.hash()));
        }
        return chain;
    }

    // Each block but two holds a signed payment.
    private static LongSupplier signed(String what, int size) {
        var reward = new Transaction("0", Chains.address(KEYS), 1);
        var chain = chain(size, i -> i == 1 ? List.of(reward)
            : List.of(payment(i - 1), reward));
        var law = new SignedLaw(line -> { });
        law.check(0, List.of(), chain);
        law.keep();
        var next = payment(size - 1);
        var last = chain.subList(size - 1, size);
        return switch (what) {
            case "signed" -> () -> new SignedLaw(line -> { }).firstFlaw(chain)
                .isEmpty() ? size - 2 : 0;
            case "known" -> () -> law.firstFlaw(chain).isEmpty() ? size - 2 : 0;
            case "payment" -> () -> {
                law.check(next);
                return 1;
            };
            default -> () -> { // taken back, and taken again
                law.check(size - 1, last, last);
                law.keep();
                return 1;
            };
        };
    }

    private static LongSupplier verify() throws Exception {
        var ed25519 = Signature.getInstance("Ed25519");
        var text = payment(1).canonicalJson().getBytes(UTF_8);
        ed25519.initSign(KEYS.getPrivate());
        ed25519.update(text);
        var signature = ed25519.sign();
        ed25519.initVerify(KEYS.getPublic());
        return () -> {
            try {
                ed25519.update(text);
                return ed25519.verify(signature) ? 1 : 0;
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        };
    }

    // ## The node as a program

    // The plain way is to start it without JBang, as Java does by default.
    private void start() throws Exception {
        // It is built, then its classes are kept.
        for (int i = 0; i < (quick ? 1 : 2); i++) started(node()).close();
        compare("start to the first answer", true, starts(node()),
            starts(java("Node", "--port", "0", "--quiet")));
    }

    private static Measure starts(List<String> command) {
        return () -> {
            long start = System.nanoTime();
            try (var node = started(command)) {
                return 1 / seconds(start);
            }
        };
    }

    /** A node in a process of its own, which has answered once. */
    private static Program started(List<String> command) throws Exception {
        var node = new Program(new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start());
        Nodes.get(node.url, "/chain");
        return node;
    }

    private static List<String> node() {
        var jbang = File.separatorChar == '/' ? "jbang" : "jbang.cmd";
        return List.of(Programs.file(jbang).toAbsolutePath().toString(),
            Programs.file("Node.java").toString(), "--port", "0", "--zeros",
            "1", "--quiet");
    }

    private static List<String> java(String... program) {
        var command = new ArrayList<>(List.of(System.getProperty("java.home")
            + "/bin/java", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(program));
        return command;
    }

    private void requests() throws Exception {
        var ours = started(node());
        row("memory, idle", megabytes(ours));
        var both = List.of(ours, started(java("Benchmark", "plain node")));
        for (var node : both) mine(node, 2);
        for (var node : both) // Java is slow to warm up
            load(node, "GET /chain HTTP/1.1\r\nHost: localhost\r\n\r\n",
                Integer.MAX_VALUE, quick ? 3 : 8);
        load("GET /chain, 3 blocks", both, "/chain", "", "");
        for (var node : both) mine(node, 197);
        load("GET /chain, 200 blocks", both, "/chain", "", "");
        load("  to who has it (304)", List.of(ours), "/chain",
            Nodes.tip(ours.url), "");
        load("POST /transactions/new", both, "/transactions/new", "",
            Client.payment("a", 5));
        load("GET /mine, 1 zero", both, "/mine", "", "");
        row("memory, after this", megabytes(ours));
        for (var node : both) node.close();
    }

    private static void mine(Program node, int blocks) throws Exception {
        for (int i = 0; i < blocks; i++) Nodes.mine(node.url);
    }

    private static String megabytes(Program node) {
        try (var ps = new ProcessBuilder("ps", "-o", "rss=", "-p",
                node.process.pid() + "").start().inputReader()) {
            return Long.parseLong(ps.readLine().trim()) / 1024 + " MB";
        } catch (IOException e) {
            return "no ps";
        }
    }

    // A node asks a neighbour that has so many blocks; and then once more,
    // when they are its own.
    private void resolve() throws Exception {
        var growth = new TreeMap<Integer, Double>();
        for (int length : sizes(10, 1_000, 100_000)) {
            var neighbour = neighbour(chain(length));
            var address = "localhost:" + neighbour.getAddress().getPort();
            double rate = compare("resolve, %,d blocks".formatted(length), true,
                () -> resolves(address, 1));
            if (length > 10) growth(growth, length, 1 / rate);
            compare("  and again (304)", true, () -> resolves(address, 2));
            if (length > 1_000) try (var node = started(node())) {
                resolves(node.url, address);
                row("memory, after this", megabytes(node));
            }
            neighbour.stop(0);
        }
    }

    private static HttpServer neighbour(List<Block> chain) throws IOException {
        var tip = '"' + chain.get(chain.size() - 1).hash() + '"';
        var text = CanonicalJson.of(Map.of("chain", chain)).getBytes(UTF_8);
        var server = HttpServer.create(new InetSocketAddress(0), 0);
        server.createContext("/chain", exchange -> {
            boolean same = tip.equals(exchange.getRequestHeaders()
                .getFirst("If-None-Match"));
            exchange.sendResponseHeaders(same ? 304 : 200,
                same ? -1 : text.length);
            if (!same) exchange.getResponseBody().write(text);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static double resolves(String neighbour, int times)
            throws Exception {
        try (var node = Node.start("--port", "0", "--zeros", "1", "--quiet")) {
            double rate = 0;
            for (int i = 0; i < times; i++)
                rate = resolves(node.url(), neighbour);
            return rate;
        }
    }

    private static double resolves(String node, String neighbour)
            throws Exception {
        Nodes.register(node, neighbour);
        long start = System.nanoTime();
        assertEquals(200, Client.get(node + "/nodes/resolve").status());
        return 1 / seconds(start);
    }

    // ## The plain way
    //
    // A straightforward translation of the tutorial: a block is a map, and
    // each step makes a new string.

    static final class Plain {
        static Map<String, Object> map(Block block) {
            return Map.of("index", block.index(),
                "timestamp", block.timestamp(), "proof", block.proof(),
                "previous_hash", block.previousHash(),
                "transactions", block.transactions().stream()
                    .map(tx -> (Transaction) tx).map(tx ->
                    Map.of("sender", tx.sender(), "amount", tx.amount(),
                        "recipient", tx.recipient())).toList());
        }

        static String json(Object value) {
            if (value instanceof Map<?, ?> map) return new TreeMap<>(map)
                .entrySet().stream()
                .map(e -> json(e.getKey()) + ": " + json(e.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
            if (value instanceof List<?> list) return list.stream()
                .map(Plain::json).collect(Collectors.joining(", ", "[", "]"));
            if (value instanceof String text)
                return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"")
                    .replace("\n", "\\n") + '"';
            if (value instanceof Double)
                return new BigDecimal(value.toString()).toPlainString();
            return value.toString();
        }

        static String sha256(String text) {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance(
                    "SHA-256").digest(text.getBytes(UTF_8)));
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        /** Answers how many guesses it took. */
        static long proofOfWork(long last, int zeros) {
            long proof = 0;
            while (!sha256("" + last + proof).startsWith("0".repeat(zeros)))
                proof++;
            return proof + 1;
        }

        static boolean validChain(List<Map<String, Object>> chain) {
            for (int i = 1; i < chain.size(); i++) {
                var last = chain.get(i - 1);
                var block = chain.get(i);
                if (!block.get("previous_hash").equals(sha256(json(last)))
                    || !sha256("" + last.get("proof") + block.get("proof"))
                        .startsWith("0")) return false;
            }
            return true;
        }

        static void node() {
            var chain = new CopyOnWriteArrayList<Map<String, Object>>();
            var pending = new ConcurrentLinkedQueue<Map<?, ?>>();
            chain.add(map(new Block(1, 1506280650.770839, List.of(), 100, 1)));
            var node = Javalin.start(config -> {
                config.jetty.port = 0;
                config.startup.showJavalinBanner = false;
                config.routes.get("/chain", ctx -> ctx.json(
                    Map.of("chain", chain, "length", chain.size())));
                config.routes.post("/transactions/new", ctx -> {
                    pending.add(ctx.bodyAsClass(Map.class));
                    ctx.status(201).json(Map.of("message", "Transaction will "
                        + "be added to Block " + (chain.size() + 1)));
                });
                config.routes.get("/mine", ctx -> {
                    var last = chain.get(chain.size() - 1);
                    pending.add(Map.of("sender", "0", "recipient", "me",
                        "amount", 1));
                    chain.add(Map.of("index", chain.size() + 1,
                        "timestamp", System.currentTimeMillis() / 1e3,
                        "transactions", List.copyOf(pending),
                        "proof", proofOfWork((Long) last.get("proof"), 1) - 1,
                        "previous_hash", sha256(json(last))));
                    pending.clear();
                    ctx.json(chain.get(chain.size() - 1));
                });
            });
            System.out.println("http://localhost:" + node.port());
        }
    }

    // The tutorial's own functions. It prints how often a second it does a
    // thing.
    private static final String PROGRAM = """
        import hashlib, json, sys, time
        def sha256(text): return hashlib.sha256(text.encode()).hexdigest()
        def hash(block): return sha256(json.dumps(block, sort_keys=True))
        def valid_proof(last, proof, zeros):
            return sha256(f'{last}{proof}')[:zeros] == '0' * zeros
        def proof_of_work(last, zeros):
            proof = 0
            while not valid_proof(last, proof, zeros): proof += 1
            return proof
        def valid_chain(chain):
            for last, block in zip(chain, chain[1:]):
                if block['previous_hash'] != hash(last): return 0
                if not valid_proof(last['proof'], block['proof'], 1): return 0
            return len(chain)
        what, about = sys.argv[1], sys.argv[-1]
        if what == 'hash': block = json.loads(about)
        if what == 'chain': chain = json.load(open(about))
        clock = time.perf_counter if what == 'chain' else time.process_time
        done, turn, start = 0, 0, clock()
        while clock() - start < 0.4:
            if what == 'hash': done += len(hash(block)) / 64
            if what == 'chain': done += valid_chain(chain)
            if what == 'proof': done += proof_of_work(turn % 20, 4) + 1
            turn += 1
        print(done / (clock() - start))
        """;

    private static Measure python(String what, String about) {
        return () -> {
            var process = new ProcessBuilder("python3", "-c", PROGRAM, what,
                about).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (var output = process.inputReader()) {
                return Double.parseDouble(output.readLine());
            }
        };
    }

    // ## How it is measured

    interface Measure { double take() throws Exception; } // times a second

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    // In a JVM of its own, with the node's way of collecting garbage.
    private Measure fork(String what, int size, int cores) {
        return () -> new Runner(new OptionsBuilder().include("Functions")
            .param("what", what).param("size", size + "").forks(1)
            .jvmArgsAppend("-XX:+UseSerialGC",
                "-XX:ActiveProcessorCount=" + cores)
            .warmupIterations(1).measurementIterations(1)
            .warmupTime(milliseconds(quick && size < 9_999 ? 700 : 1_300))
            .measurementTime(milliseconds(quick ? 200 : 800))
            .verbosity(VerboseMode.SILENT).build()).runSingle()
                .getSecondaryResults().get("done").getScore();
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static final int CLIENTS = 8;
    private final ExecutorService clients =
        Executors.newFixedThreadPool(CLIENTS);

    private void load(String name, List<Program> nodes, String path,
                      String etag, String body) throws Exception {
        progress(name);
        var request = ("%s %s HTTP/1.1\r\nHost: localhost\r\n%s"
            + "Content-Length: %d\r\n\r\n%s").formatted(
                body.isEmpty() ? "GET" : "POST", path,
                etag.isEmpty() ? "" : "If-None-Match: " + etag + "\r\n",
                body.length(), body);
        int most = body.isEmpty() ? Integer.MAX_VALUE : 9_000;
        for (var node : nodes) load(node, request, most, quick ? 0.4 : 2);
        compare(name, false, nodes.stream().<Measure>map(node -> () ->
            load(node, request, most, quick ? 0.3 : 1))
                .toArray(Measure[]::new));
    }

    // All ask at the same time. At most 10,000 transactions may wait for a
    // block, so no more than that are sent before one is mined.
    private double load(Program node, String request, int most, double slice)
            throws Exception {
        var left = new AtomicInteger(most);
        long start = System.nanoTime();
        int answers = 0;
        Callable<Integer> client = () -> ask(node, request.getBytes(US_ASCII),
            () -> seconds(start) < slice && left.getAndDecrement() > 0);
        for (var done : clients.invokeAll(nCopies(CLIENTS, client)))
            answers += done.get(); // throws what went wrong, if so
        double rate = answers / seconds(start);
        if (most == 9_000) mine(node, 1);
        return rate;
    }

    // This shares the machine with the node that it asks, so it costs little:
    // it has one connection, and makes no objects but a head. It answers how
    // often it was answered.
    private static int ask(Program node, byte[] request, BooleanSupplier more)
            throws IOException {
        var answer = new byte[1 << 20];
        int answers = 0;
        try (var socket = Client.connect(node.url)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            var in = socket.getInputStream();
            for (; more.getAsBoolean(); answers++) {
                socket.getOutputStream().write(request);
                int size = 0, read = 0;
                while (!isWhole(answer, size) && (read = in.read(answer,
                    size, answer.length - size)) > 0) size += read;
                if (size < 13 || answer[9] > '3') throw new IOException(
                    new String(answer, 0, size, US_ASCII));
            }
        }
        return answers;
    }

    private static final Pattern LENGTH =
        Pattern.compile("(?i)\r\nContent-Length: ([0-9]+)");

    private static boolean isWhole(byte[] answer, int size) {
        var head = new String(answer, 0, Math.min(size, 1_000), US_ASCII);
        int end = head.indexOf("\r\n\r\n") + 4;
        if (end < 4) return false;
        var length = LENGTH.matcher(head).region(0, end);
        if (length.find())
            return size >= end + Integer.parseInt(length.group(1));
        return head.startsWith("HTTP/1.1 304")
            || answer[size - 5] == '0' && answer[size - 1] == '\n';
    }

    // Whatever else this machine does slows what is measured meanwhile. So
    // they take turns, a ratio is between two of the same turn, and the
    // median is what counts.
    private double compare(String name, boolean time, Measure... ways)
            throws Exception {
        progress(name);
        if (ways.length > 2 && !PYTHON) ways = Arrays.copyOf(ways, 2);
        int turns = quick ? 1 : 3;
        var rates = new double[ways.length][turns];
        for (int turn = 0; turn < turns; turn++)
            for (int way = 0; way < ways.length; way++)
                rates[way][turn] = ways[way].take();
        var cells = new String[] {"", "", "", ""};
        for (int way = 0; way < ways.length; way++) {
            var ratios = new double[turns];
            for (int turn = 0; turn < turns; turn++)
                ratios[turn] = rates[0][turn] / rates[way][turn];
            if (way < 2) cells[way] = figure(median(rates[way]), time);
            if (way > 0) cells[way + 1] = ratio(median(ratios));
        }
        row(name, cells);
        return median(rates[0]);
    }

    private static double median(double[] values) {
        return Arrays.stream(values).sorted().toArray()[values.length / 2];
    }

    private static String ratio(double ratio) {
        return (ratio < 10 ? "%.2f x" : "%.1f x").formatted(ratio);
    }

    private static String figure(double rate, boolean time) {
        return time ? rate < 1 ? "%.2f s".formatted(1 / rate)
                : rate < 1e3 ? "%.2f ms".formatted(1e3 / rate)
                : "%.2f µs".formatted(1e6 / rate)
            : rate < 1e6 ? "%,.0f /s".formatted(rate)
            : "%.2f M/s".formatted(rate / 1e6);
    }

    private final List<String> rows = new ArrayList<>();

    private void row(String name, String... cells) {
        var row = new StringBuilder("%-30s".formatted(name));
        for (var cell : cells) row.append("%10s".formatted(cell));
        rows.add(row.toString());
    }

    /** Adds to the last row how time grows with length: 1 is linearly. */
    private void growth(TreeMap<Integer, Double> known, int last, double time) {
        known.put(last, time);
        double longer = 1. * last / known.firstKey();
        double slower = time / known.firstEntry().getValue();
        if (longer > 1) rows.add(rows.remove(rows.size() - 1)
            + "%10.2f".formatted(Math.log(slower) / Math.log(longer)));
    }

    // On a terminal, it shows that it moves.
    private static void progress(String name) {
        if (Ansi.AUTO.enabled()) System.out.print("\r\u001b[K" + name);
    }

    public static void main(String... arguments) throws Exception {
        if (List.of(arguments).equals(List.of("plain node"))) Plain.node();
        else System.exit(Script.run(new CommandLine(new Benchmark()),
            arguments));
    }
}
