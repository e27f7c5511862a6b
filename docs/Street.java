///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../Blockchain.java

// # A street of neighbours, most of them bad
//
// For chapter 7. They live at the port that you name and at those after it:
//
//     ./jbang docs/Street.java 5001

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;

class Street {
    static int port;

    /** What a house does with whoever asks for its chain. */
    interface Answer { void to(HttpExchange caller) throws IOException; }

    static void house(String who, Answer answer) throws IOException {
        try {
            var server = HttpServer.create(
                new InetSocketAddress("localhost", port), 0);
            server.createContext("/", answer::to);
            server.start();
        } catch (BindException e) {
            System.err.println("Port " + port + " is taken. Name another one.");
            System.exit(1);
        }
        System.out.println(port++ + "  " + who);
    }

    static void say(HttpExchange caller, String text) throws IOException {
        try (caller) {
            caller.sendResponseHeaders(200, 0);
            caller.getResponseBody().write(text.getBytes(UTF_8));
        }
    }

    static String chain(List<Block> blocks, int length) {
        return "{\"chain\": " + CanonicalJson.of(blocks) + ", \"length\": "
            + length + "}";
    }

    public static void main(String... arguments) throws IOException {
        port = arguments.length > 0 && arguments[0].matches("\\d{1,5}")
            ? Integer.parseInt(arguments[0]) : 5001;
        var node = new Blockchain(new ProofOfWork(Rule.classic, 4),
            Clock.systemUTC());
        for (int i = 0; i < 3; i++) node.mine("honest");
        var four = node.chain();
        var one = four.subList(0, 1);

        System.out.println(port++ + "  nobody is at home");
        house("a web page", caller -> say(caller, "<html>Welcome!</html>"));
        house("a liar: one block, and \"length\": 999",
            caller -> say(caller, chain(one, 999)));
        house("a forger: five coins where there was one",
            caller -> say(caller, chain(four, 4).replaceFirst(
                "\"amount\": 1,", "\"amount\": 5,")));
        house("one who takes the call, and says nothing", caller -> { });
        house("an honest node with four blocks",
            caller -> say(caller, chain(four, 4)));
        System.out.println("Ctrl-C ends them.");
    }
}
