///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java

// Nodes that were started with --join find each other, and end on one chain
// without anybody's help; and it costs each of them little.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.security.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

@Execution(ExecutionMode.CONCURRENT)
@Order(4) // it takes long, so it begins early
class GossipTest {
    @AutoClose final Nodes nodes = new Nodes();
    @TempDir Path temp;

    Node node(String... more) throws Exception {
        return nodes.start(more);
    }

    static void awaitOneChain(List<Node> nodes) throws Exception {
        Nodes.awaitOneChain(Nodes.urls(nodes));
    }

    static void awaitNeighbours(int number, Collection<Node> nodes)
            throws Exception {
        for (var node : nodes) Programs.await(() ->
            Nodes.neighbours(node).size() == number);
    }

    // ## Who knows whom

    @Test
    void thoseThatJoinOneKnowAll() throws Exception {
        var teacher = node();
        var students = new ArrayList<Future<Node>>();
        for (int i = 0; i < 5; i++) students.add(Programs.async(() ->
            node("--join", teacher.url())));
        var all = new ArrayList<>(List.of(teacher));
        for (var student : students) all.add(student.get());
        awaitNeighbours(5, all);
        for (var node : all) { // the teacher passes nothing on
            Nodes.mine(node);
            awaitOneChain(all);
        }
    }

    @Test
    void eachMayJoinTheOneBefore() throws Exception {
        var all = new ArrayList<>(List.of(node()));
        for (int i = 0; i < 5; i++) all.add(node("--join", all.get(i).url()));
        awaitNeighbours(5, all);
        Nodes.mine(all.get(5));
        awaitOneChain(all);
    }

    @Test
    void itsAddressIsTheOneByWhichItReachesTheOther() throws Exception {
        var hosts = new ArrayList<>(List.of("127.0.0.1"));
        for (var net : Collections.list(NetworkInterface.getNetworkInterfaces()))
            net.inetAddresses().filter(it -> it instanceof Inet4Address
                && !it.isLoopbackAddress()).map(InetAddress::getHostAddress)
                .forEach(hosts::add);
        var first = node("--host", "0.0.0.0");
        for (var host : hosts) {
            var joins = node("--host", "0.0.0.0", "--join", "http://" + host
                + ":" + port(first));
            var seen = (host.equals("127.0.0.1") ? "localhost" : host) + ":"
                + port(joins);
            Programs.await(() -> Nodes.neighbours(first).contains(seen));
        }
        if (Programs.canListen("::1")) {
            var teacher = "http://[::1]:" + port(node("--host", "::1"));
            var joins = node("--host", "::1", "--join", teacher);
            Programs.await(() -> Nodes.neighbours(teacher).contains("[::1]:" + port(joins)));
        }
        var named = node("--join", first.url(), "--url", "http://class.example:5000");
        Programs.await(() -> Nodes.neighbours(first).contains("class.example:5000"));
        assertEquals(400, Client.post(named.url() + "/nodes/register",
            "{\"nodes\": [\"class.example:5000\"]}").status()); // it is itself
    }

    static int port(Node node) {
        return URI.create(node.url()).getPort();
    }

    @Test
    void whatOthersCallLocalhostIsTheirMachine() throws Exception {
        var here = Address.of("localhost:5001");
        var there = Address.of("192.0.2.7:5000"); // of no machine
        assertEquals("192.0.2.7:5001", here.asToldBy(there).toString());
        assertEquals("192.0.2.7:5001", Address.of("127.0.0.1:5001")
            .asToldBy(there).toString());
        assertEquals("192.0.2.8:5001", Address.of("192.0.2.8:5001")
            .asToldBy(there).toString());
        assertEquals("localhost:5001", here.asToldBy(Address.of("127.0.0.1:1"))
            .toString());
        assertTrue(Machine.nameFor("192.0.2.7", 5000,
            InetAddress.getByName("127.0.0.1")).isEmpty());
    }

    // ## What it costs

    /** Stands before a node, and counts who comes. */
    static final class Porter implements AutoCloseable {
        final Map<String, Integer> counts = new ConcurrentHashMap<>();
        final HttpServer server;
        final ExecutorService pool = Executors.newCachedThreadPool();
        volatile Node node;

