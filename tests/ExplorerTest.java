///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/Chains.java
//SOURCES help/Browser.java

// Looks at docs/explorer.html as a class does: in a real Chromium, served
// by real nodes, with a mouse and a keyboard. Pictures of what it saw go to
// tests/screenshots. Those of the book are made on demand:
//
//     jbang tests/ExplorerTest.java --picture

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;

import java.net.URI;
import java.nio.file.*;
import java.util.*;
import java.util.regex.Pattern;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.parallel.*;

@Execution(ExecutionMode.CONCURRENT)
@Order(3) // it takes long, so it begins early
class ExplorerTest {
    private static final Path PAGE = Programs.file("docs/explorer.html");
    private static boolean picture;

    @AutoClose private static Browser browser;
    @AutoClose private final Nodes nodes = new Nodes();
    private Browser.Tab tab;

    @BeforeAll
    static void openBrowser() throws Exception {
        browser = Browser.start();
    }

    // ## What a class does

    @Test
    void aTransactionWaitsAndIsThenInAMinedBlock() throws Exception {
        see(nodes.start());
        tab.await(".ghost", "Nothing was mined yet");
        tab.click("#pay button");
        tab.await("#answer", "will be added to Block 2");
        tab.await(".ghost", "1 transaction waits");
        contains(".ghost", "alice → bob");
        tab.click("#mine button");
        tab.await("#answer", "New Block Forged");
        says("#answer", "✓ New Block Forged Block 2, proof \\d+, "
            + "after \\d+\\.\\d s\\.");
        tab.await("cards().length == 3 && text(card(2)).includes('tip')");
        tab.click("#shell summary");
        says("#curl", "curl -X POST http://localhost:\\d+/mine");
        tab.await(".ghost", "0 transactions wait");
        tab.await("!text('.ghost').includes('Nothing was')");
        tab.await("[aria-label^='Block 2']", "alice → bob");
        tab.click("#terms summary");
        contains("#terms", "tip The newest block of a chain.");
    }

    @Test
    void whatTheNodeRefusesIsToldInItsWords() throws Exception {
        see(nodes.start());
        enter("amount", "a lot");
        tab.await("#answer", "amount must be a number above 0");
        enter("amount", "");
        tab.await("#answer", "Missing values: amount");
        enter("node", "nonsense");
        tab.await("#answer", "is not like http://localhost:5001");
    }

    @Test
    void theCurlThatIsShownDoesTheSame() throws Exception {
        Programs.need("curl");
        see(nodes.start());
        tab.click("#shell summary");
        tab.type("[name=sender]", "O'Hara \\ \"quoted\" 王");
        var curl = new ProcessBuilder("sh").start();
        try (var line = curl.getOutputStream()) {
            // For arguments lose 王 in the C locale.
            line.write((tab.text("#curl") + " -s\n").getBytes(UTF_8));
        }
        var said = new String(curl.getInputStream().readAllBytes(), UTF_8);
        assertTrue(said.contains("Transaction will be added"), said);
        tab.await(".ghost", "O'Hara \\ \"quoted\" 王");
    }

    @Test
    void aForkIsSeenWhereItBegins() throws Exception {
        var ours = nodes.start();
        var theirs = nodes.start("--peer", ours.url());
        mine(ours, 2);
        Nodes.resolve(theirs);
        see(ours);
        enter("node", theirs.url());
        tab.await("#answer", "1 neighbour: ");
        tab.await("text(row(0)).includes('this node and 1 neighbour')");

        Nodes.mine(theirs);
        tab.await("text(row(1)).includes('ahead: 1 block more')");
        pay(ours, "alice", "bob", "7");
        Nodes.mine(ours);
        tab.await("text(row(1)).includes("
            + "'forked after block 3: since then 1 block, ours 1')");
        Nodes.mine(theirs);
        tab.await("text(row(1)).includes('since then 2 blocks, ours 1')");
        tab.await("texts('.title span', row(1)) == "
            + "'= same, = same, = same, ≠ differs, + only there'");
        tab.await("left(row(0), 3) == left(row(1), 3)"); // once it has come in
        tab.picture("fork", "light");
        tab.picture("fork-dark", "dark");

        tab.js("""
            window.fallen = new Set();
            new MutationObserver(() => all('.going').forEach(it =>
              fallen.add(it))).observe($('track'),
              {subtree: true, attributeFilter: ['class']})""");
        tab.click("#resolve button");
        tab.await("#answer", "Our chain was replaced");
        assertEquals("1", tab.js("fallen.size"), "blocks that fell out");
        contains("#answer", "From block 4 on: 1 block out, 2 blocks in. "
            + "Back in the pool: alice → bob: 7.");
        tab.await("text(row(0)).includes('this node and 1 neighbour')");
        tab.await(".ghost", "alice → bob");
        tab.click("#resolve button");
        tab.await("#answer", "Our chain is authoritative");
    }

    @Test
    void everyNeighbourIsShownAsItIs() throws Exception {
        var liar = nodes.says(Chains.body(List.of(Chains.GENESIS,
            new Block(2, 1.5, List.of(), 7, "nonsense")))).address();
        var open = Neighbour.ok(Chains.body(3, Chains.FREE));
        var closed = nodes.plays(out -> out.write(open.replaceFirst(
            "Access.*\r\n", "").getBytes())).address();
        var html = nodes.says("<html>404</html>").address();
        see(nodes.start("--peer", liar, "--peer", closed, "--peer", html,
            "--peer", "localhost:1"));
        tab.await("rowOf('" + liar + "').includes('✕ not valid: block 2')");
        tab.await("rowOf('" + closed + "').includes('lets no web page read')");
        tab.await("rowOf('" + html
            + "').includes('no chain that this node can read')");
        tab.await("rowOf('localhost:1 ').includes('unreachable')");
    }

    // ## What a class breaks

