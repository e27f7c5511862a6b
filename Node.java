///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Blockchain.java
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//DEPS io.javalin:javalin:7.2.3
//DEPS org.slf4j:slf4j-nop:2.0.17

// # A node: the blockchain as a service
//
// A node keeps a chain and talks HTTP, as the tutorial's node does, so that
// the two can live in one network:
//
//     jbang Node.java --port 5000
//
// From top to bottom: its options, its routes, how it reads what strangers
// send, its neighbours and how they agree, and its memory on disk.

import static java.nio.charset.StandardCharsets.*;
import static java.nio.file.StandardOpenOption.*;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.core.*;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.*;
import io.javalin.util.JavalinBindException;
import java.io.*;
import java.math.BigInteger;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.file.Path;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "Node.java", mixinStandardHelpOptions = true, version = "1.0",
    sortOptions = false, description = "A node of a blockchain network.")
public class Node implements AutoCloseable, Callable<Integer> {

    // ## Step 2.1 · What a node is told

    @Option(names = {"-p", "--port"}, defaultValue = "5000", description =
        "Listen on this port (5000); 0 takes a free one.") int port;
    @Option(names = "--host", defaultValue = "127.0.0.1", description =
        "Listen on this address (127.0.0.1); 0.0.0.0 lets others in.") String host;
    @Option(names = "--peer", paramLabel = "URL", description =
        "A neighbour, such as http://localhost:5001. May be repeated.")
    List<String> peers = List.of();
    @Option(names = "--rule", defaultValue = "classic", description =
        "What a proof seals: classic (the article's rule) or linked.") Rule rule;
    @Option(names = "--zeros", defaultValue = "4", description =
        "Hexadecimal zeros that a proof needs (4).") int zeros;
    @Option(names = "--id", description =
        "Whom mining pays (32 hex digits at random).") String id;
    @Option(names = "--ledger", paramLabel = "FILE", description =
        "Keep everything in this file, and go on from it.") Path file;
    @Option(names = {"-q", "--quiet"}, description =
        "Print no line for each request.") boolean quiet;

    private Blockchain blockchain;
    private ProofOfWork proofOfWork;
    private Ledger ledger;
    private Javalin server;

    /** Starts a node as the command line does, with the same arguments. */
    static Node start(String... arguments) throws IOException {
        var node = CommandLine.populateCommand(new Node(), arguments);
        node.open(Clock.systemUTC());
        return node;
    }

