///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES Client.java
//SOURCES Browser.java
//SOURCES ../Node.java

// Looks at docs/explorer.html as a class does: in a real Chromium, served
// by real nodes, with a mouse and a keyboard. Pictures of what it saw go to
// tests/screenshots. The README's own picture is made on demand:
//
//     jbang tests/ExplorerTest.java --picture

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.*;
import com.sun.net.httpserver.HttpServer;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;

class ExplorerTest {

    private static final Path PAGE = Path.of("docs", "explorer.html");
    private static final Path PICTURES = Path.of("tests", "screenshots");
    private static final String WIDE = "1600x900", NARROW = "360x740";
    private static boolean picture;

    private static Browser browser;
    private final List<AutoCloseable> open = new ArrayList<>();
    private Browser.Tab tab;

    @BeforeAll
    static void openBrowser() throws Exception {
        browser = Browser.start();
        Files.createDirectories(PICTURES);
    }

    @AfterAll
    static void closeBrowser() throws Exception {
        if (browser != null) browser.close();
    }

    @AfterEach
    void everythingWasClean() throws Exception {
        if (tab != null) {
            assertEquals(List.of(), tab.complaints, "what the browser said");
            tab.close();
        }
        Collections.reverse(open);
        for (var opened : open) opened.close();
    }

    // ## What a class does

    @Test
    void aMinedBlockIsToldInWordsAndShown() throws Exception {
        tab = see(node(), WIDE, "en");
        tab.click("#mine button");
        tab.await("text('#answer').includes('New Block Forged')");
        assertTrue(tab.text("#answer").matches(
            "✓ New Block Forged Block 2, proof \\d+, after \\d+\\.\\d s\\."),
            tab.text("#answer"));
        tab.await("cards().length == 3 && text(card(2)).includes('tip')");
        assertTrue(tab.text("#curl").matches(
            "curl -X POST http://localhost:\\d+/mine"), tab.text("#curl"));
    }

    @Test
    void aTransactionWaitsAndIsThenInABlock() throws Exception {
        tab = see(node(), WIDE, "en");
        tab.click("#pay button");
        tab.await("text('.ghost').includes('1 transaction waits')");
        assertTrue(tab.text("#answer").contains("will be added to Block 2"));
        assertTrue(tab.text(".ghost").contains("d4ee26…974e → someone-other-address"));
        tab.click("#mine button");
        tab.await("text('.ghost').includes('0 transactions wait')");
        assertTrue(tab.text("[aria-label^='Block 2']").contains("someone-other"));
    }

    @Test
    void whatTheNodeRefusesIsToldInItsWords() throws Exception {
        tab = see(node(), WIDE, "en");
        tab.type("[name=amount]", "a lot");
        tab.press("Enter");
        tab.await("text('#answer').includes('amount must be a number above 0')");
        tab.type("[name=amount]", "");
        tab.press("Enter");
        tab.await("text('#answer').includes('Missing values: amount')");
        tab.type("[name=node]", "nonsense");
        tab.press("Enter");
        tab.await("text('#answer').includes('is not like http://localhost:5001')");
    }

    @Test
    void theCurlThatIsShownDoesTheSame() throws Exception {
        var node = node();
        tab = see(node, WIDE, "en");
        tab.type("[name=sender]", "O'Hara \\ \"quoted\" 王");
        var curl = new ProcessBuilder("sh").start();
        try (var line = curl.getOutputStream()) { // arguments lose 王 in the C locale
            line.write((tab.text("#curl") + " -s\n").getBytes(UTF_8));
        }
        var said = new String(curl.getInputStream().readAllBytes(), UTF_8);
        assertTrue(said.contains("Transaction will be added"), said);
        tab.await("text('.ghost').includes('O\\'Hara \\\\ \"quoted\" 王')");
    }

    @Test
    void aBlockMinedElsewhereAppearsByItself() throws Exception {
        var node = node();
        tab = see(node, WIDE, "en");
        tab.await("card(1)");
        tab.awaitAnswer("/chain", 304); // nothing new costs nothing
        request(node, "/mine", "");
        tab.await("text(card(2)).includes('tip')");
    }

    @Test
    void aForkIsSeenWhereItBegins() throws Exception {
        var ours = node();
        var theirs = node("--peer", ours.url());
        for (int i = 0; i < 2; i++) request(ours, "/mine", "");
        request(theirs, "/nodes/resolve", null);
        tab = see(ours, WIDE, "en");
        tab.type("[name=node]", theirs.url());
        tab.press("Enter");
        tab.await("text('#answer').includes('1 neighbour: ')");
        tab.await("text(row(0)).includes('this node and 1 neighbour')");

        request(theirs, "/mine", "");
        tab.await("text(row(1)).includes('ahead: 1 block more')");
        pay(ours, "alice", "bob", "7");
        request(ours, "/mine", "");
        tab.await("text(row(1)).includes("
            + "'forked after block 3: since then 1 block, ours 1')");
        request(theirs, "/mine", "");
        tab.await("text(row(1)).includes('since then 2 blocks, ours 1')");
        assertEquals("= same, = same, = same, ≠ differs, + only there", tab.js(
            "[...row(1).querySelectorAll('.title span')].map(text).join(', ')"));
        tab.await("left(row(0), 3) == left(row(1), 3)"); // once it has come in
        tab.picture("fork", "light");
        tab.picture("fork-dark", "dark");

        tab.js("window.fell = 0; new MutationObserver(() => fell += "
            + "document.querySelectorAll('.going').length).observe($('track'), "
            + "{subtree: true, attributeFilter: ['class']})");
        tab.click("#resolve button");
        tab.await("text('#answer').includes('Our chain was replaced')");
        assertEquals("1", tab.js("String(fell)"), "blocks that fell out of the row");
        assertTrue(tab.text("#answer").contains("From block 4 on: 1 block out, "
            + "2 blocks in. Back in the pool: alice → bob: 7."), tab.text("#answer"));
        tab.await("text(row(0)).includes('this node and 1 neighbour')");
        tab.await("text('.ghost').includes('alice → bob')");
        tab.click("#resolve button");
        tab.await("text('#answer').includes('Our chain is authoritative')");
    }

