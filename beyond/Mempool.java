//JAVA 17+

// # Beyond the tutorial: what waits, among strangers
//
// A neighbour must not fill our memory. So there is a limit to what waits;
// and when blocks go, only those payments in them wait again that this node
// took itself. What the law does not take now, but may take behind other
// blocks, waits aside.

import java.util.*;

final class Mempool extends Pool {
    private final Law law;
    private final List<Transaction> all = new ArrayList<>(); // in order
    private final List<Transaction> ready = new ArrayList<>(); // of these
    // How many payments with this JSON this node took and sees in the chain.
    private final Map<String, Integer> sealed = new HashMap<>();
    private int bytes;

    Mempool(Law law) {
        this.law = law;
    }

    @Override
    List<Transaction> waiting() { return List.copyOf(all); }

    @Override
    List<Transaction> ready() { return List.copyOf(ready); }

    @Override
    boolean isFull() {
        return all.size() >= Limits.WAITING || bytes >= Limits.WAITING_BYTES;
    }

    @Override
    void add(Transaction tx) { keep(tx, true); }

    private void keep(Transaction tx, boolean isReady) {
        all.add(tx);
        if (isReady) ready.add(tx);
        bytes += tx.canonicalJson().length();
    }

    @Override
    void change(List<Block> gone, List<Block> come) {
        var old = new ArrayList<Transaction>();
        for (var tx : payments(gone))
            if (countDown(tx.canonicalJson(), sealed)) old.add(tx);
        old.addAll(all);
        all.clear();
        ready.clear();
        bytes = 0;
        var inBlocks = new HashMap<String, Integer>(); // how many of these
        for (var tx : old) inBlocks.put(tx.canonicalJson(), 0);
        if (!old.isEmpty()) for (var tx : payments(come))
            inBlocks.computeIfPresent(tx.canonicalJson(), (json, n) -> n + 1);
        for (var tx : old) { // as far as there is room
            var json = tx.canonicalJson();
            if (countDown(json, inBlocks)) sealed.merge(json, 1, Integer::sum);
            else if (!isFull() && law.takes(tx)) keep(tx, true);
            else if (!isFull() && law.mayTake(tx)) keep(tx, false); // aside
        }
    }

    // Two equal payments are two payments, so they are counted.
    private static boolean countDown(String json, Map<String, Integer> counts) {
        int count = counts.getOrDefault(json, 0);
        if (count > 1) counts.put(json, count - 1);
        else counts.remove(json);
        return count > 0;
    }
}
