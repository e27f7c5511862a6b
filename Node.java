///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES beyond/Explorer.java
//SOURCES beyond/Mempool.java
//SOURCES beyond/fast/ChainText.java
//SOURCES beyond/fast/WaitingText.java
//SOURCES beyond/join/Visits.java
//SOURCES beyond/neighbours/Survey.java
//SOURCES beyond/ledger/Ledger.java
//SOURCES beyond/signed/SignedLaw.java
//SOURCES beyond/door/Door.java
//SOURCES Blockchain.java
//FILES explorer.html=docs/explorer.html
//FILES explorer/=docs/explorer/*
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//DEPS io.javalin:javalin:7.2.3
//DEPS org.slf4j:slf4j-nop:2.0.17
//JAVA_OPTIONS -XX:+UseSerialGC -Xms32m -Xlog:disable
//JAVA_OPTIONS -Dorg.eclipse.jetty.util.referencesPerCacheLine=16
//CDS

// # A node: the blockchain as a service
//
// It keeps a chain and speaks the tutorial's HTTP, and what it hashes is the
// same to the byte. So both can live in one network:
//
//     jbang Node.java --port 5000
//
// What the tutorial leaves out has rooms of its own, in beyond/.

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinException;
import java.io.*;
import java.nio.file.Path;
import java.time.*;
import java.util.*;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.*;

@Command(name = "Node.java", mixinStandardHelpOptions = true, version = "1.0",
    sortOptions = false, description = "A node of a blockchain network.",
    footer = "%n" + Limits.SAID)
public class Node implements AutoCloseable, Callable<Integer> {

    // ## Step 2.1 · What a node is told: picocli fills it in

    @Option(names = {"-p", "--port"}, defaultValue = "5000", description =
        "Listen on this port (5000); 0 takes a free one.") int port;
    @Option(names = "--host", defaultValue = "127.0.0.1", description =
        "Listen on this address (127.0.0.1); 0.0.0.0 lets others in.")
    String host;
    @Option(names = "--peer", paramLabel = "URL", description =
        "A neighbour, for good: http://localhost:5001. May be repeated.")
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
    private ChainText chainText; // the chain, as it is sent
    private WaitingText waitingText; // what waits, as it is sent
    private Door door; // what comes in
    private Neighbours neighbours; // whom this node knows
    private Survey survey; // asks them for their chains
    private Gossip gossip; // tells them what is new, after --join
    private final Rounds rounds = new Rounds(this::resolveConflicts);
    private final Memory memory = new Memory();

    // ## Step 2.2 · Routes

    private void configure(JavalinConfig config) {
        config.jetty.host = host;
        config.jetty.port = port;
        door.configure(config);
        if (!quiet) config.requestLogger.http(door::log);
        var routes = config.routes;
        routes.get("/", Explorer::reply);
        routes.get("/explorer/{file}", Explorer::reply);
        routes.get("/docs/<file>", Explorer::reply);
        routes.get("/mine", this::mine);
        routes.post("/mine", this::mine);
        routes.get("/transactions", this::transactions);
        routes.post("/transactions/new", this::newTransaction);
        routes.get("/chain", this::fullChain);
        routes.post("/chain/validate", this::validate);
        routes.get("/nodes", this::nodes);
        routes.post("/nodes/register", this::registerNodes);
        routes.get("/nodes/resolve", this::consensus);
    }

    // ## Step 2.3 · Mining

    private void mine(Context ctx) {
        try (var turn = door.turn(ctx)) { // one search at a time
            chainText.checkLength(); // no block that others could not take
            var block = blockchain.mine(id, turn); // turn may end the search
            gossip.tell(); // if it has joined others
            Door.reply(ctx, 200, Map.of("message", "New Block Forged",
                "index", block.index(), "transactions", block.transactions(),
                "proof", block.proof(), "previous_hash",
                block.previousHash()));
        }
    }

    // ## Step 2.4 · Transactions

    private void newTransaction(Context ctx) {
        var transaction = Json.payment(ctx.bodyInputStream());
        long index = blockchain.newTransaction(transaction);
        if (index == 0) throw new Refusal(Refusal.Kind.BUSY,
            blockchain.waiting().size() + " transactions wait already. Mine a "
            + "block first.");
        gossip.pass(transaction); // if it is signed
        Door.reply(ctx, 201, Map.of("message",
            "Transaction will be added to Block " + index));
    }

    private void transactions(Context ctx) { waitingText.reply(ctx); }

    // ## Step 2.5 · The chain

    private void fullChain(Context ctx) { chainText.reply(ctx); }

    private void validate(Context ctx) throws IOException {
        var sent = door.body(ctx);
        try (var part = memory.clientsPart(Deadline.in(Limits.REQUESTS))) {
            var chain = Blocks.chain(sent);
            Door.reply(ctx, 200, Blocks.verdict(chain, blockchain.flaw(chain)));
        }
    }

    // ## Step 4.1 · Neighbours

    private void registerNodes(Context ctx) {
        var values = Json.object(ctx.bodyInputStream(),
            "{\"nodes\": [\"http://localhost:5001\"]}");
        Refusal.unless(values.get("nodes") instanceof List<?>,
            "Error: Please supply a valid list of nodes, as "
            + "[\"http://localhost:5001\"] is.");
        neighbours.register((List<?>) values.get("nodes"));
        Door.reply(ctx, 201, Map.of("message", "New nodes have been added",
            "total_nodes", neighbours.addresses()));
    }

