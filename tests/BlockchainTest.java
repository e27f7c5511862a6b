///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Chains.java
//SOURCES ../beyond/Mempool.java
//SOURCES ../beyond/door/Limits.java

// Holds Blockchain.java to what Python computed, in vectors/, to the hashes
// that the article prints, and to many threads at once.

import static java.util.stream.Collectors.*;
import static org.junit.jupiter.api.Assertions.*;

import java.io.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Isolated // for a moment, a test changes the language
class BlockchainTest {

    static final ProofOfWork EASY = Chains.EASY;

    // ## What Python computed

    @Test
    void canonicalJsonAndHashesArePythons() throws IOException {
        var vectors = Chains.vectors("canonical-json.json");
        assertEquals(243, vectors.size());
        for (var vector : vectors) {
            var block = Chains.block(vector.get("block"));
            assertEquals(vector.get("canonical").asText(),
                block.canonicalJson());
            assertEquals(vector.get("sha256").asText(), block.hash());
        }
    }

    // Also half an emoji, which JSON may hold.
    @Test
    void keysAreSortedAsPythonSortsThem() {
        var keys = List.of("", "a", "ab", "\ud83d", "\ud83d\ue000", "\ude00",
            "\ue000", "\ud83d\ude00", "\ud83d\ude01");
        var map = new HashMap<String, Object>();
        for (var key : keys) map.put(key, 1);
        assertEquals(keys, List.copyOf(Python.sorted(map).keySet()));
    }

    @Test
    void hashesAreTheArticles() throws IOException {
        var seed = Chains.vectors("seed-chain.json");
        var chain = Chains.chain(seed.get("chain"));
        for (int i = 0; i < 3; i++)
            assertEquals(seed.get("hashes").get(i).asText(),
                chain.get(i).hash());
        assertEquals("c099bc…bfb7", Sha256.shorten(chain.get(0).hash()));
        assertEquals("eff91a…10f2", Sha256.shorten(chain.get(1).hash()));
        assertEquals("c099bc…bfb7", // for its clock shows the article's time
            Sha256.shorten(blockchain().lastBlock().hash()));
    }

    @Test
    void theProofFoundIsTheSmallest() throws IOException {
        var vectors = Chains.vectors("proofs.json");
        assertEquals(26, vectors.size());
        for (var vector : vectors) {
            var last = Chains.block(vector.get("last_block"));
            long proof = vector.get("proof").asLong();
            assertEquals(proof, Chains.work(vector).proofOfWork(last));
            assertEquals(proof, new Search(Chains.work(vector), last).find());
            assertTrue(Chains.work(vector).validProof(last.proof(), proof,
                last.hash()));
        }
    }

    @Test
    void chainsAreJudgedAsInPython() throws IOException {
        for (var vector : Chains.vectors("chains.json")) {
            var chain = Chains.chain(vector.get("chain"));
            var flaw = Flaw.firstIn(chain, Chains.work(vector));
            assertEquals(flaw, AllCores.firstFlaw(chain, Chains.work(vector)));
            var name = vector.get("name").asText();
            assertEquals(vector.get("valid").asBoolean(), flaw.isEmpty(), name);
            if (flaw.isEmpty()) continue;
            assertEquals(vector.get("block").asLong(), flaw.get().block(), name);
            assertEquals(vector.get("fails").asText(), flaw.get().fails(), name);
            assertNotEquals(flaw.get().expected(), flaw.get().found(), name);
        }
    }

    // ## Numbers keep their kind

    @Test
    void aFractionIsWrittenAsPythonWritesIt() {
        var python = Map.ofEntries(Map.entry(1.0, "1.0"), Map.entry(-0.0,
            "-0.0"), Map.entry(0.1, "0.1"), Map.entry(1e-4, "0.0001"),
            Map.entry(1e-5, "1e-05"), Map.entry(1e16, "1e+16"),
            Map.entry(123456789012345680.0, "1.2345678901234568e+17"),
            Map.entry(9999999999999998.0, "9999999999999998.0"),
            Map.entry(2e-3, "0.002"), Map.entry(5e-324, "5e-324"),
            Map.entry(-1.5e-7, "-1.5e-07"), Map.entry(2e23, "2e+23"),
            Map.entry(1.7976931348623157e308, "1.7976931348623157e+308"));
        python.forEach((number, text) ->
            assertEquals(text, CanonicalJson.of(number)));
    }

