//JAVA 17+
//SOURCES Client.java
//SOURCES Programs.java
//SOURCES ../CheckNode.java

// Checks nodes as the command line does, many at the same time: so each check
// plays its neighbours at ports of its own.

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.util.*;
import java.util.stream.*;
import picocli.CommandLine;

final class Checks {
    static CheckNode check() {
        var check = new CheckNode();
        check.ports = ports();
        return check;
    }

    static int[] ports() {
        return new int[] {Programs.port(), Programs.port()};
    }

    /** Its status; errors go where the rest goes. It is patient: computers
     *  that test have much to do. */
    static int run(CheckNode check, Writer said, String... arguments) {
        var out = new PrintWriter(said);
        return Script.run(new CommandLine(check).setOut(out).setErr(out)
            .setOverwrittenOptionsAllowed(true), plus(new String[] {
                "--patience", "100", "--lang", "en"}, arguments));
    }

    /** All that it says, if it ends with this status. */
    static String text(CheckNode check, int status, String... arguments) {
        var said = new StringWriter();
        assertEquals(status, run(check, said, arguments), said::toString);
        return said.toString();
    }

    static String text(int status, String... arguments) {
        return text(check(), status, arguments);
    }

    /** The same as JSON. */
    static JsonNode report(CheckNode check, int status, String... arguments)
            throws IOException {
        var said = new StringWriter();
        int ended = run(check, said, plus(arguments, "--json"));
        var report = Client.JSON.readTree(said.toString());
        assertEquals(status, ended, () -> report.path("error").asText()
            + rows(report, "failed").map(it -> it.get("row") + ": "
                + it.get("came")).toList());
        return report;
    }

    static JsonNode report(int status, String... arguments) throws IOException {
        return report(check(), status, arguments);
    }

    static String[] plus(String[] arguments, String... more) {
        return Stream.of(arguments, more).flatMap(Stream::of)
            .toArray(String[]::new);
    }

    /** The rows that have one of these results. */
    static Set<String> titles(JsonNode report, String... results) {
        return rows(report, results).map(it -> it.get("row").asText())
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<JsonNode> rows(JsonNode report, String... results) {
        return StreamSupport.stream(report.path("rows").spliterator(), false)
            .filter(it -> List.of(results).contains(it.get("result").asText()));
    }
}