        Porter() throws IOException {
            server = HttpServer.create(new InetSocketAddress("localhost", 0), 200);
            server.setExecutor(pool);
            server.createContext("/", this::pass);
            server.start();
        }

        String url() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        int count(String request) {
            return counts.getOrDefault(request, 0);
        }

        private void pass(HttpExchange exchange) throws IOException {
            var uri = exchange.getRequestURI();
            counts.merge(uri.getPath(), 1, Integer::sum);
            var headers = new ArrayList<String>();
            for (var name : List.of("If-None-Match", "Referer")) {
                var value = exchange.getRequestHeaders().getFirst(name);
                if (value != null) headers.addAll(List.of(name, value));
            }
            try (exchange) {
                var answer = Client.send(exchange.getRequestMethod(), node.url()
                    + uri, exchange.getRequestBody().readAllBytes(),
                    headers.toArray(String[]::new));
                if (answer.status() == 200)
                    counts.merge("200 " + uri.getPath(), 1, Integer::sum);
                var body = answer.text().getBytes();
                exchange.sendResponseHeaders(answer.status(),
                    body.length > 0 ? body.length : -1);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }

        public void close() {
            server.stop(0);
            pool.shutdownNow();
        }
    }

    // Each node tells each neighbour of a block once, or twice if it comes
    // to know of a neighbour in between; a node fetches it once, or twice if
    // the first attempt overlaps.
    void costs(int size, String shape, int[][] edges,
            TestReporter reporter) throws Exception {
        var porters = new ArrayList<Porter>();
        for (int i = 0; i < size; i++) {
            var porter = nodes.add(new Porter());
            porters.add(porter);
            // it joins itself: it lives in a network, and learns of nobody
            porter.node = node("--join", porter.url(), "--url", porter.url());
        }
        var all = porters.stream().map(it -> it.node).toList();
        var degrees = new int[size];
        for (var edge : edges) {
            Nodes.register(all.get(edge[0]), porters.get(edge[1]).url());
            Nodes.register(all.get(edge[1]), porters.get(edge[0]).url());
            degrees[edge[0]]++;
            degrees[edge[1]]++;
        }
        Nodes.mine(all.get(0)); // its chain is the longest
        awaitOneChain(all);
        awaitRest(porters); // and all have been told so

        int links = 2 * edges.length, tells, fetched;
        do {
            porters.forEach(it -> it.counts.clear());
            for (int block = 0; block < 3; block++) {
                Nodes.mine(all.get(block * size / 3));
                awaitOneChain(all);
            }
            tells = awaitRest(porters);
            fetched = sum(porters, "200 /chain");
            for (int i = 0; i < size; i++) {
                int told = porters.get(i).count("/nodes/resolve");
                assertTrue(told <= 3 * 2 * degrees[i], shape + ": node " + i
                    + " with " + degrees[i] + " neighbours was told " + told);
            }
            reporter.publishEntry("%.1f tells a block and link, %.1f chains a "
                .formatted(tells / 3.0 / links, fetched / 3.0 / size)
                + "block and node");
            // where the machine stood still, visits came before the news
        } while (tells > 3 * links * 1.2 || fetched > 3 * size * 2);
    }

    /** Until all have visited twice and told nothing: so often they did. */
    static int awaitRest(List<Porter> porters) throws Exception {
        int told = -1, before;
        do {
            before = told;
            int visits = sum(porters, "/nodes");
            Programs.await(() -> sum(porters, "/nodes") > visits
                + 2 * porters.size());
            told = sum(porters, "/nodes/resolve");
        } while (told != before);
        return told;
    }

    private static int sum(List<Porter> porters, String request) {
        return porters.stream().mapToInt(it -> it.count(request)).sum();
    }

    // The longest ways and the most links, or all four.
    static List<String> shapes() {
        return List.of("line", "mesh", "ring", "star").subList(0,
            Runner.size(2, 4));
    }

    @ParameterizedTest @Tag("long")
    @MethodSource("shapes")
    void eachShapeComesToRest(String shape, TestReporter reporter)
            throws Exception {
        int size = Runner.size(6, 30);
        var edges = new ArrayList<int[]>();
        for (int i = 0; i < size; i++) for (int j = 0; j < i; j++)
            if (switch (shape) {
                case "ring" -> j == i - 1 || j == 0 && i == size - 1;
                case "line" -> j == i - 1;
                case "star" -> j == 0;
                default -> true;
            }) edges.add(new int[] {i, j});
        costs(size, shape, edges.toArray(int[][]::new), reporter);
    }

