///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java
//SOURCES help/Commands.java

// The wallet as a user has it: a program, started for each command, that keeps
// a key in a file and talks to a node.

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;

import com.sun.net.httpserver.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;

class WalletTest {
    @AutoClose static final Commands commands = new Commands();
    @AutoClose final Nodes nodes = new Nodes();
    @TempDir Path home;

    /** Runs the wallet of whoever lives in this folder. */
    Commands.Said wallet(Path home, String... arguments) throws Exception {
        var said = commands.run(home, "Wallet", arguments);
        assertFalse(said.err().contains("Exception")
            || said.err().contains("\tat "), said.err());
        return said;
    }

    String good(Path home, String... arguments) throws Exception {
        var said = wallet(home, arguments);
        assertEquals(0, said.status(), said.err());
        return said.out();
    }

    void refused(String sentence, Path home, String... arguments)
            throws Exception {
        wallet(home, arguments).refuses(sentence);
    }

    Path home(String name) throws IOException {
        return Files.createDirectories(home.resolve(name));
    }

    // ## The story

    @Test
    void annMinesPaysTwiceAndBobHasIt() throws Exception {
        Path ann = home("ann"), bob = home("bob");
        var annsAddress = good(ann, "address");
        var bobsAddress = good(bob, "address");
        assertTrue(annsAddress.matches("[0-9a-f]{64}"), annsAddress);
        assertEquals(annsAddress, good(ann, "address"));
        assertNotEquals(annsAddress, bobsAddress);
        var node = nodes.start("--signed", "--id", annsAddress);
        var at = "--node=" + node.url();
        assertEquals("0 coins", good(ann, "balance", at));
        for (int i = 0; i < 6; i++) Nodes.mine(node);
        assertEquals("6 coins", good(ann, "balance", at));
        assertTrue(good(ann, "pay", bobsAddress, "5", at).startsWith(
            "Your payment number 1 is on its way: 5 to "));
        assertTrue(good(ann, at, "pay", bobsAddress, "0.25").startsWith(
            "Your payment number 2 is on its way: 0.25 to "));
        assertEquals("6 coins, 0.75 coins when all that waits is in a block",
            good(ann, "balance", at));
        refused("The payment moves 1, but ", ann, "pay", bobsAddress, "1", at);
        Nodes.mine(node);
        assertEquals("1.75 coins", good(ann, "balance", at));
        assertEquals("5.25 coins", good(bob, "balance", at));
        assertEquals("5.25 coins", good(ann, "balance", bobsAddress, at));
        good(bob, "pay", annsAddress, "5.25", at);
        Nodes.mine(node);
        assertEquals("0 coins", good(bob, "balance", at));
    }

    @Test
    void throughANodeOfTheTutorialItPaysAndSaysWhatIsMissing() throws Exception {
        Path ann = home("ann"), bob = home("bob");
        var bobsAddress = good(bob, "address");
        var python = nodes.add(Program.tutorial("classic")).url;
        var node = nodes.start("--signed", "--zeros", "4", "--id",
            good(ann, "address"));
        Nodes.mine(node);
        Nodes.register(python, node.url());
        assertTrue(Nodes.resolve(python));
        var said = wallet(ann, "pay", bobsAddress, "1", "--node", python);
        assertEquals(0, said.status(), said.err());
        assertTrue(said.err().contains("does not check payments"), said.err());
        assertTrue(said.err().contains("when a block holds this payment"),
            said.err());
        Nodes.mine(python);
        assertEquals("1 coin", good(bob, "balance", "--node", python));
        Nodes.pay(python, Client.payment("ann", 5));
        Nodes.mine(python);
        refused("nobody can say who owns what: block 4: payment 1 is not "
            + "signed", ann, "balance", "--node", python);
    }

    // ## An answer that does not come

    // Three ways in which a payment may get no good answer; whoever pays the
    // same again must not pay twice.
    @Test
    void whoPaysAgainForWantOfAnAnswerPaysOnce() throws Exception {
        Path ann = home("ann"), bob = home("bob");
        var bobsAddress = good(bob, "address");
        var node = nodes.start("--signed", "--id", good(ann, "address"));
        for (int i = 0; i < 20; i++) Nodes.mine(node);
        var pay = new String[] {"pay", bobsAddress, "5", "--node", ""};

        pay[4] = before(node, exchange -> take(node, exchange));
        refused("nobody knows whether it took the payment", ann, pay);
        assertEquals("Your payment number 1 came through the first time, and "
            + "is not made again. To pay once more, say so again.",
            good(ann, pay));
        pay[4] = node.url();
        assertTrue(good(ann, pay).startsWith("Your payment number 2 is on"));

        pay[4] = before(node, exchange -> {
            take(node, exchange);
            exchange.sendResponseHeaders(400, 0);
            exchange.getResponseBody().write(
                "{\"error\": \"Try again.\\n\\u001b[2J\"}".getBytes());
        });
        refused("The node refuses: Try again.  [2J", ann, pay);
        Nodes.mine(node);
        assertTrue(good(ann, pay).startsWith("Your payment number 3 came"));

        pay[4] = before(node, exchange -> { });
        refused("nobody knows whether it took the payment", ann, pay);
        pay[4] = node.url();
        assertTrue(good(ann, pay).startsWith("Your payment number 4 is on"));
        Nodes.mine(node);
        assertEquals("20 coins", good(bob, "balance", "--node", node.url()));
    }

