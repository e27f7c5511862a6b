//JAVA 17+
//SOURCES BookPage.java
//SOURCES Placeholders.java
//SOURCES ../help/Programs.java

// The book, without running it: where it differs from the scripts that it
// shows, from its other edition, and from what it links to.

import static java.util.stream.Collectors.*;

import java.io.IOException;
import java.nio.file.*;
import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.*;

/** The pages, chapters first, in the order in which they are read. */
record Book(Path root, List<BookPage> pages) {
    /** The fence of what the reader writes into his node. */
    static final String GROWS = "java MyNode.java";

    /** The folder of the project. */
    static final Path HERE = Programs.file("").toAbsolutePath().normalize();

    static Book read(Path root, List<String> only) throws IOException {
        var pages = new ArrayList<BookPage>();
        for (var name : files(root, "docs", ".md"))
            if (only.isEmpty() || only.contains(name))
                pages.add(BookPage.read(root, name));
        return new Book(root, pages);
    }

    private static List<String> files(Path root, String folder, String end)
            throws IOException {
        if (!Files.exists(root.resolve(folder))) return new ArrayList<>();
        try (var files = Files.walk(root.resolve(folder))) {
            return files.map(file -> root.relativize(file).toString()
                .replace('\\', '/')).filter(name -> name.endsWith(end))
                .sorted().collect(toList());
        }
    }

    /** The scripts of which the book shows excerpts. */
    static List<String> scripts(Path root) throws IOException {
        var scripts = files(root, "beyond", ".java");
        scripts.addAll(List.of("Blockchain.java", "Node.java", "Demo.java"));
        return scripts;
    }

    /** What may stand behind the three backticks. */
    static List<String> kinds(Path root) throws IOException {
        var kinds = Stream.concat(Stream.of("java", "text", "console", "json",
            "mermaid", "powershell"), scripts(root).stream()
            .map(script -> "java " + script)).collect(toList());
        kinds.add(GROWS);
        return kinds;
    }

    List<String> form() {
        return pages.stream().flatMap(p -> p.flaws().stream()).toList();
    }

    // ## What it links to

    List<String> links() throws IOException {
        var link = Pattern.compile("\\]\\(<?([^)\\s>]+)|^\\[[^\\]]+\\]: "
            + "(\\S+)|(?:href|src)=\"([^\"]+)");
        var flaws = new ArrayList<String>();
        for (var page : pages) for (var line : page.prose()) {
            var found = link.matcher(line.text().replaceAll("`[^`]*`", ""));
            while (found.find()) {
                var target = Stream.of(1, 2, 3).map(found::group)
                    .filter(Objects::nonNull).findFirst().get();
                if (target.matches("[a-z]+:.*")) continue;
                var parts = target.split("#", 2);
                var here = root.resolve(page.name());
                var file = parts[0].isEmpty() ? here
                    : here.resolveSibling(parts[0]).normalize();
                if (!file.startsWith(root) || !Files.exists(file))
                    flaws.add(line.flaw(parts[0] + " is not there"));
                else if (parts.length > 1 && file.toString().endsWith("md")
                    && !anchors(file).contains(parts[1])) flaws.add(
                        line.flaw("no heading there is #" + parts[1]));
            }
        }
        return flaws;
    }

