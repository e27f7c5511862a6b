//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// # Beyond the tutorial: the same in Chinese
//
// The programs speak English. What they say in Chinese stands in a file, by
// the English sentence, which may leave places open: "no answer in %s seconds"
// is "%s 秒内没有响应". What fills them may be such a sentence, too. One that
// lacks there is said in English.

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

final class Words {
    final String language; // as a page of HTML has it
    private final Map<String, String> words; // by the English sentence
    private final Map<Pattern, String> open = new LinkedHashMap<>();

    private Words(String language, Map<String, String> words) {
        this.language = language;
        this.words = words;
        words.forEach((english, other) -> {
            if (english.contains("%s")) open.put(Pattern.compile("(?s)\\Q"
                + english.replace("%s", "\\E(.+?)\\Q") + "\\E"), other);
        });
    }

    /** A program's words: {@code zh} for Chinese, anything else for English.
     *  They are packed into the program, or lie in docs/. */
    static Words of(String program, String language) throws IOException {
        if (!language.startsWith("zh")) return new Words("en", Map.of());
        var name = "zh/" + program + ".json";
        try (var packed = Words.class.getResourceAsStream("/" + name);
             var text = packed != null ? packed
                : new FileInputStream("docs/" + name)) {
            return new Words("zh", new ObjectMapper().readValue(text,
                new TypeReference<>() { }));
        }
    }

    /** The sentence, however its lines are broken; one with open places, as
     *  it stands. */
    String in(String english) {
        var other = words.get(key(english));
        if (other != null) return other;
        for (var it : open.entrySet()) {
            var found = it.getKey().matcher(english);
            if (found.matches()) return it.getValue().formatted(IntStream
                .rangeClosed(1, found.groupCount())
                .mapToObj(i -> in(found.group(i))).toArray());
        }
        return english;
    }

    /** The same, with the blanks that stand around it. */
    String as(String english) {
        var core = english.strip();
        return english.replace(core, in(core));
    }

    static String key(String english) {
        return english.strip().replaceAll("\\s+", " ");
    }

    private static final String STOPS = "，。；：！？、”）";

    /** A line of Chinese in lines of so many columns. They may end behind any
     *  character, but not in a word of ours; and none begins with a comma. */
    static String folded(String line, int columns) {
        var out = new StringBuilder();
        int column = 0;
        for (var part : Pattern.compile("[!-~]{1," + columns + "}|.")
                .matcher(line).results().map(it -> it.group()).toList()) {
            column += width(part);
            if (column > columns && !STOPS.contains(part)) {
                out.append("\n");
                column = width(part);
            }
            out.append(part);
        }
        return out.append("\n").toString();
    }

    /** Columns on a terminal: a Chinese character takes two. */
    static int width(String text) {
        return text.codePoints().map(letter -> letter >= 0x2e80
            && letter < 0xff61 ? 2 : 1).sum();
    }
}