    // ## Payments

    static String pay(Node node, KeyPair from, int number, KeyPair to)
            throws Exception {
        var payment = Chains.pay(from, number, Chains.address(to), 0.01)
            .canonicalJson();
        Nodes.pay(node, payment);
        return payment;
    }

    static List<String> waiting(Node node) throws Exception {
        return Nodes.waiting(node).findValuesAsText("sender");
    }

    @Test
    void aSignedPaymentIsEverywhereAndAnUnsignedOneStays() throws Exception {
        var ann = Chains.keys();
        var first = node("--signed", "--id", Chains.address(ann));
        var all = new ArrayList<>(List.of(first));
        for (int i = 0; i < 3; i++)
            all.add(node("--signed", "--join", first.url()));
        var plain = node("--join", first.url());
        var other = node("--join", first.url());
        for (int i = 0; i < 3; i++) Nodes.mine(first);
        awaitOneChain(all);
        awaitNeighbours(5, all);
        for (int number = 1; number <= 20; number++)
            pay(all.get(1), ann, number, ann);
        for (var node : all) Programs.await(() -> waiting(node).size() == 20);
        // each stands once, at nodes that check this
        assertEquals(List.of(), waiting(plain));
        Nodes.mine(all.get(3));
        for (var node : all) Programs.await(() -> waiting(node).isEmpty());

        // An unsigned one would go on before the news of the next block.
        Programs.await(() -> Nodes.neighbours(plain).size() == 5);
        Nodes.pay(plain, Client.payment("ann", 5));
        Programs.await(() -> Nodes.length(other.url()) == 5);
        Nodes.mine(other);
        Programs.await(() -> Nodes.length(plain.url()) == 6);
        assertEquals(List.of("ann"), waiting(plain));
        assertEquals(List.of(), waiting(other));
    }

    @Test @Tag("long")
    void manyRoundsEndOnOneChainWithEachPaymentOnce(TestReporter reporter)
            throws Exception {
        var random = Programs.random(reporter);
        var keys = Stream.generate(Chains::keys).limit(6).toList();
        var all = new ArrayList<Node>();
        for (var key : keys) all.add(node("--signed", "--id",
            Chains.address(key), "--join", all.isEmpty() ? "http://localhost:1"
                : all.get(0).url()));
        for (var node : all) Programs.await(() ->
            Nodes.neighbours(node).size() >= 5);
        for (var node : all) for (int i = 0; i < 2; i++) { // all have coins
            Nodes.mine(node);
            awaitOneChain(all);
        }
        var numbers = new int[6];
        var senders = new ArrayList<String>();
        for (int round = 0; round < Runner.size(15, 50); round++) {
            int one = random.nextInt(6), other = random.nextInt(6);
            switch (random.nextInt(4)) {
                case 0 -> Nodes.mine(all.get(one));
                case 1 -> { // at the same time: a fork
                    var mining = Programs.async(() -> Nodes.mine(all.get(one)));
                    Nodes.mine(all.get(other));
                    mining.get();
                }
                default -> senders.add(Client.JSON.readTree(pay(all.get(one),
                    keys.get(one), ++numbers[one], keys.get(other)))
                    .get("sender").asText());
            }
        }
        Nodes.awaitOneLength(Nodes.urls(all));
        Nodes.mine(all.get(0)); // a tie is broken by one more block
        awaitOneChain(all);
        Programs.await(() -> { // all of them at one time
            var sets = new HashSet<Set<String>>();
            for (var node : all) sets.add(Set.copyOf(waiting(node)));
            return sets.size() == 1;
        });
        var found = new ArrayList<>(waiting(all.get(3)));
        for (var sender : Nodes.chain(all.get(0)).findValuesAsText("sender"))
            if (!sender.equals("0")) found.add(sender);
        Collections.sort(found);
        Collections.sort(senders);
        assertEquals(senders, found);
    }

    // ## Others

