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
//   java Node.java   an excerpt (or Blockchain.java, Demo.java), never run.
//                    The chapters in their order, and docs/README.md after
//                    them, show each line of Blockchain.java and Node.java
//                    once and in its order, verbatim; blank lines are free.
//                    Of Demo.java they show what they like, in its order.
//   java Node.java again   lines that stand there in one piece; not counted
//   text             all that the cells since the last text have printed
//   console          `$ command`, then all that it prints
//   json mermaid powershell   as they are, not run
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
import java.util.function.*;
import java.util.regex.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;

class DocsTest {
    static final Path HERE = Path.of("").toAbsolutePath();
    static final List<String> SCRIPTS =
        List.of("Blockchain.java", "Node.java", "Demo.java");

    static final String SHORT = "|[0-9a-f]{6}…[0-9a-f]{4}";
    static final Map<String, String> PLACEHOLDERS = Map.of(
        "time", "\\d\\d:\\d\\d:\\d\\d|1\\d{9}(?:\\.\\d{1,9})?"
            + "|20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z",
        "port", "[1-9]\\d{3,4}",
        "id", "[0-9a-f]{32}" + SHORT,
        "hash", "[0-9a-f]{64}" + SHORT,
        "ms", "\\d+(?:\\.\\d+)?",
        "n", "\\d{1,3}(?:,\\d{3})*(?:\\.\\d+)?|\\d+(?:\\.\\d+)?");
    static final Pattern PLACEHOLDER =
        Pattern.compile("( *)<([a-z]+)(?: (\\d+))?>( *)");

    // What JBang and the JDK say of themselves.
    static final Pattern NOISE = Pattern.compile("\\[jbang\\].*|WARNING: .*"
        + "|.* java\\.util\\.prefs\\..*|INFO: Created user preferences.*"
        + "|Picked up JAVA_TOOL_OPTIONS.*");

    // ## What a page is

    record Line(String page, int number, String text) {
        String flaw(String what) {
            return page + ":" + number + ": " + what;
        }
    }

    record Fence(String info, Line start, List<Line> body) {
        boolean is(String kind) {
            return info.equals(kind);
        }

        Line end() {
            return new Line(start.page, start.number + body.size() + 1, "```");
        }
    }

