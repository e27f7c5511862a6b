///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java

// Runs docs/postman.json, the article's session, with newman: what Postman
// runs collections with, from npm.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import org.junit.jupiter.api.*;

class PostmanTest {
    private static final Path COLLECTION = Programs.file("docs/postman.json");
    @AutoClose final Nodes nodes = new Nodes();

    @Test
    void theCollectionIsOfTheFormatThatPostmanImports() throws IOException {
        var collection = Client.JSON.readTree(COLLECTION.toFile());
        assertTrue(collection.at("/info/schema").asText().contains("v2.1.0"));
        assertEquals(List.of("node1", "node2"), collection.get("variable")
            .findValuesAsText("key").subList(0, 2));
        for (var request : collection.findValues("request"))
            assertTrue(request.at("/url/raw").asText().startsWith("{{node"));
    }

    @Test
    void theArticlesSessionIsGreenAgainstOurNodes() throws Exception {
        run(0, nodes.start("--zeros", "4"), nodes.start("--zeros", "4"),
            "--iteration-count", "2"); // from the first block on, and further
    }

    @Test
    void itIsRedWhereTheTwoNodesKeepDifferentRules() throws Exception {
        var output = run(1, nodes.start("--zeros", "4"),
            nodes.start("--zeros", "4", "--rule", "linked"));
        assertTrue(output.contains("our chain was replaced"), output);
    }

    @BeforeAll
    static void needNewman() {
        assumeTrue(Programs.runs(newman("--version")),
            "there is no npx (install Node.js), or it can't fetch newman");
    }

    private static String run(int status, Node one, Node two, String... more)
            throws Exception {
        var arguments = new ArrayList<>(List.of("run", "" + COLLECTION, "--color",
            "off", "--env-var", "node1=" + one.url(), "--env-var",
            "node2=" + two.url(), "--timeout", "240000"));
        arguments.addAll(List.of(more));
        var newman = new ProcessBuilder(newman(arguments.toArray(
            String[]::new))).redirectErrorStream(true).start();
        var output = new String(newman.getInputStream().readAllBytes());
        assertEquals(status, newman.waitFor(), output);
        return output;
    }

    private static String[] newman(String... arguments) {
        var command = new ArrayList<String>();
        if (File.separator.equals("\\")) command.addAll(List.of("cmd", "/c"));
        command.addAll(List.of("npx", "--yes", "newman@6"));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    public static void main(String... arguments) {
        Runner.run(PostmanTest.class, arguments);
    }
}
