///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java
//SOURCES help/SignedStandIn.java

// Holds CheckNode.java to good nodes and bad ones: all green on ours, and on
// each broken stand-in red where it is broken and nowhere else.

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.net.InetAddress;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.atomic.*;
import java.util.regex.Pattern;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

@Execution(ExecutionMode.CONCURRENT)
class CheckNodeTest {
    @AutoClose final Nodes nodes = new Nodes();

    // ## Good nodes

    @Test @Tag("long")
    void ourNodeIsGreenInEveryRow() throws Exception {
        var zeros = "" + Runner.size(3, 4);
        var report = allGreen(17, nodes.start("--zeros", zeros).url(),
            "--zeros", zeros);
        assertEquals("1 JSON 7", report.get("genesis").asText() + " "
            + report.get("errors").asText() + " " + report.get("chapter"));
    }

    @Test
    void soItIsByTheLinkedRule() throws Exception {
        allGreen(17, nodes.start("--rule", "linked").url(), "--zeros", "2",
            "--rule", "linked");
    }

    private static JsonNode allGreen(int beyond, String... arguments)
            throws IOException {
        var report = Checks.report(0, arguments);
        assertEquals(Set.of(), Checks.titles(report, "failed", "waiting"));
        assertEquals(beyond, report.get("beyond").intValue());
        return report;
    }

    @ParameterizedTest
    @EnumSource
    void aSignedNodeIsGreenInTheSignedRowsToo(Rule rule) throws Exception {
        var report = allGreen(11, nodes.start("--signed", "--rule", "" + rule)
            .url(), "--signed", "--zeros", "2", "--rule", "" + rule);
        assertEquals(Rows.SIGNED, report.get("chapter").intValue());
    }

    @Test
    void anUnsignedNodeIsRedInOneOfThemAndAllOthersWait() throws Exception {
        var report = Checks.report(1, nodes.start().url(), "--signed",
            "--zeros", "2");
        assertEquals(Set.of(SignedStandIn.SAYS), Checks.titles(report,
            "failed"));
        assertTrue(Checks.titles(report, "waiting").contains(
            "a signed payment is taken"));
    }

    // Each title, each hint and each sentence has its Chinese one, and the
    // other way round.
    @Test
    void inChineseNoSentenceIsLeftInEnglish() throws Exception {
        var words = Client.JSON.readTree(Programs.file("docs/zh/check.json")
            .toFile());
        var said = new HashSet<String>(Rows.CHAPTERS);
        for (var rule : Rule.values()) for (boolean signed : List.of(true,
                false)) for (var row : new Rows(null, new Forge(new ProofOfWork(
                    rule, 4)), "", 0, signed).all) {
            said.add(row.title());
            said.add(row.hint());
        }
        for (var english : said) assertTrue(words.path(Words.key(english))
            .asText().matches("(?s).*\\p{IsHan}.*"), english);
        var source = new StringBuilder(Files.readString(Programs.file(
            "tests/CheckNode.java")));
        try (var files = Files.list(Programs.file("tests/check"))) {
            for (var file : files.toList())
                source.append(Files.readString(file));
        }
        var all = Words.key("" + source).replaceAll("\" \\+ \"", "")
            .replace("\\\"", "\"");
        words.fieldNames().forEachRemaining(english -> assertTrue(
            said.stream().map(Words::key).anyMatch(english::equals)
                || Stream.of(english.split("%s|[:,] |\n")).allMatch(part ->
                    all.contains(part.strip())), english + " is not said"));
        var red = Checks.text(1, nodes.start("--zeros", "3").url(), "--lang",
            "zh", "--chapter", "4", "--hint");
        for (var line : red.lines().filter(it -> it.matches("  [✓✗].*|[^ ].*"))
            .toList()) assertTrue(line.matches("(?s).*\\p{IsHan}.*"), line);
        for (var line : red.lines().toList())
            assertTrue(Words.width(line) <= 90, line);
    }

    // With fewer zeros, a proof may be good by both rules, by chance.
    @Test
    void theOtherRuleIsRecognised() throws Exception {
        says(Checks.text(1, nodes.start("--rule", "linked", "--zeros", "4")
            .url(), "--chapter", "3"), "--rule linked");
    }

