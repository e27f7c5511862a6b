///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Blockchain.java
//FILES explorer.html=docs/explorer.html
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//DEPS io.javalin:javalin:7.2.3
//DEPS org.slf4j:slf4j-nop:2.0.17
//JAVA_OPTIONS -XX:+UseSerialGC -Xms32m -Xlog:disable
//JAVA_OPTIONS -Dorg.eclipse.jetty.util.referencesPerCacheLine=16
//CDS
// The JVM shall take little memory; Jetty need not start Java's management
// to learn how wide a reference is; and the classes, kept at the first end
// of a run, load faster at the next (another JDK's it ignores, silently).

// # A node: the blockchain as a service
//
// It keeps a chain and speaks the tutorial's HTTP, to the byte, so that it
// can live in one network with the tutorial's own node:
//
//     jbang Node.java --port 5000
//
// From top to bottom: what it is told, its routes, its neighbours and how
// they agree, how it reads what strangers send, what it never forgets.

import static com.fasterxml.jackson.databind.DeserializationFeature.*;
import static java.nio.charset.StandardCharsets.*;
import static java.nio.file.StandardOpenOption.*;
import static java.util.concurrent.CompletableFuture.supplyAsync;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.core.*;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
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
import java.util.stream.Stream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "Node.java", mixinStandardHelpOptions = true, version = "1.0",
    sortOptions = false, description = "A node of a blockchain network.",
    footer = "%nAt most 10,000 transactions wait and 100 searches; a request "
        + "has 100 kB, a chain 64 MB, a node 100 neighbours, who get 10 s.")
public class Node implements AutoCloseable, Callable<Integer> {

    // ## Step 2.1 · What a node is told

    @Option(names = {"-p", "--port"}, defaultValue = "5000", description =
        "Listen on this port (5000); 0 takes a free one.") int port;
    @Option(names = "--host", defaultValue = "127.0.0.1", description =
        "Listen on this address (127.0.0.1); 0.0.0.0 lets others in.")
    String host;
    @Option(names = "--peer", paramLabel = "URL", description =
        "A neighbour: http://localhost:5001. May be repeated.")
    List<String> peers = List.of();
    @Option(names = "--rule", defaultValue = "classic", description =
        "What a proof seals: ${COMPLETION-CANDIDATES} (classic).") Rule rule;
    @Option(names = "--zeros", defaultValue = "4", description =
        "Hexadecimal zeros that a proof needs (4).") int zeros;
    @Option(names = "--id", description =
        "Whom mining pays (32 hex digits, at random).") String id;
    @Option(names = "--ledger", paramLabel = "FILE", description =
        "Keep everything in this file, and go on from it.") Path file;
    @Option(names = {"-q", "--quiet"}, description =
        "Print no line for each request.") boolean quiet;

    private ProofOfWork proofOfWork;
    private Ledger ledger;
    private Blockchain blockchain;
    private Javalin server;

    /** Starts a node as the command line does, with the same arguments. */
    static Node start(String... arguments) throws IOException {
        var node = CommandLine.populateCommand(new Node(), arguments);
        node.open(Clock.systemUTC());
        return node;
    }

    void open(Clock clock) throws IOException {
        require(port >= 0 && port < 65536, "There is no port " + port + ".");
        proofOfWork = new ProofOfWork(rule, zeros);
        ledger = new Ledger(file);
        try {
            blockchain = new Blockchain(proofOfWork, clock, ledger::append);
            remember();
            register(peers);
            server = Javalin.start(this::configure);
            for (var connector : server.jettyServer().server().getConnectors())
                ((AbstractConnector) connector).setShutdownIdleTimeout(50);
        } catch (JavalinBindException e) {
            ledger.close();
            throw new IOException("Port " + port + " of " + host + " is taken"
                + (port == 5000 ? ", on a Mac often by AirPlay" : "")
                + ". Try --port " + (port + 1) + ".");
        } catch (IOException | RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    /** The node for a browser on the same machine: http://localhost:5000. */
    String url() {
        return "http://localhost:" + server.port();
    }

    public void close() {
        miner.shutdown();
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
            jetty.setErrorHandler(Node::notHttp);
        });
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        // To compress a chain takes longer than to send it to the next room.
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.responseBufferSize = 1 << 16; // 200 blocks in one piece
        if (!quiet) config.requestLogger.http((ctx, milliseconds) ->
            System.out.printf("%tT  %-4s %-18s %s %8.1f ms%n", LocalTime.now(),
                ctx.method(), ctx.path(), ctx.statusCode(), milliseconds));

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
        routes.after(ctx -> ctx.bodyInputStream().skip(MOST_BYTES));
        routes.after(ctx -> ledger.force()); // and then the answer leaves
        routes.exception(HttpResponseException.class, Node::fail);
        routes.exception(Exception.class, Node::fail);
        for (int status : List.of(404, 405)) routes.error(status, ctx ->
            reply(ctx, status, Map.of("error", "There is no " + ctx.method()
                + " " + ctx.path() + ". GET / shows what there is.")));
    }

