///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES ../Node.java

// A class of thirty, each with a node, as docs/classroom.md has it: what the
// class will see is tried here first, on one machine.

import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.*;
import java.io.IOException;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.*;
import java.util.concurrent.CompletableFuture;
import java.util.stream.*;
import org.junit.jupiter.api.*;

@Timeout(300)
class ClassroomTest {
    private static final int STUDENTS = 30;
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Node> nodes = new ArrayList<>();

    @BeforeEach
    void eachStudentStartsANode() throws IOException {
        for (int i = 0; i < STUDENTS; i++)
            nodes.add(Node.start("--port", "0", "--quiet", "--zeros", "2"));
    }

    @AfterEach
    void theLessonIsOver() {
        nodes.forEach(Node::close);
    }

    @Test
    void thirtyNodesWhoKnowEachOtherFindOneChain() throws Exception {
        for (var node : nodes) register(node, nodes);
        race();
        get(nodes.get(7), "/mine"); // a tie is broken by one more block
        all("/nodes/resolve");
        assertEquals(Set.of(chain(nodes.get(7))), chains(nodes));
    }

    // In a circle, news travels from desk to desk, one a round.
    @Test
    void whoKnowsOnlyTheNextDeskFindsItInThirtyRounds() throws Exception {
        for (int i = 0; i < STUDENTS; i++)
            register(nodes.get(i), List.of(nodes.get((i + 1) % STUDENTS)));
        race();
        get(nodes.get(7), "/mine");
        int rounds = 0;
        while (chains(nodes).size() > 1 && rounds++ < STUDENTS)
            all("/nodes/resolve");
        assertEquals(Set.of(chain(nodes.get(7))), chains(nodes));
    }

    @Test
    void whoWasCutOffLosesItsBlocksButNotItsPayments() throws Exception {
        var cutOff = nodes.get(0);
        var others = nodes.subList(1, STUDENTS);
        for (var node : others) register(node, others);
        post(cutOff, "/transactions/new",
            "{\"sender\": \"alice\", \"recipient\": \"bob\", \"amount\": 5}");
        get(cutOff, "/mine");
        for (int i = 0; i < 3; i++) get(nodes.get(7), "/mine");
        all("/nodes/resolve");
        assertEquals(2, chains(nodes).size());

        register(cutOff, others);
        get(cutOff, "/nodes/resolve");
        assertEquals(1, chains(nodes).size());
        var waiting = get(cutOff, "/transactions").get("transactions");
        assertEquals("alice", waiting.at("/0/sender").asText());
        assertTrue(get(cutOff, "/mine").get("transactions").toString()
            .contains("alice"));
    }

    private void race() {
        all("/mine");
    }

    private void all(String path) {
        CompletableFuture.allOf(nodes.stream().map(node ->
            CompletableFuture.runAsync(() -> get(node, path)))
            .toArray(CompletableFuture[]::new)).join();
    }

    private void register(Node node, List<Node> neighbours) {
        var urls = neighbours.stream().filter(other -> other != node)
            .map(other -> '"' + other.url() + '"')
            .collect(Collectors.joining(","));
        post(node, "/nodes/register", "{\"nodes\": [" + urls + "]}");
    }

    private Set<JsonNode> chains(List<Node> nodes) {
        return nodes.stream().map(this::chain).collect(Collectors.toSet());
    }

    private JsonNode chain(Node node) {
        return get(node, "/chain").get("chain");
    }

    private JsonNode get(Node node, String path) {
        return send(HttpRequest.newBuilder(URI.create(node.url() + path)));
    }

    private JsonNode post(Node node, String path, String body) {
        return send(HttpRequest.newBuilder(URI.create(node.url() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            var answer = http.send(request.build(), BodyHandlers.ofString());
            assertTrue(answer.statusCode() < 300, answer::body);
            return JSON.readTree(answer.body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public static void main(String... arguments) {
        Runner.run(ClassroomTest.class);
    }
}
