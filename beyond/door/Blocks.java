//JAVA 17+

// # Beyond the tutorial: blocks, field by field
//
// A block that comes in has the tutorial's five fields, each of its kind.
// What stands in its transactions is kept as it came.

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.util.*;

final class Blocks {
    // Behind a block, more follows.
    private static final ObjectMapper CHAINS = Json.strict(Limits.CHAIN,
        Limits.DEPTH, Memory.TOKENS)
        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Reads {"chain": [...]}, or the list alone. */
    static List<Block> chain(byte[] text) {
        var chain = new ArrayList<Block>();
        long bytes = 0;
        try (var json = CHAINS.createParser(text)) {
            boolean object = json.nextToken() == JsonToken.START_OBJECT;
            if (object) find("chain", json);
            if (json.currentToken() != JsonToken.START_ARRAY)
                throw new IOException("It has no \"chain\".");
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.START_OBJECT)
                    throw new IOException("The next is no block.");
                chain.add(block(json.readValueAs(Object.class),
                    chain.size() + 1));
                bytes += chain.get(chain.size() - 1).canonicalJson().length();
                if (bytes > Limits.CHAIN)
                    throw new IOException("It is too long.");
            }
            while (object && json.nextToken() != JsonToken.END_OBJECT)
                json.skipChildren();
            if (json.nextToken() != null)
                throw new IOException("More follows behind its end.");
            return chain;
        } catch (IOException e) {
            throw new Refusal(Refusal.Kind.WRONG, "This is no {\"chain\": "
                + "[...]} as GET /chain has it, after block " + chain.size()
                + ": " + Json.reason(e));
        }
    }

    /** What a client is answered that has sent a chain. */
    static Map<String, ?> verdict(List<Block> chain, Optional<Flaw> flaw) {
        var verdict = new HashMap<String, Object>();
        verdict.put("valid", flaw.isEmpty());
        verdict.put("hashes", chain.stream().map(Block::hash).toList());
        if (flaw.isEmpty()) return verdict;
        verdict.put("block", flaw.get().block());
        verdict.put("fails", flaw.get().fails());
        verdict.put("expected", flaw.get().expected());
        verdict.put("found", flaw.get().found());
        verdict.put("reason", flaw.get().toString());
        return verdict;
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
    static List<Block> ours(Object json) throws IOException {
        if (!(json instanceof List<?> list))
            throw new IOException("its blocks are no list.");
        var blocks = new ArrayList<Block>();
        for (var item : list) blocks.add(block(item, blocks.size() + 1));
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
        for (var tx : list) transactions.add(Json.transaction(tx));
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
}
