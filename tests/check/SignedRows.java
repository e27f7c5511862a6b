//JAVA 17+

// What is asked of a node that validates payments. Each row begins with a
// new key. It is paid one coin, in a longer chain that the node must take.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.*;
import java.util.*;

final class SignedRows {
    private final Rows rows;
    private final List<Map<String, Object>> ours = new ArrayList<>();

    SignedRows(Rows rows) {
        this.rows = rows;
        paying();
        forging();
        waiting();
    }

    // ## Someone with a key

    static final class Payer {
        private final KeyPair keys = KeyPairGenerator.getInstance("Ed25519")
            .generateKeyPair();
        final String address = HexFormat.of().formatHex(keys.getPublic()
            .getEncoded()).substring(24); // what is left is the key itself

        Payer() throws GeneralSecurityException { }

        Map<String, Object> pays(int number, Object amount) throws Exception {
            return pays(address + "." + number, "bob", amount);
        }

        /** The sender becomes KEY.NUMBER.SIGNATURE. */
        Map<String, Object> pays(String head, String recipient, Object amount)
                throws Exception {
            var payment = Forge.payment(head, recipient, amount);
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(keys.getPrivate());
            ed25519.update(CanonicalJson.of(payment).getBytes(UTF_8));
            payment.put("sender", head + "." + HexFormat.of().formatHex(
                ed25519.sign()));
            return payment;
        }
    }

    private static Map<String, Object> reward(Object coins) {
        return Forge.payment("0", "a-neighbour", coins);
    }

    void fund(List<Map<String, Object>> chain, Payer payer) {
        rows.forge.add(chain, List.of(Forge.payment("0", payer.address, 1)));
    }

    // Whatever a row left behind does not touch the next: what waits is
    // mined, and then all of the chain is replaced.
    private List<Map<String, Object>> newChain() throws Exception {
        rows.mine();
        if (ours.isEmpty()) ours.add(rows.genesis());
        while (ours.size() < rows.chain().size()) rows.forge.mine(ours);
        return Forge.copy(ours);
    }

    /** The node's chain has a coin for it, and another block behind that. */
    private Payer funded() throws Exception {
        var payer = new Payer();
        var chain = newChain();
        fund(chain, payer);
        rows.forge.mine(chain);
        rows.adopts(chain);
        return payer;
    }

    private void takes(Map<String, Object> payment) throws Exception {
        rows.talk.post("/transactions/new", payment)
            .is(201, "Transaction will be added to Block ");
    }

    private void refuses(Map<String, Object> payment) throws Exception {
        rows.talk.post("/transactions/new", payment).is(400, "");
    }

    // ## At the door

    private Rows.Row signed;

