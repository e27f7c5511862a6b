//JAVA 17+
//SOURCES Runner.java
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// A real browser for tests.

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.*;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.Assumptions;

/** Chromium without a window, spoken to in its own DevTools protocol. */
class Browser implements AutoCloseable, WebSocket.Listener {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE = 180; // seconds

    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final Map<String, Tab> tabs = new ConcurrentHashMap<>();
    private final StringBuilder heard = new StringBuilder();
    private Process process;
    private Path profile;
    private WebSocket socket;
    private int number;

    static Browser start() throws Exception {
        var program = Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable).findFirst();
        Assumptions.assumeTrue(program.isPresent(),
            "there is no Chromium (Debian: apt-get install chromium)");
        var browser = new Browser();
        browser.profile = Files.createTempDirectory("chromium");
        browser.process = new ProcessBuilder(program.get().toString(), "--headless=new",
            "--remote-debugging-port=0", "--user-data-dir=" + browser.profile,
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--force-color-profile=srgb", "about:blank").redirectErrorStream(true).start();
        var lines = browser.process.inputReader();
        var address = "";
        for (String line; (line = lines.readLine()) != null; )
            if (line.startsWith("DevTools listening on ")) {
                address = line.substring("DevTools listening on ".length());
                break;
            }
        browser.socket = HttpClient.newHttpClient().newWebSocketBuilder()
            .buildAsync(URI.create(address), browser).get(PATIENCE, SECONDS);
        var rest = new Thread(() -> lines.lines().forEach(line -> { }));
        rest.setDaemon(true);
        rest.start();
        return browser;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
        heard.append(text);
        if (last) try {
            var message = JSON.readTree(heard.toString());
            heard.setLength(0);
            var tab = tabs.get(message.path("sessionId").asText());
            if (message.has("id"))
                asked.remove(message.get("id").intValue()).complete(message);
            else if (tab != null) tab.hear(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        socket.request(1);
        return null;
    }

    private CompletableFuture<JsonNode> send(String session, String method,
            Object... parameters) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < parameters.length; i += 2)
            values.put((String) parameters[i], parameters[i + 1]);
        var message = new HashMap<String, Object>(Map.of("id", ++number,
            "method", method, "params", values));
        if (session != null) message.put("sessionId", session);
        var answer = new CompletableFuture<JsonNode>();
        asked.put(number, answer);
        socket.sendText(JSON.valueToTree(message).toString(), true).join();
        return answer;
    }

    private JsonNode ask(String session, String method, Object... parameters)
            throws Exception {
        var answer = send(session, method, parameters).get(PATIENCE + 5, SECONDS);
        if (answer.has("error")) throw new IOException(method + ": " + answer.get("error"));
        return answer.get("result");
    }

    Tab open(String url, String size, String language) throws Exception {
        return open(url, size, language, "cards().length > 1");
    }

    Tab open(String url, String size, String language, String ready) throws Exception {
        var context = ask(null, "Target.createBrowserContext").get("browserContextId").asText();
        var target = ask(null, "Target.createTarget", "url", "about:blank",
            "browserContextId", context).get("targetId").asText();
        var session = ask(null, "Target.attachToTarget", "targetId", target,
            "flatten", true).get("sessionId").asText();
        var tab = new Tab(context, session);
        tabs.put(session, tab);
        tab.open(url, size, language, ready);
        return tab;
    }

