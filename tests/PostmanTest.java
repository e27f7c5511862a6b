///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES ../Node.java

// Runs docs/postman.json, the article's session, with newman: what Postman
// runs collections with, from npm.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.*;
import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.*;

class PostmanTest {
    private static final boolean WINDOWS =
        System.getProperty("os.name").startsWith("Windows");
    private static final Path COLLECTION = Files.exists(Path.of("docs"))
        ? Path.of("docs/postman.json") : Path.of("../docs/postman.json");

    @Test
    void theCollectionIsOfTheFormatThatPostmanImports() throws IOException {
        var collection = new ObjectMapper().readTree(COLLECTION.toFile());
        assertTrue(collection.at("/info/schema").asText().contains("v2.1.0"));
        assertEquals(List.of("node1", "node2"), collection.get("variable")
            .findValuesAsText("key").subList(0, 2));
        for (var request : collection.findValues("request"))
            assertTrue(request.at("/url/raw").asText().startsWith("{{node"));
    }

    @Test
    void theArticlesSessionIsGreenAgainstOurNodes() throws Exception {
        needNewman();
        try (var one = node(); var two = node()) {
            run(0, one.url(), two.url()); // from the first block on
            run(0, one.url(), two.url()); // and again, further on
        }
    }

    @Test
    void itIsRedWhereTheTwoNodesKeepDifferentRules() throws Exception {
        needNewman();
        try (var one = node(); var two = node("--rule", "linked")) {
            var output = run(1, one.url(), two.url());
            assertTrue(output.contains("our chain was replaced"), output);
        }
    }

    private static Node node(String... more) throws IOException {
        var arguments = new ArrayList<>(List.of("--port", "0", "--quiet"));
        arguments.addAll(List.of(more));
        return Node.start(arguments.toArray(String[]::new));
    }

    private static void needNewman() throws Exception {
        try {
            var found = start("--version");
            assumeTrue(found.waitFor(3, TimeUnit.MINUTES)
                && found.exitValue() == 0, "npx can't fetch newman");
        } catch (IOException e) {
            assumeTrue(false, "there is no npx: install Node.js");
        }
    }

    private static String run(int status, String node1, String node2)
            throws Exception {
        var newman = start("run", COLLECTION.toString(), "--color", "off",
            "--env-var", "node1=" + node1, "--env-var", "node2=" + node2,
            "--timeout", "60000");
        var output = new String(newman.getInputStream().readAllBytes());
        assertEquals(status, newman.waitFor(), output);
        return output;
    }

    private static Process start(String... arguments) throws IOException {
        var command = new ArrayList<String>();
        if (WINDOWS) command.addAll(List.of("cmd", "/c"));
        command.addAll(List.of("npx", "--yes", "newman@6"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    public static void main(String... arguments) {
        Runner.run(PostmanTest.class);
    }
}