    // What is no HTTP reaches none of these, yet gets its sentence.
    private static boolean notHttp(Request request, Response response,
                                   Callback done) {
        response.getHeaders().put("Content-Type", "application/json");
        Content.Sink.write(response, true, CanonicalJson.of(Map.of("error",
            "This is not HTTP as it should be: " + request.getAttribute(
                ErrorHandler.ERROR_MESSAGE) + ". Try GET /.")) + "\n", done);
        return true;
    }

    // What went wrong is told in a sentence, and whose turn it is by its
    // status: 400, send something else; 429, come back later; 507, make room
    // on the disk.
    private static void fail(Exception e, Context ctx) {
        int status = e instanceof HttpResponseException http ? http.getStatus()
            : e instanceof IllegalArgumentException ? 400
            : e instanceof IllegalStateException ? 429
            : e instanceof UncheckedIOException
                || e instanceof IOException ? 507 : 500;
        reply(ctx, status, Map.of("error", e.getMessage() + ""));
    }

    // Who is still sending hears no answer: so hear them out, within reason.
    private static final long MOST_BYTES = 64_000_000;

    private static void require(boolean good, String otherwise) {
        if (!good) throw new IllegalArgumentException(otherwise);
    }

    private static void reply(Context ctx, int status, Map<String, ?> answer) {
        ctx.status(status).contentType(ContentType.APPLICATION_JSON)
            .result(CanonicalJson.of(answer) + "\n");
    }

    // A page of another site must not mine or pay in the name of whoever
    // looks at it. Browsers say where a request comes from.
    private void refuseOtherSites(Context ctx) {
        var site = ctx.header("Sec-Fetch-Site");
        var origin = ctx.header("Origin");
        boolean other = site != null ? site.equals("cross-site")
            : origin != null && !origin.endsWith("//" + ctx.host());
        if (other && !List.of("/", "/chain").contains(ctx.path()))
            throw new ForbiddenResponse("A page of another site asks for "
                + ctx.path() + ". Use this node's own page.");
    }

    // The page is packed into the program; a chapter of the book, which is
    // not packed, reads it where it lies. No other page may put it in a
    // frame, and its buttons under somebody's mouse.
    private void page(Context ctx) throws IOException {
        var packed = Node.class.getResourceAsStream("/explorer.html");
        ctx.header("Content-Security-Policy", "frame-ancestors 'none'")
            .header("Cache-Control", "no-cache")
            .contentType(ContentType.TEXT_HTML).result(packed != null ? packed
                : new FileInputStream("docs/explorer.html"));
    }

    // ## Step 2.3 · Mining

    // One search at a time: a second would look for the same proof. While
    // it lasts, a space a second goes out, which JSON allows in front. If
    // nobody takes it any more, the search is given up.

    private static final int MOST_MINING = 100;
    private final ExecutorService miner = new ThreadPoolExecutor(1, 1, 0,
        SECONDS, new ArrayBlockingQueue<>(MOST_MINING), Node::daemon,
        (search, miner) -> { throw new IllegalStateException(
            MOST_MINING + " searches wait already. Come back later."); });

    private void mine(Context ctx) throws Exception {
        var over = new AtomicBoolean();
        var search = miner.submit(() -> blockchain.mine(id, guesses -> {
            if (over.get() || miner.isShutdown())
                throw new CancellationException("The search was given up.");
        }));
        ctx.contentType(ContentType.APPLICATION_JSON);
        Block block = null;
        try {
            while (block == null) try {
                block = search.get(1, SECONDS);
            } catch (TimeoutException stillSearching) {
                ctx.res().getOutputStream().print(' ');
                ctx.res().flushBuffer();
            }
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        } finally {
            over.set(true);
        }
        reply(ctx, 200, Map.of("message", "New Block Forged",
            "index", block.index(), "transactions", block.transactions(),
            "proof", block.proof(), "previous_hash", block.previousHash()));
    }