    private void paying() {
        var says = rows.row("GET /nodes says that the node is signed",
            "Others pass payments on to nodes whose answer holds \"signed\": "
            + "true.", () -> {
                var answer = rows.talk.get("/nodes").is(200, "");
                Talk.expect(Boolean.TRUE.equals(answer.get("signed")),
                    "\"signed\": true", answer.text());
            });
        signed = rows.row("a signed payment is taken",
            "Signed is the canonical JSON of the three fields, in which the "
            + "sender is KEY.NUMBER. The key got its coin in a block of a "
            + "neighbour.",
            () -> takes(funded().pays(1, 0.5)), says, rows.longer);
        rows.row("and stands in the next block as it was sent",
            "The signature holds for this text alone.", () -> {
                var alice = funded();
                var payment = alice.pays(alice.address + ".1", "Zoë", 0.25);
                takes(payment);
                rows.mine();
                rows.holds(1, payment);
            }, signed);
        refused("an unsigned payment", "Is the sender KEY.NUMBER.SIGNATURE?",
            alice -> Forge.payment("alice", "bob", 0.5));
        refused("an edited amount",
            "Of which text did you check the signature?", SignedRows::edited);
        refused("an edited recipient",
            "Are all three fields in the text that you check?", alice -> {
                var payment = alice.pays(1, 0.5);
                payment.put("recipient", "mallory");
                return payment;
            });
        refused("a payment that another key signed",
            "Whose key do you check with? It stands in the sender.",
            SignedRows::ofAnotherKey);
        refused("a number left out",
            "The first payment of a key is number 1, the next number 2.",
            alice -> alice.pays(2, 0.5));
        refused("a number with a zero in front",
            "One payment must have one text. 01 is not written so.",
            alice -> alice.pays(alice.address + ".01", "bob", 0.5));
        refused("a key in capital letters",
            "One key must have one text: small letters.",
            alice -> alice.pays(alice.address.toUpperCase() + ".1", "bob",
                0.5));
        refused("a signature in another form",
            "RFC 8032, 5.1.7: its second half is a number below the order of "
            + "the group. Does your library look?", alice -> {
                var payment = alice.pays(1, 0.5);
                payment.put("sender", larger((String) payment.get("sender")));
                return payment;
            });
        refused("more coins than the key has", "It was paid 1. Who counts?",
            alice -> alice.pays(1, 1.01));
        refused("an amount of 0", "What would it move?",
            alice -> alice.pays(1, 0));
        refused("a negative amount", "Whose coins would it move?",
            alice -> alice.pays(1, -0.5));
        rows.row("the same payment again is refused, waiting or mined",
            "Its number was used. Where do you remember that?", () -> {
                var alice = funded();
                var payment = alice.pays(1, 0.25);
                takes(payment);
                refuses(payment);
                rows.mine();
                refuses(payment);
                takes(alice.pays(2, 0.25));
            }, signed);
        rows.row("two that are too much together: the second is refused",
            "What waits is spent, too.", () -> {
                var alice = funded();
                takes(alice.pays(1, 0.75));
                refuses(alice.pays(2, 0.5));
            }, signed);
        rows.row("a key may spend all, to the last tenth",
            "0.8 + 0.1 + 0.1 is 1. With binary fractions it may be more.",
            () -> {
                var alice = funded();
                takes(alice.pays(1, 0.8));
                takes(alice.pays(2, 0.1));
                takes(alice.pays(3, 0.1));
                refuses(alice.pays(4, 1e-17));
                rows.mine();
                refuses(alice.pays(4, 1e-17));
            }, signed);
        rows.row("coins that were paid may be paid on",
            "A recipient may be a key as well. What has it now?", () -> {
                Payer alice = funded(), carol = new Payer();
                takes(alice.pays(alice.address + ".1", carol.address, 0.5));
                rows.mine();
                takes(carol.pays(1, 0.5));
            }, signed);
    }

    interface Bad { Map<String, Object> of(Payer alice) throws Exception; }

    private static Map<String, Object> edited(Payer alice) throws Exception {
        var payment = alice.pays(1, 0.5);
        payment.put("amount", 0.75);
        return payment;
    }

    private static Map<String, Object> ofAnotherKey(Payer alice)
            throws Exception {
        return new Payer().pays(alice.address + ".1", "bob", 0.5);
    }

    private void refused(String what, String hint, Bad bad) {
        rows.row("refused: " + what, hint, () -> refuses(bad.of(funded())),
            signed);
    }

    /** RFC 8032, 5.1: the order of the group. */
    static final BigInteger ORDER = BigInteger.TWO.pow(252).add(
        new BigInteger("27742317777372353535851937790883648493"));

    // The signature's second half, the least byte first, and the order more.
    static String larger(String sender) {
        int at = sender.length() - 64;
        var half = HexFormat.of().parseHex(sender.substring(at));
        var more = new BigInteger(1, backwards(half)).add(ORDER).toByteArray();
        return sender.substring(0, at) + HexFormat.of().formatHex(
            Arrays.copyOf(backwards(more), 32));
    }

