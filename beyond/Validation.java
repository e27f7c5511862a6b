//JAVA 17+

// # Beyond the tutorial: the law of a node that is --signed
//
// The accounts after the last block, and above them those after all that
// waits. No payment and no block comes in that these do not allow.

import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;

final class Validation implements Blockchain.Law {
    private final Accounts chain = new Accounts(this::isSigned);
    private Accounts pending = new Accounts(chain);
    private final Consumer<String> log;

    /** @param log is told of payments that no longer hold */
    Validation(Consumer<String> log) {
        this.log = log;
    }

    /** After the last block. */
    Accounts.Account now(String name) {
        return chain.of(name);
    }

    /** After all that waits, too. */
    Accounts.Account then(String name) {
        return pending.of(name);
    }

    // ## Three questions

    public Optional<Flaw> firstIn(List<Block> blocks, Runnable goOn) {
        var accounts = new Accounts(this::isSigned);
        try {
            for (int from = 0; from < blocks.size(); from += SLICE) {
                int to = Math.min(from + SLICE, blocks.size());
                check(blocks.subList(from, to), goOn);
                for (int i = from; i < to; i++)
                    accounts.take(blocks.get(i), i == 0);
            }
            return Optional.empty();
        } catch (Breach e) {
            return Optional.of(e.flaw);
        }
    }

    public Runnable pay(Transaction payment) {
        var next = new Accounts(pending);
        next.take(payment, 0, "The payment");
        return next::keep;
    }

    public Runnable change(int kept, List<Block> gone, List<Block> come) {
        check(come, () -> { });
        var next = new Accounts(chain);
        gone.forEach(next::giveBack);
        for (int i = 0; i < come.size(); i++)
            next.take(come.get(i), kept + i == 0);
        return () -> {
            next.keep();
            pending = new Accounts(chain);
        };
    }

    public boolean stillHolds(Transaction payment) {
        try {
            pay(payment).run();
            return true;
        } catch (Breach e) {
            log.accept("          A payment falls out: " + e.getMessage());
            return false;
        }
    }

    // ## Signatures
    //
    // To check one takes far longer than all the rest. So all cores take
    // part, and what was good is remembered.

    private static final int SLICE = 256; // blocks: a liar costs no more

    private final Set<String> good = ConcurrentHashMap.newKeySet(); // hashes
    private final long most = Runtime.getRuntime().maxMemory() / 1_000;

    private void check(List<Block> blocks, Runnable goOn) {
        var all = new ArrayList<Object>();
        for (var block : blocks) all.addAll(block.transactions());
        all.parallelStream().forEach(transaction -> {
            goOn.run();
            check(transaction);
        });
    }

    public void check(Object transaction) {
        Payment.of(transaction).ifPresent(this::isSigned);
    }

    private boolean isSigned(Payment payment) {
        var hash = new Sha256().hex(payment.transaction().canonicalJson());
        if (good.contains(hash)) return true;
        if (!payment.isSigned()) return false;
        if (good.size() >= most) good.clear();
        good.add(hash);
        return true;
    }
}
