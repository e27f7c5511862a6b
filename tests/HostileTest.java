///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java

// A node survives its clients: those who come all at once, those who send
// nonsense, those who never stop, and a page of another site.

import static java.nio.charset.StandardCharsets.*;
import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.parallel.*;

@Execution(ExecutionMode.CONCURRENT)
class HostileTest {
    @AutoClose final Nodes nodes = new Nodes();
    Node node;

    @BeforeEach
    void start() throws Exception {
        node = nodes.start();
    }

    Client.Answer get(String path) throws Exception {
        return Client.get(node.url() + path);
    }

    // The body's letters are its bytes: \u00e9 is half of one in UTF-8.
    Client.Answer post(String path, String body) throws Exception {
        return Client.send("POST", node.url() + path,
            body.getBytes(ISO_8859_1));
    }

    Client.Answer ask(String verb, String path, String body, String... headers)
            throws Exception {
        return Client.send(verb, node.url() + path, body, headers);
    }

    static void assertSentence(int status, Client.Answer answer, Object sent) {
        var all = sent + " was answered by " + answer;
        assertEquals(status, answer.status(), all);
        assertEquals("application/json", answer.type(), all);
        assertEquals(List.of("error"), answer.json().properties().stream()
            .map(Map.Entry::getKey).toList(), all);
        var error = answer.json().get("error").asText();
        assertTrue(error.contains(" ") && error.endsWith("."), all);
        assertTrue(error.length() < 1_000, all);
    }

    // ## All at once

    @Test
    void sixtyFourMinersAtOnceMakeSixtyFourBlocks() throws Exception {
        var blocks = new ArrayList<Future<JsonNode>>();
        var posts = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < 64; i++) {
            var payment = Client.payment("a", i + 1);
            blocks.add(Programs.async(() -> get("/mine").json()));
            posts.add(Programs.async(() -> {
                for (int j = 0; j < 5; j++) Nodes.pay(node, payment);
                return true;
            }));
        }
        for (var done : posts) assertTrue(done.get());
        var indexes = new TreeSet<Integer>();
        for (var block : blocks) indexes.add(block.get().get("index").asInt());
        assertEquals(IntStream.rangeClosed(2, 65).boxed().toList(),
            List.copyOf(indexes));

