//JAVA 17+

// A neighbour that the check plays: it shows the chain that it is told to.

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.*;
import java.util.*;
import java.util.concurrent.Callable;

final class Rival implements AutoCloseable {
    static { // no answer waits for more
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final InetSocketAddress address;
    private HttpServer server;
    private volatile Callable<String> words;
    volatile String asked; // the path that was asked for last

    // A node never forgets a neighbour. So this one comes back to the same
    // port at the next check, if that is free.
    Rival(InetAddress host, int port) throws IOException {
        try {
            open(new InetSocketAddress(host, port));
        } catch (BindException taken) {
            open(new InetSocketAddress(host, 0));
        }
        offersNothing();
        address = server.getAddress();
    }

    private void open(InetSocketAddress address) throws IOException {
        server = HttpServer.create(address, 0);
        server.setExecutor(Talk.THREADS);
        server.createContext("/", http -> {
            try (http) {
                asked = http.getRequestURI().getPath();
                boolean known = asked.equals("/chain");
                var text = (known ? words.call() : "no such page")
                    .getBytes(UTF_8);
                http.sendResponseHeaders(known ? 200 : 404, text.length);
                http.getResponseBody().write(text);
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        server.start();
    }

    void reopen() throws IOException { open(address); }

    int port() { return address.getPort(); }

    /** Its chain is too short to interest anybody. */
    void offersNothing() { shows(List.of(Forge.genesis(1))); }

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