    /** A node that answers as this one does, but not to payments. */
    String before(Node node, HttpHandler payments) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                if (exchange.getRequestMethod().equals("POST"))
                    payments.handle(exchange);
                else {
                    var text = Client.get(node.url()
                        + exchange.getRequestURI()).text().getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, text.length);
                    exchange.getResponseBody().write(text);
                }
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        server.start();
        nodes.add(() -> server.stop(0));
        return "http://localhost:" + server.getAddress().getPort();
    }

    static void take(Node node, HttpExchange exchange) throws IOException {
        try {
            Nodes.pay(node, new String(
                exchange.getRequestBody().readAllBytes(), UTF_8));
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    // ## What is wrong is said

    @Test
    void whatItCannotDoItSaysInASentence() throws Exception {
        var ann = home("ann");
        var address = good(ann, "address");
        refused("bob is no address", ann, "pay", "bob", "5");
        refused("is no address", ann, "pay", "f".repeat(64), "5");
        refused("is no address", ann, "pay", address.toUpperCase(), "5");
        for (var amount : List.of("0", "x", "NaN", "1e", "0.12345678901234567890",
                "1e-400", ""))
            refused("is no amount", ann, "pay", address, amount);
        int port = Programs.port();
        refused("No node answers at http://localhost:" + port, ann, "balance",
            "--node", "http://localhost:" + port);
        refused("--node \"nonsense\" is not like http://localhost:5001.", ann,
            "balance", "--node", "nonsense");
        refused("No node answers at http://localhost:" + port, ann, "balance",
            "\ufeff" + address + "\r", "--node", " http://localhost:" + port
            + "/\r"); // as they are pasted
        refused("Missing required subcommand. Try --help.", ann);
        refused("Unknown option: '--kye'. Try --help.", ann, "address", "--kye");
        refused("is no node: ", ann, "balance", "--node",
            nodes.says("<html>").address());
        refused("block 1: previous_hash is 1, but", ann, "balance", "--node",
            nodes.says(CanonicalJson.of(List.of(Chains.GENESIS,
                Chains.GENESIS))).address()); // in no chain
    }

    @Test
    void aKeyIsMadeOnceForItsOwnerAlone() throws Exception {
        var ann = home("ann");
        var program = Programs.java(List.of("-Duser.home=" + ann), "Wallet",
            "address").start(); // in a Java of its own, for once
        var address = program.inputReader().readLine();
        var warning = program.errorReader().readLine();
        assertEquals(0, program.waitFor());
        var file = ann.resolve(".blockchain-key");
        assertTrue(warning.contains("A new key is in " + file), warning);
        if (Files.getFileStore(file).supportsFileAttributeView("posix"))
            assertEquals("[OWNER_READ, OWNER_WRITE]", new TreeSet<>(
                Files.getPosixFilePermissions(file)).toString());
        var key = Files.readString(file);
        assertEquals("", wallet(ann, "address").err());
        assertEquals(address, good(ann, "address"));
        assertEquals(key, Files.readString(file));

        var shared = new KeyFile(ann.resolve("shared"));
        var addresses = ConcurrentHashMap.newKeySet();
        var wallets = Executors.newFixedThreadPool(8);
        for (var done : wallets.invokeAll(Collections.nCopies(8, () ->
            addresses.add(shared.address())))) done.get();
        wallets.shutdown();
        assertEquals(1, addresses.size());
        try (var all = Files.list(ann)) {
            assertEquals(2, all.count());
        }

        var other = ann.resolve("other");
        assertNotEquals(address, good(ann, "address", "--key", "" + other));
        var mixed = key.split("(?=-----BEGIN PUBLIC)")[0] + Files.readString(
            other).split("(?=-----BEGIN PUBLIC)")[1];
        int at = key.indexOf("BCIE") + 12; // in the private key's 32 bytes
        var edited = key.substring(0, at) + (key.charAt(at) == 'A' ? 'B' : 'A')
            + key.substring(at + 1);
        for (var damaged : List.of("", "junk", key.substring(40), mixed, edited,
                key.replaceFirst("MC", "NC"))) {
            Files.writeString(other, damaged);
            refused("holds no key, or a damaged one", ann, "address", "--key",
                "" + other);
            assertEquals(damaged, Files.readString(other));
        }
        refused("can't be read or made", ann, "address", "--key",
            ann.resolve("nowhere/key").toString());
        refused("can't be read or made", ann, "address", "--key", "" + ann);
    }

    public static void main(String... arguments) {
        Runner.run(WalletTest.class, arguments);
    }
}
