//JAVA 17+

// What is asked of a node that lives in a network by itself: it was started
// with the check's left neighbour, which is to be told, and visited.

import java.util.*;

final class NetworkRows {
    private static final String TOLD = "GET /nodes/resolve";

    private final Rows rows;
    private final SignedRows signed; // or null

    NetworkRows(Rows rows, SignedRows signed) {
        this.rows = rows;
        this.signed = signed;
        visiting();
        telling();
        if (signed != null) passing();
    }

    private Rows.Row visits, learns;

    private void visiting() {
        visits = rows.row("it makes itself known to the neighbour it joins",
            "Start it with localhost:5998 as its neighbour: there this check "
            + "listens. What does it post to /nodes/register?",
            () -> expects(rows.left, "POST /nodes/register", "\"nodes\""));
        rows.row("it takes a longer chain that it was not told of",
            "Somebody may have lost the message. Who asks now and then?",
            () -> shows(rows.rival(1)), visits);
        learns = rows.row("it learns of its neighbour's neighbours",
            "A neighbour's GET /nodes has an object, \"neighbours\": the names "
            + "in it are theirs.", () -> {
                rows.left.answers("/nodes", Map.of("neighbours",
                    Map.of(rows.address(rows.right), "valid")));
                expects(rows.right, "POST /nodes/register", "\"nodes\"");
            }, visits);
        rows.row("GET /nodes names them, for others to learn",
            "Whoever joins you asks the same of you.", () -> {
                var named = rows.talk.get("/nodes").is(200, "")
                    .get("neighbours");
                for (var it : List.of(rows.left, rows.right)) Talk.expect(
                    named instanceof Map<?, ?> map && map.keySet().stream()
                        .anyMatch(name -> ("" + name).endsWith(":" + it.port())),
                    "\"neighbours\" with the name \"" + rows.address(it) + "\"",
                    named);
            }, learns);
    }

    private Rows.Row tells;

    private void telling() {
        tells = rows.row("a new block is told to all neighbours",
            "They have one route that makes them look: /nodes/resolve.",
            () -> {
                listening();
                rows.mine();
                expects(rows.left, TOLD);
                expects(rows.right, TOLD);
            }, learns);
        rows.row("so is one that it took from another",
            "Or it would reach your neighbours, and not theirs.", () -> {
                listening();
                shows(rows.rival(1));
                expects(rows.right, TOLD);
            }, tells);
        rows.row("a neighbour is told once, and then it is quiet",
            "Tell when your chain has changed, and only then. Or the talking "
            + "never ends.", () -> {
                listening();
                for (int i = 0; i < 5; i++)
                    rows.talk.get("/nodes/resolve").is(200, "");
                rows.mine();
                expects(rows.left, TOLD);
                long times = rows.left.heard().stream().filter(it ->
                    it.startsWith(TOLD)).count();
                // One may be late, of the row before.
                Talk.expect(times <= 2, "1 call of " + TOLD, times + " calls");
            }, tells);
    }

    private void passing() {
        rows.row("a signed payment goes on to neighbours that check it",
            "Their GET /nodes says \"signed\": true. It can't be made twice, "
            + "so it may come by many ways.", this::goesOn, tells);
        rows.row("and not to others, who would take it each time",
            "A node that does not check payments can't tell one that came "
            + "twice from two.", () -> {
                goesOn();
                rows.mine();
                expects(rows.right, TOLD); // so it has had its time
                for (var it : rows.right.heard()) Talk.expect(!it.startsWith(
                    "POST /transactions/new"), "no payment", it);
            }, tells);
    }

    // A payment of somebody who has a coin, to the left neighbour: that one
    // checks, the right one does not.
    private void goesOn() throws Exception {
        var payer = new SignedRows.Payer();
        var chain = rows.rival(0);
        signed.fund(chain, payer);
        shows(chain);
        rows.left.answers("/nodes", Map.of("signed", true));
        rows.right.answers("/nodes", Map.of("signed", false));
        listening();
        // It may ask seldom who checks: it has time to visit.
        expects(rows.left, "GET /nodes ");
        var payment = payer.pays(1, 0.5);
        rows.talk.post("/transactions/new", payment).is(201, "");
        expects(rows.left, "POST /transactions/new",
            CanonicalJson.of(payment.get("sender")));
    }

    // ## What a neighbour hears

    private void listening() {
        for (var it : List.of(rows.left, rows.right)) {
            it.answers("/nodes/resolve", Map.of("message",
                "Our chain is authoritative", "chain", List.of()));
            it.forgets();
        }
    }

    private void expects(Rival neighbour, String... words) throws Exception {
        rows.talk.asked = "(your node is asked nothing: it acts by itself)";
        Talk.expect(neighbour.hears(rows.patience, words), String.join(" … ",
            words) + " at " + rows.address(neighbour), "after "
            + rows.patience + " seconds, it heard only "
            + new LinkedHashSet<>(neighbour.heard()));
    }

    // Sooner or later, the node has taken this chain.
    private void shows(List<Map<String, Object>> better) throws Exception {
        rows.left.shows(better);
        var tip = better.get(better.size() - 1);
        for (int i = 0; i < rows.patience * 10; i++) {
            if (rows.chain().size() == better.size()) break;
            Thread.sleep(100);
        }
        Talk.same("last block", tip, rows.tip(0));
    }
}
