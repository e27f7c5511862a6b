//JAVA 17+
//SOURCES Programs.java

// One Java in which many programs run, each with classes of its own. What
// they share, such as a server, is loaded once and is soon warm: so they
// start at once, while a Java for each would take seconds.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;

final class Host implements AutoCloseable {
    private final Process process;

    Host() throws IOException {
        process = Programs.java(List.of(), "Host").redirectErrorStream(true)
            .start();
        Programs.async(() -> {
            process.inputReader(UTF_8).lines().forEach(System.out::println);
            return null;
        });
    }

    /** Runs the class of this name in this folder; close() ends it, with all
     *  the others. One that fails, or exits, ends all, too. */
    synchronized void run(Path folder, String main, String... arguments)
            throws IOException {
        var out = process.outputWriter(UTF_8);
        out.write(folder + "\t" + main + "\t" + String.join("\t", arguments)
            + "\n");
        out.flush();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    public void close() {
        process.destroyForcibly();
    }

    // ## On the other side

    public static void main(String... ignored) throws Exception {
        var orders = new BufferedReader(new InputStreamReader(System.in,
            UTF_8));
        for (String line; (line = orders.readLine()) != null; ) {
            var words = line.split("\t");
            new Thread(() -> run(words)).start();
        }
        System.exit(0); // who gave them has ended
    }

    private static void run(String... words) {
        try {
            var folder = Path.of(words[0]).toUri().toURL();
            var main = new URLClassLoader(new URL[] {folder})
                .loadClass(words[1]).getMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) Arrays.copyOfRange(words, 2,
                words.length));
        } catch (ReflectiveOperationException | MalformedURLException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }
}