    /** A page with its fences, and what is wrong with its form. */
    record Page(String name, List<Line> lines, List<Fence> fences,
                List<String> flaws) {

        static Page read(Path root, String name) throws IOException {
            return parse(name, Files.readAllLines(root.resolve(name)));
        }

        boolean isChapter() {
            return name.matches("docs/\\d\\d-.*");
        }

        boolean isRun() {
            return isChapter() || name.equals("docs/answers.md");
        }

        Stream<Fence> all(String info) {
            return fences.stream().filter(fence -> fence.is(info));
        }

        List<Line> prose() {
            var prose = new ArrayList<>(lines);
            fences.forEach(fence -> prose.removeAll(fence.body));
            return prose;
        }

        static Page parse(String name, List<String> texts) {
            var page = new Page(name, new ArrayList<>(), new ArrayList<>(),
                new ArrayList<>());
            Fence open = null;
            String before = "", block = "";
            for (var text : texts) {
                var line = new Line(name, page.lines.size() + 1, text);
                page.lines.add(line);
                if (page.isRun() && text.contains("void main("))
                    page.flaw(line, "\"void main(\" makes JBang take the page "
                        + "for an application. docs/README.md shows mains");
                if (open != null) {
                    if (text.equals("```")) {
                        page.fences.add(open);
                        open = null;
                    } else {
                        if (text.strip().startsWith("```")) page.flaw(line,
                            "closes nothing: a closing fence is ``` alone. "
                            + "Open since line " + open.start.number);
                        open.body.add(line);
                    }
                } else if (text.matches("```[^`]*")) {
                    open = new Fence(text.substring(3), line,
                        new ArrayList<>());
                    page.checkInfo(open);
                } else {
                    page.checkProse(line, before, block);
                    if (text.matches("\\S.*")) block = text;
                }
                before = text;
            }
            if (open != null) page.flaw(open.start, "this fence is not closed");
            page.fences.forEach(page::checkBody);
            var start = new Line(name, 1, "");
            if (page.isRun() && page.all("java").findAny().isEmpty())
                page.flaw(start, "no cell: nothing here runs");
            if (page.isRun() && page.all("text").findAny().isEmpty())
                page.flaw(start, "no text: nothing here is shown to come out");
            return page;
        }

        private void flaw(Line line, String what) {
            flaws.add(line.flaw(what));
        }

        private void checkInfo(Fence fence) {
            var known = Pattern.compile("(java|text|console|json|mermaid|"
                + "powershell)|java (Blockchain|Node|Demo)\\.java( again)?");
            if (fence.info.endsWith(" ")) flaw(fence.start,
                "a space after \"" + fence.info.strip() + "\": delete it");
            else if (!known.matcher(fence.info).matches()) flaw(fence.start,
                "no fence is called \"" + fence.info + "\". Known are java, "
                + "java Blockchain.java, java Blockchain.java again, text, "
                + "console, json, mermaid and powershell");
            else if (fence.info.matches("java .*java") && !isChapter()
                && !name.equals("docs/README.md")) flaw(fence.start,
                "here an excerpt is a repeat: " + fence.info + " again");
        }

        // JBang runs more than fences: text that is indented, for one.
        private void checkProse(Line line, String before, String block) {
            var text = line.text;
            if (text.matches("\\s*````+.*"))
                flaw(line, "a fence is three backticks, not more");
            else if (text.matches("\\s*~~~.*"))
                flaw(line, "a fence is ```, not ~~~");
            else if (text.matches("\\s+```.*"))
                flaw(line, "a fence starts at column 0");
            else if (text.matches("\\s+"))
                flaw(line, "nothing but spaces: delete them");
            else if (text.matches("(\t| {4}).*") && before.isBlank()
                && !block.matches(" *([-*+]|\\d+[.)]) .*"))
                flaw(line, "indented code: put it in a fence");
        }

        private void checkBody(Fence fence) {
            var output = fence.is("text") ? fence.body : steps(fence).stream()
                .flatMap(step -> step.output.stream()).collect(toList());
            for (var line : output) {
                var found = PLACEHOLDER.matcher(line.text);
                while (found.find())
                    if (!PLACEHOLDERS.containsKey(found.group(2))) flaw(line,
                        "no placeholder is called " + found.group().strip()
                        + ". Known are " + new TreeSet<>(PLACEHOLDERS.keySet())
                            .stream().collect(joining(">, <", "<", ">")));
            }
            if (!fence.is("console")) return;
            if (fence.body.isEmpty()
                || !fence.body.get(0).text.startsWith("$ "))
                flaw(fence.start, "a console begins with a \"$ command\"");
            if (!isRun() && !output.isEmpty()) flaw(output.get(0),
                "consoles of this page are not run: show commands only");
        }

        Fence last(String info) {
            return all(info).reduce((a, b) -> b).orElse(null);
        }

        /** The commands of this page's consoles. */
        List<Step> steps() {
            return all("console").flatMap(fence -> steps(fence).stream())
                .collect(toList());
        }

        private static List<Step> steps(Fence fence) {
            var steps = new ArrayList<Step>();
            boolean goesOn = false;
            for (var line : fence.is("console") ? fence.body
                : List.<Line>of()) {
                if (line.text.startsWith("$ ")) steps.add(new Step(fence,
                    new ArrayList<>(), new ArrayList<>()));
                if (steps.isEmpty()) continue;
                var step = steps.get(steps.size() - 1);
                if (line.text.startsWith("$ ") || goesOn) {
                    step.command.add(line);
                    goesOn = line.text.endsWith("\\");
                } else step.output.add(line);
            }
            return steps;
        }
    }

    /** A command of a console, and what the book says that it prints. */
    record Step(Fence fence, List<Line> command, List<Line> output) {
        String text() {
            return command.stream().map(Line::text).collect(joining("\n"))
                .substring(2);
        }
    }

    /** The pages in the order in which they are read. */
    record Book(Path root, List<Page> pages) {
        static Book read(Path root) throws IOException {
            var pages = new ArrayList<Page>();
            if (Files.isDirectory(root.resolve("docs")))
                try (var files = Files.list(root.resolve("docs"))) {
                    for (var name : files.map(file -> "docs/"
                        + file.getFileName()).filter(n -> n.endsWith(".md"))
                        .sorted().collect(toList()))
                        pages.add(Page.read(root, name));
                }
            return new Book(root, pages);
        }

