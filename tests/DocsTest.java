///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES book/Trial.java

// Holds the book in docs/ to the code.
//
//     ./jbang tests/DocsTest.java                           all of it
//     ./jbang tests/DocsTest.java docs/03-proof-of-work.md  one chapter
//     ./jbang tests/DocsTest.java --accept [chapter ...]    what came, goes in
//
// The rules for authors:
//
// A fence starts at column 0 with three backticks, and says what it is.
//   java             a cell: JBang runs it
//   java MyNode.java   the reader's own code: whole members, for the file
//                    that grows with the book (book/Growth.java)
//   java Node.java   an excerpt of that file, or of another script of the
//                    project: whole lines that stand there in one piece,
//                    never run; blank lines are free
//   text             all that the cells since the last text have printed
//   console          `$ command`, then all that it prints
//   json mermaid powershell   as they are, not run
//
// docs/zh has the same pages in Chinese, with the same fences: a page that
// differs lags behind. Only the labels of a mermaid may be translated.
//
// Run are the numbered chapters and docs/answers.md: each is one JShell and,
// beside it, one sh for all of its consoles. (Their JShells share a Java, which
// is faster. With --long each has its own, as on a reader's machine; what runs
// so at all times, the consoles and the page on speed, does not run again.)
// A cell that needs a port takes 0, any free one. A console says --port 5000
// (or 5001, ...): while it is tested, free ports stand in for them. MyNode.java
// is the reader's file, as it has grown up to that line. A command goes on in
// the next line after a \. One that ends with & and says --port is waited for
// until the port answers; all that it ever prints goes below it. Nothing
// outlives the chapter. On other pages a console shows commands only.
//
// What differs each time is a placeholder, one of book/Placeholders.java, as
// in `mined <hash 1> in <ms> ms`: a numbered one is the same all over the
// page. Where spaces stand beside it, any number of them may stand.
//
// "Build it" is a chapter's last exercise: its last cell is the check, whole
// and with its call, and runs on the unfinished version that the chapter
// defines; its text begins "red". docs/answers.md has a heading of level 2
// that links to the chapter, the answer, the same cell, and a text that
// begins "green". Say what a check found, for example:
//
//     println(balance(chain, "a") == 4 ? "green" : "red: not 4");

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Execution(ExecutionMode.CONCURRENT)
@Order(2) // it takes long, so it begins early
class DocsTest {
    static List<String> asked = List.of();

    static Book book() throws IOException {
        return Book.read(Book.HERE, asked);
    }

    static void none(List<String> flaws) {
        if (flaws.isEmpty()) return;
        var failure = new AssertionError("\n\n"
            + String.join("\n\n", flaws) + "\n");
        failure.setStackTrace(new StackTraceElement[0]);
        throw failure;
    }

    @Nested
    class EachPage {
        @Test
        void isWellFormed() throws Exception {
            none(book().form());
        }

        @Test
        void linksLeadSomewhere() throws Exception {
            none(book().links());
        }

        @Test
        void theChineseEditionKeepsUp() throws Exception {
            none(book().editions());
        }

        @Test
        void excerptsStandInTheirScript() throws Exception {
            none(book().excerpts());
        }

        @TestFactory @Tag("long")
        Stream<DynamicTest> runsAsPrinted() throws Exception {
            assumeFalse(File.separator.equals("\\"), "Windows has no sh");
            boolean consoles = !Runner.isLong();
            return book().pages().stream().filter(BookPage::isRun)
                .filter(page -> consoles || Session.isLight(page))
                .map(page -> DynamicTest.dynamicTest(page.name(), () -> {
                    var lines = Line.texts(page.lines()).toString();
                    for (var tool : List.of("curl", "python3"))
                        if (consoles && lines.contains("$ " + tool))
                            Programs.need(tool);
                    none(new Trial(Book.HERE, page).flaws());
                }));
        }
    }

    // JBang builds what is new, and takes what javac prints for the beginning
    // of the command that it is to start.
    @Test
    void whatMakesJavaLightMakesItSayNothing() throws Exception {
        var javac = new ProcessBuilder(Path.of(System.getProperty("java.home"),
            "bin", "javac").toString(), "-version")
            .redirectError(ProcessBuilder.Redirect.DISCARD);
        Programs.lighten(javac, Programs.SMALL);
        assertEquals("javac " + System.getProperty("java.version"),
            new String(javac.start().getInputStream().readAllBytes()).strip());
    }