    @Override
    public void close() throws Exception {
        send(null, "Browser.close");
        process.onExit().get(PATIENCE, SECONDS);
        delete(profile);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    private static void run(File folder, String... command) throws Exception {
        var words = new ArrayList<>(List.of(command));
        if (File.separatorChar == '\\') words.addAll(0, List.of("cmd", "/c"));
        try {
            var program = new ProcessBuilder(words).directory(folder)
                .redirectErrorStream(true).start();
            var said = new String(program.getInputStream().readAllBytes());
            Assumptions.assumeTrue(program.waitFor() == 0,
                String.join(" ", command) + ": " + said);
        } catch (IOException e) {
            Assumptions.assumeTrue(false, "there is no " + command[0]
                + (command[0].equals("npm") ? ": install Node.js" : ""));
        }
    }

    /** One page, with the few words in which the tests speak of it. */
    class Tab {
        final List<String> complaints = new CopyOnWriteArrayList<>();
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final Map<String, String> paths = new ConcurrentHashMap<>();
        private final String context, session;

        Tab(String context, String session) {
            this.context = context;
            this.session = session;
        }

        private JsonNode ask(String method, Object... parameters) throws Exception {
            return Browser.this.ask(session, method, parameters);
        }

        void open(String url, String size, String language, String ready)
                throws Exception {
            for (var domain : List.of("Page", "Runtime", "Log", "Network"))
                ask(domain + ".enable");
            var edges = size.split("x");
            ask("Emulation.setDeviceMetricsOverride", "width", Integer.valueOf(edges[0]),
                "height", Integer.valueOf(edges[1]), "deviceScaleFactor", 1, "mobile", false);
            ask("Emulation.setUserAgentOverride", "userAgent", "Browser",
                "acceptLanguage", language);
            ask("Page.addScriptToEvaluateOnNewDocument", "source", """
                var find = selector => document.querySelector(selector);
                var text = what => ((typeof what === 'string' ? find(what) : what)?.innerText
                  ?? '').replace(/\\s+/g, ' ').trim();
                var row = i => document.querySelectorAll('#track > section')[i];
                var rowOf = name => [...document.querySelectorAll('#track > section')].map(text)
                  .find(said => (said + ' ').startsWith(name)) ?? '';
                var cards = () => [...row(0)?.querySelectorAll('.card') ?? []];
                var card = i => cards().find(c => text(c.querySelector('.title b'))
                  .replace(/\\D/g, '') == i && !c.matches('.ghost'));
                var left = (row, i) => String(
                  row.querySelectorAll('.card')[i].getBoundingClientRect().left);
                var middle = e => {
                  e.scrollIntoView({block: 'nearest', inline: 'nearest'});
                  const {left, top, width, height} = e.getBoundingClientRect();
                  return (left + Math.min(width / 2, 40)) + ' '
                    + (top + Math.min(height / 2, 10));
                };
                var untranslated = () => [...new Set(Object.values(STRINGS)
                  .flatMap(Object.keys))].filter(key => !STRINGS.en[key]
                  || !STRINGS.zh[key]).join();
                var when = test => new Promise(done => (function look() {
                  if (test()) done('true'); else requestAnimationFrame(look);
                })());
                """);
            ask("Page.navigate", "url", url);
            await("document.readyState == 'complete' && " + ready);
        }

        void hear(JsonNode message) {
            var said = message.get("params");
            switch (message.get("method").asText()) {
                case "Runtime.exceptionThrown" -> complaints.add(said.toString());
                case "Runtime.consoleAPICalled" -> complaints.add(said.get("args").toString());
                case "Log.entryAdded" -> {
                    var entry = said.get("entry");
                    if (!"network".equals(entry.get("source").asText())
                        && !entry.get("text").asText().contains("CORS"))
                        complaints.add(entry.toString());
                }
                case "Network.requestWillBeSent" -> paths.put(said.get("requestId").asText(),
                    URI.create(said.get("request").get("url").asText()).getPath());
                case "Network.responseReceivedExtraInfo" -> answers.add(
                    said.get("statusCode").asText() + " "
                    + paths.get(said.get("requestId").asText()));
                default -> { }
            }
        }

        /** Returns when the new page is there; the old one answers no more. */
        void reload() throws Exception {
            ask("Page.reload");
            for (int i = 0; i < PATIENCE * 20; i++) try {
                if (js("document.readyState + performance.getEntriesByType("
                    + "'navigation')[0].type").equals("completereload")) return;
                Thread.sleep(50);
            } catch (IOException | AssertionError between) {
                Thread.sleep(50); // the two pages
            }
            fail("The page does not come back.");
        }

        void awaitAnswer(String path, int status) throws Exception {
            while (true) {
                var answer = answers.poll(PATIENCE, SECONDS);
                if (answer == null)
                    throw new AssertionError("no " + status + " for " + path);
                if (answer.equals(status + " " + path)) return;
            }
        }

        String js(String expression) throws Exception {
            var answer = ask("Runtime.evaluate", "expression", expression,
                "awaitPromise", true, "returnByValue", true);
            if (answer.has("exceptionDetails"))
                throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
            return answer.get("result").path("value").asText();
        }

        void await(String condition) throws Exception {
            try {
                send(session, "Runtime.evaluate", "expression", "when(() => " + condition + ")",
                    "awaitPromise", true).get(PATIENCE, SECONDS);
            } catch (TimeoutException e) {
                throw new AssertionError("never: " + condition + "\n" + js("text('body')"));
            }
        }

        String text(String selector) throws Exception {
            return js("text(" + JSON.writeValueAsString(selector) + ")");
        }

        /** Runs a script of a package of npm, as a page's own would. */
        void load(String library, String script) throws Exception {
            var folder = Files.createTempDirectory("npm").toFile();
            try {
                run(folder, "npm", "pack", "--silent", library);
                run(folder, "tar", "xzf", folder.list()[0], "package/" + script);
                js(Files.readString(folder.toPath().resolve("package/" + script)) + "; 0");
            } finally {
                delete(folder.toPath());
            }
        }

        void click(String selector) throws Exception {
            var quoted = JSON.writeValueAsString(selector);
            await("find(" + quoted + ") && !find(" + quoted + ").disabled");
            var at = js("middle(find(" + quoted + "))").split(" ");
            for (var type : List.of("mousePressed", "mouseReleased"))
                ask("Input.dispatchMouseEvent", "type", type, "button", "left", "clickCount", 1,
                    "x", Double.valueOf(at[0]), "y", Double.valueOf(at[1]));
        }

        /** Replaces what a field holds, as somebody who types does. */
        void type(String selector, String text) throws Exception {
            click(selector);
            js("find(" + JSON.writeValueAsString(selector) + ").select()");
            if (text.isEmpty()) press("Delete");
            else ask("Input.insertText", "text", text);
        }

        void press(String key) throws Exception {
            int code = switch (key) {
                case "Enter" -> 13; case "Tab" -> 9; case "End" -> 35; default -> 46; };
            ask("Input.dispatchKeyEvent", "type", "keyDown", "key", key, "code", key,
                "windowsVirtualKeyCode", code, "text", key.equals("Enter") ? "\r" : "");
            ask("Input.dispatchKeyEvent", "type", "keyUp", "key", key, "code", key,
                "windowsVirtualKeyCode", code);
        }

        void scheme(String scheme) throws Exception {
            ask("Emulation.setEmulatedMedia", "features", List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme)));
        }

        Path picture(String name, String scheme) throws Exception {
            scheme(scheme);
            await("document.getAnimations().every(a => a.playState != 'running'"
                + " || a.effect.getTiming().iterations == Infinity)");
            var png = ask("Page.captureScreenshot", "format", "png").get("data").asText();
            ask("Emulation.setEmulatedMedia", "features", List.of());
            return Files.write(Path.of("tests", "screenshots", name + ".png"),
                Base64.getDecoder().decode(png));
        }

        void close() throws Exception {
            if (tabs.remove(session) == null) return;
            Browser.this.ask(null, "Target.disposeBrowserContext", "browserContextId", context);
        }

    }
}
