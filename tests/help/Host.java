//JAVA 17+
//SOURCES Programs.java

// One Java in which many programs run, each with classes of its own. What
// they share, such as a server, is loaded once and soon warm: there they
// start at once, where each Java of its own takes seconds.

import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;

final class Host implements AutoCloseable {
    private final Process process;

    Host() throws IOException {
        process = Programs.java(List.of(), "Host")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** Runs the class in this folder, until all end. */
    synchronized void run(Path folder, String main, String... arguments)
            throws IOException {
        var out = process.outputWriter();
        out.write(folder + "\t" + main + "\t" + String.join("\t", arguments)
            + "\n");
        out.flush();
    }

    public void close() {
        process.destroyForcibly();
    }

    // ## On the other side

    public static void main(String... ignored) throws Exception {
        var orders = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = orders.readLine()) != null; ) {
            var words = line.split("\t");
            new Thread(() -> run(words)).start();
        }
        System.exit(0); // who gave them has ended
    }

    private static void run(String... words) {
        try {
            var main = new URLClassLoader(new URL[] {Path.of(words[0]).toUri()
                .toURL()}).loadClass(words[1]).getMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) Arrays.copyOfRange(words, 2,
                words.length));
        } catch (ReflectiveOperationException | MalformedURLException e) {
            throw new AssertionError(e);
        }
    }
}
