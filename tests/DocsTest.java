///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java

// Holds the book in docs/ to the code.
//
//     ./jbang tests/DocsTest.java                           all of it
//     ./jbang tests/DocsTest.java docs/03-proof-of-work.md  one chapter
//     ./jbang tests/DocsTest.java --accept [chapter ...]    what came, goes in
//
// The rules for authors:
//
// A fence starts at column 0 with three backticks, and says what it is.
//   java             a cell: JBang runs it
//   java Node.java   an excerpt of that file, never run. So are
//                    java Blockchain.java, java beyond/Door.java and so on,
//                    one for each file of beyond/, and those of docs/. The
//                    chapters and docs/appendix.md show each line of such a
//                    file once, verbatim, in pieces of whatever length and
//                    order; blank lines are free. Of Demo.java, they show
//                    what they like.
//   java Node.java again   lines that stand there in one piece; not counted
//   text             all that the cells since the last text have printed
//   console          `$ command`, then all that it prints
//   json mermaid powershell   as they are, not run
//
// docs/zh has the same pages in Chinese, with the same fences: a page that
// differs lags behind. Only the labels of a mermaid may be translated.
//
// Run are the numbered chapters and docs/answers.md: each is one JShell and,
// beside it, one sh for all of its consoles. A cell that needs a port takes
// 0, any free one. A console says --port 5000 (or 5001, ...): while it is
// tested, free ports stand in for them. A command goes on in the next line
// after a \. One that ends with & and says --port is waited for until the
// port answers; what it has printed by then goes below it. Nothing outlives
// the chapter. On other pages a console shows commands only.
//
// What differs each time is a placeholder from PLACEHOLDERS below, as in
// `mined <hash 1> in <ms> ms`: a numbered one is the same all over the page.
// Any number of spaces may stand where some stand beside a placeholder.
//
// "Build it" is a chapter's last exercise: its last cell is the check, whole
// and with its call, and runs on the unfinished version that the chapter
// defines; its text begins "red". docs/answers.md has a heading of level 2
// that links to the chapter, the answer, the same cell, and a text that
// begins "green". Say what a check found, for example:
//
//     println(balance(chain, "a") == 4 ? "green" : "red: not 4");

import static java.util.stream.Collectors.*;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.*;