        get("/mine"); // takes what is left
        Nodes.assertValid(node.url());
        var paid = new TreeMap<Integer, Integer>();
        for (var all : Nodes.chain(node).findValues("transactions"))
            for (var tx : all) paid.merge(tx.get("sender").asText().equals("0")
                ? 0 : tx.get("amount").asInt(), 1, Integer::sum);
        assertEquals(65, paid.remove(0)); // the rewards
        for (int i = 1; i <= 64; i++) assertEquals(5, paid.get(i), i + "");
    }

    // ## Nonsense

    // Each is answered by a sentence, and changes nothing.
    void refused(String route, Stream<String> bodies) throws Exception {
        var before = Nodes.state(node);
        for (var body : bodies.toList()) {
            var sent = route + " with " + body.length() + " characters, "
                + body.substring(0, Math.min(99, body.length()));
            assertSentence(400, post(route, body), sent);
        }
        assertEquals(before, Nodes.state(node));
    }

    @Test
    void whatIsNoObjectIsRefused() throws Exception {
        var bodies = List.of("", " ", "null", "5", "\"text\"", "true", "{", "{}",
            "{}}", "nonsense", "\0", "\u00ff\u00fe", "{\"a\": \u00c3(}", "NaN",
            "[".repeat(1_000_000), "{\"a\":".repeat(100_000), "[null]",
            "\"" + "x".repeat(10_000_000) + "\"", " ".repeat(10_000_000),
            "9".repeat(100_000), "{\"nodes\": []} x", "{\"chain\": [",
            "{\"sender\": \"a\", \"sender\": \"a\"}", "{\"\\ud800\": 1}",
            "{'nodes': []}", "sender=a&recipient=b&amount=5");
        refused("/transactions/new", bodies.stream());
        refused("/nodes/register", bodies.stream());
        refused("/chain/validate", bodies.stream());
        refused("/transactions/new", Stream.of("[]"));
        refused("/nodes/register", Stream.of("[]"));
    }

    @Test
    void whatIsNoPositiveAmountIsRefused() throws Exception {
        refused("/transactions/new", Stream.of("null", "\"5\"", "true", "[]",
            "{}", "0", "-1", "-0.0", "NaN", "Infinity", "1e999", "-1e999",
            "1e-999", "05", "+5", "5.", ".5", "0x5", "1_000", "[[[[5]]]]", "",
            "1" + "0".repeat(5_000), "5, \"amount\": 5", "5}, {", "5 5")
            .map(amount -> Client.payment("a", amount)));
    }

    @Test
    void aTransactionHasTwoNamesAnAmountAndNoMore() throws Exception {
        var names = List.of("null", "\"\"", "5", "[]", "{}", "false", "\"a",
            "\"" + "x".repeat(1_001) + "\"", "\"\u00ff\"", "\"\\x\"", "\"\n\"");
        refused("/transactions/new", names.stream().map(name -> "{\"sender\": "
            + name + ", \"recipient\": \"b\", \"amount\": 5}"));
        refused("/transactions/new", names.stream().map(name -> "{\"sender\": "
            + "\"a\", \"recipient\": " + name + ", \"amount\": 5}"));
        refused("/transactions/new", Stream.of(Client.payment("0", 5),
            "{\"recipient\": \"b\", \"amount\": 5}", "{\"sender\": \"a\"}",
            Client.payment("a", "5, \"note\": \"c\"")));
    }

    @Test
    void whatIsNoAddressIsRefusedAndTheRestOfItsListToo() throws Exception {
        var nodes = Stream.of("null", "5", "[]", "{}", "[\"a:1\"]", "\"\"",
            "\"localhost\"", "\"junk\"", "\"https://localhost:5001\"", "1e999",
            "\"localhost:0\"", "\"localhost:65536\"", "\"localhost:-1\"",
            "\"localhost:99999999999\"", "\"ftp://localhost:1\"", "\"a:05\"",
            "\"http://u@a:1\"", "\"a b:1\"", "\"..:1\"",
            "\"[::1\"", "\"[::1]\"", "\"[:::::]:1\"", "\"1.2.3:1\"", "\"a:1?b\"",
            "\"256.1.1.1:1\"", "\"http://:5001\"", "\"//a:1\"", "\"a:\\n1\"",
            "\"\\u0000:1\"", "\"" + node.url() + "\"").toList();
        refused("/nodes/register", nodes.stream().map(address ->
            "{\"nodes\": [\"localhost:5001\", " + address + "]}"));
        refused("/nodes/register", nodes.stream().filter(it -> !it.equals("[]")
            && !it.contains("[\"")).map(list -> "{\"nodes\": " + list + "}"));
    }

    // Each slash could be the last one: whoever tries all of them needs hours.
    @Test
    void aNameHasALength() {
        var refused = assertThrows(Refusal.class, () -> Address.of(
            "http://" + "/".repeat(5_000_000) + "?"));
        assertEquals("a text of 5000008 characters is not like "
            + "http://localhost:5001.", refused.getMessage());
    }

    @Test
    void whatIsNoBlockIsRefused() throws Exception {
        refused("/chain/validate", Stream.of("null", "5", "[]", "{}", "\"block\"",
            "{\"index\": 1}", block("1", "\"now\"", "[]"), block("1.5", "1", "[]"),
            block("null", "1", "[]"), block("1", "1", "null"),
            block("1", "1e999", "[]"), block("9".repeat(30), "1", "[]"),
            block("1", "1", "[], \"extra\": 1"), block("1", "1", "{}"),
            block("1", "1", "[" + Client.payment("a", "1e999") + "]"),
            block("1", "1", "[".repeat(1_000) + "]".repeat(1_000)),
            block("1", "1", "[]") + " " + block("1", "1", "[]"))
            .map(block -> "{\"chain\": [" + block + "]}"));
    }

    static String block(String index, String timestamp, String transactions) {
        return "{\"index\": " + index + ", \"timestamp\": " + timestamp
            + ", \"transactions\": " + transactions
            + ", \"proof\": 100, \"previous_hash\": 1}";
    }

    // Bytes of a good request are changed, doubled, dropped, cut off. Some
    // of what comes out is still good: that is counted.
    @Test
    void noChangeToARequestIsTooMuch(TestReporter reporter) throws Exception {
        var random = Programs.random(reporter);
        var good = Map.of("/transactions/new", Client.payment("\\u00e9\u00c3\u00a9", 1.5e3),
            "/nodes/register", "{\"nodes\": [\"http://[::1]:5001\", \"a.b:1\"]}",
            "/chain/validate", get("/chain").text());
        int accepted = 0;
        for (int i = 0; i < 3_000; i++) {
            var route = List.copyOf(good.keySet()).get(i % 3);
            var body = good.get(route);
            for (int j = random.nextInt(4); j >= 0; j--)
                body = mutated(body, random);
            var answer = post(route, body);
            if (answer.status() >= 400) assertSentence(400, answer, body);
            else if (route.startsWith("/t")) accepted++;
        }
        assertEquals(accepted,
            get("/transactions").json().get("transactions").size());
        assertTrue(accepted > 0);
        assertEquals(1, get("/chain").json().get("length").asInt());
    }

    static String mutated(String text, Random random) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + 1 + random.nextInt(8));
        var front = text.substring(0, from);
        var back = text.substring(to);
        return switch (random.nextInt(5)) {
            case 0 -> front + (char) random.nextInt(256) + back;
            case 1 -> front + "{}[]\",:0-.eE\\ \0".charAt(random.nextInt(15)) + back;
            case 2 -> front + text.substring(from, to).repeat(random.nextInt(9)) + back;
            case 3 -> random.nextInt(10) > 0 ? front + back : front;
            default -> front + List.of("null", "1e999", "9".repeat(40), "[[",
                "\\ud83d", "\"\"", "NaN", "-").get(random.nextInt(8)) + back;
        };
    }

    @Test
    void aWrongVerbAndAnUnknownPathAreRefused() throws Exception {
        var before = Nodes.state(node);
        for (var verb : List.of("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"))
            for (var path : List.of("/", "/mine", "/transactions",
                    "/transactions/new", "/chain", "/chain/validate", "/nodes",
                    "/nodes/register", "/nodes/resolve"))
                assertSentence(405, ask(verb, path, ""), verb + " " + path);
        assertSentence(404, post("/nowhere", "x".repeat(10_000_000)), "10 MB");
        assertSentence(405, post("/chain", "x".repeat(10_000_000)), "10 MB");
        for (var path : List.of("/nowhere", "/Chain", "/mine/1", "/%2f",
                "/explorer/no.js", "/explorer/README", "/explorer/%2e%2e%5cx.md",
                "/docs/no.md", "/docs/README", "/docs/zh/%2e%2e/%2e%2e/README.md",
                "/chain;a=b", "/\u00e9".replace("\u00e9", "%c3%a9")))
            assertSentence(404, get(path), path);
        assertSentence(405, get("/transactions/new"), "GET");
        assertEquals(before, Nodes.state(node));
    }

    @Test
    void whatIsNoHttpIsRefusedInJsonToo() throws Exception {
        var head = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
        for (var sent : List.of("\0\1\2\r\n\r\n", "GET /chain\r\n\r\n",
                "GET /%zz" + head, "GET /%00" + head, "GET /%c3%28" + head,
                "GET /\u00ff" + head, "GET /../chain" + head, "GET /\\" + head,
                "GET *" + head, "CONNECT /mine" + head, "GET /..;/x" + head,
                "GET /" + "a".repeat(40_000) + head, "GET http://x/chain" + head,
                "GET /chain" + head + "X: " + "a".repeat(40_000) + "\r\n",
                "GET /chain HTTP/1.1\r\n", "GET /chain HTTP/3.0\r\nHost: a\r\n",
                "GET /chain" + head + "Host: b\r\n",
                "GET /chain" + head + "a b: c\r\n",
                "GET /chain HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                "POST /mine" + head + "Content-Length: -1\r\n",
                "POST /mine" + head + "Content-Length: x\r\n",
                "POST /mine" + head + "Expect: x\r\n",
                "POST /mine" + head + "Transfer-Encoding: x\r\n")) {
            var answer = Client.raw(node.url(), sent + "\r\n");
            int status = answer.status(); // HTTP has one for each of them
            assertSentence(status < 500 || status == 505 ? status : 400, answer,
                sent);
        }
        assertEquals(1, get("/chain").json().get("length").asInt());
    }

    // ## Too much

    // What is small on the wire may be large in memory.
    @Test
    void aChainOfTooManySmallThingsIsRefused() throws Exception {
        var many = "[" + "[],".repeat(5_000_000) + "[]]";
        refused("/chain/validate", Stream.of("{\"chain\": ["
            + block("1", "1", "[" + Client.payment("a", many) + "]") + "]}"));
    }

    // Who sends first and reads later must not find the line cut.
    @Test
    void whoSendsTooMuchStillHearsWhy() throws Exception {
        for (var path : List.of("/transactions/new", "/chain/validate", "/x"))
            for (int i = 0; i < 5; i++) assertSentence(
                path.equals("/x") ? 404 : 400, Client.raw(node.url(), "POST "
                + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n"
                + "\r\n" + "x".repeat(20_000_000)), path);
    }

    @Test
    void whoSendsWithoutEndIsCutOff() throws Exception {
        for (var path : List.of("/transactions/new", "/nodes/register",
                "/chain/validate", "/mine"))
            try (var socket = Client.connect(node.url())) {
                var out = socket.getOutputStream();
                out.write(("POST " + path + " HTTP/1.1\r\nHost: a\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n").getBytes());
                var chunk = ("fffff\r\n" + " ".repeat(0xfffff) + "\r\n").getBytes();
                assertThrows(IOException.class, () -> {
                    for (int i = 0; i < 1_000; i++) out.write(chunk);
                }, path);
            }
        assertEquals(200, get("/chain").status());
    }

    @Test
    void aFullPoolTakesNoMoreUntilABlockIsMined() throws Exception {
        var statuses = new ArrayList<Integer>();
        try (var socket = Client.connect(node.url())) { // all in one go
            var sender = Programs.async(() -> {
                for (int i = 1; i <= 10_010; i++)
                    socket.getOutputStream().write(request("POST",
                        "/transactions/new", Client.payment("a", i)));
                return null;
            });
            var in = new Scanner(socket.getInputStream());
            while (statuses.size() < 10_010) statuses.add(Integer.valueOf(
                in.findWithinHorizon("HTTP/1.1 (...)", 0).substring(9)));
            sender.get();
        }
        assertEquals(Collections.nCopies(10_000, 201),
            statuses.subList(0, 10_000));
        assertEquals(Collections.nCopies(10, 429),
            statuses.subList(10_000, 10_010));
        assertSentence(429, post("/transactions/new", Client.payment("a", 1)),
            "one more");

        var mined = get("/mine").json().get("transactions");
        assertEquals(10_001, mined.size());
        for (int i = 1; i <= 10_000; i++)
            assertEquals(i, mined.get(i - 1).get("amount").asInt());
        assertEquals(201, post("/transactions/new", Client.payment("a", 1))
            .status());
    }

    static byte[] request(String verb, String path, String body) {
        return (verb + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: "
            + body.length() + "\r\n\r\n" + body).getBytes();
    }

    @Test
    void aNodeHasAHundredNeighboursAtMost() throws Exception {
        var many = IntStream.rangeClosed(1, 101).mapToObj(i -> "\"a:" + i + "\"")
            .toList();
        refused("/nodes/register", Stream.of("{\"nodes\": " + many + "}"));
        var most = "{\"nodes\": " + many.subList(0, 100) + "}";
        assertEquals(201, post("/nodes/register", most).status());
        assertEquals(201, post("/nodes/register", most).status()); // again
        refused("/nodes/register", Stream.of("{\"nodes\": [\"a:101\"]}"));
        // Looked up one by one, thousands would take minutes. So they are
        // counted first: else the bad one among them would be named.
        var answer = post("/nodes/register", "{\"nodes\": "
            + Collections.nCopies(4_000, "\"junk\"") + "}");
        assertSentence(400, answer, "4,000 names");
        assertTrue(answer.text().contains("at most 100"), answer.text());
    }

    // Javalin keeps a session for each request that has this header.
    @Test
    void aWebSocketIsRefusedOnEveryRoute() throws Exception {
        for (var path : List.of("/", "/chain", "/nodes", "/mine", "/nowhere"))
            assertSentence(400, ask("GET", path, "", "Sec-WebSocket-Key",
                "dGhlIHNhbXBsZSBub25jZQ=="), path);
        assertEquals(1, get("/chain").json().get("length").asInt());
    }

    // A letter of two bytes has six in canonical JSON.
    @Test
    void thePoolIsCountedInBytesSoThatOthersTakeItsBlock() throws Exception {
        var name = "\u00c3\u00a9".repeat(1_000);
        var payment = Client.payment(name, 5).replace("\"b\"",
            "\"" + name + "\"");
        int taken = 0;
        while (post("/transactions/new", payment).status() == 201) taken++;
        assertSentence(429, post("/transactions/new", payment), "one more");
        assertEquals(Limits.WAITING_BYTES / 12_050, taken, 5);
        get("/mine");
        assertTrue(nodes.start("--peer", node.url()).resolveConflicts());
    }

    // ## Slow ones

    // Some are cut off after a while. If the chain comes while they are not,
    // nobody had to wait for them.
    @Test
    void whoSendsSlowlyLocksNobodyOut() throws Exception {
        // The short ones last: these take no place, which must be free again.
        for (int sent : List.of(120_000, 1)) {
            int most = sent == 1 ? 300 : 50; // of long texts
            var slow = nodes.callers(node, 300, ("POST /chain/validate HTTP/1.1"
                + "\r\nHost: a\r\nContent-Length: 200000\r\n\r\n["
                + " ".repeat(sent)).getBytes());
            for (int i = 0; i < 5; i++) get("/chain");
            int waiting = 0;
            for (var socket : slow)
                if (socket.getInputStream().available() == 0) waiting++;
            assertTrue(waiting >= most, waiting + " of " + most);
            for (var socket : slow) socket.close();
        }
    }

    @Test
    void whoReadsSlowlyLocksNobodyOut() throws Exception {
        Nodes.register(node, nodes.says(Chains.holding(Chains.payments(100_000,
            5), 3)).address());
        Programs.await(node::resolveConflicts);
        var chain = get("/chain").text();
        var slow = nodes.callers(node, 300,
            "GET /chain HTTP/1.0\r\n\r\n".getBytes());
        for (int i = 0; i < 5; i++) assertEquals(200, get("/nodes").status());
        boolean whole = false; // a hundred of them get it
        for (int i = 0; i < 300 && !whole; i++) whole = new String(slow.get(i)
            .getInputStream().readAllBytes()).endsWith(chain);
        assertTrue(whole, "all were cut off meanwhile");
    }

    // There are so many places for long texts, whichever they are.
    @Test
    void whoReadsAChainSlowlyLeavesNoPlaceForWhatWaits() throws Exception {
        Nodes.register(node, nodes.says(Chains.holding(Chains.payments(100_000,
            5), 3)).address());
        Programs.await(node::resolveConflicts);
        var name = "\u00c3\u00a9".repeat(1_000);
        for (int i = 0; i < 20; i++) assertEquals(201, post("/transactions/new",
            Client.payment(name, 5)).status());
        assertEquals(200, get("/transactions").status());
        var slow = nodes.callers(node, 300,
            "GET /chain HTTP/1.0\r\n\r\n".getBytes());
        Programs.await(() -> get("/transactions").status() != 200);
        assertSentence(429, get("/transactions"), "what waits");
        for (var socket : slow) socket.close();
        Programs.await(() -> get("/transactions").status() == 200);
    }

    // Each of them, read whole, would take up to half of the memory.
    @Test @Tag("long")
    void longChainsDoNotFillTheMemory() throws Exception {
        int size = Runner.size(1, 4);
        var sparse = block("1", "1", "[" + Client.payment("a", 5) + "]");
        var bodies = List.of("[" + (sparse + ",").repeat(size * 13_000_000
            / (sparse.length() + 1)) + sparse + "]", "[" + block("1", "1", "["
            + "1e99,".repeat(size * 1_500_000) + "5]") + "]", "[" + block("1",
            "1", "[" + "{\"a\":0},".repeat(size * 1_000_000) + "5]") + "]");
        var program = nodes.add(Program.node(List.of(),
            List.of("-Xmx" + size * 128 + "m")));
        for (var body : bodies) {
            var answers = new ArrayList<Future<Client.Answer>>();
            while (answers.size() < (body == bodies.get(0) ? 8 : 4))
                answers.add(Programs.async(() -> Client.post(program.url
                    + "/chain/validate", body)));
            Nodes.mine(program.url);
            for (var answer : answers) if (answer.get().status() != 200)
                assertSentence(answer.get().status() == 429 ? 429 : 400,
                    answer.get(), "a long chain");
        }
        Nodes.mine(program.url);
        assertEquals(0, program.process.getErrorStream().available());
    }

    // After its first space, an answer has gone out as 200. So it must not
    // look whole: it says why, or is cut off, and has no end in any case.
    @Test
    void aSearchThatFailsIsNoWholeAnswer() throws Exception {
        node = nodes.start("--zeros", "16");
        var in = nodes.callers(node, 1, request("GET", "/mine", "")).get(0)
            .getInputStream();
        assertEquals('H', in.read());
        nodes.end(node);
        var rest = new ByteArrayOutputStream();
        try {
            in.transferTo(rest);
        } catch (SocketException cutOff) {
            // as it may be
        }
        assertFalse(rest.toString().endsWith("\r\n0\r\n\r\n"), "" + rest);
        assertFalse(rest.toString().contains("Forged"), "" + rest);
    }

    @Test
    void whatEndsTooEarlyIsNotNamedInJargon() {
        var cut = new InputStream() {
            public int read() throws IOException {
                throw new EOFException("Early EOF");
            }
        };
        var refusal = assertThrows(Refusal.class, () -> Json.object(cut, "{}"));
        assertEquals("Send a JSON object such as {}. It ends too early.",
            refusal.getMessage());
    }

    // The client ends before its body does.
    @Test
    void aRequestThatIsCutOffChangesNothing() throws Exception {
        var before = Nodes.state(node);
        for (var path : List.of("/mine", "/transactions/new", "/nodes/register",
                "/chain/validate")) for (var body : List.of(
                    "Content-Length: 9\r\n\r\nabc",
                    "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
                    "Transfer-Encoding: chunked\r\n\r\n5\r\nab")) {
            var answer = Client.raw(node.url(), "POST " + path
                + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + body);
            assertSentence(400, answer, path + " " + body);
        }
        assertEquals(before, Nodes.state(node));
    }

    // ## Those who wait, and those who hang up

    @Test
    void whoWaitsForABlockLocksNobodyOut() throws Exception {
        node = nodes.start("--zeros", "16");
        var callers = nodes.callers(node, 250, request("GET", "/mine", ""));
        var refused = new Semaphore(0);
        for (var caller : callers) Programs.async(() -> {
            if (status(caller).contains(" 429 ")) refused.release();
            return null;
        });
        assertEquals(200, get("/chain").status());
        refused.acquire(250 - 101); // one searches, 100 wait
        assertSentence(429, get("/mine"), "one search more");

        for (var caller : callers) caller.close(); // their searches end
        while (true) try (var next = Client.connect(node.url())) {
            next.getOutputStream().write("GET /mine HTTP/1.0\r\n\r\n".getBytes());
            if (status(next).contains(" 200 ")) break;
        }
    }

    static String status(Socket caller) throws IOException {
        return new BufferedReader(new InputStreamReader(
            caller.getInputStream())).readLine();
    }

    @Test
    void whoWaitsForNeighboursLocksNobodyOut() throws Exception {
        try (var silent = new ServerSocket(0)) {
            post("/nodes/register", "{\"nodes\": [\"localhost:"
                + silent.getLocalPort() + "\"]}");
            int served = 0;
            while (served < 2) { // unless the machine itself stood still
                var all = nodes.callers(node, 300, request("GET",
                    "/nodes/resolve", ""));
                var first = all.get(0).getInputStream();
                for (served = 0; first.available() == 0; served++) get("/chain");
                for (var it : all) assertEquals("HTTP/1.1 200 OK", status(it));
            }
        }
    }

    // ## A page of another site

    // A page of another port of this machine is another site's, too.
    @Test
    void aPageOfAnotherSiteChangesNothing() throws Exception {
        var before = Nodes.state(node);
        for (var route : List.of("GET /mine", "POST /mine", "GET /nodes/resolve",
                "POST /transactions/new", "POST /nodes/register")) {
            var part = route.split(" ");
            var body = route.endsWith("new") ? Client.payment("a", 5)
                : route.endsWith("r") ? "{\"nodes\": [\"a:1\"]}" : "";
            for (var site : List.of("cross-site", "same-site", "x"))
                assertSentence(403, ask(part[0], part[1], body,
                    "Sec-Fetch-Site", site), route + site);
            assertSentence(403, ask(part[0], part[1], body, "Origin",
                "http://evil.example"), route);
        }
        assertEquals(before, Nodes.state(node));
        for (var site : List.of("same-origin", "none")) assertEquals(200,
            ask("GET", "/mine", "", "Sec-Fetch-Site", site, "Origin",
                node.url()).status());
    }

    // Its owner has evil.example lead to this machine: to the browser, its
    // page and this node are one site.
    @Test
    void aNameThatIsNotOursIsRefused() throws Exception {
        for (var name : List.of("evil.example", "evil.example:80", "1.2.3.4.x"))
            for (var path : List.of("/mine", "/nodes", "/chain")) {
                var answer = Client.raw(node.url(), "GET " + path + " HTTP/1.1"
                    + "\r\nHost: " + name + "\r\nOrigin: http://" + name
                    + "\r\nConnection: close\r\n\r\n");
                assertSentence(403, answer, name + path);
            }
        for (var name : List.of("localhost", "127.0.0.1", "192.168.0.5:5000",
                "[::1]:5000", "ada", "ada.local")) assertEquals(200, Client.raw(
            node.url(), "GET /nodes HTTP/1.1\r\nHost: " + name
            + "\r\nConnection: close\r\n\r\n").status(), name);
    }

    // To a plain address in a LAN, a browser does not say where an image
    // comes from. Only our own page sends X-Page.
    @Test
    void anImageOfAnotherSiteDoesNotMine() throws Exception {
        var browser = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0";
        assertSentence(403, ask("GET", "/mine", "", "User-Agent", browser),
            "an image");
        assertEquals(200, ask("GET", "/mine", "", "User-Agent", browser,
            "X-Page", "explorer").status());
        var shell = "Mozilla/5.0 (Windows NT; de-DE) WindowsPowerShell/5.1.2";
        assertEquals(200, ask("GET", "/mine", "", "User-Agent", shell)
            .status());
        assertEquals(200, ask("GET", "/chain", "", "User-Agent", browser)
            .status());
    }

    @Test
    void onlyTheChainIsOpenToOtherSites() throws Exception {
        for (var path : List.of("/", "/chain", "/nodes", "/transactions"))
            assertEquals(path.equals("/chain") ? "*" : "", get(path).header(
                "Access-Control-Allow-Origin"), path);
        assertEquals(200, ask("GET", "/chain", "", "Sec-Fetch-Site",
            "cross-site").status());
    }

    public static void main(String... arguments) {
        Runner.run(HostileTest.class, arguments);
    }
}