    // More than the article's own node does.
    private static final Set<String> TUTORIALS = Set.of(
        "amounts are above 0, and \"0\" only rewards",
        "nodes must be a list of texts",
        "of two equal payments one waits, if one was mined",
        "a payment in a block that is dropped waits again",
        "a payment in the new chain is not mined again");

    @Test
    void anOlderNodeIsGreenInTheTutorialsRows() throws Exception {
        var node = nodes.add(new StandIn(StandIn.Fault.none));
        var report = node.report(0);
        assertEquals(TUTORIALS, Checks.titles(report, "failed"));
        assertEquals("\"1\" text", report.get("genesis").asText() + " "
            + report.get("errors").asText());
    }

    // It would crash, were its neighbours of the first time not back.
    @Test
    void whoIsCheckedTwiceIsGreenTwice() throws Exception {
        var node = nodes.add(new StandIn(StandIn.Fault.crashes));
        node.report(0);
        for (int port : node.ports) Programs.awaitFree(port);
        node.report(0);
        for (int port : new CheckNode().ports) assertNotEquals(0, port);
    }

    // ## Good nodes in other languages

    // Quickly each language once, and each rule; at length each by the other
    // rule.
    static List<Arguments> inOtherLanguages() {
        return List.of(Arguments.of("python3", "node.py", "classic"),
            Arguments.of("node", "node.mjs", "linked"),
            Arguments.of("python3", "node.py", "linked"),
            Arguments.of("node", "node.mjs", "classic"))
            .subList(Runner.size(0, 2), Runner.size(2, 4));
    }

    @ParameterizedTest @Tag("long")
    @MethodSource("inOtherLanguages")
    void aNodeInAnotherLanguageIsGreenInEveryRow(String language, String file,
            String rule) throws Exception {
        allGreen(17, start(language, file, rule), "--zeros", "2", "--rule",
            rule);
    }

    private String start(String language, String file, String rule)
            throws IOException {
        return nodes.add(Program.other(language, "tests/nodes/" + file, "0",
            rule, "2")).url;
    }

    @ParameterizedTest
    @ValueSource(strings = { "classic", "linked" })
    void suchNodesShareAChainWithOurs(String rule) throws Exception {
        var urls = List.of(start("python3", "node.py", rule), start("node",
            "node.mjs", rule), nodes.start("--rule", rule).url());
        for (var url : urls) Nodes.register(url, urls.stream().filter(it ->
            !it.equals(url)).toArray(String[]::new));
        for (int i = 0; i < 9; i++) {
            var miner = urls.get(i % 3);
            Nodes.pay(miner, "{\"sender\": \"Zo\\u00eb\", \"recipient\": "
                + "\"\\ud83e\\ude99\", \"amount\": "
                + List.of("5", "5.0", "1e-5").get(i / 3) + "}");
            Nodes.mine(miner);
            for (var url : urls) Nodes.resolve(url);
        }
        var chain = Nodes.chain(urls.get(0));
        assertEquals(10, chain.size());
        for (var url : urls) assertEquals(chain, Nodes.chain(url));
    }

    // ## Broken ones

    @ParameterizedTest
    @EnumSource
    void eachFaultTurnsItsRowsRedAndNoOthers(StandIn.Fault fault)
            throws Exception {
        var node = nodes.add(new StandIn(fault));
        var report = node.report(fault.isBeyond() ? 0 : 1);
        speaksChinese(report);
        var red = Checks.titles(report, "failed");
        red.removeAll(TUTORIALS);
        assertEquals(new TreeSet<>(fault.rows), red);
    }

    @ParameterizedTest
    @EnumSource
    void eachSignedFaultTurnsItsRowsRedAndNoOthers(SignedStandIn.Fault fault)
            throws Exception {
        var report = nodes.add(new SignedStandIn(fault)).report(1, "--signed");
        speaksChinese(report);
        var red = new TreeSet<>(SignedStandIn.ALWAYS);
        red.removeAll(Checks.titles(report, "waiting"));
        red.addAll(fault.rows());
        assertEquals(red, Checks.titles(report, "failed"));
    }