    @Test
    void anEditedBlockBreaksTheChainAndIsMinedAgainForNothing()
            throws Exception {
        var node = nodes.start();
        pay(node, "alice", "bob", "5");
        mine(node, 3);
        var before = Nodes.chain(node);
        seeCopy(node);
        edit(2, "Amount", "500");
        tab.await("#verdict", "Broken at block 3: its previous hash is");
        assertEquals("✓ holds, ✎ edited, ✕ broken, ✕ cut off",
            tab.js("texts('.title span', row(0))"));
        tab.await("getComputedStyle(card(3)).borderTopColor"
            + " == 'rgb(179, 38, 30)'"); // when it has tipped over
        contains("#verdict", "hashes to");
        assertEquals("=, ≠, =", tab.js("texts('.link b', row(0))"));
        tab.picture("broken", "light");
        tab.picture("broken-dark", "dark");

        tab.click("#mend");
        tab.await("#verdict", "Broken at block 4");
        contains("#work", "Mined again so far: 1 block, 0 guesses.");
        tab.press("Enter"); // the button has kept the focus
        tab.await("#verdict", "Valid again: history is rewritten");
        contains("#work", "rewriting costs nothing");

        tab.click("#reset");
        tab.await("#verdict", "A copy to break");
        assertEquals("5", value(2, "Amount"));
        tab.click("#break");
        tab.await("find('.ghost') && !find('.copy')");
        assertEquals(before, Nodes.chain(node));
    }

    @Test
    void underTheLinkedRuleEachBlockCostsItsWorkAgain() throws Exception {
        var node = nodes.start("--rule", "linked");
        mine(node, 4);
        seeCopy(node);
        edit(2, "Recipient", "mallory");
        tab.await("#verdict", "Broken at block 3");
        tab.click("#mend-all");
        tab.await("#verdict", "Valid again");
        says("#work", "Mined again so far: 3 blocks, [1-9][\\d,]+ guesses\\. "
            + "The linked proof seals .*");
    }

    @Test
    void aFalseProofIsToldFromABrokenLinkAndFromNoNumber() throws Exception {
        var node = nodes.start("--zeros", "4");
        Nodes.mine(node);
        seeCopy(node);
        edit(2, "proof", "much");
        tab.await("text('#verdict') == '? Not checked: in block 2, proof must "
            + "be a whole number.'");
        holds("find(\"" + field(2, "proof") + "\").ariaInvalid");
        contains("[aria-label^='Block 2']", "? not checked");
        edit(2, "proof", "1");
        tab.await("#verdict", "Broken at block 2: its proof gives");
        tab.click("#mend"); // finds the smallest proof: the one that was there
        tab.await("#verdict", "A copy to break");
        contains("#work", "1 block, 35,294 guesses");
    }

    @Test
    void anEditThatIsUndoneIsNoneAndAClosedCopyIsGone() throws Exception {
        var node = nodes.start();
        pay(node, "alice", "bob", "5");
        mine(node, 2);
        seeCopy(node);
        for (int block : List.of(2, 3)) { // the last one has no witness
            var was = value(block, "Amount");
            edit(block, "Amount", "500");
            tab.await("text(card(" + block + ")).includes('✎ edited')");
            tab.await("!text('#verdict').includes('A copy')");
            edit(block, "Amount", was);
            tab.await("#verdict", "A copy to break");
            assertFalse(tab.text("#track").contains("edited"));
        }
        holds("find('#mine button').disabled");
        tab.click("#break");
        tab.click("#mine button");
        tab.await("card(4)");
    }

    // The page hashes blocks itself, as the node does.
    @Test
    void whatIsEditedWhileTheNodeIsAwayIsCheckedAllTheSame() throws Exception {
        var node = nodes.start();
        mine(node, 2);
        seeCopy(node);
        nodes.end(node);
        edit(2, "Amount", "500");
        tab.await("#verdict", "Broken at block 3");
    }

    @Test
    void itHashesBlocksAsPythonDoes() throws Exception {
        seeFile();
        var vectors = Client.JSON.readTree(Files.readString(Programs.file(
            "tests/vectors/canonical-json.json")));
        int compared = 0;
        for (var vector : vectors) {
            var block = Client.JSON.writeValueAsString(vector.get(
                "canonical").asText());
            assertEquals(vector.get("sha256").asText(), tab.js(
                "blockHash(parse(" + block + "))"), block);
            compared++;
        }
        assertTrue(compared > 200);
    }

    @Test @Tag("long")
    void manyBlocksAreMendedWithoutSendingThemAllEachTime() throws Exception {
        int many = Runner.size(60, 600);
        see(nodeWithBlocks(many));
        tab.await("card(" + many + ")");
        tab.click("#first");
        tab.await("card(2)");
        tab.click("#break");
        edit(2, "timestamp", "1");
        tab.await("#verdict", "Broken at block 3");
        tab.js("""
            window.sent = 0;
            const fetched = fetch;
            window.fetch = (url, how) => {
              if (how?.headers?.['X-Page'] == 'explorer') // no poll
                sent += how.body.length;
              return fetched(url, how);
            }; 0""");
        tab.click("#mend-all");
        tab.await("#verdict", "Valid again");
        tab.await("!copy.mending"); // the whole was checked, once
        contains("#work", "Mined again so far: " + (many - 2) + " blocks");
        int whole = Integer.parseInt(tab.js("write(copy.chain).length"));
        int sent = Integer.parseInt(tab.js("sent"));
        assertTrue(sent < 3 * whole, sent + " letters for a chain of " + whole);
    }

    @Test
    void enterPressedThriceAtOncePaysOnce() throws Exception {
        var node = nodes.start();
        see(node);
        tab.js("performance.now = () => 5_000; 0"); // however long it takes
        tab.type("[name=amount]", "7");
        for (int i = 0; i < 3; i++) tab.press("Enter");
        tab.await("#answer", "will be added");
        tab.press("Enter");
        holds("!find('#pay button').disabled"); // for nothing was sent
        tab.await(".ghost", "1 transaction waits");
        tab.js("performance.now = () => 6_000; 0");
        tab.press("Enter"); // a second later it is meant
        tab.await(".ghost", "2 transactions wait");
        assertEquals(2, Nodes.waiting(node).size());
    }

    @Test
    void theNodeIsNotToldOfItsOwnPagesPolls() throws Exception {
        var loud = Program.builder(List.of(), List.of());
        loud.command().remove("--quiet");
        var node = nodes.add(new Program(loud.start()));
        see(node.url, "card(1)");
        for (int i = 0; i < 2; i++) tab.awaitAnswer("/chain", 304);
        tab.click("#mine button");
        assertEquals(List.of("GET /", "POST /mine"), node.says("POST").stream()
            .filter(line -> line.matches(".*(GET|POST) .*"))
            .map(line -> line.replaceAll(".*(GET|POST) +(\\S*).*", "$1 $2"))
            .toList());
    }

