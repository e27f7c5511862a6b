//JAVA 17+
//SOURCES ../help/Programs.java

// A Java in which JShell runs one page after another, each with a state of
// its own. Most of a page's time is the compiler's, until it is warm: so the
// second page takes a second, where a Java of its own would take five.

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import jdk.jshell.tool.JavaShellToolBuilder;

final class Shell {
    private static final Semaphore CORES = new Semaphore(
        Runtime.getRuntime().availableProcessors());
    // By the options of their Java, those that run nothing now.
    private static final Map<List<String>, Queue<Shell>> FREE =
        new ConcurrentHashMap<>();

    private final Process process;

    /**
     * Runs JShell with the words of such a command line.
     *
     * @param out gets what it prints, and nothing else
     * @param err gets its errors, behind what is there
     * @return its status; none if it did not end within six minutes
     */
    static OptionalInt run(List<String> words, Path out, Path err)
            throws Exception {
        var options = words.stream().filter(word -> word.startsWith("-J"))
            .map(word -> word.substring(2)).toList();
        var order = new ArrayList<>(List.of("" + out, "" + err));
        order.addAll(words);
        order.removeIf(word -> word.startsWith("-J"));
        var free = FREE.computeIfAbsent(options, any ->
            new ConcurrentLinkedQueue<>());
        CORES.acquire();
        try {
            var shell = free.poll();
            if (shell == null) shell = new Shell(options);
            var status = shell.run(order);
            if (shell.process.isAlive()) free.add(shell);
            return status;
        } finally {
            CORES.release();
        }
    }

    private Shell(List<String> options) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty(
            "java.home"), "bin", "java").toString()));
        command.addAll(options);
        // The last one counts: a page's jars are for JShell alone.
        command.addAll(List.of("-cp", Path.of(Shell.class.getProtectionDomain()
            .getCodeSource().getLocation().toURI()).toString(), "Shell"));
        process = new ProcessBuilder(command).directory(Book.HERE.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private OptionalInt run(List<String> order) throws Exception {
        var orders = process.outputWriter(UTF_8);
        orders.write(String.join("\t", order) + "\n");
        orders.flush();
        var answer = Programs.async(() -> process.inputReader().readLine());
        try {
            var status = answer.get(6, MINUTES);
            // A page may end all, and not only itself.
            return OptionalInt.of(status != null ? Integer.parseInt(status)
                : process.waitFor());
        } catch (TimeoutException e) {
            process.destroyForcibly().waitFor();
            return OptionalInt.empty();
        }
    }

    // ## In that Java

    public static void main(String... ignored) throws Exception {
        var answers = System.out;
        var orders = new BufferedReader(new InputStreamReader(System.in,
            UTF_8));
        for (String line; (line = orders.readLine()) != null; ) {
            var words = line.split("\t");
            try (var out = printer(words[0], false);
                    var err = printer(words[1], true)) {
                System.setOut(out);
                System.setErr(err);
                answers.println(JavaShellToolBuilder.builder()
                    .in(InputStream.nullInputStream(), null).out(out).err(err)
                    .start(Arrays.copyOfRange(words, 2, words.length)));
            }
        }
        System.exit(0); // who gave them has ended
    }

    private static PrintStream printer(String file, boolean append)
            throws IOException {
        return new PrintStream(new FileOutputStream(file, append), true,
            UTF_8);
    }
}
