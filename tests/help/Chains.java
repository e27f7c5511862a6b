//JAVA 17+
//SOURCES ../../Blockchain.java
//SOURCES ../../beyond/signed/Payment.java
//SOURCES Programs.java

// Chains for tests: valid ones of any length, with what they are to hold,
// and those that Python made.

import com.fasterxml.jackson.databind.*;
import java.io.IOException;
import java.security.*;
import java.util.*;

final class Chains {
    static final ProofOfWork EASY = new ProofOfWork(Rule.classic, 2);
    static final ProofOfWork FREE = new ProofOfWork(Rule.classic, 0);
    static final Block GENESIS = new Block(1, 1.5, List.of(), 100, 1);

    /** A valid chain of so many blocks, which hold nothing. */
    static List<Block> of(int length, ProofOfWork work) {
        var chain = new ArrayList<>(List.of(GENESIS));
        while (chain.size() < length) add(chain, work, List.of());
        return chain;
    }

    /** That chain, and a block behind it for each of these contents. */
    static List<Block> longer(List<Block> chain, List<?>... contents) {
        var longer = new ArrayList<>(chain);
        for (var transactions : contents) add(longer, EASY, transactions);
        return longer;
    }

    private static void add(List<Block> chain, ProofOfWork work,
                            List<?> transactions) {
        var last = chain.get(chain.size() - 1);
        chain.add(new Block(chain.size() + 1, 1.5, transactions,
            work.proofOfWork(last), last.hash()));
    }

    /** As a node of the tutorial sends it. */
    static String body(List<Block> chain) {
        return "{\"chain\": " + CanonicalJson.of(chain) + ", \"length\": "
            + chain.size() + "}";
    }

    static String body(int length, ProofOfWork work) {
        return body(of(length, work));
    }

    /**
     * The same, where block 2 holds these transactions: JSON as Python
     * writes it, of any kind.
     */
    static String holding(String transactions, int length) {
        var mark = new Transaction("?", "?", 1);
        var blocks = new ArrayList<String>(List.of(GENESIS.canonicalJson()));
        long lastProof = GENESIS.proof();
        while (blocks.size() < length) {
            var hash = new Sha256().hex(blocks.get(blocks.size() - 1));
            long proof = 0;
            while (!EASY.validProof(lastProof, proof, hash)) proof++;
            var block = new Block(blocks.size() + 1, 1.5, blocks.size() == 1
                ? List.of(mark) : List.of(), proof, hash);
            blocks.add(block.canonicalJson().replace(mark.canonicalJson(),
                transactions));
            lastProof = proof;
        }
        return "{\"chain\": [" + String.join(", ", blocks) + "], \"length\": "
            + length + "}";
    }

    /** So many payments of so much, for a block that is to hold them. */
    static String payments(int many, int amount) {
        return String.join(", ", Collections.nCopies(many,
            new Transaction("a", "b", amount).canonicalJson()));
    }

    // ## Keys, and what they pay

    static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String address(KeyPair keys) {
        return Payment.address(keys.getPublic());
    }

    static Transaction pay(KeyPair from, long number, String to, Number amount) {
        try {
            return Payment.sign(from, number, to, amount).transaction();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A journal that can be full. */
    static final class FullJournal implements Journal {
        boolean isFull;
        final List<Error> givenUp = new ArrayList<>();

        public void willPay(Transaction payment) {
            if (isFull) throw new IllegalStateException("full");
        }

        public void willChange(int kept, List<Block> blocks) {
            if (isFull) throw new IllegalStateException("full");
        }

        public void halfDone(Error e) {
            givenUp.add(e);
        }
    }

    // ## What Python computed

    private static final ObjectMapper JSON = new ObjectMapper()
        .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    static JsonNode vectors(String name) throws IOException {
        return JSON.readTree(Programs.file("tests/vectors/" + name).toFile());
    }

    static <T> T read(String json, Class<T> type) throws IOException {
        return JSON.readValue(json, type);
    }

    static Block block(JsonNode json) throws IOException {
        return JSON.treeToValue(json, Block.class);
    }

    static List<Block> chain(JsonNode json) throws IOException {
        return List.of(JSON.treeToValue(json, Block[].class));
    }

    /** The rule and the zeros of a vector. */
    static ProofOfWork work(JsonNode vector) {
        return new ProofOfWork(Rule.valueOf(vector.get("rule").asText()),
            vector.path("zeros").asInt(4));
    }
}