    // ## Work, and who has what

    @Test
    void eachCardShowsItsWork() throws Exception {
        var node = nodes.start("--zeros", "4");
        mine(node, 2);
        see(node);
        tab.await("card(3)");
        assertEquals("proof 3529335089 → 0000 "
            + new Sha256().hex("3529335089").substring(4, 8) + "…",
            tab.js("text(card(3).querySelector('.work'))"));
        tab.click("#break");
        edit(2, "proof", "5");
        tab.await("card(2).querySelector('.work .bad')");
        contains("[aria-label^='Block 2'] .work", "proof 1005 → "
            + new Sha256().hex("1005").substring(0, 4));
    }

    @Test
    void whileANodeMinesItsGuessesRunPast() throws Exception {
        see(nodes.start("--zeros", "16")); // it will not find any
        tab.js("""
            window.rates = 0; // as the node says them
            new MutationObserver(() => rates += /[1-9]\\d*,\\d{3} a second/
              .test(text('.ghost .work .count'))).observe(
              $('track'), {subtree: true, childList: true})""");
        tab.click("#mine button");
        tab.await("rates > 3 && text('.ghost .text').startsWith('100')");
        tab.click("#pay button"); // and the ghost still says so
        tab.await("#answer", "will be added");
        contains(".ghost", "mining…");
        holds("!text('.ghost').includes('Nothing was mined')");
    }

    @Test
    void whoHasWhatIsCountedExactly() throws Exception {
        var node = nodes.start("--id", "miner");
        pay(node, "alice", "bob", "0.1");
        pay(node, "alice", "bob", "0.2");
        pay(node, "carol", "bob", "1e-05");
        pay(node, "bob", "dave", "12345678901234567890");
        Nodes.mine(node);
        see(node);
        tab.click("#owners summary");
        tab.await("#balances", "miner");
        assertEquals("dave 12345678901234567890, miner 1, carol −0.00001, "
            + "alice −0.3, bob −12345678901234567889.69999",
            tab.js("texts('#balances > *')"));
        tab.click("#balances li:nth-child(4) button");
        tab.await("all('.lit').length == 2");
        contains(".lit", "alice → bob");
    }

    // In a block of others, anything may stand.
    @Test
    void transactionsOfAnyKindAreShownAndDoNoHarm() throws Exception {
        var odd = nodes.says(Chains.holding("5, \"odd\", [1], {\"note\": "
            + "{\"a\": 1}}, {\"amount\": \"7\", \"recipient\": \"bob\", "
            + "\"sender\": \"alice\"}", 2));
        var node = nodes.start("--peer", odd.address());
        Nodes.resolve(node);
        Nodes.mine(node);
        see(node);
        tab.await("card(3)");
        tab.await("text(card(2)).includes('odd')");
        tab.click("[aria-label^='Block 2'] button.more");
        contains("[aria-label^='Block 2']", "alice → bob 7");
        tab.click("#owners summary");
        tab.await("#balances", " 1"); // the reward alone
        assertEquals("1", tab.js("$('balances').children.length"));
        tab.click("#break");
        edit(2, "Sender", "mallory");
        tab.await("#verdict", "Broken at block 3");
    }

    @Test
    void equalChainsAreShownOnceWithTheNamesThatTheirMiningPays()
            throws Exception {
        var teacher = nodes.start("--id", "teacher");
        Nodes.mine(teacher);
        for (var name : List.of("ada", "bob", "carol", "carol", "dave", "eve"))
            nodes.start("--join", teacher.url(), "--id", name);
        see(teacher);
        tab.await("text(row(0)).includes('this node and 6 neighbours: ')");
        tab.await("texts('#track h3').endsWith(' and 3 more')");
        tab.await("sections().length == 1 && histories.size == 1");
        tab.await("Object.keys(node.names).length == 6");
        assertEquals("ada, bob, dave, eve", tab.js("Object.keys(node.names)"
            + ".map(nameAt).filter(name => !name.includes(':')).sort()"
            + ".join(', ')"));
    }

    @Test
    void sixtyNeighboursFitOnAScreen() throws Exception {
        var peers = new ArrayList<String>();
        for (int i = 0; i < 60; i++) peers.addAll(List.of("--peer", nodes.says(
            Chains.body(2 + i % 3, Chains.FREE)).address()));
        see(nodes.start(peers.toArray(String[]::new)), "1920x1080", "en");
        tab.await("histories.size == 3 && sections().length == 4");
        tab.await("[1, 2, 3].every(i => texts('h3', row(i))"
            + ".includes(' and 17 more'))");
        tab.await("[1, 2, 3].map(i => all('.card', row(i)).length)"
            + ".join() == '4,3,2'"); // the longest first
        tab.picture("sixty", "light");
    }

    @Test
    void redIsForWhatIsBroken() throws Exception {
        see(nodes.start());
        assertEquals("", tab.js("""
            Array.from({length: 4096}, (_, i) => {
              const e = colour(document.createElement('p'),
                i.toString(16).padStart(3, '0').repeat(22).slice(0, 64));
              return ['--hue', '--other-hue'].map(name =>
                Number(e.style.getPropertyValue(name)));
            }).flat().filter(hue => hue < 60 || hue > 340).join()"""));
    }

    // A class looks at a projector: the fork must be in sight, whole.
    @Test
    void aForkFitsAProjector() throws Exception {
        see(classroom("2"), "1280x720", "en");
        tab.await("text(row(1)).includes('forked')");
        holds("row(1).getBoundingClientRect().top < .61 * innerHeight");
        holds("row(1).getBoundingClientRect().bottom <= innerHeight");
        tab.click("#break");
        edit(2, "Amount", "500");
        tab.await("#verdict", "Broken at block 3");
        holds("$('verdict').getBoundingClientRect().bottom < innerHeight / 2");
        tab.await("left(row(0), 2) >= 0");
    }

