//JAVA 17+
//SOURCES Accounts.java
//SOURCES Signatures.java
//SOURCES Payment.java

// # Beyond the tutorial: the law of a node that is --signed
//
// The accounts after the last block, and above them those after all that
// waits. No payment and no block comes in that these do not allow.

import java.math.BigInteger;
import java.util.*;
import java.util.function.*;

final class SignedLaw implements Law {
    private static final int SLICE = 256; // blocks: a liar costs no more

    private final Signatures signatures = new Signatures();
    private final Accounts chain = new Accounts(signatures);
    private Accounts pending = new Accounts(chain);
    private Accounts checked; // above one of these: after the last check
    private final Consumer<String> log;

    /** @param log is told of payments that can never hold again */
    SignedLaw(Consumer<String> log) {
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

    public Optional<Flaw> firstFlaw(List<Block> blocks) {
        var until = Deadline.in(Limits.SIGNATURES);
        var accounts = new Accounts(signatures);
        try {
            for (int from = 0; from < blocks.size(); from += SLICE) {
                var slice = blocks.subList(from, Math.min(from + SLICE,
                    blocks.size()));
                enter(slice, accounts, from, until);
            }
            return Optional.empty();
        } catch (Breach e) {
            return Optional.of(e.flaw);
        }
    }

    // What costs nothing is looked at first: numbers and coins. Then come the
    // signatures of all payments, or of those before one that is wrong.
    private void enter(List<Block> blocks, Accounts accounts, int place,
                       Deadline until) {
        var payments = new ArrayList<Payment>();
        var trial = new Accounts(accounts, payments);
        boolean fit = doFit(blocks, trial, place);
        if (signatures.areGood(payments, until) && fit) trial.keep();
        else enter(blocks, accounts, place); // which says what is wrong
    }

    private static boolean doFit(List<Block> blocks, Accounts trial,
                                 int place) {
        try {
            enter(blocks, trial, place);
            return true;
        } catch (Breach e) {
            return false;
        }
    }

    private static void enter(List<Block> blocks, Accounts accounts,
                              int place) {
        for (var block : blocks) accounts.enter(block, place++ == 0);
    }

    public void prepare(Transaction payment) {
        chain.signed(payment, 0, "The payment"); // if it is, this is remembered
    }

    public void check(Transaction payment) {
        checked = new Accounts(pending);
        checked.enter(payment, 0, "The payment");
    }

    public void check(int kept, List<Block> gone, List<Block> come) {
        checked = new Accounts(chain);
        for (var block : gone) checked.takeOut(block);
        enter(come, checked, kept, Deadline.never());
    }

    // What was checked last: a payment, or blocks. Behind blocks nothing
    // waits until takes() has looked at it again.
    public void keep() {
        checked.keep();
        if (checked.isAbove(chain)) pending = new Accounts(chain);
    }

    public boolean takes(Transaction payment) {
        try {
            check(payment);
            keep();
            return true;
        } catch (Breach e) {
            return false;
        }
    }

    // A number that is used never comes again. All else may: coins, too.
    public boolean mayTake(Transaction payment) {
        var signed = Payment.of(payment).get();
        boolean isUsed = new BigInteger(signed.number()).compareTo(
            BigInteger.valueOf(now(signed.key()).payments())) <= 0;
        if (isUsed) log.accept("A payment falls out: number " + signed.number()
            + " of " + Sha256.shorten(signed.key()) + " is used.");
        return !isUsed;
    }
}