    // Chinese books name the thing, and have a word for a text.
    @Test
    void theChineseIsWrittenInChinese() throws Exception {
        long all = 0, texts = 0, nobody = 0, clauses = 0, brief = 0;
        try (var files = Files.list(Book.HERE.resolve("docs/zh"))) {
            for (var file : files.filter(it -> ("" + it).endsWith(".md"))
                    .toList()) {
                var prose = Files.readString(file).replaceAll(
                    "(?s)```.*?```|攻破它|修好它|弄坏它", "");
                long han = count("\\p{IsHan}", prose);
                long it = count("它", prose);
                assertTrue(it < 5 + han * 5 / 1_000, file + ": " + it
                    + " of " + han);
                all += han;
                texts += count("文字", prose);
                nobody += count("没有人|谁也|人人", prose);
                // from one stop to the next, without headings and tables
                for (var clause : prose.replaceAll("(?m)^[#|<].*|`[^`]*`"
                        + "|\\]\\([^)]*\\)", "").split("[。；？！：\n]")) {
                    long letters = count("\\p{IsHan}", clause);
                    if (letters > 0) clauses++;
                    if (letters > 0 && letters <= 8) brief++;
                }
            }
        }
        assertTrue(all > 30_000, "" + all);
        assertTrue(texts < 20, texts + " times 文字");
        assertTrue(nobody < 20, nobody + " times 没有人, 谁也, 人人");
        assertTrue(brief * 5 < clauses, brief + " short of " + clauses);
    }

    private static long count(String pattern, String text) {
        return java.util.regex.Pattern.compile(pattern).matcher(text).results()
            .count();
    }

    @Nested
    class TheChaptersTogether {
        @Test
        void provedTheirAnswersRedAndGreen() throws Exception {
            none(book().buildIts());
        }

        // Where a whole package is imported, JShell reads all classes so far
        // once more. A page with a node took twice as long. It reads a file as
        // often as one names it, and a class that names a later one again.
        @Test
        void loadNothingTwice() throws Exception {
            var files = new ArrayList<Path>();
            load(Path.of("Node.java"), files); // JShell begins at the end
            var lines = new ArrayList<Line>();
            for (int i = 0; i < files.size(); i++) {
                var text = Line.read(Book.HERE, files.get(i).toString());
                lines.addAll(text);
                for (var later : files.subList(0, i)) for (var line : text) {
                    var name = later.getFileName().toString()
                        .replace(".java", "");
                    assertFalse(line.text().strip().matches("(?!/|[*]|import ).*"
                        + "\\b" + name + "[.:(> ].*"), line.flaw(name
                            + " comes later"));
                }
            }
            assertEquals(Set.copyOf(files).size(), files.size(), "" + files);
            for (var page : book().pages())
                if (Line.texts(page.lines()).contains("//SOURCES ../Node.java"))
                    for (var cell : page.all("java")) lines.addAll(cell.body());
            var known = Line.texts(Line.read(Book.HERE, "Blockchain.java"));
            known.addAll(List.of("import java.io.*;", // by the first small files
                "import java.util.concurrent.*;",
                "import picocli.CommandLine.*;"));
            none(lines.stream().filter(line -> line.text().matches(
                "import .*[*];") && !known.contains(line.text())).map(line ->
                    line.flaw(line.text() + " Import its names, or JShell "
                        + "reads all classes again")).toList());
        }

        private void load(Path file, List<Path> files) throws IOException {
            files.add(file);
            for (var line : Line.read(Book.HERE, file.toString()))
                if (line.text().startsWith("//SOURCES ")) load(file
                    .resolveSibling(line.text().substring(10)).normalize(),
                    files);
        }
    }

    // ## And it bites

    @Nested
    class ASmallBook {
        @TempDir Path root;
        static final String PAGE = "docs/01-twice.md";

