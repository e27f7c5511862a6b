///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Checks.java
//SOURCES help/Nodes.java
//SOURCES book/Book.java
//SOURCES book/Growth.java

// The node that the reader builds: at the end of each chapter it compiles,
// runs, and turns exactly the rows of the check green that the book promises.

import static org.junit.jupiter.api.Assertions.*;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class GrowthTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void eachChapterTurnsItsRowsGreen(int chapter) throws Exception {
        int[] promise = chapter == 0 ? new int[] {0, rows().size()}
            : Growth.promise(Book.HERE, chapter);
        // Two zeros save time. The last has four, as the book has them.
        var zeros = chapter < Growth.LAST ? "00" : "0000";
        try (var node = start(Growth.stages(Book.HERE).get(chapter).replace(
                "\"0000\"", '"' + zeros + '"'))) {
            var titles = new ArrayList<String>();
            var report = Checks.report(chapter < 6 ? 1 : 0, node.url, "--zeros",
                "" + zeros.length(), "--chapter",
                "" + Math.min(chapter + 1, Rows.LAST));
            for (var row : report.get("rows")) {
                boolean isGreen = row.get("result").asText().equals("passed");
                if (row.get("chapter").intValue() <= chapter)
                    assertTrue(isGreen, row::toString);
                if (!isGreen) break; // there the reader goes on
                titles.add(row.get("row").asText());
            }
            assertEquals(promise[0] + " of " + promise[1], titles.size()
                + " of " + rows().size(), titles::toString);
        }
    }

    private static List<Rows.Row> rows() {
        return new Rows(null, new Forge(new ProofOfWork(Rule.classic, 4)),
            "", 0, false).all;
    }

    // With warnings, a student would ask what is wrong.
    private Program start(String text) throws Exception {
        var file = Files.writeString(folder.resolve("MyNode.java"), text);
        var said = new StringWriter();
        var javac = ToolProvider.getSystemJavaCompiler();
        boolean compiles = javac.getTask(said, null, null, List.of("-d",
            folder.toString(), "-Xlint:all,-serial,-processing", "-proc:none",
            "-encoding", "UTF-8", "-cp", System.getProperty("java.class.path")),
            null, javac.getStandardFileManager(null, null, null)
            .getJavaFileObjects(file)).call();
        assertEquals("", said.toString());
        assertTrue(compiles);
        var builder = Programs.java(List.of(), "MyNode",
            "" + Programs.port());
        builder.command().replaceAll(word -> word.equals(System.getProperty(
            "java.class.path")) ? folder + File.pathSeparator + word : word);
        return new Program(builder.redirectError(
            ProcessBuilder.Redirect.DISCARD).start());
    }

    @Test
    void itsTemplatesAreTheSame() throws Exception {
        var catalog = Files.readString(Book.HERE.resolve("jbang-catalog.json"));
        var stages = Growth.stages(Book.HERE);
        for (int i = 1; i <= Growth.LAST; i++) {
            var name = Growth.templateName(i);
            assertEquals(Growth.template(stages.get(i)), Files.readString(
                Book.HERE.resolve(name)), "DocsTest.java --accept writes it");
            assertTrue(catalog.contains("\"" + name + "\""), name);
        }
        // JBang fills in whatever name stands behind a brace.
        for (var stage : stages)
            assertFalse(stage.matches("(?s).*\\{[\\w#/@!|].*"));
    }

    public static void main(String... arguments) {
        Runner.run(GrowthTest.class, arguments);
    }
}
