//JAVA 17+

// A page of the book, and what must hold for its form: JBang says nothing
// of a fence that it does not know. The rules are at DocsTest's head.

import static java.util.stream.Collectors.*;

import java.io.IOException;
import java.nio.file.*;
import java.util.*;

record Line(String page, int number, String text) {
    static List<Line> read(Path root, String file) throws IOException {
        var lines = new ArrayList<Line>();
        for (var text : Files.readAllLines(root.resolve(file)))
            lines.add(new Line(file, lines.size() + 1, text));
        return lines;
    }

    static List<String> texts(List<Line> lines) {
        return lines.stream().map(Line::text).collect(toList());
    }

    String flaw(String what) {
        return page + ":" + number + ": " + what;
    }
}

record Fence(String info, Line start, List<Line> body) {
    Line end() {
        return new Line(start.page(), start.number() + body.size() + 1, "```");
    }

    /** The commands of a console. */
    List<Step> steps() {
        var steps = new ArrayList<Step>();
        boolean goesOn = false;
        if (info.equals("console")) for (var line : body) {
            boolean starts = !goesOn && line.text().startsWith("$ ");
            if (starts) steps.add(new Step(this, new ArrayList<>(),
                new ArrayList<>()));
            if (steps.isEmpty()) continue;
            var step = steps.get(steps.size() - 1);
            (starts || goesOn ? step.command() : step.output()).add(line);
            goesOn = (starts || goesOn) && line.text().endsWith("\\");
        }
        return steps;
    }
}

/** A command of a console, and what the book says that it prints. */
record Step(Fence fence, List<Line> command, List<Line> output) {
    Line end() {
        return command.get(command.size() - 1);
    }

    /** Does its program run in the background? */
    boolean goesOn() {
        return end().text().endsWith("&");
    }
}

/** A page with its fences, and what is wrong with its form. */
record BookPage(String name, List<Line> lines, List<Fence> fences,
                List<String> flaws) {

    static BookPage read(Path root, String name) throws IOException {
        var page = new BookPage(name, Line.read(root, name),
            new ArrayList<>(), new ArrayList<>());
        page.parse(Book.kinds(root));
        page.fences.forEach(page::checkBody);
        if (page.isProgram()) for (var kind : List.of("java", "text"))
            if (page.last(kind) == null) page.flaws.add(page.flaw("no ```"
                + kind + " stands here"));
        return page;
    }

    /** What is wrong with all of it. */
    String flaw(String what) {
        return name + ":1: " + what;
    }

    boolean isChapter() {
        return name.matches("docs/\\d\\d-.*");
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
        return fences.stream().filter(f -> f.info().equals(info)).toList();
    }

    Fence last(String info) {
        return all(info).stream().reduce((a, b) -> b).orElse(null);
    }

    List<Step> steps() {
        return fences.stream().flatMap(f -> f.steps().stream()).toList();
    }

    /** All lines that are in no fence. */
    List<Line> prose() {
        var inFences = fences.stream().flatMap(f -> f.body().stream())
            .collect(toSet());
        return lines.stream().filter(l -> !inFences.contains(l)).toList();
    }

    // ## Its form

    private void parse(List<String> known) {
        Fence open = null;
        String before = "", paragraph = "";
        for (var line : lines) {
            var text = line.text();
            if (isProgram() && text.contains("void main(")) flaw(line,
                "where \"void main(\" stands, JBang takes the page for an "
                + "application");
            if (open != null && text.equals("```")) {
                fences.add(open);
                open = null;
            } else if (open != null) {
                open.body().add(line);
                if (text.strip().startsWith("```")) flaw(line, "closes "
                    + "nothing: ``` alone does. Open since line "
                    + open.start().number());
            } else if (text.matches("```[^`]*")) {
                open = new Fence(text.substring(3), line, new ArrayList<>());
                checkInfo(open, known);
            } else {
                if (text.matches("\\S.*")) paragraph = text;
                checkProse(line, before.isBlank()
                    && !paragraph.matches("([-*+]|\\d+[.)]) .*"));
            }
            before = text;
        }
        if (open != null) flaw(open.start(), "this fence is never closed");
    }

    private void flaw(Line line, String what) {
        flaws.add(line.flaw(what));
    }

    private void checkInfo(Fence fence, List<String> known) {
        var info = fence.info();
        if (info.endsWith(" ")) flaw(fence.start(), "a space after \""
            + info.strip() + "\": delete it");
        else if (!known.contains(info)) flaw(fence.start(),
            "no fence is called \"" + info + "\", but " + known);
    }

    // JBang runs, or hides, more than fences.
    private void checkProse(Line line, boolean mayBeCode) {
        var text = line.text();
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
        if (fence.info().equals("text")) output.addAll(fence.body());
        for (var step : fence.steps()) output.addAll(step.output());
        for (var line : output)
            Placeholders.unknown(line.text()).forEach(what -> flaw(line, what));
        if (fence.info().equals("java")) for (var line : fence.body())
            if (line.text().matches(".*--port(=|\", *\")[1-9].*"))
                flaw(line, "a port may be taken: ask for 0, any free one");
        if (!fence.info().equals("console")) return;
        if (fence.body().isEmpty()
            || !fence.body().get(0).text().startsWith("$ "))
            flaw(fence.start(), "a console begins with \"$ command\"");
        if (!isProgram() && !output.isEmpty()) flaw(output.get(0),
            "the consoles of this page are not run: show commands only");
    }
}