    // Three hues of each hash: of a thousand pairs, hardly one looks alike.
    @Test
    void twoHashesHaveTwoLooks() throws Exception {
        seeFile();
        int alike = Integer.parseInt(tab.js("""
            (looks => looks.filter((a, i) => i && a.every((hue, j) =>
              Math.abs(hue - looks[i - 1][j]) < 20)).length)(
              Array.from({length: 1001}, (_, i) => {
                const e = colour(make('p'), hex(sha256('hash ' + i)));
                return ['--hue', '--other-hue', '--third-hue'].map(name =>
                  Number(e.style.getPropertyValue(name)));
              }))"""));
        assertTrue(alike < 10, alike + " of 1000");
    }

    @Test
    void aWallShowsTheNetworkAsATree() throws Exception {
        var ours = nodes.start("--id", "ada");
        mine(ours, 2);
        for (var name : List.of("ben", "chloe", "dan")) {
            var other = nodes.start("--peer", ours.url(), "--id", name);
            Nodes.resolve(other);
            if (!name.equals("ben")) mine(other, name.equals("dan") ? 2 : 1);
            Nodes.register(ours, other.url());
        }
        mine(ours, 1);
        see(ours, "1280x720", "en");
        tab.await("histories.size == 3 && node.names");
        tab.click("#wall");
        tab.await("all('#blocks .box').length == 7"); // 3 shared, 1 + 1 + 2 not
        tab.await("[...all('#chips text')].map(it => it.textContent).sort()"
            + ".join() == 'ada,ben,chloe,dan'");
        assertEquals("Block 4", tab.text("#height"));
        assertEquals("ada 3", tab.text("#miners"));
        holds("$('keys').getBoundingClientRect().bottom <= innerHeight");
        holds("""
            (boxes => boxes.every((a, i) => boxes.every((b, j) => i == j
              || a.right <= b.left || b.right <= a.left
              || a.bottom <= b.top || b.bottom <= a.top)))(
              all('.box rect, .chip rect').map(it =>
              it.getBoundingClientRect()))""");
        holds("[...all('#chips text'), ...all('.box text')].every(it => it"
            + ".getBoundingClientRect().height > innerHeight * .035)");
        tab.picture("wall", "light");

        var before = tab.js("[...chips.get('ada').style.transform].join('')");
        tab.press("r"); // the longest is dan's
        tab.await("text('#height') == 'Block 5'");
        tab.await("chips.get('ada').style.transform != '" + before + "'");
        tab.reload();
        tab.await("find('#wall').ariaPressed == 'true'");
        tab.press("Escape");
        tab.await("!find('#tree').checkVisibility() && card(5)");
    }

    // An idle class costs nothing. A chain that is known already is read whole
    // once: or the browser does not keep it, and asks for it for ever.
    @Test
    void aChainThatIsKnownIsNotLoadedAgainAndAgain() throws Exception {
        see(nodes.start());
        assertEquals("read, cancelled", tab.js("""
            (async () => {
              const done = [], real = window.fetch;
              window.fetch = async () => ({ headers: new Headers({ETag: '"x"'}),
                body: { cancel() { done.push('cancelled'); } },
                async arrayBuffer() { done.push('read'); } });
              histories.set('"x"', {});
              await fetchChain('http://a', '"another"');
              await fetchChain('http://a', '"x"'); // not modified
              window.fetch = real;
              histories.delete('"x"');
              return done.join(', ');
            })()"""));
    }

    @Test
    void aStoryIsToldInNineStepsThatPointAtWhatTheySpeakOf() throws Exception {
        see(classroom("2"));
        tab.await("row(1)");
        tab.click("#tell");
        for (int i = 1; i <= 9; i++) {
            says("#caption", i + "/9 · .*");
            assertEquals("1", tab.js("all('[data-pointed]').length"));
            if (i == 3 || i == 4) tab.click("#language"); // nothing is lost
            if (i == 6) tab.picture("story", "light");
            tab.click("#later");
        }
        holds("find('#story').hidden");
    }

    @Test
    void aStoryDoesItsStepsAndKnowsThem() throws Exception {
        var other = nodes.start();
        see(nodes.start(), "1280x720", "en");
        tab.click("#tell");
        for (int i = 1; i <= 9; i++) {
            holds("all('[data-pointed]').length == 1");
            tab.await("""
                (pointed => pointed.top >= 0 && pointed.top
                  < $('story').getBoundingClientRect().top)(
                  find('[data-pointed]').getBoundingClientRect())""");
            if (i == 5) tab.type("[name=node]", other.url());
            if (i == 6) mine(other, 4);
            if (!tab.js("$('doit').checkVisibility()").equals("false"))
                tab.click("#doit");
            tab.await("text('#caption').endsWith('✓')");
            if (i < 9) tab.press("PageDown"); // as a presenter's remote does
        }
        holds("copy !== null && node.chain.length == 5");
        tab.press("Escape");
        holds("find('#story').hidden && document.activeElement.id == 'tell'");
    }

    @Test
    void aLinkLeadsToABlock() throws Exception {
        see(nodeWithBlocks(60).url() + "/#block=30", "card(30)");
        tab.click("[aria-label^='Block 31 '] a");
        tab.await("location.hash == '#block=31'");
    }

    // News may come before the browser has told the page that it scrolled.
    @Test
    void newsAppearsByItselfAndTakesNobodyBackToTheTip() throws Exception {
        var node = nodeWithBlocks(60);
        see(node);
        tab.await("card(60)");
        tab.awaitAnswer("/chain", 304); // nothing new costs nothing
        holds("find('#first').click(); changed(); scroller.scrollLeft == 0");
        holds("find('#tip').click(); changed();"
            + "scroller.scrollLeft == tipAt()");
        Nodes.mine(node); // and who is there stays there
        tab.await("text(card(61)).includes('tip')");
    }