    private void nodes(Context ctx) {
        var answer = new HashMap<String, Object>(Map.of("id", id, "rule",
            rule.name(), "zeros", zeros, "neighbours", neighbours.reports()));
        if (ctx.header("X-Page") != null) answer.putAll(Map.of("names",
            gossip.names(), "guesses", door.guesses()));
        if (signed) answer.put("signed", true);
        Door.reply(ctx, 200, answer);
    }

    // ## Step 4.2 · Consensus: the longest valid chain wins

    // A neighbour with a new block calls this, too. Then it alone is asked.
    // For all others, one round of resolveConflicts answers whoever waits.
    private void consensus(Context ctx) {
        var teller = gossip.teller(ctx.header("Referer"));
        if (teller.isPresent()) Door.replyLater(ctx, gossip.hear(teller.get(),
            ctx.header("If-None-Match")), this::replyShort);
        else Door.replyLater(ctx, rounds.next(), this::replyWithChain);
    }

    private void replyShort(Context ctx, boolean replaced) {
        Door.reply(ctx, 200, Map.of("message", replaced
            ? "Our chain was replaced" : "Our chain is authoritative"));
    }

    private void replyWithChain(Context ctx, boolean replaced) {
        if (replaced) chainText.reply(ctx, "{\"message\": \"Our chain was "
            + "replaced\", \"new_chain\": ", "}\n");
        else chainText.reply(ctx, "{\"chain\": ",
            ", \"message\": \"Our chain is authoritative\"}\n");
    }

    boolean resolveConflicts() {
        List<Block> longest = List.of();
        var answers = survey.askAll();
        while (answers.areLeft()) {
            var chain = answers.nextValidChain(); // empty if there is none
            if (chain.size() > longest.size()) longest = chain;
        }
        boolean replaced = blockchain.replace(longest);
        if (replaced) gossip.tell();
        return replaced;
    }

    // # What stands behind it

    // ## Start and stop: open builds, then configures, all that is above

    /** Starts a node with these arguments, and prints nothing of it. */
    static Node start(String... arguments) throws IOException {
        var node = CommandLine.populateCommand(new Node(), arguments);
        node.open(Clock.systemUTC());
        return node;
    }

    private final Errands errands = new Errands();
    private Here here;
    private Ledger ledger;
    private Visits visits;
    private Javalin server;
    private Printer printer;

    /** @throws IOException if it can't start: the message says why */
    void open(Clock clock) throws IOException {
        here = new Here(host, port, url);
        ledger = new Ledger(file);
        printer = new Printer(quiet);
        boolean isOpen = false;
        try {
            build(clock);
            if (!joined.isEmpty()) visits.plan(joined);
            server = Javalin.start(this::configure);
            here.opened(server.port());
            door.opened(server);
            if (!joined.isEmpty()) visits.begin();
            isOpen = true;
        } catch (JavalinBindException e) {
            throw new IOException(here.trouble());
        } finally {
            if (!isOpen) ledger.close();
            if (!isOpen) printer.close();
        }
    }

    private void build(Clock clock) throws IOException {
        var work = new ProofOfWork(rule, zeros);
        var law = signed ? new SignedLaw(printer::note) : Law.NONE;
        blockchain = new Blockchain(work, clock, new Mempool(law), law, ledger);
        ledger.replay(blockchain); // first: others ask what it has read
        door = new Door(new Origin(here.names()), printer);
        chainText = new ChainText(blockchain, door.downloads);
        waitingText = new WaitingText(blockchain, door.downloads);
        // Other nodes print no line for what a "node" asks by itself.
        var call = new Call(joined.isEmpty() ? "person" : "node", memory);
        neighbours = new Neighbours(here, ledger, printer::note);
        survey = new Survey(blockchain, neighbours, call);
        gossip = new Gossip(blockchain, neighbours, survey, here, call,
            errands, signed);
        visits = new Visits(gossip, neighbours, here, call, errands,
            Visits.rules(rule, zeros, signed), printer::log,
            printer::say);
        if (id == null) id = ledger.id();
        if (id == null) id = UUID.randomUUID().toString().replace("-", "");
        ledger.named(id);
        neighbours.keep(peers);
    }

    /** The node for a browser on the same machine: http://localhost:5000. */
    String url() {
        return here.local();
    }

    // What requests wait for ends first, or the server would wait for them.
    public void close() {
        door.close();
        errands.close();
        rounds.close();
        survey.close();
        try {
            server.stop();
        } catch (JavalinException late) {
            // whoever was not done within a second is cut off
        }
        ledger.close();
        printer.close();
    }

    // ## The command line

    /** Starts the node and says where it is. main has picocli call it. */
    public Integer call() throws IOException {
        open(Clock.systemUTC());
        System.out.println("Node " + Sha256.shorten(id) + " runs on " + url()
            + " (" + Visits.rules(rule, zeros, signed) + ").");
        System.out.println("Try: curl " + url() + "/mine     End it: Ctrl-C");
        if (signed && !Payment.isAddress(id)) System.out.println("Nobody will "
            + "be able to spend what it mines: its --id is no wallet's.");
        return 0;
    }

    public static void main(String... arguments) {
        int status = Script.run(new CommandLine(new Node()), arguments);
        if (status != 0) System.exit(status); // else it runs until Ctrl-C
    }
}
