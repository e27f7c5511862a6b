//JAVA 17+

// Makes blocks and chains, good ones and bad, and says of those of a node
// where they do not fit. A block is a map here: it stays as it came, for it
// will be hashed.

import java.util.*;

final class Forge {
    final ProofOfWork work;
    private final Map<String, Long> proofs = new HashMap<>(); // those found

    Forge(ProofOfWork work) {
        this.work = work;
    }

    // ## What blocks hold

    static List<?> transactions(Map<String, Object> block) {
        return (List<?>) block.get("transactions");
    }

    static long proof(Map<String, Object> block) {
        return ((Number) block.get("proof")).longValue();
    }

    static String hash(Map<String, Object> block) {
        return new Sha256().hex(CanonicalJson.of(block));
    }

    // What a proof seals beside the last one.
    private String sealed(Map<String, Object> last) {
        return work.rule() == Rule.linked ? hash(last) : "";
    }

    // ## How they fit

    static void links(Map<String, Object> last, Map<String, Object> block)
            throws Talk.Missed {
        var what = "block " + block.get("index") + ": previous_hash ";
        Object hash = hash(last), found = block.get("previous_hash");
        if (hash.equals(found)) return;
        boolean isHash = ("" + found).matches("[0-9a-f]{64}");
        throw new Talk.Missed(what + hash, what + found, isHash
            ? Spelling.of(last, found) : "A hash is a text of 64 small "
            + "hexadecimal digits.");
    }

    boolean proves(Map<String, Object> last, Map<String, Object> block) {
        return work.validProof(proof(last), proof(block), sealed(last));
    }

    void holds(Map<String, Object> last, Map<String, Object> block)
            throws Talk.Missed {
        if (proves(last, block)) return;
        var guess = proof(last) + "" + proof(block) + sealed(last);
        throw new Talk.Missed("0".repeat(work.zeros()) + "… as SHA-256 of "
            + guess, new Sha256().hex(guess) + " for proof " + proof(block)
            + " after the last proof " + proof(last));
    }

    void valid(List<Map<String, Object>> chain) throws Talk.Missed {
        for (int i = 1; i < chain.size(); i++) {
            links(chain.get(i - 1), chain.get(i));
            holds(chain.get(i - 1), chain.get(i));
        }
    }

    // ## To forge

    static Map<String, Object> payment(Object sender, Object recipient,
            Object amount) {
        return new HashMap<>(Map.of("sender", sender, "recipient", recipient,
            "amount", amount));
    }

    static Map<String, Object> genesis(Object previousHash) {
        return block(1, List.of(), 100, previousHash);
    }

    private static Map<String, Object> block(int index, List<?> transactions,
            long proof, Object previousHash) {
        return new HashMap<>(Map.of("index", index, "timestamp",
            System.currentTimeMillis() / 1000 + 0.5, "transactions",
            transactions, "proof", proof, "previous_hash", previousHash));
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> copy(List<Map<String, Object>> chain) {
        return Talk.JSON.convertValue(chain, List.class);
    }

    /** One more block, which holds exactly these transactions. */
    void add(List<Map<String, Object>> chain, List<?> transactions) {
        var last = chain.get(chain.size() - 1);
        var hash = hash(last);
        long proof = proofs.computeIfAbsent(proof(last) + sealed(last), it -> {
            long guess = 0;
            while (!work.validProof(proof(last), guess, hash)) guess++;
            return guess;
        });
        chain.add(block(chain.size() + 1, new ArrayList<>(transactions), proof,
            hash));
    }

    /** One more block, which holds these payments and a reward. */
    void mine(List<Map<String, Object>> chain, Object... payments) {
        var transactions = new ArrayList<>(List.of(payments));
        transactions.add(payment("0", "a-neighbour", 1));
        add(chain, transactions);
    }

    /** Seals the blocks from here on anew, and keeps their proofs. */
    static void reseal(List<Map<String, Object>> chain, int from) {
        for (int i = from; i < chain.size(); i++)
            chain.get(i).put("previous_hash", hash(chain.get(i - 1)));
    }

    /** Gives a block the next bad proof: in its hash, the zeros are nowhere,
     *  or elsewhere than in front. */
    void spoil(Map<String, Object> last, Map<String, Object> block,
               boolean zerosElsewhere) {
        String zeros = "0".repeat(work.zeros()), hash = hash(last), work;
        do {
            block.put("proof", proof(block) + 1);
            work = this.work.hash(proof(last), proof(block), hash);
        } while (work.startsWith(zeros)
            || work.contains(zeros) != zerosElsewhere);
    }
}
