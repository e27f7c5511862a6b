//JAVA 17+

// What is asked of a node, row by row. A row has a title, a hint for those
// whose node fails, a check, and the rows that must be green before it is
// worth asking.

import static java.util.stream.Collectors.toList;

import java.math.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.Stream;

class Rows {
    /** Chapters 1 to this one are checked, the others if that is asked for. */
    static final int LAST = 7;
    static final int SIGNED = 9, JOINED = 10, RESTARTED = 12;
    static final List<String> CHAPTERS = List.of("Chapter 1 · Blocks",
        "Chapter 2 · Hashing", "Chapter 3 · Proof of work",
        "Chapter 4 · What waits", "Chapter 5 · A node",
        "Chapter 6 · Two nodes", "Chapter 7 · A rough world",
        "Chapter 8 · What the proof proves", "Chapter 9 · Whose coins?",
        "Chapter 10 · A network that runs itself",
        "Chapter 11 · From here to Bitcoin", "Chapter 12 · A power cut");

    /** Rows of {@code beyond} are more than the article's own node does. */
    record Row(int chapter, boolean beyond, String title, String hint,
               Check check, List<Row> needs) { }

    /** Ends well, or throws what it missed. */
    interface Check { void run() throws Exception; }

    final List<Row> all = new ArrayList<>();
    final Talk talk;
    final Forge forge;
    Rival left, right; // two neighbours of the node
    final int patience; // seconds
    private final boolean signed;
    private final String here;
    private int chapter;
    private boolean beyond;

    Rows(Talk talk, Forge forge, String here, int patience, boolean signed) {
        this.talk = talk;
        this.forge = forge;
        this.here = here;
        this.patience = patience;
        this.signed = signed;
        blocks();
        hashing();
        proofs();
        waiting();
        answering();
        agreeing();
        withstanding();
        beyond = false;
        chapter = SIGNED;
        var payments = signed ? new SignedRows(this) : null;
        chapter = JOINED;
        new NetworkRows(this, payments);
        chapter = RESTARTED;
        new RestartRows(this);
    }

    Row row(String title, String hint, Check check, Row... needs) {
        var row = new Row(chapter, beyond, title, hint, check, List.of(needs));
        all.add(row);
        return row;
    }

    /** A row that pays without a signature. A node that wants one can't be
     *  asked this, and rows that need this row do without it. */
    private Row unsigned(String title, String hint, Check check, Row... needs) {
        var row = row(title, hint, check, needs);
        if (signed) all.remove(row);
        return row;
    }

    // ## Chapter 1 · Blocks

    private Row showsChain, blocks, mines, tells;
    private Talk.Answer mined;
    String genesis = "none", errors = "none"; // what forms the node has