    @Test
    void aNodeOfTheTutorialIsDrawnAlong() throws Exception {
        var python = nodes.add(Program.tutorial("classic")).url;
        var all = new ArrayList<Node>();
        for (int i = 0; i < 3; i++)
            all.add(node("--zeros", "4", "--join", python));
        Nodes.mine(all.get(0));
        awaitOneChain(all);
        Programs.await(() -> Nodes.length(python) == 2);
        Nodes.mine(python);
        Programs.await(() -> Nodes.length(all.get(2).url()) == 3);
        awaitOneChain(all);
        assertEquals(Nodes.chain(python), Nodes.chain(all.get(1)));
    }

    @Test
    void aNodeThatKeptALongerChainTellsOfIt() throws Exception {
        var ledger = temp.resolve("kept").toString();
        var alone = node("--zeros", "4", "--ledger", ledger);
        for (int i = 0; i < 2; i++) Nodes.mine(alone);
        nodes.end(alone);
        var python = nodes.add(Program.tutorial("classic")).url;
        node("--zeros", "4", "--ledger", ledger, "--join", python);
        Programs.await(() -> Nodes.length(python) == 3);
    }

    // Some never answer, some never end, one lies.
    @Test
    void neighboursThatHangHinderNobody() throws Exception {
        var all = new ArrayList<>(List.of(node()));
        for (int i = 0; i < 2; i++) all.add(node("--join", all.get(0).url()));
        var bad = new ArrayList<Neighbour>();
        for (int i = 0; i < 4; i++) {
            bad.add(nodes.silent());
            bad.add(nodes.plays(out -> {
                out.write("HTTP/1.1 200 OK\r\n\r\n{".getBytes());
                while (true) {
                    out.write(' ');
                    Thread.sleep(100);
                }
            }));
            bad.add(nodes.says("<html>"));
        }
        for (var node : all) Nodes.register(node, bad.stream()
            .map(Neighbour::address).toArray(String[]::new));
        for (int i = 0; i < 5; i++) {
            Nodes.mine(all.get(i % 3));
            awaitOneChain(all);
        }
        // Each of three nodes asks a neighbour one thing of a kind at a time,
        // so one that never answers has few callers, whatever happens.
        for (int i = 0; i < 12; i += 3) assertTrue(bad.get(i).asked
            .availablePermits() < 30, bad.get(i).asked + " of a silent one");
    }

    // Else its clients would have an answer when the silent neighbour's time
    // is up. At once, they hear why, or are cut off.
    @ParameterizedTest(name = "it is being told: {0}")
    @ValueSource(booleans = {true, false})
    void aNodeThatResolvesStopsAtOnce(boolean isTold) throws Exception {
        var silent = nodes.silent();
        var node = node();
        Nodes.register(node, silent.address());
        var resolving = Programs.async(() -> Client.send("GET", node.url()
            + "/nodes/resolve", "", isTold ? new String[] {"Referer",
                "http://" + silent.address()} : new String[0]));
        silent.asked.acquire();
        nodes.end(node);
        try {
            var said = resolving.get().text();
            assertTrue(said.contains(isTold ? "Our chain is authoritative"
                : "This node stops."), said);
        } catch (ExecutionException e) {
            assertInstanceOf(IOException.class, e.getCause());
        }
    }

    @Test
    void aNodeThatComesBackHasAllThatItMissed() throws Exception {
        var ledger = temp.resolve("ledger").toString();
        var port = "" + Programs.port();
        var first = node();
        var other = node("--join", first.url());
        var goes = node("--port", port, "--ledger", ledger, "--join", first.url());
        awaitNeighbours(2, List.of(goes));
        nodes.end(goes);
        for (int i = 0; i < 3; i++) Nodes.mine(other);
        awaitOneChain(List.of(first, other));
        var back = node("--port", port, "--ledger", ledger, "--join", first.url());
        awaitNeighbours(2, List.of(back));
        awaitOneChain(List.of(first, other, back));
        Nodes.mine(back);
        awaitOneChain(List.of(first, other, back));
    }

