///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java

// A class, each with a node, as docs/classroom.md has it: what the class will
// see is tried here first, on one machine. With --long it is thirty.

import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.Future;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
class ClassroomTest {
    private static final int STUDENTS = Runner.size(12, 30);
    @AutoClose final Nodes network = new Nodes();
    private final List<Node> nodes = new ArrayList<>();

    void eachStudentStartsANode(String... more) throws Exception {
        while (nodes.size() < STUDENTS) nodes.add(network.start(more));
    }

    @Test
    void nodesThatJoinKeepOneChainByThemselves() throws Exception {
        var teacher = network.start();
        nodes.add(teacher);
        eachStudentStartsANode("--join", teacher.url());
        for (var node : nodes) Programs.await(() ->
            Nodes.neighbours(node).size() == STUDENTS - 1);
        for (int i : List.of(7, 0, STUDENTS - 1)) { // the teacher mines, too
            Nodes.mine(nodes.get(i));
            Nodes.awaitOneChain(Nodes.urls(nodes));
        }
        all("/mine"); // some have a block at the same time
        Nodes.awaitOneLength(Nodes.urls(nodes));
        Nodes.mine(nodes.get(7)); // a tie is broken by one more block
        Nodes.awaitOneChain(Nodes.urls(nodes));
    }

    // In a circle, news travels from desk to desk, one a round.
    @ParameterizedTest(name = "of all others: {0}")
    @ValueSource(booleans = {true, false})
    void nodesThatKnowTheNextDesksFindOneChain(boolean ofAll) throws Exception {
        eachStudentStartsANode();
        int known = ofAll ? STUDENTS - 1 : 1, rounds = ofAll ? 1 : STUDENTS;
        var circle = new ArrayList<>(nodes);
        circle.addAll(nodes);
        for (int i = 0; i < STUDENTS; i++)
            register(nodes.get(i), circle.subList(i + 1, i + 1 + known));
        all("/mine");
        Nodes.mine(nodes.get(7)); // a tie is broken by one more block
        for (int i = 0; i < rounds && chains().size() > 1; i++)
            all("/nodes/resolve");
        assertEquals(Set.of(Nodes.chain(nodes.get(7))), chains());
    }

    @Test
    void whoWasCutOffLosesItsBlocksButNotItsPayments() throws Exception {
        eachStudentStartsANode();
        var cutOff = nodes.get(0);
        var others = nodes.subList(1, STUDENTS);
        for (var node : others) register(node, others);
        Nodes.pay(cutOff, Client.payment("alice", 5));
        Nodes.mine(cutOff);
        for (int i = 0; i < 3; i++) Nodes.mine(nodes.get(7));
        all("/nodes/resolve");
        assertEquals(2, chains().size());

        register(cutOff, others);
        Programs.await(() -> Nodes.resolve(cutOff));
        assertEquals(1, chains().size());
        assertEquals("alice", Nodes.waiting(cutOff).at("/0/sender").asText());
        assertTrue(Nodes.mine(cutOff).get("transactions").toString()
            .contains("alice"));
    }

    // All at the same time.
    private void all(String path) throws Exception {
        var answers = new ArrayList<Future<JsonNode>>();
        for (var node : nodes)
            answers.add(Programs.async(() -> Nodes.get(node, path)));
        for (var answer : answers) answer.get();
    }

    // With a byte order mark, Windows line ends, blanks, and no last line end.
    // The loop is the page's own, with echo for the check.
    @Test
    void aListOfNodesMayBeAsAnyEditorSavesIt(@TempDir Path folder)
            throws Exception {
        Programs.need("bash");
        var page = Files.readString(Programs.file("docs/classroom.md"));
        int loop = page.indexOf("while read");
        var script = page.substring(loop, page.indexOf("```", loop))
            .replace("./jbang tests/CheckNode.java --json", "echo");
        Files.writeString(folder.resolve("nodes.txt"),
            "\ufeffhttp://a:1\r\n\n  \r\n http://b:2 \nhttp://c:3");
        assertEquals(0, new ProcessBuilder("bash", "-c", script)
            .directory(folder.toFile()).start().waitFor());
        assertEquals(List.of("http://a:1", "http://b:2", "http://c:3"),
            Files.readAllLines(folder.resolve("results.jsonl")));
    }

    private static void register(Node node, List<Node> neighbours)
            throws Exception {
        var others = new ArrayList<>(neighbours);
        others.remove(node);
        Nodes.register(node, Nodes.urls(others).toArray(String[]::new));
    }

    private Set<JsonNode> chains() throws Exception {
        var chains = new HashSet<JsonNode>();
        for (var node : nodes) chains.add(Nodes.chain(node));
        return chains;
    }

    public static void main(String... arguments) {
        Runner.run(ClassroomTest.class, arguments);
    }
}
