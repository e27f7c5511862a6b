///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../Blockchain.java
//SOURCES ../beyond/Script.java
//SOURCES check/Rows.java
//SOURCES check/SignedRows.java
//SOURCES check/NetworkRows.java
//SOURCES check/RestartRows.java
//SOURCES check/Forge.java
//SOURCES check/Spelling.java
//SOURCES check/Rival.java
//SOURCES check/Talk.java
//SOURCES check/Report.java
//SOURCES ../beyond/Words.java
//FILES zh/check.json=../docs/zh/check.json

// # How far has your node come?
//
// Asks a node what it should answer, chapter by chapter of the book, and
// says what to look at next. It knows the node by its HTTP alone, so the
// node may be written in any language:
//
//     jbang tests/CheckNode.java http://localhost:5000
//
// It plays the node's neighbours itself, good and bad. What it sends and
// mines stays in the node's chain: check a node that holds nothing dear.
// The rows stand in check/Rows.java.

import static java.util.stream.Collectors.*;

import java.io.*;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.*;
import java.util.concurrent.*;
import picocli.CommandLine;
import picocli.CommandLine.*;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

@Command(name = "CheckNode.java", mixinStandardHelpOptions = true,
    version = "1.0", sortOptions = false, description =
    "Tells how far a node has come on the way of the book.")
public class CheckNode implements Callable<Integer> {

    @Parameters(paramLabel = "URL", defaultValue = "http://localhost:5000",
        description = "The node (http://localhost:5000).") String url;
    @Option(names = "--watch", description =
        "Show the next red row, and check again when the node is restarted.")
        boolean watch;
    @Option(names = "--hint", description = "With a hint for each red row.")
        boolean hint;
    @Option(names = "--chapter", paramLabel = "N", description =
        "Check the chapters up to this one (7).") int lastChapter = Rows.LAST;
    @Option(names = "--step", paramLabel = "N", hidden = true, description =
        "The article's steps 1 to 4: chapters 1 to 4, 5, 5, and 6.")
        Integer lastStep;
    @Option(names = "--rule", defaultValue = "classic", description =
        "What a proof seals: classic (the article's) or linked.") Rule kind;
    @Option(names = "--zeros", defaultValue = "4", description =
        "Hexadecimal zeros that a proof needs (4).") int zeros;
    @Option(names = "--signed", description =
        "The node validates payments: check that, too.") boolean signed;
    @Option(names = "--joined", description = "It was started with this "
        + "check's neighbour, localhost:5998: check that it tells and visits.")
        boolean joined;
    @Option(names = "--restart", description =
        "It keeps a ledger: check what it knows after a kill -9.")
        boolean restart;
    @Option(names = "--patience", paramLabel = "SECONDS", defaultValue = "20",
        description = "Wait so long for an answer (20).") int patience;
    @Option(names = "--here", paramLabel = "HOST", description = "By what name "
        + "a node in a container finds this program.") String here;
    @Option(names = "--report", paramLabel = "FILE", description =
        "Write what came out as a page of HTML, to hand in.") Path file;
    @Option(names = "--json", description =
        "One line of JSON, to collect those of a class.") boolean json;
    @Option(names = "--lang", paramLabel = "zh", description = "Say it in "
        + "Chinese. So it is where the machine speaks Chinese.")
        String language = Locale.getDefault().getLanguage();
    @Spec CommandSpec program;
    int[] ports = {5998, 5999}; // of its two neighbours
    InputStream keyboard = System.in;
    PrintStream prompts = System.err; // what its user must do

    private Words words; // JSON stays in English
    private Talk talk;
    private Rows rows;
    private final Map<Rows.Row, Report.Result> results = new LinkedHashMap<>();

