///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../Node.java
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// # How fast is it?
//
// Each thing is done our way and the plain way, in turn. What counts is the
// ratio: seconds differ from machine to machine and from minute to minute,
// ratios hardly do. Python does the same where there is one, and Flask, its
// web framework, where that is installed.
//
//     jbang tests/Benchmark.java --quick
//
// JMH would be the tool for the functions, but it wants them in a package,
// and nothing in a package can name the classes of a script. So here is the
// least that is honest: warm up, take turns, take the median.

import static java.nio.charset.StandardCharsets.*;
import static java.util.Collections.nCopies;

import com.sun.management.OperatingSystemMXBean;
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
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.*;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

@Command(name = "Benchmark.java", mixinStandardHelpOptions = true,
    version = "1.0", description = "Measures the blockchain and its node.")
public class Benchmark implements Callable<Integer> {

    @Option(names = "--quick", description = "Under a minute, less exact.")
    boolean quick;

    private static final boolean PYTHON = runs("python3", "-c", "");
    private static final boolean FLASK = runs("python3", "-c", "import flask");

    public Integer call() throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() ->
            servers.forEach(Server::close))); // nothing is left running
        System.setProperty("http.maxConnections", CLIENTS + "");
        System.out.printf("Java %s, %d cores, load %.1f, %s%n%n",
            Runtime.version(), PROCESS.getAvailableProcessors(),
            PROCESS.getSystemLoadAverage(), FLASK ? "Python and Flask"
                : PYTHON ? "Python" : "no Python");
        hash();
        proofOfWork();
        validChain();
        start();
        requests();
        resolve();
        progress("");
        row("", "our way", "plain way", "faster", "Python", "growth");
        rows.add(0, rows.remove(rows.size() - 1));
        rows.forEach(System.out::println);
        System.out.println("""

            faster: so many times as fast as the plain way (all cores: as one).
            Python: so many times as fast as Python.
            growth: of the time with the length, where 1 is linear.""");
        return 0;
    }

    // ## Functions

    private void hash() throws Exception {
        var block = chain(2).get(1);
        var map = Plain.map(block);
        compare("hash a block", true,
            () -> oneCore(() -> block.hash().length() / 64),
            () -> oneCore(() -> Plain.sha256(Plain.json(map)).length() / 64),
            () -> python("hash", Plain.json(map)));
    }

    private void proofOfWork() throws Exception {
        var one = new ForkJoinPool(1); // has one core
        var four = new ProofOfWork(Rule.classic, 4);
        var five = new ProofOfWork(Rule.classic, 5);
        compare("guesses at a proof, one core", false,
            () -> oneCore(() -> one.submit(() -> mine(five)).get()),
            () -> oneCore(() -> Plain.proofOfWork(last(), 4)),
            () -> python("work", ""));
        for (var rule : List.of(five, four))
            compare("  all cores, %d zeros".formatted(rule.zeros()), false,
                () -> rate(() -> mine(rule)),
                () -> rate(() -> one.submit(() -> mine(rule)).get()));
        one.shutdown();
    }

    // Searches behind 0, 1, 2 and so on: some are long, some short.
    private int searches;

    private int last() { return searches++ % 20; }

    /** Answers how many guesses it took. */
    private long mine(ProofOfWork rule) {
        return rule.proofOfWork(new Block(1, 0, List.of(), last(), "1"),
            guesses -> { }) + 1;
    }

    private void validChain() throws Exception {
        var growth = new TreeMap<Integer, Double>();
        for (int length : lengths()) {
            var chain = chain(length);
            var maps = chain.stream().map(Plain::map).toList();
            var file = Files.createTempFile("chain", ".json");
            Files.writeString(file, CanonicalJson.of(chain));
            double rate = compare("valid chain, a block of " + length, true,
                () -> rate(() -> Flaw.firstIn(chain, EASY).isEmpty()
                    ? length : 0),
                () -> rate(() -> Plain.validChain(maps) ? length : 0),
                () -> python("chain", file.toString()));
            growth.put(length, length / rate);
            growth(growth);
            Files.delete(file);
        }
    }

    private int[] lengths() {
        return quick ? new int[] {1_000, 10_000}
            : new int[] {1_000, 10_000, 100_000};
    }

    private static final ProofOfWork EASY = new ProofOfWork(Rule.classic, 1);
    private final List<Block> longest = new ArrayList<>(List.of(
        new Block(1, 1506280650.770839, List.of(), 100, 1)));

    /** A valid chain, with a payment and a reward in each block. */
    private List<Block> chain(int length) {
        var transactions = List.of(new Transaction(
            "d4ee26eee15148ee92c6cd394edd974e", "someone-other-address", 5),
            new Transaction("0", "8bbcb347e0634905b0cac7955bae152b", 1));
        for (int i = longest.size(); i < length; i++) {
            var last = longest.get(i - 1);
            double time = (1506280650770839L + i * 7654321L) / 1e6;
            longest.add(new Block(i + 1, time, transactions,
                Plain.proofOfWork(last.proof(), 1) - 1, last.hash()));
        }
        return List.copyOf(longest.subList(0, length));
    }

    // ## The node as a program

    // The plain way is to start it without JBang, as Java does by default.
    private void start() throws Exception {
        for (int i = 0; i < 2; i++) // it is built, then its classes are kept
            new Server(node()).close();
        compare("start to the first answer", true, () -> starts(node()),
            () -> starts(java("Node", "--port", "0", "--quiet")));
    }

    private static double starts(List<String> command) throws Exception {
        long start = System.nanoTime();
        var server = new Server(command);
        double rate = 1 / seconds(start);
        server.close();
        return rate;
    }

    private static List<String> node() {
        var home = Files.exists(Path.of("Node.java")) ? "./" : "../";
        var jbang = File.separatorChar == '/' ? home + "jbang" : "jbang.cmd";
        return List.of(jbang, home + "Node.java", "--port", "0", "--zeros", "1",
            "--quiet");
    }

    private static List<String> java(String... program) {
        var command = new ArrayList<>(List.of(System.getProperty("java.home")
            + "/bin/java", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(program));
        return command;
    }

    private void requests() throws Exception {
        var ours = new Server(node());
        Thread.sleep(1_000);
        row("memory, idle", ours.megabytes());
        var all = new ArrayList<>(List.of(ours,
            new Server(java("Benchmark", "plain node"))));
        if (FLASK) all.add(new Server(List.of("python3", "-c", PROGRAM,
            "node")));
        for (var server : all) server.mine(2);
        load("GET /chain, 3 blocks", all, "/chain", "", "");
        for (var server : all) server.mine(197);
        load("GET /chain, 200 blocks", all, "/chain", "", "");
        load("  to who has it (304)", all.subList(0, 1), "/chain",
            ask(ours.url + "/chain", "", ""), "");
        row("memory, after this", ours.megabytes());
        load("GET /mine, 1 zero", all, "/mine", "", "");
        load("POST /transactions/new", all, "/transactions/new", "",
            "{\"sender\": \"a\", \"recipient\": \"b\", \"amount\": 5}");
        for (var server : all) server.close();
    }

    // A node asks a neighbour that has so many blocks; and then once more,
    // when they are its own.
    private void resolve() throws Exception {
        var growth = new TreeMap<Integer, Double>();
        for (int length : quick ? new int[] {10, 1_000, 10_000}
                : new int[] {10, 1_000, 100_000}) {
            var neighbour = neighbour(chain(length));
            var address = "localhost:" + neighbour.getAddress().getPort();
            double rate = compare("resolve, %,d blocks".formatted(length), true,
                () -> resolves(address, 1));
            if (length > 10) growth.put(length, 1 / rate);
            if (length > 10) growth(growth);
            compare("  and again (304)", true, () -> resolves(address, 2));
            if (length >= 10_000) try (var server = new Server(node())) {
                resolves(server.url, address);
                row("memory, after this", server.megabytes());
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
            throws IOException {
        ask(node + "/nodes/register", "", "{\"nodes\": [\"" + neighbour
            + "\"]}");
        long start = System.nanoTime();
        ask(node + "/nodes/resolve", "", "");
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
                "transactions", block.transactions().stream().map(tx ->
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

    // The tutorial's own functions and routes. It prints how often a second
    // it does a thing, or the address of its node.
    private static final String PROGRAM = """
        import hashlib, json, logging, sys, time
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
        def node():
            from flask import Flask, jsonify, request
            from werkzeug.serving import make_server
            chain, pending = [], []
            def new_block(proof, previous_hash):
                chain.append({'index': len(chain) + 1, 'proof': proof,
                    'timestamp': time.time(), 'transactions': pending[:],
                    'previous_hash': previous_hash})
                pending.clear()
                return chain[-1]
            app = Flask('node')
            @app.route('/chain')
            def full_chain(): return jsonify(chain=chain, length=len(chain))
            @app.route('/transactions/new', methods=['POST'])
            def new_transaction():
                pending.append(request.get_json(force=True))
                return jsonify(message='Transaction will be added'), 201
            @app.route('/mine')
            def mine():
                proof = proof_of_work(chain[-1]['proof'], 1)
                pending.append({'sender': 0, 'recipient': 'me', 'amount': 1})
                return jsonify(new_block(proof, hash(chain[-1])))
            new_block(100, 1)
            logging.getLogger('werkzeug').disabled = True
            server = make_server('127.0.0.1', 0, app, threaded=True)
            print(f'http://127.0.0.1:{server.port}', flush=True)
            server.serve_forever()
        what, about = sys.argv[1], sys.argv[-1]
        if what == 'node': node()
        if what == 'hash': block = json.loads(about)
        if what == 'chain': chain = json.load(open(about))
        clock = time.perf_counter if what == 'chain' else time.process_time
        done, turn, start = 0, 0, clock()
        while clock() - start < 0.4:
            if what == 'hash': done += len(hash(block)) / 64
            if what == 'chain': done += valid_chain(chain)
            if what == 'work': done += proof_of_work(turn % 20, 4) + 1
            turn += 1
        print(done / (clock() - start))
        """;

    private static double python(String what, String about) throws Exception {
        var process = new ProcessBuilder("python3", "-c", PROGRAM, what, about)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var output = process.inputReader()) {
            return Double.parseDouble(output.readLine());
        }
    }

    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                .start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    // ## Servers and who asks them

    private static final Pattern ADDRESS =
        Pattern.compile("http://[^/: ]+:\\d+");
    private static final Set<Server> servers = ConcurrentHashMap.newKeySet();

    /** A node in a process of its own, ready when this is made. */
    static final class Server implements AutoCloseable {
        final String url;
        private final Process process;

        Server(List<String> command) throws IOException {
            process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            servers.add(this);
            var line = process.inputReader().readLine();
            var address = ADDRESS.matcher(line + "");
            if (!address.find()) throw new IOException("A server says " + line
                + ", and not where it is.");
            url = address.group();
            ask(url + "/chain", "", "");
        }

        void mine(int blocks) throws IOException {
            for (int i = 0; i < blocks; i++) ask(url + "/mine", "", "");
        }

        String megabytes() {
            try (var ps = new ProcessBuilder("ps", "-o", "rss=", "-p",
                    process.pid() + "").start().inputReader()) {
                return Long.parseLong(ps.readLine().trim()) / 1024 + " MB";
            } catch (IOException e) {
                return "no ps";
            }
        }

        public void close() {
            servers.remove(this);
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.onExit().join();
        }
    }

    /** Answers the ETag. Whatever is not found good throws. */
    static String ask(String url, String etag, String body) throws IOException {
        var ask = (HttpURLConnection) URI.create(url).toURL().openConnection();
        if (!etag.isEmpty()) ask.setRequestProperty("If-None-Match", etag);
        if (!body.isEmpty()) {
            ask.setDoOutput(true); // so it is a POST
            ask.setRequestProperty("Content-Type", "application/json");
            ask.getOutputStream().write(body.getBytes(UTF_8));
        }
        try (var answer = ask.getInputStream()) {
            answer.transferTo(OutputStream.nullOutputStream());
        }
        return ask.getHeaderField("ETag");
    }

    // ## How it is measured

    interface Measure { double take() throws Exception; } // times a second

    interface Work { long done() throws Exception; } // so many times

    private double slice; // seconds
    private boolean warm;

    /** Per second on the clock, for what has all cores. */
    private double rate(Work work) throws Exception {
        return rate(work, warm ? System::nanoTime : PROCESS::getProcessCpuTime);
    }

    // What else this machine does takes nothing from a processor's time, so
    // that is what counts on one core, and while the JVM warms up.
    private double oneCore(Work work) throws Exception {
        return rate(work, PROCESS::getProcessCpuTime);
    }

    private double rate(Work work, LongSupplier clock) throws Exception {
        long done = 0, start = clock.getAsLong(), time = 0;
        for (; time < slice * 1e9; time = clock.getAsLong() - start) {
            long more = work.done();
            if (more == 0) throw new AssertionError("It was not done.");
            done += more;
        }
        return done * 1e9 / time;
    }

    private static final OperatingSystemMXBean PROCESS =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static final int CLIENTS = 8;
    private final ForkJoinPool clients = new ForkJoinPool(CLIENTS);

    // All ask at the same time. At most 10,000 transactions may wait for a
    // block, so no more than that are sent before one is mined.
    private void load(String name, List<Server> servers, String path,
                      String etag, String body) throws Exception {
        compare(name, false, servers.stream().<Measure>map(server -> () -> {
            var left = new AtomicInteger(body.isEmpty() ? 1 << 30 : 9_000);
            var answers = new AtomicInteger();
            long start = System.nanoTime();
            Callable<?> client = () -> {
                while (seconds(start) < slice && left.getAndDecrement() > 0) {
                    ask(server.url + path, etag, body);
                    answers.getAndIncrement();
                }
                return null;
            };
            for (var end : clients.invokeAll(nCopies(CLIENTS, client)))
                end.get(); // throws what went wrong, if so
            double rate = answers.get() / seconds(start);
            if (!body.isEmpty()) server.mine(1);
            return rate;
        }).toArray(Measure[]::new));
    }

    // Whatever else this machine does slows what is measured meanwhile. So
    // they take turns, a ratio is between two of the same turn, and the
    // median is what counts. The first turn, a longer one, is to warm up.
    private double compare(String name, boolean time, Measure... ways)
            throws Exception {
        progress(name);
        if (ways.length > 2 && !PYTHON) ways = Arrays.copyOf(ways, 2);
        int turns = quick ? 3 : 5;
        var rates = new double[ways.length][turns];
        var ratios = new double[ways.length][turns];
        for (int turn = -1; turn < turns; turn++) {
            warm = turn >= 0;
            slice = (quick ? 0.2 : 0.5) * (warm ? 1 : 4);
            for (int way = 0; way < ways.length; way++) {
                int i = Math.max(turn, 0);
                if (!warm && way == 2) continue; // Python needs none
                rates[way][i] = ways[way].take();
                ratios[way][i] = rates[0][i] / rates[way][i];
            }
        }
        for (int way = 0; way < ways.length; way++) {
            Arrays.sort(rates[way]);
            Arrays.sort(ratios[way]);
        }
        var cells = new String[4];
        Arrays.fill(cells, "");
        for (int way = 0; way < Math.min(ways.length, 2); way++)
            cells[way] = figure(rates[way][turns / 2], time);
        for (int way = 1; way < ways.length; way++)
            cells[way + 1] = "%.1f x".formatted(ratios[way][turns / 2]);
        row(name, cells);
        return rates[0][turns / 2];
    }

    private static String figure(double rate, boolean time) {
        return time ? rate < 1 ? "%.2f s ".formatted(1 / rate)
                : rate < 1e3 ? "%.2f ms".formatted(1e3 / rate)
                : "%.2f µs".formatted(1e6 / rate)
            : rate < 1e6 ? "%,.0f  /s".formatted(rate)
            : "%.2f M/s".formatted(rate / 1e6);
    }

    private final List<String> rows = new ArrayList<>();

    private void row(String name, String... cells) {
        var row = new StringBuilder("%-34s".formatted(name));
        for (var cell : cells) row.append("%11s".formatted(cell));
        rows.add(row.toString());
    }

    /** Adds to the last row how time grows with length: 1 is linearly. */
    private void growth(TreeMap<Integer, Double> seconds) {
        double length = 1. * seconds.lastKey() / seconds.firstKey();
        double time = seconds.lastEntry().getValue()
            / seconds.firstEntry().getValue();
        if (length > 1) rows.add(rows.remove(rows.size() - 1)
            + "%11.2f".formatted(Math.log(time) / Math.log(length)));
    }

    // On a terminal, it shows that it moves.
    private static void progress(String name) {
        if (Ansi.AUTO.enabled()) System.out.print("\r\u001b[K" + name);
    }

    public static void main(String... arguments) throws Exception {
        if (List.of(arguments).equals(List.of("plain node"))) Plain.node();
        else System.exit(Blockchain.run(new CommandLine(new Benchmark()),
            arguments));
    }
}
