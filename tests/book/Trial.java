//JAVA 17+
//SOURCES ../help/Runner.java
//SOURCES Session.java
//SOURCES Shell.java

// One page runs, as JBang runs it for its reader, and is compared with what
// came; or what came goes into the page.

import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.stream.Collectors.*;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;

record Trial(Path root, BookPage page, Placeholders values) {

    Trial(Path root, BookPage page) {
        this(root, page, new Placeholders());
    }

    // ## JBang

    /** What a program printed, without what JBang and the JDK say. */
    record Run(String out, List<String> err) { }

    private static Run jbang(boolean light, Path root, String... arguments)
            throws Exception {
        var out = Files.createTempFile("out", null);
        var err = Files.createTempFile("err", null);
        // As its reader runs it: the page on speed, and at length all others.
        var builder = new ProcessBuilder("sh", (light && !Runner.isLong()
            ? LAUNCHER : Book.HERE.resolve("jbang")).toString())
            .directory(root.toFile())
            .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.command().addAll(List.of(arguments));
        if (light) Programs.lighten(builder);
        // JShell waits for the threads that a cell starts at once, if it
        // happens to see them. A page that never ends is run once more.
        var status = OptionalInt.empty();
        for (int i = 0; i < 2 && status.isEmpty(); i++)
            status = run(builder, out, err);
        var said = Session.said(err);
        if (status.isEmpty())
            said.add("It did not end within " + Session.LIMIT
                + " minutes, twice.");
        if (status.orElse(0) != 0)
            said.add("It ended with status " + status.getAsInt() + ".");
        var run = new Run(Files.readString(out), said);
        Files.delete(out);
        Files.delete(err);
        return run;
    }

    private static OptionalInt run(ProcessBuilder builder, Path out, Path err)
            throws Exception {
        var jbang = builder.start();
        jbang.getOutputStream().close();
        boolean ended = jbang.waitFor(Session.LIMIT, MINUTES);
        Session.kill(jbang);
        if (!ended) return OptionalInt.empty();
        var said = Files.readString(out).split("\n");
        return said[0].equals(SAYS) ? Shell.jshell(List.of(said).subList(1,
            said.length), out, err) : OptionalInt.of(jbang.exitValue());
    }

    private static final String SAYS = "JBang would start:";

    // A copy of ./jbang that prints JShell's command, a word a line, and does
    // not start it. Where JBang is installed, ./jbang hands over to it, and
    // so does this: then the page runs there.
    private static final Path LAUNCHER = launcher();

    private static Path launcher() {
        try {
            var text = Files.readString(Book.HERE.resolve("jbang"));
            var starts = "eval \"exec $command\"";
            if (!text.contains(starts)) throw new AssertionError(starts);
            var file = Files.createTempFile("jbang", null);
            file.toFile().deleteOnExit();
            return Files.writeString(file, text.replace(starts, "{ eval \""
                + "printf '%s\\n' '" + SAYS + "' $command\"; exit; }"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What each cell printed, by running a copy that marks their ends. */
    private Map<Fence, Run> cells() throws Exception {
        var lines = new ArrayList<>(Line.texts(page.lines()));
        var cells = page.all("java");
        for (int i = cells.size(); i-- > 0;) lines.add(cells.get(i).end()
            .number() - 1, "System.out.println('\\1'); "
                + "System.err.println('\\1');");
        lines.replaceAll(line -> line.replaceFirst(
            "^//(SOURCES|FILES) \\.\\.", "//$1 " + root));
        var copy = Files.createTempFile("marked", ".md");
        Files.write(copy, lines);
        var run = jbang(Session.isLight(page), root, copy.toString());
        Files.delete(copy);
        var out = run.out.split("\1\\R", -1);
        var err = (String.join("\n", run.err) + "\n").split("\1\\R", -1);
        var runs = new LinkedHashMap<Fence, Run>();
        for (int i = 0; i < cells.size(); i++) runs.put(cells.get(i), new Run(
            i < out.length ? out[i] : "",
            i < err.length ? err[i].lines().toList() : List.of()));
        return runs;
    }

    // ## Comparing

    List<String> flaws() throws Exception {
        var run = jbang(Session.isLight(page), root, page.name());
        if (!run.err.isEmpty()) {
            // Which cell it was, stderr does not tell: each is run once more.
            var which = failing(cells()).toList();
            return which.isEmpty() ? List.of(page.flaw("the page fails"
                + indented(run.err))) : which;
        }
        var book = page.all("text").stream().flatMap(f -> f.body().stream());
        var end = page.last("text") == null ? page.lines().get(0)
            : page.last("text").end();
        var flaws = values.compare(book.toList(), end,
            run.out.lines().toList());
        // Consoles run in one way only: at length, that is known.
        return flaws.isEmpty() && !Runner.isLong() ? consoles() : flaws;
    }

    private static Stream<String> failing(Map<Fence, Run> runs) {
        return runs.entrySet().stream().filter(it -> !it.getValue().err
            .isEmpty()).map(it -> it.getKey().start().flaw("this cell fails"
                + indented(it.getValue().err)));
    }

    private static String indented(List<String> lines) {
        return lines.stream().limit(20).map(l -> "\n  " + l).collect(joining());
    }

    List<String> consoles() throws Exception {
        if (page.steps().isEmpty()) return List.of();
        try (var session = new Session(root, page)) {
            var flaws = new ArrayList<String>();
            var ran = new ArrayList<Step>();
            for (var step : page.steps()) if (flaws.isEmpty()) {
                ran.add(step);
                var came = session.run(step);
                if (!step.goesOn()) flaws.addAll(compare(step, came));
            }
            // Programs in the background may print until here; and where a
            // command failed, what they did print may say why.
            boolean good = flaws.isEmpty();
            for (var step : ran) if (good ? flaws.isEmpty() : step.goesOn()) {
                var came = session.printed(step);
                var book = step.output();
                flaws.addAll(values.compare(good ? book : book.subList(0,
                    Math.min(book.size(), came.size())), step.end(), came));
            }
            return flaws;
        }
    }

    private List<String> compare(Step step, List<String> came) {
        return values.compare(step.output(), step.end(), came);
    }

    // ## Accepting what came

    boolean accept() throws Exception {
        var bodies = new HashMap<Line, List<String>>();
        var came = new ArrayList<String>();
        var runs = cells();
        if (failing(runs).findAny().isPresent()) {
            System.out.println(failing(runs).collect(joining("\n"))
                + "\nSo nothing was accepted.");
            return false;
        }
        for (var fence : page.fences()) {
            bodies.put(fence.start(), fence.info().equals("console")
                ? new ArrayList<>() : Line.texts(fence.body()));
            if (fence.info().equals("text")) {
                bodies.put(fence.start(), values.keep(fence.body(), came));
                came.clear();
            }
            if (fence.info().equals("java"))
                came.addAll(runs.get(fence).out.lines().toList());
        }
        try (var session = new Session(root, page)) {
            for (var step : page.steps()) session.run(step);
            for (var step : page.steps()) {
                var body = bodies.get(step.fence().start());
                body.addAll(Line.texts(step.command()));
                body.addAll(values.keep(step.output(), session.printed(step)));
            }
        }
        var lines = page.prose().stream().flatMap(line -> Stream.concat(
            Stream.of(line.text()), bodies.getOrDefault(line, List.of())
                .stream())).toList();
        Files.write(root.resolve(page.name()), lines);
        System.out.println(page.name() + (lines.equals(Line.texts(
            page.lines())) ? ": holds as it was"
            : ": accepted. See git diff " + page.name()));
        return true;
    }
}