    void open(Clock clock) throws IOException {
        proofOfWork = new ProofOfWork(rule, zeros);
        ledger = new Ledger(file);
        try {
            blockchain = new Blockchain(proofOfWork, clock, ledger::append);
            var given = id;
            if (!ledger.replay(this::replay))
                blockchain.change(0, blockchain.chain());
            if (given != null) id = given;
            if (id == null) id = UUID.randomUUID().toString().replace("-", "");
            ledger.append(Map.of("id", id));
            register(peers);
            ledger.force();
            server = Javalin.start(this::configure);
        } catch (JavalinBindException e) {
            ledger.close();
            throw new IOException("Port " + port + " of " + host + " is taken "
                + "(on a Mac, AirPlay often has 5000). Try --port 5001.");
        } catch (IOException | RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    /** The node's own address for a browser: http://localhost:5000. */
    String url() {
        return "http://localhost:" + server.port();
    }

    public void close() {
        server.stop();
        ledger.close();
    }

    // ## Step 2.2 · Routes

    private void configure(JavalinConfig config) {
        config.jetty.host = host;
        config.jetty.port = port;
        config.jetty.modifyServer(jetty -> {
            jetty.setStopTimeout(1_000); // requests in flight are answered
            jetty.setStopAtShutdown(true);
        });
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.requestLogger.http(this::log);

        var routes = config.routes;
        routes.before(this::refuseOtherSites);
        routes.get("/", this::page);
        routes.get("/mine", this::mine);
        routes.post("/mine", this::mine);
        routes.get("/transactions", this::transactions);
        routes.post("/transactions/new", this::newTransaction);
        routes.get("/chain", this::chain);
        routes.post("/chain/validate", this::validate);
        routes.get("/nodes", this::nodes);
        routes.post("/nodes/register", this::registerNodes);
        routes.get("/nodes/resolve", this::consensus);
        routes.after(ctx -> ledger.force()); // then the answer leaves

        routes.error(404, ctx -> error(ctx, 404, "There is no " + ctx.path()
            + " here. GET / lists what there is."));
        routes.error(405, ctx -> error(ctx, 405, ctx.path() + " does not take "
            + ctx.method() + ". GET / lists what it takes."));
        routes.exception(HttpResponseException.class, (e, ctx) ->
            error(ctx, e.getStatus(), e.getMessage()));
        routes.exception(RejectedExecutionException.class, (e, ctx) ->
            error(ctx, 429, MOST_MINING + " wait to mine already. Try later."));
        routes.exception(ExecutionException.class, (e, ctx) ->
            error(ctx, 507, e.getCause().getMessage()));
        routes.exception(UncheckedIOException.class, (e, ctx) ->
            error(ctx, 507, e.getMessage()));
        routes.exception(IllegalArgumentException.class, (e, ctx) ->
            error(ctx, 400, e.getMessage()));
    }

    private void log(Context ctx, float milliseconds) {
        if (!quiet) System.out.printf("%tT  %-4s %-18s %s %8.1f ms%n",
            LocalTime.now(), ctx.method(), ctx.path(), ctx.statusCode(),
            milliseconds);
    }

    private static void reply(Context ctx, int status, Map<String, ?> answer) {
        ctx.status(status).contentType(ContentType.APPLICATION_JSON)
            .result(CanonicalJson.of(answer) + "\n");
    }

    private static void error(Context ctx, int status, String sentence) {
        reply(ctx, status, Map.of("error", sentence));
    }

    private void page(Context ctx) {
        ctx.result("""
            GET  /mine               mine a block (POST does so, too)
            GET  /transactions       what waits for a block
            POST /transactions/new   {"sender": "a", "recipient": "b", "amount": 5}
            GET  /chain              the chain
            POST /chain/validate     {"chain": [...]}: valid, or why not
            GET  /nodes              this node and its neighbours
            POST /nodes/register     {"nodes": ["http://localhost:5001"]}
            GET  /nodes/resolve      take the longest valid chain
            """);
    }

    // ## Step 2.3 · Mine

    // One search at a time: a second would look for the same proof. While
    // it lasts the client gets a space each second, which JSON allows in
    // front; when nobody takes it any more, the search ends.

    private static final int MOST_MINING = 100;
    private final ExecutorService miner = new ThreadPoolExecutor(1, 1, 0,
        SECONDS, new ArrayBlockingQueue<>(MOST_MINING), Node::daemon);

    private void mine(Context ctx) throws Exception {
        var over = new AtomicBoolean();
        var search = miner.submit(() -> blockchain.mine(id, guesses -> {
            if (over.get()) throw new CancellationException();
        }));
        ctx.disableCompression().contentType(ContentType.APPLICATION_JSON);
        try {
            while (!search.isDone()) try {
                search.get(1, SECONDS);
            } catch (TimeoutException stillSearching) {
                ctx.res().getOutputStream().print(' ');
                ctx.res().flushBuffer();
            }
        } finally {
            over.set(true);
        }
        var block = search.get();
        reply(ctx, 200, Map.of("message", "New Block Forged",
            "index", block.index(), "transactions", block.transactions(),
            "proof", block.proof(), "previous_hash", block.previousHash()));
    }

    private static Thread daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true); // doesn't keep the program running
        return thread;
    }

    // ## Step 2.4 · Transactions