    @Test
    void everyNeighbourIsShownAsItIs() throws Exception {
        var liar = serve("{\"chain\": [" + block(1, "1", 100) + ",\n"
            + block(2, "\"nonsense\"", 7) + "], \"length\": 999}", true);
        var silent = serve(chain(3), false);
        var html = serve("<html>404</html>", true);
        var node = node("--peer", liar, "--peer", silent, "--peer", html,
            "--peer", "localhost:1");
        tab = see(node, WIDE, "en");
        tab.await("rowOf('" + liar + "').includes('✕ not valid: block 2')");
        tab.await("rowOf('" + silent + "').includes('lets no web page read')");
        tab.await("rowOf('" + html + "').includes('no chain that this node can read')");
        tab.await("rowOf('localhost:1 ').includes('unreachable')");
    }

    // ## What a class breaks

    @Test
    void anEditedBlockBreaksTheChainAndIsMinedAgainForNothing() throws Exception {
        var node = node();
        pay(node, "alice", "bob", "5");
        for (int i = 0; i < 3; i++) request(node, "/mine", "");
        var before = request(node, "/chain", null);
        tab = see(node, WIDE, "en");
        tab.click("#break");
        tab.type("[aria-label^='Block 2'] [aria-label=Amount]", "500");
        tab.await("text('#verdict').includes('Broken at block 3: its previous hash is')");
        assertEquals("✓ holds|✎ edited|✕ broken|✕ cut off",
            tab.js("[...row(0).querySelectorAll('.title span')].map(text).join('|')"));
        assertEquals("rgb(179, 38, 30)", tab.js(
            "getComputedStyle(card(3)).borderTopColor"));
        assertTrue(tab.text("[aria-label^='Block 3'] .reason").contains("hashes to"));
        assertEquals("= ≠ =", tab.js(
            "[...row(0).querySelectorAll('.link b')].map(text).join(' ')"));
        tab.picture("broken", "light");
        tab.picture("broken-dark", "dark");

        tab.click("#mend");
        tab.await("text('#verdict').includes('Broken at block 4')");
        assertTrue(tab.text("#work").startsWith("Mined again so far: 1 block, 0 guesses."));
        tab.press("Enter"); // the button has kept the focus
        tab.await("text('#verdict').includes('Valid again: history is rewritten')");
        assertTrue(tab.text("#work").contains("rewriting costs nothing"));

        tab.click("#reset");
        tab.await("text('#verdict').includes('A copy to break')");
        assertEquals("5", tab.js("find('[aria-label^=\"Block 2\"] [aria-label=Amount]').value"));
        tab.click("#break");
        tab.await("find('.ghost') && !find('.copy')");
        assertEquals(before, request(node, "/chain", null));
    }

    @Test
    void underTheLinkedRuleEachBlockCostsItsWorkAgain() throws Exception {
        var node = node("--rule", "linked", "--zeros", "3");
        for (int i = 0; i < 4; i++) request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.click("#break");
        tab.type("[aria-label^='Block 2'] [aria-label=Recipient]", "mallory");
        tab.await("text('#verdict').includes('Broken at block 3')");
        tab.click("#mend-all");
        tab.await("text('#verdict').includes('Valid again')");
        assertTrue(tab.text("#work").matches("Mined again so far: 3 blocks, "
            + "[1-9][\\d,]+ guesses\\. The linked proof seals .*"), tab.text("#work"));
    }

    @Test
    void aFalseProofIsToldFromABrokenLink() throws Exception {
        var node = node();
        request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.click("#break");
        tab.type("[aria-label^='Block 2'] [aria-label=proof]", "1");
        tab.await("text('#verdict').includes('Broken at block 2: its proof gives')");
        tab.click("#mend"); // finds the smallest proof: the one that was there
        tab.await("text('#verdict').includes('A copy to break')");
        assertTrue(tab.text("#work").contains("1 block, 35,294 guesses"));
    }