    // GitHub's name of a heading: small letters, digits and hyphens. Entries
    // of the glossary have their own.
    private Set<String> anchors(Path file) throws IOException {
        var anchors = new HashSet<String>();
        var name = root.relativize(file).toString();
        for (var line : BookPage.read(root, name).prose()) {
            Pattern.compile("<a id=\"([^\"]+)\">").matcher(line.text())
                .results().forEach(id -> anchors.add(id.group(1)));
            if (!line.text().matches("#+ .*")) continue;
            var anchor = line.text().replaceFirst("#+ ", "").toLowerCase()
                .replaceAll("\\]\\([^)]*\\)|[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
            var unique = anchor;
            for (int i = 1; !anchors.add(unique); i++)
                unique = anchor + "-" + i;
        }
        return anchors;
    }

    // ## Its other edition

    /** Each Chinese page has the English one's fences, and is linked. */
    List<String> editions() {
        var flaws = new ArrayList<String>();
        var chinese = pages.stream().filter(BookPage::isChinese).collect(toMap(
            page -> page.name().replace("zh/", ""), page -> page));
        if (!chinese.isEmpty()) for (var page : pages) {
            if (page.isChinese()) continue;
            var its = chinese.get(page.name());
            var file = page.name().replace("docs/", "");
            if (its == null) flaws.add(page.flaw("there is no docs/zh/"
                + file));
            else {
                flaws.addAll(links(page, "zh/" + file));
                flaws.addAll(links(its, "../" + file));
                if (!file.equals("README.md")) // the first page, too
                    flaws.addAll(fences(page, its));
            }
        }
        return flaws;
    }

    private static List<String> links(BookPage page, String to) {
        return page.prose().stream().anyMatch(line -> line.text().contains(
            "](" + to + ")")) ? List.of()
            : List.of(page.flaw("no link leads to " + to));
    }

    private static List<String> fences(BookPage english, BookPage chinese) {
        var others = chinese.fences().iterator();
        for (var one : english.fences()) {
            var start = one.start().flaw(one.info());
            if (!others.hasNext()) return List.of(chinese.flaw(
                "lacks what begins at " + start));
            var other = others.next();
            var body = Line.texts(one.body());
            if (one.info().equals("java")) body.replaceAll(line ->
                line.replace("//SOURCES ../", "//SOURCES ../../"));
            body.replaceAll(line -> // with Chinese comments
                line.replace("init -t node My", "init -t node-zh My"));
            if (!other.info().equals(one.info())
                || !other.info().equals("mermaid")
                && !Line.texts(other.body()).equals(body))
                return List.of(other.start().flaw("differs from " + start));
        }
        return others.hasNext() ? List.of(others.next().start().flaw(
            english.name() + " has no more fences")) : List.of();
    }

    // ## The scripts that it shows

    /** Each excerpt stands in its script in one piece. */
    List<String> excerpts() throws IOException {
        var flaws = new ArrayList<String>();
        var known = kinds(root);
        for (var page : pages) for (var excerpt : page.fences())
            if (excerpt.info().startsWith("java ")
                && !excerpt.info().equals(GROWS)
                && known.contains(excerpt.info())) flaws.addAll(compare(excerpt,
                    full(Line.read(root, excerpt.info().split(" ")[1]))));
        return flaws;
    }

    private static List<Line> full(List<Line> lines) {
        return lines.stream().filter(l -> !l.text().isBlank())
            .collect(toCollection(ArrayList::new));
    }

    /** With the lines where most of the excerpt's are in one piece. */
    private static List<String> compare(Fence excerpt, List<Line> script) {
        var shown = full(excerpt.body());
        int at = 0, same = 0;
        for (int i = 0; i < script.size(); i++) {
            int alike = alike(shown, script.subList(i, script.size()));
            if (alike > same) at = i;
            same = Math.max(alike, same);
        }
        var here = script.subList(at, script.size());
        if (same == shown.size()) return List.of();
        return List.of(shown.get(same).flaw("here the book and the script part"
            + "\n  the book:   " + shown.get(same).text() + "\n  the script: "
            + (same == 0 || here.size() == same ? "(no such line)"
                : here.get(same).text() + "\nIt is " + here.get(same).page()
                    + ":" + here.get(same).number() + ". Mend the excerpt by hand, and "
                    + "what the page says of it")));
    }

    private static int alike(List<Line> a, List<Line> b) {
        int same = 0;
        while (same < a.size() && same < b.size()
            && a.get(same).text().equals(b.get(same).text())) same++;
        return same;
    }

    // ## The check of each Build it: red in the chapter, green answered

    List<String> buildIts() throws IOException {
        var flaws = new ArrayList<String>();
        var answers = BookPage.read(root, "docs/answers.md");
        var headings = answers.prose().stream()
            .filter(l -> l.text().startsWith("## ")).toList();
        for (var page : pages) {
            if (!page.isChapter() || page.lines().stream()
                .noneMatch(l -> l.text().contains("Build it"))) continue;
            var link = "(" + page.name().replace("docs/", "");
            int from = headings.stream().filter(l -> l.text().contains(link))
                .mapToInt(Line::number).findFirst().orElse(0);
            int to = headings.stream().mapToInt(Line::number)
                .filter(n -> n > from).findFirst().orElse(1 << 30);
            var answer = new BookPage(answers.name(), List.of(), answers
                .fences().stream().filter(f -> f.start().number() > from
                    && f.start().number() < to).toList(), List.of());
            var check = page.last("java");
            var copy = answer.last("java");
            if (from == 0 || check == null || copy == null) flaws.add(
                answers.flaw("no check under \"## [...]" + link
                    + ")\", but the chapter has a Build it"));
            else if (!Line.texts(check.body()).equals(Line.texts(copy.body())))
                flaws.add(copy.start().flaw("the last cell of an answer is "
                    + "its check, the same as in "
                    + check.start().flaw("it ends there")));
            else {
                flaws.addAll(ends(page, "red"));
                flaws.addAll(ends(answer, "green"));
            }
        }
        return flaws;
    }

    private static List<String> ends(BookPage page, String colour) {
        var check = page.last("java").start();
        var text = page.last("text");
        return text != null && text.start().number() > check.number()
            && !text.body().isEmpty()
            && text.body().get(0).text().startsWith(colour) ? List.of()
            : List.of(check.flaw("this check's text begins " + colour));
    }
}
