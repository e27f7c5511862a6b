//JAVA 17+

// # Beyond the tutorial: calling another node
//
// It may hang, or send without end. So each call has its time, and what is
// not there by then does not count.

import java.io.*;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;

/**
 * @param name the caller's, in the User-Agent; a "node" is not logged
 * @param memory for what is answered
 */
record Call(String name, Memory memory) {

    // On Java 17 nothing else wakes a reader that waits for the next byte.
    HttpResponse<InputStream> send(HttpRequest.Builder request, Deadline until)
            throws IOException {
        try {
            var answer = send(request.header("User-Agent", name)
                .timeout(Duration.ofSeconds(Limits.ANSWERS / 2)).build());
            CompletableFuture.delayedExecutor(until.left(),
                TimeUnit.NANOSECONDS).execute(() -> close(answer));
            return answer;
        } catch (InterruptedException e) {
            throw new InterruptedIOException("The node stops.");
        }
    }

    // A name may have several addresses, and the first may be another's.
    private static HttpResponse<InputStream> send(HttpRequest request)
            throws IOException, InterruptedException {
        var bodies = BodyHandlers.ofInputStream();
        try {
            return Http.CLIENT.send(request, bodies);
        } catch (ConnectException | HttpConnectTimeoutException nobody) {
            for (var uri : Address.others(request.uri())) try {
                return Http.CLIENT.send(HttpRequest.newBuilder(request,
                    (header, value) -> true).uri(uri).build(), bodies);
            } catch (ConnectException | HttpConnectTimeoutException e) {
                // the next one, then
            }
            throw nobody;
        }
    }

    private static void close(HttpResponse<InputStream> answer) {
        try {
            answer.body().close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    /** GETs or, with a body, POSTs. */
    HttpResponse<InputStream> send(String address, String path, String body,
            String... headers) throws IOException {
        var request = HttpRequest.newBuilder(Address.of(address).uri(path));
        if (headers.length > 0) request.headers(headers);
        if (!body.isEmpty()) request.POST(BodyPublishers.ofString(body))
            .header("Content-Type", "application/json");
        return send(request, Deadline.in(Limits.ANSWERS));
    }

    /** What a GET is answered: a text, within its share of the memory. */
    byte[] text(String address, String path, Deadline until)
            throws IOException {
        try (var body = send(address, path, "").body()) {
            return Memory.read(body, Limits.ANSWER, Limits.NEIGHBOURS, until);
        }
    }

    /** The small object that a GET is answered; empty if it is none. */
    Map<?, ?> json(String address, String path) throws IOException {
        return Json.answer(send(address, path, "").body());
    }

    private static final class Http { // made when first needed
        static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY) // one for downloads, perhaps
            .connectTimeout(Duration.ofSeconds(3)).build();
    }
}
