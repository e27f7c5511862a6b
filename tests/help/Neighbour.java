//JAVA 17+
//SOURCES Programs.java

// A neighbour played by a test: what it says to whoever asks for its chain
// is up to the test, byte by byte.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;

final class Neighbour implements AutoCloseable {
    interface Play { void answer(OutputStream out) throws Exception; }

    private final ServerSocket door = new ServerSocket(0, 200);
    private final List<Socket> callers = new CopyOnWriteArrayList<>();
    final Semaphore asked = new Semaphore(0);

    /** Answers as the play goes, then hangs up. */
    Neighbour(Play play) throws IOException {
        Programs.async(() -> {
            while (true) { // until the door is closed
                var caller = door.accept();
                callers.add(caller);
                new Thread(() -> play(caller, play)).start();
            }
        });
    }

    /** Answers with this body. */
    Neighbour(String body) throws IOException {
        this(out -> out.write(ok(body).getBytes(UTF_8)));
    }

    static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            + "Access-Control-Allow-Origin: *\r\n"
            + "Content-Length: " + body.getBytes(UTF_8).length + "\r\n\r\n" + body;
    }

    static void never(OutputStream out) throws InterruptedException {
        new CountDownLatch(1).await();
    }

    private void play(Socket caller, Play play) {
        try (caller) {
            var request = new Scanner(caller.getInputStream());
            while (!request.nextLine().isEmpty()) continue;
            asked.release();
            play.answer(caller.getOutputStream());
        } catch (Exception hungUp) {
            // by the node, or by the end of the test
        }
    }

    String address() {
        return "localhost:" + door.getLocalPort();
    }

    public void close() throws IOException {
        door.close();
        for (var caller : callers) caller.close();
    }
}