    // It asks each of 31 once a second, and its own node three times. So two
    // megabytes a minute are almost a thousand bytes an answer.
    @Test @Tag("long")
    void anIdlePageIsSentNextToNothing(TestReporter reporter)
            throws Exception {
        var desks = new ArrayList<>(List.of(nodeWithBlocks(
            Runner.size(300, 2_000))));
        while (desks.size() < Runner.size(4, 31)) desks.add(nodes.start(
            "--zeros", "0", "--peer", desks.get(0).url()));
        var teacher = nodes.start("--zeros", "0", "--peer",
            desks.get(0).url());
        for (var desk : desks) {
            Nodes.resolve(desk);
            Nodes.register(teacher, desk.url());
        }
        Nodes.resolve(teacher);
        see(teacher);
        var equal = "neighbours.size == " + desks.size() + " && [...neighbours"
            + ".values()].every(({ etag }) => etag == node.etag)";
        tab.await(equal);
        Nodes.mine(teacher);
        tab.await("cards().length && text('h1').includes('"
            + String.format(Locale.ROOT, "%,d", Nodes.chain(teacher).size())
            + "')");
        for (var desk : desks) {
            Nodes.register(desk, teacher.url());
            Nodes.resolve(desk);
            tab.awaitAnswer("/chain", 304);
        }
        tab.await(equal);
        int answers = Runner.size(3, 60) * (desks.size() + 3);
        long each = tab.received(answers) / answers;
        reporter.publishEntry(each + " bytes an answer");
        assertTrue(each > 50 && each < 950, each + " bytes an answer");
    }

    @Test
    void aCopyThatIsLongerWouldWin() throws Exception {
        see(classroom("2")); // 3 blocks; the neighbour has 4
        tab.await("text(row(1)).includes('forked')");
        tab.click("#break");
        edit(3, "Amount", "300");
        tab.await("#offer", "this node has 3 blocks, and would keep its own");
        tab.click("#extend");
        tab.await("#offer", "this node has 3 blocks, and would take it");
        tab.await("#offer", "has 4 blocks, and would keep its own");
        tab.click("#extend");
        tab.await("#offer", "has 4 blocks, and would take it");
        assertEquals("5", tab.js("copy.chain.length"));
        tab.picture("offer", "light");
    }

    // ## Keys

    @Test
    void aPurseInThePagePaysASignedNode() throws Exception {
        var port = "" + Programs.port();
        var node = nodes.start("--port", port, "--signed");
        see(node);
        tab.await("#purse", "next payment is number 1");
        var address = tab.text("#purse code");
        assertTrue(Payment.isAddress(address), address);
        nodes.end(node);
        node = nodes.start("--port", port, "--signed", "--id", address);
        Nodes.mine(node);
        tab.await("#purse", "has 1. Its next payment is number 1");
        tab.await("#purse", "--port " + (Integer.parseInt(port) + 1)
            + " --zeros 2 --signed --id " + address + " --join http://");
        tab.type("[name=recipient]", "Zoë 村 🪙");
        enter("amount", "0.50");
        tab.await("#answer", "will be added to Block 3");
        tab.await("#purse", "next payment is number 2");
        tab.await("!find('#pay button').disabled");
        enter("amount", "1e-5");
        tab.await(".ghost", "2 transactions wait");
        tab.await("!find('#pay button').disabled");
        enter("amount", "0.6"); // too much
        tab.await("text('#answer').startsWith('✕')");
        contains("#answer", "has 0.49999");
        tab.click("#mine button");
        tab.await("card(3) && text('#purse').includes('has 1.49999')");

        tab.click("#break");
        edit(3, "Amount", "0.75");
        tab.await("#verdict", "payment 1 is not signed by");
        holds("find('#mend').hidden");
        tab.click("#reset");
        tab.click("[aria-label^='Block 3'] li:nth-child(2) button");
        tab.await("#verdict", "has the number 2, but the next of");
    }

    // ## Without a node

    private void seeFile() throws Exception {
        see(PAGE.toAbsolutePath().toUri().toString(), "card(5)");
    }

    @Test
    void aPageWithoutANodePlaysOneAndThreeNeighbours() throws Exception {
        seeFile();
        contains("#alone", "This page has no node: it plays one");
        assertEquals("you · 5 blocks", tab.text("#who"));
        for (var hash : Chains.vectors("seed-chain.json").get("hashes"))
            holds("node.hashes.includes(" + hash + ")"); // the article's own
        tab.await("text('#fork').includes('ada 2 : 1 us')");
        tab.await("rowOf('chloe').includes('behind: 2 blocks fewer')");
        tab.click("#pay button");
        tab.await(".ghost", "alice → bob");
        tab.click("#resolve button");
        tab.await("#answer", "Our chain was replaced");
        tab.await(".ghost", "bob → carol"); // it had its block in ours
        tab.click("#mine button");
        tab.await("#answer", "New Block Forged Block 7, proof 85724");
        tab.await("card(7)");
        assertEquals(node("chain"), node("chain.filter((block, i) => i === 0 || "
            + "validProof(node.chain[i - 1].proof, block.proof, ''))"));
        tab.click("#break");
        edit(4, "Amount", "500");
        tab.await("#verdict", "Broken at block 5");
        tab.click("#mend-all");
        tab.await("#verdict", "Valid again");
        tab.click("#extend");
        tab.await("#verdict", "Longer than all");
        tab.picture("alone", "light");
        tab.load("axe-core@4.10.3", "axe.min.js");
        axeFindsNothing("alone");
    }

    @Test
    void thirtyNodesInSixHistoriesFitOnTheWall() throws Exception {
        seeFile();
        tab.size("1280x720");
        tab.js("""
            for (let i = 0; i < 29; i++) {
              let chain = alone.chain.slice(0, 4);
              if (i % 6 === 0) chain = alone.chain;
              else for (const proof of ['146502', '43538']) chain = played(chain,
                String(1506280710.5 + i % 6), proof, ['0', 'group' + i % 6, '1']);
              alone.peers['student-' + i] = chain;
            }
            for (const name of ['ada', 'ben', 'chloe']) delete alone.peers[name];
            refresh().then(() => 0)""");
        tab.await("histories.size == 6");
        tab.click("#wall");
        tab.await("all('#chips .chip').length == 30");
        tab.await("document.getAnimations().length == 0");
        for (var size : List.of("1280x720", "1920x1080")) {
            tab.size(size);
            holds("""
                (boxes => boxes.every((a, i) => a.right <= innerWidth
                  && a.bottom <= innerHeight && boxes.every((b, j) => i == j
                  || a.right <= b.left || b.right <= a.left
                  || a.bottom <= b.top || b.bottom <= a.top)))(
                  all('.box rect, .chip rect').map(it =>
                  it.getBoundingClientRect()))""");
            tab.picture("wall-" + size, "light");
        }
    }

    private String node(String expression) throws Exception {
        return tab.js("write(node." + expression + ")");
    }

