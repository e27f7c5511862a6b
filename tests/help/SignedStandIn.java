//JAVA 17+
//SOURCES StandIn.java
//SOURCES ../../beyond/signed/Payment.java

// The same, but it validates payments, and has other faults. It counts from
// the first block on each time, as a student would. Chains made from nothing
// must have a genesis block of its form.

import java.io.IOException;
import java.math.*;
import java.util.*;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

final class SignedStandIn extends StandIn {
    static final String
        SAYS = "GET /nodes says that the node is signed",
        AT_DOOR = "refused: ", IN_CHAIN = "a longer one is refused: ",
        AGAIN = "the same payment again is refused, waiting or mined",
        TOGETHER = "two that are too much together: the second is refused",
        TENTH = "a key may spend all, to the last tenth",
        OTHER_KEY = "a payment that another key signed",
        LEFT_OUT = "a number left out", MORE = "more coins than the key has",
        NOT_AGAIN = "a payment in the new chain is not mined again, signed",
        NO_LONGER = "what no longer fits the new chain is not mined";

    // It forgets what was in a block.
    static final Set<String> ALWAYS = Set.of("nodes must be a list of texts",
        "a payment in a block that is dropped waits again, signed");

    enum Fault {
        none,
        saysNothing(SAYS),
        takesUnsigned(AT_DOOR + "an unsigned payment",
            IN_CHAIN + "a payment without a signature"),
        signaturesUnchecked(AT_DOOR + "an edited amount",
            AT_DOOR + "an edited recipient", AT_DOOR + OTHER_KEY,
            AT_DOOR + "a signature in another form",
            IN_CHAIN + "an amount edited after it was signed",
            IN_CHAIN + OTHER_KEY),
        signatureReduced(AT_DOOR + "a signature in another form"),
        zerosInFront(AT_DOOR + "a number with a zero in front"),
        capitalLetters(AT_DOOR + "a key in capital letters"),
        numbersUnchecked(AT_DOOR + LEFT_OUT, AGAIN,
            AT_DOOR + "a number with a zero in front", IN_CHAIN + LEFT_OUT,
            IN_CHAIN + "a payment twice in one block",
            IN_CHAIN + "a payment of an earlier block again", NOT_AGAIN,
            NO_LONGER),
        gaps(AT_DOOR + LEFT_OUT, IN_CHAIN + LEFT_OUT),
        debts(AT_DOOR + MORE, TOGETHER, TENTH, IN_CHAIN + MORE,
            IN_CHAIN + "coins spent before they came"),
        binaryFractions(TENTH),
        waitingIsFree(TOGETHER, TENTH),
        movesNothing(AT_DOOR + "an amount of 0"),
        movesBackwards(AT_DOOR + "a negative amount"),
        anyReward(IN_CHAIN + "a reward of 2", IN_CHAIN + "a reward of 1.0"),
        rewardOfOnePointZero(IN_CHAIN + "a reward of 1.0"),
        manyRewards(IN_CHAIN + "two rewards"),
        rewardAnywhere(IN_CHAIN + "two rewards",
            IN_CHAIN + "a reward that is not the last"),
        noReward(IN_CHAIN + "a block without a reward"),
        genesisPays(IN_CHAIN + "coins in the genesis block"),
        chainsUnchecked,
        keepsWhatNoLongerFits(NOT_AGAIN, NO_LONGER);

        private final List<String> rows;

        Fault(String... rows) {
            this.rows = List.of(rows);
        }

        /** Those that it turns red: without a check, all of other chains. */
        List<String> rows() {
            return this != chainsUnchecked ? rows : Stream.of(values())
                .flatMap(it -> it.rows.stream())
                .filter(row -> row.startsWith(IN_CHAIN)).toList();
        }
    }

    private final Fault fault;
    private final Map<Object, Boolean> signed = new HashMap<>(); // seen

    SignedStandIn(Fault fault) throws IOException {
        super(StandIn.Fault.typed);
        this.fault = fault;
    }

    @Override
    Map<String, Object> nodes() {
        return fault == Fault.saysNothing ? Map.of() : Map.of("signed", true);
    }

    @Override
    boolean takes(Map<?, ?> payment) {
        var waiting = new ArrayList<Object>(pending);
        waiting.add(payment);
        return new Books().take(chain, waiting);
    }

    @Override
    boolean valid(List<Map<String, Object>> chain) {
        return super.valid(chain) && (fault == Fault.chainsUnchecked
            || new Books().take(chain, List.of()));
    }

