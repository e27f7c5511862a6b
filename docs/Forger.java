///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../Blockchain.java

// # A chain of a thousand blocks that cost no new work
//
// For chapter 8. It shows the chain to whoever asks for it, at this port:
//
//     ./jbang docs/Forger.java 5001

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.*;

class Forger {

    /** The proofs of every classic chain with four zeros, to where they run
     *  in a circle. */
    static List<Long> circle() {
        var work = new ProofOfWork(Rule.classic, 4);
        var proofs = new ArrayList<Long>();
        long next = 100;
        while (!proofs.contains(next)) {
            proofs.add(next);
            next = new Search(work, new Block(0, 0, List.of(), next, 1)).find();
        }
        int length = proofs.size() - proofs.indexOf(next);
        System.out.println("Block " + (proofs.size() + 1) + " has the proof of "
            + "block " + (proofs.indexOf(next) + 1) + ": " + next + ".");
        while (proofs.size() < 1000)
            proofs.add(proofs.get(proofs.size() - length));
        return proofs;
    }

    /** Pays Bob in each block. */
    static List<Block> chain() {
        var chain = new ArrayList<Block>();
        for (var proof : circle()) {
            int index = chain.size() + 1;
            chain.add(new Block(index, index, index == 1 ? List.of() : List.of(
                new Transaction("Alice", "Bob", 500)), proof, index == 1 ? 1
                : chain.get(index - 2).hash()));
        }
        return chain;
    }

    public static void main(String... arguments) throws IOException {
        int port = arguments.length > 0 && arguments[0].matches("\\d{1,5}")
            ? Integer.parseInt(arguments[0]) : 5001;
        var answer = CanonicalJson.of(Map.of("chain", chain())).getBytes(UTF_8);
        try {
            var server = HttpServer.create(
                new InetSocketAddress("localhost", port), 0);
            server.createContext("/chain", caller -> {
                try (caller) {
                    caller.sendResponseHeaders(200, answer.length);
                    caller.getResponseBody().write(answer);
                }
            });
            server.start();
        } catch (BindException e) {
            System.err.println("Port " + port + " is taken. Name another one.");
            System.exit(1);
        }
        System.out.println("1000 forged blocks at http://localhost:" + port
            + "/chain. Ctrl-C ends it.");
    }
}
