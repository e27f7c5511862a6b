///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java
//SOURCES help/Commands.java

// Holds Node.java to the tutorial's protocol: the article's session, the
// messages, the status codes, and neighbours of both its generations.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.*;
import java.net.URI;
import java.nio.file.Path;
import java.util.*;
import org.junit.jupiter.api.*;

class NodeTest {

    static final String PAYMENT = """
        {
         "sender": "d4ee26eee15148ee92c6cd394edd974e",
         "recipient": "someone-other-address",
         "amount": 5
        }""";

    @AutoClose static final Commands commands = new Commands();
    @AutoClose final Nodes nodes = new Nodes();
    Node node;

    @BeforeEach
    void start() throws Exception {
        node = nodes.start("--zeros", "4");
    }

    Client.Answer get(String path) throws Exception {
        return Client.get(node.url() + path);
    }

    Client.Answer post(String path, String body) throws Exception {
        return Client.post(node.url() + path, body);
    }

    static void assertAnswer(int status, String message, Client.Answer answer) {
        assertEquals(status, answer.status(), answer.text());
        assertEquals(message, answer.json().get("message").asText());
    }

    // ## The article's session

    @Test
    void theArticlesSessionGoesAsPrinted() throws Exception {
        assertEquals(1, get("/chain").json().get("length").asInt());
        assertAnswer(201, "Transaction will be added to Block 2",
            Client.send("POST", node.url() + "/transactions/new", PAYMENT,
                "Content-Type", "application/json"));
        var two = get("/mine");
        assertAnswer(200, "New Block Forged", two);
        assertEquals(35293, two.json().get("proof").asInt());
        assertEquals(2, two.json().get("transactions").size());
        var three = get("/mine");
        assertEquals(35089, three.json().get("proof").asInt());
        assertEquals(3, three.json().get("index").asInt());

        var chain = get("/chain").json();
        assertEquals(3, chain.get("length").asInt());
        assertEquals(1, chain.at("/chain/0/previous_hash").asInt());
        assertEquals(100, chain.at("/chain/0/proof").asInt());
        assertEquals(three.json().get("previous_hash"),
            chain.at("/chain/2/previous_hash"));
    }

    @Test
    void aPaymentWaitsUntilABlockHoldsItAndThenTheNodesCoin() throws Exception {
        var id = get("/nodes").json().get("id").asText();
        assertTrue(id.matches("[0-9a-f]{32}"));
        post("/transactions/new", PAYMENT);
        assertEquals(5, Nodes.waiting(node).at("/0/amount").asInt());
        var reward = post("/mine", "").json().at("/transactions/1");
        assertEquals("{\"amount\":1,\"recipient\":\"" + id
            + "\",\"sender\":\"0\"}", reward.toString());
        assertEquals(0, Nodes.waiting(node).size());
    }

    @Test
    void twoNodesResolveToTheLongerChain() throws Exception {
        var other = nodes.start("--zeros", "4");
        get("/mine");
        get("/chain"); // what was written of it is worth nothing soon
        for (int i = 0; i < 2; i++) Nodes.mine(other);
        var registered = post("/nodes/register",
            "{\"nodes\": [\"" + other.url() + "\"]}");
        assertAnswer(201, "New nodes have been added", registered);
        assertEquals("[\"" + other.url().substring(7) + "\"]",
            registered.json().get("total_nodes").toString());

        var resolved = get("/nodes/resolve");
        assertAnswer(200, "Our chain was replaced", resolved);
        assertEquals(3, resolved.json().get("new_chain").size());
        assertEquals(Client.get(other.url() + "/chain").text(),
            get("/chain").text());
        get("/mine");
        var ours = get("/nodes/resolve");
        assertAnswer(200, "Our chain is authoritative", ours);
        assertEquals(4, ours.json().get("chain").size());
        assertEquals(ours.json().get("chain"),
            get("/chain").json().get("chain"));
        assertTrue(post("/chain/validate", ours.text()).json().get("valid")
            .asBoolean());
    }

    // ## Every answer

    @Test
    void anErrorIsOneSentenceOfJson() throws Exception {
        record Case(String method, String path, String body, int status,
                    String says) { }
        for (var it : List.of(
            new Case("POST", "/transactions/new", "{\"sender\": \"a\"}", 400,
                "Missing values: recipient, amount. Send all three."),
            new Case("POST", "/transactions/new", "", 400, "Send a JSON"),
            new Case("POST", "/transactions/new", "[]", 400, "Send a JSON"),
            new Case("POST", "/transactions/new", "{\"sender\": \"0\", "
                + "\"recipient\": \"b\", \"amount\": 5}", 400, "sender must"),
            new Case("POST", "/nodes/register", "{}", 400,
                "Error: Please supply a valid list of nodes"),
            new Case("POST", "/nodes/register", "{\"nodes\": \"http://a:1\"}",
                400, "Error: Please supply a valid list of nodes"),
            new Case("POST", "/nodes/register", "{\"nodes\": [\"a:1\", "
                + "\"junk\"]}", 400, "\"junk\" is not like"),
            new Case("POST", "/nodes/register", "{\"nodes\": "
                + "[\"https://a:1\"]}", 400, "\"https://a:1\" asks for https"),
            new Case("POST", "/chain/validate", "{\"chain\": 1}", 400, "chain"),
            new Case("GET", "/nowhere", "", 404, "GET / shows"),
            new Case("DELETE", "/chain", "", 405, ""))) {
            var answer = Client.send(it.method, node.url() + it.path, it.body);
            assertEquals(it.status, answer.status(), it + answer.text());
            assertEquals("application/json", answer.type());
            var error = answer.json().get("error").asText();
            assertTrue(error.contains(it.says), it + ": " + error);
        }
        assertEquals(0, get("/nodes").json().get("neighbours").size());
    }

