///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java

// A node survives its neighbours, and a network of nodes ends on one chain
// in which every payment stands once.

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.parallel.*;

@Execution(ExecutionMode.CONCURRENT)
class NetworkTest {
    @AutoClose final Nodes nodes = new Nodes();
    Node node;

    @BeforeEach
    void start() throws Exception {
        node = nodes.start();
    }

    static String chain(int length) {
        return Chains.body(length, Chains.EASY);
    }

    Neighbour says(String body) throws IOException {
        return nodes.says(body);
    }

    Neighbour plays(Neighbour.Play play) throws IOException {
        return nodes.plays(play);
    }

    // ## All kinds of neighbours

    // By what comes first; several at once are in each other's way.
    static final String SLOW = "request timed out|not done in 10 seconds";
    static final String LONG = "It is too long|Others send|" + SLOW;

    // Each could win by its length, and none may.
    void hinderNobody(Map<Neighbour, String> bad) throws Exception {
        var good = says(chain(5));
        Nodes.register(node, good.address());
        for (var one : bad.keySet()) Nodes.register(node, one.address());
        assertEquals(5, Nodes.get(node, "/nodes/resolve").get("new_chain").size());
        assertEquals("valid, length 5", Nodes.saidOf(node, good.address()));
        for (var one : bad.entrySet()) {
            var said = Nodes.saidOf(node, one.getKey().address());
            assertTrue(said.matches(".*(" + one.getValue() + ").*")
                && !said.isEmpty(), one.getValue() + " <> " + said);
        }
    }

    @Test
    void slowOnesHinderNobody() throws Exception {
        var six = Neighbour.ok(chain(6));
        var bad = new LinkedHashMap<Neighbour, String>();
        for (int i = 0; i < 10; i++)
            bad.put(nodes.silent(), SLOW);
        bad.put(plays(out -> drip(out, six)), SLOW);
        bad.put(plays(out -> {
            out.write(six.substring(0, 110).getBytes());
            drip(out, six.substring(110));
        }), SLOW);
        bad.put(plays(out -> endless(out, "{\"chain\": [", "[],")),
            "no .\"chain|" + LONG);
        bad.put(plays(out -> endless(out, "{\"chain\": ", " ")), LONG);
        bad.put(plays(out -> endless(out, "{\"a\": \"", "a")), LONG);
        bad.put(plays(out -> endless(out, "", "[")), "is no block|" + LONG);
        hinderNobody(bad);
    }

    @Test
    void wrongOnesHinderNobodyAndAreToldWhatIsWrong() throws Exception {
        var six = chain(6);
        var bad = new LinkedHashMap<Neighbour, String>();
        bad.put(plays(out -> { }), "");
        bad.put(plays(out -> out.write("nonsense\r\n\r\n".getBytes())), "");
        bad.put(plays(out -> out.write(Neighbour.ok(six).substring(0, 440)
            .getBytes())), "stopped coming");
        bad.put(status("500 No"), "answered 500");
        bad.put(status("404 No\r\nContent-Type: text/html"), "answered 404");
        bad.put(status("302 Found\r\nLocation: http://" + says(six).address()
            + "/chain"), "answered 302: see http://localhost:");
        bad.put(status("200 OK\r\nContent-Encoding: gzip"),
            "its answer is packed");
        bad.put(status("204 No"), "answered 204");
        bad.put(status("101 Switching Protocols\r\nUpgrade: h2c"), "");
        for (var body : List.of("", "null", "[]", "{}", "<html>", "{\"chain\": 5}",
                "{\"chain\": []}", "{\"chain\": [null, null]}", "\0", "[[]]",
                "{\"length\": 999}", six.replace("1.5", "1e999"),
                six.substring(0, six.length() - 20)))
            bad.put(says(body), "");
        bad.put(says(chain(2).replace("h\": 2", "h\": 999")),
            "valid, length 2");
        bad.put(says(six.replaceFirst("1[.]5", "2.5")), "block 2: previous_hash");
        bad.put(says(six.replaceFirst("proof\": 2", "proof\": 3")), "block 2: its");
        for (var other : List.of(new ProofOfWork(Rule.linked, 2), Chains.FREE))
            bad.put(says(Chains.body(6, other)), "its proof gives");
        Nodes.register(node, "localhost:" + Programs.port(), "256.local:1");
        hinderNobody(bad);
    }