    @Test
    void aHashToPlayWithIs256Lamps() throws Exception {
        seeFile();
        tab.click("#play summary");
        assertEquals(new Sha256().hex("Alice → Bob: 50"), tab.text("#digest"));
        tab.type("#words", "Zoë 村 🪙");
        assertEquals(new Sha256().hex("Zoë 村 🪙0"), tab.text("#digest"));
        holds("all('#digest mark').length > 40");
        assertEquals("" + new java.math.BigInteger(new Sha256().hex(
            "Zoë 村 🪙0"), 16).bitCount(), tab.js("all('#lamps .on').length"));
        assertEquals("256", tab.js("all('#lamps i').length"));
        tab.type("#zeros", "2");
        tab.click("#dig");
        tab.await("text('#flipped').startsWith('✓ It begins with 2 zeros.')");
        var number = tab.js("find('#number').value");
        assertTrue(new Sha256().hex("Zoë 村 🪙" + number).startsWith("00"));
    }

    @Test
    void aTextIsSignedAndVerified() throws Exception {
        seeFile();
        tab.click("#signing summary");
        tab.click("#sign");
        tab.await("#signed", "✓ The owner of this key has signed");
        holds("$('sign-signature').value.length == 128");
        tab.type("#sign-text", "Alice → Bob: 500");
        tab.await("#signed", "✗ No: this key has not signed");
        tab.type("#sign-text", "Alice → Bob: 5");
        tab.await("#signed", "✓");
        tab.type("#sign-key", "00");
        tab.await("#signed", "✗");
    }

    @Test
    void numbersComeOutAsTheyWentIn() throws Exception {
        var digits = "123456789012345678901234567890";
        var node = nodes.start();
        pay(node, "a", "b", "1.0");
        pay(node, "a", "b", digits);
        pay(node, "5", "b", "1e-05");
        mine(node, 2);
        see(node);
        tab.await("card(3)");
        tab.click("[aria-label^='Block 2'] button.more");
        assertEquals("1.0, " + digits + ", 1e-05, 1",
            tab.js("texts('li li b', card(2))"));

        // In the copy each is edited and put back, and the chain holds.
        tab.click("#break");
        var amount = "[aria-label^='Block 2'] li:nth-child(%d) "
            + "[aria-label=Amount]";
        for (int i = 1; i <= 3; i++) {
            var field = amount.formatted(i);
            var was = tab.js("find(\"" + field + "\").value");
            tab.type(field, "1");
            tab.await("#verdict", "Broken at block 3");
            tab.type(field, was);
            tab.await("#verdict", "A copy to break");
        }
        tab.type(amount.formatted(1), "1"); // 1 is not 1.0
        tab.await("#verdict", "Broken at block 3");

        // What is paid in the browser arrives digit for digit, too.
        tab.click("#break");
        enter("amount", "2.50");
        tab.await("#answer", "will be added");
        enter("amount", digits);
        tab.click("#shell summary");
        tab.await("#curl", digits + "}");
        tab.await(".ghost", "2 transactions wait");
        contains(".ghost", digits);
    }

    // ## What strangers do

    @Test
    void aHostileNameIsShownAsTextAndNothingMore() throws Exception {
        var hostile = "<img src=x onerror=\"window.hurt=1\">"
            + "<script>hurt=1</script>";
        var node = nodes.start();
        for (var name : List.of(hostile, "__proto__", "\u202egnp.exe",
            "👩\u200d🎓", "x".repeat(1000))) pay(node, name, "b", "1");
        see(node);
        tab.await(".ghost", "<img src=x onerror=");
        Nodes.mine(node);
        tab.await("text(card(2)).includes('<img src=x onerror=')");
        tab.click("#break");
        assertEquals(hostile, value(2, "Sender"));
        assertEquals("none", tab.js("window.hurt ?? 'none'"));
        holds("!find('#track img')");
        holds("card(2).scrollWidth <= card(2).clientWidth + 4");
    }

    @Test
    void nothingRunsButThePagesOwnFiles() throws Exception {
        var page = Files.readString(PAGE);
        assertTrue(page.contains("default-src 'none';\n  script-src 'self'; "
            + "style-src 'self'; connect-src *;"), page);
        assertFalse(page.matches("(?s).*(<script>|<style>| style=| on[a-z]+=)"
            + ".*"));
        try (var files = Files.list(PAGE.resolveSibling("explorer"))) {
            for (var file : files.toList()) {
                var name = "explorer/" + file.getFileName();
                assertFalse(Files.readString(file).matches("(?s).*(innerHTML"
                    + "|outerHTML|insertAdjacentHTML|document\\.write|eval\\("
                    + "|//[a-z]+\\.[a-z]+/).*"), name);
                assertTrue(page.contains("=\"" + name + "\""), name);
            }
        }
    }

    // ## Long chains, both languages, every screen

    @Test @Tag("long")
    void thousandsOfBlocksAreQuick() throws Exception {
        int last = Runner.size(3_000, 10_000);
        see(nodeWithBlocks(last));
        tab.await("card(" + last + ") && text('.ghost').includes('Block "
            + (last + 1) + "')");
        holds("cards().length < 20");
        tab.await("text(row(1)).includes('= the same chain')");
        tab.click("#first");
        tab.await("text(card(1)).includes('genesis')");
        tab.click("#scroller");
        tab.press("End");
        tab.await("card(" + last + ")");
        tab.type("#goto", "2000");
        tab.press("Enter");
        tab.await("card(2000)");
        tab.click("#break");
        tab.type("#goto", "2000"); // for it opens at block 2
        tab.press("Enter");
        edit(2000, "timestamp", "1");
        tab.await("#verdict", "Broken at block 2001");
        var ms = tab.js("""
            Math.min(...Array.from({length: 10}, () => {
              const begun = performance.now();
              changed();
              return performance.now() - begun;
            }))""");
        assertTrue(Double.parseDouble(ms) < 5, ms + " ms"); // or below 1
        tab.picture("long", "light");
    }