    private void blocks() {
        chapter = 1;
        showsChain = row("GET /chain answers with the chain",
            "A path, a method, a shape: which of them differs? (403 on a Mac: "
            + "AirPlay has that port.)", this::fetch);
        row("length is the number of its blocks",
            "One fact, kept in two places. Could one be computed from the "
            + "other?",
            () -> Talk.same("length", chain.size(), fetch().get("length")),
            showsChain);
        blocks = row("each block has the article's five fields",
            "Names and kinds go into the hash, so all nodes must have the "
            + "same.", this::chain, showsChain);
        row("blocks count from 1",
            "What is the index of the next block, while the chain has n?",
            () -> {
                chain();
                for (int i = 0; i < chain.size(); i++)
                    Talk.same("index", i + 1, chain.get(i).get("index"));
            }, blocks);
        row("the first block is a genesis block",
            "Nothing is before it and nobody worked for it, so two of its "
            + "values are written by hand. Where do you make it?", () -> {
                var first = chain().get(0);
                genesis = CanonicalJson.of(first.get("previous_hash"));
                Talk.expect(genesis.matches("1|\"1\""), "previous_hash 1, or "
                    + "\"1\"", "previous_hash " + genesis);
                Talk.same("proof", 100, first.get("proof"));
                Talk.same("transactions", List.of(), first.get("transactions"));
            }, blocks);
        row("timestamps are seconds since 1970",
            "Some clocks count milliseconds, some from another year.", () -> {
                chain();
                var time = ((Number) tip(0).get("timestamp")).doubleValue();
                double now = System.currentTimeMillis() / 1e3;
                Talk.expect(time > 1.2e9 && time < now + 86_400, "about "
                    + (long) now, CanonicalJson.of(time));
            }, blocks);
        mines = row("GET /mine makes a block",
            "Find a proof, pay whoever found it, add the block: which of the "
            + "three is missing?", () -> {
                chain();
                mined = talk.get("/mine").is(200, "New Block Forged");
            }, blocks);
        tells = row("and tells of the block that was made",
            "It is the one made just now, under the same names as in the "
            + "chain.", () -> {
                for (var name : FIELDS) Talk.expect(name.equals("timestamp")
                    || mined.get(name) != null, "also " + name, mined.text());
                Talk.same("index", chain.size() + 1, mined.get("index"));
            }, mines);
        row("which is then the last of the chain",
            "Is what you answer what you append? Once, and at the end?", () -> {
                Talk.same("length", mined.get("index"), chain().size());
                for (var name : List.of("index", "proof", "previous_hash"))
                    Talk.same(name, mined.get(name), tip(0).get(name));
            }, tells);
        row("its last transaction rewards the miner",
            "This coin is new: nobody pays it, and its recipient is the node.",
            () -> {
                chain();
                Talk.expect(reward() instanceof Map<?, ?> tx
                    && "0".equals(tx.get("sender"))
                    && tx.get("recipient") != null
                    && Integer.valueOf(1).equals(tx.get("amount")),
                    "sender \"0\", recipient: the node, amount 1",
                    tip(0).get("transactions"));
                var before = reward();
                mine();
                Talk.same("in the next block, too,", before, reward());
            }, mines);
    }

    // ## Chapter 2 · Hashing

    private Row links;

    private void hashing() {
        chapter = 2;
        links = row("a block names the hash of the one before it",
            "A hash sees bytes: the order of the keys, each space, each digit "
            + "counts.", () -> {
                mine(); // behind a block that holds little
                Forge.links(tip(1), tip(0));
            }, mines);
    }

    // ## Chapter 3 · Proof of work

    private Row valid;

    private void proofs() {
        chapter = 3;
        boolean linked = forge.work.rule() == Rule.linked;
        var proves = row("the proof is worth its work",
            linked ? "The digits of the two proofs and the last block's hash "
                + "are hashed, nothing between them."
                : "The digits of two proofs, nothing between them, are hashed. "
                + "Try the article's: printf 10035293 | sha256sum", () -> {
                chain();
                try {
                    forge.holds(tip(1), tip(0));
                } catch (Talk.Missed e) {
                    var other = linked ? Rule.classic : Rule.linked;
                    if (new Forge(new ProofOfWork(other, forge.work.zeros()))
                        .proves(tip(1), tip(0))) throw new Talk.Missed(
                        e.expected, "a proof by the other rule: check with "
                        + "--rule " + other);
                    throw e;
                }
            }, linked ? links : mines);
        valid = row("the chain is valid from the first block to the last",
            "This block is the first that doesn't fit. Was it made in another "
            + "way than the others? Or long ago? Then start your node again.",
            () -> forge.valid(chain()), proves, links);
    }

    // ## Chapter 4 · What waits

    private Row pays;

