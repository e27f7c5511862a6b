//JAVA 17+

// Which text did a node hash? Its hash does not tell. But there are only so
// many ways in which programs write JSON. So this writes a block in each of
// them, until one gives the node's hash.

import java.math.BigDecimal;
import java.util.*;
import java.util.regex.Pattern;

final class Spelling {

    /** In what a text may differ from what Python's json.dumps writes. */
    private enum Way {
        noSpaceAfterCommas, noSpaceAfterColons, fieldsUnsorted, innerUnsorted,
        lettersAsTheyAre, upperCaseHex, wholeWithoutPoint, numbersOfJava,
        shortExponents, newlineAtTheEnd
    }

    private final Set<Way> ways = EnumSet.noneOf(Way.class);

    /** The text that the node hashed beside the canonical one, and where
     *  they differ; or the canonical one, if the node's is not found. */
    static String of(Map<String, Object> block, Object hash) {
        var canonical = CanonicalJson.of(block);
        var fields = new ArrayList<String>(block.keySet());
        fields.add("");
        for (var left : fields) {
            var rest = new LinkedHashMap<>(block);
            rest.remove(left); // perhaps a field was forgotten
            for (int i = 0; i < 1 << Way.values().length; i++) {
                var text = new Spelling(i).text(rest);
                if (new Sha256().hex(text).equals(hash))
                    return compared(text, canonical);
            }
        }
        return "All others hash this text. Print yours, and compare the two "
            + "from the left:\n" + canonical;
    }

    private static String compared(String text, String canonical) {
        int at = 0;
        while (at < text.length() && at < canonical.length()
            && text.charAt(at) == canonical.charAt(at)) at++;
        return "Your node hashed this text:\n" + visible(text)
            + "\nAll others hash this one:\n" + canonical
            + "\nThe first difference is at letter " + (at + 1) + ": yours has "
            + from(text, at) + ", theirs " + from(canonical, at) + ".";
    }

    private static String from(String text, int at) {
        return at >= text.length() ? "an end" : visible("«" + text.substring(
            at, Math.min(text.length(), at + 12)) + "»");
    }

    private static String visible(String text) {
        return text.replace("\n", "\\n");
    }

    // ## To write in one of the ways

    private Spelling(int bits) {
        for (var way : Way.values())
            if ((bits >> way.ordinal() & 1) == 1) ways.add(way);
    }

    private boolean has(Way way) {
        return ways.contains(way);
    }

    private String text(Map<String, Object> block) {
        return object(block, has(Way.fieldsUnsorted))
            + (has(Way.newlineAtTheEnd) ? "\n" : "");
    }

    private String write(Object value) {
        if (value instanceof Map<?, ?> map)
            return object(map, has(Way.innerUnsorted));
        if (value instanceof List<?> list) {
            var out = new StringJoiner(comma(), "[", "]");
            for (var item : list) out.add(write(item));
            return out.toString();
        }
        if (value instanceof String text) return letters(text);
        return value instanceof Double number ? fraction(number)
            : CanonicalJson.of(value);
    }

    private String object(Map<?, ?> map, boolean unsorted) {
        var out = new StringJoiner(comma(), "{", "}");
        var colon = has(Way.noSpaceAfterColons) ? ":" : ": ";
        (unsorted ? map : Python.sorted(map)).forEach((key, value) ->
            out.add(letters("" + key) + colon + write(value)));
        return out.toString();
    }

    private String comma() {
        return has(Way.noSpaceAfterCommas) ? "," : ", ";
    }

    private static final Pattern ESCAPED = Pattern.compile("\\\\u(.{4})");

    private String letters(String text) {
        var canonical = CanonicalJson.of(text);
        if (has(Way.lettersAsTheyAre)) return ESCAPED.matcher(canonical)
            .replaceAll(it -> Integer.parseInt(it.group(1), 16) < ' '
                ? "\\" + it.group() : Character.toString(
                    (char) Integer.parseInt(it.group(1), 16)));
        if (has(Way.upperCaseHex)) return ESCAPED.matcher(canonical)
            .replaceAll(it -> "\\\\u" + it.group(1).toUpperCase());
        return canonical;
    }

    private String fraction(double number) {
        var canonical = CanonicalJson.of(number);
        if (has(Way.numbersOfJava)) return Double.toString(number);
        if (has(Way.wholeWithoutPoint)) {
            boolean plain = Math.abs(number) < 1e21 && Math.abs(number) >= 1e-6;
            canonical = plain || number == 0 ? new BigDecimal(canonical)
                .stripTrailingZeros().toPlainString() : canonical;
        }
        return has(Way.shortExponents) ? canonical.replaceAll("e([+-]?)0?",
            "e$1").replace("e+", "e") : canonical;
    }
}