    public Integer call() throws Exception {
        var rule = new ProofOfWork(kind, zeros);
        words = Words.of("check", language);
        if (lastStep != null && (lastStep < 1 || lastStep > 4))
            throw new IllegalArgumentException("The steps are 1 to 4");
        if (lastStep != null)
            lastChapter = List.of(4, 5, 5, 6).get(lastStep - 1);
        if (lastChapter < 1 || lastChapter > Rows.LAST)
            throw new IllegalArgumentException("The chapters are 1 to "
                + Rows.LAST);
        if (watch && json) throw new IllegalArgumentException(
            "--watch is for people, --json is not");
        if (file != null) Report.mayWrite(file);
        talk = new Talk(url, patience, prompts, words);
        try {
            if (watch) awaitNode();
            var us = talk.meet();
            rows = new Rows(talk, new Forge(rule), here == null
                ? Talk.name(us) : here, patience, signed);
            rows.all.removeIf(row -> !isWanted(row));
            var host = here == null ? us : null;
            try (var left = new Rival(host, ports[0]);
                 var right = new Rival(host, ports[1])) {
                rows.left = left;
                rows.right = right;
                return watch ? watch() : once();
            }
        } catch (IOException e) {
            if (!json) throw new IOException(words.in(e.getMessage()), e);
            print(CanonicalJson.of(Map.of("node", talk.url(), "error",
                e.getMessage())));
            return 1;
        }
    }

    private boolean isAll() {
        return lastChapter == Rows.LAST && !joined && !restart;
    }

    // Those of chapters 10 and 12 are asked by themselves.
    private boolean isWanted(Rows.Row row) {
        return joined || restart ? row.chapter() == last()
            : row.chapter() <= last();
    }

    private int last() {
        return joined ? Rows.JOINED : restart ? Rows.RESTARTED
            : isAll() && signed ? Rows.SIGNED : lastChapter;
    }

    // ## One row

    Report.Result run(Rows.Row row) throws Talk.Gone {
        var result = outcome(row);
        results.put(row, result);
        return result;
    }

    private Report.Result outcome(Rows.Row row) throws Talk.Gone {
        for (var other : row.needs())
            if (rows.all.contains(other) && !isGreen(other))
                return result(row, Report.Mark.waiting, root(other), "", "");
        talk.asked = "";
        rows.left.offersNothing();
        rows.right.offersNothing();
        try {
            row.check().run();
            return result(row, Report.Mark.passed, "", "", "");
        } catch (Talk.Missed e) {
            return result(row, Report.Mark.failed, e.getMessage(), e.expected,
                e.compare);
        } catch (Talk.Gone e) {
            throw e;
        } catch (Exception e) {
            return result(row, Report.Mark.failed, Talk.brief("what this check "
                + "can't read: " + e), "an answer like the article's", "");
        }
    }

    private Report.Result result(Rows.Row row, Report.Mark mark, String came,
            String expected, String compare) {
        return new Report.Result(row, mark, mark == Report.Mark.waiting ? ""
            : talk.asked, came, expected, compare);
    }

    private boolean isGreen(Rows.Row row) {
        return results.get(row).mark() == Report.Mark.passed;
    }

    // The red row at the beginning of those that wait for each other.
    private String root(Rows.Row row) {
        var result = results.get(row);
        return result.mark() == Report.Mark.waiting ? result.came()
            : row.title();
    }

    private Report report() {
        return new Report(talk.url(), rows, rows.all.stream().map(results::get)
            .filter(Objects::nonNull).toList(), Math.max(last(), Rows.LAST),
            words);
    }

    // ## All rows, once

    private int once() throws Exception {
        int chapter = 0;
        for (var row : rows.all) {
            if (row.chapter() != chapter) {
                waiting(chapter);
                say("%n@|bold %s|@%n", chapter(row));
            }
            chapter = row.chapter();
            show(run(row));
        }
        waiting(chapter);
        try { // two who mined at once may have left a broken chain
            rows.leaveValid();
        } catch (Talk.Missed broken) {
            // and some row said so
        }
        var report = report();
        if (file != null) report.write(file);
        if (json) print(report.json());
        say("%n@|bold %s|@%n", report.summary());
        if (report.allBeyond > 0) say("beyond the article: %d of %d%n",
            report.beyond, report.allBeyond);
        if (isAll() && report.passed > 0) say("met: %s%n", report.met());
        report.next.ifPresent(it -> say("next: @|bold %s|@%s%n",
            words.in(it.row().title()), hint ? ""
                : words.in(" (--hint gives a hint)")));
        if (file != null) say("@|faint The report is in %s.|@%n", file);
        if (report.isDone()) say(next() + "%n");
        if (report.passed > 0 && !restart) say(rows.hasNeighbours()
            ? "@|faint Your node's two neighbours are gone now: start it "
                + "again before you go on.|@%n"
            : "@|faint This check has mined and paid on your node: start it "
                + "again before you go on.|@%n");
        return report.failed + report.waiting == 0 ? 0 : 1;
    }

