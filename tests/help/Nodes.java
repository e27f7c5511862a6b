//JAVA 17+
//SOURCES Client.java
//SOURCES Neighbour.java
//SOURCES Program.java
//SOURCES Programs.java
//SOURCES ../../Node.java

// The nodes of a test, which end with it, and what one asks of a node:
//
//     @AutoClose final Nodes nodes = new Nodes();

import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.*;
import java.net.Socket;
import java.util.*;
import java.util.concurrent.CopyOnWriteArrayList;

final class Nodes implements AutoCloseable {
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    /** A quiet node at any port, with two zeros, unless they are others. */
    Node start(String... arguments) throws Exception {
        int port = List.of(arguments).indexOf("--port") + 1;
        if (port > 0) Programs.awaitFree(Integer.parseInt(arguments[port]));
        return add(Node.start(arguments(arguments)));
    }

    static String[] arguments(String... more) {
        var all = new ArrayList<>(List.of(more));
        if (!all.contains("--quiet")) all.add(0, "--quiet");
        if (!all.contains("--port")) all.addAll(List.of("--port", "0"));
        if (!all.contains("--zeros")) all.addAll(List.of("--zeros", "2"));
        return all.toArray(String[]::new);
    }

    /** A neighbour that answers with this body. */
    Neighbour says(String body) throws IOException {
        return add(new Neighbour(body));
    }

    Neighbour plays(Neighbour.Play play) throws IOException {
        return add(new Neighbour(play));
    }

    /** A neighbour that never answers. */
    Neighbour silent() throws IOException {
        return plays(Neighbour::never);
    }

    /** So many connections to a node, on each of which this is sent. */
    List<Socket> callers(Node node, int number, byte[] request)
            throws IOException {
        var callers = new ArrayList<Socket>();
        for (int i = 0; i < number; i++) {
            callers.add(add(Client.connect(node.url())));
            callers.get(i).getOutputStream().write(request);
        }
        return callers;
    }

    /** Ends with the test. */
    <T extends AutoCloseable> T add(T opened) {
        open.add(opened);
        return opened;
    }

    /** Ends now. */
    void end(AutoCloseable opened) throws Exception {
        open.remove(opened);
        opened.close();
    }

    public void close() throws Exception {
        var all = new ArrayList<>(open);
        Collections.reverse(all);
        for (var opened : all) opened.close();
    }

    // ## What one asks

    /** What a node answers with 200. */
    static JsonNode get(String url, String path) throws Exception {
        var answer = Client.get(url + path);
        assertEquals(200, answer.status(), answer.text());
        return answer.json();
    }

    static JsonNode get(Node node, String path) throws Exception {
        return get(node.url(), path);
    }

    static JsonNode mine(String url) throws Exception {
        return get(url, "/mine");
    }

    static JsonNode mine(Node node) throws Exception {
        return mine(node.url());
    }

    /** Posts this payment, as JSON, which is taken. */
    static void pay(String url, String payment) throws Exception {
        var answer = Client.post(url + "/transactions/new", payment);
        assertEquals(201, answer.status(), answer.text());
    }

    static void pay(Node node, String payment) throws Exception {
        pay(node.url(), payment);
    }

    static void register(String url, String... addresses) throws Exception {
        var list = Client.JSON.writeValueAsString(Map.of("nodes", addresses));
        var answer = Client.post(url + "/nodes/register", list);
        assertEquals(201, answer.status(), answer.text());
    }

    static void register(Node node, String... addresses) throws Exception {
        register(node.url(), addresses);
    }

    /** Was its chain replaced? */
    static boolean resolve(String url) throws Exception {
        var answer = get(url, "/nodes/resolve");
        boolean replaced = answer.has("new_chain");
        assertEquals(replaced ? "Our chain was replaced"
            : "Our chain is authoritative", answer.get("message").asText());
        return replaced;
    }

    static boolean resolve(Node node) throws Exception {
        return resolve(node.url());
    }

    static JsonNode chain(String url) throws Exception {
        return get(url, "/chain").get("chain");
    }

    static JsonNode chain(Node node) throws Exception {
        return chain(node.url());
    }

    static int length(String url) throws Exception {
        return get(url, "/chain").get("length").asInt();
    }

    /** The transactions that wait. */
    static JsonNode waiting(Node node) throws Exception {
        return get(node, "/transactions").get("transactions");
    }

    /** All that a client can change, and a node must not forget. */
    static List<JsonNode> state(Node node) throws Exception {
        return List.of(get(node, "/chain"), get(node, "/transactions"),
            get(node, "/nodes"));
    }

    /** The node finds no flaw in its chain. */
    static void assertValid(String url) throws Exception {
        var verdict = Client.post(url + "/chain/validate", Client.get(url
            + "/chain").text());
        assertTrue(verdict.json().get("valid").asBoolean(), verdict.text());
    }

    /** Of its last block. */
    static String tip(String url) throws Exception {
        var tag = Client.get(url + "/chain").header("ETag");
        assertFalse(tag.isEmpty(), "no ETag at " + url);
        return tag;
    }

    static Set<String> neighbours(String url) throws Exception {
        var names = new TreeSet<String>();
        get(url, "/nodes").get("neighbours").fieldNames()
            .forEachRemaining(names::add);
        return names;
    }

    static Set<String> neighbours(Node node) throws Exception {
        return neighbours(node.url());
    }

    /** What the node says of this neighbour. */
    static String saidOf(Node node, String address) throws Exception {
        return get(node, "/nodes").get("neighbours").get(address).asText();
    }

    // ## What one waits for

    /** Until all of them have one last block. */
    static void awaitOneChain(List<String> urls) throws Exception {
        Programs.await(() -> {
            var tips = new HashSet<String>();
            for (var url : urls) tips.add(tip(url));
            return tips.size() == 1;
        });
    }

    static List<String> urls(Collection<Node> nodes) {
        return nodes.stream().map(Node::url).toList();
    }

    /** No news is on its way, but there may be ties. */
    static void awaitOneLength(List<String> urls) throws Exception {
        Programs.await(() -> {
            var lengths = new HashSet<Integer>();
            for (var url : urls) lengths.add(length(url));
            return lengths.size() == 1;
        });
    }
}
