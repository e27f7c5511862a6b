///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Checks.java
//SOURCES help/Nodes.java
//SOURCES help/Host.java
//SOURCES help/Chains.java
//SOURCES book/Book.java
//SOURCES book/Growth.java

// The node that the reader builds: wherever the book says what the check says
// of it, it compiles, runs, and the check says so.

import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.*;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

@Execution(ExecutionMode.CONCURRENT)
@Order(1) // it waits long, so it begins early
class GrowthTest {
    @AutoClose private static Host host;
    @TempDir Path folder;

    @BeforeAll
    static void openHost() throws IOException {
        host = new Host();
    }

    // ## At the end of each chapter

    // At length, the last of them does the book's work.
    static IntStream chapters() {
        return IntStream.rangeClosed(Runner.size(1, Rows.LAST), Rows.LAST);
    }

    @ParameterizedTest @Tag("long")
    @MethodSource("chapters")
    void eachChapterTurnsItsRowsGreen(int chapter) throws Exception {
        // Two zeros save time. The book has four.
        var zeros = "0".repeat(Runner.size(2, 4));
        var rows = check(Growth.stages(Book.HERE).get(chapter), zeros,
            chapter < 6 ? 1 : 0, Math.min(chapter + 1, Rows.LAST));
        int green = 0;
        while (green < rows.size() && isGreen(rows.get(green))) green++;
        for (var row : rows) if (row.get("chapter").intValue() <= chapter)
            assertTrue(isGreen(row), row::toString);
        promises(chapter, green, all(false).size());
        if (chapter < Rows.LAST) assertTrue(text(page(chapter + 1)).split(
            "\n## ")[0].replaceAll("\\s+", " ").contains("*" + rows.get(green)
                .get("row").asText() + "*"), "the next chapter begins there");
    }

    private static List<Rows.Row> all(boolean signed) {
        var all = new Rows(null, new Forge(new ProofOfWork(Rule.classic, 4)),
            "", 0, signed).all;
        if (!signed) all.removeIf(row -> row.chapter() > Rows.LAST);
        return all;
    }

    private static void promises(int chapter, int green, int all)
            throws IOException {
        var said = "**" + green + " of " + all + " rows**";
        for (var page : List.of(page(chapter), page(chapter).replace("docs/",
                "docs/zh/"))) assertEquals(List.of(said), Pattern.compile(
            "\\*\\*\\d+ of \\d+ rows\\*\\*").matcher(text(page)).results()
            .map(it -> it.group()).toList(), page);
    }

    // ## From chapter 9 on

    // Chapter 12 has what 10 has, which is checked by itself at length.
    static IntStream later() {
        return Runner.isLong() ? IntStream.of(10) : IntStream.of(9, 12);
    }

    @ParameterizedTest @Tag("long")
    @MethodSource("later")
    void itStaysWhatItWasAndIsStrictIfAsked(int chapter) throws Exception {
        var text = Growth.stages(Book.HERE).get(chapter);
        for (var row : check(text, "00", 0, Rows.LAST))
            assertTrue(isGreen(row), row::toString);
        int green = 0;
        for (var row : checkSigned(text, 0)) {
            assertTrue(isGreen(row), row::toString);
            green++;
        }
        if (chapter == 9) promises(chapter, green, green);
    }

    static IntStream last() {
        return later().filter(chapter -> chapter > 9);
    }

    @ParameterizedTest @Tag("long")
    @MethodSource("last")
    void itTellsAndVisits(int chapter) throws Exception {
        var rows = checkJoined(Growth.stages(Book.HERE).get(chapter), 0, 100);
        for (var row : rows) assertTrue(isGreen(row), row::toString);
        promises(10, rows.size(), rows.size());
    }

    @Test
    void itLivesInOneNetworkWithOurs() throws Exception {
        var zeros = Growth.stages(Book.HERE).get(12).replace("\"0000\"",
            "\"00\"");
        var alice = Chains.keys();
        var address = Payment.address(alice.getPublic());
        var theirs = start(zeros, "signed", address);
        try (var node = Program.node("--signed", "--join", theirs,
                "--port", "" + Programs.port())) {
            var ours = node.url;
            awaits(theirs + "/nodes", ours.replaceFirst("http://", ""));
            Client.get(theirs + "/mine");
            awaits(ours + "/chain", address); // it was told
            var payment = Chains.pay(alice, 1, "bob", 0.25);
            Client.post(ours + "/transactions/new", payment.canonicalJson());
            awaits(theirs + "/transactions", payment.sender());
            Client.get(ours + "/mine");
            awaits(theirs + "/chain", payment.sender());
        }
    }

    private static void awaits(String url, String words) throws Exception {
        Programs.await(() -> Client.get(url).text().contains(words));
    }

    @Test
    void itComesBackFromItsLedger() throws Exception {
        var rows = checkRestarted(Growth.stages(Book.HERE).get(12), 0);
        for (var row : rows) assertTrue(isGreen(row), row::toString);
        promises(12, rows.size(), rows.size());
    }