    private static final int LONGEST_NAME = 1_000, MOST_PENDING = 10_000;

    private void transactions(Context ctx) {
        reply(ctx, 200, Map.of("transactions", blockchain.pending()));
    }

    private void newTransaction(Context ctx) {
        var values = read(ctx, """
            {"sender": "a", "recipient": "b", "amount": 5}""");
        var missing = new ArrayList<>(List.of("sender", "recipient", "amount"));
        missing.removeIf(name -> values.get(name) != null);
        require(missing.isEmpty(), "Missing values: "
            + String.join(", ", missing) + ". Send all three.");
        for (var name : List.of("sender", "recipient")) require(
            values.get(name) instanceof String text && !text.isEmpty()
                && text.length() <= LONGEST_NAME,
            name + " must be a text of 1 to " + LONGEST_NAME + " characters.");
        require(!"0".equals(values.get("sender")), "sender must not be \"0\": "
            + "only mining pays from there.");
        require(isPositive(values.get("amount")),
            "amount must be a number above 0, such as 5 or 0.25.");
        if (blockchain.pending().size() >= MOST_PENDING)
            throw new HttpResponseException(429, MOST_PENDING
                + " transactions wait already. Mine a block first.");
        long index = blockchain.newTransaction(new Transaction(
            values.get("sender"), values.get("recipient"), values.get("amount")));
        reply(ctx, 201, Map.of("message",
            "Transaction will be added to Block " + index));
    }

    private static boolean isPositive(Object amount) {
        if (amount instanceof Double fraction)
            return fraction > 0 && Double.isFinite(fraction);
        return amount instanceof Number whole
            && new BigInteger(whole.toString()).signum() > 0;
    }

    // ## Step 2.5 · The chain

    // It is written once for each tip, a block a line, each block just as
    // it is hashed. Who has it already is told so: 304, not modified.
    private record Page(Block tip, String etag, byte[] text) { }

    private volatile Page page = new Page(null, null, null);

    private void chain(Context ctx) {
        var page = this.page;
        if (page.tip != blockchain.lastBlock()) this.page = page = newPage();
        ctx.header("Access-Control-Allow-Origin", "*") // for other nodes' pages
            .header("Cache-Control", "no-cache").header("ETag", page.etag);
        if (page.etag.equals(ctx.header("If-None-Match"))) ctx.status(304);
        else ctx.contentType(ContentType.APPLICATION_JSON).result(page.text);
    }

    private Page newPage() {
        var chain = blockchain.chain();
        var tip = chain.get(chain.size() - 1);
        var text = new StringJoiner(",\n", "{\"chain\": [\n", "\n], \"length\": "
            + chain.size() + "}\n");
        for (var block : chain) text.add(block.canonicalJson());
        return new Page(tip, '"' + tip.hash() + '"',
            text.toString().getBytes(US_ASCII));
    }

    private void validate(Context ctx) {
        var chain = new ArrayList<Block>();
        try {
            eachBlock(ctx.bodyInputStream(), chain::add);
        } catch (IOException e) {
            throw new BadRequestResponse("Send {\"chain\": [...]} as GET /chain "
                + "has it. After block " + chain.size() + ": " + reason(e));
        }
        var verdict = new HashMap<String, Object>();
        verdict.put("hashes", chain.stream().map(Block::hash).toList());
        verdict.put("valid", true);
        Flaw.firstIn(chain, proofOfWork).ifPresent(flaw -> {
            verdict.put("valid", false);
            verdict.put("block", flaw.block());
            verdict.put("fails", flaw.fails());
            verdict.put("expected", flaw.expected());
            verdict.put("found", flaw.found());
            verdict.put("reason", flaw.toString());
        });
        reply(ctx, 200, verdict);
    }

    // ## Step 2.6 · What strangers send

