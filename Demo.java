///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Node.java
//SOURCES beyond/Shown.java
//FILES zh/demo.json=docs/zh/demo.json
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//JAVA_OPTIONS -Djdk.console=java.base

// # The guided tour
//
// Two nodes, and the tutorial's session with them over HTTP, step by step:
//
//     jbang Demo.java
//
// Each step says what it will do and why, does it, shows the answer, and
// checks that it is as told. It fits on a terminal of 24 lines.

import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.*;
import java.io.IOException;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.*;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.*;
import picocli.CommandLine.Help.Ansi;

@Command(name = "Demo.java", mixinStandardHelpOptions = true, version = "1.0",
    description = "Two nodes, and the tutorial's session with them.")
public class Demo implements Callable<Integer> {

    @Option(names = "--auto", description = "Don't wait for Enter.")
    boolean auto;
    @Option(names = "--lang", paramLabel = "zh", description = "Tell it in "
        + "Chinese. So it is where the machine speaks Chinese.")
    String language = Locale.getDefault().getLanguage();

    private Words words;
    private Shown shown;
    private String one, two;

    // ## The tour

    public Integer call() throws Exception {
        auto |= System.console() == null;
        words = Words.of("demo", language);
        shown = new Shown(words);
        say("Two nodes start ...");
        try (var first = node(5000); var second = node(5001)) {
            one = first.url();
            two = second.url();
            say("""
                Two nodes run: %s and %s.
                All that follows is HTTP. You can send it yourself, from
                another window; and you can watch it: open the first address
                in a browser.""", one, two);
            tour();
            if (!auto) stay();
            return 0;
        } catch (AssertionError e) {
            say("@|bold,red ✗ " + e.getMessage() + "|@");
            return 1;
        }
    }

    private void tour() throws Exception {
        step("Two nodes, two chains", """
            Each node begins a chain with a block of its own, the genesis
            block. It holds nothing, and no block comes before it.""");
        var genesis = get(one, "/chain", "timestamp");
        System.out.println();
        var other = ask(two, "/chain");
        check(!genesis.equals(other), """
            The second node says the same, but for the time: %s.
            Other times give other hashes: these are two chains.""",
            other.at("/chain/0/timestamp"));

        step("A transaction", """
            Somebody pays 5 coins. The node only notes it down: it will be
            part of the chain when it is part of a block. In the browser it
            stands among what waits.""");
        var noted = shown.print(post(one, "/transactions/new", """
            {
              "sender": "d4ee26eee15148ee92c6cd394edd974e",
              "recipient": "someone-other-address",
              "amount": 5
            }"""), "message");
        check(says(noted, "Transaction will be added to Block 2"),
            "It waits for block 2.");

        step("Mine a block", """
            To seal what waits, the node must find a proof: a number that
            gives a hash with four zeros in front. It can only try, from 0
            up. In the browser, a hash's colour ties two cards together.""");
        var block = get(one, "/mine", "proof", "amount\": 5",
            "sender\": \"0");
        check(block.path("proof").asInt() == 35293
            && block.path("transactions").size() == 2,
            "35,294 guesses. The block holds the payment, and a reward of one\n"
            + "new coin for the miner: it comes from \"0\", which is nobody.");

        step("Mine another", """
            Nothing waits now, so the next block holds the reward alone. Its
            previous_hash is the hash of the block before.""");
        check(get(one, "/mine", "proof", "previous_hash").path("proof").asInt()
            == 35089, "The article's author found 35293 and 35089, too.");

        more("""
            Now the whole chain. Blocks that you have seen are folded: a line
            for each, with what matters here.""");
        check(get(one, "/chain", "previous_hash", "length").path("length")
            .asInt() == 3,
            "Three blocks, and each names the hash of the one before.");

        step("Make neighbours", """
            The first node is told of the second. From now on it can ask that
            one for its chain. In the browser, its chain is the row below.""");
        var registered = shown.print(post(one, "/nodes/register",
            "{\n  \"nodes\": [\"" + two + "\"]\n}"), "localhost");
        check(says(registered, "New nodes have been added"),
            "The first node has a neighbour.");

        step("The neighbour mines more", """
            The second node knows nothing of all this. It mines three blocks
            on its own genesis block. In the browser, that makes a fork.""");
        System.out.println();
        for (int i = 0; i < 3; i++) ask(two, "/mine");
        var longer = get(two, "/chain", "previous_hash", "proof", "length");
        check(longer.findValuesAsText("proof").equals(
            List.of("100", "35293", "35089", "119678")), """
            Other hashes, but the same proofs as the first node's: under the
            classic rule, the tutorial's, a proof depends on the last proof
            alone, and all chains begin with 100.""");
        check(longer.path("length").asInt() == 4,
            "Two chains, of three and of four blocks. Who is right?");

        step("Resolve the conflict", """
            The rule is that the longest valid chain wins. The first node asks
            its neighbour, checks every block, and gives way.""");
        check(says(get(one, "/nodes/resolve", "message"),
            "Our chain was replaced"), "Both nodes have one chain now.");

        more("""
            And the payment of 5? It stood in block 2 of the first node, and
            that block is gone.""");
        var waiting = get(one, "/transactions", "amount");
        check(waiting.path("transactions").size() == 1, "The payment is not "
            + "lost: it waits again, for a block of the\nnew chain.");

        step("Resolve again", "Nobody has a longer chain by now.");
        check(says(get(one, "/nodes/resolve", "message"),
            "Our chain is authoritative"), "So nothing changes.");

        step("Cheat", """
            Somebody takes this chain and edits one number: now block 2 has
            paid its miner 1000 coins. Then both nodes are asked about it.""");
        System.out.println();
        say("""
            $ curl %s/chain | sed '3s/"amount": 1/"amount": 1000/' \\
                > edited.json""", two);
        var forged = (ObjectNode) send(HttpRequest.newBuilder(
            URI.create(two + "/chain")));
        ((ObjectNode) forged.at("/chain/1/transactions/0")).put("amount", 1000);
        var verdict = shown.print(post(one, "/chain/validate",
            forged.toString()), "valid", "block", "fails", "reason");
        check(!verdict.path("valid").asBoolean(true)
            && verdict.path("block").asInt() == 3,
            "Block 2 has another hash now; block 3 still names the old.");
        check(post(two, "/chain/validate", forged.toString()).equals(verdict),
            "The second node says the same, word for word.");

        heading(words.in("The end"), "@|bold That was the tutorial.|@ Two "
            + "programs that trust nobody agree on a history.");
    }