    // What it says of a red row, too, but for the texts that it quotes.
    private static void speaksChinese(JsonNode report) throws IOException {
        var words = Words.of("check", "zh");
        for (var row : report.get("rows")) for (var name : List.of("came",
                "expected", "compare")) {
            if (!row.get("result").asText().equals("failed")) continue;
            var said = words.in(row.get(name).asText());
            assertFalse(Pattern.compile("[a-z]+ [a-z]+ [a-z]+").matcher(said
                .replaceAll("\"[^\"]*\"|\\{.*|\\[.*|状态码 \\d+，.*", ""))
                .find(), said);
        }
    }

    @Test
    void aNodeThatEndsMeanwhileGetsOneSentence() throws Exception {
        var node = new StandIn(StandIn.Fault.none);
        node.left = 20;
        says(node.report(1).get("error").asText(), "Your node has ended, or "
            + "nobody can reach it any more, since this request: curl "
            + node.url());
    }

    // ## No node at all

    @Test
    void aNodeThatIsNotThereGetsOneSentence() throws Exception {
        var url = "http://localhost:" + Programs.port();
        assertEquals("Nobody answers at " + url + ". Does your node run, and "
            + "on that port?", Checks.report(1, url).get("error").asText());
    }

    @Test
    void whatIsNoNodeGetsOneSentence() throws Exception {
        isNoNode(nodes.says("<p>Hello!"),
            "answers, but not in JSON: <p>Hello!");
        isNoNode(nodes.plays(out -> out.write("SSH-2.0\r\n".getBytes(UTF_8))),
            "gives no HTTP answer (the connection was closed without one. Look "
            + "at what your node printed.).");
        isNoNode(nodes.silent(), "gives no HTTP answer (no answer in 1 "
            + "seconds).", "--patience", "1");
    }

    private static void isNoNode(Neighbour other, String why, String... more)
            throws IOException {
        says(Checks.report(1, Checks.plus(more, other.address())).get("error")
            .asText(), "/chain " + why + " Is that your node?");
    }

    // ## What a student sees

    @Test
    void aRedRowSaysAllThatIsNeededInEightyColumns() throws Exception {
        var node = nodes.add(new StandIn(StandIn.Fault.losesPending));
        var text = node.text(1, "--hint");
        says(text, "✓ POST /transactions/new takes a transaction",
            "✗ a block holds the transactions sent before it",
            "\n      asked     curl " + node.url(), "\n      came      ",
            "\n      expected  once in it: {\"amount\": 7",
            "\n      hint      They wait in a list",
            "\nchapter 4 of 7 · 51 of 60 rows green, 9 red\n",
            "\nnext: a block holds the transactions sent before it\n");
        text.lines().forEach(line -> assertTrue(line.length() <= 80, line));
        assertFalse(node.text(1).contains("They wait in a list"), "no hint");
    }

    private static void says(String text, String... words) {
        for (var it : words) assertTrue(text.contains(it), it + "\nis not in\n"
            + text);
    }