    // All that comes in is read here. It is read strictly, for it will be
    // hashed: 5 is not "5" and not 5.0, no name comes twice, nothing trails
    // behind; and nobody fills the memory.
    private static final ObjectMapper JSON = json(100_000);
    private static final ObjectMapper CHAINS = json(64_000_000)
        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static ObjectMapper json(long mostBytes) {
        return JsonMapper.builder(JsonFactory.builder().streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(50)
                    .maxDocumentLength(mostBytes).build()).build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS).build();
    }

    private static Map<?, ?> read(Context ctx, String example) {
        var reason = "This is none.";
        try {
            if (JSON.readValue(ctx.bodyInputStream(), Object.class)
                instanceof Map<?, ?> values) return values;
        } catch (IOException e) {
            reason = reason(e);
        }
        throw new BadRequestResponse("Send a JSON object such as " + example
            + ". " + reason);
    }

    private static void eachBlock(InputStream in, Consumer<Block> use)
            throws IOException {
        try (var json = CHAINS.createParser(in)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                while (!"chain".equals(json.nextFieldName())
                    && json.nextToken() != null) json.skipChildren();
                json.nextToken();
            }
            if (json.currentToken() != JsonToken.START_ARRAY)
                throw new IOException("There is no \"chain\" in it.");
            while (json.nextToken() != JsonToken.END_ARRAY)
                use.accept(json.readValueAs(Block.class));
        }
    }

    private static String reason(Throwable e) {
        if (e instanceof JsonProcessingException json)
            return json.getOriginalMessage()
                .replaceAll("(?s)( \\(|: | at \\[).*", "") + ".";
        return e.getMessage() == null ? "can't be reached" : e.getMessage();
    }

    private static void require(boolean good, String sentence) {
        if (!good) throw new BadRequestResponse(sentence);
    }

    // A page of another site must not mine or pay in the name of whoever
    // looks at it. The browser says from where a request comes.
    private void refuseOtherSites(Context ctx) {
        if ("cross-site".equals(ctx.header("Sec-Fetch-Site"))
                && !List.of("/", "/chain").contains(ctx.path()))
            throw new ForbiddenResponse("A page of another site asked for "
                + ctx.path() + ". Use this node's own page.");
    }

    // ## Step 4.1 · Neighbours

    // Each one's host:port, and what it did when last asked.
    private final Map<String, String> neighbours = new ConcurrentSkipListMap<>();
    private static final int MOST_NEIGHBOURS = 100;

    private void nodes(Context ctx) {
        reply(ctx, 200, Map.of("id", id, "rule", rule.name(), "zeros", zeros,
            "neighbours", neighbours));
    }

    private void registerNodes(Context ctx) {
        var nodes = read(ctx, "{\"nodes\": [\"http://localhost:5001\"]}");
        require(nodes.get("nodes") instanceof List<?>, "Error: Please supply a "
            + "valid list of nodes, such as [\"http://localhost:5001\"].");
        register((List<?>) nodes.get("nodes"));
        reply(ctx, 201, Map.of("message", "New nodes have been added",
            "total_nodes", List.copyOf(neighbours.keySet())));
    }

    /** Adds all of these or, if one is no good, none. */
    private synchronized void register(List<?> nodes) {
        var added = new TreeSet<String>();
        for (var node : nodes) added.add(address(node));
        added.removeAll(neighbours.keySet());
        require(added.size() + neighbours.size() <= MOST_NEIGHBOURS,
            "A node has at most " + MOST_NEIGHBOURS + " neighbours.");
        if (!added.isEmpty()) ledger.append(Map.of("nodes", List.copyOf(added)));
        for (var address : added) neighbours.put(address, "not asked yet");
    }

    private static final Pattern ADDRESS = Pattern.compile(
        "(?:http://)?(([a-z0-9.-]+|\\[[0-9a-f:.]+]):([0-9]{1,5}))/?");

    // One spelling for one neighbour: HTTP://LOCALHOST:5001/ is
    // localhost:5001.
    private String address(Object node) {
        var parts = ADDRESS.matcher(String.valueOf(node).toLowerCase(Locale.ROOT));
        require(node instanceof String && parts.matches()
            && URI.create("http://" + parts.group(1)).getHost() != null
            && Integer.parseInt(parts.group(3)) < 65536, "Error: Please supply a "
            + "valid list of nodes: " + CanonicalJson.of(node) + " is not like "
            + "http://localhost:5001.");
        require(!isOurs(parts.group(2), Integer.parseInt(parts.group(3))),
            "Error: Please supply a valid list of nodes: " + node
            + " is this node itself.");
        return parts.group(1);
    }

    private boolean isOurs(String name, int itsPort) {
        try {
            var ours = InetAddress.getByName(host);
            return itsPort == (server == null ? port : server.port())
                && (InetAddress.getByName(name).equals(ours)
                    || ours.isAnyLocalAddress() && NetworkInterface
                        .getByInetAddress(InetAddress.getByName(name)) != null);
        } catch (IOException nobodyKnowsThatName) {
            return false;
        }
    }

    // ## Step 4.2 · Consensus: the longest valid chain wins

    private void consensus(Context ctx) throws InterruptedException {
        boolean replaced = resolveConflicts();
        var chain = blockchain.chain();
        reply(ctx, 200, replaced
            ? Map.of("message", "Our chain was replaced", "new_chain", chain)
            : Map.of("message", "Our chain is authoritative", "chain", chain));
    }

    // All neighbours are asked at the same time, and for so long only. What
    // is wrong with one is noted and does no harm to the others.

    private static final int MOST_SECONDS = 10;
    private final HttpClient http = HttpClient.newBuilder()
        .connectTimeout(Duration.ofSeconds(3)).build();
    private final ExecutorService askers =
        Executors.newFixedThreadPool(MOST_NEIGHBOURS, Node::daemon);

    boolean resolveConflicts() throws InterruptedException {
        var addresses = List.copyOf(neighbours.keySet());
        var asking = new ArrayList<Callable<List<Block>>>();
        for (var address : addresses) asking.add(() -> ask(address));
        var answers = askers.invokeAll(asking, MOST_SECONDS, SECONDS);

        List<Block> longest = List.of();
        for (int i = 0; i < answers.size(); i++) {
            String report;
            try {
                var chain = answers.get(i).get();
                report = "a valid chain of " + chain.size() + " blocks";
                if (chain.size() > longest.size()) longest = chain;
            } catch (CancellationException e) {
                report = "no whole chain within " + MOST_SECONDS + " seconds";
            } catch (ExecutionException e) {
                report = reason(e.getCause());
            }
            neighbours.put(addresses.get(i), report);
            if (!quiet) System.out.println("          " + addresses.get(i)
                + ": " + report);
        }
        return blockchain.replace(longest);
    }

    // Whose tip is ours has our chain, and need not send it (304). Any other
    // chain is checked while it comes, up to the first block that is wrong.
    // Its length is counted here: what its sender says of it may be a lie.
    private List<Block> ask(String address) throws Exception {
        var ours = blockchain.chain();
        var tip = ours.get(ours.size() - 1);
        var answer = http.send(HttpRequest.newBuilder()
            .uri(URI.create("http://" + address + "/chain"))
            .header("If-None-Match", '"' + tip.hash() + '"')
            .timeout(Duration.ofSeconds(5)).build(), BodyHandlers.ofInputStream());
        try (var body = answer.body()) {
            if (answer.statusCode() == 304) return ours;
            if (answer.statusCode() != 200)
                throw new IOException("answered " + answer.statusCode());
            var chain = new ArrayList<Block>();
            eachBlock(body, block -> {
                var flaw = chain.isEmpty() ? null : Flaw.between(
                    chain.get(chain.size() - 1), block, proofOfWork);
                if (flaw != null) throw new IllegalArgumentException(
                    "a bad chain: " + flaw);
                chain.add(block);
            });
            return chain;
        }
    }

    // ## Beyond the tutorial · What a node remembers

    private void replay(String line) throws IOException {
        var event = CHAINS.readTree(line);
        if (event.has("id")) id = event.get("id").textValue();
        else if (event.has("nodes")) event.get("nodes").forEach(node ->
            neighbours.put(node.textValue(), "not asked yet"));
        else if (event.has("transaction")) blockchain.newTransaction(
            CHAINS.treeToValue(event.get("transaction"), Transaction.class));
        else blockchain.change(event.required("kept").intValue(),
            CHAINS.readerForListOf(Block.class).readValue(event.required("blocks")));
    }

    // ## The command line

    /** Starts the node and says where it is. */
    public Integer call() throws IOException {
        open(Clock.systemUTC());
        System.out.println("Node " + Sha256.shorten(id) + " runs on " + url()
            + " (" + rule + " rule, " + zeros + " zeros).");
        System.out.println("Try: curl " + url() + "/mine     End it: Ctrl-C");
        return 0;
    }

    public static void main(String... arguments) {
        int status = Blockchain.run(new CommandLine(new Node()), arguments);
        if (status != 0) System.exit(status);
    }
}

