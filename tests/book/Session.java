//JAVA 17+
//SOURCES Book.java

// An sh in which the commands of a page's consoles run, one after another.

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.stream.Collectors.*;

import java.io.*;
import java.net.Socket;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.CompletableFuture;
import java.util.regex.*;

final class Session implements AutoCloseable {
    // What JBang and the JDK say of themselves.
    private static final Pattern NOISE = Pattern.compile("\\[jbang\\] "
        + "(?!\\[ERROR).*|WARNING: .*|.* java\\.util\\.prefs\\..*"
        + "|INFO: Created user preferences.*|Picked up JAVA_TOOL_OPTIONS.*"
        + "|NOTE: Picked up JDK_JAVA_OPTIONS.*");

    private final Path folder = Files.createTempDirectory("session");
    private final Map<String, String> ports = new TreeMap<>();
    private final Process sh;

    Session(Path root, BookPage page) throws IOException {
        choosePorts(Line.texts(page.lines()).toString());
        Files.writeString(folder.resolve(".curlrc"), "no-progress-meter\n");
        var builder = new ProcessBuilder("sh").directory(root.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("CURL_HOME", folder.toString());
        // Its programs start as its cells do.
        if (Line.texts(page.lines()).toString().contains(Programs.LIGHT.get(0)))
            builder.environment().put("JDK_JAVA_OPTIONS",
                String.join(" ", Programs.LIGHT));
        sh = builder.start();
        // For a command that never ends: no page takes nearly as long.
        CompletableFuture.delayedExecutor(20, MINUTES).execute(() -> kill(sh));
    }

    // They rise as the book's do, so that what is sorted stays so, and are
    // none that the page speaks of.
    private void choosePorts(String text) {
        var wanted = Pattern.compile("\\b50\\d\\d\\b").matcher(text).results()
            .map(MatchResult::group).collect(toCollection(TreeSet::new));
        var free = new TreeSet<Integer>();
        while (free.size() < wanted.size()) {
            int port = Programs.port();
            if (!text.contains("" + port)) free.add(port);
        }
        for (var port : wanted) ports.put(port, "" + free.pollFirst());
    }

    /** What it prints; in the background, what it has printed so far. */
    List<String> run(Step step) throws Exception {
        var command = String.join("\n", Line.texts(step.command()))
            .substring(2);
        // An sh without a terminal does not know its programs as %1.
        command = command.replaceAll("kill( -9)?((?: %\\d)+)",
            "{ kill$1$2; wait$2; set --; } 2>/dev/null")
            .replaceAll(" %(\\d)", " \\$$1");
        boolean goesOn = command.endsWith("&");
        if (goesOn) command += " set -- \"$@\" $!";
        for (var port : ports.entrySet()) command = command.replaceAll(
            "\\b" + port.getKey() + "\\b", port.getValue());
        if (tell("{ " + command + "\n} </dev/null >" + file(step)
            + " 2>&1; echo") == null) return List.of("(the shell has ended)");
        if (goesOn) await(command, step);
        return printed(step);
    }

    /** What sh answers in one line, or null if it has ended. */
    private String tell(String command) throws IOException {
        sh.outputWriter().write(command + "\n");
        sh.outputWriter().flush();
        return sh.inputReader().readLine();
    }

    // Until the ports answer, and until what the book says is printed; or
    // until the program has ended. The lines come with the ports: a book that
    // has too many of them is found out after two minutes.
    private void await(String command, Step step) throws Exception {
        var ports = Pattern.compile("--port[ =](\\d+)").matcher(command)
            .results().map(found -> found.group(1)).toList();
        Programs.await(() -> ports.stream().allMatch(Session::answers)
            || ended());
        long start = System.nanoTime();
        Programs.await(() -> printed(step).size() >= step.output().size()
            || ended() || System.nanoTime() - start > MINUTES.toNanos(2));
    }

    private static boolean answers(String port) {
        try (var socket = new Socket("localhost", Integer.parseInt(port))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    // A program that has ended is there until sh looks.
    private boolean ended() throws IOException {
        return !"runs".equals(tell("jobs >/dev/null; kill -0 $! && echo runs"
            + " || echo"));
    }

    private Path file(Step step) {
        return folder.resolve("" + step.command().get(0).number());
    }

    /** All that the command has printed, and its programs after it. */
    List<String> printed(Step step) throws IOException {
        var lines = said(file(step));
        // while it mines, a node sends a space each second
        lines.replaceAll(line -> line.replaceFirst("^ +\\{", "{"));
        for (var port : ports.entrySet()) lines.replaceAll(line ->
            line.replaceAll("\\b" + port.getValue() + "\\b", port.getKey()));
        return lines;
    }

    /** The lines that programs have printed into this file. */
    static List<String> said(Path file) throws IOException {
        var text = new String(Files.readAllBytes(file), UTF_8);
        return text.lines().filter(line -> !NOISE.matcher(line).matches())
            .collect(toList());
    }

    static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    public void close() throws IOException {
        kill(sh);
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) Files.delete(file);
        }
        Files.delete(folder);
    }
}
