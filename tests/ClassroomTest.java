///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES Client.java
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
import java.util.function.BooleanSupplier;
import java.util.stream.*;
import org.junit.jupiter.api.*;

@Timeout(300)
class ClassroomTest {
    private static final int STUDENTS = 30;
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Node> nodes = new ArrayList<>();

    void eachStudentStartsANode(String... more) throws IOException {
        for (int i = nodes.size(); i < STUDENTS; i++)
            nodes.add(Node.start(Client.arguments("2", more)));
    }

    @AfterEach
    void theLessonIsOver() {
        nodes.forEach(Node::close);
    }

    @Test
    void thirtyNodesThatJoinKeepOneChainByThemselves() throws Exception {
        var teacher = Node.start(Client.arguments("2"));
        nodes.add(teacher);
        eachStudentStartsANode("--join", teacher.url());
        await(() -> nodes.stream().allMatch(node -> get(node, "/nodes")
            .get("neighbours").size() == STUDENTS - 1));
        for (int i : List.of(7, 0, 29)) { // the teacher mines, too
            get(nodes.get(i), "/mine");
            await(() -> chains(nodes).equals(Set.of(chain(nodes.get(i)))));
        }
        race();
        await(() -> nodes.stream().mapToInt(node -> chain(node).size())
            .distinct().count() == 1); // some had one at the same time
        get(nodes.get(7), "/mine"); // a tie is broken by one more block
        await(() -> chains(nodes).size() == 1);
    }

    private static void await(BooleanSupplier condition)
            throws InterruptedException {
        for (int i = 0; i < 300 && !condition.getAsBoolean(); i++)
            Thread.sleep(100);
        assertTrue(condition.getAsBoolean());
    }

    @Test
    void thirtyNodesWhoKnowEachOtherFindOneChain() throws Exception {
        eachStudentStartsANode();
        for (var node : nodes) register(node, nodes);
        race();
        get(nodes.get(7), "/mine"); // a tie is broken by one more block
        all("/nodes/resolve");
        assertEquals(Set.of(chain(nodes.get(7))), chains(nodes));
    }

    // In a circle, news travels from desk to desk, one a round.
    @Test
    void whoKnowsOnlyTheNextDeskFindsItInThirtyRounds() throws Exception {
        eachStudentStartsANode();
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
        eachStudentStartsANode();
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
