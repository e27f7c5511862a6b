///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES Client.java
//SOURCES Neighbour.java
//SOURCES ../Node.java

// A node survives a power cut: what it has answered stands in its ledger,
// and a node that starts from there goes on where the last one was.

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.nio.file.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES,
    threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LedgerTest {

    @TempDir Path folder;
    Path ledger;
    Node node;

    @BeforeEach
    void name() {
        ledger = folder.resolve("ledger");
    }

    @AfterEach
    void stop() {
        if (node != null) node.close();
    }

    void start() throws IOException {
        node = Node.start("--port", "0", "--quiet", "--zeros", "1",
            "--ledger", ledger.toString());
    }

    void restart() throws IOException {
        node.close();
        node = null;
        start();
    }

    Client.Answer get(String path) throws Exception {
        return Client.get(node.url() + path);
    }

    Client.Answer pay(int amount) throws Exception {
        return Client.post(node.url() + "/transactions/new",
            Client.payment("a\u00c3\u00a9", amount));
    }

    Client.Answer register(String address) throws Exception {
        return Client.post(node.url() + "/nodes/register",
            "{\"nodes\": [\"" + address + "\"]}");
    }

    // All that a node must not forget.
    List<JsonNode> state() throws Exception {
        return List.of(get("/chain").json(), get("/transactions").json(),
            get("/nodes").json());
    }

    // Seven lines: genesis, id, payment, block, payment, neighbour, block.
    List<JsonNode> aLittleHistory() throws Exception {
        start();
        pay(1);
        get("/mine");
        pay(2);
        register("localhost:5001");
        get("/mine");
        return state();
    }

    List<String> lines() throws IOException {
        return new ArrayList<>(Files.readAllLines(ledger, ISO_8859_1));
    }

    // ## Going on

    @Test
    void aNodeGoesOnWhereItWas() throws Exception {
        aLittleHistory();
        pay(3);
        var before = state();
        restart();
        assertEquals(before, state());
        assertEquals(4, get("/mine").json().get("index").asInt());
        restart();
        assertEquals(4, get("/chain").json().get("length").asInt());
    }

    @Test
    void aReplacedChainAndWhatItOrphanedAreRemembered() throws Exception {
        try (var other = Node.start("--port", "0", "--quiet", "--zeros", "1")) {
            aLittleHistory();
            pay(3);
            for (int i = 0; i < 5; i++) Client.get(other.url() + "/mine");
            register(other.url());
            assertEquals(6, get("/nodes/resolve").json().get("new_chain").size());
            var before = state();
            assertEquals("[1,2,3]", before.get(1).findValues("amount").toString()
                .replace(" ", ""));
            restart();
            assertEquals(before.subList(0, 2), state().subList(0, 2));
        }
    }

    // In the ledger, a chain stands one deeper than a neighbour may send it.
    @Test
    void theDeepestChainThatIsTakenIsRemembered() throws Exception {
        var payment = Client.payment("a", 5)
            .replace("\"a\"", "[".repeat(989) + "]".repeat(989));
        var genesis = new Block(1, 1, List.of(Client.JSON.readValue(payment,
            Map.class)), 100, 1);
        long proof = new ProofOfWork(Rule.classic, 1).proofOfWork(genesis);
        try (var other = new Neighbour("[" + genesis.canonicalJson() + ", "
                + new Block(2, 2, List.of(), proof, genesis.hash())
                .canonicalJson() + "]")) {
            start();
            register(other.address());
            assertEquals(2, get("/nodes/resolve").json().get("new_chain").size());
            restart();
            assertEquals(2, get("/chain").json().get("length").asInt());
        }
    }

    @Test
    void whatIsWrittenIsNeverChangedAndCostsTheSameEachTime() throws Exception {
        start();
        long[] cost = new long[2];
        for (int round = 0; round < 2; round++) {
            var before = Files.readAllBytes(ledger);
            pay(5);
            var after = Files.readAllBytes(ledger);
            cost[round] = after.length - before.length;
            assertArrayEquals(before, Arrays.copyOf(after, before.length));
            for (int i = 0; i < 100; i++) get("/mine");
        }
        assertEquals(cost[0], cost[1]);
    }

    // A request in flight has a second; then it is cut off.
    @Test
    void whoSendsSlowlyKeepsNoLedgerFromBeingClosed() throws Exception {
        start();
        try (var slow = Client.connect(node.url())) {
            slow.getOutputStream().write(("POST /chain/validate HTTP/1.1\r\n"
                + "Host: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Length: 200000\r\n\r\n").getBytes());
            slow.getInputStream().read(); // a thread waits for the rest
            restart();
        }
        assertEquals(200, get("/mine").status());
    }

    @Test
    void aHundredThousandBlocksAreReadInSeconds() throws Exception {
        var rule = new ProofOfWork(Rule.classic, 0);
        var last = new Block(1, 1.5, List.of(), 100, 1);
        try (var out = Files.newBufferedWriter(ledger)) {
            out.write(sealed(event(0, last)));
            for (int i = 2; i <= 100_000; i++) {
                last = new Block(i, i + 0.5, List.of(new Transaction("0", "me",
                    1)), rule.proofOfWork(last), last.hash());
                out.write(sealed(event(i - 1, last)));
            }
        }
        long start = System.nanoTime();
        node = Node.start("--port", "0", "--quiet", "--zeros", "0",
            "--ledger", ledger.toString());
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        assertEquals(100_001, get("/mine").json().get("index").asInt());
        assertTrue(seconds < 30, seconds + " seconds");
    }

    static String event(int kept, Block block) {
        return CanonicalJson.of(Map.of("kept", kept, "blocks", List.of(block)));
    }

    // As docs/08-a-power-cut.md has it, so that others can write it, too.
    private String seal = "";

    String sealed(String event) {
        seal = new Sha256().hex(seal + event);
        return event.substring(0, event.length() - 1) + ", \"seal\": \"" + seal
            + "\"}\n";
    }

    @Test
    void aSecondNodeOnTheSameLedgerIsRefused() throws Exception {
        start();
        var e = assertThrows(IOException.class, () -> Node.start("--port", "0",
            "--ledger", ledger.toString()));
        assertTrue(e.getMessage().endsWith("open."), e.getMessage());

        var process = process("--ledger", ledger.toString());
        var said = new String(process.getErrorStream().readAllBytes());
        assertEquals(1, process.waitFor());
        assertTrue(said.contains("has " + ledger + " open."), said);
        assertEquals(201, pay(5).status());
    }

    // ## Damage

    @Test
    void aTornTailIsDroppedWhereverItIsTorn() throws Exception {
        aLittleHistory();
        node.close();
        var whole = Files.readAllBytes(ledger);
        var random = Client.random();
        for (int i = 0; i < 30; i++) {
            int cut = i == 0 ? whole.length - 1 : random.nextInt(whole.length);
            Files.write(ledger, Arrays.copyOf(whole, cut));
            int lines = (int) new String(whole, 0, cut, ISO_8859_1).lines()
                .count() - (cut == 0 || whole[cut - 1] == '\n' ? 0 : 1);
            start();
            int blocks = lines >= 7 ? 3 : lines >= 4 ? 2 : 1;
            assertEquals(blocks, get("/chain").json().get("length").asInt());
            int pending = lines == 3 || lines == 5 || lines == 6 ? 1 : 0;
            assertEquals(pending,
                get("/transactions").json().get("transactions").size());
            pay(9);
            var before = state();
            restart();
            assertEquals(before, state(), "cut at " + cut);
            node.close();
        }
    }

    @Test
    void aTailOfZerosIsDropped() throws Exception {
        var before = aLittleHistory();
        node.close();
        Files.write(ledger, new byte[4096], StandardOpenOption.APPEND);
        start();
        assertEquals(before, state());
    }

    @Test
    void linesThatEndAsOnWindowsStopTheStart() throws Exception {
        aLittleHistory();
        node.close();
        node = null;
        Files.writeString(ledger, String.join("\r\n", lines()) + "\r\n");
        var before = Files.readAllBytes(ledger);
        assertThrows(IOException.class, this::start);
        assertArrayEquals(before, Files.readAllBytes(ledger));
    }

    @Test
    void anyOtherDamageStopsTheStartAndStaysAsItIs() throws Exception {
        aLittleHistory();
        node.close();
        node = null;
        var good = lines();
        var block = good.get(3);
        for (var damaged : List.of("", "nonsense", "{}", "[]", "null",
                block.substring(0, block.length() - 1), block + "}",
                block + good.get(4), good.get(2) + "{\"x\": 1}",
                block.replace("kept\": 1", "kept\": 9"),
                block.replace("kept\": 1", "kept\": -1"),
                block.replace("kept\": 1", "kept\": 0"),
                block.replace("amount\": 1", "amount\": 7"),
                block.replace("proof\": ", "proof\": 9"),
                block.replace("previous_hash\": \"", "previous_hash\": \"0"),
                "{\"transaction\": 5}", "{\"transaction\": {}}",
                "{\"nodes\": [5]}", "{\"nodes\": 5}", "\0".repeat(100))) {
            var lines = new ArrayList<>(good);
            lines.set(3, damaged);
            Files.writeString(ledger, String.join("\n", lines) + "\n");
            var before = Files.readAllBytes(ledger);
            var e = assertThrows(IOException.class, this::start, damaged);
            assertTrue(e.getMessage().matches(".*line [4-7]: .*"),
                damaged + ": " + e.getMessage());
            assertArrayEquals(before, Files.readAllBytes(ledger));
        }
    }

    // Read as the node reads it, each of some ten thousand times.
    @Test
    void noFlippedBitGoesUnnoticed() throws Exception {
        aLittleHistory();
        node.close();
        node = null;
        var good = Files.readAllBytes(ledger);
        var events = events();
        assertEquals(7, events.size());
        var stderr = System.err;
        try {
            for (int bit = 0; bit < 8 * good.length; bit++) {
                var warning = new ByteArrayOutputStream();
                System.setErr(new PrintStream(warning));
                var bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(ledger, bad);
                try {
                    if (!events().equals(events)) assertTrue(warning.toString()
                        .contains("dropped"), "bit " + bit);
                } catch (IOException noticed) {
                    assertArrayEquals(bad, Files.readAllBytes(ledger));
                }
            }
        } finally {
            System.setErr(stderr);
        }
    }

    List<Map<?, ?>> events() throws IOException {
        var events = new ArrayList<Map<?, ?>>();
        try (var file = new Ledger(ledger)) {
            file.replay(events::add);
        }
        return events;
    }

    @Test
    void anEventOfAnotherKindStopsTheStart() throws Exception {
        aLittleHistory();
        node.close();
        node = null;
        var good = Files.readString(ledger);
        for (var event : List.of("{}", "{\"id\": 5}", "{\"nodes\": 5}",
                "{\"nodes\": [5]}", "{\"transaction\": 5}", "{\"kept\": 1}",
                "{\"nodes\": [\"junk\"]}", "{\"kept\": 9, \"blocks\": []}")) {
            seal = good.replaceAll("(?s).*\"(.{64})\"}\n", "$1");
            Files.writeString(ledger, good + sealed(event));
            var e = assertThrows(IOException.class, this::start, event);
            assertTrue(e.getMessage().contains("line 8: "), e.getMessage());
        }
    }

    @Test
    void aFileThatIsNoLedgerIsLeftAsItIs() throws Exception {
        for (var text : List.of("remember the milk", "{\"a\": 1}", "[]", "x\n",
                "{\"blocks\": \"of stone\"}", "{\"id\": \"me\"}", "\n")) {
            Files.writeString(ledger, text);
            assertThrows(IOException.class, this::start, text);
            assertEquals(text, Files.readString(ledger));
        }
    }

    @Test
    void aLedgerThatCannotBeGetsOneSentence() throws Exception {
        var cases = new LinkedHashMap<String, String>();
        cases.put(folder.resolve("no/such").toString(), "no folder");
        cases.put(folder.toString(), "no file");
        if (Files.exists(Path.of("/dev/full"))) cases.put("/dev/full", "no file");
        for (var it : cases.entrySet()) {
            var e = assertThrows(IOException.class, () -> Node.start("--port",
                "0", "--ledger", it.getKey()));
            assertTrue(e.getMessage().contains(it.getValue()), e.getMessage());
        }
    }

    @Test
    void aLedgerUnderAnotherRuleSaysSo() throws Exception {
        aLittleHistory();
        node.close();
        node = null;
        var e = assertThrows(IOException.class, () -> Node.start("--port", "0",
            "--zeros", "8", "--ledger", ledger.toString()));
        assertTrue(e.getMessage().contains("--rule"), e.getMessage());
    }

    // Closing a second channel would undo the lock of the first.
    @Test
    void aRefusedStartLeavesTheLock() throws Exception {
        start();
        assertThrows(IOException.class, () -> Node.start("--port", "0",
            "--ledger", ledger.toString()));
        System.gc();
        var process = process("--ledger", ledger.toString());
        var said = new String(process.getErrorStream().readAllBytes());
        assertEquals(1, process.waitFor(), said);
        assertTrue(said.contains("open."), said);
    }

    @Test
    void aDeletedLedgerPromisesNothing() throws Exception {
        assumeTrue(File.separator.equals("/"), "Windows keeps an open file");
        start();
        Files.delete(ledger);
        assertFull(pay(5));
        assertEquals(0, get("/transactions").json().get("transactions").size());
    }

    // ## A disk that fails

    // strace has the system answer "Input/output error", from some time on.
    @Test
    void aFailedForceEndsTheNode() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/strace")), "no strace here");
        var process = process(List.of("strace", "-f", "-qq", "-o",
            folder.resolve("trace").toString(), "-e", "trace=fdatasync,fsync",
            "-e", "inject=fdatasync:error=EIO:when=6+"),
            "--ledger", ledger.toString());
        var url = url(process);
        int paid = 0;
        try {
            while (paid < 100 && Client.post(url + "/transactions/new",
                Client.payment("a", paid + 1)).status() == 201) paid++;
        } catch (IOException ended) {
            // as it should
        }
        var said = new String(process.getErrorStream().readAllBytes());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertTrue(said.contains("The node ends here"), said);
        assertEquals(1, said.strip().lines().count(), said);
        assertTrue(paid > 0 && paid < 100, paid + " paid");
        node = Node.start("--port", "0", "--quiet", "--zeros", "2", "--ledger",
            ledger.toString());
        assertTrue(get("/transactions").json().get("transactions").size()
            >= paid);
    }

    // ## Kill -9

    Process process(String... arguments) throws IOException {
        return process(List.of(), arguments);
    }

    Process process(List<String> before, String... arguments)
            throws IOException {
        var command = new ArrayList<>(before);
        command.addAll(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
            System.getProperty("java.class.path"), "Node", "--port", "0",
            "--quiet", "--zeros", "2"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    static String url(Process process) throws IOException {
        var line = process.inputReader().readLine();
        assertNotNull(line, () -> process.errorReader().lines().toList() + "");
        return line.replaceAll(".*(http://[^ ]*).*", "$1");
    }

    // What clients asked for, and what they were told.
    final Set<Integer> asked = ConcurrentHashMap.newKeySet(),
        paid = ConcurrentHashMap.newKeySet();
    final Set<String> blocks = ConcurrentHashMap.newKeySet(),
        neighbours = ConcurrentHashMap.newKeySet();
    final Semaphore answers = new Semaphore(0);

    @Test
    void afterAKillEverythingThatWasAnsweredIsThere() throws Exception {
        var random = Client.random();
        var clients = Executors.newFixedThreadPool(3);
        String id = null;
        for (int round = 0; round <= 20; round++) {
            var process = process("--ledger", ledger.toString());
            try {
                var url = url(process);
                var nodes = Client.get(url + "/nodes").json();
                if (id != null) assertEquals(id, nodes.get("id").asText());
                id = nodes.get("id").asText();
                check(url, nodes);
                answers.drainPermits();
                clients.submit(() -> keepOnPaying(url));
                clients.submit(() -> keepOnMining(url));
                clients.submit(() -> keepOnRegistering(url));
                answers.acquire(1 + random.nextInt(20));
            } finally {
                process.destroyForcibly().waitFor(); // SIGKILL
            }
        }
        clients.shutdown();
        assertTrue(clients.awaitTermination(1, TimeUnit.MINUTES));
        System.out.println("    " + paid.size() + " payments, " + blocks.size()
            + " blocks, " + neighbours.size() + " neighbours");
    }

    void check(String url, JsonNode nodes) throws Exception {
        var chain = Client.get(url + "/chain");
        assertTrue(Client.post(url + "/chain/validate", chain.text()).json()
            .get("valid").asBoolean());
        var found = new ArrayList<Integer>();
        for (var part : List.of(chain, Client.get(url + "/transactions")))
            for (var list : part.json().findValues("transactions"))
                for (var tx : list) if (tx.get("sender").asText().equals("a"))
                    found.add(tx.get("amount").asInt());
        assertEquals(found.size(), Set.copyOf(found).size(), "one came twice");
        assertTrue(found.containsAll(paid), "one is lost");
        assertTrue(asked.containsAll(found), "nobody asked for one");

        var hashes = chain.json().findValuesAsText("previous_hash");
        assertTrue(hashes.containsAll(blocks));
        for (var neighbour : neighbours)
            assertTrue(nodes.get("neighbours").has(neighbour), neighbour);
    }

    // Each goes on until it gets no answer.
    Void keepOnPaying(String url) throws Exception {
        while (true) {
            int amount = asked.size() + 1;
            asked.add(amount);
            assertEquals(201, Client.post(url + "/transactions/new",
                Client.payment("a", amount)).status());
            paid.add(amount);
            answers.release();
        }
    }

    Void keepOnMining(String url) throws Exception {
        while (true) {
            var block = Client.get(url + "/mine").json();
            blocks.add(block.get("previous_hash").asText());
            answers.release();
        }
    }

    Void keepOnRegistering(String url) throws Exception {
        for (int i = 0; i < 4; i++) {
            var address = "a:" + (neighbours.size() + 1);
            Client.post(url + "/nodes/register",
                "{\"nodes\": [\"" + address + "\"]}");
            neighbours.add(address);
            answers.release();
        }
        return null;
    }

    // ## A full disk

    // The shell lets the node write files of 64 kB, and no more.
    @Test
    void onAFullDiskNothingIsDoneAndNothingIsLost() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/bash")), "there is no bash");
        var process = process(List.of("/bin/bash", "-c",
            "ulimit -f 64; exec \"$@\"", "-"), "--ledger", ledger.toString());
        try {
            var url = url(process);
            int paid = 0;
            Client.Answer answer;
            while ((answer = Client.post(url + "/transactions/new",
                    Client.payment("a".repeat(900), paid + 1)))
                    .status() == 201) paid++;
            assertFull(answer);
            assertFull(Client.get(url + "/mine"));
            assertFull(Client.post(url + "/nodes/register",
                "{\"nodes\": [\"" + "a".repeat(1_000) + ":1\"]}"));
            var pending = Client.get(url + "/transactions").json();
            assertEquals(paid, pending.get("transactions").size());
            var chain = Client.get(url + "/chain").json();
            assertEquals(1, chain.get("length").asInt());
            process.destroyForcibly().waitFor();

            start(); // when there is room again
            assertEquals(pending, get("/transactions").json());
            assertEquals(chain, get("/chain").json());
            assertEquals(200, get("/mine").status());
        } finally {
            process.destroyForcibly();
        }
    }

    static void assertFull(Client.Answer answer) {
        assertEquals(507, answer.status(), answer.text());
        assertTrue(answer.json().get("error").asText()
            .startsWith("Nothing was done"), answer.text());
    }

    public static void main(String... arguments) {
        Runner.run(LedgerTest.class);
    }
}