    private void show(Report.Result result) {
        var title = words.in(result.row().title());
        if (result.mark() == Report.Mark.passed)
            say("  @|green %s|@ %s%n", sign("✓", "+"), title);
        if (result.mark() != Report.Mark.failed) return;
        say("  @|bold,red %s|@ @|bold %s|@%n", sign("✗", "x"), title);
        for (var line : Report.lines(result, hint, words))
            say("      %-9s @|" + switch (line.getKey()) {
                case "came" -> "red";
                case "expected" -> "green";
                case "hint" -> "yellow";
                default -> "reset";
            } + " %s|@%n", words.in(line.getKey()), line.getKey().equals("asked")
                ? command(line.getValue()) : fold(line.getValue()));
    }

    // On lines of its own, but each of them whole: it may be pasted.
    private static String command(String asked) {
        return asked.length() <= 64 ? asked : asked.replaceAll(
            " (-d|-H|& curl) ", " \\\\\n        $1 ");
    }

    private void waiting(int chapter) {
        results.values().stream().filter(it -> it.row().chapter() == chapter
            && it.mark() == Report.Mark.waiting)
            .collect(groupingBy(Report.Result::came, LinkedHashMap::new,
                counting()))
            .forEach((other, count) -> say(count == 1
                ? "  @|faint · %d waits for: %s|@%n"
                : "  @|faint · %d wait for: %s|@%n", count, words.in(other)));
    }

    // ## Again and again
    //
    // From the first row up to the first that is red: what was green may be
    // red by now, and a node that was started anew knows nothing.

    private final BlockingQueue<String> keys = new LinkedBlockingQueue<>();

    private int watch() throws Exception {
        listen();
        int first = 0; // all before it are green
        while (true) {
            int before = first;
            String gone = "";
            results.clear();
            try {
                for (var row : rows.all) {
                    first = results.size();
                    progress(first);
                    if (run(row).mark() != Report.Mark.passed) break;
                    first++;
                }
            } catch (Talk.Gone e) {
                gone = e.getMessage();
            }
            if (file != null) report().write(file);
            screen(before, first, gone);
            if (first == rows.all.size()) return 0;
            if (!awaitRestart(gone, first)) return 1;
        }
    }

    private void screen(int before, int first, String gone) {
        clear();
        boolean done = first == rows.all.size();
        var row = rows.all.get(done ? first - 1 : first);
        say("@|bold %s|@ · %d of %d rows green%n%n", chapter(row), first,
            rows.all.size());
        var green = rows.all.subList(Math.min(before, first), first);
        int most = Math.min(green.size(), 4); // the newest
        if (green.size() > most) say("  @|green %s %d more, and|@%n",
            sign("✓", "+"), green.size() - most);
        for (var it : green.subList(green.size() - most, green.size()))
            show(results.get(it));
        if (most > 0) say("%n");
        if (done) say(next() + "%n%n");
        else if (rows.all.subList(first, rows.all.size()).stream().allMatch(
            Rows.Row::beyond)) say("@|bold,green Your node lives in the "
            + "network.|@ Every row that counts is green. The rest goes "
            + "further:%n%n");
        if (!gone.isEmpty()) say("@|red %s|@%n", fold(words.in(gone), 78, 0));
        else if (!done) show(results.get(row));
        if (!done) say("%n@|faint Fix it, and start your node again. Enter: "
            + "check now. h: hint. Ctrl-C: end.|@%n");
        if (!done && first < before) say("@|faint Fewer rows than before? If "
            + "a chain was broken earlier, it stays so: start your node again."
            + "|@%n");
        if (!done && before == 0) say("@|faint (This check mines and pays on "
            + "your node: its chain grows.)|@%n");
    }

