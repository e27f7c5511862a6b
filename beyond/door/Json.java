//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// # Beyond the tutorial: reading what strangers write
//
// All JSON that comes in is read here, and strictly, for it will be hashed:
// 5 is neither "5" nor 5.0, no name comes twice, nothing trails behind. And
// it ends: nobody fills the memory.

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.*;
import java.math.BigDecimal;
import java.util.*;

final class Json {
    private static final ObjectMapper SMALL = strict(Limits.REQUEST,
        Limits.DEPTH, Limits.REQUEST);
    private static final ObjectMapper ANSWERS = strict(Limits.REQUEST,
        Limits.DEPTH, 20L * Limits.NEIGHBOURS);
    private static final ObjectMapper PAYMENTS = strict(Limits.ANSWER,
        Limits.DEPTH, 20L * Limits.WAITING);
    private static final ObjectMapper OURS = strict(Long.MAX_VALUE,
        Limits.LEDGER_DEPTH, Long.MAX_VALUE);

    /** Neither longer nor deeper, and no name twice. */
    static ObjectMapper strict(long bytes, int depth, long tokens) {
        var limits = StreamReadConstraints.builder().maxDocumentLength(bytes)
            .maxNestingDepth(depth).maxTokenCount(tokens)
            .maxNumberLength(Limits.DIGITS).maxNameLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE).build();
        return JsonMapper.builder(JsonFactory.builder()
                .streamReadConstraints(limits).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    }

    /** Reads an object of at most 100 kB, like the example. */
    static Map<?, ?> object(InputStream in, String example) {
        var why = "This is none.";
        try {
            if (SMALL.readValue(in, Object.class)
                instanceof Map<?, ?> values) return values;
        } catch (IOException e) {
            why = reason(e);
        }
        throw new Refusal(Refusal.Kind.WRONG, "Send a JSON object such as "
            + example + ". " + why);
    }

    /** Reads a line that this node wrote itself, of any length. */
    static Map<?, ?> ours(String line) throws IOException {
        if (OURS.readValue(line, Object.class) instanceof Map<?, ?> event)
            return event;
        throw new IOException("no event stands there.");
    }

    /** What waits at a node, in its order; nothing if it says no such thing. */
    static List<Transaction> waiting(byte[] text) {
        var waiting = new ArrayList<Transaction>();
        try {
            if (PAYMENTS.readValue(text, Object.class) instanceof Map<?, ?> its
                && its.get("transactions") instanceof List<?> all)
                for (var json : all)
                    if (transaction(json) instanceof Transaction tx)
                        waiting.add(tx);
        } catch (IOException e) {
            // it is nothing of this kind
        }
        return waiting;
    }

    /** What a node says of itself; empty if it is no small object. */
    static Map<?, ?> answer(InputStream in) {
        try (in) {
            if (ANSWERS.readValue(in, Object.class)
                instanceof Map<?, ?> values) return values;
        } catch (IOException e) {
            // it is none
        }
        return Map.of();
    }

    // ## A payment

    /** Reads a payment as a stranger may make one: that, and no more. */
    static Transaction payment(InputStream in) {
        var values = object(in,
            "{\"sender\": \"a\", \"recipient\": \"b\", \"amount\": 5}");
        var missing = new ArrayList<>(List.of("sender", "recipient", "amount"));
        missing.removeIf(name -> values.get(name) != null);
        Refusal.unless(missing.isEmpty(), "Missing values: "
            + String.join(", ", missing) + ". Send all three.");
        check(values.get("sender"), values.get("recipient"),
            values.get("amount"));
        Refusal.unless(values.size() == 3, "A transaction has sender, "
            + "recipient and amount, and nothing else.");
        return (Transaction) transaction(values);
    }

    /** @throws Refusal if these are not what a payment is made of */
    static void check(Object sender, Object recipient, Object amount) {
        Refusal.unless(isName(sender) && isName(recipient),
            "sender and recipient must be texts of 1 to 1000 characters.");
        Refusal.unless(!sender.equals("0"), "sender must not be \"0\": new "
            + "coins come from there, by mining alone.");
        Refusal.unless(isPositive(amount), "amount must be a number above 0, "
            + "as 5 or 0.25 is, not " + kind(amount) + ".");
    }

    private static String kind(Object json) {
        if (json instanceof List) return "a list";
        if (json instanceof Map) return "an object";
        var text = json.toString().replaceFirst("(?s)(.{40}).+", "$1…");
        if (json instanceof String) return "the text " + CanonicalJson.of(text);
        return text.endsWith("Infinity") ? "one with so many digits" : text;
    }

    private static boolean isName(Object value) {
        return value instanceof String name && !name.isEmpty()
            && name.length() <= 1_000;
    }

    private static boolean isPositive(Object value) {
        if (value instanceof Double fraction)
            return fraction > 0 && Double.isFinite(fraction);
        return value instanceof Number whole
            && new BigDecimal(whole.toString()).signum() > 0;
    }

    /** One of ours if it has our three fields, else kept as it came. */
    static Object transaction(Object json) {
        if (json instanceof Map<?, ?> map && map.size() == 3
            && map.get("sender") instanceof String sender
            && map.get("recipient") instanceof String recipient
            && map.get("amount") instanceof Number amount)
            return new Transaction(sender, recipient, amount);
        return json;
    }

    /** Why it can't be read, in a sentence. */
    static String reason(IOException e) {
        if (e instanceof StreamConstraintsException)
            return "It is too long, or too deep.";
        if (e instanceof JsonEOFException || e instanceof EOFException)
            return "It ends too early.";
        if (!(e instanceof JsonProcessingException json)) return e.getMessage();
        var message = json.getOriginalMessage();
        if (message.startsWith("Duplicate field"))
            return message + " stands there twice.";
        var at = json.getLocation();
        return "It is no JSON at line " + at.getLineNr() + ", column "
            + at.getColumnNr() + ".";
    }
}