    @Test
    void itSpeaksChineseToAChineseBrowserAndEnglishOnDemand() throws Exception {
        var node = nodes.start();
        see(node, "1600x900", "zh-CN");
        tab.await("text('#mine') == '挖一个区块'");
        assertEquals("zh", tab.js("document.documentElement.lang"));
        var top = "find('#scroller').getBoundingClientRect().top";
        var chinese = tab.js(top);
        tab.click("#language");
        assertEquals(chinese, tab.js(top), "nothing jumps");
        tab.click("#language");
        tab.click("#mine button");
        tab.await("#answer", "证明");
        tab.await("text(card(2)).includes('链顶端')");
        var book = Client.get(tab.js("$('book').href"));
        assertTrue(book.text().contains(">动手造一条区块链</h1>"), book.text());
        tab.click("#break");
        tab.js("for (const fold of all('.body details')) fold.open = true; 0");
        tab.type("[aria-label^='区块 1'] [aria-label=时间戳]", "5");
        tab.await("#verdict", "断在区块 2");
        tab.picture("chinese", "light");
        tab.click("#language");
        tab.await("text('#mine') == 'Mine a block'");
        contains("#verdict", "Broken at block 2");
        contains("#answer", "Block 2, proof");
        assertEquals("", tab.js("untranslated()"));
        assertEquals(node.url() + "/docs/README.md", tab.js("$('book').href"));
    }

    // The second would be taken, and the first never said.
    @Test
    void noWordHasTwoMeanings() throws Exception {
        var chinese = Files.readString(PAGE.resolveSibling("explorer/words.js"))
            .split("\n  zh: \\{")[1].split("\n\\};")[0];
        var keys = Pattern.compile("(?m)(?:^ +|, )(\\w+): ['\\[{]")
            .matcher(chinese).results().map(it -> it.group(1)).toList();
        assertTrue(keys.size() > 130, "" + keys);
        var seen = new HashSet<String>();
        for (var key : keys) assertTrue(seen.add(key), key);
    }

    // A mark that is left is one that Markdown did not understand.
    @Test
    void theBookIsMadeOfPagesForABrowser() throws Exception {
        var node = nodes.start();
        var links = new TreeSet<String>();
        for (var folder : List.of("docs", "docs/zh")) {
            try (var files = Files.list(Programs.file(folder))) {
                for (var file : files.map(it -> "" + it.getFileName())
                        .filter(it -> it.endsWith(".md")).toList()) {
                    var page = Client.get(node.url() + "/" + folder + "/" + file);
                    assertEquals("text/html;charset=utf-8", page.type());
                    assertTrue(page.text().contains("<html lang=\""
                        + (folder.endsWith("zh") ? "zh" : "en")), file);
                    Pattern.compile("(?:href|src)=\"((?!http)[^#\"]+)").matcher(
                        page.text()).results().forEach(it -> links.add(
                            folder + "/" + it.group(1)));
                    var prose = page.text().replaceAll(
                        "(?s)<(code|style).*?</", "");
                    assertFalse(Pattern.compile("\\*\\*|\\]\\(|\\n#|\\n\\|")
                        .matcher(prose).find(), folder + file);
                }
            }
        }
        assertTrue(links.size() > 40, "" + links);
        for (var link : links) assertEquals(200, Client.get(URI.create(node.url()
            + "/" + link).normalize().toString()).status(), link);
        see(node.url() + "/docs/01-blocks.md",
            "text('h1').includes('Blocks') && find('img').naturalWidth > 0");
    }

    @Test
    void itFitsEveryScreen() throws Exception {
        see(classroom("4"), "1200x860", "en");
        tab.await("text(row(1)).includes('forked')");
        var fits = "document.documentElement.scrollWidth <= innerWidth";
        for (var size : "360x740 800x600 1366x768 1920x1080".split(" ")) {
            tab.size(size);
            holds(fits);
            for (var scheme : List.of("light", "dark"))
                tab.picture(size + "-" + scheme, scheme);
            tab.click("#break");
            holds(fits);
            tab.picture(size + "-copy", "light");
            tab.click("#break");
        }
    }

    @Test
    void aKeyboardIsEnough() throws Exception {
        see(nodes.start());
        var met = new ArrayList<String>();
        for (int i = 0; i < 16; i++) {
            tab.press("Tab");
            met.add(tab.js("document.activeElement.id || document.activeElement"
                + ".name || text(document.activeElement)"));
        }
        assertEquals("tell, wall, book, language, Mine a block, from, "
            + "recipient, amount, Pay, node, Add, Resolve, The same in a "
            + "terminal, break, Who has what, scroller",
            String.join(", ", met));
        assertEquals("", tab.js("all('input, button').filter(it => "
            + "it.checkVisibility() && !it.innerText && !it.labels?.length "
            + "&& !it.ariaLabel).map(it => it.id).join()"));
    }

    // axe-core knows what keeps people from using a page.
    @Test
    void axeFindsNothingInAnyState() throws Exception {
        var node = classroom("2");
        pay(node, "x".repeat(900), "y".repeat(900), "1");
        see(node);
        tab.await("text(row(1)).includes('forked')");
        tab.load("axe-core@4.10.3", "axe.min.js");
        axeFindsNothing("plain");
        for (var details : List.of("#owners", "#play", "#signing",
                "#terms")) {
            tab.click(details + " summary");
            tab.await("find('" + details + "').open");
        }
        tab.click("#balances button");
        axeFindsNothing("all open");
        tab.click("#tell");
        axeFindsNothing("story");
        tab.click("#wall");
        axeFindsNothing("wall");
        tab.click("#wall");
        tab.click("#break");
        axeFindsNothing("copy");
        edit(2, "Amount", "500");
        tab.await("#verdict", "Broken at block 3");
        axeFindsNothing("broken");
        edit(2, "proof", "much");
        tab.await("#verdict", "Not checked");
        axeFindsNothing("not checked");
    }

    // In the dark only the colours are others.
    private void axeFindsNothing(String state) throws Exception {
        for (var scheme : List.of("light", "dark")) {
            tab.scheme(scheme);
            tab.await("document.getAnimations().every(it => "
                + "it.effect.getTiming().iterations == Infinity)");
            var only = scheme.equals("dark") ? ", runOnly: 'cat.color'" : "";
            assertEquals("", tab.js("axe.run({resultTypes: ['violations'], "
                + "preload: false" + only + "}).then(found => found.violations.map(it => it.id"
                + " + ': ' + it.nodes.map(n => n.target + ' ' + n.any.map(a =>"
                + " a.message)).join(', ')).join('\\n'))"), state + scheme);
        }
        tab.scheme("");
    }