    private String chapter(Rows.Row row) {
        return words.in(Rows.CHAPTERS.get(row.chapter() - 1));
    }

    // What to do when all is green.
    private String next() {
        int done = last();
        return isAll() && !signed ? words.in("@|bold,green Your node lives in "
            + "the network.|@ Next: \"Then join in\" in docs/write-your-own.md.")
            : words.in("@|bold,green Chapter %d is done.|@ Next: chapter %d.")
                .formatted(done, done + 1);
    }

    private void awaitNode() throws InterruptedException {
        if (talk.address() != null) return;
        say("Nobody answers at %s yet. Start your node: I wait.%n", talk.url());
        while (talk.address() == null) Thread.sleep(250);
    }

    // A node was started anew if it was gone meanwhile, or has another chain
    // than we left it. Asks for the chain seldom: a node may print each
    // request.
    private boolean awaitRestart(String gone, int first) throws Exception {
        var was = seen();
        boolean away = !gone.isEmpty();
        for (int i = 1; ; i++) {
            var key = keys.poll(250, TimeUnit.MILLISECONDS);
            if (key != null && key.equals("q")) return false;
            if (key != null && key.equals("h") && gone.isEmpty()) say(
                "%n      hint      @|yellow %s|@%n", fold(words.in(rows.all
                    .get(first).hint())));
            else if (key != null) return true;
            if (talk.address() == null) {
                if (!away) say("@|red Your node is gone. Start it again.|@%n");
                if (!away || i == 1) { // what was heard, the old one said
                    rows.left.forgets();
                    rows.right.forgets();
                }
                away = true;
            } else if (away || i % 8 == 0 && isNew(was, seen())) return true;
        }
    }

    private Object seen() {
        try {
            var answer = talk.get("/chain");
            return answer.get("chain") instanceof List<?> list ? list
                : answer.text();
        } catch (Exception e) {
            return ""; // it does not answer at all
        }
    }

    static boolean isNew(Object was, Object is) {
        if (was instanceof List<?> before && is instanceof List<?> now)
            return now.size() < before.size() || !before.isEmpty()
                && !now.get(0).equals(before.get(0));
        return !is.equals("") && !was.equals(is); // "" is no node
    }

    private void listen() {
        var reader = new Thread(() -> {
            try {
                new BufferedReader(new InputStreamReader(keyboard)).lines()
                    .forEach(line -> keys.add(line.strip().toLowerCase()));
            } catch (UncheckedIOException e) {
                // then there are no keys
            }
        });
        reader.setDaemon(true);
        reader.start();
    }

    // ## What people see

    private void clear() {
        if (Ansi.AUTO.enabled()) say("\033[H\033[2J\033[3J");
        else say("%n");
    }

    private void progress(int i) {
        if (Ansi.AUTO.enabled())
            say("\r%d of %d\033[K", i + 1, rows.all.size());
    }

    private static String fold(String text) {
        return fold(text, 64, 16);
    }

    // Long words are cut at the edge, others move to the next line.
    private static String fold(String text, int width, int indent) {
        return text.lines().map(line -> Words.width(line) > line.length()
            ? Words.folded(line, width)
            : line.replaceAll("(.{1," + width + "})(?: +|$)|(.{" + width
                + "})", "$1$2\n")).collect(joining())
            .strip().replace("\n", "\n" + " ".repeat(indent));
    }

    // Not every terminal can show a ✓.
    private static String sign(String sign, String plain) {
        return Charset.forName(System.getProperty("stdout.encoding",
            System.getProperty("native.encoding", "UTF-8"))).newEncoder()
            .canEncode(sign) ? sign : plain;
    }

    private void say(String format, Object... values) {
        var out = program.commandLine().getOut();
        if (!json) out.print(Ansi.AUTO.string(words.as(format))
            .formatted(values));
        out.flush();
    }

    private void print(String line) {
        program.commandLine().getOut().println(line);
    }

    public static void main(String... arguments) {
        var check = new CommandLine(new CheckNode());
        System.exit(Script.run(check, arguments));
    }
}