    // ## Those rows turn red where they should

    record Fault(int chapter, String row, String code, String instead) { }

    static Stream<Fault> faults() {
        return Stream.of(
            new Fault(10, "GET /nodes names them, for others to learn",
                "known.put(neighbour, \"known\")", "known.size()"),
            new Fault(10, "so is one that it took from another",
                "new Thread(() -> tell()).start();\n        return true;",
                "return true;"),
            new Fault(10, "a neighbour is told once, and then it is quiet",
                "var ours = fullChain()", "tell();\n        var ours = fullChain()"),
            new Fault(10, "and not to others, who would take it each time",
                ".get(\"signed\").equals(true)", ".containsKey(\"signed\")"),
            new Fault(12, "its chain is there when it comes back",
                "i < lines.size()", "i < Math.min(1, lines.size())"),
            new Fault(12, "and the payment that waited", "keep(payment);", ""),
            new Fault(12, "it goes on with a valid chain",
                "if (!validChain(chain))\n            throw new Refusal(file "
                    + "+ \": its chain is not valid. Was it edited?\");",
                "if (chain.size() > 1) chain.set(1, block(List.of(), 0, 1));"),
            new Fault(12, "a second time it is the same",
                "ledger = file;", "if (lines.isEmpty()) ledger = file;"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void eachTurnsRed(Fault fault) throws Exception {
        var text = Growth.stages(Book.HERE).get(fault.chapter);
        assertTrue(text.contains(fault.code), fault.code);
        text = text.replace(fault.code, fault.instead);
        var rows = fault.chapter == 10 ? checkJoined(text, 1, 20)
            : checkRestarted(text, 1);
        assertEquals(fault.row, rows.stream().filter(row -> !isGreen(row))
            .findFirst().get().get("row").asText());
    }

    private static String page(int chapter) throws IOException {
        return Growth.chapters(Book.HERE).get(chapter - 1);
    }

    private static String text(String page) throws IOException {
        return Files.readString(Book.HERE.resolve(page));
    }

    private static boolean isGreen(JsonNode row) {
        return row.get("result").asText().equals("passed");
    }

    // ## Between

    record Claim(Line line, int chapter, String row, List<String> quotes) {
        public String toString() { return line.flaw(row); }
    }

    /** Each row at which the check stops, as a chapter says; and what it
     *  quotes of the check up to the next heading. */
    static Stream<Claim> claims() throws IOException {
        var claims = new ArrayList<Claim>();
        for (int i : Growth.CHAPTERS) {
            var prose = BookPage.read(Book.HERE, page(i)).prose();
            var rest = new ArrayList<String>(); // from a line to the heading
            for (int j = prose.size(); j-- > 0; ) {
                var line = prose.get(j);
                rest.add(0, line.text());
                if (line.text().startsWith("#")) rest.clear();
                var found = Pattern.compile("(?:names the seventh:|stops at"
                    + "|next red row is|names the next one:|one is left:) "
                    + "\\*([^*]+)\\*").matcher(String.join(" ", rest));
                if (found.find() && found.start() < line.text().length())
                    claims.add(new Claim(line, i, found.group(1), rest.stream()
                        .filter(it -> it.startsWith("> ")).toList()));
            }
        }
        return claims.stream();
    }

    @ParameterizedTest
    @MethodSource("claims")
    void theCheckStopsWhereTheChapterSays(Claim claim) throws Exception {
        var text = Growth.at(Book.HERE, claim.line.page(),
            claim.line.number());
        boolean counts = Stream.concat(all(false).stream(),
            all(true).stream()).anyMatch(row ->
                row.title().equals(claim.row) && !row.beyond());
        // Those who mine at once must take a while, or they do not meet.
        var rows = claim.chapter == 10 ? checkJoined(text, 1, 20)
            : claim.chapter == 9 ? checkSigned(text, 1)
            : check(text, claim.chapter == 4 ? "0000" : "00", counts ? 1 : 0,
                claim.chapter);
        var red = rows.stream().filter(row -> !isGreen(row)).findFirst().get();
        assertEquals(claim.row, red.get("row").asText());
        var compared = red.get("compare").asText().replace("\n", " ");
        for (var quote : claim.quotes) for (var part : quote.substring(2)
            .split("…")) assertTrue(compared.contains(part.strip()), compared);
    }

    @Test
    void claimsAreFound() throws Exception {
        assertEquals(11, claims().count());
        assertTrue(claims().anyMatch(it -> it.quotes.size() == 2));
    }

    // ## Besides

    @Test
    void theCureOfChapterThreeKeepsTheOtherRule() throws Exception {
        var cured = Growth.with(Growth.stages(Book.HERE).get(3),
            BookPage.read(Book.HERE, "docs/answers.md"));
        for (var row : check(cured, "00", 0, 3, "--rule", "linked"))
            assertTrue(isGreen(row), row::toString);
    }

    @Test
    void itsTemplatesAreTheSame() throws Exception {
        var catalog = text("jbang-catalog.json");
        var stages = Growth.stages(Book.HERE);
        for (int i : Growth.CHAPTERS) {
            var name = Growth.templateName(i);
            assertEquals(Growth.template(stages.get(i)), text(name),
                "DocsTest.java --accept writes it");
            assertTrue(catalog.contains("\"" + name + "\""), name);
        }
        // JBang fills in whatever name stands behind a brace.
        for (var stage : stages)
            assertFalse(stage.matches("(?s).*\\{[\\w#/@!|].*"));
    }

    // Only what people read differs: comments, and what it says of how it was
    // started.
    @Test
    void theChineseTemplateIsTheSameProgram() throws Exception {
        var chinese = text("docs/nodes/MyNode-zh.java.qute");
        assertEquals(program(text("docs/nodes/MyNode.java.qute")),
            program(chinese));
        for (var comment : Pattern.compile("//( .*)").matcher(chinese).results()
            .toList()) assertTrue(comment.group().matches(
                ".*(\\p{IsHan}|localhost:|jbang |\\d\\.\\d).*"), comment.group());
    }

    private static List<String> program(String text) {
        return List.of(text.replaceAll("(?m)//( .*|$)", "").replaceAll(
            "System\\.err\\.println\\(\"[^;]+\\);", "").strip()
            .split("\\s*\n\\s*"));
    }

    // ## Compiled, run and checked

    /** The rows up to this chapter, of a node that needs so many zeros. */
    private List<JsonNode> check(String text, String zeros, int status,
            int chapter, String... more) throws Exception {
        var url = start(text.replace("\"0000\"", '"' + zeros + '"'));
        return rows(Checks.report(status, Checks.plus(more, url, "--zeros",
            "" + zeros.length(), "--chapter", "" + chapter)));
    }

    private List<JsonNode> checkSigned(String text, int status)
            throws Exception {
        var url = start(text.replace("\"0000\"", "\"00\""), "signed");
        return rows(Checks.report(status, url, "--zeros", "2", "--signed"));
    }

    private List<JsonNode> checkJoined(String text, int status, int patience)
            throws Exception {
        var check = Checks.check();
        var url = start(text.replace("\"0000\"", "\"00\""), "signed",
            "localhost:" + check.ports[0]);
        return rows(Checks.report(check, status, url, "--zeros", "2",
            "--signed", "--joined", "--patience", "" + patience));
    }

    // It is killed and started again where the check asks for that.
    private List<JsonNode> checkRestarted(String text, int status)
            throws Exception {
        compile(text.replace("\"0000\"", "\"00\""));
        int port = Programs.port();
        var nodes = new ArrayList<>(List.of(alone(port)));
        var check = Checks.check();
        check.prompts = new PrintStream(OutputStream.nullOutputStream()) {
            public void println(String prompt) {
                var node = nodes.get(nodes.size() - 1);
                if (prompt.startsWith("Now end")) node.kill();
                else nodes.add(alone(port));
            }
        };
        try {
            return rows(Checks.report(check, status, nodes.get(0).url,
                "--zeros", "2", "--restart"));
        } finally {
            nodes.get(nodes.size() - 1).kill();
        }
    }

    // In a Java of its own, so that it can be killed.
    private Program alone(int port) {
        var path = System.getProperty("java.class.path");
        var builder = Programs.java(List.of(Programs.SMALL), "MyNode",
            "" + port, "" + folder.resolve("my.ledger"));
        builder.command().replaceAll(word -> word.equals(path)
            ? path + File.pathSeparator + folder : word);
        try {
            return new Program(builder.redirectError(
                ProcessBuilder.Redirect.DISCARD).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JsonNode> rows(JsonNode report) {
        var rows = new ArrayList<JsonNode>();
        report.get("rows").forEach(rows::add);
        return rows;
    }

    /** Its URL; the node ends with the class. */
    private String start(String text, String... words) throws Exception {
        compile(text);
        int port = Programs.port();
        host.run(folder, "MyNode", Checks.plus(new String[] {"" + port},
            words));
        Programs.await(() -> {
            assertTrue(host.isAlive(), "a node has ended all of them");
            return Programs.answers(port);
        });
        return "http://localhost:" + port;
    }

    // With warnings, a student would ask what is wrong.
    private void compile(String text) throws IOException {
        var file = Files.writeString(folder.resolve("MyNode.java"),
            Growth.patient(text));
        var said = new StringWriter();
        var javac = ToolProvider.getSystemJavaCompiler();
        try (var files = javac.getStandardFileManager(null, null, null)) {
            boolean compiles = javac.getTask(said, files, null, List.of("-d",
                folder.toString(), "-Xlint:all,-serial,-processing",
                "-proc:none", "-encoding", "UTF-8", "-cp",
                System.getProperty("java.class.path")), null,
                files.getJavaFileObjects(file)).call();
            assertEquals("", said.toString());
            assertTrue(compiles);
        }
    }

    public static void main(String... arguments) {
        Runner.run(GrowthTest.class, arguments);
    }
}
