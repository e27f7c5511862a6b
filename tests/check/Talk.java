//JAVA 17+

// Asks a node by HTTP, and says in plain words what an answer lacks.

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;

final class Talk {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String JSON_TYPE = "application/json";
    static { // what was sent is not sent again
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private static final int MOST_BYTES = 64_000_000;

    static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private final int patience; // seconds
    private final PrintStream prompts;
    private final Words words;
    private String url;
    String asked = ""; // a row's last request, as a reader may try it
    String type = JSON_TYPE;

    Talk(String url, int patience, PrintStream prompts, Words words) {
        this.prompts = prompts;
        this.words = words;
        this.url = (url.contains(":/") ? url : "http://" + url)
            .replaceFirst("/+(chain/*)?$", "");
        this.patience = patience;
    }

    String url() {
        return url;
    }

    // ## What an answer lacks

    /** What was expected, what came, and what to compare, if it helps. */
    static final class Missed extends Exception {
        final String expected, compare;

        Missed(Object expected, Object came, String compare) {
            super(brief(came));
            this.expected = brief(expected);
            this.compare = compare;
        }

        Missed(Object expected, Object came) {
            this(expected, came, "");
        }
    }

    static void expect(boolean good, Object expected, Object came)
            throws Missed {
        if (!good) throw new Missed(expected, came);
    }

    static void same(String what, Object expected, Object came) throws Missed {
        var wanted = CanonicalJson.of(expected);
        var found = CanonicalJson.of(came);
        expect(wanted.equals(found), what + " " + wanted, what + " " + found);
    }

    /** A page of HTML as its words; of what is very long, the beginning. */
    static String brief(Object value) {
        var text = value instanceof Map || value instanceof List
            ? CanonicalJson.of(value) : String.valueOf(value);
        if (text.contains("</")) text = text.replaceAll("<[^>]*>", " ");
        text = text.strip().replaceAll("\\s+", " ");
        return text.length() > 600 ? text.substring(0, 599) + "…" : text;
    }

    /** What JSON calls it: a text, a number, a list, an object. */
    static String kind(Object value) {
        return value == null ? "null" : value instanceof String ? "a text"
            : value instanceof Map ? "an object" : value instanceof List
            ? "a list" : value instanceof Number ? "a number" : "true or false";
    }

    // ## An answer

    record Answer(int status, String text, Object json, String origin) {
        Object get(String name) {
            return json instanceof Map<?, ?> map ? map.get(name) : null;
        }

        /** Has this status, and a message or text that holds these words. */
        Answer is(int wanted, String words) throws Missed {
            if (status == wanted && text.contains(words)) return this;
            if (words.isEmpty()) throw new Missed("status " + wanted, this);
            if (text.contains(words)) throw new Missed("status " + wanted,
                "status " + status + "; the text is right");
            throw new Missed((status == wanted ? "" : "status " + wanted + ", ")
                + (wanted < 400 ? "message \"" : "the text \"") + words
                + (words.endsWith(" ") ? "…\"" : "\""), status == wanted
                ? said() : this);
        }

        private String said() {
            for (var name : List.of("message", "error"))
                if (get(name) instanceof String said)
                    return name + " \"" + said + "\"";
            return brief(text);
        }

        public String toString() {
            return "status " + status + (text.isBlank() ? ", and no more"
                : ", " + said());
        }
    }

    Answer get(String path) throws Exception {
        return ask(path, null);
    }

    Answer post(String path, Object body) throws Exception {
        return ask(path, body instanceof String s ? s : CanonicalJson.of(body));
    }

    private Answer ask(String path, String body) throws Exception {
        asked = curl(path, body);
        return answer(path, body);
    }

    private String curl(String path, String body) {
        return "curl " + url + path + (body == null ? "" : " -d '" + body
            + "'" + (type.equals(JSON_TYPE) ? " -H 'Content-Type: " + type + "'"
                : ""));
    }

    /** Asks beside a row, which goes on with what it asks itself. */
    Answer beside(String path) throws Exception {
        return answer(path, null);
    }

    // Whatever the node does, nobody waits longer than the patience lasts.
    private Answer answer(String path, String body) throws Exception {
        var answer = THREADS.submit(() -> send(path, body));
        try {
            return answer.get(patience, SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            answer.cancel(true);
            if (e instanceof TimeoutException
                || e.getCause() instanceof SocketTimeoutException)
                throw new Missed("an answer", "no answer in " + patience
                    + " seconds");
            if (address() == null) throw new Gone(curl(path, body));
            throw new Missed("an answer", "the connection was closed without "
                + "one. Look at what your node printed.");
        }
    }

    /** The node has ended in the middle of the check. */
    static final class Gone extends IOException {
        Gone(String asked) {
            super("Your node has ended, or nobody can reach it any more, since "
                + "this request: " + brief(asked) + ". What does it print "
                + "there? Start it again.");
        }
    }

    // Each request has a line of its own, closed by us: what an earlier one
    // left on it, or that the node closes it, does no harm. (Java's own
    // HttpServer resets lines that it is asked to close.)
    private Answer send(String path, String body) throws Exception {
        var line = (HttpURLConnection) URI.create(url + path).toURL()
            .openConnection(Proxy.NO_PROXY); // one for downloads, perhaps
        line.setInstanceFollowRedirects(false);
        line.setReadTimeout(patience * 1_000);
        if (body != null) {
            line.setRequestProperty("Content-Type", type);
            line.setDoOutput(true);
            line.getOutputStream().write(body.getBytes(UTF_8));
        }
        int status = line.getResponseCode();
        if (status < 0) throw new IOException("no HTTP");
        try (var in = status < 400 ? line.getInputStream()
                : line.getErrorStream()) {
            var text = in == null ? "" : new String(in.readNBytes(MOST_BYTES),
                UTF_8);
            var to = line.getHeaderField("Location");
            if (text.isBlank() && to != null) text = "which leads to " + to;
            Object json = null;
            try {
                json = JSON.readValue(text, Object.class);
            } catch (IOException noJson) {
                // an error may be a sentence
            }
            return new Answer(status, text, json,
                line.getHeaderField("Access-Control-Allow-Origin"));
        } finally {
            line.disconnect();
        }
    }

    /** Asks for this path, and does something else meanwhile. Ends when both
     *  have ended. */
    void meanwhile(String path, Rows.Check other) throws Exception {
        var both = THREADS.invokeAll(List.<Callable<Answer>>of(
            () -> beside(path),
            () -> {
                other.run();
                return null;
            }));
        result(both.get(1));
        asked = curl(path, null);
        result(both.get(0)).is(200, "");
    }

    /** Asks so often for this path, at once. Had all asked before the first
     *  was answered? Ends when all have ended. */
    boolean atOnce(String path, int times) throws Exception {
        asked = curl(path, null);
        var started = new CountDownLatch(times);
        var begun = new ConcurrentLinkedQueue<Long>();
        var ended = new ConcurrentLinkedQueue<Long>();
        Callable<Answer> one = () -> {
            started.countDown();
            started.await();
            begun.add(System.nanoTime());
            var answer = beside(path);
            ended.add(System.nanoTime());
            return answer;
        };
        for (var answer : THREADS.invokeAll(Collections.nCopies(times, one)))
            result(answer).is(200, "");
        return Collections.max(begun) < Collections.min(ended);
    }

    private static Answer result(Future<Answer> ended) throws Exception {
        try {
            return ended.get();
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    // ## Meeting the node

    /** Is it there, and does it speak HTTP? Returns our own address on the
     *  way to it: there a node finds the neighbours that we play. */
    InetAddress meet() throws Exception {
        if (!url.matches("http://[^/\\s]+")) throw new IOException(url
            + " is no node's URL: one looks like http://localhost:5000.");
        var us = address();
        if (us == null) throw new IOException("Nobody answers at " + url
            + ". Does your node run, and on that port?");
        try {
            var answer = get("/chain");
            if (answer.status == 200 && answer.json == null)
                throw new IOException(url + "/chain answers, but not in JSON: "
                    + brief(answer.text) + " Is that your node?");
        } catch (Missed e) {
            throw new IOException(url + "/chain gives no HTTP answer ("
                + e.getMessage() + "). Is that your node?");
        }
        return us;
    }

    /** Waits until somebody has ended the node, and started it again. */
    void awaitRestart() throws InterruptedException {
        prompts.println(words.in("Now end your node, the hard way if you can "
            + "(kill -9). I wait."));
        while (address() != null) Thread.sleep(100);
        prompts.println(words.in(
            "It is gone. Start it again, with its ledger."));
        while (address() == null) Thread.sleep(100);
    }

    /** Our own address on the way to the node; null if nobody is there. */
    InetAddress address() {
        var uri = URI.create(url);
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        var all = addresses(uri.getHost());
        for (var it : all) try (var line = new Socket(Proxy.NO_PROXY)) {
            line.connect(new InetSocketAddress(it, port), 3_000);
            if (!it.equals(all[0])) url = "http://" + name(it) + ":" + port;
            return line.getLocalAddress();
        } catch (IOException notThere) {
            // localhost has two addresses, and a node may have one of them
        }
        return null;
    }

    private static InetAddress[] addresses(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            return new InetAddress[0];
        }
    }

    /** As it stands in a URL. */
    static String name(InetAddress address) {
        var name = address.getHostAddress().replaceFirst("%.*", "");
        return address instanceof Inet6Address ? "[" + name + "]" : name;
    }
}