    @Test
    void theDeadAreNoticedAndTheFirstNodeCatchesUp() throws Exception {
        var port = "" + Programs.port();
        var first = node("--port", port);
        var other = node("--join", first.url());
        var goes = node("--join", first.url());
        awaitNeighbours(2, List.of(other));
        var gone = "localhost:" + port(goes);
        nodes.end(goes);
        nodes.end(first);
        Programs.await(() -> Nodes.saidOf(other, gone)
            .equals("can't be reached"));
        for (int i = 0; i < 2; i++) Nodes.mine(other);
        var again = node("--port", port); // it joins nobody, and forgot all
        awaitOneChain(List.of(again, other));
        var joins = node("--join", other.url());
        awaitNeighbours(2, List.of(joins));
        assertFalse(Nodes.neighbours(joins).contains(gone));
    }

    // ## Programs

    @Test
    void howJoiningGoesIsSaidInASentence() throws Exception {
        int port = Programs.port();
        var joins = nodes.add(Program.node("--join", "http://localhost:" + port));
        joins.says("Nobody answers at localhost:" + port + " yet. This node goes "
            + "on without it, and asks again.");
        var late = nodes.add(Program.node("--port", "" + port)).url;
        Programs.await(() -> Nodes.neighbours(late).size() == 1);
        nodes.add(Program.node("--join", late, "--rule", "linked")).says("has "
            + "other rules (classic rule, 2 zeros) than this one (linked rule, "
            + "2 zeros). They can't share a chain.");
        nodes.add(Program.node("--join", late, "--signed")).says("than this one "
            + "(classic rule, 2 zeros, signed payments)");
        var page = nodes.says("<html>").address();
        nodes.add(Program.node("--join", page)).says("What answers at " + page
            + " has no chain for us: ");
        for (var wrong : List.of("--join", "--url"))
            assertTrue(assertThrows(IOException.class, () -> node("--join",
                late, wrong, "nonsense")).getMessage().contains(
                wrong + " \"nonsense\" is not like http://localhost:5001."));
    }

    @Test
    void aNodeThatIsStoppedDuringAVisitHasNothingToSay() throws Exception {
        var hangs = nodes.silent();
        var visits = nodes.add(Program.node("--join", hangs.address()));
        hangs.asked.acquire();
        visits.process.toHandle().destroy(); // as Ctrl-C does
        assertEquals("", visits.errors());
        assertEquals(1, visits.says("Ctrl-C").size()); // behind its address
    }

    @Test
    void aNodeThatWasStoppedCatchesUp() throws Exception {
        assumeTrue(Programs.runs("kill", "-l"), "kill is not installed");
        var first = nodes.add(Program.node());
        var stopped = nodes.add(Program.node("--join", first.url));
        Programs.await(() -> Nodes.neighbours(first.url).size() == 1);
        var pid = "" + stopped.process.pid();
        assertTrue(Programs.runs("kill", "-STOP", pid));
        for (int i = 0; i < 2; i++) Nodes.mine(first.url);
        assertTrue(Programs.runs("kill", "-CONT", pid));
        Nodes.awaitOneChain(List.of(first.url, stopped.url));
    }

    @Test @Tag("long")
    void programsThatMineAndPayAndDieEndOnOneChain(TestReporter reporter)
            throws Exception {
        int size = Runner.size(4, 6);
        var random = Programs.random(reporter);
        var python = nodes.add(Program.tutorial("classic")).url;
        var keys = Chains.keys();
        var programs = new Program[size];
        var ports = new String[size];
        for (int i = 0; i < size; i++) {
            ports[i] = "" + Programs.port();
            programs[i] = mortal(ports[i], keys, i == 0 ? python
                : programs[0].url, python);
        }
        int number = 1;
        for (int step = 0; step < Runner.size(12, 60); step++) {
            int i = random.nextInt(size);
            switch (random.nextInt(6)) {
                case 0 -> {
                    programs[i].kill();
                    programs[i] = mortal(ports[i], keys,
                        programs[(i + 1) % size].url, python);
                }
                case 1 -> { // refused, if this node is behind
                    var answer = Client.post(programs[i].url
                        + "/transactions/new", Chains.pay(keys, number, "bob",
                            0.01).canonicalJson());
                    if (answer.status() == 201) number++;
                }
                case 2 -> Nodes.mine(python);
                default -> Nodes.mine(programs[i].url);
            }
        }
        var urls = Stream.of(programs).map(it -> it.url).toList();
        Nodes.awaitOneLength(urls);
        Nodes.mine(programs[size - 1].url); // a tie is broken by one more
        Nodes.awaitOneChain(urls);
        // Python's node takes no lock: what it mined while it resolved may
        // not fit, and gives way to a longer chain only.
        Programs.await(() -> {
            if (Nodes.chain(python).equals(Nodes.chain(urls.get(2)))) return true;
            if (Nodes.length(python) >= Nodes.length(urls.get(2)))
                Nodes.mine(urls.get(size - 1));
            return false;
        });
        reporter.publishEntry(Nodes.length(python) + " blocks");
    }