import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocsTest {
    static final Path HERE = Path.of("").toAbsolutePath();

    static final String SHORT = "|[0-9a-f]{6}…[0-9a-f]{4}";
    static final Map<String, String> PLACEHOLDERS = Map.of(
        "time", "\\d\\d:\\d\\d:\\d\\d|1\\d{9}(?:\\.\\d{1,9})?"
            + "|20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z",
        "port", "[1-9]\\d{3,4}",
        "id", "[0-9a-f]{32}" + SHORT,
        "hash", "[0-9a-f]{64}" + SHORT,
        "ms", "\\d+(?:\\.\\d+)?",
        "n", "\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?");
    static final Pattern PLACEHOLDER =
        Pattern.compile("( *)<([a-z]+)(?: (\\d+))?>( *)");

    /** The scripts that the book shows line by line. */
    static List<String> scripts(Path root) throws IOException {
        var scripts = new ArrayList<>(List.of("Blockchain.java", "Node.java"));
        scripts.removeIf(name -> !Files.exists(root.resolve(name)));
        for (var folder : List.of("beyond", "docs")) {
            if (!Files.isDirectory(root.resolve(folder))) continue;
            try (var files = Files.list(root.resolve(folder))) {
                files.map(file -> folder + "/" + file.getFileName())
                    .filter(name -> name.endsWith(".java")).sorted()
                    .forEach(scripts::add);
            }
        }
        return scripts;
    }

    /** What may stand behind the three backticks. */
    static List<String> kinds(Path root) throws IOException {
        var kinds = new ArrayList<>(List.of("java", "text", "console",
            "json", "mermaid", "powershell", "java Demo.java",
            "java Demo.java again"));
        for (var script : scripts(root))
            kinds.addAll(List.of("java " + script, "java " + script
                + " again"));
        return kinds;
    }

    // What JBang and the JDK say of themselves.
    static final Pattern NOISE = Pattern.compile("\\[jbang\\] (?!\\[ERROR).*"
        + "|WARNING: .*|.* java\\.util\\.prefs\\..*"
        + "|INFO: Created user preferences.*"
        + "|Picked up JAVA_TOOL_OPTIONS.*");

    // ## What a page is

    record Line(String page, int number, String text) {
        String flaw(String what) {
            return page + ":" + number + ": " + what;
        }
    }

    record Fence(String info, Line start, List<Line> body) {
        Line end() {
            return new Line(start.page, start.number + body.size() + 1, "```");
        }
    }

    /** A command of a console, and what the book says that it prints. */
    record Step(Fence fence, List<Line> command, List<Line> output) {}

    /** A page with its fences, and what is wrong with its form. */
    record Page(String name, List<Line> lines, List<Fence> fences,
                List<String> flaws) {

        static Page read(Path root, String name) throws IOException {
            var page = new Page(name, numbered(root, name), new ArrayList<>(),
                new ArrayList<>());
            page.parse(kinds(root));
            page.fences.forEach(page::checkBody);
            for (var kind : page.isProgram() ? List.of("java", "text")
                : List.<String>of()) if (page.last(kind) == null)
                    page.flaws.add(name + ":1: no ```" + kind + " stands here");
            return page;
        }

        boolean isChapter() {
            return name.matches("docs/\\d\\d-.*");
        }

        /** Do its excerpts count? */
        boolean shows() {
            return isChapter() || name.equals("docs/appendix.md");
        }

        boolean isRun() {
            return isChapter() || name.equals("docs/answers.md");
        }

        boolean isChinese() {
            return name.startsWith("docs/zh/");
        }

        /** Would JBang run it? */
        boolean isProgram() {
            return name.matches("docs/(zh/)?(\\d\\d-.*|answers.md)");
        }

        List<Fence> all(String info) {
            return fences.stream().filter(f -> f.info.equals(info)).toList();
        }

        Fence last(String info) {
            return all(info).stream().reduce((a, b) -> b).orElse(null);
        }

        List<Line> prose() {
            var inFences = fences.stream().flatMap(f -> f.body.stream())
                .collect(toSet());
            return lines.stream().filter(l -> !inFences.contains(l)).toList();
        }

        private void parse(List<String> known) {
            Fence open = null;
            String before = "", paragraph = "";
            for (var line : lines) {
                var text = line.text;
                if (isProgram() && text.contains("void main(")) flaw(line,
                    "where \"void main(\" stands, JBang takes the page for an "
                    + "application. It can stand in docs/appendix.md");
                if (open != null && text.equals("```")) {
                    fences.add(open);
                    open = null;
                } else if (open != null) {
                    open.body.add(line);
                    if (text.strip().startsWith("```")) flaw(line, "closes "
                        + "nothing: ``` alone does. Open since line "
                        + open.start.number);
                } else if (text.matches("```[^`]*")) {
                    open = new Fence(text.substring(3), line,
                        new ArrayList<>());
                    checkInfo(open, known);
                } else {
                    if (text.matches("\\S.*")) paragraph = text;
                    checkProse(line, before.isBlank()
                        && !paragraph.matches("([-*+]|\\d+[.)]) .*"));
                }
                before = text;
            }
            if (open != null) flaw(open.start, "this fence is never closed");
        }

        private void flaw(Line line, String what) {
            flaws.add(line.flaw(what));
        }

        private void checkInfo(Fence fence, List<String> known) {
            if (fence.info.endsWith(" ")) flaw(fence.start, "a space after \""
                + fence.info.strip() + "\": delete it");
            else if (!known.contains(fence.info)) flaw(fence.start,
                "no fence is called \"" + fence.info + "\", but " + known);
            else if (fence.info.matches("java .*java") && !shows()
                && !isChinese())
                flaw(fence.start,
                "on this page say \"" + fence.info + " again\"");
        }

        // JBang runs, or hides, more than fences.
        private void checkProse(Line line, boolean mayBeCode) {
            var text = line.text;
            if (text.matches("\\s*````.*"))
                flaw(line, "a fence is three backticks, not more");
            else if (text.matches("\\s*~~~.*"))
                flaw(line, "a fence is ```, not ~~~");
            else if (text.matches("\\s+```.*"))
                flaw(line, "a fence starts at column 0");
            else if (text.matches("\\s+"))
                flaw(line, "nothing but spaces: delete them");
            else if (text.matches("(\t| {4}).*") && mayBeCode)
                flaw(line, "indented code: put it in a fence");
        }

        private void checkBody(Fence fence) {
            var output = new ArrayList<Line>();
            if (fence.info.equals("text")) output.addAll(fence.body);
            for (var step : steps(fence)) output.addAll(step.output);
            for (var line : output) {
                var found = PLACEHOLDER.matcher(line.text);
                while (found.find())
                    if (!PLACEHOLDERS.containsKey(found.group(2))) flaw(line,
                        "no placeholder is called " + found.group().strip()
                        + ", but " + new TreeSet<>(PLACEHOLDERS.keySet()));
            }
            if (fence.info.equals("java")) for (var line : fence.body)
                if (line.text.matches(".*--port(=|\", *\")[1-9].*"))
                    flaw(line, "a port may be taken: ask for 0, any free one");
            if (!fence.info.equals("console")) return;
            if (fence.body.isEmpty()
                || !fence.body.get(0).text.startsWith("$ "))
                flaw(fence.start, "a console begins with \"$ command\"");
            if (!isProgram() && !output.isEmpty()) flaw(output.get(0),
                "the consoles of this page are not run: show commands only");
        }

        List<Step> steps() {
            return fences.stream().flatMap(f -> steps(f).stream()).toList();
        }

        private static List<Step> steps(Fence fence) {
            var steps = new ArrayList<Step>();
            boolean goesOn = false;
            if (fence.info.equals("console")) for (var line : fence.body) {
                boolean starts = !goesOn && line.text.startsWith("$ ");
                if (starts) steps.add(new Step(fence, new ArrayList<>(),
                    new ArrayList<>()));
                if (steps.isEmpty()) continue;
                var step = steps.get(steps.size() - 1);
                (starts || goesOn ? step.command : step.output).add(line);
                goesOn = (starts || goesOn) && line.text.endsWith("\\");
            }
            return steps;
        }
    }

    static List<Line> numbered(Path root, String file) throws IOException {
        var lines = new ArrayList<Line>();
        for (var text : Files.readAllLines(root.resolve(file)))
            lines.add(new Line(file, lines.size() + 1, text));
        return lines;
    }

    static List<String> texts(List<Line> lines) {
        return lines.stream().map(Line::text).collect(toList());
    }

    static String indented(List<String> lines) {
        return lines.stream().limit(20).map(l -> "\n  " + l).collect(joining());
    }

    // ## The book, without running it

    /** The pages, chapters first, in the order in which they are read. */
    record Book(Path root, List<Page> pages) {
        static Book read(Path root, List<String> only) throws IOException {
            var pages = new ArrayList<Page>();
            for (var folder : List.of("docs/", "docs/zh/")) {
                if (!Files.isDirectory(root.resolve(folder))) continue;
                try (var files = Files.list(root.resolve(folder))) {
                    for (var name : files.map(f -> folder + f.getFileName())
                        .filter(n -> n.endsWith(".md")).sorted().toList())
                        if (only.isEmpty() || only.contains(name))
                            pages.add(Page.read(root, name));
                }
            }
            return new Book(root, pages);
        }

        List<String> form() {
            return pages.stream().flatMap(p -> p.flaws.stream()).toList();
        }

        List<String> links() throws IOException {
            var link = Pattern.compile("\\]\\(<?([^)\\s>]+)|^\\[[^\\]]+\\]: "
                + "(\\S+)|(?:href|src)=\"([^\"]+)");
            var flaws = new ArrayList<String>();
            for (var page : pages) for (var line : page.prose()) {
                var found = link.matcher(line.text.replaceAll("`[^`]*`", ""));
                while (found.find()) {
                    var target = Stream.of(1, 2, 3).map(found::group)
                        .filter(Objects::nonNull).findFirst().get();
                    var parts = target.split("#", 2);
                    var file = parts[0].isEmpty() ? root.resolve(page.name)
                        : root.resolve(page.name).resolveSibling(parts[0])
                            .normalize();
                    if (target.matches("[a-z]+:.*")) continue;
                    if (!file.startsWith(root) || !Files.exists(file))
                        flaws.add(line.flaw(parts[0] + " is not there"));
                    else if (parts.length > 1 && file.toString().endsWith("md")
                        && !anchors(file).contains(parts[1])) flaws.add(
                            line.flaw("no heading there is #" + parts[1]));
                }
            }
            return flaws;
        }

        /** What is linked to the glossary stands in it. */
        List<String> glossary() throws IOException {
            var flaws = new ArrayList<String>();
            var link = Pattern.compile(
                "\\[([^\\]]+)\\]\\(README.md#(?:glossary|术语表)\\)");
            for (var page : pages) {
                var words = link.matcher(String.join(" ", texts(page.prose())));
                while (words.find()) {
                    var word = words.group(1).toLowerCase();
                    if (terms(page).stream().noneMatch(term -> term.contains(
                        word) || word.contains(term))) flaws.add(page.name
                            + ":1: the glossary has no " + word);
                }
            }
            return flaws;
        }

        /** Those in the first column of its last table. */
        private List<String> terms(Page page) throws IOException {
            var text = Files.readString(root.resolve(page.name)
                .resolveSibling("README.md"));
            return Pattern.compile("(?m)^\\| ([^|-]+?) \\| ").matcher(
                text.substring(text.lastIndexOf("\n## "))).results()
                .flatMap(row -> Stream.of(row.group(1).split(", |、| ?[(（]|[)）]")))
                .filter(term -> !term.isBlank()).map(String::toLowerCase)
                .toList();
        }

        /** Each Chinese page has the English one's fences, and is linked. */
        List<String> editions() throws IOException {
            var flaws = new ArrayList<String>();
            var chinese = pages.stream().filter(Page::isChinese)
                .collect(toMap(page -> page.name.replace("zh/", ""), it -> it));
            if (!chinese.isEmpty()) for (var page : pages) {
                if (page.isChinese()) continue;
                var its = chinese.get(page.name);
                var file = page.name.replace("docs/", "");
                if (its == null) flaws.add(page.name + ":1: there is no "
                    + "docs/zh/" + file);
                else {
                    flaws.addAll(links(page, "zh/" + file));
                    flaws.addAll(links(its, "../" + file));
                    if (!file.equals("README.md")) // the first page, too
                        flaws.addAll(fences(page, its));
                }
            }
            return flaws;
        }

        private static List<String> links(Page page, String to) {
            return page.prose().stream().anyMatch(line -> line.text.contains(
                "](" + to + ")")) ? List.of() : List.of(page.name
                    + ":1: no link leads to " + to);
        }

        private static List<String> fences(Page english, Page chinese) {
            for (int i = 0; i < english.fences.size(); i++) {
                var one = english.fences.get(i);
                if (i == chinese.fences.size()) return List.of(chinese.name
                    + ":1: lacks what begins at " + one.start.flaw(one.info));
                var other = chinese.fences.get(i);
                var body = texts(one.body);
                if (one.info.equals("java")) body.replaceAll(line ->
                    line.replace("//SOURCES ../", "//SOURCES ../../"));
                if (!other.info.equals(one.info) || !other.info.equals("mermaid")
                    && !texts(other.body).equals(body)) return List.of(
                        other.start.flaw("differs from " + one.start.flaw(
                            one.info)));
            }
            return chinese.fences.size() == english.fences.size() ? List.of()
                : List.of(chinese.fences.get(english.fences.size()).start.flaw(
                    english.name + " has no more fences"));
        }

        // GitHub's name of a heading: small letters, digits and hyphens.
        private Set<String> anchors(Path file) throws IOException {
            var anchors = new HashSet<String>();
            var name = root.relativize(file).toString();
            for (var line : Page.read(root, name).prose()) {
                if (!line.text.matches("#+ .*")) continue;
                var anchor = line.text.replaceFirst("#+ ", "").toLowerCase()
                    .replaceAll("\\]\\([^)]*\\)|[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
                var unique = anchor;
                for (int i = 1; !anchors.add(unique); i++)
                    unique = anchor + "-" + i;
            }
            return anchors;
        }

        /** Each excerpt, counted or not, stands in its script in one piece. */
        List<String> excerpts() throws IOException {
            var flaws = new ArrayList<String>();
            var known = kinds(root);
            for (var page : pages) for (var excerpt : page.fences) {
                if (!excerpt.info.startsWith("java ")
                    || !known.contains(excerpt.info)) continue;
                var source = shown(numbered(root, excerpt.info.split(" ")[1]));
                var shown = shown(excerpt.body);
                int at = place(shown, source);
                int same = alike(shown, source.subList(at, source.size()));
                if (same < shown.size()) flaws.add(part(shown.get(same),
                    same == 0 ? List.of() : source.subList(at + same,
                        source.size())));
            }
            return flaws;
        }

        /** Where the script has most of these lines in one piece. */
        private static int place(List<Line> shown, List<Line> source) {
            int best = 0, at = 0;
            for (int i = 0; i < source.size(); i++) {
                int same = alike(shown, source.subList(i, source.size()));
                if (same > best) at = i;
                best = Math.max(same, best);
            }
            return at;
        }

        /** Put together, the excerpts are the script: each line once. */
        List<String> coverage(String script) throws IOException {
            var flaws = new ArrayList<String>();
            var left = new ArrayList<>(shown(numbered(root, script)));
            for (var page : pages) if (page.shows())
                for (var excerpt : page.all("java " + script)) {
                    var shown = shown(excerpt.body);
                    int at = place(shown, left);
                    var here = left.subList(at, left.size());
                    int same = alike(shown, here);
                    if (same < shown.size()) flaws.add(part(shown.get(same),
                        same == 0 ? List.of() : here.subList(same,
                            here.size())) + "\nOr it is shown twice");
                    here.subList(0, same).clear();
                }
            for (int i = 0; i < left.size(); i++) if (i == 0
                || left.get(i).number > left.get(i - 1).number + 2) flaws.add(
                    left.get(i).flaw("the book does not show this line"));
            return flaws;
        }

        static List<Line> shown(List<Line> lines) {
            return lines.stream().filter(l -> !l.text.isBlank()).toList();
        }

        static int alike(List<Line> a, List<Line> b) {
            int same = 0;
            while (same < a.size() && same < b.size()
                && a.get(same).text.equals(b.get(same).text)) same++;
            return same;
        }

        static String part(Line shown, List<Line> source) {
            return shown.flaw("here the book and the script part"
                + "\n  the book:   " + shown.text + "\n  the script: "
                + (source.isEmpty() ? "(no such line)" : source.get(0).text
                    + "\nIt is " + source.get(0).page + ":"
                    + source.get(0).number + ". Mend the excerpt by hand, and "
                    + "what the page says of it"));
        }

        /** The check of each Build it: red in the chapter, green answered. */
        List<String> buildIts() throws IOException {
            var flaws = new ArrayList<String>();
            var answers = Page.read(root, "docs/answers.md");
            var headings = answers.prose().stream()
                .filter(l -> l.text.startsWith("## ")).toList();
            for (var page : pages) {
                if (!page.isChapter() || page.lines.stream()
                    .noneMatch(l -> l.text.contains("Build it"))) continue;
                var link = "(" + page.name.replace("docs/", "");
                int from = headings.stream().filter(l -> l.text.contains(link))
                    .mapToInt(Line::number).findFirst().orElse(0);
                int to = headings.stream().mapToInt(Line::number)
                    .filter(n -> n > from).findFirst().orElse(1 << 30);
                var answer = new Page(answers.name, List.of(), answers.fences
                    .stream().filter(f -> f.start.number > from
                        && f.start.number < to).toList(), List.of());
                var check = page.last("java");
                var copy = answer.last("java");
                if (from == 0 || check == null || copy == null) flaws.add(
                    answers.name + ":1: no check under \"## [...]" + link
                    + ")\", but the chapter has a Build it");
                else if (!texts(check.body).equals(texts(copy.body))) flaws.add(
                    copy.start.flaw("the last cell of an answer is its check, "
                    + "the same as in " + check.start.flaw("it ends there")));
                else {
                    flaws.addAll(ends(page, "red"));
                    flaws.addAll(ends(answer, "green"));
                }
            }
            return flaws;
        }

        private static List<String> ends(Page page, String colour) {
            var check = page.last("java").start;
            var text = page.last("text");
            return text != null && text.start.number > check.number
                && !text.body.isEmpty()
                && text.body.get(0).text.startsWith(colour) ? List.of()
                : List.of(check.flaw("this check's text begins " + colour));
        }
    }

    // ## Running it

    /** What a program printed, without what JBang and the JDK say. */
    record Run(String out, List<String> err) {}

    // JShell waits for the threads that a cell starts at once, if it happens
    // to see them. A page that never ends is run once more.
    static Run jbang(Path root, String... arguments) throws Exception {
        var run = runOnce(root, arguments);
        return run.err.contains(NO_END) ? runOnce(root, arguments) : run;
    }

    static final String NO_END = "It did not end within six minutes.";

    private static Run runOnce(Path root, String... arguments)
            throws Exception {
        var out = Files.createTempFile("out", null);
        var err = Files.createTempFile("err", null);
        var command = new ArrayList<>(List.of(arguments));
        command.addAll(0, List.of("sh", "" + HERE.resolve("jbang")));
        var builder = new ProcessBuilder(command)
            .directory(root.toFile()).redirectOutput(out.toFile())
            .redirectError(err.toFile());
        // JShell reads a node's sources for some seconds. It takes half of the
        // work if Java translates with less care.
        var page = root.resolve(arguments[0]);
        if (Files.exists(page) && Files.readString(page).contains("/Node.java"))
            builder.environment().merge("JAVA_TOOL_OPTIONS",
                "-XX:TieredStopAtLevel=1", (a, b) -> a + " " + b);
        var jbang = builder.start();
        jbang.getOutputStream().close();
        boolean ended = jbang.waitFor(6, TimeUnit.MINUTES);
        kill(jbang);
        var said = new ArrayList<>(Files.readAllLines(err));
        said.removeIf(line -> NOISE.matcher(line).matches());
        if (!ended) said.add(NO_END);
        else if (jbang.exitValue() != 0)
            said.add("It ended with status " + jbang.exitValue() + ".");
        var run = new Run(Files.readString(out), said);
        Files.delete(out);
        Files.delete(err);
        return run;
    }

    static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    // Two pages at a time must not build one script at the same time.
    static void build(List<Page> pages) throws Exception {
        var scripts = pages.stream().flatMap(page -> page.steps().stream())
            .flatMap(step -> Pattern.compile("jbang ([\\w/]+\\.java)")
                .matcher(texts(step.command).toString()).results())
            .map(found -> found.group(1)).collect(toCollection(TreeSet::new));
        for (var script : scripts) jbang(HERE, "build", script);
    }

    /** What each cell printed, by running a copy that marks their ends. */
    static List<Run> cells(Path root, Page page) throws Exception {
        var lines = new ArrayList<>(texts(page.lines));
        var cells = page.all("java");
        for (int i = cells.size(); i-- > 0;) lines.add(cells.get(i).end().number
            - 1, "System.out.println('\\1'); System.err.println('\\1');");
        lines.replaceAll(line -> line.replaceFirst(
            "^//(SOURCES|FILES) \\.\\.", "//$1 " + root));
        var copy = Files.createTempFile("marked", ".md");
        Files.write(copy, lines);
        var run = jbang(root, copy.toString());
        Files.delete(copy);
        var out = run.out.split("\1\\R", -1);
        var err = (String.join("\n", run.err) + "\n").split("\1\\R", -1);
        return IntStream.range(0, cells.size()).mapToObj(i -> new Run(
            i < out.length ? out[i] : "", i < err.length
                ? err[i].lines().toList() : List.of())).toList();
    }

    /** An sh in which the commands of a page's consoles run. */
    static class Session implements AutoCloseable {
        private final Path bin = Files.createTempDirectory("bin");
        private final Map<String, String> ports = new TreeMap<>();
        private final Process sh;

        Session(Path root, Page page) throws IOException {
            choosePorts(texts(page.lines).toString());
            Files.createSymbolicLink(bin.resolve("jbang"),
                HERE.resolve("jbang"));
            var builder = new ProcessBuilder("sh").directory(root.toFile());
            builder.environment().merge("PATH", bin + ":", (a, b) -> b + a);
            builder.environment().put("CURL_HOME", bin.toString());
            Files.writeString(bin.resolve(".curlrc"), "no-progress-meter\n");
            sh = builder.start();
            CompletableFuture.delayedExecutor(20, TimeUnit.MINUTES)
                .execute(() -> kill(sh));
        }

        // They rise as the book's do, so that what is sorted stays so, and
        // are none that the page speaks of. The system gives ports from
        // 32768 on to anyone who asks for a free one: so these are lower.
        private void choosePorts(String text) {
            var wanted = Pattern.compile("\\b50\\d\\d\\b").matcher(text)
                .results().map(MatchResult::group).collect(toSet());
            var free = new TreeSet<String>();
            while (free.size() < wanted.size()) {
                int port = new Random().nextInt(20_000, 32_000);
                if (!text.contains("" + port) && isFree(port))
                    free.add("" + port);
            }
            for (var port : new TreeSet<>(wanted))
                ports.put(port, free.pollFirst());
        }

        private static boolean isFree(int port) {
            try (var socket = new ServerSocket(port)) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        List<String> run(Step step) throws Exception {
            var command = String.join("\n", texts(step.command)).substring(2);
            // An sh without a terminal does not know its programs as %1.
            command = command.replaceAll("kill( -9)?((?: %\\d)+)",
                "{ kill$1$2; wait$2; set --; } 2>/dev/null")
                .replaceAll(" %(\\d)", " \\$$1");
            if (command.endsWith("&")) command += " set -- \"$@\" $!";
            for (var port : ports.entrySet()) command = command.replaceAll(
                "\\b" + port.getKey() + "\\b", port.getValue());
            var output = Files.createTempFile(bin, "out", null);
            long others = sh.children().count();
            var toShell = sh.outputWriter();
            toShell.write("{ " + command + "\n} </dev/null >" + output
                + " 2>&1; printf .\n");
            toShell.flush();
            if (sh.getInputStream().read() < 0)
                return List.of("(the shell has ended)");
            if (command.endsWith("$!"))
                await(command, output, step.output.size(), others);
            return printed(output);
        }

        // Until the port answers, and what the book says, or more, is
        // printed; or until the program has ended.
        private void await(String command, Path output, int lines,
                           long others) throws Exception {
            var port = Pattern.compile("--port[ =](\\d+)").matcher(command);
            var ports = port.results().map(found -> found.group(1)).toList();
            for (int i = 0; i < 1200 && sh.children().count() > others
                && !(printed(output).size() >= lines
                    && ports.stream().allMatch(Session::answers)); i++)
                Thread.sleep(100);
            Thread.sleep(lines == 0 ? 3000 : 500);
        }

        private static boolean answers(String port) {
            try (var socket = new Socket("localhost", Integer.valueOf(port))) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private List<String> printed(Path output) throws IOException {
            var lines = new ArrayList<>(Files.readAllLines(output));
            lines.removeIf(line -> NOISE.matcher(line).matches());
            // while it mines, a node sends a space each second
            lines.replaceAll(line -> line.replaceFirst("^ +\\{", "{"));
            for (var port : ports.entrySet()) lines.replaceAll(line ->
                line.replaceAll("\\b" + port.getValue() + "\\b",
                    port.getKey()));
            return lines;
        }

        public void close() throws IOException {
            kill(sh);
            try (var files = Files.list(bin)) {
                for (var file : files.toList()) Files.delete(file);
            }
            Files.delete(bin);
        }
    }

    // ## Comparing

    /** Does the line hold? A numbered placeholder gets, or has, its value. */
    static boolean matches(String book, String came,
                           Map<String, String> values) {
        var regex = new StringBuilder();
        var names = new TreeSet<String>();
        var found = PLACEHOLDER.matcher(book);
        int end = 0;
        while (found.find()) {
            var kind = PLACEHOLDERS.getOrDefault(found.group(2), "(?!)");
            var name = found.group(2) + found.group(3);
            regex.append(Pattern.quote(book.substring(end, found.start())));
            if (!found.group(1).isEmpty()) regex.append(" +");
            if (found.group(3) == null) regex.append("(?:" + kind + ")");
            else if (values.containsKey(name))
                regex.append(Pattern.quote(values.get(name)));
            else if (names.add(name))
                regex.append("(?<" + name + ">" + kind + ")");
            else regex.append("\\k<" + name + ">");
            if (!found.group(4).isEmpty()) regex.append(" +");
            end = found.end();
        }
        regex.append(Pattern.quote(book.substring(end)));
        var line = Pattern.compile(regex.toString()).matcher(came);
        if (!line.matches()) return false;
        for (var name : names) values.put(name, line.group(name));
        return true;
    }

    /** The first line of the book that did not come, or the reverse. */
    static List<String> compare(List<Line> book, Line end, List<String> came,
                                Map<String, String> values) {
        for (int i = 0; i < Math.max(book.size(), came.size()); i++) {
            if (i < book.size() && i < came.size() && matches(
                book.get(i).text, came.get(i), values)) continue;
            var line = i < book.size() ? book.get(i) : end;
            return List.of(line.flaw("the run prints something else"
                + "\n  the book: "
                + (i < book.size() ? line.text : "(nothing more)")
                + "\n  the run:  "
                + (i < came.size() ? came.get(i) : "(nothing more)")
                + "\nIs the run right? ./jbang tests/DocsTest.java --accept "
                + line.page));
        }
        return List.of();
    }

    static List<String> check(Path root, Page page) throws Exception {
        var values = new HashMap<String, String>();
        var run = jbang(root, page.name);
        if (!run.err.isEmpty()) return failing(root, page, run);
        var book = page.all("text").stream().flatMap(f -> f.body.stream());
        var end = page.last("text") == null ? page.lines.get(0)
            : page.last("text").end();
        var flaws = compare(book.toList(), end, run.out.lines().toList(),
            values);
        return flaws.isEmpty() ? checkConsoles(root, page, values) : flaws;
    }

    // Which cell it was, stderr does not tell: each is run once more.
    static List<String> failing(Path root, Page page, Run run)
            throws Exception {
        var flaws = new ArrayList<String>();
        var runs = cells(root, page);
        for (int i = 0; i < runs.size(); i++)
            if (!runs.get(i).err.isEmpty()) flaws.add(page.all("java").get(i)
                .start.flaw("this cell fails" + indented(runs.get(i).err)));
        return flaws.isEmpty() ? List.of(page.name + ":1: the page fails"
            + indented(run.err)) : flaws;
    }

    static List<String> checkConsoles(Path root, Page page,
            Map<String, String> values) throws Exception {
        if (page.steps().isEmpty()) return List.of();
        try (var session = new Session(root, page)) {
            for (var step : page.steps()) {
                var end = step.command.get(step.command.size() - 1);
                var flaws = compare(step.output, end, session.run(step),
                    values);
                if (!flaws.isEmpty()) return flaws;
            }
        }
        return List.of();
    }

    // ## Accepting what came

    static boolean accept(Path root, Page page) throws Exception {
        var values = new HashMap<String, String>();
        var bodies = new TreeMap<Integer, List<String>>();
        var came = new ArrayList<String>();
        var runs = cells(root, page).iterator();
        for (var fence : page.fences) {
            if (fence.info.equals("text")) {
                bodies.put(fence.start.number, keep(fence.body, came, values));
                came.clear();
            }
            if (!fence.info.equals("java")) continue;
            var run = runs.next();
            came.addAll(run.out.lines().toList());
            if (run.err.isEmpty()) continue;
            System.out.println(fence.start.flaw("this cell fails, so nothing "
                + "was accepted" + indented(run.err)));
            return false;
        }
        try (var session = new Session(root, page)) {
            for (var step : page.steps()) {
                var body = bodies.computeIfAbsent(step.fence.start.number,
                    n -> new ArrayList<>());
                body.addAll(texts(step.command));
                body.addAll(keep(step.output, session.run(step), values));
            }
        }
        var lines = new ArrayList<String>();
        for (var line : page.prose()) {
            lines.add(line.text);
            lines.addAll(bodies.getOrDefault(line.number, List.of()));
            for (var fence : page.fences) if (fence.start == line
                && !bodies.containsKey(line.number))
                lines.addAll(texts(fence.body));
        }
        Files.write(root.resolve(page.name), lines);
        System.out.println(page.name + (lines.equals(texts(page.lines))
            ? ": holds as it was" : ": accepted. See git diff " + page.name));
        return true;
    }

    /** What came, in the book's words where its placeholders fit. */
    static List<String> keep(List<Line> book, List<String> came,
                             Map<String, String> values) {
        var kept = new ArrayList<String>();
        int next = 0;
        for (var line : came) {
            for (int i = next; i < book.size(); i++)
                if (matches(book.get(i).text, line, values)) {
                    line = book.get(i).text;
                    next = i + 1;
                    break;
                }
            kept.add(line);
        }
        return kept;
    }

    // ## The tests

    static List<String> asked = List.of();

    static Book book() throws IOException {
        return Book.read(HERE, asked);
    }

    static void none(List<String> flaws) {
        if (flaws.isEmpty()) return;
        var failure = new AssertionError("\n\n"
            + String.join("\n\n", flaws) + "\n");
        failure.setStackTrace(new StackTraceElement[0]);
        throw failure;
    }

    @Nested
    class EachPage {
        @Test
        void isWellFormed() throws Exception {
            none(book().form());
        }

        @Test
        void linksLeadSomewhere() throws Exception {
            none(book().links());
        }

        @Test
        void theChineseEditionKeepsUp() throws Exception {
            none(book().editions());
        }

        @Test
        void theGlossaryHasWhatIsLinkedToIt() throws Exception {
            none(book().glossary());
        }

        @Test
        void excerptsStandInTheirScript() throws Exception {
            none(book().excerpts());
        }

        @TestFactory
        List<DynamicTest> runsAsPrinted() throws Exception {
            assumeFalse(File.separator.equals("\\"), "Windows has no sh");
            var run = book().pages.stream().filter(Page::isRun).toList();
            assumeTrue(asked.size() + run.size() > 0, "no chapter yet");
            build(run);
            var two = Executors.newFixedThreadPool(2);
            var tests = new ArrayList<DynamicTest>();
            for (var page : run) {
                var missing = missing(page);
                var flaws = two.submit(() -> missing.isEmpty()
                    ? check(HERE, page) : List.<String>of());
                tests.add(DynamicTest.dynamicTest(page.name, () -> {
                    assumeTrue(missing.isEmpty(), missing
                        + " is not installed");
                    none(flaws.get());
                }));
            }
            two.shutdown();
            return tests;
        }
    }

    /** What its consoles call and this machine lacks, if anything. */
    static String missing(Page page) {
        return Pattern.compile("\\$ (curl|python3) ").matcher(page.steps()
            .stream().map(step -> step.command.get(0).text).collect(joining(
                "\n"))).results().map(found -> found.group(1)).distinct()
            .filter(tool -> Stream.of(System.getenv("PATH").split(
                File.pathSeparator)).noneMatch(folder -> Files.isExecutable(
                    Path.of(folder, tool)))).collect(joining(", "));
    }

    @Nested
    class TheChaptersTogether {
        @BeforeEach
        void thereAreSome() throws Exception {
            assumeTrue(book().pages.stream().anyMatch(Page::isChapter),
                "no chapter yet");
        }

        @TestFactory
        Stream<DynamicTest> showEveryLine() throws Exception {
            return scripts(HERE).stream().map(script ->
                DynamicTest.dynamicTest("of " + script,
                    () -> none(book().coverage(script))));
        }

        @Test
        void provedTheirAnswersRedAndGreen() throws Exception {
            assumeTrue(Files.exists(HERE.resolve("docs/answers.md")),
                "no answers yet");
            none(book().buildIts());
        }

        // Where a whole package is imported, JShell reads all classes so far
        // once more. A page with a node took twice as long.
        @Test
        void importNoPackageThatIsNewToTheShell() throws Exception {
            var lines = new ArrayList<Line>();
            for (var source : numbered(HERE, "Node.java")) {
                lines.add(source);
                if (source.text.startsWith("//SOURCES beyond/")) lines.addAll(
                    numbered(HERE, source.text.substring(10)));
            }
            book().pages.stream().flatMap(page -> page.all("java").stream()
                .filter(cell -> texts(page.lines).contains(
                    "//SOURCES ../Node.java"))).forEach(cell ->
                        lines.addAll(cell.body));
            var known = new ArrayList<>(EARLY);
            packages(numbered(HERE, "Blockchain.java")).forEach(line ->
                known.add(line.text));
            none(packages(lines).filter(line -> !known.contains(line.text))
                .map(line -> line.flaw(line.text + " Import its names, or "
                    + "JShell reads all classes again")).toList());
        }

        // Those that the first small files import.
        static final List<String> EARLY = List.of("import java.io.*;",
            "import java.net.*;", "import java.util.concurrent.*;");

        private static Stream<Line> packages(List<Line> lines) {
            return lines.stream().filter(line ->
                line.text.matches("import .*[*];"));
        }
    }

    // ## And it bites

    @Nested
    class ASmallBook {
        @TempDir Path root;
        static final String PAGE = "docs/01-twice.md";

        @BeforeEach
        void isWritten() throws Exception {
            Files.createDirectory(root.resolve("docs"));
            Files.createDirectory(root.resolve("beyond"));
            Files.writeString(root.resolve("beyond/Door.java"),
                "class Door { }\n");
            Files.writeString(root.resolve("Blockchain.java"), """
                class Blockchain {
                    static int twice(int n) { return 2 * n; }

                    public static void main(String... arguments) { }
                }
                """);
            Files.writeString(root.resolve("docs/appendix.md"), """
                ```java Blockchain.java
                    public static void main(String... arguments) { }
                }
                ```

                ```java beyond/Door.java
                class Door { }
                ```
                """);
            Files.writeString(root.resolve(PAGE), """
                # 1. Twice

                ```java
                //SOURCES ../Blockchain.java
                println(Blockchain.twice(4) + " at " + Instant.now());
                ```

                ```text
                8 at <time 1>
                ```

                ```java Blockchain.java
                class Blockchain {
                    static int twice(int n) { return 2 * n; }
                ```

                See [above](#1-twice).

                ```console
                $ echo 5000 is 5001 less 1; sleep 9 &
                5000 is 5001 less 1
                ```

                *Build it*: thrice.

                ```java
                int thrice(int n) { return n; }
                ```

                ```java
                println(thrice(2) == 6 ? "green" : "red");
                ```

                ```text
                red
                ```
                """.replace("Instant", "java.time.Instant"));
            Files.writeString(root.resolve("docs/answers.md"), """
                ## [1. Twice](01-twice.md)

                ```java
                int thrice(int n) { return 3 * n; }
                ```

                ```java
                println(thrice(2) == 6 ? "green" : "red");
                ```

                ```text
                green
                ```
                """);
        }

        private void change(String file, String from, String to)
                throws Exception {
            var text = Files.readString(root.resolve(file));
            assertTrue(text.contains(from), from);
            Files.writeString(root.resolve(file), text.replace(from, to));
        }

        private List<String> flaws() throws Exception {
            var book = Book.read(root, List.of());
            var flaws = new ArrayList<>(book.form());
            flaws.addAll(book.links());
            flaws.addAll(book.excerpts());
            flaws.addAll(book.glossary());
            flaws.addAll(book.editions());
            for (var script : scripts(root))
                flaws.addAll(book.coverage(script));
            flaws.addAll(book.buildIts());
            return flaws;
        }

        private void caught(String where, String what, List<String> flaws) {
            assertTrue(flaws.stream().anyMatch(flaw -> flaw.startsWith(where
                + ": ") && flaw.contains(what)), where + " in " + flaws);
        }

        private Page page() throws Exception {
            return Page.read(root, PAGE);
        }

        @Test
        void holds() throws Exception {
            assertEquals(List.of(), flaws());
            assertEquals(List.of(), check(root, page()));
        }

        // A change of the chapter, and where and how it is caught.
        @ParameterizedTest(name = "{3}") @CsvSource(delimiter = '|', value = {
            "```java\\n//| ```java \\n//| 3| a space after",
            "```text\\n8| ```output\\n8| 8| no fence is called",
            "Blockchain.java\\nclass| beyond/Window.java\\nclass| 12| no fence",
            "```\\n\\nSee| See| 17| closes nothing",
            "*Build| ```json\\n*Build| 27| closes nothing",
            "*Build| ````| 24| three backticks",
            "*Build| ~~~| 24| not ~~~",
            "```console| \\t```console| 19| at column 0",
            "See| \\tSee| 17| indented code",
            "See| - a list\\n\\n    goes on\\n\\nSee\\n\\n    you| 23| "
                + "indented code",
            "See| static void main(). See| 17| void main(",
            "<time 1>| <anything>| 9| no placeholder is called <anything>",
            "#1-twice| #1-thrice| 17| #1-thrice",
            "#1-twice| 02-thrice.md| 17| 02-thrice.md is not there",
            "(4)| (4, \"--port\", \"5000\")| 5| a port may be taken",
            "class| ```\\n\\n```java Blockchain.java again\\n}| 16| part",
            "2 * n| n + n| 14| 2 * n",
            "red\\n```| green\\n```| 30| begins red",
            "== 6| > 0| 7| the last cell of an answer is its check"})
        void catches(String from, String to, int line, String what)
                throws Exception {
            change(PAGE, from.translateEscapes(), to.translateEscapes());
            caught((line == 7 ? "docs/answers.md:" : PAGE + ":") + line, what,
                flaws());
        }

        @Test
        void catchesAChangedSourceLine() throws Exception {
            change("Blockchain.java", "2 * n", "n + n");
            caught(PAGE + ":14", "n + n", flaws());
        }

        @Test
        void catchesALineNotShown() throws Exception {
            change("Blockchain.java", "{ }\n", "{ }\n    // the end\n");
            caught("docs/appendix.md:3", "// the end", flaws());
            change("docs/appendix.md", "\n}\n", "\n");
            caught("Blockchain.java:5", "does not show", flaws());
        }

        @Test
        void catchesALineShownTwice() throws Exception {
            change("docs/appendix.md", "```java beyond", "```java "
                + "Blockchain.java\nclass Blockchain {\n```\n\n```java beyond");
            caught("docs/appendix.md:7", "twice", flaws());
        }

        @Test
        void allowsAnyOrder() throws Exception {
            change("docs/appendix.md", "    public static void main(String... "
                + "arguments) { }\n}\n```", "}\n```\n\n```java Blockchain.java\n"
                + "    public static void main(String... arguments) { }\n```");
            assertEquals(List.of(), flaws());
        }

        @Test
        void catchesALineOfARoomNotShown() throws Exception {
            change("beyond/Door.java", "{ }\n", "{ }\n// the key\n");
            caught("beyond/Door.java:2", "does not show", flaws());
            Files.writeString(root.resolve("beyond/Window.java"), "// air\n");
            caught("beyond/Window.java:1", "does not show", flaws());
            change("docs/appendix.md", "class Door", "class Gate");
            caught("docs/appendix.md:7", "class Gate", flaws());
        }

        @Test
        void catchesAnEditionThatLagsBehind() throws Exception {
            var chinese = Files.createDirectory(root.resolve("docs/zh"));
            for (var name : List.of("01-twice", "answers", "appendix")) {
                var file = root.resolve("docs/" + name + ".md");
                var text = Files.readString(file);
                Files.writeString(file, "[中文](zh/" + name + ".md)\n\n" + text);
                Files.writeString(chinese.resolve(name + ".md"), ("[English]"
                    + "(../" + name + ".md)\n\n" + text).replace(
                        "//SOURCES ../", "//SOURCES ../../"));
            }
            assertEquals(List.of(), flaws());
            change("docs/zh/01-twice.md", "8 at", "9 at");
            caught("docs/zh/01-twice.md:10", "docs/01-twice.md:10", flaws());
            change("docs/zh/answers.md", "../answers", "answers");
            caught("docs/zh/answers.md:1", "no link leads to ../answers.md",
                flaws());
            change("docs/answers.md", "3 * n", "4 * n");
            caught("docs/zh/answers.md:5", "differs", flaws());
            Files.delete(chinese.resolve("appendix.md"));
            caught("docs/appendix.md:1", "there is no", flaws());
        }

        @Test
        void catchesAWrongOutput() throws Exception {
            var text = page().all("text").get(0);
            var values = new HashMap<String, String>();
            assertEquals(List.of(), compare(text.body, text.end(),
                List.of("8 at 12:00:00"), values));
            caught(PAGE + ":9", "8 at 13:00:00", compare(text.body, text.end(),
                List.of("8 at 13:00:00"), values));
            caught(PAGE + ":10", "and more", compare(text.body, text.end(),
                List.of("8 at 12:00:00", "and more"), values));
            change(PAGE, "\n5000 is", "\n5002 is");
            caught(PAGE + ":21", "5000 is", checkConsoles(root, page(),
                values));
        }

        @Test
        void catchesACellThatThrows() throws Exception {
            change(PAGE, "int thrice", "throw new Error(\"no\");\nint thrice");
            caught(PAGE + ":26", "Error: no", check(root, page()));
        }

        @Test
        void acceptsWhatCame() throws Exception {
            var right = Files.readString(root.resolve(PAGE));
            change(PAGE, "```text\nred", "```text\nblue\nor\nyellow");
            change(PAGE, "\n5000 is", "\n5002 is");
            assertTrue(accept(root, page()));
            assertEquals(right, Files.readString(root.resolve(PAGE)));
        }
    }

    public static void main(String... arguments) throws Exception {
        asked = new ArrayList<>(List.of(arguments));
        boolean accept = asked.remove("--accept"), good = true;
        for (var page : asked) if (!Files.exists(HERE.resolve(page))) {
            System.err.println(page + " is not there. Name a chapter as in "
                + "./jbang tests/DocsTest.java docs/03-proof-of-work.md");
            System.exit(2);
        }
        if (accept) for (var page : book().pages)
            if (page.isRun()) good &= accept(HERE, page);
        if (accept) System.exit(good ? 0 : 1);
        Runner.run(asked.isEmpty() ? DocsTest.class : EachPage.class);
    }
}
