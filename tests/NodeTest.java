///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES ../Node.java

// Holds Node.java to the tutorial's protocol: the article's session, the
// messages, the status codes, and neighbours of both its generations.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.*;
import com.sun.net.httpserver.HttpServer;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.*;

class NodeTest {

    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static final String PAYMENT = """
        {
         "sender": "d4ee26eee15148ee92c6cd394edd974e",
         "recipient": "someone-other-address",
         "amount": 5
        }""";

    Node node;

    @BeforeEach
    void start() throws IOException {
        node = Node.start("--port", "0", "--quiet");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    static HttpResponse<String> send(String method, String url, String body,
            String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url)).method(method,
            body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) request.headers(headers);
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return send("GET", node.url() + path, null);
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send("POST", node.url() + path, body);
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    static void assertAnswer(int status, String message,
            HttpResponse<String> answer) throws IOException {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(message, json(answer).get("message").asText());
    }

    // ## The article's session

    @Test
    void theArticlesSessionGoesAsPrinted() throws Exception {
        assertEquals(1, json(get("/chain")).get("length").asInt());
        assertAnswer(201, "Transaction will be added to Block 2",
            send("POST", node.url() + "/transactions/new", PAYMENT,
                "Content-Type", "application/json"));
        var two = get("/mine");
        assertAnswer(200, "New Block Forged", two);
        assertEquals(35293, json(two).get("proof").asInt());
        assertEquals(2, json(two).get("transactions").size());
        var three = get("/mine");
        assertEquals(35089, json(three).get("proof").asInt());
        assertEquals(3, json(three).get("index").asInt());

        var chain = json(get("/chain"));
        assertEquals(3, chain.get("length").asInt());
        assertEquals(1, chain.at("/chain/0/previous_hash").asInt());
        assertEquals(100, chain.at("/chain/0/proof").asInt());
        assertEquals(json(three).get("previous_hash"),
            chain.at("/chain/2/previous_hash"));
    }

    @Test
    void miningPaysOneCoinToTheNodeLast() throws Exception {
        var id = json(get("/nodes")).get("id").asText();
        assertTrue(id.matches("[0-9a-f]{32}"));
        post("/transactions/new", PAYMENT);
        var reward = json(post("/mine", "")).at("/transactions/1");
        assertEquals("{\"amount\":1,\"recipient\":\"" + id
            + "\",\"sender\":\"0\"}", reward.toString());
    }

    @Test
    void whatWaitsIsShownUntilItIsMined() throws Exception {
        post("/transactions/new", PAYMENT);
        assertEquals(5, json(get("/transactions"))
            .at("/transactions/0/amount").asInt());
        get("/mine");
        assertEquals(0, json(get("/transactions")).get("transactions").size());
    }

    @Test
    void twoNodesResolveToTheLongerChain() throws Exception {
        try (var other = Node.start("--port", "0", "--quiet")) {
            get("/mine");
            get("/chain"); // what was written of it is worth nothing soon
            for (int i = 0; i < 2; i++) send("GET", other.url() + "/mine", null);
            var registered = post("/nodes/register",
                "{\"nodes\": [\"" + other.url() + "\"]}");
            assertAnswer(201, "New nodes have been added", registered);
            assertEquals("[\"" + other.url().substring(7) + "\"]",
                json(registered).get("total_nodes").toString());

            var resolved = get("/nodes/resolve");
            assertAnswer(200, "Our chain was replaced", resolved);
            assertEquals(3, json(resolved).get("new_chain").size());
            assertEquals(send("GET", other.url() + "/chain", null).body(),
                get("/chain").body());
            get("/mine");
            var ours = get("/nodes/resolve");
            assertAnswer(200, "Our chain is authoritative", ours);
            assertEquals(4, json(ours).get("chain").size());
            assertEquals(json(ours).get("chain"),
                json(get("/chain")).get("chain"));
            assertTrue(json(post("/chain/validate", ours.body())).get("valid")
                .asBoolean());
        }
    }

    // ## Every answer

    @Test
    void anErrorIsOneSentenceOfJson() throws Exception {
        record Case(String method, String path, String body, int status,
                    String says) { }
        for (var it : List.of(
            new Case("POST", "/transactions/new", "{\"sender\": \"a\"}", 400,
                "Missing values: recipient, amount. Send all three."),
            new Case("POST", "/transactions/new", null, 400, "Send a JSON"),
            new Case("POST", "/transactions/new", "[]", 400, "Send a JSON"),
            new Case("POST", "/transactions/new", "{\"sender\": \"0\", "
                + "\"recipient\": \"b\", \"amount\": 5}", 400, "sender must"),
            new Case("POST", "/nodes/register", "{}", 400,
                "Error: Please supply a valid list of nodes"),
            new Case("POST", "/nodes/register", "{\"nodes\": \"http://a:1\"}",
                400, "Error: Please supply a valid list of nodes"),
            new Case("POST", "/nodes/register", "{\"nodes\": [\"a:1\", "
                + "\"junk\"]}", 400, "\"junk\" is not like"),
            new Case("POST", "/chain/validate", "{\"chain\": 1}", 400, "chain"),
            new Case("GET", "/nowhere", null, 404, "GET / shows"),
            new Case("DELETE", "/chain", null, 405, ""))) {
            var answer = send(it.method, node.url() + it.path, it.body);
            assertEquals(it.status, answer.statusCode(), it + answer.body());
            assertEquals("application/json",
                answer.headers().firstValue("Content-Type").get());
            var error = json(answer).get("error").asText();
            assertTrue(error.contains(it.says), it + ": " + error);
        }
        assertEquals(0, json(get("/nodes")).get("neighbours").size());
    }

