///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES CheckNode.java
//SOURCES Client.java
//SOURCES TutorialNode.java
//SOURCES ../Node.java

// Holds CheckNode.java to good nodes and bad ones: all green on ours, and on
// each broken stand-in red where it is broken and nowhere else.

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;
import picocli.CommandLine;

class CheckNodeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    // ## Good nodes

    @Test
    void ourNodeIsGreenInEveryRow() throws Exception {
        try (var node = Node.start("--port", "0", "--quiet")) {
            var report = report(0, node.url());
            assertEquals(Set.of(), titles(report, "failed", "waiting"));
            assertEquals(15, report.get("beyond").intValue());
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

    // ## Good nodes in other languages

    private static final class Program implements AutoCloseable {
        private final Process process;
        final String url;

        Program(String language, String file, String rule) throws IOException {
            assumeTrue(TutorialNode.runs(language, "--version"),
                language + " is not installed");
            var path = Path.of("tests/nodes", file);
            if (!Files.exists(path)) path = Path.of("nodes", file);
            process = new ProcessBuilder(language, path.toString(), "0", rule,
                "2").redirectError(ProcessBuilder.Redirect.INHERIT).start();
            url = process.inputReader().readLine();
        }

        public void close() throws Exception {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @CsvSource({ "python3, node.py, classic", "python3, node.py, linked",
        "node, node.mjs, classic", "node, node.mjs, linked" })
    void aNodeInAnotherLanguageIsGreenInEveryRow(String language, String file,
            String rule) throws Exception {
        try (var node = new Program(language, file, rule)) {
            var report = report(0, node.url, "--zeros", "2", "--rule", rule);
            assertEquals(Set.of(), titles(report, "failed", "waiting"));
            assertEquals(15, report.get("beyond").intValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "classic", "linked" })
    void suchNodesShareAChainWithOurs(String rule) throws Exception {
        try (var python = new Program("python3", "node.py", rule);
             var javascript = new Program("node", "node.mjs", rule);
             var java = Node.start("--port", "0", "-q", "--zeros", "2",
                 "--rule", rule)) {
            var urls = List.of(python.url, javascript.url, java.url());
            for (var url : urls) Client.post(url + "/nodes/register",
                JSON.writeValueAsString(Map.of("nodes", urls.stream()
                    .filter(it -> !it.equals(url)).toList())));
            for (int i = 0; i < 9; i++) {
                var miner = urls.get(i % 3);
                assertEquals(201, Client.post(miner + "/transactions/new",
                    "{\"sender\": \"Zo\\u00eb\", \"recipient\": \"\\ud83e\\ude99\", "
                    + "\"amount\": " + List.of("5", "5.0", "1e-5").get(i / 3)
                    + "}").status());
                Client.get(miner + "/mine");
                for (var url : urls) Client.get(url + "/nodes/resolve");
            }
            var chains = urls.stream().map(url -> chain(url)).toList();
            assertEquals(10, chains.get(0).get("length").intValue());
            for (var chain : chains) assertEquals(chains.get(0), chain);
        }
    }

    private static JsonNode chain(String url) {
        try {
            return Client.get(url + "/chain").json();
        } catch (Exception e) {
            throw new AssertionError(url, e);
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
                "\n      expected  once in it: {\"amount\": 7",
                "\n      hint      They wait in a list",
                "\nstep 3 of 4 · 36 passed, 4 failed, 1 wait\n",
                "\nnext: a block holds the transactions sent before it\n")
                .map(it -> () -> assertTrue(text.contains(it), it + text)));
            text.lines().forEach(line ->
                assertTrue(line.length() <= 80, line));
        }
    }

    @Test
    void aHintIsShownToThoseWhoWantIt() throws Exception {
        try (var node = new StandIn(Fault.losesPending)) {
            assertFalse(text(1, node.url(), "--zeros", "2").contains(
                "They wait in a list"));
        }
    }

    // What a program may hash for this block, and where that differs.
    @Test
    void theTextThatANodeHashedIsFound() throws Exception {
        var block = block("{'timestamp': 5.0, 'index': 2, 'é': "
            + "['\u007f', 1e-05, {'b': 1, 'a': 2}]}");
        var canonical = "{'index': 2, 'timestamp': 5.0, '\\u00e9': "
            + "['\\u007f', 1e-05, {'a': 2, 'b': 1}]}";
        assertEquals(canonical.replace('\'', '"'), CanonicalJson.of(block));
        Map.of("{'index':2,'timestamp':5.0,'\\u00e9':['\\u007f',1e-05,"
                + "{'a':2,'b':1}]}", 10,
            "{'timestamp':5,'index':2,'é':['\u007f',0.00001,"
                + "{'b':1,'a':2}]}", 3,
            "{'index': 2, 'timestamp': 5.0, 'é': ['\u007f', 1e-05, "
                + "{'a': 2, 'b': 1}]}", 33,
            "{'index': 2, 'timestamp': 5.0, '\\u00E9': ['\\u007F', 1e-05, "
                + "{'a': 2, 'b': 1}]}", 37,
            "{'index': 2, 'timestamp': 5.0, '\\u00e9': ['\\u007f', 1e-5, "
                + "{'a': 2, 'b': 1}]}", 56,
            "{'index': 2, 'timestamp': 5.0, '\\u00e9': ['\\u007f', 1.0E-5, "
                + "{'a': 2, 'b': 1}]}", 54,
            "{'index': 2, '\\u00e9': ['\\u007f', 1e-05, {'a': 2, 'b': 1}]}", 15,
            canonical + "\n", 78).forEach((text, place) -> {
                text = text.replace('\'', '"');
                var found = Spelling.of(block, new Sha256().hex(text));
                assertTrue(found.startsWith("Your node hashed this text:\n"
                    + text.replace("\n", "\\n") + "\nAll others hash this one:\n"
                    + CanonicalJson.of(block) + "\n"), text + "\n" + found);
                assertTrue(found.contains("at letter " + place + ":"), found);
            });
        assertTrue(Spelling.of(block, new Sha256().hex("?")).endsWith(
            "from the left:\n" + CanonicalJson.of(block)));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> block(String json) throws IOException {
        return JSON.readValue(json.replace('\'', '"'), Map.class);
    }

    @Test
    void aWrongHashIsShownWithItsText() throws Exception {
        try (var node = new StandIn(Fault.separators)) {
            var text = text(1, node.url(), "--zeros", "2");
            assertTrue(Pattern.compile("compare +Your node hashed this text:\n"
                + " +\\{\"index\":\\d", Pattern.DOTALL).matcher(text).find(), text);
            assertTrue(text.contains("at letter 10:"), text);
        }
    }

    // ## A page to hand in

    @Test
    void theReportHoldsEachRowAndOverwritesNoOtherFile(@TempDir Path temp)
            throws Exception {
        var page = temp.resolve("report.html");
        try (var node = new StandIn(Fault.losesPending)) {
            for (int i = 0; i < 2; i++) text(1, node.url(), "--zeros", "2",
                "--report", page.toString());
            var html = Files.readString(page);
            assertAll(Stream.of("<b>step 3 of 4 · 36 passed, 4 failed, 1 wait",
                node.url(), "\"passed\">GET /chain answers with the chain</li>",
                "\"failed\">two equal payments are two",
                "<dt>hint</dt><dd>They wait in a list", "&quot;0&quot; only")
                .map(it -> () -> assertTrue(html.contains(it.replace("&quot;",
                    "\"")), it + html)));
            assertFalse(Pattern.compile("(src|href)=|url\\(").matcher(html)
                .find(), "it needs no other file");
            assertEquals(html.split("<li").length, html.split("</li>").length);
            var mine = temp.resolve("Mine.java");
            Files.writeString(mine, "class Mine { }");
            refuses("exists and is no report. Choose another name",
                node.url(), "--report", mine.toString());
            assertEquals("class Mine { }", Files.readString(mine));
            refuses("can't be written to", node.url(), "--report", temp
                .resolve("no/such/folder.html").toString());
        }
    }

    private static void refuses(String words, String... arguments) {
        var old = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, UTF_8));
        try {
            text(1, arguments);
        } finally {
            System.setErr(old);
        }
        assertTrue(said.toString(UTF_8).contains(words), said.toString(UTF_8));
    }

    // ## Watched

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES,
        threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aNodeThatIsWatchedIsCheckedAgainWhenItIsRestarted() throws Exception {
        var keyboard = new PipedOutputStream();
        var old = System.in;
        System.setIn(new PipedInputStream(keyboard));
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var said = new StringWriter();
        try {
            var status = CompletableFuture.supplyAsync(() -> run(said,
                "localhost:" + port, "--zeros", "2", "--watch"));
            says(said, "Start your node: I wait.");
            try (var node = new StandIn(Fault.losesPending, port)) {
                says(said, "Step 3 · Interacting with it · 12 of 56");
                says(said, "✗ a block holds the transactions sent before it");
                assertFalse(said.toString().contains("They wait in a list"));
                says(said, "Ctrl-C: end.");
                var screen = said.toString().replaceAll("(?s).*(Step 3 · )", "$1")
                    .replace(":" + port, ":5000").replaceAll("bob-\\w+",
                    "bob-9fa2c1").strip();
                assertTrue(page("docs/write-your-own.md").contains(screen), screen);
                keyboard.write("h\n".getBytes(UTF_8));
                keyboard.flush();
                says(said, "hint They wait in a list");
            }
            try (var node = new StandIn(Fault.neverAsks, port)) {
                says(said, "✓ a block holds the transactions sent before it");
                says(said, "✗ a longer valid chain replaces ours");
                says(said, " (your node did not ask");
                node.fault = Fault.none; // mended while it runs on
                keyboard.write("\n".getBytes(UTF_8));
                keyboard.flush();
                says(said, "lives in the network");
                says(said, "✗ amounts are above 0");
                assertFalse(status.isDone());
            }
            try (var node = Node.start("--port", "" + port, "-q", "--zeros",
                    "2")) {
                says(said, "56 of 56 rows green");
                assertEquals(0, status.get());
            }
        } finally {
            System.setIn(old);
        }
    }

    private static void says(StringWriter said, String words)
            throws InterruptedException {
        long until = System.nanoTime() + 60_000_000_000L;
        while (!said.toString().replaceAll("\\s+", " ").contains(words)) {
            assertTrue(System.nanoTime() < until, words + " is not in " + said);
            Thread.sleep(20);
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
        var page = page("docs/write-your-own.md");
        var samples = Pattern.compile("```json\n(.*)\n```\n\n`([0-9a-f]{64})`")
            .matcher(page).results().toList();
        assertEquals(6, samples.size());
        for (var sample : samples) {
            assertEquals(sample.group(2), new Sha256().hex(sample.group(1)));
            assertEquals(sample.group(1), CanonicalJson.of(JSON.readValue(
                sample.group(1), Object.class)));
        }
        var signed = Pattern.compile("```json\n(.*)\n```\n\nand this is its "
            + "signature, in two lines:\n\n```text\n(\\w+)\n(\\w+)\n```").matcher(
            page).results().findFirst().get();
        var payment = JSON.readTree(signed.group(1));
        assertTrue(Payment.of(new Transaction(payment.get("sender").asText()
            + "." + signed.group(2) + signed.group(3), payment.get("recipient")
            .asText(), 0.25)).get().isSigned());
        var genesis = new Block(1, 1506280650.770839, List.of(), 100, 1);
        assertEquals(30419, new ProofOfWork(Rule.linked, 4).proofOfWork(genesis));
        assertEquals(35293, new ProofOfWork(Rule.classic, 4).proofOfWork(genesis));
    }

    // ## How it is run

    private static String page(String name) throws IOException {
        var page = Path.of(name);
        return Files.readString(Files.exists(page) ? page : Path.of("..", name));
    }

    static String text(int status, String... arguments) {
        var text = new StringWriter();
        assertEquals(status, run(text, arguments), text::toString);
        return text.toString();
    }

    private static int run(Writer out, String... arguments) {
        var check = new CheckNode() {
            @Override
            Report.Result run(Rows.Row row) throws Talk.Gone {
                var node = StandIn.open.get(url);
                if (node != null) node.expects(row.title());
                return super.run(row);
            }
        };
        return Blockchain.run(new CommandLine(check).setOut(
            new PrintWriter(out)), arguments);
    }

    static String said(String... arguments) {
        var text = new StringWriter();
        run(text, arguments);
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
        MEANWHILE = "what is paid while a block is mined is not lost",
        TWO = "two who mine at once leave a valid chain",
        SILENT = "a neighbour that never answers does no harm",
        NAMES = "also with names in any script, and fractions",
        NEWEST = REFUSED + "a bad proof in the newest block",
        ELSEWHERE = REFUSED + "zeros that stand elsewhere in the hash",
        RESEALED = REFUSED + "a proof off by one, links resealed";

    enum Fault {
        none, typed,
        separators(HASH),
        noProofCheck(NEWEST, ELSEWHERE, RESEALED),
        newestUnchecked(NEWEST, ELSEWHERE),
        zerosAnywhere(ELSEWHERE),
        timestampNotHashed(HASH),
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
            "two equal payments are two", NAMES, MEANWHILE,
            "what waits for a block still waits after that"),
        losesPendingWithChain("what waits for a block still waits after that"),
        keepsPending("the next block holds only what is new", MEANWHILE),
        noReward("its last transaction rewards the miner",
            "the next block holds only what is new"),
        wrongForecast("and says which block will hold it"),
        status200("POST /transactions/new takes a transaction",
            "POST /nodes/register takes two neighbours"),
        lengthOff("length is the number of its blocks"),
        countsFromZero("blocks count from 1",
            "and tells of the block that was forged"),
        registersTwice("who registers twice is one neighbour still"),
        forgetsNeighbours("who registers twice is one neighbour still",
            "a neighbour that talks nonsense does no harm",
            SILENT, "a dead neighbour does no harm"),
        newRecipients("its last transaction rewards the miner"),
        milliseconds("timestamps are seconds since 1970"),
        trustsLength("a neighbour's length is counted, not believed"),
        crashes("a dead neighbour does no harm"),
        losesWhatIsPaidMeanwhile(MEANWHILE, TWO),
        losesWhatIsMinedMeanwhile(TWO),
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
        static final Map<String, StandIn> open = new ConcurrentHashMap<>();
        private final ObjectMapper json = new ObjectMapper();
        private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).build();
        private final ProofOfWork rule = new ProofOfWork(Rule.classic, 2);
        private final List<String> neighbours = new ArrayList<>();
        private Fault fault;
        private final HttpServer server;
        List<Map<String, Object>> chain = new ArrayList<>();
        List<Object> pending = new ArrayList<>();
        int left = Integer.MAX_VALUE; // requests that it will answer

        StandIn(Fault fault) throws IOException {
            this(fault, 0);
        }

        StandIn(Fault fault, int port) throws IOException {
            this.fault = fault;
            add(100, "1");
            var here = new InetSocketAddress("localhost", port);
            server = HttpServer.create(here, 0);
            server.createContext("/", this::handle);
            server.setExecutor(task -> new Thread(task).start());
            server.start();
            open.put(url(), this);
        }

        String url() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        public void close() {
            open.remove(url());
            server.stop(0);
        }

        // ### Two at once
        //
        // It is told which row comes next, and so needs no clock: where a
        // fault shows only if two are in here at once, the first to mine
        // waits for the second.

        private String row = "";
        private boolean alone = true;
        private int answered;

        synchronized void expects(String row) {
            this.row = row;
            alone = !fault.rows.contains(row);
        }

        private void letAnotherIn() throws IOException {
            if (alone) return;
            alone = true;
            try {
                for (int before = answered; before == answered; ) wait();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

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
                synchronized (this) {
                    answer = answer(http.getRequestURI().getPath(), values);
                    answered++;
                    notifyAll();
                }
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
                    var held = new ArrayList<>(pending);
                    int place = chain.size();
                    if (fault == Fault.losesWhatIsPaidMeanwhile) {
                        letAnotherIn();
                        pending = held;
                    } else if (fault == Fault.losesWhatIsMinedMeanwhile) {
                        letAnotherIn();
                        chain = new ArrayList<>(chain.subList(0, place));
                    }
                    if (fault != Fault.noReward) pending.add(Map.of("sender",
                        "0", "recipient", "me" + (fault == Fault.newRecipients
                            ? System.nanoTime() : ""), "amount", 1));
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
                    if (fault == Fault.forgetsNeighbours) neighbours.clear();
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
                    .timeout(Duration.ofMillis(row.equals(SILENT)
                        && neighbour.equals(neighbours.get(0)) ? 100 : 10_000))
                    .build();
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
