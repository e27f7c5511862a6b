///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES Client.java
//SOURCES Neighbour.java
//SOURCES TutorialNode.java
//SOURCES ../Node.java

// Nodes that were started with --join find each other, and end on one chain
// without anybody's help; and it costs each of them little.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.file.*;
import java.security.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 3, unit = TimeUnit.MINUTES,
    threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GossipTest {
    final List<AutoCloseable> open = new ArrayList<>();
    @TempDir Path temp;

    @AfterEach
    void close() throws Exception {
        for (var it : open) it.close();
    }

    Node node(String... more) throws IOException {
        var node = Node.start(Client.arguments("1", more));
        open.add(node);
        return node;
    }

    static JsonNode get(String url, String path) throws Exception {
        var answer = Client.get(url + path);
        assertEquals(200, answer.status(), answer.text());
        return answer.json();
    }

    static void mine(Node node) throws Exception {
        get(node.url(), "/mine");
    }

    static void register(Node node, String... urls) throws Exception {
        assertEquals(201, Client.post(node.url() + "/nodes/register",
            Client.JSON.writeValueAsString(Map.of("nodes", urls))).status());
    }

    static Set<String> neighbours(Node node) throws Exception {
        return neighbours(node.url());
    }

    static Set<String> neighbours(String url) throws Exception {
        var names = new TreeSet<String>();
        get(url, "/nodes").get("neighbours").fieldNames()
            .forEachRemaining(names::add);
        return names;
    }

    static String tip(String url) throws Exception {
        return Client.HTTP.send(HttpRequest.newBuilder(URI.create(url
            + "/chain")).build(), HttpResponse.BodyHandlers.discarding())
            .headers().firstValue("ETag").orElse("");
    }

    interface Condition { boolean holds() throws Exception; }

    // Far longer than it takes, since a machine may be busy.
    static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            if (System.nanoTime() > until) fail("not within a minute");
            Thread.sleep(20);
        }
    }

    static void awaitOneChain(List<Node> nodes) throws Exception {
        await(() -> {
            var tips = new HashSet<String>();
            for (var node : nodes) tips.add(tip(node.url()));
            return tips.size() == 1;
        });
    }

    /** No news is on its way, but there may be ties. */
    static void awaitOneLength(List<String> urls) throws Exception {
        await(() -> {
            var lengths = new HashSet<Integer>();
            for (var url : urls)
                lengths.add(get(url, "/chain").get("length").asInt());
            return lengths.size() == 1;
        });
    }

    // ## Who knows whom

    @Test
    void thoseThatJoinOneKnowAll() throws Exception {
        var teacher = node();
        var students = new CopyOnWriteArrayList<Node>();
        var starting = IntStream.range(0, 5).mapToObj(i ->
            CompletableFuture.runAsync(() -> {
                try {
                    students.add(node("--join", teacher.url()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            })).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(starting).get();
        var all = new ArrayList<>(students);
        all.add(teacher);
        for (var node : all) await(() -> neighbours(node).size() == 5);
        for (var node : all) { // the teacher passes nothing on
            mine(node);
            awaitOneChain(all);
        }
    }

    @Test
    void eachMayJoinTheOneBefore() throws Exception {
        var all = new ArrayList<>(List.of(node()));
        for (int i = 0; i < 5; i++)
            all.add(node("--join", all.get(i).url()));
        for (var node : all) await(() -> neighbours(node).size() == 5);
        mine(all.get(5));
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
            await(() -> neighbours(first).contains(seen));
        }
        if (canListen("::1")) {
            var teacher = "http://[::1]:" + port(node("--host", "::1"));
            var joins = node("--host", "::1", "--join", teacher);
            await(() -> neighbours(teacher).contains("[::1]:" + port(joins)));
        }
        var named = node("--join", first.url(), "--url", "http://class.example:5000");
        await(() -> neighbours(first).contains("class.example:5000"));
        assertEquals(400, Client.post(named.url() + "/nodes/register",
            "{\"nodes\": [\"class.example:5000\"]}").status()); // it is itself
    }

    static int port(Node node) {
        return URI.create(node.url()).getPort();
    }

    static boolean canListen(String host) {
        try (var door = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return true;
        } catch (IOException e) {
            return false;
        }
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
        assertTrue(there.callable(InetAddress.getByName("127.0.0.1"), 5000)
            .isEmpty());
    }

    // ## What it costs

    /** Stands before a node, and counts who comes. */
    final class Porter implements AutoCloseable {
        final Map<String, Integer> counts = new ConcurrentHashMap<>();
        final HttpServer server;
        final ExecutorService pool = Executors.newCachedThreadPool();
        volatile Node node;

        Porter() throws IOException {
            server = HttpServer.create(new InetSocketAddress("localhost", 0), 200);
            server.setExecutor(pool);
            server.createContext("/", this::pass);
            server.start();
            open.add(this);
        }

        String url() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        int count(String path) {
            return counts.getOrDefault(path, 0);
        }

        private void pass(HttpExchange exchange) throws IOException {
            var uri = exchange.getRequestURI();
            counts.merge(uri.getPath(), 1, Integer::sum);
            var request = HttpRequest.newBuilder(URI.create(node.url() + uri))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers
                    .ofByteArray(exchange.getRequestBody().readAllBytes()));
            for (var name : List.of("If-None-Match", "Referer")) {
                var value = exchange.getRequestHeaders().getFirst(name);
                if (value != null) request.header(name, value);
            }
            try (exchange) {
                var answer = Client.HTTP.send(request.build(),
                    HttpResponse.BodyHandlers.ofByteArray());
                var body = answer.body();
                exchange.sendResponseHeaders(answer.statusCode(),
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
    // the first attempt overlaps. What is asked each second comes on top.
    void costs(int nodes, String shape, int[][] edges) throws Exception {
        var porters = new ArrayList<Porter>();
        for (int i = 0; i < nodes; i++) {
            var porter = new Porter();
            porters.add(porter);
            // it joins itself: it lives in a network, and learns of nobody
            porter.node = node("--join", porter.url(), "--url", porter.url());
        }
        var all = porters.stream().map(it -> it.node).toList();
        var degrees = new int[nodes];
        for (var edge : edges) {
            register(all.get(edge[0]), porters.get(edge[1]).url());
            register(all.get(edge[1]), porters.get(edge[0]).url());
            degrees[edge[0]]++;
            degrees[edge[1]]++;
        }
        mine(all.get(0)); // its chain is the longest
        awaitOneChain(all);
        awaitRest(porters); // and all have been told so

        porters.forEach(it -> it.counts.clear());
        long start = System.nanoTime();
        for (int block = 0; block < 3; block++) {
            mine(all.get(block * nodes / 3));
            awaitOneChain(all);
        }
        int tells = awaitRest(porters), fetched = 0;
        double seconds = (System.nanoTime() - start) / 1e9;
        for (int i = 0; i < nodes; i++) {
            fetched += porters.get(i).count("/chain");
            int told = porters.get(i).count("/nodes/resolve");
            assertTrue(told <= 3 * 2 * degrees[i], shape + ": node " + i
                + " with " + degrees[i] + " neighbours was told " + told);
        }
        int links = 2 * edges.length;
        System.out.printf("    %s: %.1f tells a block and link, %.1f chains a "
            + "block and node%n", shape, tells / 3.0 / links,
            (fetched - seconds * nodes) / 3.0 / nodes);
        assertTrue(tells <= 3 * links * 1.2, shape + ": told " + tells);
        assertTrue(fetched <= nodes * (3 * 2 + seconds + 5), shape
            + ": fetched " + fetched + " chains in " + seconds + " s");
    }

    /** Until nobody is told anything for two seconds: so often were all. */
    static int awaitRest(List<Porter> porters) throws Exception {
        var told = new int[] {-1};
        await(() -> {
            int before = told[0];
            told[0] = porters.stream().mapToInt(it ->
                it.count("/nodes/resolve")).sum();
            if (told[0] != before) Thread.sleep(2_000);
            return told[0] == before;
        });
        return told[0];
    }

    static int[][] edges(int nodes, IntUnaryOperatorOrNull to) {
        var edges = new ArrayList<int[]>();
        for (int i = 0; i < nodes; i++) {
            int other = to.of(i);
            if (other >= 0) edges.add(new int[] {i, other});
        }
        return edges.toArray(int[][]::new);
    }

    interface IntUnaryOperatorOrNull { int of(int i); }

    @Test
    void aRingComesToRest() throws Exception {
        costs(30, "ring", edges(30, i -> (i + 1) % 30));
    }

    @Test
    void aLineComesToRest() throws Exception {
        costs(30, "line", edges(30, i -> i + 1 < 30 ? i + 1 : -1));
    }

    @Test
    void aStarComesToRest() throws Exception {
        costs(30, "star", edges(30, i -> i > 0 ? 0 : -1));
    }

    @Test
    void aFullMeshComesToRest() throws Exception {
        var edges = new ArrayList<int[]>();
        for (int i = 0; i < 30; i++) for (int j = 0; j < i; j++)
            edges.add(new int[] {i, j});
        costs(30, "mesh", edges.toArray(int[][]::new));
    }

    // ## Payments

    static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String address(KeyPair keys) {
        return Payment.address(keys.getPublic());
    }

    static String pay(Node node, KeyPair from, int number, KeyPair to)
            throws Exception {
        var payment = Payment.sign(from, number, address(to), 0.01)
            .transaction().canonicalJson();
        var answer = Client.post(node.url() + "/transactions/new", payment);
        assertEquals(201, answer.status(), answer.text());
        return payment;
    }

    static List<String> waiting(Node node) throws Exception {
        var list = new ArrayList<String>();
        for (var tx : get(node.url(), "/transactions").get("transactions"))
            list.add(tx.get("sender").asText());
        return list;
    }

    @Test
    void aSignedPaymentIsEverywhereAndAnUnsignedOneStays() throws Exception {
        var ann = keys();
        var first = node("--signed", "--id", address(ann));
        var all = new ArrayList<>(List.of(first));
        for (int i = 0; i < 4; i++)
            all.add(node("--signed", "--join", first.url()));
        var plain = node("--join", first.url());
        for (int i = 0; i < 3; i++) mine(first);
        awaitOneChain(all);
        for (var node : all) await(() -> neighbours(node).size() == 5);
        for (int number = 1; number <= 20; number++)
            pay(all.get(1), ann, number, ann);
        for (var node : all) await(() -> waiting(node).size() == 20);
        // each stands once, at nodes that check this
        assertEquals(0, waiting(plain).size());
        mine(all.get(3));
        for (var node : all) await(() -> waiting(node).isEmpty());

        register(plain, all.get(1).url());
        assertEquals(201, Client.post(plain.url() + "/transactions/new",
            Client.payment("ann", 5)).status());
        Thread.sleep(1_500);
        for (var node : all) assertEquals(List.of(), waiting(node));
    }

    @Test
    void fiftyRoundsEndOnOneChainWithEachPaymentOnce() throws Exception {
        var random = Client.random();
        var keys = Stream.generate(GossipTest::keys).limit(6).toList();
        var all = new ArrayList<Node>();
        for (var key : keys) all.add(node("--signed", "--zeros", "2", "--id",
            address(key), "--join", all.isEmpty() ? "http://localhost:1"
                : all.get(0).url()));
        for (var node : all) await(() -> neighbours(node).size() >= 5);
        for (var node : all) for (int i = 0; i < 2; i++) { // all have coins
            mine(node);
            awaitOneChain(all);
        }
        var numbers = new int[6];
        var accepted = new ArrayList<String>();
        for (int round = 0; round < 50; round++) {
            int one = random.nextInt(6), other = random.nextInt(6);
            switch (random.nextInt(4)) {
                case 0 -> mine(all.get(one));
                case 1 -> { // at the same time: a fork
                    var mining = CompletableFuture.runAsync(() -> {
                        try {
                            mine(all.get(one));
                        } catch (Exception e) {
                            throw new CompletionException(e);
                        }
                    });
                    mine(all.get(other));
                    mining.get();
                }
                default -> accepted.add(pay(all.get(one), keys.get(one),
                    ++numbers[one], keys.get(other)));
            }
        }
        awaitOneLength(all.stream().map(Node::url).toList());
        mine(all.get(0)); // a tie is broken by one more block
        awaitOneChain(all);
        await(() -> all.stream().map(node -> {
            try {
                return Set.copyOf(waiting(node));
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        }).distinct().count() == 1);
        var found = new ArrayList<String>(waiting(all.get(3)));
        for (var list : get(all.get(0).url(), "/chain").findValues(
            "transactions")) for (var tx : list)
                if (!tx.get("sender").asText().equals("0"))
                    found.add(tx.get("sender").asText());
        var senders = new ArrayList<String>();
        for (var payment : accepted)
            senders.add(Client.JSON.readTree(payment).get("sender").asText());
        Collections.sort(found);
        Collections.sort(senders);
        assertEquals(senders, found);
        System.out.println("    " + get(all.get(0).url(), "/chain")
            .get("length") + " blocks, " + accepted.size() + " payments");
    }

    // ## Others

    @Test
    void aNodeOfTheTutorialIsDrawnAlong() throws Exception {
        assumeTrue(TutorialNode.runs("python3", "--version"),
            "python3 is not installed");
        try (var python = new TutorialNode("classic")) {
            var all = new ArrayList<Node>();
            for (int i = 0; i < 3; i++)
                all.add(node("--zeros", "4", "--join", python.url()));
            mine(all.get(0));
            awaitOneChain(all);
            await(() -> get(python.url(), "/chain").get("length").asInt() == 2);
            python.mine();
            await(() -> get(all.get(2).url(), "/chain").get("length")
                .asInt() == 3);
            awaitOneChain(all);
            assertEquals(get(python.url(), "/chain").get("chain"),
                get(all.get(1).url(), "/chain").get("chain"));
        }
    }

    @Test
    void aNodeThatKeptALongerChainTellsOfIt() throws Exception {
        assumeTrue(TutorialNode.runs("python3", "--version"),
            "python3 is not installed");
        var ledger = temp.resolve("kept").toString();
        try (var alone = Node.start(Client.arguments("4", "--ledger", ledger))) {
            mine(alone);
            mine(alone);
        }
        try (var python = new TutorialNode("classic")) {
            node("--zeros", "4", "--ledger", ledger, "--join", python.url());
            await(() -> get(python.url(), "/chain").get("length").asInt() == 3);
        }
    }

    // Some never answer, some never end, one lies.
    @Test
    void neighboursThatHangHinderNobody() throws Exception {
        var all = new ArrayList<>(List.of(node()));
        all.add(node("--join", all.get(0).url()));
        all.add(node("--join", all.get(0).url()));
        var bad = new ArrayList<Neighbour>();
        for (int i = 0; i < 12; i++) {
            int kind = i % 3;
            var it = new Neighbour(out -> {
                if (kind == 1) out.write("HTTP/1.1 200 OK\r\n\r\n{".getBytes());
                while (kind == 1) {
                    out.write(' ');
                    Thread.sleep(100);
                }
                if (kind == 2) out.write(Neighbour.ok("<html>").getBytes());
                else new CountDownLatch(1).await();
            });
            open.add(it);
            bad.add(it);
        }
        for (var node : all) register(node, bad.stream()
            .map(Neighbour::address).toArray(String[]::new));
        for (int i = 0; i < 5; i++) {
            mine(all.get(i % 3));
            awaitOneChain(all);
        }
        for (var it : bad) { // of each node, one visit and one message
            it.asked.drainPermits();
            Thread.sleep(200);
            assertTrue(it.asked.availablePermits() < 10, "asked too often");
        }
    }

    @Test
    void aNodeThatIsBeingToldStopsAtOnce() throws Exception {
        var silent = new Neighbour(out -> new CountDownLatch(1).await());
        open.add(silent);
        var node = Node.start(Client.arguments("1"));
        register(node, silent.address());
        var telling = Client.HTTP.sendAsync(HttpRequest.newBuilder(URI.create(
            node.url() + "/nodes/resolve")).header("Referer", "http://"
            + silent.address()).build(), HttpResponse.BodyHandlers.ofString());
        silent.asked.acquire();
        node.close();
        assertEquals(200, telling.get().statusCode());
    }

    @Test
    void aNodeThatResolvesStopsAtOnce() throws Exception {
        var silent = new Neighbour(out -> new CountDownLatch(1).await());
        open.add(silent);
        var node = Node.start(Client.arguments("1"));
        register(node, silent.address());
        var resolving = Client.HTTP.sendAsync(HttpRequest.newBuilder(URI.create(
            node.url() + "/nodes/resolve")).build(),
            HttpResponse.BodyHandlers.ofString());
        silent.asked.acquire();
        node.close();
        assertEquals("{\"error\": \"This node stops.\"}",
            resolving.get().body().strip());
        assertEquals(503, resolving.get().statusCode());
    }

    @Test
    void aNodeThatComesBackHasAllThatItMissed() throws Exception {
        var ledger = temp.resolve("ledger").toString();
        var first = node();
        var other = node("--join", first.url());
        String port;
        try (var goes = Node.start("--port", "0", "--quiet", "--zeros", "1",
                "--ledger", ledger, "--join", first.url())) {
            await(() -> neighbours(goes).size() == 2);
            port = "" + URI.create(goes.url()).getPort();
        }
        for (int i = 0; i < 3; i++) mine(other);
        awaitOneChain(List.of(first, other));
        var back = node("--port", port, "--ledger", ledger, "--join", first.url());
        await(() -> neighbours(back).size() == 2);
        awaitOneChain(List.of(first, other, back));
        mine(back);
        awaitOneChain(List.of(first, other, back));
    }

    @Test
    void theDeadAreNoticedAndTheFirstNodeCatchesUp() throws Exception {
        var first = Node.start(Client.arguments("1"));
        var port = "" + port(first);
        var other = node("--join", first.url());
        var goes = Node.start(Client.arguments("1", "--join", first.url()));
        await(() -> neighbours(other).size() == 2);
        var gone = "localhost:" + port(goes);
        goes.close();
        first.close();
        await(() -> get(other.url(), "/nodes").get("neighbours").get(gone)
            .asText().equals("can't be reached"));
        mine(other);
        mine(other);
        var again = node("--port", port); // it joins nobody, and forgot all
        awaitOneChain(List.of(again, other));
        var joins = node("--join", other.url());
        await(() -> neighbours(joins).size() == 2);
        assertFalse(neighbours(joins).contains(gone));
    }

    // ## Programs

    final class Program implements AutoCloseable {
        final Process process;
        final String url;
        final List<String> lines = new CopyOnWriteArrayList<>();

        Program(String... arguments) throws IOException {
            process = Client.node(List.of("-Xmx128m"), arguments);
            url = Client.url(process);
            new Thread(() -> {
                try (var in = process.inputReader()) {
                    for (var line = ""; line != null; line = in.readLine())
                        lines.add(line);
                } catch (IOException e) {
                    // it was ended
                }
            }).start();
            open.add(this);
        }

        void says(String words) throws Exception {
            try {
                await(() -> lines.stream().anyMatch(it -> it.contains(words)));
            } catch (AssertionError e) {
                throw new AssertionError(words + " is not in " + lines);
            }
        }

        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void howJoiningGoesIsSaidInASentence() throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var joins = new Program("--join", "http://localhost:" + port);
        joins.says("Nobody answers at localhost:" + port + " yet. This node goes "
            + "on without it, and asks again.");
        var late = new Program("--port", "" + port);
        await(() -> neighbours(late.url).size() == 1);
        new Program("--join", late.url, "--rule", "linked").says("has other rules "
            + "(classic rule, 2 zeros) than this one (linked rule, 2 zeros). "
            + "They can't share a chain.");
        new Program("--join", late.url, "--signed").says("than this one "
            + "(classic rule, 2 zeros, signed payments)");
        try (var page = new Neighbour("<html>")) {
            new Program("--join", page.address()).says("What answers at "
                + page.address() + " has no chain for us: ");
        }
        for (var wrong : List.of("--join", "--url"))
            assertTrue(assertThrows(IOException.class, () -> node("--join",
                late.url, wrong, "nonsense")).getMessage().contains(
                wrong + " \"nonsense\" is not like http://localhost:5001."));
    }

    @Test
    void aNodeThatIsClosedDuringAVisitHasNothingToSay() throws Exception {
        var said = new ByteArrayOutputStream();
        var out = System.out;
        System.setOut(new PrintStream(said));
        try (var hangs = new Neighbour(answer -> Thread.sleep(60_000))) {
            var visits = Node.start(Client.arguments("1", "--join",
                hangs.address()));
            hangs.asked.acquire();
            visits.close();
            await(() -> Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of).noneMatch(it ->
                    it.getClassName().startsWith("Visits")));
        } finally {
            System.setOut(out);
        }
        assertEquals("", said.toString());
    }

    @Test
    void aNodeThatWasStoppedCatchesUp() throws Exception {
        assumeTrue(TutorialNode.runs("kill", "-l"), "kill is not installed");
        var first = new Program();
        var stopped = new Program("--join", first.url);
        first.says("");
        await(() -> get(first.url, "/nodes").get("neighbours").size() == 1);
        var pid = "" + stopped.process.pid();
        assertTrue(TutorialNode.runs("kill", "-STOP", pid));
        get(first.url, "/mine");
        get(first.url, "/mine");
        assertTrue(TutorialNode.runs("kill", "-CONT", pid));
        await(() -> tip(first.url).equals(tip(stopped.url)));
    }

    @Test
    void sixProgramsThatMineAndPayAndDieEndOnOneChain() throws Exception {
        assumeTrue(TutorialNode.runs("python3", "--version"),
            "python3 is not installed");
        var random = Client.random();
        try (var python = new TutorialNode("classic")) {
            var keys = keys();
            var programs = new Program[6];
            var ports = new String[6];
            for (int i = 0; i < 6; i++) {
                programs[i] = new Program("--zeros", "4", "--signed", "--id",
                    address(keys), "--join", i == 0 ? python.url()
                        : programs[0].url, "--join", python.url());
                ports[i] = "" + URI.create(programs[i].url).getPort();
            }
            long until = System.nanoTime() + 15_000_000_000L;
            for (int number = 1; System.nanoTime() < until; ) {
                int i = random.nextInt(6);
                switch (random.nextInt(6)) {
                    case 0 -> {
                        programs[i].close();
                        programs[i].process.waitFor();
                        programs[i] = new Program("--port", ports[i], "--zeros",
                            "4", "--signed", "--id", address(keys), "--join",
                            programs[(i + 1) % 6].url, "--join", python.url());
                    }
                    case 1 -> { // refused, if this node is behind
                        var answer = Client.post(programs[i].url
                            + "/transactions/new", Payment.sign(keys, number,
                            "bob", 0.01).transaction().canonicalJson());
                        if (answer.status() == 201) number++;
                    }
                    case 2 -> python.mine();
                    default -> get(programs[i].url, "/mine");
                }
            }
            awaitOneLength(Stream.of(programs).map(it -> it.url).toList());
            get(programs[5].url, "/mine"); // a tie is broken by one more
            await(() -> {
                var tips = new HashSet<String>();
                for (var program : programs) tips.add(tip(program.url));
                return tips.size() == 1;
            });
            // Python's node takes no lock: what it mined while it resolved
            // may not fit, and gives way to a longer chain only.
            for (int i = 0; i < 5 && !get(python.url(), "/chain").equals(
                    get(programs[2].url, "/chain")); i++) {
                get(programs[5].url, "/mine");
                Thread.sleep(2_000);
            }
            await(() -> get(python.url(), "/chain").equals(
                get(programs[2].url, "/chain")));
            System.out.println("    " + get(programs[0].url, "/chain")
                .get("length") + " blocks");
        }
    }

    public static void main(String... arguments) {
        Runner.run(GossipTest.class);
    }
}