    // They answer when all of them are asked: if the node asked one after
    // the other, each would be given up.
    @Test
    void allAreAskedAtTheSameTime() throws Exception {
        var allAsked = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) Nodes.register(node, plays(out -> {
            allAsked.countDown();
            allAsked.await();
            out.write(Neighbour.ok(chain(3)).getBytes());
        }).address());
        assertTrue(node.resolveConflicts());
        for (var said : Nodes.get(node, "/nodes").get("neighbours"))
            assertEquals("valid, length 3", said.asText());
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
        for (var number : List.of("1e999", "-1e999")) Nodes.register(node, says(
            chain(3).replaceFirst("(?s)1[.]5(?!.*1[.]5)", number)).address());
        assertFalse(Nodes.resolve(node));
        assertEquals(1, Nodes.length(node.url()));
        assertEquals(2, Nodes.mine(node).get("index").asInt());
    }

    @Test
    void whatANeighbourSaysIsKeptShortAndWithoutControlCharacters()
            throws Exception {
        var said = saidOfPreviousHash("x\n".repeat(1_000_000));
        assertTrue(said.startsWith("block 2: previous_hash is x x"), said);
        assertTrue(said.length() < 300, said.length() + "");
        said = saidOfPreviousHash("a\u009b31m\u0085\u202eb\u0007");
        assertTrue(said.contains("a 31m  b ,"), said);
    }

    String saidOfPreviousHash(String hash) throws Exception {
        var liar = says(CanonicalJson.of(List.of(new Block(1, 1, List.of(), 100,
            1), new Block(2, 1, List.of(), 1, hash)))).address();
        Nodes.register(node, liar);
        Nodes.resolve(node);
        return Nodes.saidOf(node, liar);
    }

    @Test
    void ofTwoChainsOfOneLengthWeKeepOurs() throws Exception {
        var theirs = chain(3);
        Nodes.register(node, says(theirs).address());
        Nodes.get(node, "/nodes/resolve");
        var before = Nodes.get(node, "/chain");
        for (var timestamp : List.of("0.5", "2.5")) Nodes.register(node, says(theirs
            .replaceFirst("(?s)1[.]5(?!.*1[.]5)", timestamp)).address());
        assertFalse(Nodes.resolve(node));
        assertEquals(before, Nodes.get(node, "/chain"));
    }

    @Test @Tag("long")
    void aLongChainIsTaken() throws Exception {
        int length = Runner.size(10_000, 100_000);
        var easy = nodes.start("--zeros", "0");
        Nodes.register(easy, says(Chains.body(length, Chains.FREE)).address());
        // again, if others of this machine have work for it
        Programs.await(() -> Nodes.resolve(easy));
        assertEquals(length + 1, Nodes.mine(easy).get("index").asInt());
    }

    @Test
    void allWhoResolveAtOnceCostANeighbourOneRequest() throws Exception {
        var gate = new CountDownLatch(1);
        var slow = plays(out -> {
            gate.await();
            out.write(Neighbour.ok(chain(4)).getBytes());
        });
        Nodes.register(node, slow.address());
        var callers = nodes.callers(node, 20, ("GET /nodes/resolve HTTP/1.1\r\n"
            + "Host: a\r\nConnection: close\r\n\r\n").getBytes());
        slow.asked.acquire();
        Nodes.get(node, "/chain");
        gate.countDown();
        for (var caller : callers) assertTrue(new String(caller
            .getInputStream().readAllBytes()).contains("Our chain "));
        assertEquals(4, Nodes.length(node.url()));
        assertTrue(slow.asked.availablePermits() < 10);
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
            var inside = Chains.holding(tx, 3);
            var one = nodes.start();
            Nodes.register(one, says(inside).address());
            var said = tx.substring(0, Math.min(99, tx.length()));
            boolean taken = one.resolveConflicts();
            assertTrue(taken, said + Nodes.get(one, "/nodes"));
            assertEquals(inside.replace("\n", ""), Client.get(one.url()
                + "/chain").text().replace("\n", "").replace("},{\"index",
                "}, {\"index"), said);
            assertEquals(4, Nodes.mine(one).get("index").asInt());
            var two = nodes.start();
            Nodes.register(two, one.url());
            assertTrue(two.resolveConflicts(), said);
        }
    }

    // ## What neighbours can't make us do

    @Test
    void aNeighboursPaymentsDoNotFillOurPool() throws Exception {
        Nodes.register(node, says(Chains.holding(Chains.payments(20_000, -5),
            3)).address());
        Nodes.pay(node, Client.payment("ours", 5));
        assertTrue(node.resolveConflicts());
        Nodes.register(node, says(chain(4)).address());
        assertTrue(node.resolveConflicts());
        assertEquals("[{\"amount\":5,\"recipient\":\"b\",\"sender\":\"ours\"}]",
            Nodes.waiting(node).toString());
    }

    // "Aa" and "BB" have one hashCode, and so have all texts of such pairs.
    // Counted by that alone, these would take longer than any test may.
    @Test
    void paymentsWhoseNamesCollideCostNoMore() throws Exception {
        var many = new StringJoiner(", ");
        for (int i = 0; i < 1 << 16; i++) many.add(new Transaction(colliding(i),
            "b", 1).canonicalJson());
        for (int i = 0; i < 2_000; i++)
            Nodes.pay(node, Client.payment(colliding(i), 1));
        Nodes.register(node, says(Chains.holding("" + many, 4)).address());
        Programs.await(node::resolveConflicts);
        assertEquals(0, Nodes.waiting(node).size());
    }

    static String colliding(int number) {
        return Integer.toBinaryString(1 << 16 | number).replace("0", "Aa")
            .replace("1", "BB");
    }

    // Java calls the threads Thread-1, -2, ... that a node starts for a round
    // and gives no name. Those of Java's own HttpClient have one, and may
    // stay for a minute.
    @Test
    void aRoundLeavesNoThreadBehind() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/task")),
            "only Linux names the threads of a program in /proc");
        var program = nodes.add(Program.node());
        for (int i = 0; i < 45; i++) Nodes.register(program.url, plays(out -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n{".getBytes());
            out.flush();
            Neighbour.never(out);
        }).address());
        var nameless = new ProcessBuilder("sh", "-c", "grep -h ^Thread- /proc/"
            + program.process.pid() + "/task/*/comm");
        var round = Programs.async(() -> Nodes.resolve(program.url));
        Programs.await(() -> lines(nameless) > 45);
        round.get();
        Programs.await(() -> lines(nameless) == 1); // it begins the next round
    }

    static long lines(ProcessBuilder command) throws IOException {
        return command.start().inputReader().lines().count();
    }

    // How many it has, on Linux.
    static long openFiles(Program program) throws IOException {
        var folder = Path.of("/proc/" + program.process.pid() + "/fd");
        if (!Files.exists(folder)) return 0;
        try (var all = Files.list(folder)) {
            return all.count();
        }
    }

    // Each kind alone could fill the memory, or keep us busy for ever. The
    // good chain has a reward in each block, as one that was mined.
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
                Neighbour.never(out);
            }).address());
        var reward = List.of(new Transaction("0", "8bbcb347e0634905b0cac7955"
            + "bae152b", 1));
        all.add(says(Chains.body(Chains.longer(List.of(Chains.GENESIS),
            Collections.nCopies(1_999, reward).toArray(List<?>[]::new))))
            .address());
        var program = nodes.add(Program.node());
        var url = program.url;
        Nodes.register(url, all.toArray(String[]::new));
        long before = openFiles(program);
        while (Nodes.length(url) < 2_000) {
            var resolve = Programs.async(() -> Nodes.resolve(url));
            Nodes.mine(url);
            resolve.get();
        }
        assertTrue(Nodes.get(url, "/nodes").toString().contains(
            "It is too long for the memory that this node has."));
        assertEquals(0, program.process.getErrorStream().available());
        Programs.await(() -> openFiles(program) < before + 20);
    }

    @Test
    void thoseThatFailGiveWayToNewOnes() throws Exception {
        var dead = new ArrayList<String>();
        for (int i = 1; i <= 99; i++) dead.add("localhost:" + i);
        Nodes.register(node, dead.toArray(String[]::new));
        Nodes.register(node, says(chain(3)).address());
        assertTrue(node.resolveConflicts());
        var good = says(chain(4));
        Nodes.register(node, good.address());
        assertTrue(node.resolveConflicts());
        assertEquals(100, Nodes.get(node, "/nodes").get("neighbours").size());
        assertEquals("valid, length 4", Nodes.saidOf(node, good.address()));
    }

    // It would answer for a neighbour that it has not asked.
    @Test
    void aResolveAsksThoseWhoWereRegisteredBeforeIt() throws Exception {
        var gate = new CountDownLatch(1);
        var slow = plays(out -> gate.await());
        Nodes.register(node, slow.address());
        var first = Programs.async(() -> Nodes.resolve(node));
        slow.asked.acquire();
        Nodes.register(node, says(chain(3)).address());
        var second = Programs.async(() -> Nodes.get(node, "/nodes/resolve"));
        var third = Programs.async(() -> Nodes.resolve(node));
        gate.countDown();
        var answer = second.get(); // the third may have been before it
        assertEquals(3, answer.get(answer.has("chain") ? "chain" : "new_chain")
            .size());
        first.get();
        third.get();
    }

    // They share a round, but not their patience. Were one of them waited
    // for, it would be cut off before the last one has its answer.
    @Test
    void aSlowReaderOfAResolveHoldsNobodyUp() throws Exception {
        Nodes.register(node, says(Chains.holding(Chains.payments(200_000, 5),
            3)).address());
        Programs.await(node::resolveConflicts);
        var gate = new CountDownLatch(1);
        var slow = plays(out -> gate.await());
        Nodes.register(node, slow.address());
        var sockets = nodes.callers(node, 40, ("GET /nodes/resolve HTTP/1.1\r\n"
            + "Host: a\r\nConnection: close\r\n\r\n").getBytes());
        slow.asked.acquire();
        gate.countDown();
        Nodes.get(node, "/nodes/resolve");
        assertTrue(new String(sockets.get(0).getInputStream().readAllBytes())
            .endsWith("is authoritative\"}\n"));
    }

    // A dead address stands first, and a proxy is set that leads nowhere.
    @Test
    void eachAddressOfANameIsTriedAndNoProxy() throws Exception {
        var hosts = Files.createTempFile("hosts", "");
        Files.writeString(hosts, "127.0.0.3 twice\n127.0.0.1 twice\n");
        var nowhere = "" + Programs.port();
        var program = nodes.add(Program.node(List.of(), List.of(
            "-Djdk.net.hosts.file=" + hosts, "-Dhttp.nonProxyHosts=",
            "-Dhttp.proxyHost=127.0.0.1", "-Dhttp.proxyPort=" + nowhere),
            "--peer", says(chain(3)).address().replace("localhost", "twice")));
        assertTrue(Nodes.resolve(program.url));
        Files.delete(hosts);
    }

    // ## Registering

    @Test
    void aNeighbourMayLiveAtAnIPv6Address() throws Exception {
        assumeTrue(Programs.canListen("::1"), "no IPv6 here");
        var other = nodes.start("--host", "::1");
        var address = other.url().replace("http://localhost", "[::1]");
        Client.get("http://" + address + "/mine");
        Nodes.register(node, "http://" + address + "/");
        assertEquals(2, Nodes.get(node, "/nodes/resolve").get("new_chain").size());
        assertEquals("valid, length 2", Nodes.saidOf(node, address));
    }

    // ## Networks

    List<Node> network(int size, boolean ring) throws Exception {
        var all = new ArrayList<>(List.of(node));
        while (all.size() < size) all.add(nodes.start());
        for (int i = 0; i < size; i++) for (int j = 0; j < size; j++)
            if (ring ? j == (i + 1) % size : i != j)
                Nodes.register(all.get(i), all.get(j).url());
        return all;
    }

    // The last to mine has the longest chain; then each hears of it.
    static void settle(List<Node> all) throws Exception {
        for (var it : all) for (var node : all) Nodes.resolve(node);
        Nodes.mine(all.get(0));
        for (var it : all) for (var node : all) Nodes.resolve(node);
        for (var node : all)
            assertEquals(Nodes.chain(all.get(0)), Nodes.chain(node));
    }

    @Test
    void fiveNodesEndOnOneChain(TestReporter reporter) throws Exception {
        var random = Programs.random(reporter);
        var all = network(5, true);
        for (int step = 0; step < 100; step++) {
            var node = all.get(random.nextInt(5));
            if (random.nextBoolean()) Nodes.mine(node);
            else Nodes.resolve(node);
        }
        settle(all);
    }

    // Payments wait where they were made until that node mines; a shorter
    // chain gives them back. Some are equal: they are counted.
    @Test
    void everyPaymentEverAcceptedIsInTheChainOnce(TestReporter reporter)
            throws Exception {
        var random = Programs.random(reporter);
        var all = network(3, false);
        var accepted = new TreeMap<String, Integer>();
        int replaced = 0;
        for (int step = 0; step < 200; step++) {
            int i = random.nextInt(3);
            switch (random.nextInt(4)) {
                case 0 -> Nodes.mine(all.get(i));
                case 1 -> replaced += Nodes.resolve(all.get(i)) ? 1 : 0;
                default -> {
                    var name = "payer " + i + random.nextInt(3);
                    Nodes.pay(all.get(i), Client.payment(name, 5));
                    accepted.merge(name, 1, Integer::sum);
                }
            }
        }
        for (var node : all) { // each empties its pool on top of all
            for (var other : all) Nodes.resolve(other);
            Nodes.mine(node);
            Nodes.mine(node); // the longest, for sure
        }
        settle(all);
        var found = new TreeMap<String, Integer>();
        for (var list : Nodes.chain(node).findValues("transactions"))
            for (var tx : list) if (!tx.get("sender").asText().equals("0"))
                found.merge(tx.get("sender").asText(), 1, Integer::sum);
        assertEquals(accepted, found);
        for (var node : all) assertEquals(0, Nodes.waiting(node).size());
        assertTrue(replaced > 0, "no chain was ever replaced");
    }

    public static void main(String... arguments) {
        Runner.run(NetworkTest.class, arguments);
    }
}
