//JAVA 17+

// What came out of a check: counted, as JSON for a teacher who collects
// those of a class, and as a page that a student hands in.

import java.io.IOException;
import java.nio.file.*;
import java.time.*;
import java.time.format.DateTimeFormatter;
import java.util.*;

final class Report {
    enum Mark { passed, failed, waiting }

    /** Of a row that waits, came is the title of the one it waits for. */
    record Result(Rows.Row row, Mark mark, String asked, String came,
                  String expected, String compare) { }

    private final Words words;
    private final String node;
    private final Rows rows;
    private final List<Result> results;
    final int chapter, chapters; // where the node stands, of how many
    final long passed, failed, waiting, beyond, allBeyond;
    final Optional<Result> next; // the first that is not green

    Report(String node, Rows rows, List<Result> results, int chapters,
           Words words) {
        this.words = words;
        this.node = node;
        this.rows = rows;
        this.results = results;
        this.chapters = chapters;
        next = results.stream().filter(it -> it.mark != Mark.passed)
            .findFirst();
        chapter = next.map(it -> it.row.chapter()).orElse(results.stream()
            .mapToInt(it -> it.row.chapter()).max().orElse(0));
        passed = count(true, Mark.passed);
        failed = count(true, Mark.failed);
        waiting = count(true, Mark.waiting);
        beyond = count(false, Mark.passed);
        allBeyond = results.size() - passed - failed - waiting;
    }

    private static boolean counts(Result result) {
        return !result.row.beyond();
    }

    private long all(Mark mark) {
        return count(true, mark) + count(false, mark);
    }

    boolean isDone() {
        return next.isEmpty();
    }

    private long count(boolean counted, Mark mark) {
        return results.stream().filter(it -> counts(it) == counted
            && it.mark == mark).count();
    }

    String summary() {
        long red = all(Mark.failed), wait = all(Mark.waiting);
        return words.in("chapter %d of %d · %d of %d rows green").formatted(
            chapter, chapters, all(Mark.passed), results.size())
            + (red == 0 ? "" : words.in(", %d red").formatted(red))
            + (wait == 0 ? "" : words.in(", %d wait").formatted(wait));
    }

    String met() {
        return words.in("genesis previous_hash %s").formatted(rows.genesis)
            + (rows.errors.equals("none") ? ""
                : words.in(", errors as %s").formatted(rows.errors))
            + words.in(", proofs by the %s rule")
                .formatted(rows.forge.work.rule());
    }

    // ## As JSON

    String json() {
        var list = new ArrayList<Map<String, Object>>();
        for (var it : results) list.add(Map.of("chapter", it.row.chapter(),
            "beyond", !counts(it), "row", it.row.title(), "result",
            it.mark.name(), "asked", it.asked, "came", it.came, "expected",
            it.expected, "compare", it.compare, "hint", it.row.hint()));
        return CanonicalJson.of(Map.of("node", node, "chapter", chapter,
            "passed", passed, "failed", failed, "waiting", waiting, "beyond",
            beyond, "genesis", rows.genesis, "errors", rows.errors, "rule",
            rows.forge.work.rule().name(), "rows", list));
    }

    // ## As a page

    private static final String HEAD = """
        <!DOCTYPE html>
        <html lang="%s">
        <head>
        <meta charset="utf-8">
        <meta name="generator" content="CheckNode.java">
        <meta name="viewport" content="width=device-width">
        <title>%s</title>
        <style>
        :root { color-scheme: light dark }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 46em;
               margin: 2em auto; padding: 0 1em }
        li { list-style: none; margin: .2em 0 }
        li::before { display: inline-block; width: 1.4em; margin-left: -1.4em }
        .passed::before { content: "✓"; color: #2a8a3e }
        .failed::before { content: "✗"; color: #d03030 }
        .waiting::before { content: "·" }
        .waiting { opacity: .65 }
        dl { display: grid; grid-template-columns: 6em 1fr; margin: .2em 0 }
        dt { opacity: .65 }
        dd { margin: 0; font-family: ui-monospace, monospace; font-size: 14px;
             white-space: pre-wrap; overflow-wrap: anywhere }
        </style>
        </head>
        <body>
        <h1>%s</h1>
        """;

    /** Writes the page, but over no file of another kind. */
    void write(Path file) throws IOException {
        mayWrite(file);
        Files.writeString(file, html());
    }

    static void mayWrite(Path file) throws IOException {
        try {
            if (Files.exists(file) && Files.size(file) > 0 && !Files
                .readString(file).matches("(?s)<!DOCTYPE html>.{0,99}"
                    + "content=\"CheckNode.java\".*"))
                throw new IOException(file + " exists and is no report. "
                    + "Choose another name for it.");
            Files.write(file, new byte[0], StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        } catch (FileSystemException | java.nio.charset.MalformedInputException
                e) {
            throw new IOException("The report can't be written to " + file
                + ". Is there such a folder, and may you write there?");
        }
    }

    private String html() {
        var title = words.in("How far has this node come?");
        var out = new StringBuilder(HEAD.formatted(words.language, title,
            title));
        out.append("<p><b>").append(escape(summary())).append("</b><br>\n")
            .append(escape(node)).append(" · ").append(ZonedDateTime.now()
                .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z",
                    Locale.ROOT))).append("<br>\n")
            .append(escape(met())).append(allBeyond == 0 ? "" : "<br>\n"
                + words.in("beyond the article: %d of %d").formatted(beyond,
                    allBeyond))
            .append("</p>\n");
        int chapter = 0;
        for (var it : results) {
            if (it.row.chapter() != chapter) out.append(chapter == 0 ? ""
                : "</ul>\n").append("<h2>").append(escape(words.in(
                    Rows.CHAPTERS.get((chapter = it.row.chapter()) - 1))))
                .append("</h2>\n<ul>\n");
            out.append("<li class=\"").append(it.mark).append("\">")
                .append(escape(words.in(it.row.title())));
            if (it.mark == Mark.failed) {
                out.append("\n<dl>");
                for (var line : lines(it, true, words)) out.append("<dt>")
                    .append(words.in(line.getKey())).append("</dt><dd>")
                    .append(escape(line.getValue())).append("</dd>");
                out.append("</dl>");
            }
            out.append("</li>\n");
        }
        return out.append("</ul>\n</body>\n</html>\n").toString();
    }

    /** What there is to say of a red row: name and text. */
    static List<Map.Entry<String, String>> lines(Result it, boolean hint,
                                                 Words words) {
        var lines = new ArrayList<>(List.of(Map.entry("asked", it.asked),
            Map.entry("came", words.in(it.came)),
            Map.entry("expected", words.in(it.expected)),
            Map.entry("compare", words.in(it.compare))));
        if (hint) lines.add(Map.entry("hint", words.in(it.row.hint())));
        lines.removeIf(line -> line.getValue().isEmpty());
        return lines;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;")
            .replace(">", "&gt;");
    }
}