        Book only(Collection<String> names) {
            return names.isEmpty() ? this : new Book(root, pages.stream()
                .filter(page -> names.contains(page.name)).collect(toList()));
        }

        List<String> form() {
            return pages.stream().flatMap(page -> page.flaws.stream())
                .collect(toList());
        }

        // ## Links

        List<String> links() throws IOException {
            var link = Pattern.compile("\\]\\(<?([^)\\s>]+)|^\\[[^\\]]+\\]: "
                + "(\\S+)|(?:href|src)=\"([^\"]+)");
            var flaws = new ArrayList<String>();
            for (var page : pages) for (var line : page.prose()) {
                var found = link.matcher(line.text.replaceAll("`[^`]*`", ""));
                while (found.find()) {
                    var target = Stream.of(1, 2, 3).map(found::group)
                        .filter(Objects::nonNull).findFirst().get();
                    if (target.matches("[a-z]+:.*")) continue;
                    var parts = target.split("#", 2);
                    var file = root.resolve(page.name).resolveSibling(
                        parts[0]).normalize();
                    if (parts[0].isEmpty()) file = root.resolve(page.name);
                    if (!file.startsWith(root) || !Files.exists(file))
                        flaws.add(line.flaw("leads to " + parts[0]
                            + ", which is not there"));
                    else if (parts.length > 1 && file.toString().endsWith("md")
                        && !anchors(file).contains(parts[1]))
                        flaws.add(line.flaw("#" + parts[1] + " is no heading "
                            + "of " + root.relativize(file)));
                }
            }
            return flaws;
        }

        // GitHub's name of a heading: small letters, digits and hyphens.
        private Set<String> anchors(Path file) throws IOException {
            var anchors = new HashSet<String>();
            for (var line : Page.parse("", Files.readAllLines(file)).prose()) {
                if (!line.text.matches("#+ .*")) continue;
                var name = line.text.replaceFirst("#+ ", "").toLowerCase()
                    .replaceAll("\\]\\([^)]*\\)", "")
                    .replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
                var unique = name;
                for (int i = 1; !anchors.add(unique); i++)
                    unique = name + "-" + i;
            }
            return anchors;
        }

        // ## Excerpts

        List<Line> source(String script) throws IOException {
            var lines = new ArrayList<Line>();
            for (var text : Files.readAllLines(root.resolve(script)))
                lines.add(new Line(script, lines.size() + 1, text));
            lines.removeIf(line -> line.text.isBlank());
            return lines;
        }

        static List<Line> shown(Fence excerpt) {
            return excerpt.body.stream().filter(line -> !line.text.isBlank())
                .collect(toList());
        }

        /** Each excerpt, counted or not, stands in its script in one piece. */
        List<String> excerpts() throws IOException {
            var flaws = new ArrayList<String>();
            for (var page : pages) for (var excerpt : page.fences) {
                if (!excerpt.info.matches("java \\w+.*")) continue;
                var script = excerpt.info.split(" +")[1];
                if (!Files.exists(root.resolve(script))) continue;
                var source = source(script);
                var shown = shown(excerpt);
                int best = 0, at = 0;
                for (int i = 0; i < source.size(); i++) {
                    int same = alike(shown, source.subList(i, source.size()));
                    if (same > best) at = i;
                    best = Math.max(same, best);
                }
                if (shown.isEmpty()) flaws.add(excerpt.start.flaw("is empty"));
                else if (best == 0) flaws.add(shown.get(0).flaw("this line is "
                    + "not in " + script + "\n" + quote(shown.get(0).text)));
                else if (best < shown.size()) flaws.add(differ(
                    shown.get(best), source, at + best));
            }
            return flaws;
        }

        /** Together, they show all of the script, once and in its order. */
        List<String> coverage(String script) throws IOException {
            var order = new ArrayList<Page>(pages);
            order.removeIf(page -> !page.isChapter());
            pages.stream().filter(page -> page.name.equals("docs/README.md"))
                .forEach(order::add);
            var shown = order.stream().flatMap(page -> page.all(
                "java " + script)).flatMap(excerpt -> shown(excerpt).stream())
                .collect(toList());
            var source = source(script);
            int same = alike(shown, source);
            if (same < shown.size())
                return List.of(differ(shown.get(same), source, same));
            if (same < source.size()) return List.of(source.get(same)
                .flaw("the book shows this line nowhere, nor the "
                + (source.size() - same - 1) + " after it\n"
                + quote(source.get(same).text)));
            return List.of();
        }