/**
 * What happened to a node, in the order in which it happened: an event a
 * line, as JSON, in a file that only grows. With no file it does nothing.
 */
final class Ledger implements AutoCloseable {
    interface Replay { void event(String json) throws IOException; }

    private final Path path;
    private final FileChannel file;
    private volatile long end, forced;
    private boolean replaying;

    Ledger(Path path) throws IOException {
        this.path = path;
        file = path == null ? null : FileChannel.open(path, CREATE, READ, WRITE);
        try {
            if (file == null || file.tryLock() != null) return;
        } catch (OverlappingFileLockException e) {
            // a node in this same program has it
        }
        throw new IOException("Another node has " + path + " open.");
    }

    // A line without an end is what a crash left of an event that nobody
    // was told of: it is cut off. Any other damage is for people to mend.

    /** Lets all that the file holds happen again; false if it is new. */
    boolean replay(Replay replay) throws IOException {
        if (file == null) return false;
        replaying = true;
        var lines = new BufferedReader(Channels.newReader(file, ISO_8859_1));
        int number = 0;
        for (String line; (line = lines.readLine()) != null; end += line.length() + 1) {
            number++;
            if (end + line.length() == file.size()) {
                System.err.println(path + ", line " + number + ": cut short by "
                    + "a crash, and dropped.");
                file.truncate(end);
                break;
            }
            try {
                replay.event(line);
            } catch (IOException | RuntimeException e) {
                throw new IOException(path + ", line " + number + ": damaged. "
                    + "Mend it, or start with another file.");
            }
        }
        if (end != file.size()) throw new IOException(path + ": its lines end "
            + "with more than a newline. Was it edited?");
        replaying = false;
        return end > 0;
    }

    /** Writes an event whole or, where the disk is full, not at all. */
    synchronized void append(Map<String, ?> event) {
        if (file == null || replaying) return;
        var line = ByteBuffer.wrap((CanonicalJson.of(event) + "\n").getBytes(US_ASCII));
        try {
            for (long at = end; line.hasRemaining(); ) at += file.write(line, at);
            end += line.limit();
        } catch (IOException e) {
            throw new UncheckedIOException("Nothing was done, for " + path
                + " can't be written: " + e.getMessage() + ".", e);
        }
    }

    /** Returns when all that was written is on the disk. */
    void force() throws IOException {
        if (forced >= end) return;
        synchronized (file) { // who waits here finds most of it done
            long written = end;
            if (forced < written) file.force(false);
            forced = written;
        }
    }

    public void close() {
        try {
            if (file != null) file.close();
        } catch (IOException e) {
            System.err.println(path + ": " + e.getMessage());
        }
    }
}
