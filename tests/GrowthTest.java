///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Checks.java
//SOURCES help/Nodes.java
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
class GrowthTest {
    @TempDir Path folder;

    // ## At the end of each chapter

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void eachChapterTurnsItsRowsGreen(int chapter) throws Exception {
        // Two zeros save time. The last has four, as the book has them.
        var zeros = chapter < Growth.LAST ? "00" : "0000";
        var rows = check(Growth.stages(Book.HERE).get(chapter), zeros,
            chapter < 6 ? 1 : 0, Math.min(chapter + 1, Rows.LAST));
        int green = 0;
        while (green < rows.size() && isGreen(rows.get(green))) green++;
        for (var row : rows) if (row.get("chapter").intValue() <= chapter)
            assertTrue(isGreen(row), row::toString);
        var said = "**" + green + " of " + all().size() + " rows**";
        for (var page : List.of(page(chapter), page(chapter).replace("docs/",
                "docs/zh/"))) assertEquals(List.of(said), Pattern.compile(
            "\\*\\*\\d+ of \\d+ rows\\*\\*").matcher(text(page)).results()
            .map(it -> it.group()).toList(), page);
        if (chapter < Growth.LAST) assertTrue(text(page(chapter + 1)).split(
            "\n## ")[0].replaceAll("\\s+", " ").contains("*" + rows.get(green)
                .get("row").asText() + "*"), "the next chapter begins there");
    }

    private static List<Rows.Row> all() {
        return new Rows(null, new Forge(new ProofOfWork(Rule.classic, 4)),
            "", 0, false).all;
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
        for (int i = 1; i <= Growth.LAST; i++) {
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
        boolean counts = all().stream().anyMatch(row ->
            row.title().equals(claim.row) && !row.beyond());
        // Those who mine at once must take a while, or they do not meet.
        var rows = check(text, claim.chapter == 4 ? "0000" : "00",
            counts ? 1 : 0, claim.chapter);
        var red = rows.stream().filter(row -> !isGreen(row)).findFirst().get();
        assertEquals(claim.row, red.get("row").asText());
        var compared = red.get("compare").asText().replace("\n", " ");
        for (var quote : claim.quotes) for (var part : quote.substring(2)
            .split("…")) assertTrue(compared.contains(part.strip()), compared);
    }

    @Test
    void claimsAreFound() throws Exception {
        assertEquals(5, claims().count());
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
        for (int i = 1; i <= Growth.LAST; i++) {
            var name = Growth.templateName(i);
            assertEquals(Growth.template(stages.get(i)), text(name),
                "DocsTest.java --accept writes it");
            assertTrue(catalog.contains("\"" + name + "\""), name);
        }
        // JBang fills in whatever name stands behind a brace.
        for (var stage : stages)
            assertFalse(stage.matches("(?s).*\\{[\\w#/@!|].*"));
    }

    // ## Compiled, run and checked

    /** The rows up to this chapter, of a node that needs so many zeros. */
    private List<JsonNode> check(String text, String zeros, int status,
            int chapter, String... more) throws Exception {
        try (var node = start(text.replace("\"0000\"", '"' + zeros + '"'))) {
            var rows = new ArrayList<JsonNode>();
            Checks.report(status, Checks.plus(more, node.url, "--zeros",
                "" + zeros.length(), "--chapter", "" + chapter)).get("rows")
                .forEach(rows::add);
            return rows;
        }
    }

    // With warnings, a student would ask what is wrong.
    private Program start(String text) throws Exception {
        var file = Files.writeString(folder.resolve("MyNode.java"), text);
        var path = System.getProperty("java.class.path");
        var said = new StringWriter();
        var javac = ToolProvider.getSystemJavaCompiler();
        try (var files = javac.getStandardFileManager(null, null, null)) {
            boolean compiles = javac.getTask(said, files, null, List.of("-d",
                folder.toString(), "-Xlint:all,-serial,-processing",
                "-proc:none", "-encoding", "UTF-8", "-cp", path), null,
                files.getJavaFileObjects(file)).call();
            assertEquals("", said.toString());
            assertTrue(compiles);
        }
        var builder = Programs.java(List.of(), "MyNode", "" + Programs.port());
        builder.command().replaceAll(word -> word.equals(path)
            ? folder + File.pathSeparator + path : word);
        return new Program(builder.redirectError(
            ProcessBuilder.Redirect.DISCARD).start());
    }

    public static void main(String... arguments) {
        Runner.run(GrowthTest.class, arguments);
    }
}