    static byte[] backwards(byte[] bytes) {
        var turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++)
            turned[i] = bytes[bytes.length - 1 - i];
        return turned;
    }

    // ## In a neighbour's chain

    private void forging() {
        rows.row("a longer chain with signed payments is taken",
            "Nothing is wrong with it. Which rule says otherwise?", () -> {
                var alice = new Payer();
                var chain = newChain();
                fund(chain, alice);
                rows.forge.mine(chain, alice.pays(1, 0.25), alice.pays(
                    alice.address + ".2", "村 🪙", 1e-05));
                rows.adopts(chain);
            }, signed);
        forged("a payment without a signature",
            "Do blocks of others get the checks that requests get?",
            alice -> Forge.payment("alice", "bob", 0.5));
        forged("an amount edited after it was signed",
            "The block's hash is right, so only the signature tells.",
            SignedRows::edited);
        forged("a payment that another key signed",
            "Whose key do you check with?", SignedRows::ofAnotherKey);
        forged("a payment twice in one block",
            "The second has a number that was used, in the same block.",
            (chain, alice) -> {
                var payment = alice.pays(1, 0.25);
                rows.forge.mine(chain, payment, payment);
            });
        forged("a payment of an earlier block again",
            "The numbers go on from block to block.", (chain, alice) -> {
                var payment = alice.pays(1, 0.25);
                rows.forge.mine(chain, payment);
                rows.forge.mine(chain, payment);
            });
        forged("a number left out",
            "Which number was the last one of this key?",
            alice -> alice.pays(2, 0.5));
        forged("more coins than the key has",
            "What has it, at that place in the chain?",
            (chain, alice) -> rows.forge.mine(chain, alice.pays(1, 0.75),
                alice.pays(2, 0.5)));
        forged("coins spent before they came",
            "Count from the first block to the last. What comes later does not "
            + "help.", (chain, alice) -> {
                var bob = new Payer();
                rows.forge.mine(chain, bob.pays(1, 0.5));
                fund(chain, bob);
            });
        forged("a reward of 2", "Each block makes one coin.",
            (chain, alice) -> rows.forge.add(chain, List.of(reward(2))));
        forged("a reward of 1.0",
            "It is the whole number 1. As text, 1.0 is another.",
            (chain, alice) -> rows.forge.add(chain, List.of(reward(1.0))));
        forged("two rewards",
            "The last transaction comes from \"0\", and no other.",
            (chain, alice) -> rows.forge.add(chain, List.of(reward(1),
                reward(1))));
        forged("a reward that is not the last", "Where does the reward stand?",
            (chain, alice) -> rows.forge.add(chain, List.of(reward(1),
                alice.pays(1, 0.5))));
        forged("a block without a reward",
            "Is there a last transaction, and from whom?",
            (chain, alice) -> rows.forge.add(chain, List.of()));
        forged("coins in the genesis block", "Nobody worked for it.",
            (chain, alice) -> {
                int length = chain.size();
                var genesis = chain.get(0);
                chain.clear();
                genesis.put("transactions", List.of(reward(1)));
                chain.add(genesis);
                while (chain.size() < length) rows.forge.mine(chain);
            });
    }

    interface Forgery {
        void in(List<Map<String, Object>> chain, Payer alice) throws Exception;
    }

    private void forged(String what, String hint, Bad bad) {
        forged(what, hint, (chain, alice) -> rows.forge.mine(chain,
            bad.of(alice)));
    }

    private void forged(String what, String hint, Forgery forgery) {
        rows.row("a longer one is refused: " + what, hint, () -> {
            var alice = new Payer();
            var chain = newChain();
            fund(chain, alice);
            forgery.in(chain, alice);
            rows.forge.mine(chain);
            rows.left.shows(chain);
            rows.resolve(false);
        }, signed);
    }

    // ## What waits, when the chain is replaced

    private void waiting() {
        rows.row("a payment in a block that is dropped waits again, signed",
            "The chain that won doesn't hold it, and it still fits.", () -> {
                var payment = funded().pays(1, 0.5);
                takes(payment);
                rows.waitsAgain(payment);
            }, signed);
        rows.row("a payment in the new chain is not mined again, signed",
            "Its number was used, by itself.", () -> {
                var payment = funded().pays(1, 0.5);
                takes(payment);
                rows.isNotMinedAgain(payment);
            }, signed);
        rows.row("what no longer fits the new chain is not mined",
            "Another payment has its number now. Does what waits still hold?",
            () -> {
                var alice = funded();
                var payment = alice.pays(1, 0.5);
                takes(payment);
                var rival = rows.rival(0);
                rows.forge.mine(rival, alice.pays(1, 0.25));
                rows.adopts(rival);
                rows.mine();
                rows.holds(0, payment);
                takes(alice.pays(2, 0.75));
            }, signed);
    }
}