    @Test
    void aFractionIsWrittenTheSameInEveryCountry() {
        var here = Locale.getDefault();
        try {
            for (var there : List.of("de-DE", "ar-EG", "hi-IN-u-nu-deva")) {
                Locale.setDefault(Locale.forLanguageTag(there));
                assertEquals("-1.5e-07", CanonicalJson.of(-1.5e-7));
            }
        } finally {
            Locale.setDefault(here);
        }
    }

    @Test
    void wholeNumbersOfAnySizeStayWhole() throws IOException {
        var json = "{\"amount\": 123456789012345678901234567890, "
            + "\"recipient\": \"b\", \"sender\": \"a\"}";
        assertEquals(json, Chains.read(json, Transaction.class)
            .canonicalJson());
        assertNotEquals(new Transaction("a", "b", 1).canonicalJson(),
            new Transaction("a", "b", 1.0).canonicalJson());
    }

    @Test
    void aPreviousHashOf1AndOfTheText1AreTwoThings() throws IOException {
        var number = new Block(1, 0, List.of(), 100, 1);
        var text = new Block(1, 0, List.of(), 100, "1");
        assertNotEquals(number.hash(), text.hash());
        for (var it : List.of(number, text))
            assertEquals(it, Chains.read(it.canonicalJson(), Block.class));
    }

    // ## The chain

    private static final Instant GENESIS = Instant.ofEpochSecond(1506280650,
        770839000);

    static Blockchain blockchain() {
        return blockchain(new Pool());
    }

    static Transaction payment(int amount) {
        return new Transaction("a", "b", amount);
    }

    @Test
    void aTransactionGoesIntoTheNextBlockBeforeTheReward() {
        var blockchain = blockchain();
        assertEquals(2, blockchain.newTransaction(payment(5)));
        var block = blockchain.mine("miner");
        assertEquals(List.of(payment(5), new Transaction("0", "miner", 1)),
            block.transactions());
        assertEquals(List.of(), blockchain.pending());
        assertEquals(3, blockchain.newTransaction(payment(6)));
    }

    @Test
    void editingABlockBreaksTheChainBehindIt() {
        var blockchain = blockchain();
        for (int i = 0; i < 4; i++) blockchain.mine("miner");
        var chain = new ArrayList<>(blockchain.chain());
        assertTrue(Flaw.firstIn(chain, EASY).isEmpty());
        var old = chain.get(2);
        chain.set(2, new Block(3, old.timestamp(), List.of(payment(1000)),
            old.proof(), old.previousHash()));
        var flaw = Flaw.firstIn(chain, EASY).get();
        assertEquals(4, flaw.block());
        assertEquals(chain.get(2).hash(), flaw.expected());
        assertTrue(flaw.toString().startsWith("block 4: previous_hash is "));
    }

    @Test
    void anEmptyChainIsNotValid() {
        assertEquals("length", Flaw.firstIn(List.of(), EASY).get().fails());
    }

    @Test
    void onlyALongerChainReplacesOurs() {
        var ours = blockchain();
        var theirs = blockchain();
        ours.mine("we");
        theirs.mine("they");
        assertFalse(ours.replace(theirs.chain()));
        theirs.mine("they");
        assertTrue(ours.replace(theirs.chain()));
        assertEquals(theirs.chain(), ours.chain());
    }

    static Stream<Pool> pools() {
        return Stream.of(new Pool(), new Mempool(Law.NONE));
    }

