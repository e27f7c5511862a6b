//JAVA 17+
//SOURCES Client.java
//SOURCES Programs.java
//SOURCES ../../Node.java
//SOURCES ../../beyond/Wallet.java

// A Java in which command lines run one after another, each as it would in a
// Java of its own: so that only the first has to wait for Java to start.

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;

import java.io.*;
import java.nio.file.Path;
import java.util.*;
import picocli.CommandLine;

final class Commands implements AutoCloseable {
    record Said(int status, String out, String err) {

        /** One sentence, which holds these words, and nothing else. */
        void refuses(String words) {
            assertNotEquals(0, status, out);
            assertEquals("", out);
            assertTrue(err.contains(words), err);
            assertEquals(1, err.lines().count(), err);
        }
    }

    private record Order(String home, String program, String... arguments) { }

    private final Process process;

    Commands() {
        try {
            process = Programs.java(List.of(), "Commands")
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Wallet or Node says, with this home folder, and its status. */
    synchronized Said run(Path home, String program, String... arguments)
            throws IOException {
        var order = Client.JSON.writeValueAsString(new Order(home.toString(),
            program, arguments));
        process.getOutputStream().write((order + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
        return Client.JSON.readValue(process.inputReader(UTF_8).readLine(),
            Said.class);
    }

    public void close() {
        process.destroyForcibly();
    }

    // ## In that Java

    public static void main(String... none) throws IOException {
        var answers = new PrintStream(System.out, true, UTF_8);
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            var said = run(Client.JSON.readValue(line, Order.class));
            answers.println(Client.JSON.writeValueAsString(said));
        }
    }

    private static Said run(Order order) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        System.setProperty("user.home", order.home);
        int status = Script.run(new CommandLine(order.program.equals("Node")
            ? new Node() : new Wallet()), order.arguments);
        return new Said(status, out.toString(UTF_8).strip(),
            err.toString(UTF_8).strip());
    }
}