    private void stay() throws InterruptedException {
        System.out.println();
        say("""
            The nodes stay up. Three things to try:
              1. open %s in a browser, and mine there
              2. curl %s/mine      then resolve at the first node
              3. ./jbang Node.java --port 5002 --peer %s
            Ctrl-C ends it all.""", one, two, one);
        Thread.currentThread().join();
    }

    // ## How a step is told

    private int steps;
    private String title;

    private void step(String name, String why) {
        title = ++steps + ". " + words.in(name);
        heading(title, why);
    }

    private void more(String why) {
        heading(title + words.in(", continued"), why);
    }

    // The tour waits here and nowhere else. So all that stands from one
    // heading to the next must fit on a screen.
    private void heading(String text, String why) {
        System.out.println();
        if (!auto) {
            System.out.print(Ansi.AUTO.string("   @|faint "
                + words.in("Enter: go on") + "|@ "));
            System.console().readLine();
            System.out.println();
        }
        var line = "── " + text + " ";
        say("@|bold " + line + "─".repeat(70 - Words.width(line)) + "|@");
        say(why);
    }

    private void say(String text, Object... values) {
        System.out.print(Ansi.AUTO.string(words.in(text).formatted(values))
            .indent(3));
    }

    private void check(boolean asTold, String notice, Object... values) {
        var told = words.in(notice).formatted(values);
        if (!asTold) throw new AssertionError("This is not as told: " + told);
        say("@|green ✓|@ " + told.replace("\n", "\n  "));
    }

    private static boolean says(JsonNode answer, String message) {
        return answer.path("message").asText().equals(message);
    }

    // ## Requests, as curl sends them, and what comes back

    private static final ObjectMapper JSON = JsonMapper.builder()
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private final HttpClient http = HttpClient.newHttpClient();

    private JsonNode ask(String node, String path) throws Exception {
        say("$ curl " + node + path);
        return send(HttpRequest.newBuilder(URI.create(node + path)));
    }

    private JsonNode get(String node, String path, String... marks)
            throws Exception {
        System.out.println();
        return shown.print(ask(node, path), marks);
    }

    private JsonNode post(String node, String path, String json)
            throws Exception {
        var data = json.length() < 200 ? "'" + json + "'" : "@edited.json";
        System.out.println();
        say("$ curl " + node + path + " -d " + data);
        return send(HttpRequest.newBuilder(URI.create(node + path))
            .POST(BodyPublishers.ofString(json)));
    }

    private JsonNode send(HttpRequest.Builder request) throws Exception {
        return JSON.readTree(http.send(request.build(),
            BodyHandlers.ofString()).body());
    }

    // ## The nodes

    private Node node(int port) throws IOException {
        try {
            return Node.start("--port", "" + port, "--quiet");
        } catch (IOException taken) {
            say("Port %d is taken, so a free one will do.", port);
            return Node.start("--port", "0", "--quiet");
        }
    }

    public static void main(String... arguments) {
        System.exit(Script.run(new CommandLine(new Demo()), arguments));
    }
}
