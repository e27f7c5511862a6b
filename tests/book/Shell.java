//JAVA 17+
//SOURCES Session.java

// A Java in which one page after another runs, each in a JShell of its own.
// Most of a page's time is the compiler's until it is warm: so the second
// page takes a fraction of the first one's. What a page changes in Java itself,
// such as a property, stays; no page does.

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import jdk.jshell.tool.JavaShellToolBuilder;

final class Shell {
    // Each is busy all the time: more of them than cores win nothing.
    private static final Semaphore CORES = new Semaphore(
        Runtime.getRuntime().availableProcessors());
    // By the options of their Java, those that run nothing now.
    private static final Map<List<String>, Queue<Shell>> FREE =
        new ConcurrentHashMap<>();
    private static final String STATUS = "JShell's status: ";

    private final Process process;

    /**
     * Runs a command line of JShell as JBang makes it, which begins with
     * JShell's own path.
     *
     * @param out gets what it prints, and nothing else
     * @param err gets its errors, appended
     * @return its status; none if it did not end within the limit
     */
    static OptionalInt jshell(List<String> command, Path out, Path err)
            throws Exception {
        var java = new ArrayList<>(List.of(Path.of(command.get(0))
            .resolveSibling("java").toString()));
        var order = new ArrayList<>(List.of(out.toString(), err.toString()));
        for (var word : command.subList(1, command.size()))
            if (word.startsWith("-J")) java.add(word.substring(2));
            else order.add(word);
        var free = FREE.computeIfAbsent(java, any ->
            new ConcurrentLinkedQueue<>());
        CORES.acquire();
        try {
            var shell = free.poll();
            if (shell == null) shell = new Shell(java);
            var status = shell.obey(order);
            if (shell.process.isAlive()) free.add(shell);
            return status;
        } finally {
            CORES.release();
        }
    }

    private Shell(List<String> java) throws Exception {
        var command = new ArrayList<>(java);
        // The last one counts: a page's jars are for JShell alone.
        command.addAll(List.of("-cp", Path.of(Shell.class.getProtectionDomain()
            .getCodeSource().getLocation().toURI()).toString(), "Shell"));
        process = new ProcessBuilder(command).directory(Book.HERE.toFile())
            .redirectErrorStream(true).start();
    }

    private OptionalInt obey(List<String> order) throws Exception {
        boolean answered = false;
        try {
            var orders = process.outputWriter(UTF_8);
            orders.write(String.join("\t", order) + "\n");
            orders.flush();
            var status = Programs.async(() -> answer(Path.of(order.get(1))))
                .get(Session.LIMIT, MINUTES);
            answered = true;
            return OptionalInt.of(status);
        } catch (TimeoutException e) {
            return OptionalInt.empty();
        } finally {
            if (!answered) {
                Session.kill(process);
                process.waitFor(); // or it would be taken for a free one
            }
        }
    }

    // What else Java prints there is its last words, if no answer comes: then
    // the page has ended it, or an option was wrong.
    private int answer(Path err) throws Exception {
        var words = new ArrayList<String>();
        var answers = process.inputReader(UTF_8);
        for (String line; (line = answers.readLine()) != null; words.add(line))
            if (line.startsWith(STATUS))
                return Integer.parseInt(line.substring(STATUS.length()));
        Files.write(err, words, StandardOpenOption.APPEND);
        return process.waitFor();
    }

    // ## In that Java

    public static void main(String... ignored) throws Exception {
        var answers = System.out;
        var orders = new BufferedReader(new InputStreamReader(System.in,
            UTF_8));
        System.setIn(InputStream.nullInputStream());
        for (String line; (line = orders.readLine()) != null; ) {
            var words = line.split("\t");
            int status = runPage(words[0], words[1], Arrays.copyOfRange(words,
                2, words.length));
            if (!isQuiet()) System.exit(status);
            answers.println(STATUS + status);
        }
        System.exit(0); // who gave them has ended
    }

    private static int runPage(String outFile, String errFile,
            String... words) throws Exception {
        try (var out = printer(outFile, false);
                var err = printer(errFile, true)) {
            System.setOut(out);
            System.setErr(err);
            return JavaShellToolBuilder.builder().in(System.in, null).out(out)
                .err(err).start(words);
        }
    }

    private static PrintStream printer(String file, boolean append)
            throws IOException {
        return new PrintStream(new FileOutputStream(file, append), true,
            UTF_8);
    }

    // A thread that a page has left to go on might print into the next one's
    // output. (Those of Java's own are daemons.)
    private static boolean isQuiet() {
        return Thread.getAllStackTraces().keySet().stream().allMatch(it ->
            it.isDaemon() || it == Thread.currentThread());
    }
}
