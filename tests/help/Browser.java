//JAVA 17+
//SOURCES Programs.java
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// A real browser for tests, several of which may use it at once.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.*;

import com.fasterxml.jackson.databind.*;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicLong;

/** Chromium without a window, spoken to in its own DevTools protocol. */
final class Browser implements AutoCloseable, WebSocket.Listener {
    static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Integer, CompletableFuture<JsonNode>> asked =
        new ConcurrentHashMap<>();
    private final CompletableFuture<? extends JsonNode> ended;
    private final Map<String, Tab> tabs = new ConcurrentHashMap<>();
    private final StringBuilder heard = new StringBuilder();
    private final Path profile = Files.createTempDirectory("chromium");
    private final Process process;
    private final WebSocket socket;
    private int number;

    private Browser(String program) throws Exception {
        process = new ProcessBuilder(program, "--headless=new",
            "--remote-debugging-port=0", "--user-data-dir=" + profile,
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--disable-background-timer-throttling",
            "--disable-renderer-backgrounding", "--force-color-profile=srgb",
            // What else would start two programs for each window.
            "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
                + "SpareRendererForSitePerProcess", "about:blank")
            .redirectErrorStream(true).start();
        ended = process.onExit().thenApply(it -> JSON.createObjectNode()
            .put("error", "The browser has ended."));
        var said = process.inputReader();
        var address = said.lines().filter(line -> line.contains(" ws://"))
            .findFirst().orElseThrow().replaceFirst(".* ", "");
        Programs.async(() -> said.lines().count()); // or it would wait for us
        socket = HttpClient.newHttpClient().newWebSocketBuilder()
            .buildAsync(URI.create(address), this).join();
    }

    static Browser start() throws Exception {
        for (var name : "chromium chromium-browser google-chrome".split(" "))
            if (Programs.runs(name, "--version")) return new Browser(name);
        return abort("there is no Chromium (Debian: apt-get install chromium)");
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence text,
                                     boolean last) {
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

    private synchronized CompletableFuture<JsonNode> send(String session,
            String method, Object... parameters) {
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
        var answer = send(session, method, parameters)
            .applyToEither(ended, it -> it).get();
        if (answer.has("error"))
            throw new IOException(method + ": " + answer.get("error"));
        return answer.get("result");
    }

    /** A page in a window of its own, where it is ready. */
    Tab open(String url, String size, String language, String ready)
            throws Exception {
        var context = ask(null, "Target.createBrowserContext")
            .get("browserContextId").asText();
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
        process.waitFor();
        try (var files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile)
                .forEach(File::delete);
        } catch (UncheckedIOException gone) {
            // for its last process tidies up, too
        }
    }

    /** One page, with the few words in which the tests speak of it. */
    final class Tab implements AutoCloseable {
        private final List<String> complaints = new CopyOnWriteArrayList<>();
        private final Semaphore loaded = new Semaphore(0);
        private final BlockingQueue<String> answers =
            new LinkedBlockingQueue<>();
        private final Map<String, String> paths = new ConcurrentHashMap<>();
        private final AtomicLong received = new AtomicLong();
        private final String context, session;

        private Tab(String context, String session) {
            this.context = context;
            this.session = session;
        }

        private JsonNode ask(String method, Object... parameters)
                throws Exception {
            return Browser.this.ask(session, method, parameters);
        }

