//JAVA 17+

// How the tests talk to a node: as a client that speaks HTTP and reads JSON,
// or as one that sends whatever bytes it likes.

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.*;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpRequest.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.*;

final class Client {
    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What came back. */
    record Answer(int status, String type, String text) {
        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + this, e);
            }
        }
    }

    static Answer get(String url) throws IOException, InterruptedException {
        return send("GET", url, "");
    }

    static Answer post(String url, String body)
            throws IOException, InterruptedException {
        return send("POST", url, body);
    }

    static Answer send(String verb, String url, String body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url)).method(verb,
            body.isEmpty() ? BodyPublishers.noBody()
                : BodyPublishers.ofByteArray(body.getBytes(ISO_8859_1)));
        if (headers.length > 0) request.headers(headers);
        var answer = HTTP.send(request.build(), BodyHandlers.ofString());
        return new Answer(answer.statusCode(),
            answer.headers().firstValue("Content-Type").orElse(""),
            answer.body());
    }

    /** Sends these bytes as they are, and reads to the end. */
    static Answer raw(String url, String bytes) throws IOException {
        try (var socket = connect(url)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            socket.shutdownOutput();
            var text = new String(socket.getInputStream().readAllBytes(),
                ISO_8859_1);
            var parts = text.split("\r\n\r\n", 2);
            var type = parts[0].replaceAll(
                "(?is).*\r\ncontent-type: ([^;\r]*).*", "$1");
            return new Answer(Integer.parseInt(text.split(" ")[1]), type,
                parts[1]);
        }
    }

    static Socket connect(String url) throws IOException {
        var address = URI.create(url);
        return new Socket(address.getHost(), address.getPort());
    }

    /** A node in a Java of its own, as the command line starts it. */
    static Process node(List<String> jvm, String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty(
            "java.home"), "bin", "java").toString(), "-XX:+UseSerialGC"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"),
            "Node"));
        command.addAll(List.of(arguments("2", arguments)));
        return new ProcessBuilder(command).start();
    }

    /** Those of a quiet node at any port, unless they are others. */
    static String[] arguments(String zeros, String... more) {
        var all = new ArrayList<>(List.of("--quiet"));
        if (!List.of(more).contains("--port")) all.addAll(List.of("--port", "0"));
        if (!List.of(more).contains("--zeros")) all.addAll(List.of("--zeros", zeros));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Where that node is, as soon as it says so. */
    static String url(Process node) throws IOException {
        var line = node.inputReader().readLine();
        if (line == null) throw new IOException("it says "
            + node.errorReader().lines().toList());
        return line.replaceAll(".*(http://[^ ]*).*", "$1");
    }

    static String payment(String sender, Object amount) {
        return "{\"sender\": \"" + sender + "\", \"recipient\": \"b\", "
            + "\"amount\": " + amount + "}";
    }

    /** Makes another choice each time, and says how to repeat this one. */
    static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("    seed " + seed
            + " (again: JAVA_TOOL_OPTIONS=-Dseed=" + seed + ")");
        return new Random(seed);
    }
}
