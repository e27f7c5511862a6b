//JAVA 17+

// A neighbour that the check plays: it shows the chain that it is told to.

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.Stream;

final class Rival implements AutoCloseable {
    static { // no answer waits for more
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final InetSocketAddress address;
    private HttpServer server;
    private volatile Callable<String> words;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> heard = new ArrayList<>();

    // A node never forgets a neighbour. So this one comes back to the same
    // port at the next check, if that is free.
    Rival(InetAddress host, int port) throws IOException {
        offersNothing();
        try {
            open(new InetSocketAddress(host, port));
        } catch (BindException taken) {
            open(new InetSocketAddress(host, 0));
        }
        address = server.getAddress();
    }

    private void open(InetSocketAddress address) throws IOException {
        server = HttpServer.create(address, 0);
        server.setExecutor(Talk.THREADS);
        server.createContext("/", http -> {
            try (http) {
                var path = http.getRequestURI().getPath();
                note(http.getRequestMethod() + " " + path + " " + new String(
                    http.getRequestBody().readAllBytes(), UTF_8));
                boolean isChain = path.equals("/chain");
                var answer = isChain ? null : answers.get(path);
                boolean known = isChain || answer != null;
                var text = (isChain ? words.call() : known ? answer
                    : "no such page").getBytes(UTF_8);
                // A connection that is used again can fail (in Java 17 by
                // JDK-8336655), and then it would be the node's fault.
                http.getResponseHeaders().set("Connection", "close");
                http.sendResponseHeaders(known ? 200 : 404, text.length);
                http.getResponseBody().write(text);
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        server.start();
    }

    /** At the same port, which a program that was being started when this
     *  closed may keep for a moment. */
    void reopen() throws Exception {
        for (int i = 0; ; i++) try {
            open(address);
            return;
        } catch (BindException taken) {
            if (i == 100) throw taken;
            Thread.sleep(50);
        }
    }

    int port() { return address.getPort(); }

    // ## What it is asked, and what it answers, besides its chain

    void answers(String path, Object json) {
        answers.put(path, CanonicalJson.of(json));
    }

    /** As it was at first, but for what it has heard. */
    void offersNothing() {
        shows(List.of(Forge.genesis(1))); // too short to interest anybody
        answers("/nodes/register", Map.of("message",
            "New nodes have been added", "total_nodes", List.of()));
        answers.keySet().retainAll(Set.of("/nodes/register"));
    }

    private synchronized void note(String request) {
        heard.add(request);
        notifyAll();
    }

    synchronized void forgets() { heard.clear(); }

    /** Verb, path and body of each request. */
    synchronized List<String> heard() { return List.copyOf(heard); }

    /** Is it asked in so many seconds for something that has these words? */
    synchronized boolean hears(int seconds, String... words)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (heard.stream().noneMatch(it -> Stream.of(words)
                .allMatch(it::contains))) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) return false;
            wait(left);
        }
        return true;
    }

    // ## Its chain

    void says(Callable<String> words) { this.words = words; }

    void shows(List<?> chain) { shows(chain, chain.size()); }

    void shows(List<?> chain, int length) {
        var text = text(chain, length);
        words = () -> text;
    }

    /** What GET /chain answers. */
    static String text(List<?> chain, int length) {
        return CanonicalJson.of(Map.of("chain", chain, "length", length));
    }

    public void close() { server.stop(0); }
}