        private static int alike(List<Line> a, List<Line> b) {
            int same = 0;
            while (same < a.size() && same < b.size()
                && a.get(same).text.equals(b.get(same).text)) same++;
            return same;
        }

        private static String differ(Line shown, List<Line> source, int at) {
            return shown.flaw("the book and the script part here\n"
                + "  the book:   " + shown.text + "\n  " + (at < source.size()
                    ? source.get(at).page + ":" + source.get(at).number + ": "
                        + source.get(at).text
                    : "the script: is at its end"));
        }

        // ## Build it

        /** Its check is red in the chapter, and green in the answers. */
        List<String> buildIts() {
            var flaws = new ArrayList<String>();
            var answers = only(Set.of("docs/answers.md")).pages.get(0);
            for (var page : pages) {
                if (!page.isChapter() || page.lines.stream().noneMatch(
                    line -> line.text.contains("Build it"))) continue;
                var file = page.name.replace("docs/", "");
                var start = answers.lines.stream().filter(line -> line.text
                    .matches("## .*\\(" + Pattern.quote(file) + "[)#].*"))
                    .mapToInt(Line::number).findFirst();
                if (start.isEmpty()) {
                    flaws.add(answers.lines.get(0).flaw("no heading \"## [...]("
                        + file + ")\", though it has a Build it"));
                    continue;
                }
                int from = start.getAsInt();
                int to = answers.prose().stream().filter(line -> line.number
                    > from && line.text.startsWith("## "))
                    .mapToInt(Line::number).findFirst()
                    .orElse(Integer.MAX_VALUE);
                var answer = new Page(answers.name, answers.lines,
                    answers.fences.stream().filter(fence -> from
                        < fence.start.number && fence.start.number < to)
                        .collect(toList()), List.of());
                flaws.addAll(buildIt(page, answer,
                    answers.lines.get(from - 1)));
            }
            return flaws;
        }

        private static List<String> buildIt(Page chapter, Page answer,
                                            Line heading) {
            var check = chapter.last("java");
            var copy = answer.last("java");
            if (check == null || copy == null)
                return List.of(heading.flaw("no check: no java cell"));
            if (!texts(check.body).equals(texts(copy.body)))
                return List.of(copy.start.flaw("the last cell of an answer is "
                    + "the check, the same as the last one of its chapter, "
                    + check.start.page + ":" + check.start.number));
            return Stream.of(says(chapter, "red"), says(answer, "green"))
                .flatMap(List::stream).collect(toList());
        }

        private static List<String> says(Page page, String colour) {
            var text = page.last("text");
            var check = page.last("java").start;
            return text != null && text.start.number > check.number
                && texts(text.body).stream().anyMatch(
                    line -> line.startsWith(colour)) ? List.of()
                : List.of(check.flaw("this check's text begins \"" + colour
                    + "\""));
        }
    }

    // ## Running

    /** What a program printed, without what JBang and the JDK say. */
    record Run(int status, List<String> out, List<String> err) {
        static Run of(Path root, String page) throws Exception {
            var out = Files.createTempFile("out", null);
            var err = Files.createTempFile("err", null);
            var jbang = new ProcessBuilder("sh", "" + HERE.resolve("jbang"),
                page).directory(root.toFile()).redirectOutput(out.toFile())
                .redirectError(err.toFile()).start();
            jbang.getOutputStream().close();
            boolean ended = jbang.waitFor(5, TimeUnit.MINUTES);
            kill(jbang);
            var lines = new ArrayList<>(Files.readAllLines(err));
            lines.removeIf(line -> NOISE.matcher(line).matches());
            if (!ended) lines.add("It did not end within five minutes.");
            var run = new Run(ended ? jbang.exitValue() : -1,
                Files.readAllLines(out), lines);
            Files.delete(out);
            Files.delete(err);
            return run;
        }
    }

