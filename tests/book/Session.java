//JAVA 17+
//SOURCES Book.java
//SOURCES Growth.java

// An sh in which the commands of a page's consoles run, one after another.

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.stream.Collectors.*;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;

final class Session implements AutoCloseable {
    // What JBang and the JDK say of themselves.
    private static final Pattern NOISE = Pattern.compile("\\[jbang\\] "
        + "(?!\\[ERROR).*|WARNING: .*|.* java\\.util\\.prefs\\..*"
        + "|INFO: Created user preferences.*|Picked up JAVA_TOOL_OPTIONS.*"
        + "|NOTE: Picked up JDK_JAVA_OPTIONS.*");

    /** Minutes: no page takes nearly as long. */
    static final int LIMIT = 12;

    private final Path folder = Files.createTempDirectory("session");
    private final Map<String, String> ports = new TreeMap<>();
    private final TreeSet<Integer> jobs = new TreeSet<>();
    private final Path root;
    private final BookPage page;
    private final Process sh;

    Session(Path root, BookPage page) throws IOException {
        this.root = root;
        this.page = page;
        choosePorts(Line.texts(page.lines()).toString());
        Files.writeString(folder.resolve(".curlrc"), "no-progress-meter\n");
        var builder = new ProcessBuilder("sh").directory(root.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("CURL_HOME", folder.toString());
        // Its programs start as its cells do, with less room for new objects.
        if (isLight(page)) Programs.lighten(builder, Programs.SMALL);
        sh = builder.start();
        // For a command that never ends.
        CompletableFuture.delayedExecutor(LIMIT, MINUTES).execute(() ->
            kill(sh));
    }

    /** Do its cells run with these options? All pages' do, but for the one
     *  on speed. */
    static boolean isLight(BookPage page) {
        return Line.texts(page.lines()).toString().contains(Programs.LIGHT
            .get(0));
    }

    // They lie as far apart as the book's do, so that what is sorted stays so
    // and what is counted on is right; and none is one that the page names.
    private void choosePorts(String text) {
        var wanted = Pattern.compile("\\b50\\d\\d\\b").matcher(text).results()
            .map(it -> Integer.parseInt(it.group())).sorted().distinct()
            .toList();
        while (ports.size() < wanted.size()) {
            int first = Programs.port(), shift = first - wanted.get(0);
            ports.clear();
            for (int port : wanted) if ((port + shift == first
                || Programs.take(port + shift))
                && !text.contains("" + (port + shift)))
                ports.put("" + port, "" + (port + shift));
        }
    }

    // What JBang builds, it builds in one place for all.
    private static final Pattern SCRIPT = Pattern.compile(
        "jbang ([\\w/]+\\.java)");
    private static final Map<String, Object> BUILDS = new ConcurrentHashMap<>();

    /** What it prints; in the background, what it has printed so far. */
    List<String> run(Step step) throws Exception {
        var command = withoutJobs(String.join("\n", Line.texts(
            step.command())).substring(2));
        var script = SCRIPT.matcher(command);
        var built = script.find() ? script.group(1) : "";
        if (command.contains("MyNode.java")) {
            var file = folder.resolve("MyNode.java");
            Files.deleteIfExists(file);
            if (!command.contains(" init ")) { // which makes the file
                built = Growth.patient(Growth.at(root, page.name(),
                    step.end().number()));
                Files.writeString(file, built);
            }
            command = command.replace("MyNode.java", "" + file);
        }
        if (built.isEmpty()) return run(command, step);
        synchronized (BUILDS.computeIfAbsent(built, it -> new Object())) {
            return run(command, step);
        }
    }

    private List<String> run(String command, Step step) throws Exception {
        boolean goesOn = command.endsWith("&");
        if (goesOn) {
            int job = jobs.isEmpty() ? 1 : jobs.last() + 1;
            jobs.add(job);
            command += " job" + job + "=$!";
        }
        for (var port : ports.entrySet()) command = command.replaceAll(
            "\\b" + port.getKey() + "\\b", port.getValue());
        if (tell("{ " + command + "\n} </dev/null >" + file(step)
            + " 2>&1; echo") == null) return List.of("(the shell has ended)");
        if (goesOn) await(command, step);
        return printed(step);
    }

    // An sh without a terminal does not know its programs as %1.
    private String withoutJobs(String command) {
        if (command.matches("kill( -9)?( %\\d)+"))
            jobs.removeAll(Pattern.compile("%(\\d)").matcher(command)
                .results().map(it -> Integer.parseInt(it.group(1))).toList());
        return command.replaceAll("kill( -9)?((?: %\\d)+)",
            "{ kill$1$2; wait$2; } 2>/dev/null").replaceAll(" %(\\d)",
            " \\$job$1");
    }

    /** What sh answers in one line, or null if it has ended. */
    private String tell(String command) throws IOException {
        sh.outputWriter().write(command + "\n");
        sh.outputWriter().flush();
        return sh.inputReader().readLine();
    }

    // Until its ports answer; a program without one, until it has printed
    // what the book says. Or until it has ended. A book that says too much is
    // found out after some minutes.
    private void await(String command, Step step) throws Exception {
        var ports = Pattern.compile("(?:--port[ =]|MyNode.java )(\\d+)")
            .matcher(command).results()
            .map(found -> Integer.valueOf(found.group(1))).toList();
        long start = System.nanoTime();
        Programs.await(() -> ended() || (ports.isEmpty()
            ? printed(step).size() >= step.output().size()
                || System.nanoTime() - start > MINUTES.toNanos(5)
            : ports.stream().allMatch(Programs::answers)));
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
