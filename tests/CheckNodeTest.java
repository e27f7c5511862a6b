///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES CheckNode.java
//SOURCES ../Node.java

// Holds CheckNode.java to good nodes and bad ones: all green on ours, and on
// each broken stand-in red where it is broken and nowhere else.

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.*;
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.Pattern;
import java.util.stream.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class CheckNodeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static { // else each answer of a stand-in takes 40 ms
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    // ## Good nodes

    @Test
    void ourNodeIsGreenInEveryRow() throws Exception {
        try (var node = Node.start("--port", "0", "--quiet")) {
            var report = report(0, node.url());
            assertEquals(Set.of(), titles(report, "failed", "waiting"));
            assertEquals(14, report.get("beyond").intValue());
            assertEquals("1 JSON 4", report.get("genesis").asText() + " "
                + report.get("errors").asText() + " " + report.get("step"));
        }
    }

    @Test
    void soItIsByTheLinkedRule() throws Exception {
        try (var node = Node.start("--port", "0", "--quiet", "--rule", "linked",
                "--zeros", "2")) {
            var report = report(0, node.url(), "--zeros", "2", "--rule",
                "linked");
            assertEquals(Set.of(), titles(report, "failed", "waiting"));
        }
    }

    @Test
    void theOtherRuleIsRecognised() throws Exception {
        try (var node = Node.start("--port", "0", "-q", "--rule", "linked")) {
            var text = text(1, node.url(), "--step", "3");
            assertTrue(text.contains("--rule linked"), text);
        }
    }

    @Test
    void anOlderNodeIsGreenInTheTutorialsRows() throws Exception {
        try (var node = new StandIn(Fault.none)) {
            var report = report(0, node.url(), "--zeros", "2");
            assertEquals("\"1\" text", report.get("genesis").asText() + " "
                + report.get("errors").asText());
        }
    }

    // It would crash, were its neighbours of the first time not back.
    @Test
    void whoIsCheckedTwiceIsGreenTwice() throws Exception {
        try (var node = new StandIn(Fault.crashes)) {
            for (int i = 0; i < 2; i++) report(0, node.url(), "--zeros", "2");
        }
    }

    // ## Broken ones

    // Red are the rows of the fault, and what a node of the tutorial that
    // has no fault is red in anyway.
    private static final Set<String> TUTORIALS = Set.of(
        "amounts are above 0, and \"0\" only rewards",
        "nodes must be a list of texts",
        "of two equal payments one waits, if one was mined",
        "a payment in a block that is dropped waits again",
        "a payment in the new chain is not mined again");

    @ParameterizedTest
    @EnumSource(Fault.class)
    void eachFaultTurnsItsRowsRedAndNoOthers(Fault fault) throws Exception {
        JsonNode report;
        try (var node = new StandIn(fault)) {
            report = JSON.readTree(said(node.url(), "--zeros", "2", "--json"));
        }
        var red = titles(report, "failed");
        red.removeAll(TUTORIALS);
        assertEquals(new TreeSet<>(fault.rows), red);
        assertEquals(fault.isBeyond() ? List.of() : List.of("red"),
            StreamSupport.stream(report.get("rows").spliterator(), false)
                .filter(row -> !row.get("beyond").asBoolean()
                    && row.get("result").asText().equals("failed"))
                .map(row -> "red").distinct().toList());
    }

    @Test
    void aNodeThatEndsMeanwhileGetsOneSentence() throws Exception {
        var node = new StandIn(Fault.none);
        node.left = 20;
        var error = report(1, node.url(), "--zeros", "2").get("error").asText();
        assertTrue(error.startsWith("Your node has ended, or nobody can reach it "
            + "any more, since this request: curl " + node.url()), error);
    }

    // ## No node at all

    @Test
    void aNodeThatIsNotThereGetsOneSentence() throws Exception {
        int free;
        try (var door = new ServerSocket(0)) {
            free = door.getLocalPort();
        }
        assertEquals("Nobody answers at http://localhost:" + free
            + ". Does your node run, and on that port?",
            report(1, "localhost:" + free).get("error").asText());
    }

    @Test
    void whatIsNoNodeGetsOneSentence() throws Exception {
        for (var rubbish : List.of("SSH-2.0-OpenSSH_9.2\r\n", "",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>Hello!")) {
            try (var door = new ServerSocket(0)) {
                CompletableFuture.runAsync(() -> answer(door, rubbish));
                var error = report(1, "localhost:" + door.getLocalPort(),
                    "--patience", "1").get("error").asText();
                assertTrue(error.endsWith("Is that your node?"), error);
            }
        }
    }

    // The first caller hangs up at once, the second asks for the chain.
    private static void answer(ServerSocket door, String text) {
        try {
            door.accept();
            var line = door.accept();
            line.getOutputStream().write(text.getBytes(UTF_8));
            if (!text.isEmpty()) line.close();
        } catch (IOException closed) {
            // the test is over
        }
    }

    // ## What a student sees

    @Test
    void aRedRowSaysAllThatIsNeededInEightyColumns() throws Exception {
        try (var node = new StandIn(Fault.losesPending)) {
            var text = text(1, node.url(), "--zeros", "2", "--hint");
            assertAll(Stream.of("✓ POST /transactions/new takes a transaction",
                "✗ a block holds the transactions sent before it",
                "\n      asked     curl " + node.url(), "\n      came      ",
                "\n      expected  in it {\"amount\": 7",
                "\n      hint      They wait in a list",
                "\nstep 3 of 4 · 36 passed, 4 failed, 1 wait\n",
                "\nnext: a block holds the transactions sent before it\n")
                .map(it -> () -> assertTrue(text.contains(it), it + text)));
            text.lines().forEach(line ->
                assertTrue(line.length() <= 80, line));
        }
    }

    @Test
    void stepAsksForNoMoreThanThatStep() throws Exception {
        try (var node = new StandIn(Fault.losesPending)) {
            var report = report(0, node.url(), "--zeros", "2", "--step", "2");
            assertEquals("12 passed of step 2", report.get("passed")
                + " passed of step " + report.get("step"));
        }
    }

    @Test
    void longerChainsAreBrokenInEachWayOfTheVectors() throws Exception {
        var vectors = Path.of("tests/vectors/chains.json");
        if (!Files.exists(vectors)) vectors = Path.of("vectors/chains.json");
        Set<String> rows;
        try (var node = new StandIn(Fault.none)) {
            rows = titles(report(1, node.url(), "--zeros", "2", "--rule",
                "linked"), "failed", "waiting", "passed");
        }
        for (var chain : JSON.readTree(vectors.toFile())) {
            if (chain.get("valid").booleanValue()) continue;
            var way = chain.get("name").asText().replaceFirst("\\w+, ", "")
                .replaceAll(" in block \\d| the rule's.*", "")
                .replaceFirst("^block \\d", "a block");
            assertTrue(rows.contains("a longer one is refused: " + way), way);
        }
    }

    // What docs/write-your-own.md gives a student to try is so.
    @Test
    void theTextsToTryHashAsThePageSays() throws Exception {
        var page = Path.of("docs/write-your-own.md");
        if (!Files.exists(page)) page = Path.of("..").resolve(page);
        var samples = Pattern.compile("```json\n(.*)\n```\n\n`([0-9a-f]{64})`")
            .matcher(Files.readString(page)).results().toList();
        assertEquals(6, samples.size());
        for (var sample : samples) {
            assertEquals(sample.group(2), new Sha256().hex(sample.group(1)));
            assertEquals(sample.group(1), CanonicalJson.of(JSON.readValue(
                sample.group(1), Object.class)));
        }
        var genesis = new Block(1, 1506280650.770839, List.of(), 100, 1);
        assertEquals(30419, new ProofOfWork(Rule.linked, 4).proofOfWork(genesis));
        assertEquals(35293, new ProofOfWork(Rule.classic, 4).proofOfWork(genesis));
    }

    // ## How it is run

    static String text(int status, String... arguments) {
        var text = new StringWriter();
        assertEquals(status, Blockchain.run(new CommandLine(new CheckNode())
            .setOut(new PrintWriter(text)), arguments), text::toString);
        return text.toString();
    }

    static String said(String... arguments) {
        var text = new StringWriter();
        Blockchain.run(new CommandLine(new CheckNode())
            .setOut(new PrintWriter(text)), arguments);
        return text.toString();
    }

    static JsonNode report(int status, String... arguments)
            throws Exception {
        return JSON.readTree(text(status, Stream.concat(Stream.of("--json"),
            Stream.of(arguments)).toArray(String[]::new)));
    }

    static Set<String> titles(JsonNode report, String... results) {
        return StreamSupport.stream(report.get("rows").spliterator(), false)
            .filter(r -> List.of(results).contains(r.get("result").asText()))
            .map(r -> r.get("row").asText())
            .collect(Collectors.toCollection(TreeSet::new));
    }

    // ## The stand-in

    private static final String
        HASH = "a block names the hash of the one before it",
        LONGER = "a longer valid chain replaces ours",
        TAKEN = "a longer chain is taken: ", REFUSED = "a longer one is refused: ",
        FRACTIONS = TAKEN + "numbers with a fraction",
        WHOLE = TAKEN + "whole numbers of any size",
        LETTERS = TAKEN + "letters of any kind",
        OBJECTS = TAKEN + "objects inside, keys sorted as in Python",
        NAMES = "also with names in any script, and fractions",
        NEWEST = REFUSED + "a bad proof in the newest block",
        ELSEWHERE = REFUSED + "zeros that stand elsewhere in the hash",
        RESEALED = REFUSED + "a proof off by one, links resealed";

    enum Fault {
        none, typed,
        separators(HASH, LONGER),
        noProofCheck(NEWEST, ELSEWHERE, RESEALED),
        newestUnchecked(NEWEST, ELSEWHERE),
        zerosAnywhere(ELSEWHERE),
        timestampNotHashed(HASH, LONGER),
        plainSmallNumbers(FRACTIONS),
        plainLargeNumbers(FRACTIONS),
        shortExponents(FRACTIONS),
        noFractions(FRACTIONS, REFUSED + "an amount 1 turned to 1.0"),
        rounded(WHOLE),
        delAsItIs(LETTERS),
        newlineAsHex(LETTERS),
        slashEscaped(LETTERS),
        upperCaseHex(NAMES, LETTERS, OBJECTS),
        utf8(NAMES, LETTERS, OBJECTS),
        utf16Order(OBJECTS),
        innerKeysUnsorted(OBJECTS),
        neverAsks(LONGER),
        equalsWin("a chain as long as ours doesn't replace it"),
        firstWins("of two longer chains the longer one wins"),
        equalOnce("two equal payments are two"),
        losesPending("a block holds the transactions sent before it",
            "two equal payments are two", NAMES,
            "what waits for a block still waits after that"),
        losesPendingWithChain("what waits for a block still waits after that"),
        keepsPending("the next block holds only what is new"),
        noReward("its last transaction rewards the miner",
            "the next block holds only what is new"),
        wrongForecast("and says which block will hold it"),
        status200("POST /transactions/new takes a transaction",
            "POST /nodes/register takes two neighbours"),
        lengthOff("length is the number of its blocks"),
        countsFromZero("blocks count from 1",
            "and tells of the block that was forged"),
        registersTwice("who registers twice is one neighbour still"),
        milliseconds("timestamps are seconds since 1970"),
        trustsLength("a neighbour's length is counted, not believed"),
        crashes("a dead neighbour does no harm"),
        wantsContentType("JSON is read whatever its Content-Type says"),
        noOrigin("GET /chain may be read by any page");

        final List<String> rows;

        Fault(String... rows) {
            this.rows = List.of(rows);
        }

        boolean isBeyond() {
            return compareTo(trustsLength) >= 0 || rows.isEmpty();
        }
    }

    // A node as a student may have written it, good but for one fault.
    static class StandIn implements AutoCloseable {
        private final ObjectMapper json = new ObjectMapper();
        private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).build();
        private final ProofOfWork rule = new ProofOfWork(Rule.classic, 2);
        private final List<String> neighbours = new ArrayList<>();
        private final Fault fault;
        private final HttpServer server;
        List<Map<String, Object>> chain = new ArrayList<>();
        List<Object> pending = new ArrayList<>();
        int left = Integer.MAX_VALUE; // requests that it will answer

        StandIn(Fault fault) throws IOException {
            this.fault = fault;
            add(100, "1");
            var free = new InetSocketAddress("localhost", 0);
            server = HttpServer.create(free, 0);
            server.createContext("/", this::handle);
            server.start();
        }

        String url() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        public void close() { server.stop(0); }

        private Map<String, Object> add(long proof, String previousHash) {
            var block = Map.<String, Object>of("index", chain.size()
                + (fault == Fault.countsFromZero ? 0 : 1), "timestamp",
                System.currentTimeMillis() / (fault == Fault.milliseconds ? 1
                    : 1000) + 0.25, "transactions", List.copyOf(pending),
                "proof", proof, "previous_hash", previousHash);
            if (fault != Fault.keepsPending) pending = new ArrayList<>();
            chain.add(block);
            return block;
        }

        private String hash(Map<String, Object> block) {
            if (fault == Fault.timestampNotHashed) {
                block = new HashMap<>(block);
                block.put("timestamp", 0);
            }
            var text = CanonicalJson.of(block);
            text = switch (fault) {
                case separators -> text.replace(": ", ":").replace(", ", ",");
                case plainSmallNumbers -> text.replace("1e-05", "0.00001");
                case plainLargeNumbers -> text.replace("1e+16",
                    "10000000000000000");
                case shortExponents -> text.replace("e-05", "e-5");
                case noFractions -> text.replaceAll("\\b(\\d+)\\.0\\b", "$1");
                case rounded -> text.replace("12345678901234567890",
                    "12345678901234567000");
                case delAsItIs -> text.replace("\\u007f", "\u007f");
                case newlineAsHex -> text.replace("\\n", "\\u000a");
                case slashEscaped -> text.replace("/", "\\/");
                case upperCaseHex -> Pattern.compile("\\\\u[0-9a-f]{4}").matcher(text)
                    .replaceAll(it -> "\\\\u" + it.group().substring(2).toUpperCase());
                case utf8 -> text.replaceAll("\\\\u(d83d|00eb|6751)", "?");
                case utf16Order -> text.replace("{\"\\uffee\": 1, \"\\ud83d\\ude00\": "
                    + "2}", "{\"\\ud83d\\ude00\": 2, \"\\uffee\": 1}");
                case innerKeysUnsorted -> text.replace("{\"a\": 2, \"z\": 1}",
                    "{\"z\": 1, \"a\": 2}");
                default -> text;
            };
            return new Sha256().hex(text);
        }

        private void handle(HttpExchange http) throws IOException {
            int status = 200;
            Object answer;
            try {
                var body = http.getRequestBody().readAllBytes();
                if (left-- == 0) {
                    server.stop(0);
                    return;
                }
                var type = "" + http.getRequestHeaders().getFirst("Content-Type");
                if (fault == Fault.wantsContentType && body.length > 0
                    && !type.startsWith("application/json"))
                    throw new IllegalArgumentException("Missing values");
                Map<?, ?> values = body.length == 0 ? Map.of()
                    : json.readValue(body, Map.class);
                answer = answer(http.getRequestURI().getPath(), values);
                if (http.getRequestMethod().equals("POST")
                    && fault != Fault.status200) status = 201;
            } catch (RuntimeException | IOException e) {
                status = e instanceof ConnectException ? 500 : 400;
                answer = String.valueOf(e.getMessage());
            }
            var text = (answer instanceof String sentence ? sentence
                : CanonicalJson.of(answer)).getBytes(UTF_8);
            if (fault != Fault.noOrigin) http.getResponseHeaders().add(
                "Access-Control-Allow-Origin", "*");
            http.sendResponseHeaders(status, text.length);
            http.getResponseBody().write(text);
            http.close();
        }

        private Object answer(String path, Map<?, ?> values)
                throws IOException {
            switch (path) {
                case "/mine" -> {
                    var last = chain.get(chain.size() - 1);
                    long proof = 0, from = (long) last.get("proof");
                    while (!rule.validProof(from, proof, "")) proof++;
                    if (fault != Fault.noReward) pending.add(
                        Map.of("sender", "0", "recipient", "me", "amount", 1));
                    var answer = new HashMap<>(add(proof, hash(last)));
                    answer.put("message", "New Block Forged");
                    return answer;
                }
                case "/transactions/new" -> {
                    if (!values.keySet().equals(
                            Set.of("sender", "recipient", "amount")))
                        throw new IllegalArgumentException("Missing values");
                    if (!takes(values))
                        throw new IllegalArgumentException("No such payment");
                    if (fault != Fault.losesPending && !(fault
                        == Fault.equalOnce && pending.contains(values)))
                        pending.add(values);
                    return Map.of("message", "Transaction will be added to "
                        + "Block " + (chain.size()
                            + (fault == Fault.wrongForecast ? 0 : 1)));
                }
                case "/nodes/register" -> {
                    if (!values.containsKey("nodes"))
                        throw new IllegalArgumentException(
                            "Error: Please supply a valid list of nodes");
                    if (values.get("nodes") instanceof List<?> all)
                        for (var node : all) {
                            var address = URI.create("" + node).getAuthority();
                            if (fault == Fault.registersTwice
                                || !neighbours.contains(address))
                                neighbours.add(address);
                        }
                    return Map.of("message", "New nodes have been added",
                        "total_nodes", List.copyOf(neighbours));
                }
                case "/nodes/resolve" -> {
                    boolean replaced = resolve();
                    return Map.of("message", "Our chain "
                        + (replaced ? "was replaced" : "is authoritative"),
                        replaced ? "new_chain" : "chain", chain);
                }
                case "/nodes" -> {
                    return nodes();
                }
                default -> {
                    return Map.of("chain", chain, "length", chain.size()
                        + (fault == Fault.lengthOff ? 1 : 0));
                }
            }
        }

        private boolean resolve() throws IOException {
            if (fault == Fault.neverAsks) return false;
            List<Map<String, Object>> longest = null;
            int most = chain.size();
            for (var neighbour : neighbours) try {
                var request = HttpRequest.newBuilder()
                    .uri(URI.create("http://" + neighbour + "/chain"))
                    .timeout(Duration.ofSeconds(1)).build();
                var answer = json.readTree(
                    http.send(request, BodyHandlers.ofString()).body());
                var theirs = json.readerForListOf(Map.class)
                    .<List<Map<String, Object>>>readValue(answer.get("chain"));
                for (var block : theirs) block.put("proof",
                    ((Number) block.get("proof")).longValue());
                int length = fault == Fault.trustsLength
                    ? answer.get("length").intValue() : theirs.size();
                if (length < most + (fault == Fault.equalsWin ? 0 : 1)
                    || !valid(theirs)) continue;
                if (fault == Fault.typed && !(theirs.get(0).get(
                    "previous_hash") instanceof String)) System.exit(9);
                if (fault != Fault.firstWins || longest == null) longest = theirs;
                most = length;
            } catch (ConnectException e) {
                if (fault == Fault.crashes) throw e;
            } catch (IOException | RuntimeException | InterruptedException e) {
                // so it has nothing to offer
            }
            if (longest != null) chain = longest;
            if (longest != null) replaced();
            if (longest != null && fault == Fault.losesPendingWithChain)
                pending.clear();
            return longest != null;
        }

        // A node that validates payments does more.

        boolean takes(Map<?, ?> payment) {
            return true;
        }

        void replaced() { }

        Map<String, Object> nodes() {
            return Map.of();
        }

        boolean valid(List<Map<String, Object>> chain) {
            if (chain.isEmpty()) return false;
            for (int i = 1; i < chain.size()
                - (fault == Fault.newestUnchecked ? 1 : 0); i++) {
                var last = chain.get(i - 1);
                var block = chain.get(i);
                if (!hash(last).equals(block.get("previous_hash")))
                    return false;
                var work = rule.hash((long) last.get("proof"),
                    (long) block.get("proof"), "");
                if (fault != Fault.noProofCheck && !(fault == Fault.zerosAnywhere
                    ? work.contains("00") : work.startsWith("00"))) return false;
            }
            return true;
        }
    }

    public static void main(String... arguments) {
        Runner.run(CheckNodeTest.class);
    }
}