    static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** What a page printed, cell by cell, by a copy that marks their ends. */
    static List<Run> cells(Path root, Page page) throws Exception {
        var lines = texts(page.lines);
        var cells = page.all("java").collect(toList());
        Collections.reverse(cells);
        for (var cell : cells) lines.add(cell.end().number - 1,
            "System.out.println((char) 1); System.err.println((char) 1);");
        var copy = page.name.replace("docs/", "docs/marked-");
        try {
            Files.write(root.resolve(copy), lines);
            var run = Run.of(root, copy);
            var out = parts(run.out);
            var err = parts(run.err);
            var runs = new ArrayList<Run>();
            for (int i = 0; i < cells.size(); i++) runs.add(new Run(run.status,
                i < out.size() ? out.get(i) : List.of(),
                i < err.size() ? err.get(i) : List.of()));
            return runs;
        } finally {
            Files.delete(root.resolve(copy));
        }
    }

    private static List<List<String>> parts(List<String> lines) {
        var parts = new ArrayList<List<String>>();
        var part = new ArrayList<String>();
        for (var line : lines) {
            if (!line.endsWith("\1")) {
                part.add(line);
                continue;
            }
            if (line.length() > 1) part.add(line.replace("\1", ""));
            parts.add(List.copyOf(part));
            part.clear();
        }
        return parts;
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
            var builder = new ProcessBuilder("sh").directory(root.toFile())
                .redirectErrorStream(true);
            builder.environment().merge("PATH", bin + File.pathSeparator,
                (path, first) -> first + path);
            sh = builder.start();
            CompletableFuture.delayedExecutor(10, TimeUnit.MINUTES)
                .execute(() -> kill(sh));
        }

        // Rising as the book's do, so that what is sorted stays so, and
        // none that the page itself speaks of.
        private void choosePorts(String text) throws IOException {
            var wanted = new TreeSet<String>();
            var found = Pattern.compile("\\b50\\d\\d\\b").matcher(text);
            while (found.find()) wanted.add(found.group());
            var free = new TreeSet<String>();
            var sockets = new ArrayList<ServerSocket>();
            while (free.size() < wanted.size()) {
                sockets.add(new ServerSocket(0));
                var port = "" + sockets.get(sockets.size() - 1).getLocalPort();
                if (!text.contains(port) && port.length() == 5) free.add(port);
            }
            for (var socket : sockets) socket.close();
            for (var port : wanted) ports.put(port, free.pollFirst());
        }

        List<String> run(Step step) throws Exception {
            var command = step.text();
            for (var port : ports.entrySet()) command = command.replaceAll(
                "\\b" + port.getKey() + "\\b", port.getValue());
            var output = Files.createTempFile(bin, "out", null);
            var to = sh.outputWriter();
            to.write("{ " + command + "\n} </dev/null >" + output
                + " 2>&1; printf '\\001'\n");
            to.flush();
            for (int c; (c = sh.getInputStream().read()) != 1;)
                if (c < 0) return List.of("(the shell has ended)");
            if (command.strip().endsWith("&")) await(command,
                output, step.output.size());
            return printed(output);
        }

        // The port answers, and what the book says, or more, is printed.
        private void await(String command, Path output, int lines)
                throws Exception {
            var port = Pattern.compile("--port[ =](\\d+)").matcher(command);
            while (port.find())
                for (int i = 0; i < 1200 && !answers(port.group(1)); i++)
                    Thread.sleep(100);
            for (int i = 0; i < 300 && printed(output).size() < lines; i++)
                Thread.sleep(100);
            Thread.sleep(1000);
        }

