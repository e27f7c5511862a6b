///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES Client.java
//SOURCES Neighbour.java
//SOURCES ../Node.java

// A node survives its neighbours, and a network of nodes ends on one chain
// in which every payment stands once.

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;

@Timeout(value = 5, unit = TimeUnit.MINUTES,
    threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkTest {

    final List<AutoCloseable> open = new ArrayList<>();
    final ProofOfWork rule = new ProofOfWork(Rule.classic, 2);
    Node node;

    @BeforeEach
    void start() throws Exception {
        node = node("2");
    }

    @AfterEach
    void stop() throws Exception {
        for (var it : open) it.close();
    }

    Node node(String zeros) throws IOException {
        var node = Node.start("--port", "0", "--quiet", "--zeros", zeros);
        open.add(node);
        return node;
    }

    Neighbour says(String body) throws IOException {
        return plays(out -> out.write(Neighbour.ok(body).getBytes(ISO_8859_1)));
    }

    Neighbour plays(Neighbour.Play play) throws IOException {
        var neighbour = new Neighbour(play);
        open.add(neighbour);
        return neighbour;
    }

    static void register(Node node, String... addresses) throws Exception {
        var list = Client.JSON.writeValueAsString(Map.of("nodes", addresses));
        var answer = Client.post(node.url() + "/nodes/register", list);
        assertEquals(201, answer.status(), answer.text());
    }

    static JsonNode get(Node node, String path) throws Exception {
        var answer = Client.get(node.url() + path);
        assertEquals(200, answer.status(), answer.text());
        return answer.json();
    }

    static int length(Node node) throws Exception {
        return get(node, "/chain").get("length").asInt();
    }

    static String saidOf(Node node, String address) throws Exception {
        return get(node, "/nodes").get("neighbours").get(address).asText();
    }

    // A chain of so many blocks, as a tutorial node sends it.
    String chain(int length, ProofOfWork rule) {
        var chain = new ArrayList<>(List.of(
            new Block(1, 1.5, List.of(), 100, 1)));
        while (chain.size() < length) {
            var last = chain.get(chain.size() - 1);
            chain.add(new Block(chain.size() + 1, 1.5, List.of(),
                rule.proofOfWork(last), last.hash()));
        }
        return chain.stream().map(Block::canonicalJson).collect(
            Collectors.joining(", ", "{\"chain\": [", "], \"length\": "
                + length + "}"));
    }

    // ## All kinds of neighbours

    // Several at once are in each other's way.
    static final String LONG = "It is too long|It was too slow|Others send";

    // Each could win by its length; none may, and none may cost more than
    // all of them together: one time limit.
    @Test
    void noNeighbourHindersTheGoodOnes() throws Exception {
        var good = says(chain(5, rule));
        var six = chain(6, rule);
        var head = Neighbour.ok(six).substring(0, 70);
        var bad = new LinkedHashMap<Neighbour, String>();
        for (int i = 0; i < 10; i++) bad.put(plays(out ->
            new CountDownLatch(1).await()), "request timed out");
        bad.put(plays(out -> drip(out, Neighbour.ok(six))), "request timed out");
        bad.put(plays(out -> {
            out.write(head.getBytes());
            drip(out, Neighbour.ok(six).substring(70));
        }), "not done in 10 seconds");
        bad.put(plays(out -> endless(out, "{\"chain\": [", "[],")), "no .\"chain");
        bad.put(plays(out -> endless(out, "{\"chain\": ", " ")), LONG);
        bad.put(plays(out -> endless(out, "{\"a\": \"", "a")), LONG);
        bad.put(plays(out -> endless(out, "", "[")), "is no block|It was too slow|Others send");
        bad.put(plays(out -> { }), "");
        bad.put(plays(out -> out.write("nonsense\r\n\r\n".getBytes())), "");
        bad.put(plays(out -> out.write(Neighbour.ok(six).substring(0, 400)
            .getBytes())), "after block ");
        bad.put(status("500 No"), "answered 500");
        bad.put(status("404 No\r\nContent-Type: text/html"), "answered 404");
        bad.put(status("302 Found\r\nLocation: http://" + good.address()
            + "/chain"), "answered 302");
        bad.put(status("204 No"), "answered 204");
        bad.put(status("101 Switching Protocols\r\nUpgrade: h2c"), "");
        for (var body : List.of("", "null", "[]", "{}", "<html>", "{\"chain\": 5}",
                "{\"chain\": []}", "{\"chain\": [null, null]}", "\0", "[[]]",
                "{\"length\": 999}", six.replace("1.5", "1e999"),
                six.substring(0, six.length() - 20)))
            bad.put(says(body), "");
        bad.put(says(chain(2, rule).replace("h\": 2", "h\": 999")),
            "valid, length 2");
        bad.put(says(six.replaceFirst("1[.]5", "2.5")), "block 2: previous_hash");
        bad.put(says(six.replaceFirst("proof\": 2", "proof\": 3")), "block 2: its");
        bad.put(says(chain(6, new ProofOfWork(Rule.linked, 2))), "its proof gives");
        bad.put(says(chain(6, new ProofOfWork(Rule.classic, 0))), "its proof gives");
        try (var closed = new ServerSocket(0)) {
            register(node, "localhost:" + closed.getLocalPort(), "256.local:1");
        }
        register(node, good.address());
        for (var one : bad.keySet()) register(node, one.address());

        long start = System.nanoTime();
        var answer = get(node, "/nodes/resolve");
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        assertEquals("Our chain was replaced", answer.get("message").asText());
        assertEquals(5, answer.get("new_chain").size());
        assertTrue(seconds < 60, seconds + " seconds");
        assertEquals("valid, length 5", saidOf(node, good.address()));
        for (var one : bad.entrySet()) {
            var said = saidOf(node, one.getKey().address());
            assertTrue(said.matches(".*(" + one.getValue() + ").*")
                && !said.isEmpty(), one.getValue() + " <> " + said);
        }
    }

    Neighbour status(String line) throws IOException {
        return plays(out -> out.write(("HTTP/1.1 " + line
            + "\r\nContent-Length: 0\r\n\r\n").getBytes()));
    }

    // A byte now and then.
    static void drip(OutputStream out, String text) throws Exception {
        var never = new CountDownLatch(1);
        for (byte one : text.getBytes(ISO_8859_1)) {
            out.write(one);
            never.await(1, TimeUnit.SECONDS);
        }
    }

    static void endless(OutputStream out, String front, String more)
            throws IOException {
        out.write(("HTTP/1.1 200 OK\r\n\r\n" + front).getBytes());
        var much = more.repeat(10_000).getBytes();
        while (true) out.write(much);
    }

    // What can't be hashed would never go away again.
    @Test
    void aLastBlockThatCannotBeHashedIsRefused() throws Exception {
        for (var number : List.of("1e999", "-1e999")) register(node, says(
            chain(3, rule).replaceFirst("(?s)1[.]5(?!.*1[.]5)", number)).address());
        assertEquals("Our chain is authoritative",
            get(node, "/nodes/resolve").get("message").asText());
        assertEquals(1, length(node));
        assertEquals(2, get(node, "/mine").get("index").asInt());
    }

    @Test
    void whatANeighbourSaysIsKeptShort() throws Exception {
        var lies = says("[" + new Block(1, 1, List.of(), 100, 1).canonicalJson()
            + ", " + new Block(2, 1, List.of(), 1, "x\n".repeat(1_000_000))
            .canonicalJson() + "]");
        register(node, lies.address());
        get(node, "/nodes/resolve");
        var said = saidOf(node, lies.address());
        assertTrue(said.startsWith("block 2: previous_hash is x x"), said);
        assertTrue(said.length() < 300, said.length() + "");
    }

    @Test
    void ofTwoChainsOfOneLengthWeKeepOurs() throws Exception {
        var theirs = chain(3, rule);
        register(node, says(theirs).address());
        get(node, "/nodes/resolve");
        var before = get(node, "/chain");
        for (var timestamp : List.of("0.5", "2.5")) register(node, says(theirs
            .replaceFirst("(?s)1[.]5(?!.*1[.]5)", timestamp)).address());
        assertEquals("Our chain is authoritative",
            get(node, "/nodes/resolve").get("message").asText());
        assertEquals(before, get(node, "/chain"));
    }

    @Test
    void aHundredThousandBlocksAreTaken() throws Exception {
        var many = says(chain(100_000, new ProofOfWork(Rule.classic, 0)));
        var easy = node("0");
        register(easy, many.address());
        JsonNode answer;
        int times = 0;
        do answer = get(easy, "/nodes/resolve"); // again, if others work here
        while (!answer.has("new_chain") && ++times < 5);
        assertEquals(100_000, answer.get("new_chain").size());
        assertEquals(100_001, get(easy, "/mine").get("index").asInt());
    }

    @Test
    void allWhoResolveAtOnceCostANeighbourOneRequest() throws Exception {
        var gate = new CountDownLatch(1);
        var slow = plays(out -> {
            gate.await();
            out.write(Neighbour.ok(chain(4, rule)).getBytes());
        });
        register(node, slow.address());
        var clients = Executors.newCachedThreadPool();
        var answers = new ArrayList<Future<JsonNode>>();
        for (int i = 0; i < 20; i++)
            answers.add(clients.submit(() -> get(node, "/nodes/resolve")));
        slow.asked.acquire();
        get(node, "/chain");
        gate.countDown();
        for (var answer : answers) answer.get();
        clients.shutdown();
        assertEquals(4, length(node));
        assertTrue(slow.asked.availablePermits() < 5);
    }

    @Test
    void aChainReplacedInTheMiddleOfASearchIsMinedUpon() {
        var chain = new Blockchain(rule, Clock.systemUTC(), change -> { });
        var longer = new Blockchain(rule, Clock.systemUTC(), change -> { });
        for (int i = 0; i < 3; i++) longer.mine("they", guesses -> { });
        var mined = chain.mine("we", guesses -> chain.replace(longer.chain()));
        assertEquals(5, mined.index());
        assertEquals(Optional.empty(), Flaw.firstIn(chain.chain(), rule));
    }

    // ## What is kept as it came

    // To Python these are chains like any others.
    @Test
    void aForeignTransactionIsKeptAndServedAsItCame() throws Exception {
        var deep = "[".repeat(980) + "]".repeat(980);
        for (var tx : List.of("{\"amount\": 5, \"note\": \"x\", "
                + "\"recipient\": \"b\", \"sender\": \"a\"}", "5", "null",
                "\"text\"", "{}", "[[]]", "1e-05", "1e+16", "5.0", "-0.0",
                "{\"amount\": {}, \"recipient\": [], \"sender\": null}",
                "1" + "0".repeat(4_299), "\"" + "x".repeat(3_000_000) + "\"",
                "{\"" + "k".repeat(200_000) + "\": 1}",
                "{\"\\uff5e\": 1, \"\\ud83d\\ude00\": 2}", deep,
                "\"\\ud83d\"", "\"\\u007f\\n\"")) {
            var inside = chainWith(tx, 3);
            var one = node("2");
            register(one, says(inside).address());
            var said = tx.substring(0, Math.min(99, tx.length()));
            assertTrue(one.resolveConflicts(), () -> {
                try { return said + get(one, "/nodes"); }
                catch (Exception e) { return said; }
            });
            assertEquals(inside.replace("\n", ""), Client.get(one.url()
                + "/chain").text().replace("\n", "").replace("},{\"index",
                "}, {\"index"), said);
            assertEquals(4, get(one, "/mine").get("index").asInt());
            var two = node("2");
            register(two, one.url());
            assertTrue(two.resolveConflicts(), said);
        }
    }

    // A valid chain whose block 2 holds this, in canonical JSON.
    String chainWith(String transaction, int length) throws IOException {
        var blocks = new ArrayList<String>(List.of(
            new Block(1, 1.5, List.of(), 100, 1).canonicalJson()));
        long lastProof = 100;
        while (blocks.size() < length) {
            var hash = new Sha256().hex(blocks.get(blocks.size() - 1));
            long proof = 0;
            while (!rule.validProof(lastProof, proof, hash)) proof++;
            blocks.add("{\"index\": " + (blocks.size() + 1)
                + ", \"previous_hash\": \"" + hash + "\", \"proof\": " + proof
                + ", \"timestamp\": 1.5, \"transactions\": ["
                + (blocks.size() == 1 ? transaction : "") + "]}");
            lastProof = proof;
        }
        return "{\"chain\": [" + String.join(", ", blocks) + "], \"length\": "
            + length + "}";
    }

    // ## What neighbours can't make us do

    @Test
    void aNeighboursPaymentsDoNotFillOurPool() throws Exception {
        var many = String.join(", ", Collections.nCopies(20_000,
            "{\"amount\": -5, \"recipient\": \"b\", \"sender\": \"a\"}"));
        register(node, says(chainWith(many, 3)).address());
        post(node, Client.payment("ours", 5));
        assertTrue(node.resolveConflicts());
        register(node, says(chain(4, rule)).address());
        assertTrue(node.resolveConflicts());
        assertEquals("[{\"amount\":5,\"recipient\":\"b\",\"sender\":\"ours\"}]",
            get(node, "/transactions").get("transactions").toString());
    }

    static void post(Node node, String payment) throws Exception {
        assertEquals(201, Client.post(node.url() + "/transactions/new", payment)
            .status());
    }

    // "Aa" and "BB" have one hashCode, and so have all texts of such pairs.
    @Test
    void paymentsWhoseNamesCollideCostNoMore() throws Exception {
        var many = IntStream.range(0, 20_000).mapToObj(i -> "{\"amount\": 1, "
            + "\"recipient\": \"b\", \"sender\": \"" + Integer.toBinaryString(
            1 << 15 | i).replace("0", "Aa").replace("1", "BB") + "\"}")
            .collect(Collectors.joining(", "));
        for (int i = 0; i < 2_000; i++) post(node, Client.payment(
            Integer.toBinaryString(1 << 15 | i).replace("0", "Aa")
                .replace("1", "BB"), 1));
        register(node, says(chainWith(many, 4)).address());
        assertTimeout(Duration.ofSeconds(10), () ->
            assertTrue(node.resolveConflicts()));
        assertEquals(0, get(node, "/transactions").get("transactions").size());
    }

    @Test
    void aRoundLeavesNoThreadBehind() throws Exception {
        get(node, "/nodes/resolve");
        for (int i = 0; i < 60; i++) register(node, plays(out -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n{".getBytes());
            out.flush();
            new CountDownLatch(1).await();
        }).address());
        register(node, says(chain(3, rule)).address());
        assertTrue(node.resolveConflicts());
        await(() -> askers() == 0, "threads that ask");
    }

    // Threads that ask a neighbour, or read what it says.
    static long askers() {
        return Thread.getAllStackTraces().values().stream().filter(stack ->
            Arrays.stream(stack).anyMatch(frame -> frame.getMethodName()
                .equals("ask"))).count();
    }

    // Each kind alone could fill the memory, or keep us busy for ever.
    @Test
    void amongAHundredHostileNeighboursASmallNodeMinesOn() throws Exception {
        var inOne = "{\"chain\": [{\"index\": 1, \"timestamp\": 1, "
            + "\"proof\": 100, \"previous_hash\": 1, \"transactions\": [";
        var all = new ArrayList<String>();
        for (var more : List.of("{\"a\":0},", "\"a\",", "[],", "1e99,", "",
                "{\"b\":[1.5]},", "123456789012345678901234567890,"))
            for (int i = 0; i < 14; i++) all.add(plays(out -> {
                out.write(("HTTP/1.1 200 OK\r\n\r\n" + inOne).getBytes());
                var much = more.repeat(10_000).getBytes();
                for (int j = 0; j < 100; j++) out.write(much);
                out.flush();
                new CountDownLatch(1).await();
            }).address());
        all.add(says(chain(2_000, rule)).address());
        var process = Client.node(List.of("-Xmx128m"));
        try {
            var url = Client.url(process);
            var list = Client.JSON.writeValueAsString(Map.of("nodes", all));
            assertEquals(201, Client.post(url + "/nodes/register", list).status());
            long before = descriptors(process);
            int length = 0;
            for (int i = 0; i < 20 && length < 2_000; i++) {
                var resolve = CompletableFuture.supplyAsync(() -> statusOf(url
                    + "/nodes/resolve"));
                assertEquals(200, statusOf(url + "/mine"));
                assertEquals(200, resolve.get());
                length = Client.get(url + "/chain").json().get("length")
                    .asInt();
            }
            assertTrue(length >= 2_000, length + "");
            assertEquals(0, process.getErrorStream().available());
            await(() -> descriptors(process) < before + 20, "descriptors");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    // How many it has open, on Linux.
    static long descriptors(Process process) throws IOException {
        var folder = Path.of("/proc/" + process.pid() + "/fd");
        if (!Files.exists(folder)) return 0;
        try (var all = Files.list(folder)) {
            return all.count();
        }
    }

    static void await(Callable<Boolean> condition, String what)
            throws Exception {
        long until = System.nanoTime() + 60_000_000_000L;
        while (!condition.call()) {
            assertTrue(System.nanoTime() < until, what);
            Thread.sleep(20);
        }
    }

    static int statusOf(String url) {
        try {
            return Client.get(url).status();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void thoseThatFailGiveWayToNewOnes() throws Exception {
        var dead = new ArrayList<String>();
        for (int i = 1; i <= 99; i++) dead.add("localhost:" + i);
        register(node, dead.toArray(String[]::new));
        register(node, says(chain(3, rule)).address());
        assertTrue(node.resolveConflicts());
        var good = says(chain(4, rule));
        register(node, good.address());
        assertTrue(node.resolveConflicts());
        assertEquals(100, get(node, "/nodes").get("neighbours").size());
        assertEquals("valid, length 4", saidOf(node, good.address()));
    }

    // It would answer for a neighbour that it has not asked.
    @Test
    void aResolveAsksThoseWhoWereRegisteredBeforeIt() throws Exception {
        var gate = new CountDownLatch(1);
        var slow = plays(out -> gate.await());
        register(node, slow.address());
        var first = CompletableFuture.runAsync(() -> statusOf(node.url()
            + "/nodes/resolve"));
        slow.asked.acquire();
        register(node, says(chain(3, rule)).address());
        var second = CompletableFuture.supplyAsync(() -> {
            try { return get(node, "/nodes/resolve"); }
            catch (Exception e) { throw new AssertionError(e); }
        });
        var third = CompletableFuture.supplyAsync(() -> statusOf(node.url()
            + "/nodes/resolve"));
        gate.countDown();
        var answer = second.get(); // the third may have been before it
        assertEquals(3, answer.get(answer.has("chain") ? "chain" : "new_chain")
            .size());
        first.get();
        third.get();
    }

    // They share a round, but not their patience.
    @Test
    void aSlowReaderOfAResolveHoldsNobodyUp() throws Exception {
        var many = String.join(", ", Collections.nCopies(200_000,
            "{\"amount\": 5, \"recipient\": \"b\", \"sender\": \"a\"}"));
        register(node, says(chainWith(many, 3)).address());
        node.resolveConflicts();
        var gate = new CountDownLatch(1);
        var slow = plays(out -> gate.await());
        register(node, slow.address());
        var sockets = new ArrayList<Socket>();
        for (int i = 0; i < 40; i++) {
            sockets.add(Client.connect(node.url()));
            sockets.get(i).getOutputStream().write(("GET /nodes/resolve "
                + "HTTP/1.1\r\nHost: a\r\n\r\n").getBytes());
        }
        slow.asked.acquire();
        gate.countDown();
        assertTimeout(Duration.ofSeconds(20), () -> get(node, "/nodes/resolve"));
        for (var socket : sockets) socket.close();
    }

    @Test
    void noControlCharacterOfANeighbourIsKept() throws Exception {
        var lies = says("[" + new Block(1, 1, List.of(), 100, 1).canonicalJson()
            + ", " + new Block(2, 1, List.of(), 1, "a\u009b31m\u0085\u202eb\u0007")
            .canonicalJson() + "]");
        register(node, lies.address());
        get(node, "/nodes/resolve");
        assertTrue(saidOf(node, lies.address()).contains("a 31m  b ,"));
    }

    // ## Registering

    // As the tutorial does it: what stands behind the port counts for
    // nothing, and no port is 80.
    @Test
    void aUrlIsAnAddressToo() throws Exception {
        register(node, "http://localhost", "http://h:5000/chain",
            "http://node_1:5000", "http://[::1]/");
        assertEquals("[\"[::1]:80\",\"h:5000\",\"localhost:80\","
            + "\"node_1:5000\"]", Client.JSON.valueToTree(get(node, "/nodes")
            .get("neighbours").properties().stream().map(Map.Entry::getKey)
            .toList()).toString());
        var refused = Client.post(node.url() + "/nodes/register",
            "{\"nodes\": [\"https://a:5000\"]}");
        assertEquals(400, refused.status());
        assertTrue(refused.text().contains("https"), refused.text());
    }

    @Test
    void anAddressIsSpelledInOneWay() throws Exception {
        register(node, "http://LOCALHOST:5001/", "localhost:5001",
            "http://localhost:5001", "http://[::1]:5002", "[::1]:5002/");
        register(node, "LocalHost:5001");
        assertEquals("{\"[::1]:5002\":\"not asked yet\","
            + "\"localhost:5001\":\"not asked yet\"}",
            get(node, "/nodes").get("neighbours").toString());
    }

    @Test
    void aNeighbourMayLiveAtAnIPv6Address() throws Exception {
        Node other;
        try {
            other = Node.start("--port", "0", "--quiet", "--zeros", "2",
                "--host", "::1");
            open.add(other);
        } catch (Exception e) {
            assumeTrue(false, "no IPv6 here");
            return;
        }
        var address = other.url().replace("http://localhost", "[::1]");
        Client.get("http://" + address + "/mine");
        register(node, "http://" + address + "/");
        assertEquals(2, get(node, "/nodes/resolve").get("new_chain").size());
        assertEquals("valid, length 2", saidOf(node, address));
    }

    // ## Networks

    List<Node> network(int size, boolean ring) throws Exception {
        var nodes = new ArrayList<>(List.of(node));
        while (nodes.size() < size) nodes.add(node("2"));
        for (int i = 0; i < size; i++) for (int j = 0; j < size; j++)
            if (ring ? j == (i + 1) % size : i != j)
                register(nodes.get(i), nodes.get(j).url());
        return nodes;
    }

    // The last to mine has the longest chain; then each hears of it.
    static void settle(List<Node> nodes) throws Exception {
        for (var it : nodes) for (var node : nodes) get(node, "/nodes/resolve");
        get(nodes.get(0), "/mine");
        for (var it : nodes) for (var node : nodes) get(node, "/nodes/resolve");
        for (var node : nodes)
            assertEquals(get(nodes.get(0), "/chain"), get(node, "/chain"));
    }

    @Test
    void fiveNodesEndOnOneChain() throws Exception {
        var random = Client.random();
        var nodes = network(5, true);
        for (int step = 0; step < 100; step++) get(nodes.get(random.nextInt(5)),
            random.nextBoolean() ? "/mine" : "/nodes/resolve");
        settle(nodes);
        System.out.println("    " + length(node) + " blocks");
    }

    // Payments wait where they were made until that node mines; a shorter
    // chain gives them back. Some are equal: they are counted.
    @Test
    void everyPaymentEverAcceptedIsInTheChainOnce() throws Exception {
        var random = Client.random();
        var nodes = network(3, false);
        var accepted = new TreeMap<String, Integer>();
        int replaced = 0;
        for (int step = 0; step < 200; step++) {
            int i = random.nextInt(3);
            var node = nodes.get(i);
            switch (random.nextInt(4)) {
                case 0 -> get(node, "/mine");
                case 1 -> replaced += get(node, "/nodes/resolve")
                    .has("new_chain") ? 1 : 0;
                default -> {
                    var name = "payer " + i + random.nextInt(3);
                    assertEquals(201, Client.post(node.url()
                        + "/transactions/new", Client.payment(name, 5)).status());
                    accepted.merge(name, 1, Integer::sum);
                }
            }
        }
        for (var node : nodes) { // each empties its pool on top of all
            for (var other : nodes) get(other, "/nodes/resolve");
            get(node, "/mine");
            get(node, "/mine"); // the longest, for sure
        }
        settle(nodes);
        var found = new TreeMap<String, Integer>();
        for (var list : get(node, "/chain").findValues("transactions"))
            for (var tx : list) if (!tx.get("sender").asText().equals("0"))
                found.merge(tx.get("sender").asText(), 1, Integer::sum);
        assertEquals(accepted, found);
        for (var node : nodes) assertEquals(0,
            get(node, "/transactions").get("transactions").size());
        assertTrue(replaced > 5, replaced + "");
    }

    public static void main(String... arguments) {
        Runner.run(NetworkTest.class);
    }
}
