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
import java.util.stream.*;
import org.junit.jupiter.api.Test;
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
            assertEquals(11, report.get("beyond").intValue());
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

    @Test
    void wrongSeparatorsShowInTheHash() throws Exception {
        assertRed(Fault.separators,
            "a block names the hash of the one before it",
            "a longer valid chain replaces ours");
    }

    @Test
    void whoChecksNoProofTakesAForgedOne() throws Exception {
        assertRed(Fault.noProofCheck,
            "a longer one is refused: a proof off by one, links resealed");
    }

    @Test
    void whoTrustsLengthIsLiedTo() throws Exception {
        assertRed(Fault.trustsLength,
            "a neighbour's length is counted, not believed");
    }

    @Test
    void whoCrashesOnADeadNeighbourIsFound() throws Exception {
        assertRed(Fault.crashes, "a dead neighbour does no harm");
    }

    @Test
    void whoLosesPendingTransactionsIsFound() throws Exception {
        assertRed(Fault.losesPending,
            "a block holds the transactions sent before it",
            "also with names in any script, and fractions",
            "what waits for a block still waits after that");
    }

    // Red are the rows of the fault, and what a node of the tutorial that
    // has no fault is red in anyway.
    private static void assertRed(Fault fault, String... rows)
            throws Exception {
        var beyond = Set.of(Fault.trustsLength, Fault.crashes);
        JsonNode report;
        try (var node = new StandIn(fault)) {
            report = report(beyond.contains(fault) ? 0 : 1, node.url(),
                "--zeros", "2");
        }
        var red = titles(report, "failed");
        red.removeAll(List.of("amounts are above 0, and \"0\" only rewards",
            "nodes must be a list of texts",
            "a payment in a block that is dropped waits again",
            "a payment in the new chain is not mined again"));
        assertEquals(new TreeSet<>(List.of(rows)), red);
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
            var text = text(1, node.url(), "--zeros", "2");
            assertAll(Stream.of("✓ POST /transactions/new takes a transaction",
                "✗ a block holds the transactions sent before it",
                "\n      asked     curl " + node.url(), "\n      came      ",
                "\n      expected  with {\"amount\": 7",
                "\n      hint      They wait in a list",
                "\nstep 3 of 4 · 31 passed, 3 failed\n",
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

    // ## How it is run

    private static String text(int status, String... arguments) {
        var text = new StringWriter();
        assertEquals(status, Blockchain.run(new CommandLine(new CheckNode())
            .setOut(new PrintWriter(text)), arguments), text::toString);
        return text.toString();
    }

    private static JsonNode report(int status, String... arguments)
            throws Exception {
        return JSON.readTree(text(status, Stream.concat(Stream.of("--json"),
            Stream.of(arguments)).toArray(String[]::new)));
    }

    private static Set<String> titles(JsonNode report, String... results) {
        return StreamSupport.stream(report.get("rows").spliterator(), false)
            .filter(r -> List.of(results).contains(r.get("result").asText()))
            .map(r -> r.get("row").asText())
            .collect(Collectors.toCollection(TreeSet::new));
    }

    // ## The stand-in

    private enum Fault {
        none, separators, noProofCheck, trustsLength, crashes, losesPending
    }

    // A node as a student may have written it, good but for one fault.
    private static final class StandIn implements AutoCloseable {
        private final ObjectMapper json = new ObjectMapper();
        private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).build();
        private final ProofOfWork rule = new ProofOfWork(Rule.classic, 2);
        private final Set<String> neighbours = new TreeSet<>();
        private final Fault fault;
        private final HttpServer server;
        private List<Map<String, Object>> chain = new ArrayList<>();
        private List<Object> pending = new ArrayList<>();

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
            var block = Map.of("index", chain.size() + 1, "timestamp",
                System.currentTimeMillis() / 1e3, "transactions", pending,
                "proof", proof, "previous_hash", previousHash);
            pending = new ArrayList<>();
            chain.add(block);
            return block;
        }

        private String hash(Map<String, Object> block) {
            var text = CanonicalJson.of(block);
            return new Sha256().hex(fault == Fault.separators
                ? text.replace(": ", ":").replace(", ", ",") : text);
        }

        private void handle(HttpExchange http) throws IOException {
            int status = 200;
            Object answer;
            try {
                var body = http.getRequestBody().readAllBytes();
                Map<?, ?> values = body.length == 0 ? Map.of()
                    : json.readValue(body, Map.class);
                answer = answer(http.getRequestURI().getPath(), values);
                if (http.getRequestMethod().equals("POST")) status = 201;
            } catch (RuntimeException | IOException e) {
                status = e instanceof ConnectException ? 500 : 400;
                answer = String.valueOf(e.getMessage());
            }
            var text = (answer instanceof String sentence ? sentence
                : CanonicalJson.of(answer)).getBytes(UTF_8);
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
                    pending.add(
                        Map.of("sender", "0", "recipient", "me", "amount", 1));
                    var answer = new HashMap<>(add(proof, hash(last)));
                    answer.put("message", "New Block Forged");
                    return answer;
                }
                case "/transactions/new" -> {
                    if (!values.keySet().equals(
                            Set.of("sender", "recipient", "amount")))
                        throw new IllegalArgumentException("Missing values");
                    if (fault != Fault.losesPending) pending.add(values);
                    return Map.of("message", "Transaction will be added to "
                        + "Block " + (chain.size() + 1));
                }
                case "/nodes/register" -> {
                    if (!values.containsKey("nodes"))
                        throw new IllegalArgumentException(
                            "Error: Please supply a valid list of nodes");
                    if (values.get("nodes") instanceof List<?> all)
                        for (var node : all) neighbours.add(
                            URI.create("" + node).getAuthority());
                    return Map.of("message", "New nodes have been added",
                        "total_nodes", List.copyOf(neighbours));
                }
                case "/nodes/resolve" -> {
                    boolean replaced = resolve();
                    return Map.of("message", "Our chain "
                        + (replaced ? "was replaced" : "is authoritative"),
                        replaced ? "new_chain" : "chain", chain);
                }
                default -> {
                    return Map.of("chain", chain, "length", chain.size());
                }
            }
        }

        private boolean resolve() throws IOException {
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
                if (length <= most || !valid(theirs)) continue;
                most = length;
                longest = theirs;
            } catch (ConnectException e) {
                if (fault == Fault.crashes) throw e;
            } catch (IOException | RuntimeException | InterruptedException e) {
                // so it has nothing to offer
            }
            if (longest != null) chain = longest;
            return longest != null;
        }

        private boolean valid(List<Map<String, Object>> chain) {
            if (chain.isEmpty()) return false;
            for (int i = 1; i < chain.size(); i++) {
                var last = chain.get(i - 1);
                var block = chain.get(i);
                if (!hash(last).equals(block.get("previous_hash")))
                    return false;
                if (fault != Fault.noProofCheck && !rule.validProof(
                    (long) last.get("proof"), (long) block.get("proof"), ""))
                    return false;
            }
            return true;
        }
    }

    public static void main(String... arguments) {
        Runner.run(CheckNodeTest.class);
    }
}