    private Program mortal(String port, KeyPair keys, String... joined)
            throws IOException {
        return nodes.add(Program.node("--port", port, "--zeros", "4", "--signed",
            "--id", Chains.address(keys), "--join", joined[0], "--join",
            joined[1]));
    }

    // Of a neighbour whose first payment is forged, no second one is looked at.
    @Test
    void aNeighbourThatForgesGetsNoPaymentThrough() throws Exception {
        var keys = Chains.keys();
        var to = Chains.address(Chains.keys());
        var coins = Chains.longer(List.of(Chains.GENESIS), List.of(
            new Transaction("0", Chains.address(keys), 1)));
        var good = Chains.pay(keys, 1, to, 1);
        var forged = new Transaction(good.sender(), to, 2);
        for (boolean forges : List.of(true, false)) {
            var waiting = CanonicalJson.of(Map.of("transactions", forges
                ? List.of(forged, good) : List.of(good)));
            var asked = new Semaphore(0);
            var peer = serves(Map.of("/chain", Chains.body(coins), "/nodes",
                "{\"signed\": true}", "/transactions", waiting), asked);
            var node = node("--signed", "--join", peer);
            asked.acquire(2); // the second time, it is done with the first
            assertEquals(forges ? 0 : 1, Nodes.waiting(node).size());
        }
    }

    private String serves(Map<String, String> answers, Semaphore asked)
            throws IOException {
        var server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            var answer = answers.getOrDefault(path, "{}").getBytes();
            try (exchange) {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
            if (path.equals("/transactions")) asked.release();
        });
        server.start();
        nodes.add(() -> server.stop(0));
        return "http://localhost:" + server.getAddress().getPort();
    }

    // Whom a person named is called again, whoever else has come.
    @Test
    void whomItJoinedItDoesNotForget() throws Exception {
        var port = "" + Programs.port();
        var first = node("--port", port);
        var node = node("--join", first.url());
        Programs.await(() -> Nodes.saidOf(node, "localhost:" + port)
            .startsWith("valid"));
        nodes.end(first);
        Programs.await(() -> !Nodes.saidOf(node, "localhost:" + port)
            .startsWith("valid"));
        for (int i = 1; i < 100; i++) Nodes.register(node, "localhost:" + i);
        assertEquals(400, Client.post(node.url() + "/nodes/register",
            "{\"nodes\": [" + IntStream.range(1, 101).mapToObj(i ->
                "\"10.9.8.6:" + i + "\"").collect(Collectors.joining(", ")) + "]}").status());
        var back = node("--port", port);
        for (int i = 0; i < 3; i++) Nodes.mine(back);
        Nodes.awaitOneChain(List.of(node.url(), back.url()));
    }

    // Else it would be called as rarely as each of many that fail.
    @Test
    void whomItJoinedItCallsMoreOftenThanOthersThatFail() throws Exception {
        var named = nodes.says("no chain");
        var others = new ArrayList<Neighbour>();
        for (int i = 0; i < 20; i++) others.add(nodes.says("no chain"));
        var node = node("--join", named.address());
        for (var other : others) Nodes.register(node, other.address());
        named.asked.acquire(20); // and each other was visited once
        for (var other : others) other.asked.drainPermits();
        named.asked.acquire(20);
        int asked = others.stream().mapToInt(it -> it.asked.availablePermits())
            .sum();
        assertTrue(asked < 3 * 20, "one of the others each time: " + asked);
    }

    public static void main(String... arguments) {
        Runner.run(GossipTest.class, arguments);
    }
}