    @Test
    void addressesAreSpelledInOneWay() throws Exception {
        var answer = post("/nodes/register", """
            {"nodes": ["http://LOCALHOST:5001/", "localhost:5001",
             "http://[::1]:5001", "192.168.0.5:5000"]}""");
        assertEquals("[\"192.168.0.5:5000\",\"[::1]:5001\",\"localhost:5001\"]",
            json(answer).get("total_nodes").toString());
    }

    @Test
    void aNodeIsNoNeighbourOfItself() throws Exception {
        var port = node.url().replaceAll(".*:", "");
        for (var name : List.of("localhost", "127.0.0.1")) assertTrue(
            json(post("/nodes/register", "{\"nodes\": [\"" + name + ":" + port
                + "\"]}")).get("error").asText().endsWith("is this node itself."));
    }

    @Test
    void anUnchangedChainIsNotSentAgain() throws Exception {
        var first = get("/chain");
        var etag = first.headers().firstValue("ETag").get();
        var again = send("GET", node.url() + "/chain", null,
            "If-None-Match", etag);
        assertEquals(304, again.statusCode());
        assertEquals("", again.body());
        get("/mine");
        assertEquals(200, send("GET", node.url() + "/chain", null,
            "If-None-Match", etag).statusCode());
    }

    // ## Any chain can be judged

    @Test
    void everyVectorGetsItsVerdict() throws Exception {
        for (var vector : vectors("chains.json"))
            try (var judge = Node.start("--port", "0", "--quiet",
                    "--rule", vector.get("rule").asText())) {
                var verdict = json(send("POST", judge.url() + "/chain/validate",
                    "{\"chain\": " + vector.get("chain") + "}"));
                assertEquals(vector.get("valid"), verdict.get("valid"));
                assertEquals(vector.path("block"), verdict.path("block"));
                assertEquals(vector.path("fails"), verdict.path("fails"));
            }
    }

    @Test
    void everyBlockGetsPythonsHash() throws Exception {
        var chain = new StringJoiner(",", "{\"chain\": [", "]}");
        var hashes = new ArrayList<String>();
        for (var vector : vectors("canonical-json.json")) {
            chain.add(vector.get("canonical").asText());
            hashes.add(vector.get("sha256").asText());
        }
        var verdict = json(post("/chain/validate", chain.toString()));
        assertEquals(JSON.valueToTree(hashes), verdict.get("hashes"));
        assertFalse(verdict.get("valid").asBoolean());
    }

    // ## Neighbours that speak Python

    @Test
    void chainsOfBothGenerationsAreTakenFromPython() throws Exception {
        for (var vector : vectors("chains.json")) {
            var name = vector.get("name").asText();
            try (var python = neighbour("{\"chain\":" + vector.get("chain")
                        + ",\"length\":99}");
                 var ours = Node.start("--port", "0", "--quiet", "--rule",
                    vector.get("rule").asText(), "--peer", python.address())) {
                boolean replaced = ours.resolveConflicts();
                assertEquals(vector.get("valid").asBoolean()
                    && vector.get("chain").size() > 1, replaced, name);
                if (replaced) assertEquals(vector.get("chain"), JSON.readTree(
                    send("GET", ours.url() + "/chain", null).body())
                    .get("chain"), name);
            }
        }
    }

    @Test
    void pythonFindsOurChainValid() throws Exception {
        assumeTrue(runs("python3", "--version"), "python3 is not installed");
        for (var rule : List.of("classic", "linked"))
            try (var ours = Node.start("--port", "0", "-q", "--rule", rule)) {
                for (var amount : List.of("1", "0.1", "1e-7", "12345678901234567"
                        + "890123", "5e22", "1.0")) {
                    send("POST", ours.url() + "/transactions/new", "{\"sender\": "
                        + "\"\u5757\u94fe \ud83d\ude00\", \"recipient\": "
                        + "\"\\u007f\\\\\", \"amount\": " + amount + "}");
                    send("GET", ours.url() + "/mine", null);
                }
                var python = new ProcessBuilder("python3", "-c", """
                    import hashlib, json, sys
                    chain = json.load(sys.stdin)['chain']
                    sha = lambda text: hashlib.sha256(text.encode()).hexdigest()
                    hashes = [sha(json.dumps(block, sort_keys=True))
                              for block in chain]
                    for last, block, seal in zip(chain, chain[1:], hashes):
                        assert block['previous_hash'] == seal, block
                        if sys.argv[1] == 'classic': seal = ''
                        guess = f"{last['proof']}{block['proof']}{seal}"
                        assert sha(guess)[:4] == '0000', block
                    print(len(chain))
                    """, rule).redirectErrorStream(true).start();
                try (var in = python.getOutputStream()) {
                    in.write(send("GET", ours.url() + "/chain", null).body()
                        .getBytes());
                }
                assertEquals("7\n", new String(python.getInputStream()
                    .readAllBytes()).replace("\r", ""));
            }
    }

