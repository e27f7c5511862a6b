///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Programs.java
//SOURCES ../Demo.java

// The tour, as whoever starts it sees it; and what README.md shows of it.

import static org.junit.jupiter.api.Assertions.*;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.parallel.ResourceLock;

@ResourceLock("ports 5000 and 5001")
class DemoTest {

    static String tour;

    @BeforeAll
    static void runTheTour() throws Exception {
        tour = run(0, "Demo", "--auto");
    }

    static String run(int status, String main, String... arguments)
            throws Exception {
        var process = Programs.java(List.of("-Dfile.encoding=UTF-8",
            "-Dstdout.encoding=UTF-8"), main, arguments)
            .redirectErrorStream(true).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(),
            "UTF-8");
        assertEquals(status, process.waitFor(), output);
        return output.replace("\r", "");
    }

    @Test
    void theTourTellsTheWholeStory() {
        int at = 0;
        for (var told : List.of("1. Two nodes", "2. A transaction",
                "Transaction will be added to Block 2", "\"proof\": 35293",
                "\"proof\": 35089", "\"length\": 3",
                "New nodes have been added", "6. The neighbour",
                "\"proof\": 35293", "\"proof\": 35089", "\"proof\": 119678",
                "classic rule", "7. Resolve", "Our chain was replaced",
                "\"amount\": 5", "Our chain is authoritative", "9. Cheat",
                "> edited.json", "-d @edited.json",
                "\"fails\": \"previous_hash\"", "\"valid\": false",
                "That was the tutorial.")) {
            int found = tour.indexOf(told, at);
            assertTrue(found >= at, told + " is missing in\n" + tour);
            at = found;
        }
    }

    // Each sentence that the tour says has its Chinese one, and the other way
    // round.
    @Test
    void inChineseNoSentenceIsLeftInEnglish() throws Exception {
        var chinese = run(0, "Demo", "--auto", "--lang", "zh");
        for (var line : chinese.lines().toList())
            if (line.matches("   [^ $].*") && !line.matches(
                "   (\\$|-d|\\{|\\}|> ).*")) assertTrue(line.matches(
                    ".*\\p{IsHan}.*|.*Ctrl.*"), line);
        assertFalse(chinese.contains("{ block"), chinese);
        assertEquals(tour.split("(?m)^   ── ").length,
            chinese.split("(?m)^   ── ").length);
        for (var line : chinese.lines().toList())
            assertTrue(Words.width(line) <= 80, line);
        var source = Words.key((Files.readString(Programs.file("Demo.java"))
            + Files.readString(Programs.file("beyond/Shown.java")))
            .replaceAll("\"\\s*\\+\\s*\"", "").replaceAll("\\\\n|\\\\\\n", " ")
            .replace("\\\"", "\""));
        var words = new com.fasterxml.jackson.databind.ObjectMapper().readTree(
            Programs.file("docs/zh/demo.json").toFile());
        words.fieldNames().forEachRemaining(english -> assertTrue(
            source.contains(english), english + " is not said any more"));
    }

    @Test
    void itFitsIn80ColumnsAndHasNoColourInAPipe() {
        for (var line : tour.lines().toList())
            assertTrue(line.length() <= 80, line);
        assertFalse(tour.contains("\u001b"));
    }

    // The tour waits for Enter in front of each heading. So all that
    // stands from one heading to the next must fit on a terminal of 24
    // lines, with an empty line and the prompt below it.
    @Test
    void eachHeadingIsStillThereWhenTheTourWaits() {
        var screens = tour.split("(?m)^(?=   ── )");
        assertTrue(screens.length > 9, tour);
        for (var screen : screens) {
            long lines = screen.stripTrailing().lines().count();
            assertTrue(lines <= 22, lines + " lines:\n" + screen);
        }
    }

    @Test
    void theTourHasNineSteps() {
        var numbers = tour.lines().filter(line -> line.startsWith("   ── "))
            .map(line -> line.replaceAll("\\D", "")).distinct().toList();
        assertEquals("1 2 3 4 5 6 7 8 9", String.join(" ", numbers).strip());
    }

    @Test
    void theVerdictIsPrintedOnce() {
        assertEquals(2, tour.split("\"reason\": ", -1).length, tour);
        assertEquals(2, tour.split("Was that block", -1).length, tour);
    }

    static void tells(String text, String... words) {
        for (var told : words)
            assertTrue(text.contains(told), told + " is missing in\n" + text);
    }

    @Test
    void itTakesOtherPortsWhereItsOwnAreTaken() throws Exception {
        try (var one = Programs.taken(5000); var two = Programs.taken(5001)) {
            var told = run(0, "Demo", "--auto");
            tells(told, "Port 5000 is taken", "Port 5001 is taken",
                "That was the tutorial.");
        }
    }

    @Test
    void theReadmeShowsWhatTheTourPrints() throws IOException {
        var readme = Files.readString(Programs.file("README.md"));
        var shown = readme.split("```text\n")[1].split("```")[0];
        assertTrue(shown.lines().count() >= 10, shown);
        int at = 0;
        var lines = tour.lines().map(DemoTest::steady).toList();
        for (var line : shown.lines().map(DemoTest::steady).toList()) {
            int found = lines.subList(at, lines.size()).indexOf(line);
            assertTrue(found >= 0, "the tour does not print: " + line);
            at += found + 1;
        }
    }

    // Hashes and times differ from run to run.
    static String steady(String line) {
        return line.strip().replaceAll("[0-9a-f]{6}…[0-9a-f]{4}", "<hash>")
            .replaceAll("\\d{10}\\.\\d+", "<time>")
            .replaceAll("localhost:\\d+", "<node>");
    }

    @Test
    void blockchainRunsAsANotebookWithTheSameHashesForAll() throws Exception {
        var notebook = run(0, "Blockchain");
        tells(notebook, "c099bc…bfb7", "35293 gives 0000c4…e8e2",
            "block 3: previous_hash is 6adb30…2d14");
        assertFalse(notebook.contains("\u001b"));
        tells(run(0, "Blockchain", "5"), "to give 5 zeros",
            "888273 gives 000007…5f76");
        for (var words : List.of("--zeros 5", "17", "many")) assertEquals(
            "Say how many zeros a proof needs, 0 to 16: for example 5, or "
            + "nothing.", run(2, "Blockchain", words.split(" ")).strip());
    }

    public static void main(String... arguments) {
        Runner.run(DemoTest.class, arguments);
    }
}