    // What a program may hash for this block, and where that differs.
    @Test
    void theTextThatANodeHashedIsFound() throws Exception {
        @SuppressWarnings("unchecked")
        Map<String, Object> block = Client.JSON.readValue("""
            {"timestamp": 5.0, "index": 2, "é": ["\u007f", 1e-05,
             {"b": 1, "a": 2}]}""", Map.class);
        var canonical = "{'index': 2, 'timestamp': 5.0, '\\u00e9': "
            + "['\\u007f', 1e-05, {'a': 2, 'b': 1}]}";
        assertEquals(canonical.replace('\'', '"'), CanonicalJson.of(block));
        Map.of("{'index':2,'timestamp':5.0,'\\u00e9':['\\u007f',1e-05,"
                + "{'a':2,'b':1}]}", 10,
            "{'timestamp':5,'index':2,'é':['\u007f',0.00001,{'b':1,'a':2}]}", 3,
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
                    + text.replace("\n", "\\n")
                    + "\nAll others hash this one:\n"
                    + CanonicalJson.of(block) + "\n"), text + "\n" + found);
                says(found, "at letter " + place + ":");
            });
        assertTrue(Spelling.of(block, new Sha256().hex("?")).endsWith(
            "from the left:\n" + CanonicalJson.of(block)));
    }

    @Test
    void aChainThatIsNotTakenIsShown() throws Exception {
        var node = nodes.add(new StandIn(StandIn.Fault.neverAsks));
        says(node.text(1).replaceAll("\\s+", " "), "(your node did not ask",
            "of that chain has this text:");
    }

    // A node may ask twice at a time: for a chain, and while it tells of its
    // own.
    @Test
    void itsNeighbourTellsRequestsApart() throws Exception {
        int port = Programs.port();
        var url = "http://127.0.0.1:" + port;
        try (var neighbour = new Rival(InetAddress.getLoopbackAddress(), port);
             var line = Client.connect(url)) {
            line.getOutputStream().write(("GET /chain HTTP/1.1\r\nHost: a\r\n"
                + "Content-Length: 1\r\n\r\n").getBytes(UTF_8));
            for (int i = 0; i < 20; i++) Client.get(url + "/nodes/resolve");
            line.getOutputStream().write('1'); // the rest of its request
            var answer = line.getInputStream().readAllBytes();
            assertEquals("HTTP/1.1 200 OK", new String(answer, UTF_8).lines()
                .findFirst().get());
            neighbour.offersNothing(); // and forgets nobody who came early
            assertEquals(21, neighbour.heard().size());
        }
    }

    // Else a block that is late would be found by the next row.
    @Test
    void itGoesOnWhenAllThatItAskedAtOnceHasEnded() throws Exception {
        var come = new AtomicInteger();
        var ended = new AtomicInteger();
        var failed = new AtomicBoolean();
        try (var node = new Neighbour(out -> {
            if (come.getAndIncrement() == 0) Programs.await(() ->
                ended.get() == 5 || failed.get()); // and so it is the last
            ended.getAndIncrement();
            out.write("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
                .getBytes(UTF_8));
        })) {
            var talk = new Talk(node.address(), 60, System.out,
                Words.of("check", "en"));
            assertThrows(Talk.Missed.class, () -> talk.atOnce("/mine", 6));
            assertEquals(6, ended.get());
            come.set(0);
            assertThrows(Talk.Missed.class, () -> talk.meanwhile("/mine",
                () -> {
                    failed.set(true);
                    Talk.expect(false, "", "");
                }));
            assertEquals(7, ended.get());
        }
    }

    @Test
    void aWrongHashIsShownWithItsText() throws Exception {
        var node = nodes.add(new StandIn(StandIn.Fault.separators));
        var text = node.text(1);
        assertTrue(Pattern.compile("compare +Your node hashed this text:\n"
            + " +\\{\"index\":\\d").matcher(text).find(), text);
        says(text, "at letter 10:");
    }

    // ## A page to hand in

    @Test
    void theReportHoldsEachRowAndOverwritesNoOtherFile(@TempDir Path temp)
            throws Exception {
        var page = temp.resolve("report.html");
        var node = nodes.add(new StandIn(StandIn.Fault.losesPending));
        node.text(0, "--chapter", "1", "--report", page.toString());
        node.text(1, "--report", page.toString());
        var html = Files.readString(page);
        says(html, "<b>chapter 4 of 7 · 51 of 60 rows green, 9 red",
            node.url(), "\"passed\">GET /chain answers with the chain</li>",
            "\"failed\">two equal payments are two",
            "<dt>hint</dt><dd>They wait in a list", "\"0\" only");
        assertFalse(Pattern.compile("(src|href)=|url\\(").matcher(html)
            .find(), "it needs no other file");
        assertEquals(html.split("<li").length, html.split("</li>").length);
        var mine = temp.resolve("Mine.java");
        Files.writeString(mine, "class Mine { }");
        says(node.text(1, "--report", mine.toString()),
            "exists and is no report. Choose another name");
        assertEquals("class Mine { }", Files.readString(mine));
        says(node.text(1, "--report", temp.resolve("no/such/folder.html")
            .toString()), "can't be written to");
    }

    // ## Watched

    @Test
    void aNodeThatIsWatchedIsCheckedAgainWhenItIsRestarted() throws Exception {
        var keyboard = new PipedOutputStream();
        var said = new StringWriter();
        int port = Programs.port();
        var check = Checks.check();
        check.keyboard = new PipedInputStream(keyboard);
        var status = Programs.async(() -> Checks.run(check, said,
            "localhost:" + port, "--zeros", "2", "--watch"));
        awaits(said, "Start your node: I wait.");
        try (var node = new StandIn(StandIn.Fault.losesPending, port)) {
            awaits(said, "Chapter 4 · What waits · 15 of 60");
            awaits(said, "✗ a block holds the transactions sent before it");
            assertFalse(said.toString().contains("They wait in a list"));
            awaits(said, "Ctrl-C: end.");
            says(page(), said.toString().replaceAll("(?s).*(Chapter 4 · )", "$1")
                .replace(":" + port, ":5000").replaceAll("bob-\\w+",
                "bob-9fa2c1").strip());
            press(keyboard, "h");
            awaits(said, "hint They wait in a list");
        }
        Programs.awaitFree(port);
        try (var node = new StandIn(StandIn.Fault.keepsPending, port)) {
            awaits(said, "✓ a block holds the transactions sent before it");
            awaits(said, "✗ the next block holds only what is new");
            node.fault = StandIn.Fault.none; // mended while it runs on
            press(keyboard, "");
            awaits(said, "✗ amounts are above 0");
            assertFalse(status.isDone());
        }
        nodes.start("--port", "" + port);
        awaits(said, "60 of 60 rows green");
        awaits(said, "lives in the network. Next: \"Then join in\"");
        assertEquals(0, status.get());
    }

    private static void press(OutputStream keyboard, String key)
            throws IOException {
        keyboard.write((key + "\n").getBytes(UTF_8));
        keyboard.flush();
    }

    private static void awaits(StringWriter said, String words)
            throws Exception {
        Programs.await(() -> said.toString().replaceAll("\\s+", " ")
            .contains(words));
    }

    @Test
    void chapterAsksForNoMoreThanThatChapter() throws Exception {
        var node = nodes.add(new StandIn(StandIn.Fault.losesPending));
        var report = node.report(0, "--chapter", "3");
        assertEquals("13 3", report.get("passed") + " " + report
            .get("chapter"));
        says(node.text(0, "--chapter", "3"), "Chapter 3 is done. Next: "
            + "chapter 4.");
        assertEquals(Checks.titles(node.report(1, "--chapter", "4"), "failed"),
            Checks.titles(node.report(1, "--step", "1"), "failed"));
    }

    // While it is gone, it is not new, and not checked.
    @Test
    void aNodeIsNewIfItHasAnotherChain() {
        var one = List.of(Map.of("index", 1));
        var two = List.of(Map.of("index", 1), Map.of("index", 2));
        assertTrue(CheckNode.isNew(two, one));
        assertFalse(CheckNode.isNew(one, two));
        assertFalse(CheckNode.isNew(two, ""));
        assertTrue(CheckNode.isNew("", two));
    }

    @Test
    void longerChainsAreBrokenInEachWayOfTheVectors() throws Exception {
        var rows = new Rows(null, new Forge(new ProofOfWork(Rule.linked, 2)),
            "", 0, false).all.stream().map(Rows.Row::title).toList();
        for (var chain : Chains.vectors("chains.json")) {
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
        var page = page();
        var samples = Pattern.compile("```json\n(.*)\n```\n\n`([0-9a-f]{64})`")
            .matcher(page).results().toList();
        assertEquals(6, samples.size());
        for (var sample : samples) {
            assertEquals(sample.group(2), new Sha256().hex(sample.group(1)));
            assertEquals(sample.group(1), CanonicalJson.of(Client.JSON
                .readValue(sample.group(1), Object.class)));
        }
        var signed = Pattern.compile("```json\n(.*)\n```\n\nand this is its "
            + "signature, in two lines:\n\n```text\n(\\w+)\n(\\w+)\n```")
            .matcher(page).results().findFirst().get();
        var payment = Client.JSON.readTree(signed.group(1));
        assertTrue(Payment.of(new Transaction(payment.get("sender").asText()
            + "." + signed.group(2) + signed.group(3), payment.get("recipient")
            .asText(), 0.25)).get().isSigned());
        var genesis = new Block(1, 1506280650.770839, List.of(), 100, 1);
        for (var rule : Rule.values()) assertEquals(rule == Rule.linked
            ? 30419 : 35293, new ProofOfWork(rule, 4).proofOfWork(genesis));
    }

    private static String page() throws IOException {
        return Files.readString(Programs.file("docs/write-your-own.md"));
    }

    public static void main(String... arguments) {
        Runner.run(CheckNodeTest.class, arguments);
    }
}