    // As the tutorial does it: what stands behind the port counts for
    // nothing, and no port is 80.
    @Test
    void addressesAreSpelledInOneWay() throws Exception {
        var answer = post("/nodes/register", """
            {"nodes": ["http://LOCALHOST:5001/", "localhost:5001",
             "http://[::1]:5001", "[::1]:5001/", "192.168.0.5:5000",
             "http://localhost", " http://h:5000/chain\\r\\n",
             "\\ufeffhttp://node_1:5000",
             "http://[::1]/"]}""");
        assertEquals(List.of("192.168.0.5:5000", "[::1]:5001", "[::1]:80",
            "h:5000", "localhost:5001", "localhost:80", "node_1:5000"),
            Client.JSON.convertValue(answer.json().get("total_nodes"),
                List.class));
    }

    @Test
    void aNodeIsNoNeighbourOfItself() throws Exception {
        var port = node.url().replaceAll(".*:", "");
        for (var name : List.of("localhost", "127.0.0.1")) assertTrue(
            post("/nodes/register", "{\"nodes\": [\"" + name + ":" + port
                + "\"]}").json().get("error").asText().endsWith("is this node itself."));
    }

    @Test
    void anUnchangedChainIsNotSentAgain() throws Exception {
        var first = get("/chain");
        var etag = first.header("ETag");
        var again = Client.send("GET", node.url() + "/chain", "",
            "If-None-Match", etag);
        assertEquals(304, again.status());
        assertEquals("", again.text());
        get("/mine");
        assertEquals(200, Client.send("GET", node.url() + "/chain", "",
            "If-None-Match", etag).status());
    }

    // ## Any chain can be judged

    @Test
    void everyBlockGetsPythonsHash() throws Exception {
        var chain = new StringJoiner(",", "{\"chain\": [", "]}");
        var hashes = new ArrayList<String>();
        for (var vector : Chains.vectors("canonical-json.json")) {
            chain.add(vector.get("canonical").asText());
            hashes.add(vector.get("sha256").asText());
        }
        var verdict = post("/chain/validate", chain.toString()).json();
        assertEquals(Client.JSON.valueToTree(hashes), verdict.get("hashes"));
        assertFalse(verdict.get("valid").asBoolean());
    }

    // ## Neighbours that speak Python

    @Test
    void chainsOfBothGenerationsAreJudgedAndTakenAsInPython() throws Exception {
        for (var vector : Chains.vectors("chains.json")) {
            var name = vector.get("name").asText();
            var body = "{\"chain\":" + vector.get("chain") + ",\"length\":99}";
            var ours = nodes.start("--zeros", "4", "--rule", vector.get("rule")
                .asText(), "--peer", nodes.says(body).address());
            var verdict = Client.post(ours.url() + "/chain/validate", body)
                .json();
            for (var part : List.of("valid", "block", "fails"))
                assertEquals(vector.path(part), verdict.path(part), name);
            boolean replaced = ours.resolveConflicts();
            assertEquals(vector.get("valid").asBoolean()
                && vector.get("chain").size() > 1, replaced, name);
            if (replaced) assertEquals(vector.get("chain"), Nodes.chain(ours),
                name);
        }
    }

    // It checks each link and each proof before it takes the chain.
    @Test
    void pythonTakesOurChain() throws Exception {
        for (var rule : List.of("classic", "linked")) {
            var ours = nodes.start("--zeros", "4", "--rule", rule);
            for (var amount : List.of("1", "0.1", "1e-7", "12345678901234567"
                    + "890123", "5e22", "1.0")) {
                Nodes.pay(ours, Client.payment("\u5757\u94fe \ud83d\ude00", amount)
                    .replace("\"b\"", "\"\\u007f\\\\\""));
                Nodes.mine(ours);
            }
            var python = nodes.add(Program.tutorial(rule)).url;
            Nodes.register(python, ours.url());
            assertTrue(Nodes.resolve(python));
            assertEquals(Nodes.chain(ours), Nodes.chain(python));
            assertEquals(7, Nodes.length(python));
        }
    }

    // ## The command line

