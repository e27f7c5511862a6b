///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java

// A node survives a power cut: what it has answered stands in its ledger,
// and a node that starts from there goes on where the last one was.

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.IntStream;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.*;

@Execution(ExecutionMode.CONCURRENT)
class LedgerTest {

    @TempDir Path folder;
    @AutoClose final Nodes nodes = new Nodes();
    Path ledger;
    Node node;

    @BeforeEach
    void name() {
        ledger = folder.resolve("ledger");
    }

    Node start(String... more) throws Exception {
        var arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("--ledger", ledger.toString()));
        return node = nodes.start(arguments.toArray(String[]::new));
    }

    void stop() throws Exception {
        nodes.end(node);
    }

    void restart() throws Exception {
        stop();
        start();
    }

    Client.Answer pay(int amount) throws Exception {
        return Client.post(node.url() + "/transactions/new",
            Client.payment("a\u00e9", amount));
    }

    // Seven lines: genesis, id, payment, block, payment, neighbour, block.
    List<JsonNode> aLittleHistory() throws Exception {
        start();
        pay(1);
        Nodes.mine(node);
        pay(2);
        Nodes.register(node, "localhost:5001");
        Nodes.mine(node);
        return Nodes.state(node);
    }

    List<JsonNode> aLittleHistoryThatHasEnded() throws Exception {
        var state = aLittleHistory();
        stop();
        return state;
    }

    List<String> lines() throws IOException {
        return new ArrayList<>(Files.readAllLines(ledger, ISO_8859_1));
    }

    // ## Going on

    @Test
    void aNodeGoesOnWhereItWas() throws Exception {
        aLittleHistory();
        pay(3);
        var before = Nodes.state(node);
        restart();
        assertEquals(before, Nodes.state(node));
        assertEquals(4, Nodes.mine(node).get("index").asInt());
        restart();
        assertEquals(4, Nodes.length(node.url()));
    }

    @Test
    void aReplacedChainAndWhatItOrphanedAreRemembered() throws Exception {
        var other = nodes.start();
        aLittleHistory();
        pay(3);
        for (int i = 0; i < 5; i++) Nodes.mine(other);
        Nodes.register(node, other.url());
        assertTrue(Nodes.resolve(node));
        assertEquals(6, Nodes.length(node.url()));
        var before = Nodes.state(node);
        assertEquals("[1,2,3]", before.get(1).findValues("amount").toString()
            .replace(" ", ""));
        restart();
        assertEquals(before.subList(0, 2), Nodes.state(node).subList(0, 2));
    }

    // In the ledger, a chain stands one deeper than a neighbour may send it.
    @Test
    void theDeepestChainThatIsTakenIsRemembered() throws Exception {
        var payment = Client.payment("a", 5)
            .replace("\"a\"", "[".repeat(989) + "]".repeat(989));
        var genesis = new Block(1, 1, List.of(Client.JSON.readValue(payment,
            Map.class)), 100, 1);
        start();
        var chain = Chains.longer(List.of(genesis), List.of());
        Nodes.register(node, nodes.says(Chains.body(chain)).address());
        assertTrue(Nodes.resolve(node));
        assertEquals(2, Nodes.length(node.url()));
        restart();
        assertEquals(2, Nodes.length(node.url()));
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
            for (int i = 0; i < 100; i++) Nodes.mine(node);
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
        Nodes.mine(node);
    }

    @Test @Tag("long")
    void aLongLedgerIsRead() throws Exception {
        int length = Runner.size(10_000, 100_000);
        int kept = 0;
        try (var out = Files.newBufferedWriter(ledger)) {
            for (var block : Chains.of(length, Chains.FREE))
                out.write(sealed(CanonicalJson.of(Map.of("kept", kept++,
                    "blocks", List.of(block)))));
        }
        start("--zeros", "0");
        assertEquals(length + 1, Nodes.mine(node).get("index").asInt());
    }

    // As docs/12-a-power-cut.md has it, so that others can write it, too.
    private String seal = "";

    String sealed(String event) {
        seal = new Sha256().hex(seal + event);
        return event.substring(0, event.length() - 1) + ", \"seal\": \"" + seal
            + "\"}\n";
    }

    // Closing a second channel would undo the lock of the first.
    @Test
    void aSecondNodeOnTheSameLedgerIsRefused() throws Exception {
        start();
        var e = assertThrows(IOException.class, () -> nodes.start("--ledger",
            ledger.toString()));
        assertTrue(e.getMessage().endsWith("open."), e.getMessage());

        System.gc();
        var program = Program.builder(List.of(), List.of(), "--ledger",
            ledger.toString()).start();
        var said = new String(program.getErrorStream().readAllBytes());
        assertEquals(1, program.waitFor(), said);
        assertTrue(said.contains("has " + ledger + " open."), said);
        assertEquals(201, pay(5).status());
    }

    // ## Damage

    @Test @Tag("long")
    void aTornTailIsDroppedWhereverItIsTorn(TestReporter reporter)
            throws Exception {
        aLittleHistoryThatHasEnded();
        var whole = Files.readAllBytes(ledger);
        var random = Programs.random(reporter);
        for (int i = 0; i < Runner.size(8, 60); i++) {
            int cut = i == 0 ? whole.length - 1 : random.nextInt(whole.length);
            Files.write(ledger, Arrays.copyOf(whole, cut));
            int lines = (int) new String(whole, 0, cut, ISO_8859_1).lines()
                .count() - (cut == 0 || whole[cut - 1] == '\n' ? 0 : 1);
            start();
            int blocks = lines >= 7 ? 3 : lines >= 4 ? 2 : 1;
            assertEquals(blocks, Nodes.length(node.url()));
            int pending = lines == 3 || lines == 5 || lines == 6 ? 1 : 0;
            assertEquals(pending, Nodes.waiting(node).size());
            pay(9);
            var before = Nodes.state(node);
            restart();
            assertEquals(before, Nodes.state(node), "cut at " + cut);
            stop();
        }
    }

    @Test
    void aTailOfZerosIsDropped() throws Exception {
        var before = aLittleHistoryThatHasEnded();
        Files.write(ledger, new byte[4096], StandardOpenOption.APPEND);
        start();
        assertEquals(before, Nodes.state(node));
    }

    /** Starting with this ledger fails, and leaves it as it is. */
    String refused(String text) throws IOException {
        Files.writeString(ledger, text);
        var e = assertThrows(IOException.class, this::start, text);
        assertEquals(text, Files.readString(ledger));
        return e.getMessage();
    }

    @Test
    void anyOtherDamageStopsTheStartAndStaysAsItIs() throws Exception {
        aLittleHistoryThatHasEnded();
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
            var said = refused(String.join("\n", lines) + "\n");
            assertTrue(said.matches(".*line [4-7]: .*"), damaged + ": " + said);
        }
        refused(String.join("\r\n", good) + "\r\n"); // as on Windows
    }

    // Read as the node reads it. A flipped bit of the end of a line makes
    // it the torn last line; then all before it is there.
    @Test @Tag("long")
    void noFlippedBitGoesUnnoticed(TestReporter reporter) throws Exception {
        aLittleHistoryThatHasEnded();
        var good = Files.readAllBytes(ledger);
        var events = events();
        assertEquals(7, events.size());
        int step = Runner.size(7, 1), noticed = 0;
        int first = step == 1 ? 0 : Programs.random(reporter).nextInt(step);
        for (int bit = first; bit < 8 * good.length; bit += step) {
            var bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(ledger, bad);
            try {
                assertEquals(events.subList(0, 6), events(), "bit " + bit);
                assertTrue(Files.size(ledger) < good.length, "bit " + bit);
            } catch (IOException damaged) {
                noticed++;
                assertArrayEquals(bad, Files.readAllBytes(ledger));
            }
        }
        assertTrue(noticed > 7_000 / step, noticed + " were noticed");
    }

    List<String> events() throws IOException {
        var events = new ArrayList<String>();
        try (var file = new SealedFile(ledger)) {
            var event = file.next(Ledger.FIRST);
            for (; event != null; event = file.next(Ledger.STARTS))
                events.add(event);
        }
        return events;
    }

    // Its owner must hear of it.
    @Test
    void whatACrashLeftIsSaid() throws Exception {
        aLittleHistoryThatHasEnded();
        Files.writeString(ledger, "{\"id\": ", StandardOpenOption.APPEND);
        var program = nodes.add(Program.node("--ledger", ledger.toString()));
        program.kill();
        assertEquals(ledger + ", line 8: cut short by a crash, and dropped.",
            program.errors().strip());
    }

    @Test
    void anEventOfAnotherKindStopsTheStart() throws Exception {
        aLittleHistoryThatHasEnded();
        var good = Files.readString(ledger);
        for (var event : List.of("{}", "{\"id\": 5}", "{\"nodes\": 5}",
                "{\"nodes\": [5]}", "{\"transaction\": 5}", "{\"kept\": 1}",
                "{\"nodes\": [\"junk\"]}", "{\"kept\": 9, \"blocks\": []}")) {
            seal = good.replaceAll("(?s).*\"(.{64})\"}\n", "$1");
            var said = refused(good + sealed(event));
            assertTrue(said.contains("line 8: "), said);
        }
    }

    @Test
    void aFileThatIsNoLedgerIsLeftAsItIs() throws Exception {
        for (var text : List.of("remember the milk", "{\"a\": 1}", "[]", "x\n",
                "{\"blocks\": \"of stone\"}", "{\"id\": \"me\"}", "\n"))
            refused(text);
    }

    @Test
    void aLedgerThatCannotBeGetsOneSentence() throws Exception {
        for (var no : List.of(folder, Path.of("/dev/full"))) {
            if (!Files.exists(no)) continue;
            var e = assertThrows(IOException.class, () -> nodes.start(
                "--ledger", no.toString()));
            assertTrue(e.getMessage().contains("no file"), e.getMessage());
        }
    }

    @Test
    void aLedgerUnderAnotherRuleSaysSo() throws Exception {
        aLittleHistoryThatHasEnded();
        var e = assertThrows(IOException.class, () -> start("--zeros", "8"));
        assertTrue(e.getMessage().contains("--rule"), e.getMessage());
    }

    @Test
    void aDeletedLedgerPromisesNothing() throws Exception {
        assumeTrue(File.separator.equals("/"), "Windows keeps an open file");
        start();
        Files.delete(ledger);
        assertFull(pay(5));
        assertEquals(0, Nodes.waiting(node).size());
    }

    // ## A disk that fails

    // strace has the system answer "Input/output error", from some time on.
    @Test
    void aFailedForceEndsTheNode() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/strace")), "no strace here");
        var program = nodes.add(Program.node(List.of("strace", "-f", "-qq",
            "-o", folder.resolve("trace").toString(), "-e",
            "trace=fdatasync,fsync", "-e",
            "inject=fdatasync:error=EIO:when=6+"), List.of(),
            "--ledger", ledger.toString()));
        int paid = 0;
        try {
            while (paid < 100 && Client.post(program.url + "/transactions/new",
                Client.payment("a", paid + 1)).status() == 201) paid++;
        } catch (IOException ended) {
            // as it should
        }
        var said = program.errors();
        assertTrue(said.contains("The node ends here"), said);
        assertEquals(1, said.strip().lines().count(), said);
        assertTrue(paid > 0 && paid < 100, paid + " paid");
        program.kill();
        start();
        assertTrue(Nodes.waiting(node).size() >= paid);
    }

    // ## Kill -9

    // What clients asked for, and what they were told.
    final Set<Integer> asked = ConcurrentHashMap.newKeySet(),
        paid = ConcurrentHashMap.newKeySet();
    final Set<String> blocks = ConcurrentHashMap.newKeySet(),
        neighbours = ConcurrentHashMap.newKeySet();
    final Semaphore answers = new Semaphore(0);

    @Test @Tag("long")
    void afterAKillEverythingThatWasAnsweredIsThere(TestReporter reporter)
            throws Exception {
        var random = Programs.random(reporter);
        String id = null;
        for (int round = 0; round <= Runner.size(4, 20); round++) {
            var program = nodes.add(Program.node("--ledger", ledger.toString()));
            var found = Nodes.get(program.url, "/nodes");
            if (id != null) assertEquals(id, found.get("id").asText());
            id = found.get("id").asText();
            check(program.url, found);
            answers.drainPermits();
            var clients = List.of(keepOn(() -> pays(program.url)),
                keepOn(() -> mines(program.url)),
                keepOn(() -> registers(program.url)));
            answers.acquire(1 + random.nextInt(20));
            program.kill();
            for (var client : clients)
                assertInstanceOf(IOException.class, assertThrows(
                    ExecutionException.class, client::get).getCause());
        }
        reporter.publishEntry(paid.size() + " payments, " + blocks.size()
            + " blocks, " + neighbours.size() + " neighbours");
    }

    void check(String url, JsonNode nodes) throws Exception {
        var chain = Client.get(url + "/chain");
        Nodes.assertValid(url);
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

    // Goes on until there is no answer.
    Future<?> keepOn(Callable<?> asking) {
        return Programs.async(() -> {
            for (; ; answers.release()) asking.call();
        });
    }

    boolean pays(String url) throws Exception {
        int amount = asked.size() + 1;
        asked.add(amount);
        Nodes.pay(url, Client.payment("a", amount));
        return paid.add(amount);
    }

    boolean mines(String url) throws Exception {
        return blocks.add(Nodes.mine(url).get("previous_hash").asText());
    }

    boolean registers(String url) throws Exception {
        var address = "a:" + (neighbours.size() % 90 + 1);
        Nodes.register(url, address);
        return neighbours.add(address);
    }

    // ## A full disk

    // The shell lets the node write files of 64 kB, and no more.
    @Test
    void onAFullDiskNothingIsDoneAndNothingIsLost() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/bash")), "there is no bash");
        var program = nodes.add(Program.node(List.of("/bin/bash", "-c",
            "ulimit -f 64; exec \"$@\"", "-"), List.of(), "--ledger",
            ledger.toString()));
        var url = program.url;
        int paid = 0;
        Client.Answer answer;
        while ((answer = Client.post(url + "/transactions/new",
                Client.payment("a".repeat(900), paid + 1))).status() == 201)
            paid++;
        assertFull(answer);
        assertFull(Client.get(url + "/mine"));
        assertFull(Client.post(url + "/nodes/register",
            "{\"nodes\": [" + IntStream.range(1, 10).mapToObj(i -> "\""
                + "a".repeat(250) + ":" + i + "\"").collect(joining(", "))
            + "]}"));
        var pending = Nodes.get(url, "/transactions");
        assertEquals(paid, pending.get("transactions").size());
        var chain = Nodes.get(url, "/chain");
        assertEquals(1, chain.get("length").asInt());
        program.kill();

        start(); // when there is room again
        assertEquals(pending, Nodes.get(node, "/transactions"));
        assertEquals(chain, Nodes.get(node, "/chain"));
        Nodes.mine(node);
    }

    @Test
    void aFileThatWasTakenAwayOrReplacedGetsNoMore() throws Exception {
        start();
        var url = node.url();
        Files.move(ledger, ledger.resolveSibling("away"));
        assertFull(Client.get(url + "/mine"));
        Files.writeString(ledger, "another");
        assertFull(Client.get(url + "/mine"));
        assertEquals("another", Files.readString(ledger));
    }

    static void assertFull(Client.Answer answer) {
        assertEquals(507, answer.status(), answer.text());
        assertTrue(answer.json().get("error").asText()
            .startsWith("Nothing was done"), answer.text());
    }

    public static void main(String... arguments) {
        Runner.run(LedgerTest.class, arguments);
    }
}
