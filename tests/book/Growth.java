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
import java.util.concurrent.ConcurrentHashMap;

final class Growth {
    /** The chapters that write into the node: each has a template of its
     *  end. */
    static final List<Integer> CHAPTERS = List.of(1, 2, 3, 4, 5, 6, 7, 9, 10,
        12);

    private static final String TEMPLATES = "docs/nodes/MyNode";
    private static final ParserConfiguration JAVA_17 =
        new ParserConfiguration().setLanguageLevel(
            ParserConfiguration.LanguageLevel.JAVA_17);

    private final List<String> lines; // the file, so far

    private Growth(String text) {
        lines = new ArrayList<>(List.of(text.split("\n")));
    }

    private static Growth begin(Path root) throws IOException {
        return new Growth(Files.readString(root.resolve(TEMPLATES
            + ".java.qute")).replace("{baseName}", "MyNode"));
    }

    /** The file where this line of a page begins. */
    static String at(Path root, String page, int line) throws IOException {
        var growth = begin(root);
        for (var name : chapters(root)) {
            if (name.compareTo(page) > 0) break;
            growth.read(BookPage.read(root, name), name.equals(page) ? line
                : Integer.MAX_VALUE);
        }
        return growth.text();
    }

    /** The file at the end of each chapter; at first the template. */
    static List<String> stages(Path root) throws IOException {
        var growth = begin(root);
        var stages = new ArrayList<>(List.of(growth.text()));
        for (var name : chapters(root)) {
            growth.read(BookPage.read(root, name), Integer.MAX_VALUE);
            stages.add(growth.text());
        }
        return stages;
    }

    /** The file, with all that a page writes into it. */
    static String with(String file, BookPage page) {
        var growth = new Growth(file);
        growth.read(page, Integer.MAX_VALUE);
        return growth.text();
    }

    /** The same node, but that it waits ten seconds for a neighbour, not
     *  three: on a busy machine, a good one may take longer than three. */
    static String patient(String file) {
        var three = "Duration.ofSeconds(3)";
        if (!file.contains(three)) throw new AssertionError(three);
        return file.replace(three, "Duration.ofSeconds(10)");
    }

    static List<String> chapters(Path root) throws IOException {
        try (var files = Files.list(root.resolve("docs"))) {
            return files.map(file -> "docs/" + file.getFileName())
                .filter(name -> name.matches("docs/\\d\\d-.*")).sorted()
                .toList();
        }
    }

    /** The file as JBang's template. */
    static String template(String file) {
        return file.replaceAll("\\bMyNode\\b", "{baseName}");
    }

    static String templateName(int chapter) {
        return TEMPLATES + "-" + chapter + ".java.qute";
    }

    private String text() {
        return String.join("\n", lines) + "\n";
    }

    private void read(BookPage page, int before) {
        var section = "    // ## Chapter " + page.name().replaceAll(
            "docs/0*(\\d*).*", "$1") + " ";
        for (var fence : page.all(Book.GROWS))
            if (fence.start().number() < before) put(fence, section);
    }

    // ## Whole members: a new one takes the place of the old one of its name,
    // or goes to the end of its chapter's section.

    private void put(Fence fence, String section) {
        var fresh = new ArrayList<>(List.of("class MyNode {"));
        fresh.addAll(Line.texts(fence.body()));
        fresh.add("}");
        int begin = 1; // of the member, with the comment before it
        for (var member : members(fresh, fence.start())) {
            var text = new ArrayList<>(fresh.subList(begin, member.end));
            while (text.get(0).isBlank()) text.remove(0);
            text.replaceAll(line -> line.isEmpty() ? line : "    " + line);
            begin = member.end;
            var old = members(lines, fence.start()).stream().filter(it ->
                it.name.equals(member.name)).findFirst();
            if (old.isPresent()) replace(old.get(), text);
            else append(text, section);
        }
    }

    private void replace(Member old, List<String> text) {
        int begin = old.begin; // or with its comment
        while (lines.get(begin - 2).matches(" +//(?! #).*")) begin--;
        var place = lines.subList(begin - 1, old.end);
        place.clear();
        place.addAll(text);
    }

    private void append(List<String> text, String section) {
        int i = 0;
        while (!lines.get(i).startsWith(section)) i++;
        do i++; while (!lines.get(i).startsWith("    // #"));
        lines.addAll(i, text);
        lines.add(i + text.size(), "");
    }

    // Lines count from 1; end is the last one of the member.
    private record Member(String name, int begin, int end) { }

    // The file grows in the same way wherever a test needs it, and parsing
    // takes long: so each text is parsed once.
    private static final Map<String, List<Member>> PARSED =
        new ConcurrentHashMap<>();

    private static List<Member> members(List<String> lines, Line where) {
        return PARSED.computeIfAbsent(String.join("\n", lines), text -> {
            var parsed = new JavaParser(JAVA_17).parse(text);
            if (!parsed.isSuccessful()) throw new AssertionError(where.flaw(
                "these are no whole members: " + parsed.getProblem(0)
                    .getVerboseMessage()));
            return parsed.getResult().get().getClassByName("MyNode").get()
                .getMembers().stream().map(it -> new Member(name(it),
                    it.getBegin().get().line, it.getEnd().get().line))
                .toList();
        });
    }

    private static String name(BodyDeclaration<?> member) {
        if (member instanceof CallableDeclaration<?> method)
            return method.getNameAsString() + "()";
        if (member instanceof TypeDeclaration<?> type)
            return type.getNameAsString();
        return ((FieldDeclaration) member).getVariables().stream()
            .map(it -> it.getNameAsString()).collect(joining());
    }
}