    @Test
    void aFieldThatTheNodeCouldNotReadIsToldInThePagesWords() throws Exception {
        var node = node();
        request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.click("#break");
        tab.type("[aria-label^='Block 2'] [aria-label=proof]", "much");
        tab.await("text('#verdict') == '? Not checked: in block 2, proof must be a "
            + "whole number.'");
        assertEquals("true", tab.js("find('[aria-label^=\"Block 2\"] "
            + "[aria-label=proof]').ariaInvalid"));
        assertTrue(tab.text("[aria-label^='Block 2']").contains("? not checked"));
        tab.type("[aria-label^='Block 2'] [aria-label=proof]", "1");
        tab.await("text('#verdict').includes('Broken at block 2')");
    }

    @Test
    void anEditThatIsUndoneIsNone() throws Exception {
        var node = node();
        pay(node, "alice", "bob", "5");
        for (int i = 0; i < 2; i++) request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.click("#break");
        for (var block : List.of("2", "3")) { // the last one has no witness
            var amount = "[aria-label^='Block " + block + "'] [aria-label=Amount]";
            var was = tab.js("find(\"" + amount + "\").value");
            tab.type(amount, "500");
            tab.await("text(card(" + block + ")).includes('✎ edited')");
            tab.await("!text('#verdict').includes('A copy')");
            tab.type(amount, was);
            tab.await("text('#verdict').includes('A copy to break')");
            assertFalse(tab.text("#track").contains("edited"));
        }
    }

    @Test
    void whatIsEditedWhileTheNodeIsAwayIsCheckedWhenItIsBack() throws Exception {
        var node = node();
        for (int i = 0; i < 2; i++) request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.click("#break");
        var port = "" + URI.create(node.url()).getPort();
        node.close();
        open.remove(node);
        tab.type("[aria-label^='Block 2'] [aria-label=Amount]", "500");
        tab.await("text('#verdict').includes('Not checked: ')");
        assertTrue(tab.text("[aria-label^='Block 2']").contains("? not checked ✎"));
        assertTrue(tab.text("[aria-label^='Block 3']").contains("? not checked"));
        open.add(Node.start("--port", port, "--quiet"));
        tab.await("text('#verdict').includes('Broken at block 3')");
    }

    @Test
    void behindACopyTheNodeDoesNotMine() throws Exception {
        var node = node();
        tab = see(node, WIDE, "en");
        tab.click("#break");
        assertEquals("true", tab.js("String(find('#mine button').disabled)"));
        tab.click("#break");
        tab.click("#mine button");
        tab.await("card(2)");
    }

    @Test
    void manyBlocksAreMendedWithoutSendingThemAllEachTime() throws Exception {
        var node = nodeWithBlocks(600);
        tab = see(node, WIDE, "en");
        tab.await("card(600)");
        tab.click("#first");
        tab.await("card(2)");
        tab.click("#break");
        tab.type("[aria-label^='Block 2 '] [aria-label=timestamp]", "1");
        tab.await("text('#verdict').includes('Broken at block 3')");
        tab.js("window.sent = 0; const fetched = fetch; window.fetch = (url, how) => {"
            + "sent += how?.body?.length ?? 0; return fetched(url, how); }; 0");
        tab.click("#mend-all");
        tab.await("text('#verdict').includes('Valid again')");
        assertTrue(tab.text("#work").startsWith("Mined again so far: 598 blocks"));
        int whole = Integer.parseInt(tab.js("String(write(copy.chain).length)"));
        int sent = Integer.parseInt(tab.js("String(sent)"));
        assertTrue(sent < 3 * whole, sent + " letters for a chain of " + whole);
    }

    @Test
    void enterPressedThriceAtOncePaysOnce() throws Exception {
        var node = node();
        tab = see(node, WIDE, "en");
        tab.type("[name=amount]", "7");
        for (int i = 0; i < 3; i++) tab.press("Enter");
        tab.await("text('#answer').includes('will be added')");
        tab.await("text('.ghost').includes('1 transaction waits')");
        assertEquals("1", String.valueOf(new ObjectMapper().readTree(request(node, "/transactions",
            null)).get("transactions").size()));
    }

