//JAVA 17+
//SOURCES Programs.java
//SOURCES ../../Node.java

// A node in a process of its own, ours or one in another language. It is
// there when it has printed its address.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.*;
import java.util.*;
import java.util.concurrent.CopyOnWriteArrayList;

final class Program implements AutoCloseable {
    final Process process;
    final String url;
    final List<String> first = new ArrayList<>(); // up to its address
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Program(Process process) throws IOException {
        this.process = process;
        url = url();
        Programs.async(() -> { // or it would wait for us
            process.inputReader(UTF_8).lines().forEach(lines::add);
            return null;
        });
    }

    // ## Which

    /** Our node, as the command line starts it, with two zeros. */
    static Program node(String... arguments) throws IOException {
        return node(List.of(), List.of("-Xmx128m"), arguments);
    }

    /** The same, started by another command, or with options for Java. */
    static Program node(List<String> before, List<String> options,
                        String... arguments) throws IOException {
        return new Program(builder(before, options, arguments).start());
    }

    /** The article's node: by the classic rule, or by the later, linked one. */
    static Program tutorial(String rule) throws IOException {
        return other("python3", "tests/nodes/tutorial.py", rule);
    }

    /** A node in that language, whose first line is its address. */
    static Program other(String language, String file, String... arguments)
            throws IOException {
        Programs.need(language);
        var command = new ArrayList<>(List.of(language,
            Programs.file(file).toString()));
        command.addAll(List.of(arguments));
        return new Program(new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }

    /** Our node, not started, and not expected to come so far. */
    static ProcessBuilder builder(List<String> before, List<String> options,
                                  String... arguments) {
        var builder = Programs.java(options, "Node",
            Nodes.arguments(arguments));
        builder.command().addAll(0, before);
        return builder;
    }

    // ## What it says

    private String url() throws IOException {
        var out = process.inputReader(UTF_8);
        for (String line; (line = out.readLine()) != null; ) {
            first.add(line);
            if (line.contains("http://"))
                return line.replaceAll(".*?(http://[^ ]*[^ .]).*", "$1");
        }
        throw new IOException("It says " + first + errors());
    }

    /** Until it has printed these words, and the lines that it has printed. */
    List<String> says(String words) throws Exception {
        Programs.await(() -> {
            if (lines.stream().anyMatch(line -> line.contains(words)))
                return true;
            if (process.isAlive()) return false;
            throw new AssertionError(words + " is not in " + lines);
        });
        return List.copyOf(lines);
    }

    /** All that it prints on stderr, to its end. */
    String errors() throws IOException {
        return new String(process.getErrorStream().readAllBytes());
    }

    /** As a power cut would: SIGKILL, where there is one. */
    void kill() {
        try {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.toHandle().destroyForcibly(); // what it said stays
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void close() {
        kill();
    }
}
