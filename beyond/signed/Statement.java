//JAVA 17+

// # Beyond the tutorial: who owns what, as the chain of a node tells
//
// A wallet believes a node which rules it keeps, and nothing else: it works
// out from the chain who owns what. It needs no route that the tutorial's
// nodes lack, and takes more where there is more: what waits, and the rules.

import java.io.*;
import java.net.http.HttpResponse;
import java.util.*;

final class Statement {
    private static final Call CALL = new Call("wallet", new Memory());

    private final SignedLaw accounts = new SignedLaw(line -> { });
    // The transactions in blocks, and those that wait, by their JSON.
    private final Map<String, Transaction> known = new HashMap<>();
    private final String node;
    private final String address; // of the same: host:port

    /**
     * Asks this node.
     * @throws IOException if it is none, or nobody can say who owns what
     */
    Statement(String node) throws IOException {
        this.node = node;
        address = Address.of("--node", node).toString();
        try {
            var chain = Blocks.chain(text("/chain", Limits.CHAIN));
            var flaw = AllCores.firstFlaw(chain, work());
            Refusal.unless(flaw.isEmpty(), "" + flaw.orElse(null));
            accounts.check(0, List.of(), chain);
            accounts.keep();
            for (var block : chain) block.transactions().forEach(this::note);
        } catch (Breach e) {
            throw new IOException("On this node nobody can say who owns what: "
                + e.getMessage());
        } catch (Refusal e) {
            throw new IOException("What answers at " + node + " is no node: "
                + e.getMessage());
        }
        for (var tx : Json.waiting(text("/transactions", Limits.ANSWER))) {
            note(tx);
            accounts.takes(tx);
        }
    }

    private byte[] text(String path, long most) throws IOException {
        try (var body = ask(path).body()) {
            return Memory.read(body, most, 1, Deadline.in(Limits.ANSWERS));
        } catch (Refusal e) {
            throw new IOException(node + path + ": " + e.getMessage());
        }
    }

    // A node of the tutorial does not say it. Then the links count alone.
    private ProofOfWork work() throws IOException {
        var its = rules();
        return its.get("zeros") instanceof Integer zeros && zeros > 0
            && zeros <= 16 ? new ProofOfWork("linked".equals(its.get("rule"))
                ? Rule.linked : Rule.classic, zeros)
            : new ProofOfWork(Rule.classic, 0);
    }

    private Map<?, ?> rules() throws IOException {
        return Json.answer(ask("/nodes").body());
    }

    private void note(Object json) {
        if (json instanceof Transaction tx) known.put(tx.canonicalJson(), tx);
    }

    /** After the last block. */
    Accounts.Account now(String name) {
        return accounts.now(name);
    }

    /** After all that waits, too. */
    Accounts.Account then(String name) {
        return accounts.then(name);
    }

    /** Is this payment in a block, or does it wait? */
    boolean has(Transaction payment) {
        return known.containsKey(payment.canonicalJson());
    }

    /** The number of this key's next payment. */
    long next(String key) throws IOException {
        long made = then(key).payments();
        long signed = known.values().stream().flatMap(tx -> Payment.of(tx)
            .stream()).filter(payment -> payment.key().equals(key)).count();
        if (signed > made) throw new IOException("A payment of yours waits "
            + "for blocks that this node does not have yet. Pay again when "
            + "a block holds it, or at another --node.");
        return made + 1;
    }

    /** @throws Breach if nobody would take it */
    void check(Transaction payment) {
        accounts.check(payment);
    }

    // ## Paying

    /** @throws IOException if the node did not say that it takes it */
    void send(Transaction payment) throws IOException {
        HttpResponse<InputStream> answer;
        try {
            answer = CALL.send(address, "/transactions/new",
                payment.canonicalJson());
        } catch (IOException e) {
            throw new IOException("The node did not answer, so nobody knows "
                + "whether it took the payment. Say the same again: that is "
                + "safe, for it is not made twice.");
        }
        if (answer.statusCode() != 201) throw new IOException(
            "The node refuses: " + Json.answer(answer.body()).get("error"));
    }

    /** Says what this node does not do. */
    void warn() throws IOException {
        if (rules().get("signed") == Boolean.TRUE) return;
        System.err.println("This node does not check payments, it only "
            + "carries them. Nodes with --signed do.");
        if (ask("/transactions").statusCode() != 200)
            System.err.println("Nor does it say what waits: pay again only "
                + "when a block holds this payment.");
    }

    private HttpResponse<InputStream> ask(String path) throws IOException {
        try {
            return CALL.send(address, path, "");
        } catch (IOException e) {
            throw new IOException("No node answers at " + node + ". Start one "
                + "there, or name another with --node.");
        }
    }
}