    @Test
    void theNodeIsNotToldOfItsOwnPagesPolls() throws Exception {
        var old = System.out;
        var said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, UTF_8));
        try {
            var node = Node.start("--port", "0");
            open.add(node);
            tab = see(node, WIDE, "en");
            tab.await("card(1)");
            for (int i = 0; i < 2; i++) tab.awaitAnswer("/chain", 304);
            tab.click("#mine button");
            tab.await("card(2)");
        } finally {
            System.setOut(old);
        }
        var lines = said.toString(UTF_8).lines().filter(line ->
            line.contains("GET ") || line.contains("POST ")).map(line ->
            line.replaceAll(".*(GET|POST) +(\\S*).*", "$1 $2")).toList();
        assertEquals(List.of("GET /", "POST /mine"), lines);
    }

    // ## Work, and who has what

    @Test
    void eachCardShowsItsWork() throws Exception {
        var node = node("--zeros", "4");
        for (int i = 0; i < 2; i++) request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.await("card(3)");
        assertEquals("SHA-256 of 35293·35089 = 0000 "
            + new Sha256().hex("3529335089").substring(4, 8) + "…",
            tab.js("text(card(3).querySelector('.work'))"));
        tab.click("#break");
        tab.type("[aria-label^='Block 2'] [aria-label=proof]", "5");
        tab.await("card(2).querySelector('.work .bad')");
        assertTrue(tab.js("text(card(2).querySelector('.work'))").startsWith(
            "SHA-256 of 100·5 = " + new Sha256().hex("1005").substring(0, 4)));
    }

    @Test
    void whileANodeMinesItsGuessesRunPast() throws Exception {
        var node = node("--zeros", "6");
        tab = see(node, WIDE, "en");
        tab.js("window.most = 0; new MutationObserver(() => { const n = Number(text("
            + "'.ghost .work .count').replace(/\\D/g, '')); if (n > most) most = n; })"
            + ".observe($('track'), {subtree: true, childList: true}); 0");
        tab.click("#mine button");
        tab.await("most > 1000");
        tab.click("#pay button"); // and the ghost still says so
        tab.await("text('#answer').includes('will be added')");
        assertTrue(tab.text(".ghost").contains("seeking a proof"));
    }

    @Test
    void whoHasWhatIsCountedExactly() throws Exception {
        var node = node("--id", "miner");
        pay(node, "alice", "bob", "0.1");
        pay(node, "alice", "bob", "0.2");
        pay(node, "carol", "bob", "1e-05");
        pay(node, "bob", "dave", "12345678901234567890");
        request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.click("#owners summary");
        tab.await("text('#balances').includes('miner')");
        assertEquals("dave 12345678901234567890, miner 1, carol −0.00001, alice −0.3, "
            + "bob −12345678901234567889.69999", tab.js(
            "[...$('balances').children].map(text).join(', ')"));
        tab.click("#balances li:nth-child(4) button");
        tab.await("document.querySelectorAll('.lit').length == 2");
        assertTrue(tab.js("text(find('.lit'))").contains("alice → bob"));
    }

    // In a block of others, anything may stand.
    @Test
    void transactionsOfAnyKindAreShownAndDoNoHarm() throws Exception {
        var odd = block(1, "1", 100).replace("[]", "[5, \"odd\", [1], "
            + "{\"note\": {\"a\": 1}}, {\"sender\": \"alice\", \"recipient\": \"bob\","
            + " \"amount\": \"7\"}]");
        var hash = new Sha256().hex(CanonicalJson.of(new ObjectMapper().readValue(odd,
            Map.class)));
        var node = node("--zeros", "0", "--peer", serve("{\"chain\": [" + odd + ", "
            + block(2, '"' + hash + '"', 0) + "], \"length\": 2}", true));
        request(node, "/nodes/resolve", null);
        request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.await("card(3)");
        tab.click("#first");
        tab.await("text(card(1)).includes('odd')");
        assertTrue(tab.js("text(card(1))").contains("alice → bob 7"));
        tab.click("#owners summary");
        tab.await("text('#balances').includes(' 1')"); // the reward alone
        assertEquals("1", tab.js("String($('balances').children.length)"));
        tab.click("#break");
        tab.type("[aria-label^='Block 1'] [aria-label=Sender]", "mallory");
        tab.await("text('#verdict').includes('Broken at block 2')");
    }

    @Test
    void equalChainsAreShownOnce() throws Exception {
        var node = node();
        request(node, "/mine", "");
        for (int i = 0; i < 6; i++) node("--join", node.url());
        tab = see(node, WIDE, "en");
        tab.await("text(row(0)).includes('this node and 6 neighbours: ')");
        tab.await("document.querySelectorAll('#track > section').length == 1");
        assertTrue(tab.js("text(row(0).querySelector('h3'))").endsWith(" and 3 more"));
        assertEquals("1", tab.js("String(histories.size)"));
    }

    @Test
    void nodesAreShownByTheNameThatTheirMiningPays() throws Exception {
        var teacher = node("--id", "teacher");
        for (var name : List.of("ada", "bob", "carol", "carol"))
            node("--join", teacher.url(), "--id", name);
        request(teacher, "/mine", "");
        tab = see(teacher, WIDE, "en");
        tab.await("text(row(0)).includes('this node and 4 neighbours: ')");
        tab.await("['ada', 'bob'].every(name => Object.values(node.names).includes(name))");
        tab.await("Object.keys(node.names).length == 4");
        assertEquals("ada, bob", tab.js("Object.keys(node.names).map(nameAt)"
            + ".filter(name => !name.includes(':')).sort().join(', ')"));
    }

    @Test
    void sixtyNeighboursFitOnAScreen() throws Exception {
        var peers = new ArrayList<String>();
        for (int i = 0; i < 60; i++)
            peers.addAll(List.of("--peer", serve(chain(2 + i % 3), true)));
        var node = node(peers.toArray(String[]::new));
        tab = see(node, "1920x1080", "en");
        tab.await("histories.size == 3 && document.querySelectorAll('#track > section')"
            + ".length == 4");
        tab.await("[1, 2, 3].every(i => text(row(i).querySelector('h3'))"
            + ".includes(' and 17 more'))");
        assertEquals("4, 3, 2", tab.js("[1, 2, 3].map(i => row(i).querySelectorAll("
            + "'.card').length).join(', ')"), "the longest first");
        tab.picture("sixty", "light");
    }

    @Test
    void redIsForWhatIsBroken() throws Exception {
        tab = see(node(), WIDE, "en");
        assertEquals("", tab.js("Array.from({length: 4096}, (_, i) => { const e = colour("
            + "document.createElement('p'), i.toString(16).padStart(3, '0').repeat(22)"
            + ".slice(0, 64)); return ['--hue', '--other-hue'].map(name => Number("
            + "e.style.getPropertyValue(name))); }).flat().filter(hue => hue < 60 "
            + "|| hue > 340).join()"));
    }

    @Test
    void aWallShowsThreeChainsAtOnce() throws Exception {
        var ours = node();
        for (int i = 0; i < 2; i++) {
            var other = node("--peer", ours.url());
            for (int n = 0; n <= i; n++) request(other, "/mine", "");
            request(ours, "/nodes/register", "{\"nodes\": [\"" + other.url() + "\"]}");
        }
        tab = see(ours, "1280x720", "en");
        tab.await("row(2) && text(row(1)).includes('3 blocks')");
        tab.click("#wall");
        tab.await("[0, 1, 2].every(i => row(i).querySelector('.band')"
            + ".getBoundingClientRect().bottom <= innerHeight)");
        tab.picture("wall", "light");
        tab.reload();
        tab.await("row(2)");
        assertEquals("true", tab.js("find('#wall').ariaPressed"));
    }

    @Test
    void aStoryIsToldInNineStepsThatPointAtWhatTheySpeakOf() throws Exception {
        var ours = classroom();
        tab = see(ours, WIDE, "en");
        tab.await("row(1)");
        tab.click("#tell");
        for (int i = 1; i <= 9; i++) {
            assertTrue(tab.text("#caption").startsWith(i + "/9 · "));
            assertEquals("1", tab.js("String(document.querySelectorAll("
                + "'[data-pointed]').length)"), "step " + i);
            if (i == 3) tab.click("#language"); // nothing is lost
            if (i == 4) tab.click("#language");
            if (i == 6) tab.picture("story", "light");
            tab.click("#later");
        }
        assertEquals("true", tab.js("String(find('#story').hidden)"));
    }

    @Test
    void aLinkLeadsToABlock() throws Exception {
        var node = nodeWithBlocks(500);
        tab = browser.open(node.url() + "/#block=250", WIDE, "en");
        tab.await("card(250)");
        tab.click("[aria-label^='Block 251 '] a");
        tab.await("location.hash == '#block=251'");
    }

    // News may come before the browser has told the page that it scrolled.
    @Test
    void whoLeavesTheTipIsNotTakenBackByNews() throws Exception {
        var node = nodeWithBlocks(500);
        tab = see(node, WIDE, "en");
        tab.await("card(500)");
        assertEquals("0", tab.js("find('#first').click(); changed(); "
            + "String(scroller.scrollLeft)"));
        assertEquals("true", tab.js("find('#tip').click(); changed(); "
            + "String(scroller.scrollLeft == tipAt())"));
        request(node, "/mine", ""); // and who is there stays there
        tab.await("text(card(501)).includes('tip')");
    }

    @Test
    void anEmptyChainSaysWhatToDoFirst() throws Exception {
        var node = node();
        tab = see(node, WIDE, "en");
        tab.await("text('.ghost').includes('Nothing was mined yet')");
        request(node, "/mine", "");
        tab.await("card(2) && !text('.ghost').includes('Nothing was')");
        tab.click("#terms summary");
        assertTrue(tab.text("#terms").contains("tip The newest block of a chain."));
    }

    @Test
    void aCopyThatIsLongerWouldWin() throws Exception {
        var ours = classroom(); // 3 blocks; the neighbour has 4
        tab = see(ours, WIDE, "en");
        tab.await("text(row(1)).includes('forked')");
        tab.click("#break");
        tab.type("[aria-label^='Block 3'] [aria-label=Amount]", "300");
        tab.await("text('#offer').includes('this node has 3 blocks, and would keep its own')");
        tab.click("#extend");
        tab.await("text('#offer').includes('this node has 3 blocks, and would take it')");
        assertTrue(tab.text("#offer").contains("has 4 blocks, and would keep its own"));
        tab.await("!find('#extend').disabled");
        tab.click("#extend");
        tab.await("text('#offer').includes('has 4 blocks, and would take it')");
        assertEquals("5", tab.js("String(copy.chain.length)"));
        tab.picture("offer", "light");
    }

    // ## Keys

    @Test
    void aPurseInThePagePaysASignedNode() throws Exception {
        var node = node("--signed");
        tab = see(node, WIDE, "en");
        tab.await("text('#purse').includes('pays number 1 next')");
        var address = tab.text("#purse code");
        assertTrue(Payment.isAddress(address), address);
        var port = "" + URI.create(node.url()).getPort();
        node.close();
        open.remove(node);
        node = Node.start("--port", port, "--quiet", "--signed", "--id", address);
        open.add(node);
        request(node, "/mine", "");
        tab.await("text('#purse').includes('has 1, pays number 1 next')");
        tab.type("[name=recipient]", "Zoë 村 🪙");
        tab.type("[name=amount]", "0.50");
        tab.press("Enter");
        tab.await("text('#answer').includes('will be added to Block 3')");
        tab.await("text('#purse').includes('pays number 2 next')");
        tab.await("!find('#pay button').disabled");
        tab.type("[name=amount]", "1e-5");
        tab.press("Enter");
        tab.await("text('.ghost').includes('2 transactions wait')");
        tab.await("!find('#pay button').disabled");
        tab.type("[name=amount]", "0.6"); // too much
        tab.press("Enter");
        tab.await("text('#answer').startsWith('✕')");
        assertTrue(tab.text("#answer").contains("has 0.49999"), tab.text("#answer"));
        tab.click("#mine button");
        tab.await("card(3) && text('#purse').includes('has 1.49999')");

        tab.click("#break");
        tab.type("[aria-label^='Block 3'] [aria-label=Amount]", "0.75");
        tab.await("text('#verdict').includes('payment 1 is not signed by')");
        assertEquals("true", tab.js("String(find('#mend').hidden)"));
        tab.click("#reset");
        tab.click("[aria-label^='Block 3'] li:nth-child(2) button");
        tab.await("text('#verdict').includes('has the number 2, but the next of')");
    }

    // ## Without a node

    @Test
    void aPageWithoutANodeHasAHashToPlayWith() throws Exception {
        tab = browser.open(PAGE.toAbsolutePath().toUri().toString(), WIDE, "en",
            "find('#play').open");
        assertTrue(tab.text("#alone").startsWith("This page has no node."));
        assertEquals(new Sha256().hex("Alice → Bob: 50"), tab.text("#digest"));
        tab.type("#words", "Zoë 村 🪙");
        assertEquals(new Sha256().hex("Zoë 村 🪙0"), tab.text("#digest"));
        int marks = Integer.parseInt(tab.js(
            "String(document.querySelectorAll('#digest mark').length)"));
        assertTrue(marks > 40, marks + " digits changed");
        tab.type("#zeros", "2");
        tab.click("#dig");
        tab.await("text('#flipped').startsWith('✓ It begins with 2 zeros.')");
        var number = tab.js("find('#number').value");
        assertTrue(new Sha256().hex("Zoë 村 🪙" + number).startsWith("00"));
        tab.picture("alone", "light");
    }

    @Test
    void numbersComeOutAsTheyWentIn() throws Exception {
        var digits = "123456789012345678901234567890";
        var node = node();
        pay(node, "a", "b", "1.0");
        pay(node, "a", "b", digits);
        pay(node, "5", "b", "1e-05");
        for (int i = 0; i < 2; i++) request(node, "/mine", "");
        tab = see(node, WIDE, "en");
        tab.await("card(3)");
        assertEquals("1.0 " + digits + " 1e-05 1", tab.js(
            "[...card(2).querySelectorAll('li li b')].map(text).join(' ')"));

        // In the copy each is edited and put back, and the chain holds.
        tab.click("#break");
        var amount = "[aria-label^='Block 2'] li:nth-child(%d) [aria-label=Amount]";
        for (int i = 1; i <= 3; i++) {
            var field = amount.formatted(i);
            var was = tab.js("find(\"" + field + "\").value");
            tab.type(field, "1");
            tab.await("text('#verdict').includes('Broken at block 3')");
            tab.type(field, was);
            tab.await("text('#verdict').includes('A copy to break')");
        }
        tab.type(amount.formatted(1), "1"); // 1 is not 1.0
        tab.await("text('#verdict').includes('Broken at block 3')");

        // What is paid in the browser arrives digit for digit, too.
        tab.type("[name=amount]", "2.50");
        tab.press("Enter");
        tab.await("text('#answer').includes('will be added')");
        tab.type("[name=amount]", digits);
        tab.press("Enter");
        tab.await("text('#curl').includes('" + digits + "}')");
        tab.click("#break");
        tab.await("text('.ghost').includes('2 transactions wait')");
        assertTrue(tab.text(".ghost").contains(digits));
    }

    // ## What strangers do

    @Test
    void aHostileNameIsShownAsTextAndNothingMore() throws Exception {
        var hostile = "<img src=x onerror=\"window.hurt=1\"><script>hurt=1</script>";
        var node = node();
        for (var name : List.of(hostile, "__proto__", "\u202egnp.exe", "x".repeat(1000)))
            pay(node, name, "b", "1");
        tab = see(node, WIDE, "en");
        tab.await("text('.ghost').includes('<img src=x onerror=')");
        request(node, "/mine", "");
        tab.await("card(2) && text(card(2)).includes('<img src=x onerror=')");
        tab.click("#break");
        assertEquals(hostile, tab.js("card(2).querySelector('[aria-label=Sender]').value"));
        assertEquals("none", tab.js("String(window.hurt ?? 'none')"));
        assertEquals("0", tab.js("String(document.querySelectorAll('#track img').length)"));
        assertEquals("true", tab.js("String(card(2).scrollWidth <= card(2).clientWidth + 4)"));
    }

    @Test
    void nothingRunsButThePagesOwnFiles() throws Exception {
        var page = Files.readString(PAGE);
        assertTrue(page.contains("default-src 'none';\n  script-src 'self'; "
            + "style-src 'self'; connect-src *;"), page);
        assertFalse(page.matches("(?s).*(<script>|<style>| style=| on[a-z]+=).*"));
        try (var files = Files.list(PAGE.resolveSibling("explorer"))) {
            for (var file : files.toList()) {
                assertFalse(Files.readString(file).matches("(?s).*(innerHTML|outerHTML"
                    + "|insertAdjacentHTML|document\\.write|eval\\(|//[a-z]+\\.[a-z]+/).*"),
                    file.toString());
                if (file.toString().endsWith(".js")) assertTrue(page.contains(
                    "src=\"explorer/" + file.getFileName() + "\""), file.toString());
            }
        }
    }

    // ## Long chains, both languages, every screen

    @Test
    void tenThousandBlocksAreQuick() throws Exception {
        var node = nodeWithBlocks(10_000);
        tab = see(node, WIDE, "en");
        tab.await("card(10000) && text('.ghost').includes('Block 10001')");
        assertTrue(Integer.parseInt(tab.js("String(cards().length)")) < 20);
        tab.await("text(row(1)).includes('= the same chain')");
        tab.click("#first");
        tab.await("text(card(1)).includes('genesis')");
        tab.click("#scroller");
        tab.press("End");
        tab.await("card(10000)");
        tab.type("#goto", "5000");
        tab.press("Enter");
        tab.await("card(5000)");
        tab.click("#break");
        tab.type("[aria-label^='Block 5000 '] [aria-label=timestamp]", "1");
        tab.await("text('#verdict').includes('Broken at block 5001')");
        assertTrue(Double.parseDouble(tab.js("(() => { const begun = "
            + "performance.now(); for (let i = 0; i < 10; i++) changed();"
            + "return String(performance.now() - begun); })()")) < 1_000);
        tab.picture("long", "light");
    }

    @Test
    void itSpeaksChineseToAChineseBrowserAndEnglishOnDemand() throws Exception {
        var node = node();
        tab = see(node, WIDE, "zh-CN");
        tab.await("text('#mine') == '挖一个区块'");
        assertEquals("zh", tab.js("document.documentElement.lang"));
        tab.click("#mine button");
        tab.await("text('#answer').includes('证明')");
        tab.await("text(card(2)).includes('链顶端')");
        var book = Client.get(tab.js("$('book').href"));
        assertTrue(book.text().contains("# 动手造一条区块链"), book.text());
        assertEquals("text/plain;charset=utf-8", book.type());
        tab.click("#break");
        tab.type("[aria-label^='区块 1'] [aria-label=时间戳]", "5");
        tab.await("text('#verdict').includes('断在区块 2')");
        tab.picture("chinese", "light");
        tab.click("#language");
        tab.await("text('#mine') == 'Mine a block'");
        assertTrue(tab.text("#verdict").contains("Broken at block 2"));
        assertTrue(tab.text("#answer").contains("Block 2, proof"));
        assertEquals("", tab.js("untranslated()"));
        assertEquals(node.url() + "/docs/README.md", tab.js("$('book').href"));
    }

    @Test
    void itFitsEveryScreen() throws Exception {
        var node = classroom();
        for (var size : List.of("360x740", "800x600", "1366x768", "1920x1080")) {
            tab = see(node, size, "en");
            tab.await("text(row(1)).includes('forked')");
            assertEquals("true", tab.js("String(document.documentElement"
                + ".scrollWidth <= innerWidth)"), size);
            for (var scheme : List.of("light", "dark"))
                tab.picture(size + "-" + scheme, scheme);
            tab.click("#break");
            assertEquals("true", tab.js("String(document.documentElement"
                + ".scrollWidth <= innerWidth)"), size + ", broken");
            tab.picture(size + "-copy", "light");
            tab.close();
        }
        tab = see(node, "1200x860", "en");
        tab.await("text(row(1)).includes('forked')");
        var readme = tab.picture("readme", "light");
        assertTrue(Files.size(readme) < 200_000, "the README's picture");
        if (picture) Files.copy(readme, Path.of("docs", "explorer.png"),
            StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aKeyboardIsEnough() throws Exception {
        tab = see(node(), WIDE, "en");
        var met = new ArrayList<String>();
        for (int i = 0; i < 16; i++) {
            tab.press("Tab");
            met.add(tab.js("document.activeElement.id || document.activeElement.name"
                + " || text(document.activeElement)"));
        }
        assertEquals("tell, wall, book, language, Mine a block, sender, recipient, amount, Pay, node, "
            + "Add, Resolve, copy, break, Who has what, scroller",
            String.join(", ", met));
        assertEquals("", tab.js("[...document.querySelectorAll('input, button')]"
            + ".filter(e => e.checkVisibility() && !e.innerText"
            + " && !e.labels?.length && !e.ariaLabel)"
            + ".map(e => e.id).join()"));
    }

    // axe-core knows what keeps people from using a page.
    @Test
    void axeFindsNothingInAnyState() throws Exception {
        var node = classroom();
        pay(node, "x".repeat(900), "y".repeat(900), "1");
        tab = see(node, WIDE, "en");
        tab.await("text(row(1)).includes('forked')");
        tab.load("axe-core@4.10.3", "axe.min.js");
        axeFindsNothing("plain");
        for (var details : List.of("#owners", "#play", "#terms")) {
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
        tab.type("[aria-label^='Block 2'] [aria-label=Amount]", "500");
        tab.await("text('#verdict').includes('Broken at block 3')");
        axeFindsNothing("broken");
        tab.type("[aria-label^='Block 2'] [aria-label=proof]", "much");
        tab.await("text('#verdict').includes('Not checked')");
        axeFindsNothing("not checked");
    }

    private void axeFindsNothing(String state) throws Exception {
        for (var scheme : List.of("light", "dark")) {
            tab.scheme(scheme);
            assertEquals("", tab.js("axe.run({resultTypes: ['violations']}).then("
                + "found => found.violations.map(it => it.id + ': ' + it.nodes"
                + ".map(n => n.target + ' ' + n.any.map(a => a.message)).join(', '))"
                + ".join('\\n'))"), state + ", " + scheme);
        }
        tab.scheme("light");
    }

    @Test
    void aNodeThatStopsIsMissed() throws Exception {
        var node = node();
        tab = see(node, WIDE, "en");
        tab.await("text('#live') == '● Live'");
        node.close();
        open.remove(node);
        tab.await("text('#live').includes('does not answer')");
        tab.click("#mine button");
        tab.await("text('#answer').includes('does not answer')");
    }

    @Test
    void neighboursComeAndGoWithoutAReload() throws Exception {
        var node = node();
        tab = see(node, WIDE, "en");
        tab.await("document.querySelectorAll('#track > section').length == 1");
        var other = node("--join", node.url()).url().replace("http://", "");
        tab.await("rowOf('" + other + "').includes('forked at the start')"
            + " || rowOf('" + other + "').includes('genesis')");
        var port = "" + URI.create(node.url()).getPort();
        node.close();
        open.remove(node);
        open.get(open.size() - 1).close(); // or it would come again
        open.remove(open.size() - 1);
        tab.await("text('#live').includes('does not answer')");
        open.add(Node.start("--port", port, "--quiet"));
        tab.await("document.querySelectorAll('#track > section').length == 1");
        tab.await("text('#live') == '● Live'");
    }

    // ## What the tests are made of

    private Node node(String... options) throws IOException {
        var all = Stream.concat(Stream.of("--port", "0", "--quiet"), Stream.of(options));
        var node = Node.start(all.toArray(String[]::new));
        open.add(node);
        return node;
    }

    private Node nodeWithBlocks(int number) throws Exception {
        var node = node("--zeros", "0", "--peer", serve(chain(number), true));
        request(node, "/nodes/resolve", null);
        return node;
    }

    private Browser.Tab see(Node node, String size, String language) throws Exception {
        return browser.open(node.url(), size, language);
    }

    /** Two nodes that agreed for a while, with names a class would use. */
    private Node classroom() throws Exception {
        var ours = node();
        var theirs = node("--peer", ours.url());
        pay(ours, "d4ee26eee15148ee92c6cd394edd974e", "someone-other-address", "5");
        request(ours, "/mine", "");
        request(theirs, "/nodes/resolve", null);
        pay(ours, "alice", "bob", "3");
        request(ours, "/mine", "");
        pay(theirs, "alice", "carol", "2.5");
        for (int i = 0; i < 2; i++) request(theirs, "/mine", "");
        pay(ours, "bob", "carol", "1");
        request(ours, "/nodes/register", "{\"nodes\": [\"" + theirs.url() + "\"]}");
        return ours;
    }

    private static void pay(Node node, String sender, String recipient, String amount)
            throws Exception {
        request(node, "/transactions/new", "{\"sender\": " + CanonicalJson.of(sender)
            + ", \"recipient\": " + CanonicalJson.of(recipient)
            + ", \"amount\": " + amount + "}");
    }

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static String request(Node node, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(node.url() + path));
        if (body != null) request.POST(BodyPublishers.ofString(body));
        var answer = HTTP.send(request.build(), BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 300, answer.body());
        return answer.body();
    }

    /** Something at /chain that is no node of ours. */
    private String serve(String chain, boolean forAllPages) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.createContext("/", exchange -> {
            if (forAllPages) exchange.getResponseHeaders()
                .set("Access-Control-Allow-Origin", "*");
            var bytes = chain.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            try (var out = exchange.getResponseBody()) { out.write(bytes); }
        });
        server.start();
        open.add(() -> server.stop(0));
        return "localhost:" + server.getAddress().getPort();
    }

    private static String block(int index, String previousHash, long proof) {
        return "{\"index\": " + index + ", \"previous_hash\": " + previousHash
            + ", \"proof\": " + proof + ", \"timestamp\": 1506280650.5, "
            + "\"transactions\": []}";
    }

    /** A chain that is valid where a proof needs no zeros. */
    private static String chain(int length) throws Exception {
        var blocks = new ArrayList<>(List.of(block(1, "1", 100)));
        while (blocks.size() < length) {
            var hash = MessageDigest.getInstance("SHA-256").digest(
                blocks.get(blocks.size() - 1).getBytes(UTF_8));
            blocks.add(block(blocks.size() + 1,
                '"' + HexFormat.of().formatHex(hash) + '"', 0));
        }
        return "{\"chain\": [" + String.join(",\n", blocks) + "], \"length\": 1}";
    }

    public static void main(String... arguments) {
        picture = List.of(arguments).contains("--picture");
        Runner.run(ExplorerTest.class);
    }
}