    private void waiting() {
        chapter = 4;
        pays = unsigned("POST /transactions/new takes a transaction",
            "Is there such a route, and does it read JSON? 201 says that "
            + "something was created, 200 only that all is well.",
            () -> pay(5).is(201, "Transaction will be added to Block "));
        unsigned("and says which block will hold it",
            "The last block is sealed. What will the index of the one after it "
            + "be?", () -> {
                int next = chain().size() + 1;
                pay(6).is(201, "Transaction will be added to Block " + next);
            }, pays, blocks);
        unsigned("a block holds the transactions sent before it",
            "They wait in a list until a block is made. Follow one: who puts "
            + "it there, who takes it out, where does it go?", () -> {
                pay(7);
                pay(8);
                mine();
                holds(1, payment(7));
                holds(1, payment(8));
            }, pays, mines);
        unsigned("two equal payments are two",
            "Bread and cheese cost the same. Does your list hold nothing "
            + "twice?", () -> {
                pay(3);
                pay(3);
                mine();
                holds(2, payment(3));
            }, pays, mines);
        row("the next block holds only what is new",
            "What is in a block waits no longer. Who empties the list?", () -> {
                mine();
                mine();
                Talk.expect(Forge.transactions(tip(0)).size() == 1,
                    "1 transaction, the reward", tip(0).get("transactions"));
            }, mines);
        unsigned("also with any letters in names, and fractions",
            "\\u00eb and ë are one letter, but not the same bytes. Which of "
            + "the two do you hash?", () -> {
                var payment = Forge.payment("Zoë", "村 🪙", 0.25);
                talk.post("/transactions/new", payment).is(201, "");
                mine();
                holds(1, payment);
                mine();
                Forge.links(tip(1), tip(0));
            }, pays, links);
        beyond = true;
        unsigned("what is paid while a block is mined is not lost",
            "The list is emptied when the block is made. Is all that was in "
            + "it then in the block?", () -> {
                int before = chain().size();
                talk.meanwhile("/mine", () -> {
                    for (int i = 20; i < 30; i++) pay(i).is(201, "");
                });
                mine();
                mine();
                var held = new ArrayList<Object>();
                for (var block : chain.subList(before, chain.size()))
                    held.addAll(Forge.transactions(block));
                for (int i = 20; i < 30; i++) Talk.expect(Collections
                    .frequency(held, payment(i)) == 1, "once in the next three "
                    + "blocks: " + CanonicalJson.of(payment(i)), held);
            }, pays, mines);
        row("two who mine at once leave a valid chain",
            "Both begin with the same last block. Which is the last when the "
            + "second is done?", this::mineAtOnce, valid);
    }

    // Six at once, until three times all had asked before one was answered:
    // a node without a lock is not so lucky each time. A node may be too fast
    // for that, so there is an end.
    private void mineAtOnce() throws Exception {
        for (int i = 0, met = 0; met < 3 && i < 12; i++) {
            int before = chain().size();
            if (talk.atOnce("/mine", 6)) met++;
            chain();
            talk.asked = "curl " + talk.url() + "/mine & curl " + talk.url()
                + "/mine";
            var fresh = chain.subList(before - 1, chain.size());
            var indexes = new HashSet<Object>();
            for (var block : fresh) Talk.expect(indexes.add(
                block.get("index")), "one block with each index",
                "two with the index " + block.get("index"));
            forge.valid(fresh);
            Talk.same("length", before + 6, chain.size());
        }
    }

    // ## Chapter 5 · A node

    private void answering() {
        chapter = 5;
        beyond = false;
        unsigned("one without sender, recipient or amount is refused",
            "Look before you take: are the three names in what came? A 400 "
            + "says that the client erred, its text in what.", () -> {
                for (var name : List.of("sender", "recipient", "amount")) {
                    var payment = payment(5);
                    payment.remove(name);
                    var answer = talk.post("/transactions/new", payment);
                    errors = answer.json() instanceof Map ? "JSON" : "text";
                    answer.is(400, "Missing values");
                }
            }, pays);
        beyond = true;
        row("what is no JSON object is answered by a 400",
            "Where do you use a body before you know what it is?", () -> {
                for (var body : List.of("", "null", "[]", "5",
                    "{\"sender\": \"a"))
                    talk.post("/transactions/new", body).is(400, "");
            }, pays);
        unsigned("JSON is read whatever its Content-Type says",
            "curl -d calls all that it sends a form. (The article's own node "
            + "is strict here.)", () -> {
                talk.type = "application/x-www-form-urlencoded";
                try {
                    pay(10).is(201, "");
                } finally {
                    talk.type = Talk.JSON_TYPE;
                }
            }, pays);
        unsigned("amounts are above 0, and \"0\" only rewards",
            "What does a payment of -5 do to its recipient? Is \"5\" a "
            + "number? And what may anyone do who writes \"0\", or nothing, as "
            + "the sender?", () -> {
                for (var amount : List.of(-5, 0, "5", true, Map.of()))
                    pay(amount).is(400, "");
                for (var sender : List.of("0", "")) talk.post(
                    "/transactions/new", Forge.payment(sender, bob, 5))
                    .is(400, "");
            }, pays);
        row("GET /chain may be read by any page",
            "The explorer of another node shows yours, if it is told that it "
            + "may.",
            () -> Talk.expect("*".equals(fetch().origin()), "the header "
                + "Access-Control-Allow-Origin: *", fetch().origin() == null
                ? "no such header" : fetch().origin()), showsChain);
    }

