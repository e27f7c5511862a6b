//JAVA 17+

// # Beyond the tutorial: nobody spends your coins
//
// Who owns how much, and how many payments each key has made. A block goes
// in payment by payment, if it keeps the rules:
//
// - signature: the payer has signed.
// - number: no payment is made twice, and none is left out.
// - balance: nobody pays what he does not have.
// - reward: new coins come from mining alone, one a block.
// - genesis: a chain begins with nothing.

import static java.math.BigDecimal.ONE;
import static java.math.BigDecimal.ZERO;

import java.math.*;
import java.util.*;

/** A block or a payment breaks a rule: the flaw says which. */
final class Breach extends Refusal {
    final Flaw flaw;

    Breach(Flaw flaw) {
        super(Kind.WRONG, flaw.toString());
        this.flaw = flaw;
    }
}

final class Accounts {
    /** Coins, exactly, and how many payments were made with them. */
    record Account(BigDecimal coins, long payments) { }

    private static final Account EMPTY = new Account(ZERO, 0);

    private final Map<String, Account> accounts = new HashMap<>();
    private final Signatures signatures;
    private final List<Payment> unchecked; // or null: signatures are checked
    private final Accounts below;

    /** Nobody has anything yet. */
    Accounts(Signatures signatures) {
        this.signatures = signatures;
        unchecked = null;
        below = null;
    }

    // A change is tried on a sheet of its own. On it stands what differs;
    // the rest is on the sheet below. So nothing is copied, and what breaks
    // a rule half-way has changed nothing.

    /** As they are {@code below}, for changes that may not last. */
    Accounts(Accounts below) {
        this(below, null);
    }

    /** The same, but notes the payments, and leaves their signatures alone. */
    Accounts(Accounts below, List<Payment> unchecked) {
        this.below = below;
        this.unchecked = unchecked;
        signatures = below.signatures;
    }

    boolean isAbove(Accounts other) {
        return below == other;
    }

    /** Writes what differs on the sheet below. */
    void keep() {
        below.accounts.putAll(accounts);
    }

    Account of(String name) {
        var account = accounts.get(name);
        if (account != null) return account;
        return below == null ? EMPTY : below.of(name);
    }

    private void add(String name, BigDecimal coins, int payments) {
        var old = of(name);
        accounts.put(name, new Account(old.coins.add(coins),
            old.payments + payments));
    }

    // ## A block

    /** @throws Breach if the block breaks a rule */
    void enter(Block block, boolean isFirst) {
        var all = block.transactions();
        long n = block.index();
        if (isFirst && all.isEmpty()) return;
        if (isFirst) throw breach(n, "genesis", 0, all.size(),
            "the first block must hold no transaction.");
        int last = all.size() - 1;
        for (int i = 0; i < last; i++)
            enter(all.get(i), n, "payment " + (i + 1));
        if (last < 0 || !isReward(all.get(last))) throw breach(n, "reward",
            "1 from \"0\"", last < 0 ? "none" : all.get(last), "its last "
            + "transaction must be the reward of its miner: 1 from \"0\".");
        add(((Transaction) all.get(last)).recipient(), ONE, 0);
    }

    private static boolean isReward(Object json) {
        return isFromNobody(json)
            && CanonicalJson.of(((Transaction) json).amount()).equals("1");
    }

    private static boolean isFromNobody(Object json) {
        return json instanceof Transaction tx && tx.sender().equals("0");
    }

    /** Takes a block out again that went in before. */
    void takeOut(Block block) {
        for (var tx : block.transactions())
            Payment.of(tx).ifPresentOrElse(payment -> {
                add(payment.key(), payment.coins(), -1);
                add(payment.recipient(), payment.coins().negate(), 0);
            }, () -> add(((Transaction) tx).recipient(), ONE.negate(), 0));
    }

    // ## A payment

    /**
     * @param n the block that it is in, for the verdict
     * @param name the payment's, for the verdict
     * @throws Breach if it breaks a rule
     */
    void enter(Object json, long n, String name) {
        var payment = signed(json, n, name);
        var key = payment.key();
        var account = of(key);
        var next = "" + (account.payments + 1);
        if (!payment.number().equals(next)) throw breach(n, "number", next,
            payment.number(), name + " has the number " + payment.number()
            + ", but the next of " + key + " is " + next + ".");
        var coins = payment.coins();
        if (coins.signum() <= 0) throw breach(n, "balance", "above 0",
            payment.amount(), name + " moves no coins.");
        if (coins.compareTo(account.coins) > 0) throw breach(n, "balance",
            account.coins, payment.amount(), name + " moves "
            + coins.toPlainString() + ", but " + key + " has "
            + account.coins.toPlainString() + ".");
        add(key, coins.negate(), 1);
        add(payment.recipient(), coins, 0);
    }

    /** The payment, if it is one that is signed: it needs no account. */
    Payment signed(Object json, long n, String name) {
        if (isFromNobody(json)) throw breach(n, "reward", "one, at the end",
            json, name + " comes from \"0\", as the last one alone may.");
        var payment = Payment.of(json).orElseThrow(() -> breach(n, "signature",
            "KEY.NUMBER.SIGNATURE", json, name + " is not signed: its sender "
            + "must be KEY.NUMBER.SIGNATURE."));
        if (unchecked != null) unchecked.add(payment);
        else if (!signatures.isGood(payment)) throw breach(n, "signature",
            "one by " + payment.key(), payment.signature(), name
            + " is not signed by " + payment.key() + ". Was it edited?");
        return payment;
    }

    private static Breach breach(long block, String fails, Object expected,
                                 Object found, String reason) {
        return new Breach(new Flaw(block, fails, expected, found, reason));
    }
}
