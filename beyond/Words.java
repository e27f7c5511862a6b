//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// # Beyond the tutorial: the same in Chinese
//
// The programs speak English. What they say in Chinese stands in a file, by
// the English sentence. A sentence that lacks there is said in English.

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.util.*;

final class Words {
    private final Map<String, String> words; // by the English sentence

    private Words(Map<String, String> words) {
        this.words = words;
    }

    /** A program's words: {@code zh} for Chinese, anything else for English.
     *  They are packed into the program, or lie in docs/. */
    static Words of(String program, String language) throws IOException {
        if (!language.startsWith("zh")) return new Words(Map.of());
        var name = "zh/" + program + ".json";
        try (var packed = Words.class.getResourceAsStream("/" + name);
             var text = packed != null ? packed
                : new FileInputStream("docs/" + name)) {
            return new Words(new ObjectMapper().readValue(text,
                new TypeReference<>() { }));
        }
    }

    /** The sentence, however its lines are broken. */
    String in(String english) {
        return words.getOrDefault(key(english), english);
    }

    /** The same, with the blanks that stand around it. */
    String as(String english) {
        var core = english.strip();
        return english.replace(core, in(core));
    }

    static String key(String english) {
        return english.strip().replaceAll("\\s+", " ");
    }

    /** Columns on a terminal: a Chinese character takes two. */
    static int width(String text) {
        return text.codePoints().map(letter -> letter >= 0x2e80
            && letter < 0xff61 ? 2 : 1).sum();
    }
}