    // ## Chapter 6 · Two nodes

    private Row registers, resolves;
    Row longer;

    private void agreeing() {
        chapter = 6;
        beyond = false;
        registers = row("POST /nodes/register takes two neighbours",
            "A neighbour is known by its host and port. Which part of a URL is "
            + "that, and what takes URLs apart for you?", () -> {
                register().is(201, "New nodes have been added");
                for (var it : List.of(left, right)) Talk.expect(known.contains(
                    address(it)), "total_nodes with \"" + address(it) + "\"",
                    "total_nodes " + CanonicalJson.of(known));
            });
        row("who registers twice is one neighbour still",
            "Which collection holds nothing twice?", () -> {
                register();
                Talk.expect(new HashSet<>(known).size() == known.size(),
                    "each node once", known);
                register(left); // and of the others none is forgotten
                var all = known;
                register();
                Talk.expect(all.contains(address(right)), "total_nodes with \""
                    + address(right) + "\", as before", "total_nodes "
                    + CanonicalJson.of(all));
            }, registers);
        row("registering no list is refused",
            "No \"nodes\" in the body: what should the client have sent?",
            () -> talk.post("/nodes/register", "{}").is(400,
                "Error: Please supply a valid list of nodes"), registers);
        resolves = row("GET /nodes/resolve keeps our chain from a shorter one",
            "Ask each neighbour for its /chain, and leave yours alone unless "
            + "theirs is better. (A 500? A neighbour of yours may be gone: "
            + "start the node anew.)", () -> {
                left.shows(rival(-1));
                var answer = resolve(false);
                Talk.expect(answer.get("chain") != null, "the chain as "
                    + "\"chain\"", names(answer));
            }, registers, mines);
        row("a chain as long as ours doesn't replace it",
            "If equals replaced each other, two nodes would swap chains for "
            + "ever.", () -> {
                left.shows(rival(0));
                resolve(false);
            }, resolves);
        longer = row("a longer valid chain replaces ours",
            "It is longer and valid. Let your valid_chain print at which block "
            + "it stops, and what it compares there.", () -> {
                var answer = takes(rival(1), "");
                Talk.expect(answer.get("new_chain") != null, "the chain as "
                    + "\"new_chain\"", names(answer));
            }, resolves, links);
        row("and is what GET /chain then shows",
            "To find a better chain is one thing, to keep it another.", () -> {
                var better = rival(1);
                adopts(better);
                Talk.same("last block", better.get(better.size() - 1), tip(0));
            }, longer);
        var fractions = keeps("numbers with a fraction",
            "5.0 is not 5, and 0.00001 is written 1e-05. Does what reads JSON "
            + "for you keep a number as it came?",
            5.0, 0.1, 1e-05, 1e16, 123456789.125, 1e22, -0.0);
        var whole = keeps("whole numbers of any size",
            "Beyond 2^53 some languages round. Is there a type that does not?",
            9007199254740993L, new BigInteger("12345678901234567890"),
            BigInteger.TEN.pow(30));
        var letters = keeps("letters of any kind",
            "Which letters have a short form, which are written as \\uXXXX, "
            + "and which as they are?",
            "\u007f", "\n\t\b\f\r", "\u0000", "\u2028", "😀", "\"\\/");
        var objects = keeps("objects inside, keys sorted as in Python",
            "Sorted are the keys at each depth, by the numbers of their "
            + "letters.",
            Map.of("b", List.of(Map.of("z", 1, "a", 2)), "a", Map.of(), "B", 3),
            Map.of("\uffee", 1, "😀", 2));
        unsigned("a chain is served as it is hashed",
            "You took the chain, so you can write its text as all do. Is that "
            + "text what you send?", () -> {
                for (var value : List.of(5.0, 1e-05, BigInteger.TEN.pow(30),
                        "\n😀", Map.of("b", 1, "a", List.of())))
                    serves(value);
            }, longer, fractions, whole, letters, objects);
        unsigned("half an emoji, too",
            "Python and Java can hold one in a text. Sent as UTF-8 it becomes "
            + "\"?\". Sent as \\ud83d it stays.", () -> serves("\ud83d"),
            longer, letters);
        refused("an amount edited",
            "Change a digit, and the block's hash is another. Who still knows "
            + "the old one?",
            (chain, i) -> first(chain.get(i)).put("amount", 500));
        refused("a timestamp edited", "Is all of a block in what you hash?",
            (chain, i) -> chain.get(i).put("timestamp", 1506280650.5));
        refused("the genesis proof edited",
            "Nothing is before the first block, but the second looks back at "
            + "it. Where does your loop begin?",
            (chain, i) -> chain.get(0).put("proof", 101));
        refused("a previous_hash overwritten",
            "Compare what the block says with what you compute.",
            (chain, i) -> chain.get(i).put("previous_hash", "f".repeat(64)));
        refused("a block removed", "Each two that stand side by side must fit.",
            (chain, i) -> chain.remove(i));
        refused("a bad proof in the newest block",
            "The last block has none behind it. Does your loop come that far?",
            (chain, i) -> forge.spoil(chain.get(i + 1), chain.get(i + 2),
                false));
        refused("zeros that stand elsewhere in the hash",
            "A good hash begins with them.",
            (chain, i) -> forge.spoil(chain.get(i + 1), chain.get(i + 2),
                true));
        refused("a proof off by one, links resealed",
            "All links hold, so no block's hash tells. What did the forger "
            + "not pay for?", (chain, i) -> {
                chain.subList(i + 1, chain.size()).clear();
                forge.spoil(chain.get(i - 1), chain.get(i), false);
                while (chain.size() < i + 3) forge.mine(chain);
            });
        if (forge.work.rule() == Rule.linked) refused(
            "history rewritten and links resealed, proofs kept",
            "What goes into a proof, so that it fits one block only?",
            (chain, i) -> {
                first(chain.get(i)).put("amount", 500);
                Forge.reseal(chain, i + 1);
            });
        row("of two longer chains the longer one wins",
            "You found a better chain. With what do you compare the next?",
            () -> {
                for (int i : new int[] {1, 2}) {
                    left.shows(rival(i));
                    right.shows(rival(3 - i));
                    int length = chain.size() + 2;
                    resolve(true);
                    Talk.same("length", length, chain().size());
                }
            }, longer);
        unsigned("what waits for a block still waits after that",
            "The chain and the list of what waits are two things.", () -> {
                pay(9);
                adopts(rival(1));
                mine();
                holds(1, payment(9));
            }, longer, pays);
        beyond = true;
        row("nodes must be a list of texts",
            "In some languages a text is a list, too: of its letters.", () -> {
                for (var nodes : List.of("", Map.of(), List.of(5)))
                    talk.post("/nodes/register", Map.of("nodes", nodes))
                        .is(400, "");
            }, registers);
        refused("an amount 1 turned to 1.0",
            "Equal as numbers, but not as text. Does what reads JSON for you "
            + "keep them apart?",
            (chain, i) -> first(chain.get(i)).put("amount", 1.0));
        row("a neighbour's length is counted, not believed",
            "It said 999 and sent one block. Whose word did you take?", () -> {
                left.shows(rival(0).subList(0, 1), 999);
                resolve(false);
            }, resolves);
        row("while it resolves, the node still answers",
            "It asks a neighbour, and the neighbour asks it. Two that wait for "
            + "each other wait for ever. Hold no lock while you ask.", () -> {
                var better = rival(1);
                left.says(() -> {
                    talk.beside("/chain").is(200, "");
                    return Rival.text(better, better.size());
                });
                try {
                    resolve(true);
                } catch (Talk.Missed e) {
                    throw new Talk.Missed("an answer to GET /chain, while your "
                        + "node asks a neighbour for its chain", "none before "
                        + "your node gave up on that neighbour");
                }
            }, longer);
    }