        private void open(String url, String size, String language,
                          String ready) throws Exception {
            for (var domain : List.of("Page", "Runtime", "Log", "Network"))
                ask(domain + ".enable");
            size(size);
            ask("Emulation.setUserAgentOverride", "userAgent", "Browser",
                "acceptLanguage", language);
            ask("Emulation.setFocusEmulationEnabled", "enabled", true);
            ask("Page.addScriptToEvaluateOnNewDocument", "source", """
                var find = selector => document.querySelector(selector);
                var all = (selector, within = document) =>
                  [...within.querySelectorAll(selector)];
                var text = what => ((typeof what === 'string' ? find(what)
                  : what)?.innerText ?? '').replace(/\\s+/g, ' ').trim();
                var texts = (selector, within) =>
                  all(selector, within).map(text).join(', ');
                var sections = () => all('#track > section');
                var row = i => sections()[i];
                var rowOf = name => sections().map(text)
                  .find(said => (said + ' ').startsWith(name)) ?? '';
                var cards = () => row(0) ? all('.card', row(0)) : [];
                var card = i => cards().find(it => !it.matches('.ghost')
                  && texts('.title b', it).replace(/\\D/g, '') == i);
                var left = (row, i) => all('.card', row)[i]
                  .getBoundingClientRect().left;
                var middle = selector => {
                  const e = find(selector);
                  const block = window.hit === false ? 'center' : 'nearest';
                  e.scrollIntoView({block, inline: 'nearest'});
                  window.hit = false;
                  document.addEventListener('click', ({target}) => hit =
                    !!target.closest(selector), {once: true, capture: true});
                  const {left, top, width, height} = e.getBoundingClientRect();
                  return (left + Math.min(width / 2, 40)) + ' '
                    + (top + Math.min(height / 2, 10));
                };
                var untranslated = () => [...new Set(Object.values(STRINGS)
                  .flatMap(Object.keys))].filter(key => !STRINGS.en[key]
                  || !STRINGS.zh[key]).join();
                var holds = test => {
                  try {
                    return test();
                  } catch (error) { // what it asks may not be there yet
                    if (!(error instanceof TypeError)) throw error;
                  }
                };
                var when = async test => { // far longer than it takes
                  for (const end = Date.now() + 180_000; !holds(test); ) {
                    if (Date.now() > end)
                      throw new Error(`never: ${test}\n${text('body')}`);
                    await new Promise(done => setTimeout(done, 40));
                  }
                };
                """);
            load("Page.navigate", "url", url);
            await(ready);
        }

        private void load(String method, Object... parameters)
                throws Exception {
            js("window.old = true");
            ask(method, parameters);
            do loaded.acquire(); while (js("window.old").equals("true"));
        }

        private void hear(JsonNode message) {
            var said = message.get("params");
            switch (message.get("method").asText()) {
                case "Page.loadEventFired" -> loaded.release();
                case "Runtime.exceptionThrown" ->
                    complaints.add(said.toString());
                case "Runtime.consoleAPICalled" ->
                    complaints.add(said.get("args").toString());
                case "Log.entryAdded" -> {
                    var entry = said.get("entry");
                    if (!"network".equals(entry.get("source").asText())
                        && !entry.get("text").asText().contains("CORS"))
                        complaints.add(entry.toString());
                }
                case "Network.requestWillBeSent" ->
                    paths.put(said.get("requestId").asText(), URI.create(said
                        .get("request").get("url").asText()).getPath());
                case "Network.dataReceived" ->
                    received.addAndGet(said.get("encodedDataLength").asLong());
                case "Network.responseReceivedExtraInfo" -> {
                    received.addAndGet(said.path("headersText").asText()
                        .length());
                    answers.add(said.get("statusCode").asText() + " "
                        + paths.get(said.get("requestId").asText()));
                }
                default -> { }
            }
        }

        /** How many bytes come with the next so many answers, their heads
         *  and all. */
        long received(int answers) throws InterruptedException {
            this.answers.clear();
            long before = received.get();
            for (int i = 0; i < answers; i++) this.answers.take();
            return received.get() - before;
        }

        /** Makes the window so large: 800x600. */
        void size(String size) throws Exception {
            var edges = size.split("x");
            ask("Emulation.setDeviceMetricsOverride",
                "width", Integer.valueOf(edges[0]),
                "height", Integer.valueOf(edges[1]),
                "deviceScaleFactor", 1, "mobile", false);
            js("new Promise(requestAnimationFrame)"); // it knows by then
        }