    @Test
    void wrongOptionsGetOneSentence() throws Exception {
        said("Unknown option: '--prot'. Try --help.", "--prot");
        said("Invalid value for option", "--port", "x");
        said("A proof can need 0 to 16 zeros, not 99.", "--zeros", "99");
        said("\"junk\" is not like", "--peer", "junk");
        int port = URI.create(node.url()).getPort();
        said("Port " + port + " of 127.0.0.1 is taken, perhaps by an older "
            + "node. Try --port " + (port + 1) + ".", "--port", "" + port);
        said("There is no port 99999.", "--port", "99999");
        try (var last = Programs.taken(65535)) {
            said("Try --port 0.", "--port", "65535");
        }
        said("There is no host no.such.invalid", "--host", "no.such.invalid");
        said("192.0.2.1 is no address of this machine.", "--host", "192.0.2.1");
        said("There is no folder", "--ledger", "no/such/ledger");
    }

    void said(String sentence, String... arguments) throws IOException {
        commands.run(Path.of(""), "Node", arguments).refuses(sentence);
    }

    @Test
    void aNodeSaysTheAddressThatItListensOn() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"),
            "elsewhere 127.0.0.2 must be made first");
        var other = nodes.start("--host", "127.0.0.2");
        assertTrue(other.url().startsWith("http://127.0.0.2:"));
        assertEquals(1, Nodes.length(other.url()));
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
            assertEquals(400, answer.status());
            var error = answer.json().get("error").asText();
            assertTrue(error.contains(it.getValue()), error);
            assertFalse(error.matches(".*(Node|Creator|coerce|token).*"), error);
        }
        assertEquals(400, post("/chain/validate", "{\"chain\": [" + block
            + "]} garbage").status());
    }

    // ## HTTP as others speak it

    @Test
    void aRouteHasMoreThanOneSpelling() throws Exception {
        post("/transactions/new/", Client.payment("a", 5));
        for (var path : List.of("/transactions", "//transactions",
                "/transactions/"))
            assertEquals(1, get(path).json().get("transactions").size(), path);
        var page = Client.send("GET", node.url() + "//chain/", "",
            "Sec-Fetch-Site", "cross-site");
        assertEquals("*", page.header("Access-Control-Allow-Origin"));
        var fat = Client.send("GET", node.url() + "/chain", "", "Cookie",
            "a".repeat(30_000)); // localhost's cookies are those of all ports
        assertEquals(200, fat.status());
    }

    @Test
    void headIsGetWithoutTheContentAndChangesNothing() throws Exception {
        for (var path : List.of("/", "/chain", "/nodes", "/transactions")) {
            var head = Client.send("HEAD", node.url() + path, "");
            assertEquals("", head.text());
            for (var name : List.of("Content-Type", "Content-Length", "ETag"))
                assertEquals(get(path).header(name), head.header(name), path);
        }
        for (var path : List.of("/mine", "/nodes/resolve"))
            assertEquals(405, Client.send("HEAD", node.url() + path, "")
                .status());
        assertEquals(1, Nodes.length(node.url()));
        assertEquals("GET, POST", Client.send("PUT", node.url() + "/mine", "")
            .header("Allow"));
    }

    @Test
    void aTagMayStandInAListOrBeWeak() throws Exception {
        var tag = get("/chain").header("ETag");
        for (var tags : List.of(tag, "W/" + tag, "\"a\", " + tag, "*"))
            assertEquals(304, Client.send("GET", node.url() + "/chain", "",
                "If-None-Match", tags).status(), tags);
        assertEquals(200, Client.send("GET", node.url() + "/chain", "",
            "If-None-Match", "\"a\", W/\"b\"").status());
    }

    @Test
    void aNodeGoesByTheNameInItsUrl() throws Exception {
        var named = nodes.start("--url", "http://Node-B.school.example:5305");
        var port = named.url().replaceAll(".*:", "");
        for (var host : Map.of("node-b.school.example:5305", 200, "localhost.:"
                + port, 200, "other.school.example:" + port, 403).entrySet()) {
            var answer = Client.raw(named.url(), "GET /nodes HTTP/1.1\r\nHost: "
                + host.getKey() + "\r\nConnection: close\r\n\r\n");
            assertEquals(host.getValue(), answer.status(), host.getKey());
            if (answer.status() == 403) assertTrue(answer.text().contains(
                "start it with --url http://" + host.getKey()), answer.text());
        }
    }

    // ## A terminal that is paused

    // By Ctrl-S, or on Windows by a click: nobody reads what it prints. A pipe
    // holds 64 kB.
    @Test
    void aPausedTerminalHoldsNobodyUp() throws Exception {
        int port = Programs.port();
        var url = "http://localhost:" + port;
        var program = Programs.java(List.of(), "Node", "--zeros", "2", "--port",
            "" + port).start();
        nodes.add(program::destroyForcibly);
        var out = program.inputReader();
        while (!out.readLine().startsWith("Try: ")) continue;
        for (int i = 0; i < 300 + Limits.LINES; i++)
            assertEquals(404, Client.get(url + "/" + "a".repeat(900)).status());
        Nodes.mine(url);
        while (!out.readLine().contains("lines were not printed")) continue;
    }

    public static void main(String... arguments) {
        Runner.run(NodeTest.class, arguments);
    }
}