    // In blocks that others made, anything may stand. To take such a chain, a
    // node must hash it as everybody does.
    private Row keeps(String what, String hint, Object... values) {
        return unsigned("a longer chain is taken: " + what, hint, () -> {
            for (var value : values) takes(holding(value),
                ", by one that holds " + CanonicalJson.of(value));
        }, longer);
    }

    // And then it must show it as it came.
    private void serves(Object value) throws Exception {
        var rival = holding(value);
        takes(rival, ", by one that holds " + CanonicalJson.of(value));
        chain();
        var was = CanonicalJson.of(rival.get(rival.size() - 2));
        var is = CanonicalJson.of(tip(1));
        if (!was.equals(is)) throw new Talk.Missed("the block as it came",
            "your node took the chain, and shows another text", "It came as\n"
            + was + "\nand is shown as\n" + is + "\nSend the text that you "
            + "hash.");
    }

    /** A longer chain, in whose last block but one stands this value. */
    private List<Map<String, Object>> holding(Object value) throws Exception {
        var rival = rival(0);
        forge.mine(rival, Map.of("sender", "alice", "recipient", bob,
            "amount", 1, "note", value));
        forge.mine(rival);
        return rival;
    }

    // A node that does not take a chain may write one of its blocks in
    // another way: this shows the last one that another names.
    private Talk.Answer takes(List<Map<String, Object>> rival, String which)
            throws Exception {
        left.shows(rival);
        try {
            return resolve(true);
        } catch (Talk.Missed e) {
            var block = rival.get(rival.size() - 2);
            throw new Talk.Missed(e.expected + which, e.getMessage(), "Block "
                + block.get("index") + " of that chain has this text:\n"
                + CanonicalJson.of(block) + "\nand this hash:\n"
                + Forge.hash(block));
        }
    }