    // ## The command line

    @Test
    void wrongOptionsGetOneSentence() throws Exception {
        assertEquals("Unknown option: '--prot'. Try --help.", said("--prot"));
        assertTrue(said("--port", "x").startsWith("Invalid value for option"));
        assertEquals("A proof can need 0 to 16 zeros, not 99.",
            said("--zeros", "99"));
        assertTrue(said("--peer", "junk").contains("\"junk\" is not like"));
        var port = node.url().replaceAll(".*:", "");
        assertEquals("Port " + port + " of 127.0.0.1 is taken, perhaps by an "
            + "older node. Try --port " + (Integer.parseInt(port) + 1) + ".",
            said("--port", port));
        assertEquals("There is no port 99999.", said("--port", "99999"));
        try (var last = new ServerSocket(65535, 1,
                InetAddress.getByName("127.0.0.1"))) {
            assertTrue(said("--port", "65535").endsWith("Try --port 0."));
        } catch (BindException somebodyHasIt) {
            assertTrue(said("--port", "65535").endsWith("Try --port 0."));
        }
        assertTrue(said("--host", "no.such.invalid").startsWith(
            "There is no host no.such.invalid"));
        assertTrue(said("--host", "192.0.2.1").startsWith(
            "192.0.2.1 is no address of this machine."));
        assertTrue(said("--ledger", "no/such/ledger").startsWith(
            "There is no folder"));
    }

    @Test
    void aNodeSaysTheAddressThatItListensOn() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"),
            "elsewhere 127.0.0.2 must be made first");
        try (var other = Node.start("--port", "0", "-q", "--host", "127.0.0.2")) {
            assertTrue(other.url().startsWith("http://127.0.0.2:"));
            assertEquals(200, send("GET", other.url() + "/chain", null)
                .statusCode());
        }
    }

    // In the field's words, not in those of the library that reads it.
    @Test
    void aBadBlockIsNamedWithItsFieldAndWhatIsExpected() throws Exception {
        var block = "{\"index\": 1, \"timestamp\": 1, \"transactions\": [], "
            + "\"proof\": 100, \"previous_hash\": 1}";
        var cases = new LinkedHashMap<String, String>();
        cases.put(block.replace("\"proof\": 100, ", ""), "proof is missing");
        cases.put(block.replace("100", "1.5"), "proof is no whole number");
        cases.put(block.replace("[]", "{}"), "transactions is not a list");
        cases.put(block.replace("p\": 1", "p\": \" \""), "timestamp is not a");
        cases.put(block.replace("p\": 1", "p\": \"\\t\""), "timestamp is not");
        cases.put(block.replace("[]", "[], \"x\": 1"), "has no \"x\"");
        cases.put("5", "no block");
        cases.put(block.replace("100", "1" + "0".repeat(5_000)), "too long");
        cases.put("nonsense", "no JSON at line 1, column");
        for (var it : cases.entrySet()) {
            var answer = post("/chain/validate", "{\"chain\": [" + block + ", "
                + it.getKey() + "]}");
            assertEquals(400, answer.statusCode());
            var error = json(answer).get("error").asText();
            assertTrue(error.contains(it.getValue()), error);
            assertFalse(error.matches(".*(Node|Creator|coerce|token).*"), error);
        }
        assertEquals(400, post("/chain/validate", "{\"chain\": [" + block
            + "]} garbage").statusCode());
    }

    static String said(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty(
            "java.home"), "bin", "java").toString(), "-cp",
            System.getProperty("java.class.path"), "Node"));
        command.addAll(List.of(arguments));
        var node = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertTrue(node.waitFor(60, TimeUnit.SECONDS));
        assertNotEquals(0, node.exitValue());
        var said = new String(node.getInputStream().readAllBytes()).strip();
        assertEquals(1, said.lines().count(), said);
        return said;
    }

    // ## What the tests need

    record Neighbour(HttpServer server) implements AutoCloseable {
        String address() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        public void close() {
            server.stop(0);
        }
    }

    static Neighbour neighbour(String chain) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(
            InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/chain", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                body.write(chain.getBytes());
            }
        });
        server.start();
        return new Neighbour(server);
    }

    static JsonNode vectors(String name) throws IOException {
        for (var folder : List.of("tests/vectors", "vectors"))
            if (Files.exists(Path.of(folder, name)))
                return JSON.readTree(Path.of(folder, name).toFile());
        throw new FileNotFoundException("run this in the project's folder");
    }

    static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException notInstalled) {
            return false;
        }
    }

    public static void main(String... arguments) {
        Runner.run(NodeTest.class);
    }
}
