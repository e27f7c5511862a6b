//JAVA 17+
//SOURCES Client.java
//DEPS org.junit.jupiter:junit-jupiter:6.1.3

// What tests start: programs in processes of their own, and threads.

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.TestReporter;

final class Programs {

    /** A file of the project, from its folder or from tests/. */
    static Path file(String name) {
        return Path.of(Files.exists(Path.of("Blockchain.java")) ? "" : "..")
            .resolve(name);
    }

    /** What starts sooner, and does less before it is warm. */
    static final List<String> LIGHT =
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    /** Little room for new objects, for what lives briefly: to touch memory
     *  for the first time costs more than to collect what is garbage. */
    static final String SMALL = "-XX:MaxNewSize=8m";

    /** The same for each Java that this starts: javac, JBang, JShell. */
    static void lighten(ProcessBuilder builder, String... more) {
        var options = new ArrayList<>(LIGHT);
        options.addAll(List.of(more));
        builder.environment().merge("JAVA_TOOL_OPTIONS", String.join(" ",
            options), (set, light) -> set + " " + light);
    }

    /** A Java of its own with the classes of this one, not started yet. */
    static ProcessBuilder java(List<String> options, String main,
                               String... arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty(
            "java.home"), "bin", "java").toString()));
        command.addAll(LIGHT);
        if (classes != null) command.add("-XX:SharedArchiveFile=" + classes);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"),
            main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private static volatile Path classes; // as a node has them in memory

    /** From some seconds later on, Javas start sooner. */
    static void keepClasses() {
        async(() -> {
            var file = Files.createTempDirectory("classes").resolve("kept");
            file.getParent().toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            int port = port();
            var node = java(List.of("-XX:ArchiveClassesAtExit=" + file),
                "Node", "--port", "" + port, "--quiet", "--zeros", "2")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            var url = "http://localhost:" + port;
            await(() -> answers(port) || !node.isAlive());
            try {
                Client.post(url + "/transactions/new", Client.payment("a", 1));
                Client.post(url + "/nodes/register", "{\"nodes\": [\"" + url
                    + "\", \"localhost:" + port() + "\"]}");
                for (var path : List.of("/mine", "/chain", "/nodes/resolve"))
                    Client.get(url + path);
            } finally {
                node.destroy(); // where that is no kill, it writes them down
                node.waitFor();
            }
            if (Files.exists(file)) classes = file;
            return null;
        });
    }

    /** Skips the test, and says why, where one of these is not installed. */
    static void need(String... tools) {
        for (var tool : tools) assumeTrue(runs(tool, "--version")
            || runs(tool, "version"), tool + " is not installed");
    }

    /** Can this be run, and does it end well? */
    static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
                .waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    private static final Set<Integer> PORTS = ConcurrentHashMap.newKeySet();

    // One after the other, from somewhere on: two suites that run beside each
    // other would soon pick the same if each were picked by lot.
    private static final AtomicInteger NEXT =
        new AtomicInteger(ThreadLocalRandom.current().nextInt(12_000));

    /**
     * A port that is free now, and that nobody gets by chance: the system
     * gives those from 32768 on to whoever asks for any.
     */
    static int port() {
        while (true) {
            int port = 20_000 + NEXT.getAndIncrement() % 12_000;
            if (take(port)) return port;
        }
    }

    /** Is it free, and nobody's so far? Then it is the caller's. */
    static boolean take(int port) {
        return PORTS.add(port) && isFree(port);
    }

    /**
     * Can a node listen there? This does not: a program that is started at
     * that moment inherits the socket for some milliseconds, and if somebody
     * listened at it, the port would be taken for as long.
     */
    static boolean isFree(int port) {
        try (var door = new Socket()) {
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** Whoever has just left it may have passed it on for a moment, as above.
     *  After five seconds it is taken, and who wants it will say so. */
    static void awaitFree(int port) throws InterruptedException {
        for (int i = 0; i < 50 && !isFree(port); i++) Thread.sleep(100);
    }

    static boolean answers(int port) {
        try (var socket = new Socket("localhost", port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A door that keeps others from a port; who has it already does, too. */
    static ServerSocket taken(int port) throws IOException {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (BindException taken) {
            return new ServerSocket(0);
        }
    }

    static boolean canListen(String host) {
        try (var door = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Does this in a thread of its own. */
    static <T> Future<T> async(Callable<T> task) {
        var future = new FutureTask<>(task);
        var thread = new Thread(future);
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    interface Condition { boolean holds() throws Exception; }

    /**
     * Until it holds. It is the test's own limit of time that ends it. To
     * ask thirty nodes more often would slow down what is waited for.
     */
    static void await(Condition condition) throws Exception {
        while (!condition.holds()) Thread.sleep(100);
    }

    /** Makes another choice each time, and says how to repeat this one. */
    static Random random(TestReporter reporter) {
        long seed = Long.getLong("seed", System.nanoTime());
        reporter.publishEntry("seed " + seed
            + " (again: JAVA_TOOL_OPTIONS=-Dseed=" + seed + ")");
        return new Random(seed);
    }
}
