//JAVA 17+
//SOURCES NeighbourNames.java

// # Beyond the tutorial: what is new goes round
//
// A node that has a new last block tells its neighbours, and they tell
// theirs. Each is told of a block once, so it ends by itself.

import java.io.*;
import java.util.*;
import java.util.concurrent.*;

final class Gossip {
    private final Blockchain blockchain;
    private final Neighbours neighbours;
    private final Survey survey;
    private final Here here;
    private final Call call;
    private final Errands errands;
    private final boolean signed;
    private final NeighbourNames names;
    private volatile boolean isJoined;

    Gossip(Blockchain blockchain, Neighbours neighbours, Survey survey,
           Here here, Call call, Errands errands, boolean signed) {
        this.blockchain = blockchain;
        this.neighbours = neighbours;
        this.survey = survey;
        this.here = here;
        this.call = call;
        this.errands = errands;
        this.signed = signed;
        names = new NeighbourNames(neighbours, call, errands);
    }

    /** From now on, it tells others. */
    void joins() {
        isJoined = true;
    }

    // ## Blocks
    //
    // A node of the tutorial that is told to resolve asks all its neighbours.
    // Ours gets two headers more: who tells, and of which block. It asks the
    // teller alone, and only if that block is not the last that it has.

    private final Map<String, Block> told = new ConcurrentHashMap<>();

    /** Tells all that can be reached of our last block, each one once; but
     *  nobody before it {@link #joins} a network. */
    void tell() {
        var tip = blockchain.lastBlock();
        if (!isJoined || blockchain.length() == 1) return;
        var addresses = neighbours.addresses();
        told.keySet().retainAll(addresses);
        for (var address : addresses)
            if (told.get(address) != tip && neighbours.isReliable(address))
                errands.begin("tell " + address, () -> tell(address, tip));
    }

    private boolean tell(String address, Block tip) throws IOException {
        var us = here.seenBy(address);
        if (us.isPresent()) call.send(address, "/nodes/resolve", "",
            "Referer", "http://" + us.get(), "If-None-Match",
            '"' + tip.hash() + '"').body().close();
        told.put(address, tip);
        return true;
    }

    /** The neighbour that tells us of its last block, if it is one. */
    Optional<String> teller(String referer) {
        var from = ("" + referer).replaceFirst("http://", "");
        return neighbours.addresses().contains(from) ? Optional.of(from)
            : Optional.empty();
    }

    private final Set<String> fetching = ConcurrentHashMap.newKeySet();

    /** Was our chain replaced, when this one told of a block? */
    CompletableFuture<Boolean> hear(String from, String etag) {
        return errands.begin("hear " + from, () -> fetch(from, etag));
    }

    // Others may tell of the same block meanwhile: one fetches it.
    private boolean fetch(String from, String etag) {
        var ours = '"' + blockchain.lastBlock().hash() + '"';
        if (ours.equals(etag) || !fetching.add("" + etag)) return false;
        try {
            return resolve(from);
        } finally {
            fetching.remove("" + etag);
        }
    }

    /** Takes the chain of this one neighbour, if it is longer. */
    boolean resolve(String address) {
        var chain = survey.chain(address);
        boolean replaced = blockchain.replace(chain);
        if (chain.size() < blockchain.length())
            told.remove(address); // whatever it was told, it has less
        if (replaced) tell();
        return replaced;
    }

    // ## Payments
    //
    // A signed payment can't be made twice, so it may come by many ways. It
    // goes to those that check this; others would take it each time.

    private final Set<String> checking = ConcurrentHashMap.newKeySet();

    /** Passes on a payment that is new here, if it is signed. */
    void pass(Transaction payment) {
        checking.retainAll(neighbours.addresses());
        if (signed) for (var address : checking)
            errands.begin("pay " + address, () -> post(address,
                payment.canonicalJson()));
    }

    private boolean post(String address, String payment) throws IOException {
        call.send(address, "/transactions/new", payment).body().close();
        return true;
    }

    // What did not get through is made up for when one visits the other.
    private static final int MOST_AT_ONCE = 100;

    /** Gives and takes payments; {@code its} answer to GET /nodes. */
    void exchange(String address, Map<?, ?> its) throws IOException {
        checking.remove(address);
        if (!signed || its.get("signed") != Boolean.TRUE) return;
        checking.add(address);
        var until = Deadline.in(Limits.ANSWERS);
        var text = call.text(address, "/transactions", until);
        List<String> lacking;
        try (var part = call.memory().part(until)) {
            lacking = take(Json.waiting(text));
        }
        for (var payment : lacking) post(address, payment);
    }

    // Takes of theirs what is new here; answers what of ours is new there.
    private List<String> take(List<Transaction> theirs) {
        var ours = new LinkedHashSet<String>(); // in their order
        for (var tx : blockchain.waiting()) ours.add(tx.canonicalJson());
        int taken = 0;
        for (var tx : theirs) {
            boolean isKnown = ours.remove(tx.canonicalJson());
            if (!isKnown && taken++ < MOST_AT_ONCE && !add(tx)) break;
        }
        return ours.stream().limit(MOST_AT_ONCE).toList();
    }

    /** False: it was forged, or no payment; or there is no room. */
    private boolean add(Transaction payment) {
        try {
            Json.check(payment.sender(), payment.recipient(), payment.amount());
            if (blockchain.newTransaction(payment) == 0) return false;
            pass(payment);
            return true;
        } catch (Breach e) { // perhaps it holds on their chain, not on ours
            return !e.flaw.fails().equals("signature");
        } catch (Refusal e) {
            return false;
        }
    }

    /** Of the neighbours, as far as they have said it. */
    Map<String, String> names() {
        return names.all();
    }
}
