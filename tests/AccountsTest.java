///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java
//SOURCES CheckNode.java

// A node that is --signed takes what keeps the rules, and nothing else: at
// its door, from a neighbour, from its ledger; and it lives with nodes of the
// tutorial, which know of no rule.

import static java.nio.charset.StandardCharsets.*;
import static org.junit.jupiter.api.Assertions.*;

import java.io.*;
import java.math.*;
import java.nio.file.*;
import java.security.*;
import java.security.spec.*;
import java.time.*;
import java.util.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsTest {
    // ann mines, bob is paid.
    final KeyPair ann = Chains.keys(), bob = Chains.keys();
    final String annsAddress = Chains.address(ann);
    final String bobsAddress = Chains.address(bob);
    final List<String> log = new ArrayList<>();
    @AutoClose final Nodes nodes = new Nodes();
    @TempDir Path temp;

    static Transaction pay(KeyPair from, long number, String to, Number amount) {
        return Chains.pay(from, number, to, amount);
    }

    static Transaction reward(String to) {
        return new Transaction("0", to, 1);
    }

    /** Blocks that hold these, one after another, behind a genesis block. */
    static List<Block> chain(List<?>... contents) {
        return Chains.longer(List.of(Chains.GENESIS), contents);
    }

    List<?> mined(Object... payments) {
        var all = new ArrayList<>(List.of(payments));
        all.add(reward(annsAddress));
        return all;
    }

    Optional<Flaw> flaw(List<Block> chain) {
        assertTrue(Flaw.firstIn(chain, Chains.EASY).isEmpty());
        return new SignedLaw(log::add).firstFlaw(chain);
    }

    void breaks(String fails, Object expected, Object found, List<?>... chain) {
        var flaw = flaw(chain(chain)).orElseThrow(() ->
            new AssertionError("no flaw in " + List.of(chain)));
        assertEquals(List.of((long) chain.length + 1, fails,
            String.valueOf(expected)), List.of(flaw.block(), flaw.fails(),
            String.valueOf(flaw.expected())), flaw.toString());
        if (found != null) assertEquals(String.valueOf(found),
            String.valueOf(flaw.found()), flaw.toString());
    }

    static void post(Node node, Transaction payment, int status,
                     String... says) throws Exception {
        var answer = Client.post(node.url() + "/transactions/new",
            payment.canonicalJson());
        assertEquals(status, answer.status(), answer.text());
        for (var words : says)
            assertTrue(answer.text().contains(words), answer.text());
    }

    // ## Signatures, held against others

    // RFC 8032, 7.1: secret key, public key, message, signature.
    static final List<List<String>> RFC = List.of(
        List.of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        List.of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    // Points of small order, and those that are spelled in a second way. For
    // the first one, this signature fits each text.
    @Test
    void aKeyForWhichAnybodyCanSignIsNone() {
        var zero = "01" + "0".repeat(62);
        for (var weak : List.of(zero, "01" + "0".repeat(60) + "80",
                "0".repeat(64), "0".repeat(62) + "80",
                "ec" + "f".repeat(60) + "7f", "ec" + "f".repeat(62),
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "ed" + "f".repeat(60) + "7f", "ee" + "f".repeat(60) + "7f")) {
            assertFalse(Payment.isAddress(weak), weak);
            assertFalse(new Payment(weak, "1", zero + "0".repeat(64), "bob", 1)
                .isSigned(), weak);
        }
        assertTrue(Payment.isAddress("58" + "6".repeat(62))); // where all begin
    }

    @Test
    void keysAreThoseOfRfc8032() throws Exception {
        for (var vector : RFC) {
            var secret = KeyFactory.getInstance("Ed25519").generatePrivate(
                new EdECPrivateKeySpec(NamedParameterSpec.ED25519,
                    bytes(vector.get(0))));
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(secret);
            ed25519.update(bytes(vector.get(2)));
            assertEquals(vector.get(3), HexFormat.of().formatHex(ed25519.sign()));
            assertTrue(Payment.isAddress(vector.get(1)));
            var key = Payment.publicKey(vector.get(1));
            assertEquals(vector.get(1), Payment.address(key));
            ed25519.initVerify(key);
            ed25519.update(bytes(vector.get(2)));
            assertTrue(ed25519.verify(bytes(vector.get(3))));
            // and a payment by that key is one
            var payment = Payment.of(pay(new KeyPair(key, secret), 1, "b", 5));
            assertTrue(payment.get().isSigned());
            assertEquals(vector.get(1), payment.get().key());
        }
    }

    // What is signed is written here by Python, and checked by OpenSSL.
    @Test
    void opensslVerifiesOurSignatures() throws Exception {
        Programs.need("openssl", "python3");
        for (var amount : List.of("5", "0.1", "1e-07")) {
            var tx = pay(ann, 12, "王 é \ud83d\ude00", new BigDecimal(amount)
                .scale() == 0 ? (Number) 5 : Double.valueOf(amount));
            var parts = tx.sender().split("[.]");
            var text = said("python3", "-c", "import json, sys; print(json.dumps("
                + "{'sender': sys.argv[1], 'recipient': '\\u738b \\xe9 "
                + "\\U0001f600', 'amount': " + amount + "}, sort_keys=True), "
                + "end='')", parts[0] + ".12");
            var pem = "-----BEGIN PUBLIC KEY-----\n" + Base64.getEncoder()
                .encodeToString(bytes("302a300506032b6570032100" + parts[0]))
                + "\n-----END PUBLIC KEY-----\n";
            Files.writeString(temp.resolve("key"), pem);
            Files.writeString(temp.resolve("text"), text);
            Files.write(temp.resolve("signature"), bytes(parts[2]));
            assertTrue(said("openssl", "pkeyutl", "-verify", "-pubin", "-inkey",
                temp.resolve("key").toString(), "-rawin", "-in", temp.resolve(
                "text").toString(), "-sigfile", temp.resolve("signature")
                .toString()).contains("Verified Successfully"), text);
        }
    }

    static String said(String... command) throws IOException {
        return new String(new ProcessBuilder(command).redirectErrorStream(true)
            .start().getInputStream().readAllBytes(), US_ASCII);
    }

    // ## The rules

    @Test
    void goodChainsKeepThem() {
        assertEquals(Optional.empty(), flaw(chain()));
        assertEquals(Optional.empty(), flaw(chain(mined(), mined(),
            mined(pay(ann, 1, bobsAddress, 1), pay(bob, 1, "a name", 0.5),
                pay(ann, 2, bobsAddress, 0.25)),
            mined(pay(bob, 2, annsAddress, 0.75)))));
    }

    @Test
    void aBlockThatBreaksOneIsNamed() {
        var elsewhere = new Transaction("0", annsAddress, 1);
        var two = new Transaction("0", annsAddress, 2);
        var one = new Transaction("0", annsAddress, 1.0);
        var unsigned = new Transaction("ann", "bob", 5);
        breaks("reward", "1 from \"0\"", "none", List.of());
        breaks("reward", "1 from \"0\"", two, List.of(two));
        breaks("reward", "1 from \"0\"", one, List.of(one));
        breaks("reward", "1 from \"0\"", "null", mined(),
            Arrays.asList((Object) null));
        breaks("reward", "1 from \"0\"", null, mined(),
            List.of(pay(ann, 1, bobsAddress, 1)));
        breaks("reward", "one, at the end", elsewhere, mined(elsewhere));
        breaks("signature", "KEY.NUMBER.SIGNATURE", unsigned, mined(unsigned));
        breaks("signature", "KEY.NUMBER.SIGNATURE", "[5]", mined(List.of(5)));
        breaks("number", 1, 2, mined(), mined(pay(ann, 2, bobsAddress, 1)));
        var once = pay(ann, 1, bobsAddress, 1);
        breaks("number", 2, 1, mined(), mined(), mined(once, once));
        breaks("number", 2, 1, mined(), mined(), mined(once), mined(once));
        breaks("balance", 1, 2, mined(), mined(pay(ann, 1, bobsAddress, 2)));
        breaks("balance", 0, 1, mined(), mined(pay(bob, 1, annsAddress, 1)));
        breaks("balance", "above 0", 0, mined(),
            mined(pay(ann, 1, bobsAddress, 0)));
        breaks("balance", "above 0", -1, mined(),
            mined(pay(ann, 1, bobsAddress, -1)));
        // the reward of a block can't be spent in it
        breaks("balance", 0, 1, mined(pay(ann, 1, bobsAddress, 1)));
        var given = List.of(new Block(1, 1.5, List.of(reward(annsAddress)), 100, 1));
        var flaw = flaw(given).get();
        assertEquals("genesis", flaw.fails());
        assertEquals("block 1: the first block must hold no transaction.",
            flaw.toString());
    }

    @Test
    void theEarliestBreachIsNamed() {
        var contents = new ArrayList<List<?>>();
        for (int i = 0; i < 600; i++) contents.add(mined());
        contents.set(300, mined(pay(ann, 2, bobsAddress, 1)));
        contents.set(301, mined(new Transaction("ann", "bob", 5)));
        var flaw = flaw(chain(contents.toArray(List<?>[]::new))).get();
        assertEquals(302, flaw.block());
        assertEquals("number", flaw.fails());
    }

    @Test
    void balancesAreExact() {
        var chain = chain(mined(), mined(pay(ann, 1, bobsAddress, 0.1),
            pay(ann, 2, bobsAddress, 0.2)));
        assertEquals(Optional.empty(), flaw(Chains.longer(chain,
            mined(pay(bob, 1, annsAddress, 0.3)))));
        var flaw = flaw(Chains.longer(chain, mined(pay(bob, 1, annsAddress,
            0.1 + 0.2)))).get();
        assertEquals("balance", flaw.fails());
        assertTrue(flaw.toString().contains(
            "moves 0.30000000000000004, but"), flaw.toString());
        var tiny = chain(mined(), mined(pay(ann, 1, bobsAddress, 1e-300)),
            mined(pay(bob, 1, annsAddress, 5e-301)));
        assertEquals(Optional.empty(), flaw(tiny));
        assertEquals("balance", flaw(Chains.longer(tiny, mined(pay(bob, 2, annsAddress,
            1e-300)))).get().fails());
        breaks("balance", 1, BigInteger.TEN.pow(30), mined(),
            mined(pay(ann, 1, bobsAddress, BigInteger.TEN.pow(30))));
        breaks("balance", 1, 1e308, mined(), mined(pay(ann, 1, bobsAddress, 1e308)));
    }

    // ## Senders that look like one

    @Test
    void whatLooksLikeASignatureIsNone() throws Exception {
        var good = pay(ann, 1, bobsAddress, 1);
        var parts = good.sender().split("[.]");
        // Where nobody looks at the group's order, this one is good as well.
        var larger = SignedRows.larger(good.sender());
        assertEquals(BigInteger.TWO.pow(252).add(new BigInteger(
            "27742317777372353535851937790883648493")),
            half(larger).subtract(half(good.sender())));
        var senders = List.of(larger,
            parts[0] + ".1." + "0".repeat(128), parts[0] + ".1." + "f".repeat(128),
            parts[0].toUpperCase() + ".1." + parts[2],
            parts[0] + ".1." + parts[2].toUpperCase(),
            parts[0] + ".01." + parts[2], parts[0] + ".0." + parts[2],
            parts[0] + ".-1." + parts[2], parts[0] + ".+1." + parts[2],
            parts[0] + ".1.0." + parts[2], parts[0] + ".1e0." + parts[2],
            parts[0] + ".\u0661." + parts[2],
            " " + good.sender(), good.sender() + " ", good.sender() + "\n",
            good.sender() + "00", good.sender().substring(2), parts[0] + ".1.",
            parts[0] + "..", parts[0], "." + "1" + "." + parts[2],
            bobsAddress + ".1." + parts[2], parts[0] + ".2." + parts[2],
            "0200" + "0".repeat(60) + ".1." + parts[2], // no point of the curve
            "f".repeat(64) + ".1." + parts[2], "0".repeat(64) + ".1." + parts[2]);
        var all = new ArrayList<>(List.of(
            new Transaction(good.sender(), annsAddress, 1),
            new Transaction(good.sender(), bobsAddress, 1.0),
            new Transaction(good.sender(), bobsAddress, 0.5)));
        for (var sender : senders)
            all.add(new Transaction(sender, bobsAddress, 1));
        for (var forged : all) assertEquals(Optional.of("signature"),
            flaw(chain(mined(), mined(forged))).map(Flaw::fails), "" + forged);
        breaks("number", 1, "9223372036854775808", mined(),
            mined(signed("9223372036854775808")));
    }

    private static Transaction signed(String number) throws Exception {
        var payer = new SignedRows.Payer();
        return Chains.read(CanonicalJson.of(payer.pays(payer.address + "."
            + number, "bob", 1)), Transaction.class);
    }

    // A number whose least byte stands first.
    private static BigInteger half(String sender) {
        return new BigInteger(1, SignedRows.backwards(bytes(
            sender.substring(sender.length() - 64))));
    }

    @Test
    void noKeyIsTooMuchForTheCheck(TestReporter reporter) throws Exception {
        var random = Programs.random(reporter);
        var key = new byte[32];
        var signature = new byte[64];
        for (int i = 0; i < 2_000; i++) {
            random.nextBytes(key);
            random.nextBytes(signature);
            if (i % 2 == 0) signature[63] = 0;
            if (i % 5 == 0) Arrays.fill(key, 1, 31, (byte) (i % 10 == 0 ? 0 : 255));
            assertFalse(Payment.of(new Transaction(HexFormat.of().formatHex(key)
                + ".1." + HexFormat.of().formatHex(signature), "b", 1)).get()
                .isSigned());
        }
    }

    // ## What waits

    Blockchain blockchain() {
        return blockchain(new SignedLaw(log::add));
    }

    Blockchain blockchain(SignedLaw law) {
        return new Blockchain(Chains.EASY, Clock.systemUTC(),
            new Mempool(law), law, Journal.NONE);
    }

    @Test
    void aPaymentIsHeldAgainstAllThatWaits() {
        var chain = blockchain();
        for (int i = 0; i < 2; i++) chain.mine(annsAddress);
        chain.newTransaction(pay(ann, 1, bobsAddress, 1.5));
        for (var bad : List.of(pay(ann, 1, bobsAddress, 1.5),
                pay(ann, 1, bobsAddress, 0.5), pay(ann, 2, bobsAddress, 0.6),
                pay(ann, 3, bobsAddress, 0.5)))
            assertThrows(Breach.class, () -> chain.newTransaction(bad));
        chain.newTransaction(pay(ann, 2, bobsAddress, 0.5));
        chain.newTransaction(pay(bob, 1, "carol", 2));
        assertEquals(3, chain.pending().size());
        chain.mine(annsAddress);
        assertEquals(0, chain.pending().size());
        assertEquals(4, chain.lastBlock().transactions().size());
        assertEquals(Optional.empty(), flaw(chain.chain()));
    }

    @Test
    void whatIsNotWrittenIsNotPaid() {
        var journal = new Chains.FullJournal();
        var law = new SignedLaw(log::add);
        var chain = new Blockchain(Chains.EASY, Clock.systemUTC(),
            new Mempool(law), law, journal);
        chain.mine(annsAddress);
        journal.isFull = true;
        assertThrows(IllegalStateException.class, () ->
            chain.newTransaction(pay(ann, 1, bobsAddress, 1)));
        assertThrows(IllegalStateException.class, () ->
            chain.mine(annsAddress));
        journal.isFull = false;
        chain.newTransaction(pay(ann, 1, bobsAddress, 1));
        chain.mine(annsAddress);
        assertEquals(Optional.empty(), flaw(chain.chain()));
        assertEquals(3, chain.chain().size());
    }

    @Test
    void whatDoesNotHoldYetWaitsAside() {
        var chain = blockchain();
        var fork = chain.chain();
        var one = pay(ann, 1, bobsAddress, 1);
        var two = pay(ann, 2, bobsAddress, 1);
        var bobs = pay(bob, 1, "carol", 2);
        var none = List.of(reward("x"));
        for (int i = 0; i < 2; i++) chain.mine(annsAddress);
        chain.newTransaction(one);
        chain.mine(annsAddress);
        chain.newTransaction(two);
        chain.newTransaction(bobs);
        // on the other fork, ann mined two blocks only
        assertTrue(chain.replace(Chains.longer(fork, mined(), mined(), none,
            none)));
        assertEquals(List.of(one, two, bobs), chain.pending());
        // and here only one: her second coin is still to come, and bob's
        assertTrue(chain.replace(Chains.longer(fork, mined(), none, none,
            none, none)));
        assertEquals(List.of(one), chain.pending());
        assertEquals(List.of(one, two, bobs), chain.waiting());
        chain.mine(annsAddress);
        assertEquals(List.of(two, bobs), chain.pending());
        assertEquals(List.of(), log);
    }

    @Test
    void aNumberThatIsUsedNeverComesAgain() {
        var chain = blockchain();
        var one = pay(ann, 1, "carol", 1);
        var two = pay(ann, 2, "carol", 1);
        var fork = Chains.longer(chain.chain(), mined(), mined());
        assertTrue(chain.replace(Chains.longer(fork, mined(one))));
        chain.newTransaction(two); // behind one that a neighbour took
        assertTrue(chain.replace(Chains.longer(fork, mined(), mined())));
        assertEquals(List.of(), chain.pending());
        assertEquals(List.of(two), chain.waiting());
        assertTrue(chain.replace(Chains.longer(fork, mined(), mined(),
            mined(one))));
        assertEquals(List.of(two), chain.pending());
        assertEquals(List.of(), log);
        assertTrue(chain.replace(Chains.longer(fork, mined(one),
            mined(pay(ann, 2, "dora", 1)), mined(), mined())));
        assertEquals(List.of(), chain.waiting());
        assertEquals(List.of("A payment falls out: number 2 of " + Sha256
            .shorten(annsAddress) + " is used."), log);
    }

    @Test
    void aPaymentIsInTheChainAtMostOnce() {
        var chain = blockchain();
        var once = pay(ann, 1, bobsAddress, 1);
        chain.mine(annsAddress);
        var fork = chain.chain();
        chain.newTransaction(once);
        assertThrows(Breach.class, () -> chain.newTransaction(once));
        chain.mine(annsAddress);
        assertThrows(Breach.class, () -> chain.newTransaction(once));
        // a fork that holds it, too
        assertTrue(chain.replace(Chains.longer(fork, mined(), mined(once))));
        assertEquals(List.of(), chain.pending());
        // a fork that does not: it waits again, and once
        assertTrue(chain.replace(Chains.longer(fork, mined(), mined(), mined())));
        assertEquals(List.of(once), chain.pending());
        chain.mine(annsAddress);
        assertEquals(1, chain.chain().stream().filter(block ->
            block.transactions().contains(once)).count());
        // bread and cheese: two equal payments have two numbers
        chain.newTransaction(pay(ann, 2, bobsAddress, 1));
        chain.newTransaction(pay(ann, 3, bobsAddress, 1));
        chain.mine(annsAddress);
        assertEquals(3, chain.lastBlock().transactions().size());
    }

    @Test
    void aBrokenChainChangesNothing() {
        var law = new SignedLaw(log::add);
        var chain = blockchain(law);
        chain.mine(annsAddress);
        var fork = chain.chain();
        chain.newTransaction(pay(ann, 1, bobsAddress, 1));
        var before = List.of(chain.chain(), chain.pending(), law.now(annsAddress),
            law.then(bobsAddress));
        assertThrows(Breach.class, () -> chain.replace(Chains.longer(fork,
            mined(pay(ann, 1, "carol", 1)), mined(pay(ann, 1, "dora", 1)))));
        assertEquals(before, List.of(chain.chain(), chain.pending(),
            law.now(annsAddress), law.then(bobsAddress)));
    }

    // Many forks of one chain, back and forth: the accounts are those that
    // the chain alone would give.
    @Test @Tag("long")
    void accountsFollowEveryReorganisation(TestReporter reporter) {
        var random = Programs.random(reporter);
        var keys = Stream.generate(Chains::keys).limit(4).toList();
        var law = new SignedLaw(line -> { });
        var chain = blockchain(law);
        for (int step = 0; step < Runner.size(50, 150); step++) {
            var from = keys.get(random.nextInt(4));
            var address = Chains.address(from);
            try {
                chain.newTransaction(pay(from, law.then(address).payments() + 1,
                    Chains.address(keys.get(random.nextInt(4))),
                    random.nextInt(1, 30) / 10.0));
            } catch (Breach tooFewCoins) {
                assertEquals("balance", tooFewCoins.flaw.fails());
            }
            if (random.nextInt(3) == 0) chain.mine(address);
            if (random.nextInt(5) == 0) {
                var all = chain.chain();
                int kept = random.nextInt(Math.max(1, all.size() - 4), all.size() + 1);
                var other = all.subList(0, kept);
                while (other.size() <= all.size())
                    other = Chains.longer(other, List.of(reward(address)));
                assertTrue(chain.replace(other));
            }
            var fresh = new SignedLaw(line -> { });
            fresh.check(0, List.of(), chain.chain());
            fresh.keep();
            var waiting = chain.pending();
            assertTrue(waiting.stream().allMatch(fresh::takes));
            for (var key : keys) {
                var one = Chains.address(key);
                same(fresh.now(one), law.now(one));
                same(fresh.then(one), law.then(one));
            }
        }
    }

    static void same(Accounts.Account expected, Accounts.Account found) {
        assertEquals(expected.payments(), found.payments());
        assertEquals(0, expected.coins().compareTo(found.coins()));
    }

    // All of them would take longer than a chain may.
    @Test
    void aLiarCostsNoMoreThanAFewSignatures() {
        var address = Chains.address(ann);
        var forged = new ArrayList<Object>();
        for (int i = 1; i <= 50_000; i++) forged.add(new Transaction(address
            + "." + i + "." + "%064x".formatted(i) + "0".repeat(64), "b", 1e-9));
        forged.add(reward("miner"));
        var flaw = flaw(chain(mined(), forged)).get();
        assertEquals("block 3: payment 1 is not signed by " + Sha256.shorten(
            address) + ". Was it edited?", flaw.toString());
    }

    // ## At a node's door

    @Test
    void theDoorRefusesInASentence() throws Exception {
        var node = nodes.start("--signed", "--id", annsAddress);
        Nodes.mine(node);
        post(node, new Transaction("ann", "bob", 5), 400,
            "not signed: its sender must be KEY.NUMBER.SIGNATURE.");
        post(node, pay(ann, 2, bobsAddress, 1), 400,
            "has the number 2, but the next of ");
        post(node, pay(ann, 1, bobsAddress, 2), 400,
            "The payment moves 2, but ");
        var forged = pay(ann, 1, bobsAddress, 1);
        post(node, new Transaction(forged.sender(), annsAddress, 1), 400,
            "Was it edited?");
        post(node, forged, 201, "added to Block 3");
        post(node, forged, 400, "the number 1, but");
        Nodes.mine(node);
        assertTrue(Nodes.get(node, "/nodes").get("signed").asBoolean());
        var verdict = Client.post(node.url() + "/chain/validate", Chains.body(chain(
            mined(), mined(pay(ann, 1, bobsAddress, 7))))).json();
        assertFalse(verdict.get("valid").asBoolean());
        assertEquals("balance", verdict.get("fails").asText());
        assertEquals(3, verdict.get("block").asInt());
        assertEquals("1", verdict.get("expected").asText());
        assertEquals(7, verdict.get("found").asInt());
        Nodes.assertValid(node.url());
    }

    @Test
    void aNodeThatIsNotSignedIsAsBefore() throws Exception {
        var node = nodes.start();
        post(node, new Transaction("ann", "bob", 5), 201);
        post(node, pay(ann, 7, bobsAddress, 1e300), 201);
        Nodes.mine(node);
        assertTrue(Client.get(node.url() + "/nodes").text().matches(
            "\\{\"id\": \"[0-9a-f]{32}\", \"neighbours\": \\{}, "
            + "\"rule\": \"classic\", \"zeros\": 2}\n"));
    }

    @Test
    void aNeighboursChainKeepsTheRulesOrIsNotTaken() throws Exception {
        var node = nodes.start("--signed", "--id", annsAddress);
        var good = chain(mined(), mined(pay(ann, 1, bobsAddress, 1)));
        var bad = Chains.longer(good, mined(pay(ann, 1, bobsAddress, 1)),
            mined());
        var liar = nodes.says(Chains.body(bad)).address();
        var honest = nodes.says(Chains.body(good)).address();
        Nodes.register(node, liar, honest);
        assertTrue(Nodes.resolve(node));
        assertEquals(Client.JSON.readTree(Chains.body(good)),
            Nodes.get(node, "/chain"));
        assertTrue(Nodes.saidOf(node, liar).startsWith(
            "block 4: payment 1 has the number 1, but the next of "));
        assertEquals("valid, length 3", Nodes.saidOf(node, honest));
        var plain = nodes.start();
        Nodes.register(plain, node.url());
        assertTrue(Nodes.resolve(plain));
    }

    // ## A ledger

    @Test
    void aLedgerIsReadByTheRules() throws Exception {
        var file = temp.resolve("ledger").toString();
        var node = nodes.start("--signed", "--id", annsAddress, "--ledger",
            file);
        Nodes.mine(node);
        Nodes.mine(node);
        post(node, pay(ann, 1, bobsAddress, 1), 201);
        Nodes.mine(node);
        post(node, pay(ann, 2, bobsAddress, 1), 201);
        nodes.end(node);
        var again = nodes.start("--signed", "--ledger", file);
        post(again, pay(ann, 2, bobsAddress, 1), 400);
        post(again, pay(ann, 3, bobsAddress, 1), 201);
        Nodes.mine(again);
        assertEquals(5, Nodes.length(again.url()));

        var other = temp.resolve("other").toString();
        node = nodes.start("--ledger", other);
        Nodes.mine(node);
        post(node, new Transaction("ann", "bob", 5), 201);
        nodes.end(node);
        var refused = assertThrows(IOException.class, () ->
            nodes.start("--signed", "--ledger", other));
        assertTrue(refused.getMessage().contains("other, line 4: The payment is "
            + "not signed"), refused.getMessage());
        assertTrue(refused.getMessage().contains("--signed"),
            refused.getMessage());
    }

    @Test
    void aLedgerRemembersWhatWaitsAside() throws Exception {
        var file = temp.resolve("ledger").toString();
        var one = pay(ann, 1, bobsAddress, 1);
        var two = pay(ann, 2, bobsAddress, 1);
        var node = nodes.start("--signed", "--ledger", file);
        take(node, chain(mined(), mined(), mined(one)));
        post(node, two, 201); // behind one that a neighbour took
        take(node, chain(mined(), mined(), mined(), mined()));
        nodes.end(node);
        node = nodes.start("--signed", "--ledger", file);
        assertEquals("{\"transactions\": [" + two.canonicalJson() + "]}\n",
            Client.get(node.url() + "/transactions").text());
        take(node, chain(mined(), mined(), mined(), mined(), mined(one)));
        Nodes.mine(node);
        assertTrue(Client.get(node.url() + "/chain").text()
            .contains(two.canonicalJson()));
    }

    private void take(Node node, List<Block> chain) throws Exception {
        Nodes.register(node, nodes.says(Chains.body(chain)).address());
        assertTrue(Nodes.resolve(node));
    }

    // ## With nodes of the tutorial

    @ParameterizedTest
    @ValueSource(strings = {"classic", "linked"})
    void theSoftForkCarriesPaymentsSplitsAndHeals(String rule) throws Exception {
        var python = nodes.add(Program.tutorial(rule)).url;
        var signed = nodes.start("--signed", "--id", annsAddress, "--rule",
            rule, "--zeros", "4");
        var plain = nodes.start("--rule", rule, "--zeros", "4");
        // it adopts our chain, mines our payment, and we adopt its chain
        for (int i = 0; i < 2; i++) Nodes.mine(signed);
        Nodes.register(python, signed.url());
        assertTrue(Nodes.resolve(python));
        var payment = pay(ann, 1, bobsAddress, 1.5);
        Nodes.pay(python, payment.canonicalJson());
        Nodes.mine(python);
        Nodes.register(signed, python);
        assertTrue(Nodes.resolve(signed));
        assertTrue(("" + Nodes.chain(signed)).contains(payment.sender()));
        // an unsigned payment: the network splits
        Nodes.pay(python, Client.payment("ann", 5));
        Nodes.mine(python);
        assertFalse(Nodes.resolve(signed));
        assertTrue(Nodes.get(signed, "/nodes").toString()
            .contains("block 5: payment 1 is not signed"));
        Nodes.register(plain, python);
        assertTrue(Nodes.resolve(plain));
        // and heals when the signed side is longer
        for (int i = 0; i < 2; i++) Nodes.mine(signed);
        assertTrue(Nodes.resolve(python));
        assertTrue(Nodes.resolve(plain));
        assertEquals(Nodes.chain(signed), Nodes.chain(plain));
        assertEquals(Nodes.chain(signed), Nodes.chain(python));
    }

    public static void main(String... arguments) {
        Runner.run(AccountsTest.class, arguments);
    }
}
