//JAVA 17+
//SOURCES Book.java
//DEPS com.github.javaparser:javaparser-core:3.27.1

// The reader's node, MyNode.java, as it grows with the book: the template,
// and on it each chapter's fences of that name, one after another.

import static java.util.stream.Collectors.joining;

import com.github.javaparser.*;
import com.github.javaparser.ast.body.*;
import java.io.IOException;
import java.nio.file.*;
import java.util.*;

final class Growth {
    private static final String HERE = "docs/nodes/";
    private static final ParserConfiguration JAVA_17 =
        new ParserConfiguration().setLanguageLevel(
            ParserConfiguration.LanguageLevel.JAVA_17);

    private final Path root;
    private final List<String> lines; // the file, so far

    private Growth(Path root) throws IOException {
        this.root = root;
        lines = new ArrayList<>(List.of(Files.readString(root.resolve(HERE
            + "MyNode.java.qute")).replace("{baseName}", "MyNode")
            .split("\n")));
    }

    /** The file where this line of a page begins. */
    static String at(Path root, String page, int line) throws IOException {
        var growth = new Growth(root);
        for (var name : chapters(root)) {
            if (name.compareTo(page) > 0) break;
            growth.read(BookPage.read(root, name), name.equals(page) ? line
                : Integer.MAX_VALUE);
        }
        return growth.text();
    }

    /** The file at the end of each chapter; at first the template. */
    static List<String> stages(Path root) throws IOException {
        var growth = new Growth(root);
        var stages = new ArrayList<>(List.of(growth.text()));
        for (var name : chapters(root)) {
            growth.read(BookPage.read(root, name), Integer.MAX_VALUE);
            stages.add(growth.text());
        }
        return stages;
    }

    private static List<String> chapters(Path root) throws IOException {
        try (var files = Files.list(root.resolve("docs"))) {
            return files.map(file -> "docs/" + file.getFileName())
                .filter(name -> name.matches("docs/\\d\\d-.*")).sorted()
                .toList();
        }
    }

    /** The chapters that have a template, from 1 on. */
    static final int LAST = 7;

    static String template(String text) {
        return text.replaceAll("\\bMyNode\\b", "{baseName}");
    }

    static String templateName(int chapter) {
        return HERE + "MyNode-" + chapter + ".java.qute";
    }

    private String text() {
        return String.join("\n", lines) + "\n";
    }

    private void read(BookPage page, int before) {
        for (var fence : page.all(Book.GROWS))
            if (fence.start().number() < before) put(fence,
                Integer.parseInt(page.name().replaceAll("\\D+(\\d+).*", "$1")));
    }

    // ## Whole members: a new one takes the place of the old one of its name,
    // or goes to the end of its chapter's section.

    private void put(Fence fence, int chapter) {
        var body = Line.texts(fence.body());
        var fresh = new ArrayList<>(List.of("class MyNode {"));
        fresh.addAll(body);
        fresh.add("}");
        int begin = 1; // of the member, with the comment before it
        for (var member : members(fresh, fence.start())) {
            int end = member.getEnd().get().line;
            var text = new ArrayList<>(fresh.subList(begin, end));
            while (text.get(0).isBlank()) text.remove(0);
            text.replaceAll(line -> line.isEmpty() ? line : "    " + line);
            begin = end;
            var old = members(lines, fence.start()).stream().filter(it ->
                name(it).equals(name(member))).findFirst();
            if (old.isPresent()) replace(old.get(), text);
            else append(text, chapter);
        }
    }

    private void replace(BodyDeclaration<?> old, List<String> text) {
        int begin = old.getComment().map(it -> it.getBegin().get().line)
            .orElse(old.getBegin().get().line);
        while (lines.get(begin - 2).matches(" +//(?! #).*")) begin--;
        var place = lines.subList(begin - 1, old.getEnd().get().line);
        place.clear();
        place.addAll(text);
    }

    private void append(List<String> text, int chapter) {
        int i = 0;
        while (!lines.get(i).startsWith("    // ## Chapter " + chapter)) i++;
        do i++; while (!lines.get(i).startsWith("    // #"));
        lines.addAll(i, text);
        lines.add(i + text.size(), "");
    }

    private static List<BodyDeclaration<?>> members(List<String> lines,
                                                    Line where) {
        var parsed = new JavaParser(JAVA_17).parse(String.join("\n", lines));
        if (!parsed.isSuccessful()) throw new AssertionError(where.flaw(
            "these are no whole members: " + parsed.getProblem(0)
                .getVerboseMessage()));
        return parsed.getResult().get().getClassByName("MyNode").get()
            .getMembers();
    }

    private static String name(BodyDeclaration<?> member) {
        if (member instanceof CallableDeclaration<?> method)
            return method.getNameAsString() + "()";
        if (member instanceof TypeDeclaration<?> type)
            return type.getNameAsString();
        return ((FieldDeclaration) member).getVariables().stream()
            .map(it -> it.getNameAsString()).collect(joining());
    }

    // ## What a chapter promises

    /** Of how many rows so many are green at its end: "**10 of 59 rows**". */
    static int[] promise(Path root, int chapter) throws IOException {
        var page = chapters(root).get(chapter - 1);
        var found = java.util.regex.Pattern.compile(
            "\\*\\*(\\d+) of (\\d+) rows\\*\\*").matcher(Files.readString(
            root.resolve(page))).results().toList();
        if (found.size() != 1) throw new AssertionError(page + ":1: says "
            + found.size() + " times how many rows are green");
        return new int[] {Integer.parseInt(found.get(0).group(1)),
            Integer.parseInt(found.get(0).group(2))};
    }
}
