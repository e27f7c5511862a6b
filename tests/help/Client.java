//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// How the tests talk to a node: as a client that speaks HTTP and reads JSON,
// or as one that sends whatever bytes it likes.

import static java.nio.charset.StandardCharsets.*;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.*;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

final class Client {
    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What came back. */
    record Answer(int status, String type, String text, HttpHeaders headers) {
        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + this, e);
            }
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
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
        return send(verb, url, body.getBytes(UTF_8), headers);
    }

    static Answer send(String verb, String url, byte[] body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url)).method(verb,
            body.length == 0 ? BodyPublishers.noBody()
                : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) request.headers(headers);
        var answer = sent(request.build());
        return new Answer(answer.statusCode(), answer.headers()
            .firstValue("Content-Type").orElse(""), answer.body(),
            answer.headers());
    }

    // A node may close a connection that was kept just when it is used again.
    // Then no byte of an answer comes, and the request goes out once more.
    private static HttpResponse<String> sent(HttpRequest request)
            throws IOException, InterruptedException {
        try {
            return HTTP.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            if (!("" + e.getMessage()).contains("received no bytes")) throw e;
            return HTTP.send(request, BodyHandlers.ofString());
        }
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
                parts[1], null);
        }
    }

    static Socket connect(String url) throws IOException {
        var address = URI.create(url);
        return new Socket(address.getHost(), address.getPort());
    }

    static String payment(String sender, Object amount) {
        return "{\"sender\": \"" + sender + "\", \"recipient\": \"b\", "
            + "\"amount\": " + amount + "}";
    }
}
