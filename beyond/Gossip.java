//JAVA 17+

// # Beyond the tutorial: what is new goes round
//
// A node that has a new last block tells its neighbours, and they tell
// theirs. Only a node whose chain changed tells, so it ends by itself.

import io.javalin.http.Context;
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;

final class Gossip {
    final Blockchain blockchain;
    final Neighbours neighbours;
    final Caller caller;
    final Errands errands = new Errands();
    final boolean signed;
    private Optional<Address> url;
    private int port;
    private volatile InetAddress host; // null until it begins

    Gossip(Blockchain blockchain, Neighbours neighbours, Caller caller) {
        this.blockchain = blockchain;
        this.neighbours = neighbours;
        this.caller = caller;
        signed = blockchain.law instanceof Validation;
    }

    /**
     * @param host where this node listens, with the port
     * @param url how others reach it, or null: as it seems
     */
    void begin(InetAddress host, int port, String url) {
        this.url = Optional.ofNullable(url).map(Address::of);
        this.port = port;
        this.host = host;
    }

    /** Where this other node can call ours, if it can. */
    Optional<Address> here(String other) throws IOException {
        return url.isPresent() ? url : Address.of(other).callable(host, port);
    }

    void close() {
        errands.close();
    }

    // ## Blocks
    //
    // A node of the tutorial that is told to resolve asks all its neighbours.
    // Ours gets two headers more: who tells, and of which block. It asks the
    // teller alone, and only if that block is not the last that it has.

    private final Map<String, Block> told = new ConcurrentHashMap<>();

    /** Tells all that can be reached of our last block, each one once. */
    void tell() {
        var tip = blockchain.lastBlock();
        if (host == null || blockchain.length() == 1) return;
        var addresses = neighbours.addresses();
        told.keySet().retainAll(addresses);
        for (var address : addresses)
            if (told.get(address) != tip && neighbours.isReliable(address))
                errands.begin("tell", address, () -> tell(address, tip));
    }

    private boolean tell(String address, Block tip) throws IOException {
        var here = here(address);
        if (here.isPresent()) caller.send(address, "/nodes/resolve", "",
            "Referer", "http://" + here.get(), "If-None-Match",
            '"' + tip.hash() + '"').body().close();
        told.put(address, tip);
        return true;
    }

    /** Was this asked by a neighbour that tells of its last block? */
    boolean isTold(Context ctx) {
        var from = ("" + ctx.header("Referer")).replaceFirst("http://", "");
        var tip = ("" + ctx.header("If-None-Match")).replace("\"", "");
        boolean isTold = neighbours.addresses().contains(from);
        if (isTold) ctx.future(() -> errands.begin("hear", from, () ->
            !blockchain.lastBlock().hash().equals(tip)
                && errands.begin("fetch", tip, () -> resolve(from)).join()
            ).thenAccept(replaced -> Door.reply(ctx, 200, Map.of("message",
                replaced ? "Our chain was replaced"
                    : "Our chain is authoritative"))));
        return isTold;
    }

    /** Takes the chain of this one neighbour, if it is longer. */
    boolean resolve(String address) {
        boolean replaced = false;
        for (var chain : neighbours.chains(blockchain, List.of(address))) {
            replaced = blockchain.replace(chain);
            if (chain.size() < blockchain.length())
                told.remove(address); // whatever it was told, it has less
        }
        if (replaced) tell();
        return replaced;
    }

    // ## Payments
    //
    // A signed payment can't be made twice, so it may come by many ways. It
    // goes to those that check this; others would take it each time.

    private final Set<String> checking = ConcurrentHashMap.newKeySet();

    /** Passes on a payment that is new here. */
    void pass(Transaction payment) {
        checking.retainAll(neighbours.addresses());
        if (signed) for (var address : checking)
            errands.begin("pay", address, () -> post(address,
                payment.canonicalJson()));
    }

    private boolean post(String address, String payment) throws IOException {
        caller.send(address, "/transactions/new", payment).body().close();
        return true;
    }

    // What did not get through is made up for when one visits the other.
    private static final int MOST_AT_ONCE = 100;

    /** Gives and takes payments; {@code its} answer to GET /nodes. */
    void exchange(String address, Map<?, ?> its) throws IOException {
        checking.remove(address);
        if (!signed || its.get("signed") != Boolean.TRUE) return;
        checking.add(address);
        if (!(caller.json(address, "/transactions").get("transactions")
            instanceof List<?> list)) return;
        var theirs = byText(list.stream().map(Json::transaction).toList());
        var ours = byText(blockchain.pending());
        for (var text : theirs.keySet())
            if (!ours.containsKey(text)) take(theirs.get(text));
        for (var text : ours.keySet().stream().filter(it ->
            !theirs.containsKey(it)).limit(MOST_AT_ONCE).toList())
                post(address, text);
    }

    private static Map<String, Transaction> byText(List<?> transactions) {
        var all = new LinkedHashMap<String, Transaction>(); // in their order
        for (var json : transactions) if (json instanceof Transaction tx)
            all.put(tx.canonicalJson(), tx);
        return all;
    }

    private void take(Transaction payment) {
        try {
            blockchain.law.check(payment);
            blockchain.newTransaction(payment);
            pass(payment);
        } catch (RuntimeException e) {
            // it holds on their chain, not on ours, or there is no room
        }
    }

    // ## Names
    //
    // The page shows each neighbour by its id, whom mining pays there.

    private final Map<String, String> names = new ConcurrentHashMap<>();

    /** As far as they have said it; the others are asked, each one once. */
    Map<String, String> names() {
        var addresses = neighbours.addresses();
        names.keySet().retainAll(addresses);
        for (var address : addresses) if (!names.containsKey(address))
            errands.begin("name", address, () -> {
                var its = caller.json(address, "/nodes");
                names.put(address, its.get("id") instanceof String id
                    && id.length() < 100 ? id : "");
                return true;
            });
        return names;
    }
}