        private static boolean answers(String port) {
            try (var socket = new Socket("localhost", Integer.parseInt(port))) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private List<String> printed(Path output) {
            try {
                var lines = new ArrayList<>(Files.readAllLines(output));
                lines.removeIf(line -> NOISE.matcher(line).matches());
                lines.replaceAll(line -> {
                    for (var port : ports.entrySet()) line = line.replaceAll(
                        "\\b" + port.getValue() + "\\b", port.getKey());
                    return line;
                });
                return lines;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public void close() throws IOException {
            kill(sh);
            try (var files = Files.list(bin)) {
                for (var file : files.collect(toList())) Files.delete(file);
            }
            Files.delete(bin);
        }
    }

    // ## Comparing

    /** Does the line hold, its placeholders filled in? Names get values. */
    static boolean matches(String book, String came,
                           Map<String, String> values) {
        var regex = new StringBuilder();
        var names = new TreeSet<String>();
        var found = PLACEHOLDER.matcher(book);
        int end = 0;
        while (found.find()) {
            var kind = PLACEHOLDERS.get(found.group(2));
            if (kind == null) continue;
            var name = found.group(2) + found.group(3);
            regex.append(Pattern.quote(book.substring(end, found.start())))
                .append(found.group(1).isEmpty() ? "" : " +");
            if (found.group(3) == null) regex.append("(?:" + kind + ")");
            else if (values.containsKey(name))
                regex.append(Pattern.quote(values.get(name)));
            else if (names.add(name))
                regex.append("(?<" + name + ">" + kind + ")");
            else regex.append("\\k<" + name + ">");
            regex.append(found.group(4).isEmpty() ? "" : " +");
            end = found.end();
        }
        regex.append(Pattern.quote(book.substring(end)));
        var matcher = Pattern.compile(regex.toString()).matcher(came);
        if (!matcher.matches()) return false;
        for (var name : names) values.put(name, matcher.group(name));
        return true;
    }

    /** The first line of the book that did not come. */
    static List<String> difference(List<Line> book, List<String> came,
                                   Line end, Map<String, String> values) {
        for (int i = 0; i < Math.max(book.size(), came.size()); i++) {
            var line = i < book.size() ? book.get(i) : end;
            if (i < book.size() && i < came.size()
                && matches(line.text, came.get(i), values)) continue;
            return List.of(line.flaw("something else came\n  the book: "
                + (i < book.size() ? line.text : "(nothing more)")
                + "\n  the run:  "
                + (i < came.size() ? came.get(i) : "(nothing more)")
                + "\nIf the run is right: ./jbang tests/DocsTest.java --accept "
                + line.page));
        }
        return List.of();
    }

    static List<String> judge(Page page, Run run, Map<String, String> values) {
        var flaws = new ArrayList<String>();
        if (run.status != 0) flaws.add(page.name + ":1: ends with status "
            + run.status);
        if (!run.err.isEmpty()) flaws.add(page.name + ":1: a cell fails\n  "
            + run.err.stream().limit(20).collect(joining("\n  ")));
        var book = page.all("text").flatMap(text -> text.body.stream())
            .collect(toList());
        var last = page.last("text");
        if (last != null) flaws.addAll(difference(book, run.out, last.end(),
            values));
        return flaws;
    }

    static List<String> check(Path root, Page page) throws Exception {
        var values = new HashMap<String, String>();
        var run = Run.of(root, page.name);
        var flaws = new ArrayList<String>();
        if (!run.err.isEmpty()) {
            var cells = page.all("java").collect(toList());
            var runs = cells(root, page);
            for (int i = 0; i < runs.size(); i++)
                if (!runs.get(i).err.isEmpty()) flaws.add(cells.get(i).start
                    .flaw("this cell fails\n  " + runs.get(i).err.stream()
                        .limit(20).collect(joining("\n  "))));
        }
        if (flaws.isEmpty()) flaws.addAll(judge(page, run, values));
        if (page.steps().isEmpty()) return flaws;
        try (var session = new Session(root, page)) {
            for (var step : page.steps()) {
                if (!flaws.isEmpty()) break;
                flaws.addAll(difference(step.output, session.run(step),
                    step.command.get(step.command.size() - 1), values));
            }
        }
        return flaws;
    }

    // ## Accepting

    static boolean accept(Path root, Page page) throws Exception {
        var lines = texts(page.lines);
        var bodies = new TreeMap<Integer, List<String>>();
        var values = new HashMap<String, String>();
        var fences = new HashMap<Integer, Fence>();
        for (var fence : page.fences) fences.put(fence.start.number, fence);
        var runs = cells(root, page).iterator();
        var came = new ArrayList<String>();
        for (var fence : page.fences) {
            if (fence.is("java")) {
                var run = runs.next();
                if (!run.err.isEmpty()) {
                    System.out.println(fence.start.flaw("this cell fails, and "
                        + "nothing was accepted\n  "
                        + String.join("\n  ", run.err)));
                    return false;
                }
                came.addAll(run.out);
            } else if (fence.is("text")) {
                bodies.put(fence.start.number, keep(fence.body, came, values));
                came.clear();
            }
        }
        try (var session = new Session(root, page)) {
            for (var step : page.steps()) {
                var body = bodies.computeIfAbsent(step.fence.start.number,
                    n -> new ArrayList<>());
                body.addAll(texts(step.command));
                body.addAll(keep(step.output, session.run(step), values));
            }
        }
        for (var body : bodies.descendingMap().entrySet()) {
            int start = body.getKey();
            var old = lines.subList(start, start
                + fences.get(start).body.size());
            old.clear();
            old.addAll(body.getValue());
        }
        if (lines.equals(texts(page.lines))) return true;
        Files.write(root.resolve(page.name), lines);
        System.out.println(page.name + ": accepted. See what changed: git diff "
            + page.name);
        return true;
    }

    /** What came, in the book's words where its placeholders fit. */
    static List<String> keep(List<Line> book, List<String> came,
                             Map<String, String> values) {
        var kept = new ArrayList<String>();
        int next = 0;
        for (var text : came) {
            for (int i = next; i < book.size(); i++)
                if (matches(book.get(i).text, text, values)) {
                    text = book.get(i).text;
                    next = i + 1;
                    break;
                }
            kept.add(text);
        }
        return kept;
    }

    // ## The tests

    static List<String> asked = List.of();

    static Book book() throws IOException {
        var book = Book.read(HERE);
        assumeTrue(book.pages.stream().anyMatch(Page::isChapter),
            "docs/ has no numbered chapter yet");
        return book;
    }

    static void none(List<String> flaws) {
        if (flaws.isEmpty()) return;
        var failure = new AssertionError("\n"
            + String.join("\n\n", flaws) + "\n");
        failure.setStackTrace(new StackTraceElement[0]);
        throw failure;
    }

    @Nested
    class EachPage {
        @Test
        void everyPageIsWellFormed() throws Exception {
            none(Book.read(HERE).only(asked).form());
        }

        @Test
        void everyLinkLeadsSomewhere() throws Exception {
            none(Book.read(HERE).only(asked).links());
        }

        @Test
        void everyExcerptStandsInItsScript() throws Exception {
            none(book().only(asked).excerpts());
        }

        @TestFactory
        List<DynamicTest> everyChapterRunsAsPrinted() throws Exception {
            assumeFalse(File.separator.equals("\\"), "Windows has no sh");
            var tests = new ArrayList<DynamicTest>();
            var two = Executors.newFixedThreadPool(2);
            for (var page : book().only(asked).pages) {
                if (!page.isRun()) continue;
                var flaws = two.submit(() -> check(HERE, page));
                tests.add(DynamicTest.dynamicTest(page.name,
                    () -> none(flaws.get())));
            }
            two.shutdown();
            return tests;
        }
    }

    @Nested
    class TheBook {
        @Test
        void everyLineOfBlockchainIsShownOnce() throws Exception {
            none(book().coverage("Blockchain.java"));
        }

        @Test
        void everyLineOfNodeIsShownOnce() throws Exception {
            none(book().coverage("Node.java"));
        }

        @Test
        void everyBuildItIsRedBeforeAndGreenAfter() throws Exception {
            assumeTrue(Files.exists(HERE.resolve("docs/answers.md")),
                "there is no docs/answers.md yet");
            none(book().buildIts());
        }
    }

    static List<String> texts(List<Line> lines) {
        return lines.stream().map(Line::text)
            .collect(toCollection(ArrayList::new));
    }

    static String quote(String text) {
        return "  " + text;
    }

    public static void main(String... arguments) throws Exception {
        asked = new ArrayList<>(List.of(arguments));
        boolean accept = asked.remove("--accept");
        for (var name : asked) if (!Files.exists(HERE.resolve(name))) {
            System.err.println(name + " is not there. Say it as in "
                + "./jbang tests/DocsTest.java docs/03-proof-of-work.md");
            System.exit(2);
        }
        boolean good = true;
        if (accept) for (var page : book().only(asked).pages)
            good = !page.isRun() || accept(HERE, page) & good;
        if (accept) System.exit(good ? 0 : 1);
        Runner.run(asked.isEmpty() ? DocsTest.class : EachPage.class);
    }
}
