//JAVA 17+

// What a node still knows when it comes back. The check can't end it: whoever
// started it does that.

final class RestartRows {
    private final Rows rows;

    RestartRows(Rows rows) {
        this.rows = rows;
        var returns = rows.row("its chain is there when it comes back",
            "Is each change of the chain written down before it is answered? "
            + "A block that was mined, and one that a neighbour had?", () -> {
                rows.mine();
                rows.register();
                rows.adopts(rows.rival(1));
                rows.mine();
                rows.pay(5).is(201, "");
                comesBack();
            });
        rows.row("and the payment that waited",
            "It was answered with 201. Has the file a line for it?", () -> {
                rows.mine();
                rows.holds(1, rows.payment(5));
            }, returns);
        rows.row("it goes on with a valid chain",
            "The blocks behind the old ones must fit.",
            () -> rows.forge.valid(rows.chain()), returns);
        rows.row("a second time it is the same",
            "What happened after the first return must be in the file, too, "
            + "and what waited then must not wait again.", () -> {
                rows.pay(6).is(201, "");
                comesBack();
                rows.mine();
                rows.holds(0, rows.payment(5));
                rows.holds(1, rows.payment(6));
            }, returns);
    }

    private void comesBack() throws Exception {
        var before = Forge.copy(rows.chain());
        rows.talk.awaitRestart();
        Talk.same("length", before.size(), rows.chain().size());
        Talk.same("last block", before.get(before.size() - 1), rows.tip(0));
    }
}
