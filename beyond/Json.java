//JAVA 17+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

// # Beyond the tutorial: reading what strangers write
//
// All JSON that comes in is read here, and strictly, for it will be hashed:
// 5 is neither "5" nor 5.0, no name comes twice, nothing trails behind. And
// it ends: nobody fills the memory.

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.*;
import java.util.*;
import java.util.function.*;

/** What can't be done for somebody: the HTTP status, and a sentence. */
final class Refusal extends RuntimeException {
    final int status;

    Refusal(int status, String message) {
        super(message);
        this.status = status;
    }

    static void unless(boolean good, String otherwise) {
        if (!good) throw new Refusal(400, otherwise);
    }
}

final class Json {
    /** The longest text of a chain, in bytes. */
    static final long MOST_BYTES = 64_000_000;

    private static final ObjectMapper SMALL = strict(100_000, 994);
    // Behind a block, more follows.
    private static final ObjectMapper CHAINS = strict(MOST_BYTES, 994)
        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectMapper ANSWERS = strict(5_000_000, 994);
    private static final ObjectMapper OURS = strict(Long.MAX_VALUE, 999);

    // As deep as Python goes, whose whole numbers have 4300 digits at most.
    private static ObjectMapper strict(long mostBytes, int mostDeep) {
        var limits = StreamReadConstraints.builder().maxNestingDepth(mostDeep)
            .maxNumberLength(4_300).maxNameLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE).maxDocumentLength(mostBytes)
            .maxTokenCount(mostBytes / 8).build();
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
        throw new Refusal(400, "Send a JSON object such as " + example + ". "
            + why);
    }

    /** Reads a line that this node wrote itself, of any length. */
    static Map<?, ?> ours(String line) {
        try {
            return (Map<?, ?>) OURS.readValue(line, Object.class);
        } catch (IOException | ClassCastException e) {
            throw new Refusal(400, "no event stands there.");
        }
    }

    /** What a node answers; empty if it is no object of at most 5 MB. */
    static Map<?, ?> answer(InputStream in) {
        try (in) {
            if (ANSWERS.readValue(in, Object.class)
                instanceof Map<?, ?> values) return values;
        } catch (IOException e) {
            // it is none
        }
        return Map.of();
    }

    // ## A chain
    //
    // It may be long, so its blocks are read one at a time, and each is used
    // before the next is read: a liar is sent off at the first flaw.

    /** Reads {"chain": [...]}, or the list alone. */
    static void eachBlock(InputStream in, Room.Place place,
                          Consumer<Block> use) {
        int blocks = 0;
        long bytes = 0;
        try (var json = CHAINS.createParser(place.text(in))) {
            place.tokens = json::currentTokenCount;
            boolean object = json.nextToken() == JsonToken.START_OBJECT;
            if (object) find("chain", json);
            if (json.currentToken() != JsonToken.START_ARRAY)
                throw new IOException("It has no \"chain\".");
            for (; json.nextToken() != JsonToken.END_ARRAY; blocks++) {
                if (json.currentToken() != JsonToken.START_OBJECT)
                    throw new IOException("The next is no block.");
                var block = block(json.readValueAs(Object.class), blocks + 1);
                bytes += block.canonicalJson().length();
                if (bytes > MOST_BYTES)
                    throw new IOException("It is too long.");
                use.accept(block);
            }
            while (object && json.nextToken() != JsonToken.END_OBJECT)
                json.skipChildren();
            if (json.nextToken() != null)
                throw new IOException("More follows behind its end.");
        } catch (IOException e) {
            boolean later = Room.STARVED.equals(e.getMessage());
            throw new Refusal(later ? 429 : 400, later ? Room.STARVED
                : "This is no {\"chain\": [...]} as GET "
                + "/chain has it, after block " + blocks + ": " + reason(e));
        }
    }

    private static void find(String name, JsonParser json) throws IOException {
        while (!name.equals(json.nextFieldName())) {
            if (json.currentToken() != JsonToken.FIELD_NAME) return;
            json.nextToken();
            json.skipChildren();
        }
        json.nextToken();
    }

    /** The blocks of a line that this node wrote itself. */
    static List<Block> blocks(Object json) {
        Refusal.unless(json instanceof List<?>, "its blocks are no list.");
        var blocks = new ArrayList<Block>();
        try {
            for (var item : (List<?>) json)
                blocks.add(block(item, blocks.size() + 1));
        } catch (IOException e) {
            throw new Refusal(400, e.getMessage());
        }
        return blocks;
    }

    /** Block number {@code place} of a chain, field by field. */
    static Block block(Object json, int place) throws IOException {
        if (!(json instanceof Map<?, ?> map))
            throw new IOException("the next is no block.");
        var here = "block " + place + ": ";
        for (var field : map.keySet()) if (!FIELDS.contains(field))
            throw new IOException(here + "a block has no \"" + field + "\".");
        for (var field : FIELDS) if (!map.containsKey(field))
            throw new IOException(here + field + " is missing.");
        var transactions = new ArrayList<Object>();
        var list = expect(List.class, map, "transactions", "a list", here);
        for (var tx : list) transactions.add(transaction(tx));
        var block = new Block(
            expectWhole(map, "index", here),
            expect(Number.class, map, "timestamp", "a number", here),
            transactions, expectWhole(map, "proof", here),
            map.get("previous_hash"));
        try {
            block.canonicalJson(); // or it could not be hashed
            return block;
        } catch (IllegalArgumentException e) {
            throw new IOException(here + e.getMessage());
        }
    }

    private static final List<String> FIELDS = List.of("index", "timestamp",
        "transactions", "proof", "previous_hash");

    private static long expectWhole(Map<?, ?> map, String field, String here)
            throws IOException {
        var value = map.get(field);
        if (value instanceof Integer || value instanceof Long)
            return ((Number) value).longValue();
        throw new IOException(here + field
            + " is no whole number of up to 18 digits.");
    }

    private static <T> T expect(Class<T> kind, Map<?, ?> map, String field,
                                String name, String here) throws IOException {
        if (kind.isInstance(map.get(field))) return kind.cast(map.get(field));
        throw new IOException(here + field + " is not " + name + ".");
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

    private static String reason(IOException e) {
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