    /** To be done to a chain, at the block of this index or elsewhere. */
    interface Edit { void in(List<Map<String, Object>> chain, int i); }

    void refused(String what, String hint, Edit edit) {
        row("a longer one is refused: " + what, hint, () -> {
            var rival = rival(3);
            edit.in(rival, rival.size() - 3);
            left.shows(rival);
            resolve(false);
        }, longer);
    }

    private Object reward() {
        var held = Forge.transactions(tip(0));
        return held.isEmpty() ? "none" : held.get(held.size() - 1);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> first(Map<String, Object> block) {
        return (Map<String, Object>) Forge.transactions(block).get(0);
    }

    // ## Chapter 7 · A rough world

    private void withstanding() {
        chapter = 7;
        beyond = true;
        row("a neighbour that talks nonsense does no harm",
            "One of two is good. What must not happen to its answer?", () -> {
                for (var nonsense : List.of("<p>It works!</p>", "null", "[]",
                        "{\"chain\": [], \"length\": 999}",
                        "{\"chain\": [{}, {}], \"length\": 999}")) {
                    right.shows(rival(1));
                    left.says(() -> nonsense);
                    resolve(true);
                }
            }, longer);
        row("a neighbour that never answers does no harm",
            "For how long would you hold the line? Tell your HTTP client.",
            () -> {
                var end = new CountDownLatch(1);
                right.shows(rival(1));
                left.says(() -> end.await(patience, TimeUnit.SECONDS) ? ""
                    : "late");
                try {
                    resolve(true);
                } finally {
                    end.countDown();
                }
            }, longer);
        row("a dead neighbour does no harm",
            "Nobody is at home: that is an exception. How far may it fly?",
            () -> {
                right.shows(rival(1));
                left.close();
                try {
                    resolve(true);
                } finally {
                    left.reopen();
                }
            }, longer);
        unsigned("a payment in a block that is dropped waits again",
            "The chain that won doesn't hold it. Who remembers it?", () -> {
                pay(11);
                waitsAgain(payment(11));
            }, longer, pays);
        unsigned("of two equal payments one waits, if one was mined",
            "Alice paid twice, and one is done. How many does your list lose?",
            () -> {
                pay(13);
                pay(13);
                var rival = rival(0);
                forge.mine(rival, payment(13));
                adopts(rival);
                mine();
                holds(1, payment(13));
            }, longer, pays);
        unsigned("a payment in the new chain is not mined again",
            "Alice paid once. In which two places was it?", () -> {
                pay(12);
                isNotMinedAgain(payment(12));
            }, longer, pays);
        refused("a proof that is a text",
            "\"35293\" looks like 35293 when it is written behind the last "
            + "proof. So does an empty text, behind a good one.",
            (chain, i) -> {
                var newest = chain.get(chain.size() - 1);
                newest.put("proof", "" + newest.get("proof"));
            });
    }

    /** A payment that waits, is mined, and loses its block. */
    void waitsAgain(Map<String, Object> payment) throws Exception {
        mine();
        holds(1, payment);
        adopts(rival(1));
        mine();
        holds(1, payment);
    }

    /** A payment that waits, while a neighbour mines it. */
    void isNotMinedAgain(Map<String, Object> payment) throws Exception {
        var rival = rival(0);
        forge.mine(rival, payment);
        adopts(rival);
        mine();
        holds(0, payment);
    }

    /** Mended as broken chains are: by a longer one. */
    void leaveValid() throws Exception {
        var good = rival(1);
        try {
            forge.valid(chain);
        } catch (Talk.Missed broken) {
            adopts(good);
        }
    }

    // ## The node's chain

    private static final Set<String> FIELDS = new TreeSet<>(List.of("index",
        "timestamp", "transactions", "proof", "previous_hash"));
    private List<Map<String, Object>> chain = List.of(); // as it was last seen

    @SuppressWarnings("unchecked")
    private Talk.Answer fetch() throws Exception {
        var answer = talk.get("/chain").is(200, "");
        Talk.expect(!List.of().equals(answer.get("chain")), "a chain that "
            + "begins with a genesis block", answer.text());
        Talk.expect(answer.get("chain") instanceof List<?> list
            && !list.isEmpty() && list.stream().allMatch(Map.class::isInstance),
            "{\"chain\": [{…}, …], \"length\": …}", answer.text());
        chain = (List<Map<String, Object>>) answer.get("chain");
        return answer;
    }

    /** Fetched anew; each block has its five fields. */
    List<Map<String, Object>> chain() throws Exception {
        fetch();
        for (int i = 0; i < chain.size(); i++) {
            var block = chain.get(i);
            var place = "block " + (i + 1) + ": ";
            for (var name : block.keySet()) if (!FIELDS.contains(name))
                throw new Talk.Missed(place + String.join(", ", FIELDS)
                    + ", and no more", place + name + " as well");
            for (var name : FIELDS) {
                if (!block.containsKey(name)) throw new Talk.Missed(
                    place + name, place + "only " + String.join(", ",
                        block.keySet()));
                var value = block.get(name);
                var kind = switch (name) {
                    case "transactions" -> "a list";
                    case "previous_hash" -> Talk.kind(value);
                    case "timestamp" -> "a number";
                    default -> "a whole number";
                };
                if (!kind.equals(kind(value)) && !(kind.equals("a number")
                    && value instanceof Number)) throw new Talk.Missed(place
                    + name + ", " + kind, place + name + " is " + kind(value)
                    + ", " + CanonicalJson.of(value));
            }
        }
        return chain;
    }

    private static String kind(Object value) {
        return value instanceof Integer || value instanceof Long
            ? "a whole number" : Talk.kind(value);
    }

    /** The last block, or the one so many before it. */
    Map<String, Object> tip(int before) {
        return chain.get(chain.size() - 1 - before);
    }

    /** A chain so much longer than the node's: its own as far as it is good,
     *  but for the last block, so that they differ; then others. */
    List<Map<String, Object>> rival(int longer) throws Exception {
        int good = 1, length = chain().size();
        try {
            while (good < length) forge.valid(chain.subList(good - 1, ++good));
        } catch (Talk.Missed bad) {
            good--;
        }
        var rival = Forge.copy(chain.subList(0, good - 1));
        if (rival.isEmpty()) rival.add(genesis());
        while (rival.size() < chain.size() + longer) forge.mine(rival);
        return rival;
    }

    /** Its previous_hash is the number 1 or the text "1", as in the node. */
    Map<String, Object> genesis() {
        return Forge.genesis("1".equals(chain.get(0).get("previous_hash"))
            ? "1" : 1);
    }

    // ## What the node is asked again and again

    private final String bob = "bob-%06x".formatted(System.nanoTime()
        & 0xffffff);

    Map<String, Object> payment(Object amount) {
        return Forge.payment("alice", bob, amount);
    }

    Talk.Answer pay(Object amount) throws Exception {
        return talk.post("/transactions/new", payment(amount));
    }

    void mine() throws Exception {
        talk.get("/mine").is(200, "New Block Forged");
        chain();
    }

    /** The newest block holds it so many times. */
    void holds(int times, Map<String, Object> payment) throws Talk.Missed {
        var held = Forge.transactions(tip(0));
        int found = Collections.frequency(held, payment);
        Talk.expect(found == times, (times == 0 ? "not in it: " : times == 1
            ? "once in it: " : times + " times in it: ")
            + CanonicalJson.of(payment), "block "
            + tip(0).get("index") + " holds " + CanonicalJson.of(held));
    }

    private List<?> known = List.of(); // the neighbours, as the node says

    boolean hasNeighbours() { return !known.isEmpty(); }

    Talk.Answer register() throws Exception {
        return register(left, right);
    }

    private Talk.Answer register(Rival... rivals) throws Exception {
        var answer = talk.post("/nodes/register", Map.of("nodes", Stream.of(
            rivals).map(it -> "http://" + address(it)).toList()));
        var all = answer.get("total_nodes");
        if (answer.status() == 201) Talk.expect(all instanceof List<?>,
            "total_nodes, a list of texts", all == null ? names(answer)
            : "total_nodes is " + Talk.kind(all) + ", "
            + CanonicalJson.of(all));
        known = all instanceof List<?> list ? list : List.of();
        return answer;
    }

    String address(Rival neighbour) {
        return here + ":" + neighbour.port();
    }

    private static String names(Talk.Answer answer) {
        return answer.json() instanceof Map<?, ?> map ? "only " + map.keySet()
            .stream().map(name -> "\"" + name + "\"").collect(toList())
            : answer.text();
    }

    Talk.Answer resolve(boolean replaced) throws Exception {
        left.forgets();
        var answer = talk.get("/nodes/resolve");
        var message = "Our chain "
            + (replaced ? "was replaced" : "is authoritative");
        Talk.expect(answer.status() == 200
            && message.equals(answer.get("message")), "status 200, message \""
            + message + "\"", answer + missed(left.heard()));
        return answer;
    }

    // Why a chain may not have been seen, if this is all that was asked.
    private String missed(List<String> requests) {
        if (requests.isEmpty()) return " (your node did not ask "
            + address(left) + " for its /chain)";
        var paths = requests.stream().map(it -> it.split(" ")[1]).toList();
        return paths.contains("/chain") ? "" : " (your node asked "
            + address(left) + " for " + paths.get(0) + ", not /chain)";
    }

    /** The node takes this chain, and it is fetched. */
    void adopts(List<Map<String, Object>> better) throws Exception {
        left.shows(better);
        resolve(true);
        chain();
    }
}
