//JAVA 17+

// # Beyond the tutorial: signatures, checked once
//
// To check one takes far longer than all the rest. So all cores take part,
// and what was good is remembered.

import java.util.*;
import java.util.concurrent.*;

final class Signatures {
    private static final int AT_ONCE = 64; // a liar costs no more

    private final Set<String> good = ConcurrentHashMap.newKeySet(); // hashes
    private final long most = Runtime.getRuntime().maxMemory() / 1_000;

    boolean isGood(Payment payment) {
        var hash = new Sha256().hex(payment.transaction().canonicalJson());
        if (good.contains(hash)) return true;
        if (!payment.isSigned()) return false;
        if (good.size() >= most) good.clear();
        good.add(hash);
        return true;
    }

    /** Are all of them good? On all cores, up to a bad one. */
    boolean areGood(List<Payment> payments, Deadline until) {
        for (int from = 0; from < payments.size(); from += AT_ONCE) {
            if (until.isOver()) throw new Refusal(Refusal.Kind.BUSY, "It has "
                + "more signatures than can be checked in " + Limits.SIGNATURES
                + " seconds. The next time goes on from here.");
            int to = Math.min(from + AT_ONCE, payments.size());
            if (!payments.subList(from, to).parallelStream()
                .allMatch(this::isGood)) return false;
        }
        return true;
    }
}