    @Override
    void replaced() {
        var old = pending;
        pending = new ArrayList<>();
        for (var payment : old) {
            pending.add(payment);
            if (fault != Fault.keepsWhatNoLongerFits
                && !new Books().take(chain, pending))
                pending.remove(pending.size() - 1);
        }
    }

    private final class Books {
        private final Map<Object, BigDecimal> coins = new HashMap<>();
        private final Map<Object, Integer> numbers = new HashMap<>();

        boolean take(List<Map<String, Object>> chain, List<?> waiting) {
            if (!Forge.transactions(chain.get(0)).isEmpty()
                && fault != Fault.genesisPays) return false;
            for (var block : chain.subList(1, chain.size()))
                if (!take(Forge.transactions(block))) return false;
            for (var payment : waiting)
                if (!pays((Map<?, ?>) payment, true)) return false;
            return true;
        }

        private boolean take(List<?> transactions) {
            var rewards = transactions.stream().map(tx -> (Map<?, ?>) tx)
                .filter(tx -> "0".equals(tx.get("sender"))).toList();
            boolean last = !transactions.isEmpty() && rewards.contains(
                transactions.get(transactions.size() - 1));
            if (rewards.isEmpty() && fault != Fault.noReward
                || rewards.size() > 1 && fault != Fault.manyRewards
                    && fault != Fault.rewardAnywhere
                || !rewards.isEmpty() && !last
                    && fault != Fault.rewardAnywhere) return false;
            for (var tx : transactions)
                if (!(rewards.contains(tx) ? rewards((Map<?, ?>) tx)
                    : pays((Map<?, ?>) tx, false))) return false;
            return true;
        }

        private boolean rewards(Map<?, ?> tx) {
            var amount = CanonicalJson.of(tx.get("amount"));
            add(tx.get("recipient"), new BigDecimal(amount));
            return amount.equals("1") || fault == Fault.anyReward
                || amount.equals("1.0") && fault == Fault.rewardOfOnePointZero;
        }

        private static final Pattern SENDER = Pattern.compile(
            "([0-9A-Fa-f]{64})[.](0*[1-9][0-9]*)[.]([0-9a-f]{128})");

        private boolean pays(Map<?, ?> tx, boolean waits) {
            var parts = SENDER.matcher("" + tx.get("sender"));
            if (!parts.matches()) return fault == Fault.takesUnsigned;
            var key = parts.group(1).toLowerCase();
            if (!key.equals(parts.group(1))
                && fault != Fault.capitalLetters) return false;
            if (!signed(tx, parts.group(1), parts.group(2),
                    parts.group(3))) return false;
            int next = numbers.merge(key, 1, Integer::sum);
            var number = parts.group(2);
            boolean right = number.equals("" + next)
                || fault == Fault.numbersUnchecked
                || fault == Fault.zerosInFront && number.equals("0" + next)
                || fault == Fault.gaps && Integer.parseInt(number) > next;
            var amount = new BigDecimal(CanonicalJson.of(tx.get("amount")));
            boolean sign = amount.signum() > 0 || fault == (amount.signum()
                == 0 ? Fault.movesNothing : Fault.movesBackwards);
            boolean enough = fault == Fault.debts || has(key, amount)
                || fault == Fault.waitingIsFree && waits && next > 1;
            add(key, amount.negate());
            add(tx.get("recipient"), amount);
            return right && sign && enough;
        }

        private boolean signed(Map<?, ?> tx, String key, String number,
                               String signature) {
            if (fault == Fault.signaturesUnchecked) return true;
            Predicate<String> holds = it -> new Payment(key, number, it,
                (String) tx.get("recipient"), (Number) tx.get("amount"))
                .isSigned();
            return signed.computeIfAbsent(tx, any -> holds.test(signature)
                || fault == Fault.signatureReduced
                    && holds.test(reduced(signature)));
        }

        private boolean has(Object name, BigDecimal amount) {
            return coins.getOrDefault(name, BigDecimal.ZERO)
                .compareTo(amount) >= 0;
        }

        private void add(Object name, BigDecimal amount) {
            coins.merge(name, amount, (a, b) -> fault == Fault.binaryFractions
                ? new BigDecimal(a.doubleValue() + b.doubleValue()) : a.add(b));
        }
    }

    private static String reduced(String signature) {
        var number = new BigInteger(turned(signature.substring(64)), 16);
        return signature.substring(0, 64) + turned("%064x".formatted(
            number.mod(SignedRows.ORDER)));
    }

    private static String turned(String hex) {
        return HexFormat.of().formatHex(SignedRows.backwards(
            HexFormat.of().parseHex(hex)));
    }
}