    private static Blockchain blockchain(Pool pool) {
        return new Blockchain(EASY, Clock.fixed(GENESIS, ZoneOffset.UTC), pool,
            Law.NONE, Journal.NONE);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aReplacedChainGivesItsTransactionsBackButNotItsRewards(Pool pool) {
        var ours = blockchain(pool);
        var theirs = blockchain();
        for (int amount : List.of(1, 2, 2, 3)) ours.newTransaction(payment(amount));
        ours.mine("we");
        ours.newTransaction(payment(4));
        for (int amount : List.of(2, 3)) theirs.newTransaction(payment(amount));
        theirs.mine("they");
        theirs.mine("they");
        assertTrue(ours.replace(theirs.chain()));
        assertEquals(List.of(payment(1), payment(2), payment(4)),
            ours.pending());
    }

    // The two that this node took itself, of all that were in blocks.
    @Test
    void equalPaymentsAreTwoWhereverTheyWereTaken() {
        var ours = blockchain(new Mempool(Law.NONE));
        var genesis = ours.chain();
        var three = List.of(payment(1), payment(1), payment(1));
        ours.newTransaction(payment(1));
        assertTrue(ours.replace(Chains.longer(genesis, three)));
        assertEquals(List.of(), ours.pending());
        ours.newTransaction(payment(1));
        var none = List.of();
        assertTrue(ours.replace(Chains.longer(genesis, three, none)));
        assertEquals(List.of(payment(1)), ours.pending());
        assertTrue(ours.replace(Chains.longer(genesis, none, none, none)));
        assertEquals(List.of(payment(1), payment(1)), ours.pending());
    }

    @Test
    void whatTheJournalRefusesDoesNotHappen() {
        var journal = new Chains.FullJournal();
        var blockchain = new Blockchain(EASY, Clock.systemUTC(), new Pool(),
            Law.NONE, journal);
        blockchain.newTransaction(payment(1));
        journal.isFull = true;
        assertThrows(IllegalStateException.class,
            () -> blockchain.newTransaction(payment(2)));
        assertThrows(IllegalStateException.class,
            () -> blockchain.mine("miner"));
        assertEquals(List.of(payment(1)), blockchain.pending());
        assertEquals(1, blockchain.chain().size());
    }

    // The journal knows what the blockchain does not.
    @Test
    void anErrorInTheMiddleOfAChangeIsNotPassedOver() {
        var journal = new Chains.FullJournal();
        var error = new OutOfMemoryError();
        var law = new Law() {
            public void keep() { throw error; }
        };
        var blockchain = new Blockchain(EASY, Clock.systemUTC(), new Pool(),
            law, journal);
        assertSame(error, assertThrows(Error.class, () ->
            blockchain.newTransaction(payment(1))));
        assertThrows(Error.class, () -> blockchain.mine("miner"));
        assertEquals(List.of(error, error), journal.givenUp);
    }

    // ## Many at once

    @Test
    void manyThreadsLoseNothingAndForgeNothing() throws Exception {
        var blockchain = blockchain();
        var pool = Executors.newFixedThreadPool(16);
        var tasks = new ArrayList<Callable<Object>>();
        for (int i = 1; i <= 64; i++) {
            int amount = i;
            tasks.add(() -> blockchain.mine("miner"));
            tasks.add(() -> blockchain.newTransaction(payment(amount)));
        }
        for (var done : pool.invokeAll(tasks)) done.get();
        pool.shutdown();
        blockchain.mine("miner");

        var chain = blockchain.chain();
        assertEquals(66, chain.size());
        assertTrue(Flaw.firstIn(chain, EASY).isEmpty());
        assertEquals(IntStream.rangeClosed(1, 64).boxed().collect(toSet()),
            Set.copyOf(chain.stream().flatMap(block -> block.transactions()
                .stream()).map(tx -> (Transaction) tx)
                .filter(tx -> tx.sender().equals("a"))
                .map(tx -> (Integer) tx.amount()).toList()));
        assertEquals(64 + 65, chain.stream()
            .mapToInt(block -> block.transactions().size()).sum());
    }

    // Under the old last block, it would go on for nothing.
    @Test
    void aSearchBeginsAgainBehindAChainThatReplacedOurs() {
        var rule = new ProofOfWork(Rule.classic, 5);
        var clock = Clock.systemUTC();
        var chain = new Blockchain(rule, clock);
        var longer = new Blockchain(rule, clock);
        for (int i = 0; i < 3; i++) longer.mine("they");
        var heard = new ArrayList<Long>();
        var mined = chain.mine("we", guesses -> {
            if (heard.size() == 1) chain.replace(longer.chain());
            heard.add(guesses);
        });
        assertEquals(0, heard.get(2));
        assertEquals(5, mined.index());
        assertTrue(Flaw.firstIn(chain.chain(), rule).isEmpty());
    }

    @Test
    void aSearchCanBeGivenUp() {
        var hard = new Blockchain(new ProofOfWork(Rule.classic, 16),
            Clock.systemUTC());
        var given = assertThrows(CancellationException.class, () ->
            hard.mine("we", guesses -> {
                if (guesses > 100_000)
                    throw new CancellationException("enough");
            }));
        assertEquals("enough", given.getMessage());
        assertEquals(1, hard.length());
    }

    public static void main(String... arguments) {
        Runner.run(BlockchainTest.class, arguments);
    }
}
