//JAVA 17+
//SOURCES Words.java
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// # Beyond the tutorial: an answer, shown to people
//
// Hashes are cut, long chains folded, and what matters is marked.

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.*;
import java.util.*;
import java.util.regex.Pattern;
import picocli.CommandLine.Help;

/** Prints answers, and remembers which blocks it has printed. */
final class Shown {
    private static final ObjectWriter PRETTY = new JsonMapper().writer(
        new DefaultPrettyPrinter(Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Spacing.AFTER)
            .withArrayEmptySeparator(""))
            .withArrayIndenter(new DefaultIndenter()));

    private final Set<JsonNode> seen = new HashSet<>(); // previous hashes
    private final Words words;

    Shown(Words words) {
        this.words = words;
    }

    /** @param marks how the fields begin that matter, behind their quote */
    JsonNode print(JsonNode answer, String... marks) throws IOException {
        var json = answer.deepCopy();
        for (var chain : List.of(json.path("chain"), json.path("new_chain")))
            for (int i = 0; chain.size() > 1 && i < chain.size(); i++)
                ((ArrayNode) chain).set(i, fold(chain.get(i), marks));
        seen.addAll(answer.findValues("previous_hash"));
        var text = Sha256.shorten(PRETTY.writeValueAsString(json));
        for (var line : tight(text).indent(5).lines().toList()) {
            line = line.replaceAll("(?=.{81})(.{1,74}) ", "$1\n         ");
            System.out.println(!isMarked(line, marks) ? line
                : Help.Ansi.AUTO.string("@|bold,yellow " + line + " ◀|@"));
        }
        return answer;
    }

    private static boolean isMarked(String line, String... marks) {
        for (var mark : marks) if (line.contains('"' + mark)) return true;
        return false;
    }

    // In a longer chain each block becomes one line: its number, and
    // what is marked. Its previous hash tells if it was shown before.
    private JsonNode fold(JsonNode block, String... marks) {
        boolean known = seen.contains(block.get("previous_hash"));
        var parts = new StringJoiner(", ", "{ ", " }");
        parts.add(words.in(known ? "block %s, as above" : "block %s")
            .formatted(block.get("index")));
        for (var name : marks) if (block.has(name))
            parts.add("\"" + name + "\": " + block.get(name));
        if (!known) parts.add("…");
        return new POJONode(new RawValue(parts.toString()));
    }

    // The innermost parts, such as a reward, take one line if they fit.
    private static String tight(String json) {
        return Pattern.compile("[\\[{][^\\[\\]{}]*[\\]}]").matcher(json)
            .replaceAll(part -> {
                var line = part.group().replaceAll("\\s+", " ");
                return line.length() < 64 ? line : part.group();
            });
    }
}