        @BeforeEach
        void isWritten() throws Exception {
            Files.createDirectory(root.resolve("docs"));
            Files.writeString(root.resolve("Blockchain.java"), """
                class Blockchain {
                    static int twice(int n) { return 2 * n; }

                    public static void main(String... arguments) { }
                }
                """);
            Files.writeString(root.resolve(PAGE), """
                # 1. Twice

                ```java
                //SOURCES ../Blockchain.java
                //JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
                println(Blockchain.twice(4) + " at " + java.time.Instant.now());
                ```

                ```text
                8 at <time 1>
                ```

                ```java Blockchain.java
                class Blockchain {
                    static int twice(int n) { return 2 * n; }
                ```

                See [above](#1-twice).

                ```console
                $ echo 5000 is 5001 less 1; sleep 9 &
                5000 is 5001 less 1
                ```

                *Build it*: thrice.

                ```java
                int thrice(int n) { return n; }
                ```

                ```java
                println(thrice(2) == 6 ? "green" : "red");
                ```

                ```text
                red
                ```
                """);
            Files.writeString(root.resolve("docs/answers.md"), """
                ## [1. Twice](01-twice.md)

                ```java
                int thrice(int n) { return 3 * n; }
                ```

                ```java
                println(thrice(2) == 6 ? "green" : "red");
                ```

                ```text
                green
                ```
                """);
        }

        private void change(String file, String from, String to)
                throws Exception {
            var text = Files.readString(root.resolve(file));
            assertTrue(text.contains(from), from);
            Files.writeString(root.resolve(file), text.replace(from, to));
        }

        private List<String> flaws() throws Exception {
            var book = Book.read(root, List.of());
            var flaws = new ArrayList<>(book.form());
            flaws.addAll(book.links());
            flaws.addAll(book.excerpts());
            flaws.addAll(book.editions());
            flaws.addAll(book.buildIts());
            return flaws;
        }

        private void caught(String where, String what, List<String> flaws) {
            assertTrue(flaws.stream().anyMatch(flaw -> flaw.startsWith(where
                + ": ") && flaw.contains(what)), where + " in " + flaws);
        }

        private BookPage page() throws Exception {
            return BookPage.read(root, PAGE);
        }

        @Test
        void holds() throws Exception {
            assertEquals(List.of(), flaws());
        }

        // A change of the chapter, and where and how it is caught.
        @ParameterizedTest(name = "{3}") @CsvSource(delimiter = '|', value = {
            "```java\\n//| ```java \\n//| 3| a space after",
            "```text\\n8| ```output\\n8| 9| no fence is called",
            "Blockchain.java\\nclass| beyond/Window.java\\nclass| 13| no fence",
            "```\\n\\nSee| See| 18| closes nothing",
            "*Build| ```json\\n*Build| 28| closes nothing",
            "*Build| ````| 25| three backticks",
            "*Build| ~~~| 25| not ~~~",
            "```console| \\t```console| 20| at column 0",
            "See| \\tSee| 18| indented code",
            "See| - a list\\n\\n    goes on\\n\\nSee\\n\\n    you| 24| "
                + "indented code",
            "See| static void main(). See| 18| void main(",
            "<time 1>| <anything>| 10| no placeholder is called <anything>",
            "#1-twice| #1-thrice| 18| #1-thrice",
            "#1-twice| 02-thrice.md| 18| 02-thrice.md is not there",
            "(4)| (4, \"--port\", \"5000\")| 6| a port may be taken",
            "2 * n| n + n| 15| 2 * n",
            "red\\n```| green\\n```| 31| begins red",
            "== 6| > 0| 7| the last cell of an answer is its check"})
        void catches(String from, String to, int line, String what)
                throws Exception {
            change(PAGE, from.translateEscapes(), to.translateEscapes());
            caught((line == 7 ? "docs/answers.md:" : PAGE + ":") + line, what,
                flaws());
        }

        @Test
        void catchesAChangedSourceLine() throws Exception {
            change("Blockchain.java", "2 * n", "n + n");
            caught(PAGE + ":15", "n + n", flaws());
        }

        @Test
        void catchesAnEditionThatLagsBehind() throws Exception {
            var chinese = Files.createDirectory(root.resolve("docs/zh"));
            for (var name : List.of("01-twice", "answers")) {
                var file = root.resolve("docs/" + name + ".md");
                var text = Files.readString(file);
                Files.writeString(file, "[中文](zh/" + name + ".md)\n\n" + text);
                Files.writeString(chinese.resolve(name + ".md"), ("[English]"
                    + "(../" + name + ".md)\n\n" + text).replace(
                        "//SOURCES ../", "//SOURCES ../../"));
            }
            assertEquals(List.of(), flaws());
            change("docs/zh/01-twice.md", "8 at", "9 at");
            caught("docs/zh/01-twice.md:11", "docs/01-twice.md:11", flaws());
            change("docs/zh/answers.md", "../answers", "answers");
            caught("docs/zh/answers.md:1", "no link leads to ../answers.md",
                flaws());
            change("docs/answers.md", "3 * n", "4 * n");
            caught("docs/zh/answers.md:5", "differs", flaws());
            Files.delete(chinese.resolve("answers.md"));
            caught("docs/answers.md:1", "there is no", flaws());
        }