    @Test
    void nodesComeAndGoWithoutAReload() throws Exception {
        var port = "" + Programs.port();
        var node = nodes.start("--port", port);
        see(node);
        tab.await("sections().length == 1");
        tab.await("text('#live') == '● Live'");
        var other = nodes.start("--join", node.url());
        var name = URI.create(other.url()).getAuthority();
        tab.await("rowOf('" + name + "').includes('forked at the start')"
            + " || rowOf('" + name + "').includes('genesis')");
        nodes.end(node);
        nodes.end(other); // or it would come again
        tab.await("#live", "does not answer");
        tab.click("#mine button");
        tab.await("#answer", "does not answer");
        nodes.start("--port", port);
        tab.await("sections().length == 1");
        tab.await("text('#live') == '● Live'");
    }

    // ## What the tests are made of

    private void see(Node node) throws Exception {
        see(node, "1600x900", "en");
    }

    private void see(Node node, String size, String language) throws Exception {
        tab = nodes.add(browser.open(node.url(), size, language,
            "cards().length > 1"));
    }

    /** And then the copy that may be broken. */
    private void seeCopy(Node node) throws Exception {
        see(node);
        tab.click("#break");
    }

    private void see(String url, String ready) throws Exception {
        tab = nodes.add(browser.open(url, "1600x900", "en", ready));
    }

    private void holds(String condition) throws Exception {
        assertEquals("true", tab.js(condition), condition);
    }

    private void contains(String selector, String words) throws Exception {
        var text = tab.text(selector);
        assertTrue(text.contains(words), text);
    }

    private void says(String selector, String pattern) throws Exception {
        var text = tab.text(selector);
        assertTrue(text.matches(pattern), text);
    }

    /** Types it into a form, and presses Enter. */
    private void enter(String field, String value) throws Exception {
        tab.type("[name=" + field + "]", value);
        tab.press("Enter");
    }

    private void edit(int block, String name, String value) throws Exception {
        tab.await("find(\"" + field(block, name) + "\")");
        tab.js("for (const fold of all('.body details')) fold.open = true; 0");
        tab.type(field(block, name), value);
    }

    private String value(int block, String name) throws Exception {
        return tab.js("find(\"" + field(block, name) + "\").value");
    }

    private static String field(int block, String name) {
        return "[aria-label^='Block " + block + " '] [aria-label=" + name + "]";
    }

    private static void mine(Node node, int times) throws Exception {
        for (int i = 0; i < times; i++) Nodes.mine(node);
    }

    private static void pay(Node node, String sender, String recipient,
                            String amount) throws Exception {
        Nodes.pay(node, "{\"sender\": " + CanonicalJson.of(sender)
            + ", \"recipient\": " + CanonicalJson.of(recipient)
            + ", \"amount\": " + amount + "}");
    }

    private Node nodeWithBlocks(int number) throws Exception {
        var node = nodes.start("--zeros", "0", "--peer", nodes.says(
            Chains.body(number, Chains.FREE)).address());
        Nodes.resolve(node);
        return node;
    }

    /** Two nodes that agreed for a while, with names a class would use. */
    // Bob's cake in the north, Carol's in the south, as in chapter 6.
    @Test
    void aForkIsSeenWhole() throws Exception {
        var south = nodes.start("--zeros", "4", "--id", "South");
        Nodes.mine(south);
        var north = nodes.start("--zeros", "4", "--id", "ada", "--peer",
            south.url());
        Nodes.resolve(north);
        pay(north, "Alice", "Bob", "1");
        pay(south, "Alice", "Carol", "1");
        Nodes.mine(north);
        Nodes.mine(south);
        see(north, "1200x760", "en");
        tab.await("text(row(1)).includes('South · forked')");
        holds("row(1).getBoundingClientRect().bottom <= innerHeight");
        holds("$('fork').checkVisibility() && text('#fork').includes('South')");
        keep("explorer");
    }

    // As a reader's node answers at the end of chapter 1.
    @Test
    void aChainWithoutLinksIsShownBroken() throws Exception {
        var block = "{\"index\": %d, \"timestamp\": 1506280650.5, "
            + "\"transactions\": [{\"sender\": \"0\", \"recipient\": "
            + "\"ada\", \"amount\": 1}], \"proof\": 0, \"previous_hash\": "
            + "\"?\"}";
        var first = nodes.says("{\"chain\": [{\"index\": 1, \"timestamp\": "
            + "1506280650.0, \"transactions\": [], \"proof\": 100, "
            + "\"previous_hash\": 1}, " + block.formatted(2) + ", "
            + block.formatted(3) + "], \"length\": 3}");
        see(nodes.start("--zeros", "4", "--id", "ours", "--peer",
            first.address()), "1200x760", "en");
        tab.await("text(row(1)).includes('not valid')");
        holds("row(1).getBoundingClientRect().bottom <= innerHeight");
        keep("first-chain");
    }

    /** In English, and in Chinese. */
    private void keep(String name) throws Exception {
        for (var folder : List.of("docs/", "docs/zh/")) {
            var taken = tab.picture(folder.replaceAll("docs/|/", "") + name,
                "light");
            assertTrue(Files.size(taken) < 250_000, "for the book: " + taken);
            if (picture) Files.copy(taken, Programs.file(folder).resolve(name
                + ".png"), StandardCopyOption.REPLACE_EXISTING);
            tab.click("#language");
        }
    }

    private Node classroom(String zeros) throws Exception {
        var ours = nodes.start("--zeros", zeros);
        var theirs = nodes.start("--zeros", zeros, "--peer", ours.url());
        pay(ours, "d4ee26eee15148ee92c6cd394edd974e", "someone-other-address",
            "5");
        Nodes.mine(ours);
        Nodes.resolve(theirs);
        pay(ours, "alice", "bob", "3");
        Nodes.mine(ours);
        pay(theirs, "alice", "carol", "2.5");
        mine(theirs, 2);
        pay(ours, "bob", "carol", "1");
        Nodes.register(ours, theirs.url());
        return ours;
    }

    public static void main(String... arguments) {
        var others = new ArrayList<>(List.of(arguments));
        picture = others.remove("--picture");
        Runner.run(ExplorerTest.class, others.toArray(String[]::new));
    }
}