    private static Thread daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true); // does not keep the program alive
        return thread;
    }

    // ## Step 2.4 · Transactions

    private void transactions(Context ctx) {
        reply(ctx, 200, Map.of("transactions", blockchain.pending()));
    }

    private void newTransaction(Context ctx) {
        var values = Json.object(ctx.bodyInputStream(),
            "{\"sender\": \"a\", \"recipient\": \"b\", \"amount\": 5}");
        var missing = new ArrayList<>(List.of("sender", "recipient", "amount"));
        missing.removeIf(name -> values.get(name) != null);
        require(missing.isEmpty(), "Missing values: "
            + String.join(", ", missing) + ". Send all three.");
        var sender = values.get("sender");
        var recipient = values.get("recipient");
        var amount = values.get("amount");
        require(isName(sender) && isName(recipient),
            "sender and recipient must be texts of 1 to 1000 characters.");
        require(!sender.equals("0"), "sender must not be \"0\": new coins come "
            + "from there, by mining alone.");
        require(isPositive(amount), "amount must be a number above 0, as 5 or "
            + "0.25 is.");
        long index = blockchain.newTransaction(
            new Transaction(sender, recipient, amount));
        reply(ctx, 201, Map.of("message",
            "Transaction will be added to Block " + index));
    }

    private static boolean isName(Object value) {
        return value instanceof String name && !name.isEmpty()
            && name.length() <= 1_000;
    }

    private static boolean isPositive(Object value) {
        if (value instanceof Double fraction)
            return fraction > 0 && Double.isFinite(fraction);
        return value instanceof Number whole
            && new BigInteger(whole.toString()).signum() > 0;
    }

    // ## Step 2.5 · The chain

    // Each block is written once, as it is hashed, one a line: the page grows
    // with the chain. Who shows the hash of its tip has the chain already, and
    // is told no more than that (304, not modified).
    private record Page(Block tip, int length, String etag, byte[] blocks) { }

    private volatile Page page = new Page(
        new Block(0, 0, List.of(), 0, 0), 0, "", new byte[0]);

    private void chain(Context ctx) {
        var page = page();
        ctx.header("Access-Control-Allow-Origin", "*") // for neighbours' pages
            .header("Access-Control-Expose-Headers", "ETag")
            .header("Cache-Control", "no-cache").header("ETag", page.etag);
        if (page.etag.equals(ctx.header("If-None-Match"))) ctx.status(304);
        else reply(ctx, "{\"chain\": ", page, ", \"length\": " + page.length
            + "}\n");
    }

    private static void reply(Context ctx, String before, Page page,
                              String after) {
        var parts = Stream.of((before + "[\n").getBytes(US_ASCII), page.blocks,
            ("\n]" + after).getBytes(US_ASCII)).map(ByteArrayInputStream::new);
        ctx.contentType(ContentType.APPLICATION_JSON).result(
            new SequenceInputStream(Collections.enumeration(parts.toList())));
    }

    private Page page() {
        return page.tip == blockchain.lastBlock() ? page : newPage();
    }

    private synchronized Page newPage() {
        var chain = blockchain.chain();
        int written = chain.lastIndexOf(page.tip) + 1; // 0 if it is gone
        var blocks = new ByteArrayOutputStream();
        if (written > 0) blocks.writeBytes(page.blocks);
        for (var block : chain.subList(written, chain.size()))
            blocks.writeBytes(((blocks.size() > 0 ? ",\n" : "")
                + block.canonicalJson()).getBytes(US_ASCII));
        var tip = chain.get(chain.size() - 1);
        return page = new Page(tip, chain.size(), '"' + tip.hash() + '"',
            blocks.toByteArray());
    }

    private void validate(Context ctx) {
        var chain = new ArrayList<Block>();
        Json.eachBlock(ctx.bodyInputStream(), chain::add);
        var verdict = new HashMap<String, Object>();
        verdict.put("hashes", chain.stream().map(Block::hash).toList());
        var flaw = Flaw.firstIn(chain, proofOfWork);
        verdict.put("valid", flaw.isEmpty());
        flaw.ifPresent(it -> {
            verdict.put("block", it.block());
            verdict.put("fails", it.fails());
            verdict.put("expected", it.expected());
            verdict.put("found", it.found());
            verdict.put("reason", it.toString());
        });
        reply(ctx, 200, verdict);
    }

    // ## Step 2.6 · What strangers send

    // All that comes in is read here, and strictly, for it will be hashed: 5 is
    // neither "5" nor 5.0, no name comes twice, nothing trails behind. And it
    // ends: nobody fills the memory.

    private static final class Json {
        static final ObjectMapper SMALL = strict(100_000, 50);
        static final ObjectMapper CHAINS = strict(MOST_BYTES, 50)
            .disable(FAIL_ON_TRAILING_TOKENS);
        // What we wrote ourselves is as long as it is.
        static final ObjectMapper OURS = strict(Long.MAX_VALUE, 99);

        private static ObjectMapper strict(long mostBytes, int mostDeep) {
            var limits = StreamReadConstraints.builder()
                .maxNestingDepth(mostDeep).maxDocumentLength(mostBytes)
                .maxTokenCount(mostBytes / 8).build(); // [], takes far more
            return JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(limits).build())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    FAIL_ON_NULL_FOR_PRIMITIVES, FAIL_ON_TRAILING_TOKENS)
                .disable(ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS).build();
        }

        static Map<?, ?> object(InputStream in, String example) {
            var why = "This is none.";
            try {
                if (SMALL.readValue(in, Object.class)
                    instanceof Map<?, ?> values) return values;
            } catch (IOException e) {
                why = reason(e);
            }
            throw new IllegalArgumentException("Send a JSON object such as "
                + example + ". " + why);
        }

        /** Reads {"chain": [...]}, or the list alone, a block at a time. */
        static void eachBlock(InputStream in, Consumer<Block> use) {
            int blocks = 0;
            try (var json = CHAINS.createParser(in)) {
                if (json.nextToken() == JsonToken.START_OBJECT) {
                    while (!"chain".equals(json.nextFieldName())
                        && json.nextToken() != null) json.skipChildren();
                    json.nextToken();
                }
                if (json.currentToken() != JsonToken.START_ARRAY)
                    throw new IOException("It has no \"chain\".");
                for (; json.nextToken() == JsonToken.START_OBJECT; blocks++) {
                    var block = json.readValueAs(Block.class);
                    CanonicalJson.of(block); // or it could not be hashed
                    use.accept(block);
                }
                if (json.currentToken() != JsonToken.END_ARRAY)
                    throw new IOException("The next is no block.");
            } catch (IOException e) {
                throw new IllegalArgumentException("This is no {\"chain\": "
                    + "[...]} as GET /chain has it, after block " + blocks
                    + ": " + reason(e));
            }
        }

        // What Jackson says, up to where it gets long-winded.
        private static String reason(IOException e) {
            if (e instanceof StreamConstraintsException)
                return "It is too long, or too deep.";
            var message = e instanceof JsonProcessingException json
                ? json.getOriginalMessage() : e.getMessage() + "";
            return message.replaceFirst("(?s)( \\(|: | at \\[|[.]?$).*", ".");
        }
    }

    // ## Step 4.1 · Neighbours

    // Each one's host:port, and what it said when last asked.
    private static final int MOST_NEIGHBOURS = 100;
    private final Map<String, String> neighbours =
        new ConcurrentSkipListMap<>();

    private void nodes(Context ctx) {
        reply(ctx, 200, Map.of("id", id, "rule", rule.name(), "zeros", zeros,
            "neighbours", neighbours));
    }

    private void registerNodes(Context ctx) {
        var values = Json.object(ctx.bodyInputStream(),
            "{\"nodes\": [\"http://localhost:5001\"]}");
        require(values.get("nodes") instanceof List<?>, "Error: Please supply "
            + "a valid list of nodes, as [\"http://localhost:5001\"] is.");
        register((List<?>) values.get("nodes"));
        reply(ctx, 201, Map.of("message", "New nodes have been added",
            "total_nodes", List.copyOf(neighbours.keySet())));
    }

    // All of them or, if one is no good, none.
    private synchronized void register(List<?> nodes) {
        var added = new TreeSet<String>();
        for (var node : nodes) added.add(address(node));
        added.removeAll(neighbours.keySet());
        require(neighbours.size() + added.size() <= MOST_NEIGHBOURS,
            "A node has at most " + MOST_NEIGHBOURS + " neighbours.");
        if (added.isEmpty()) return;
        ledger.append(Map.of("nodes", List.copyOf(added)));
        for (var address : added) neighbours.put(address, "not asked yet");
    }

    // HTTP://LOCALHOST:5001/ is localhost:5001: one name for one neighbour.
    private static final Pattern ADDRESS = Pattern.compile(
        "(?:http://)?(([a-z0-9.-]+|\\[[0-9a-f:.]+]):([1-9][0-9]{0,4}))/?");

    private String address(Object node) {
        var parts = ADDRESS.matcher((node + "").toLowerCase(Locale.ROOT));
        require(node instanceof String && parts.matches()
            && Integer.parseInt(parts.group(3)) < 65536
            && isHostAndPort(parts.group(1)),
            "Error: Please supply a valid list of nodes: "
            + CanonicalJson.of(node) + " is not like http://localhost:5001.");
        require(!isThisNode(parts.group(2), Integer.parseInt(parts.group(3))),
            "Error: Please supply a valid list of nodes: "
            + parts.group(1) + " is this node itself.");
        return parts.group(1);
    }

    private static boolean isHostAndPort(String address) {
        try {
            return new URI("http://" + address).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private boolean isThisNode(String name, int itsPort) {
        if (itsPort != (server == null ? port : server.port())) return false;
        try {
            var ours = InetAddress.getByName(host);
            var its = InetAddress.getByName(name);
            return its.equals(ours) || ours.isAnyLocalAddress()
                && NetworkInterface.getByInetAddress(its) != null;
        } catch (IOException nobodyHasThatName) {
            return false;
        }
    }

    // ## Step 4.2 · Consensus: the longest valid chain wins

    // Who asks while neighbours are being asked waits for the same answers:
    // however many ask, it costs one thread and one time limit.
    private CompletableFuture<Boolean> resolving =
        CompletableFuture.completedFuture(false);

    private void consensus(Context ctx) {
        ctx.future(() -> resolve().thenAccept(replaced -> {
            if (replaced) reply(ctx, "{\"message\": "
                + "\"Our chain was replaced\", \"new_chain\": ", page(), "}\n");
            else reply(ctx, "{\"chain\": ", page(),
                ", \"message\": \"Our chain is authoritative\"}\n");
        }));
    }

    private synchronized CompletableFuture<Boolean> resolve() {
        if (resolving.isDone()) resolving = supplyAsync(() -> {
            try {
                return resolveConflicts();
            } catch (InterruptedException e) {
                throw new CancellationException("The node stops.");
            }
        }, askers);
        return resolving;
    }

    // All neighbours are asked at the same time, and for so long only. What
    // is wrong with one is noted, and does no harm to the others.

    private static final int MOST_SECONDS = 10;
    private final ExecutorService askers =
        Executors.newCachedThreadPool(Node::daemon);

    boolean resolveConflicts() throws InterruptedException {
        var addresses = List.copyOf(neighbours.keySet());
        var asking = new ArrayList<Callable<List<Block>>>();
        for (var address : addresses) asking.add(() -> ask(address));
        var answers = askers.invokeAll(asking, MOST_SECONDS, SECONDS);

        List<Block> longest = List.of();
        for (int i = 0; i < answers.size(); i++) try {
            var chain = answers.get(i).get();
            note(addresses.get(i), "valid, length " + chain.size());
            if (chain.size() > longest.size()) longest = chain;
        } catch (CancellationException e) {
            note(addresses.get(i), "not done in " + MOST_SECONDS + " seconds");
        } catch (ExecutionException e) {
            var why = e.getCause().getMessage();
            note(addresses.get(i), why == null ? "can't be reached" : why);
        }
        return blockchain.replace(longest);
    }

    // Strangers had a hand in it: it is kept short, and on one line.
    private void note(String address, String report) {
        report = report.replaceAll("\\p{Cntrl}", " ")
            .replaceFirst("(?s)(.{200}).*", "$1…");
        neighbours.put(address, report);
        if (!quiet) System.out.println("          " + address + ": " + report);
    }

    // Who has our tip has our chain, and need not send it (304). A chain is
    // checked while it comes, and its first flaw ends it. We count its
    // length: what its sender says of that may be a lie.
    private List<Block> ask(String address) throws Exception {
        var ours = blockchain.chain();
        var tip = ours.get(ours.size() - 1);
        var request = HttpRequest.newBuilder()
            .uri(URI.create("http://" + address + "/chain"))
            .header("If-None-Match", '"' + tip.hash() + '"')
            .timeout(Duration.ofSeconds(MOST_SECONDS / 2)).build();
        var answer = Http.CLIENT.send(request, BodyHandlers.ofInputStream());
        try (var body = answer.body()) {
            if (answer.statusCode() == 304) return ours;
            if (answer.statusCode() != 200)
                throw new IOException("answered " + answer.statusCode());
            var chain = new ArrayList<Block>();
            Json.eachBlock(body, block -> {
                var flaw = chain.isEmpty() ? null : Flaw.between(
                    chain.get(chain.size() - 1), block, proofOfWork);
                require(flaw == null, flaw + "");
                chain.add(block);
            });
            return chain;
        }
    }

    private static final class Http { // made when first needed
        static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3)).build();
    }

    // ## Beyond the tutorial · A node that remembers

    private void remember() throws IOException {
        var given = id;
        id = null;
        ledger.replay(line -> {
            var event = Json.OURS.readTree(line);
            if (event.has("id")) id = event.get("id").textValue();
            else if (event.has("nodes")) for (var node : event.get("nodes"))
                neighbours.put(node.textValue(), "not asked yet");
            else if (event.has("transaction")) blockchain.newTransaction(
                Json.OURS.treeToValue(event.get("transaction"),
                    Transaction.class));
            else blockchain.change(event.required("kept").intValue(),
                Json.OURS.readerForListOf(Block.class)
                    .readValue(event.required("blocks")));
        });
        if (id != null && given == null) return;
        if (id == null) blockchain.change(0, blockchain.chain());
        id = given != null ? given
            : UUID.randomUUID().toString().replace("-", "");
        ledger.append(Map.of("id", id));
    }

    // ## Beyond the tutorial · The ledger

    // What happened to a node, in the order in which it happened: an event a
    // line, as JSON, in a file that only grows. Without a file it does nothing.

    private static final class Ledger implements AutoCloseable {
        interface Replay { void event(String json) throws IOException; }

        private final Path path;
        private final FileChannel file;
        private volatile long end, forced;
        private boolean replaying;

        Ledger(Path path) throws IOException {
            this.path = path;
            file = path == null ? null
                : FileChannel.open(path, CREATE, READ, WRITE);
            try {
                if (file == null || file.tryLock() != null) return;
            } catch (OverlappingFileLockException e) {
                // a node in this same program has it
            }
            throw new IOException("Another node has " + path + " open.");
        }

        // A line without an end is what a crash left of an event that nobody
        // was told of: it is cut off. Any other damage is for people to mend.
        void replay(Replay replay) throws IOException {
            if (file == null) return;
            replaying = true;
            var lines = new BufferedReader(
                Channels.newReader(file, ISO_8859_1));
            int number = 1;
            String line;
            for (; (line = lines.readLine()) != null; number++) {
                if (end + line.length() == file.size()) {
                    System.err.println(path + ", line " + number
                        + ": cut short by a crash, and dropped.");
                    file.truncate(end);
                    break;
                }
                try {
                    replay.event(line);
                    end += line.length() + 1;
                } catch (IOException | RuntimeException e) {
                    throw new IOException(path + ", line " + number + ": "
                        + (e instanceof IllegalArgumentException
                            ? e.getMessage() : "damaged.")
                        + " Mend it, or start with another file.");
                }
            }
            if (end != file.size()) throw new IOException(path
                + ": edited, its lines end with more than a newline. Mend it.");
            replaying = false;
        }

        // An event is written whole or, when the disk is full, not at all: the
        // next one takes its place.
        synchronized void append(Map<String, ?> event) {
            if (file == null || replaying) return;
            var text = CanonicalJson.of(event) + "\n";
            var line = ByteBuffer.wrap(text.getBytes(US_ASCII));
            try {
                while (line.hasRemaining())
                    file.write(line, end + line.position());
                end += line.limit();
            } catch (IOException e) {
                throw new UncheckedIOException("Nothing was done, for " + path
                    + " can't be written: " + e.getMessage() + ".", e);
            }
        }

        // Comes back when all that was written is on the disk. Who waits for
        // another's turn finds their own event written with it.
        void force() throws IOException {
            if (forced >= end) return;
            synchronized (file) {
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