        @Test
        void catchesAWrongOutput() throws Exception {
            var text = page().all("text").get(0);
            var known = new Placeholders();
            assertEquals(List.of(), known.compare(text.body(), text.end(),
                List.of("8 at 12:00:00")));
            caught(PAGE + ":10", "8 at 13:00:00", known.compare(text.body(),
                text.end(), List.of("8 at 13:00:00")));
            caught(PAGE + ":11", "and more", known.compare(text.body(),
                text.end(), List.of("8 at 12:00:00", "and more")));
            change(PAGE, "\n5000 is", "\n5002 is");
            caught(PAGE + ":22", "5000 is", new Trial(root, page()).consoles());
        }

        @Test
        void catchesWhatAProgramPrintsInTheBackgroundLater() throws Exception {
            change(PAGE, "$ echo", "$ false --port 5000 &\n" // no port to come
                + "$ (sleep 1; echo late) &\n$ wait $!\n$ echo");
            caught(PAGE + ":22", "late", new Trial(root, page()).consoles());
        }

        @Test
        void catchesACellThatThrows() throws Exception {
            change(PAGE, "int thrice", "throw new Error(\"no\");\nint thrice");
            caught(PAGE + ":27", "Error: no", new Trial(root, page()).flaws());
        }

        @Test
        void runsEachPageInAShellOfItsOwn() throws Exception {
            var err = Files.createFile(root.resolve("err"));
            assertEquals("7 -1", shell("int x = 7; System.out.print(x + \" \" "
                + "+ System.in.read());", 0, err)); // no input, but its end
            assertEquals("", Files.readString(err));
            assertEquals("", shell("System.out.print(x);", 0, err));
            assertNotEquals("", Files.readString(err)); // there is no x
            assertEquals("", shell("System.exit(3);", 3, err));
            assertEquals("on", shell("System.out.print(\"on\");", 0, err));
        }

        private String shell(String cell, int status, Path err)
                throws Exception {
            var page = Files.writeString(root.resolve("page"), cell
                + "\n/exit\n").toString();
            var out = root.resolve("out");
            assertEquals(status, Shell.jshell(List.of(System.getProperty(
                "java.home") + "/bin/jshell", "-J-XX:+UseSerialGC",
                "--execution=local", page), out, err).getAsInt());
            return Files.readString(out);
        }

        @Test
        void acceptsWhatCame() throws Exception {
            var right = Files.readString(root.resolve(PAGE));
            change(PAGE, "```text\nred", "```text\nblue\nor\nyellow");
            change(PAGE, "\n5000 is", "\n5002 is");
            assertTrue(new Trial(root, page()).accept());
            assertEquals(right, Files.readString(root.resolve(PAGE)));
        }
    }

    public static void main(String... arguments) throws Exception {
        var options = new ArrayList<>(List.of(arguments));
        boolean accept = options.remove("--accept"), good = true;
        asked = options.stream().filter(it -> !it.startsWith("-")).toList();
        options.removeAll(asked);
        for (var page : asked) if (!Files.exists(Book.HERE.resolve(page))) {
            System.err.println(page + " is not there. Name a chapter as in "
                + "./jbang tests/DocsTest.java docs/03-proof-of-work.md");
            System.exit(2);
        }
        if (accept) for (var page : book().pages())
            if (page.isRun()) good &= new Trial(Book.HERE, page).accept();
        if (accept) {
            var stages = Growth.stages(Book.HERE);
            for (int i : Growth.CHAPTERS) Files.writeString(Book.HERE.resolve(
                Growth.templateName(i)), Growth.template(stages.get(i)));
            System.exit(good ? 0 : 1);
        }
        Runner.run(asked.isEmpty() ? DocsTest.class : EachPage.class,
            options.toArray(String[]::new));
    }
}