        /** Returns when the new page is there. */
        void reload() throws Exception {
            load("Page.reload");
        }

        void awaitAnswer(String path, int status) throws Exception {
            while (!answers.take().equals(status + " " + path)) continue;
        }

        String js(String expression) throws Exception {
            var answer = ask("Runtime.evaluate", "expression", expression,
                "awaitPromise", true, "returnByValue", true);
            if (answer.has("exceptionDetails")) throw new AssertionError(
                expression + ": " + answer.get("exceptionDetails"));
            return answer.get("result").path("value").asText();
        }

        void await(String condition) throws Exception {
            js("when(() => " + condition + ")");
        }

        /** Until this, or more, is to be read there. */
        void await(String selector, String words) throws Exception {
            await("text(" + quoted(selector) + ").includes(" + quoted(words)
                + ")");
        }

        String text(String selector) throws Exception {
            return js("text(" + quoted(selector) + ")");
        }

        /** Runs a script of a package of npm, as a page's own would. */
        void load(String library, String script) throws Exception {
            Programs.need("npm", "tar");
            var folder = Files.createTempDirectory(profile, "npm");
            assumeTrue(Programs.runs("npm", "pack", "--prefer-offline",
                "--pack-destination=" + folder, library), "no " + library);
            var file = folder.resolve(folder.toFile().list()[0]);
            assertTrue(Programs.runs("tar", "xzf", file.toString(), "-C",
                folder.toString(), "package/" + script));
            js(Files.readString(folder.resolve("package/" + script)) + "; 0");
        }

        /** Again where it has moved, or something lies above it. */
        void click(String selector) throws Exception {
            var element = "find(" + quoted(selector) + ")";
            do {
                await(element + " && !" + element + ".disabled");
                var at = js("middle(" + quoted(selector) + ")").split(" ");
                for (var type : List.of("mousePressed", "mouseReleased"))
                    ask("Input.dispatchMouseEvent", "type", type, "button",
                        "left", "clickCount", 1, "x", Double.valueOf(at[0]),
                        "y", Double.valueOf(at[1]));
            } while (js("window.hit").equals("false"));
        }

        /** Replaces what a field holds, as somebody who types does. */
        void type(String selector, String text) throws Exception {
            click(selector);
            js("find(" + quoted(selector) + ").select()");
            if (text.isEmpty()) press("Delete");
            else ask("Input.insertText", "text", text);
        }

        void press(String key) throws Exception {
            int code = switch (key) {
                case "Enter" -> 13; case "Tab" -> 9; case "End" -> 35;
                default -> 46; };
            for (var type : List.of("keyDown", "keyUp"))
                ask("Input.dispatchKeyEvent", "type", type, "key", key,
                    "code", key, "windowsVirtualKeyCode", code, "text",
                    type.equals("keyDown") && code == 13 ? "\r" : "");
        }

        /** Light or dark; "" is as it was. */
        void scheme(String scheme) throws Exception {
            ask("Emulation.setEmulatedMedia", "features", List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme)));
        }

        /** Of what is in sight, when nothing moves, in tests/screenshots. */
        Path picture(String name, String scheme) throws Exception {
            scheme(scheme);
            await("document.getAnimations().every(a => a.playState != 'running'"
                + " || a.effect.getTiming().iterations == Infinity)");
            var png = ask("Page.captureScreenshot", "format", "png");
            scheme("");
            var folder = Programs.file("tests/screenshots");
            Files.createDirectories(folder);
            return Files.write(folder.resolve(name + ".png"),
                png.get("data").binaryValue());
        }

        /** It has complained of nothing. */
        public void close() throws Exception {
            if (tabs.remove(session) == null) return;
            Browser.this.ask(null, "Target.disposeBrowserContext",
                "browserContextId", context);
            assertEquals(List.of(), complaints, "what the browser said");
        }
    }

    private static String quoted(String text) throws IOException {
        return JSON.writeValueAsString(text);
    }
}
