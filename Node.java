///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES beyond/Explorer.java
//SOURCES beyond/Page.java
//SOURCES beyond/Ledger.java
//SOURCES beyond/Visits.java
//SOURCES beyond/Gossip.java
//SOURCES beyond/Errands.java
//SOURCES beyond/Validation.java
//SOURCES beyond/Accounts.java
//SOURCES beyond/Payment.java
//SOURCES beyond/Neighbours.java
//SOURCES beyond/Caller.java
//SOURCES beyond/Door.java
//SOURCES beyond/Origin.java
//SOURCES beyond/Address.java
//SOURCES beyond/Json.java
//SOURCES beyond/Room.java
//SOURCES Blockchain.java
//FILES explorer.html=docs/explorer.html
//FILES explorer/=docs/explorer/*
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//DEPS io.javalin:javalin:7.2.3
//DEPS org.slf4j:slf4j-nop:2.0.17
//JAVA_OPTIONS -XX:+UseSerialGC -Xms32m -Xlog:disable
//JAVA_OPTIONS -Dorg.eclipse.jetty.util.referencesPerCacheLine=16
//CDS
// (The book's shell reads the sources from the last to the first, and all of
// them again for each whole package that is new to it: so these are few.)

// # A node: the blockchain as a service
//
// It keeps a chain and speaks the tutorial's HTTP, and what it hashes is the
// same to the byte. So both can live in one network:
//
//     jbang Node.java --port 5000
//
// What protects it has rooms of its own in beyond/: the door, where strangers
// come in; the neighbours, good and bad; the ledger, which never forgets.

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinException;
import java.io.*;
import java.math.*;
import java.net.*;
import java.nio.file.Path;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import org.eclipse.jetty.server.AbstractConnector;
import picocli.CommandLine;
import picocli.CommandLine.*;

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
    @Option(names = "--join", paramLabel = "URL", description =
        "Live in the network of this node. May be repeated.")
    List<String> joined = List.of();
    @Option(names = "--url", paramLabel = "URL", description =
        "Where others call this node, if it is not as it seems.") String url;
    @Option(names = "--rule", defaultValue = "classic", description =
        "What a proof seals: ${COMPLETION-CANDIDATES} (classic).") Rule rule;
    @Option(names = "--zeros", defaultValue = "4", description =
        "Hexadecimal zeros that a proof needs (4).") int zeros;
    @Option(names = "--signed", description =
        "Take signed payments alone (see beyond/Wallet.java).") boolean signed;
    @Option(names = "--id", description =
        "Whom mining pays (32 hex digits, at random).") String id;
    @Option(names = "--ledger", paramLabel = "FILE", description =
        "Keep everything in this file, and go on from it.") Path file;
    @Option(names = {"-q", "--quiet"}, description =
        "Print no line for each request.") boolean quiet;

    private Blockchain blockchain;
    private Neighbours neighbours;
    private Gossip gossip;
    private Ledger ledger;
    private Door door;
    private Page page;
    private InetAddress address;
    private String remembered; // the id that stands in the ledger
    private Javalin server;

    // ## Step 2.2 · Routes

    private void configure(JavalinConfig config) {
        config.jetty.host = host;
        config.jetty.port = port;
        door.configure(config);
        if (!quiet) config.requestLogger.http(Door::log);
        var routes = config.routes;
        routes.get("/", Explorer::reply);
        routes.get("/explorer/{file}", Explorer::reply);
        routes.get("/docs/<file>", Explorer::reply);
        routes.get("/mine", this::mine);
        routes.post("/mine", this::mine);
        routes.get("/transactions", this::transactions);
        routes.post("/transactions/new", this::newTransaction);
        routes.get("/chain", this::chain);
        routes.post("/chain/validate", this::validate);
        routes.get("/nodes", this::nodes);
        routes.post("/nodes/register", this::registerNodes);
        routes.get("/nodes/resolve", this::consensus);
    }

    // ## Step 2.3 · Mining

    private void mine(Context ctx) throws InterruptedException {
        if (page.length() > Json.MOST_BYTES / 8 * 5) throw new Refusal(507,
            "The chain is as long as others can take: no block fits any more.");
        var block = door.inTurn(ctx, progress -> blockchain.mine(id, progress));
        gossip.tell();
        Door.reply(ctx, 200, Map.of("message", "New Block Forged",
            "index", block.index(), "transactions", block.transactions(),
            "proof", block.proof(), "previous_hash", block.previousHash()));
    }

    // ## Step 2.4 · Transactions

    private void newTransaction(Context ctx) {
        var values = Json.object(ctx.bodyInputStream(),
            "{\"sender\": \"a\", \"recipient\": \"b\", \"amount\": 5}");
        var transaction = transaction(values);
        blockchain.law.check(transaction);
        long index = blockchain.newTransaction(transaction);
        gossip.pass(transaction);
        Door.reply(ctx, 201, Map.of("message",
            "Transaction will be added to Block " + index));
    }

    private static Transaction transaction(Map<?, ?> values) {
        var missing = new ArrayList<>(List.of("sender", "recipient", "amount"));
        missing.removeIf(name -> values.get(name) != null);
        Refusal.unless(missing.isEmpty(), "Missing values: "
            + String.join(", ", missing) + ". Send all three.");
        Refusal.unless(isName(values.get("sender"))
            && isName(values.get("recipient")),
            "sender and recipient must be texts of 1 to 1000 characters.");
        Refusal.unless(!values.get("sender").equals("0"), "sender must not be "
            + "\"0\": new coins come from there, by mining alone.");
        Refusal.unless(isPositive(values.get("amount")), "amount must be a "
            + "number above 0, as 5 or 0.25 is.");
        Refusal.unless(values.size() == 3, "A transaction has sender, "
            + "recipient and amount, and nothing else.");
        return (Transaction) Json.transaction(values);
    }

    private static boolean isName(Object value) {
        return value instanceof String name && !name.isEmpty()
            && name.length() <= 1_000;
    }

    private static boolean isPositive(Object value) {
        if (value instanceof Double fraction)
            return fraction > 0 && Double.isFinite(fraction);
        return value instanceof Number whole
            && new BigDecimal(whole.toString()).signum() > 0;
    }

    private void transactions(Context ctx) {
        Door.reply(ctx, 200, Map.of("transactions", blockchain.pending()));
    }

    // ## Step 2.5 · The chain

    private void chain(Context ctx) {
        page.reply(ctx);
    }

    private void validate(Context ctx) {
        door.chain(ctx, (chain, inTime) -> {
            var verdict = new HashMap<String, Object>();
            verdict.put("hashes", chain.stream().map(Block::hash).toList());
            var flaw = Flaw.firstIn(chain, blockchain.rule)
                .or(() -> blockchain.law.firstIn(chain, inTime));
            verdict.put("valid", flaw.isEmpty());
            flaw.ifPresent(it -> {
                verdict.put("block", it.block());
                verdict.put("fails", it.fails());
                verdict.put("expected", it.expected());
                verdict.put("found", it.found());
                verdict.put("reason", it.toString());
            });
            Door.reply(ctx, 200, verdict);
        });
    }

    // ## Step 4.1 · Neighbours

    private void registerNodes(Context ctx) {
        var values = Json.object(ctx.bodyInputStream(),
            "{\"nodes\": [\"http://localhost:5001\"]}");
        Refusal.unless(values.get("nodes") instanceof List<?>, "Error: Please "
            + "supply a valid list of nodes, as [\"http://localhost:5001\"] "
            + "is.");
        neighbours.register((List<?>) values.get("nodes"));
        Door.reply(ctx, 201, Map.of("message", "New nodes have been added",
            "total_nodes", neighbours.addresses()));
    }

    private void nodes(Context ctx) {
        var answer = new HashMap<String, Object>(Map.of("id", id, "rule",
            rule.name(), "zeros", zeros, "neighbours", neighbours.reports()));
        if (ctx.header("X-Page") != null) answer.put("names", gossip.names());
        if (signed) answer.put("signed", true);
        Door.reply(ctx, 200, answer);
    }

    // ## Step 4.2 · Consensus: the longest valid chain wins

    private void consensus(Context ctx) {
        if (gossip.isTold(ctx)) return;
        ctx.future(() -> neighbours.inRounds(this::resolveConflicts)
            .thenAccept(replaced -> {
                gossip.tell();
                if (replaced) page.reply(ctx, "{\"message\": \"Our chain was "
                    + "replaced\", \"new_chain\": ", "}\n");
                else page.reply(ctx, "{\"chain\": ",
                    ", \"message\": \"Our chain is authoritative\"}\n");
            }));
    }

    boolean resolveConflicts() {
        List<Block> longest = List.of();
        for (var chain : neighbours.chains(blockchain))
            if (chain.size() > longest.size()) longest = chain;
        return blockchain.replace(longest);
    }

    // # What the tutorial has no need of

    // ## Start and stop

    /** Starts a node as the command line does, with the same arguments. */
    static Node start(String... arguments) throws IOException {
        var node = CommandLine.populateCommand(new Node(), arguments);
        node.open(Clock.systemUTC());
        return node;
    }

    /** @throws IOException if it can't start: the message says why */
    void open(Clock clock) throws IOException {
        if (port < 0 || port > 65535)
            throw new IOException("There is no port " + port + ".");
        address = Address.ours(host);
        ledger = new Ledger(file);
        try {
            var work = new ProofOfWork(rule, zeros);
            blockchain = signed ? new Blockchain(work, new Validation(
                this::log), clock, ledger::append)
                : new Blockchain(work, clock, ledger::append);
            page = new Page(blockchain);
            var room = new Room(Runtime.getRuntime().maxMemory());
            door = new Door(room, new Origin(host));
            var caller = new Caller(joined.isEmpty() ? "person" : "node");
            neighbours = new Neighbours(this::isThisNode, caller, room,
                ledger::append, this::log);
            gossip = new Gossip(blockchain, neighbours, caller);
            remember();
            neighbours.register(peers);
            if (url != null) Address.of("--url", url);
            neighbours.register(others());
            server = Javalin.start(this::configure);
            if (!joined.isEmpty()) join();
            for (var connector : server.jettyServer().server().getConnectors())
                ((AbstractConnector) connector).setShutdownIdleTimeout(50);
        } catch (JavalinBindException e) {
            ledger.close();
            throw new IOException(unbound());
        } catch (IOException | RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    // Whoever is told to join itself waits for others.
    private List<String> others() throws IOException {
        var others = new ArrayList<String>();
        for (var node : joined) {
            var other = Address.of("--join", node);
            if (!isThisNode(other)) others.add(other.toString());
        }
        return others;
    }

    private void join() throws IOException {
        gossip.begin(address, server.port(), url);
        new Visits(gossip, others(), this::log, System.out::println).begin();
    }

    private void log(String line) {
        if (!quiet) System.out.println(line);
    }

    private String unbound() throws IOException {
        if (!Address.isOfThisMachine(address)) return host + " is no address "
            + "of this machine. Try --host 127.0.0.1.";
        return "Port " + port + " of " + host + " is taken, perhaps by an "
            + "older node" + (port == 5000 ? ", on a Mac by AirPlay" : "")
            + ". Try --port " + (port < 65535 ? port + 1 : 0) + ".";
    }

    private boolean isThisNode(Address other) {
        if (url != null && other.equals(Address.of(url))) return true;
        return other.port() == (server == null ? port : server.port())
            && (other.host().equals(host) || other.isHere(address));
    }

    /** The node for a browser on the same machine: http://localhost:5000. */
    String url() {
        boolean local = address.isAnyLocalAddress()
            || Address.isLocalhost(address);
        return "http://" + (local ? "localhost" : host) + ":" + server.port();
    }

    public void close() {
        door.close();
        gossip.close(); // or those that wait for these two would hold
        neighbours.close(); // the server up
        try {
            server.stop();
        } catch (JavalinException late) {
            // whoever was not done within a second is cut off
        }
        ledger.close();
    }

    // ## A node that remembers
    //
    // Each line of the ledger is applied by the same method that made it:
    // the node lives through all of it once more.

    private void remember() throws IOException {
        if (ledger.replay(this::happens) == 0) // it is new
            blockchain.change(0, blockchain.chain());
        if (id == null) id = remembered != null ? remembered
            : UUID.randomUUID().toString().replace("-", "");
        if (!id.equals(remembered)) ledger.append(Map.of("id", id));
    }

    private void happens(Map<?, ?> event) {
        if (event.get("id") instanceof String id) remembered = id;
        else if (event.get("nodes") instanceof List<?> nodes)
            neighbours.change(nodes, event.get("instead_of")
                instanceof List<?> gone ? gone : List.of());
        else if (Json.transaction(event.get("transaction"))
            instanceof Transaction tx) blockchain.newTransaction(tx);
        else if (event.get("kept") instanceof Integer kept)
            blockchain.change(kept, Json.blocks(event.get("blocks")));
        else throw new Refusal(400, "no event of a node.");
    }

    // ## The command line

    /** Starts the node and says where it is. */
    public Integer call() throws IOException {
        open(Clock.systemUTC());
        System.out.println("Node " + Blockchain.shorten(id) + " runs on "
            + url() + " (" + Visits.rules(rule, zeros, signed) + ").");
        System.out.println("Try: curl " + url() + "/mine     End it: Ctrl-C");
        if (signed && !Payment.isAddress(id)) System.out.println("Nobody will "
            + "be able to spend what it mines: its --id is no wallet's.");
        return 0;
    }

    public static void main(String... arguments) {
        int status = Blockchain.run(new CommandLine(new Node()), arguments);
        if (status != 0) System.exit(status);
    }
}
