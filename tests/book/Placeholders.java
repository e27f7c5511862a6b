//JAVA 17+

// What differs each time stands in the book as a placeholder: what may be in
// its place, and what the numbered ones of a page have been so far.

import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.Stream;

final class Placeholders {
    private static final String SHORT = "|[0-9a-f]{6}…[0-9a-f]{4}";
    private static final Map<String, String> KINDS = Map.of(
        "time", "\\d\\d:\\d\\d:\\d\\d|1\\d{9}(?:\\.\\d{1,9})?"
            + "|20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z",
        "port", "[1-9]\\d{3,4}",
        "id", "[0-9a-f]{32}" + SHORT,
        "hash", "[0-9a-f]{64}" + SHORT,
        "ms", "\\d+(?:\\.\\d+)?",
        "n", "\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?");
    private static final Pattern FORM =
        Pattern.compile("( *)<([a-z]+)(?: (\\d+))?>( *)");

    private final Map<String, String> values = new HashMap<>();

    /** What is wrong with those that no kind is called. */
    static Stream<String> unknown(String text) {
        return FORM.matcher(text).results()
            .filter(found -> !KINDS.containsKey(found.group(2)))
            .map(found -> "no placeholder is called " + found.group().strip()
                + ", but " + new TreeSet<>(KINDS.keySet()));
    }

    /** Does the line hold? A numbered placeholder gets, or has, its value. */
    boolean match(String book, String came) {
        var regex = new StringBuilder();
        var names = new TreeSet<String>();
        var found = FORM.matcher(book);
        int end = 0;
        while (found.find()) {
            var kind = KINDS.getOrDefault(found.group(2), "(?!)");
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
    List<String> compare(List<Line> book, Line end, List<String> came) {
        for (int i = 0; i < Math.max(book.size(), came.size()); i++) {
            var line = i < book.size() ? book.get(i) : end;
            var text = i < book.size() ? line.text() : "(nothing more)";
            var run = i < came.size() ? came.get(i) : "(nothing more)";
            if (line != end && i < came.size() && match(text, run)) continue;
            return List.of(line.flaw("the run prints something else"
                + "\n  the book: " + text + "\n  the run:  " + run
                + "\nIs the run right? ./jbang tests/DocsTest.java --accept "
                + line.page()));
        }
        return List.of();
    }

    /** What came, in the book's words where its placeholders fit. */
    List<String> keep(List<Line> book, List<String> came) {
        var kept = new ArrayList<String>();
        int next = 0;
        for (var line : came) {
            for (int i = next; i < book.size(); i++)
                if (match(book.get(i).text(), line)) {
                    line = book.get(i).text();
                    next = i + 1;
                    break;
                }
            kept.add(line);
        }
        return kept;
    }
}
