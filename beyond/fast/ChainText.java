//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: the chain as text, written once
//
// Each block is written as it is hashed, one a line; the text grows with the
// chain. What stands before and after the blocks differs with the request.

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.javalin.http.Context;
import java.io.*;
import java.util.*;

final class ChainText {
    private record Text(Block tip, int length, String etag, Bytes bytes,
                        int end) {
        InputStream blocks() {
            return new ByteArrayInputStream(bytes.all(), 0, end);
        }
    }

    // Those that read up to its end are not disturbed by what follows there.
    private static final class Bytes extends ByteArrayOutputStream {
        synchronized byte[] all() { return buf; }

        // Memory may have run out in the middle of what was written last.
        synchronized void goOnAt(int end) { count = end; }
    }

    private final Blockchain blockchain;
    private final Downloads downloads;
    private volatile Text text = new Text(new Block(0, 0, List.of(), 0, 0), 0,
        "", new Bytes(), 0); // of none

    ChainText(Blockchain blockchain, Downloads downloads) {
        this.blockchain = blockchain;
        this.downloads = downloads;
    }

    /** Sends the chain, unless the client shows that it has it: 304. */
    void reply(Context ctx) {
        var text = text();
        ctx.header("Access-Control-Allow-Origin", "*") // for neighbours' pages
            .header("Access-Control-Expose-Headers", "ETag")
            .header("Cache-Control", "no-cache").header("ETag", text.etag);
        if (names(text.etag, ctx.header("If-None-Match"))) ctx.status(304);
        else send(ctx, "{\"chain\": ", text,
            ", \"length\": " + text.length + "}\n");
    }

    // RFC 9110: several may stand there, with W/ in front, or * for any.
    private static boolean names(String etag, String header) {
        for (var tag : ("" + header).split(","))
            if (List.of(etag, "W/" + etag, "*").contains(tag.strip()))
                return true;
        return false;
    }

    /** Sends the chain between these two. */
    void reply(Context ctx, String before, String after) {
        send(ctx, before, text(), after);
    }

    /** @throws Refusal if no other node could take a longer one */
    void checkLength() {
        if (text().end > Limits.MINED) throw new Refusal(Refusal.Kind.FULL,
            "The chain is as long as others can take: no block fits any more.");
    }

    private void send(Context ctx, String before, Text text, String after) {
        var parts = List.of(part(before + "[\n"), text.blocks(),
            part("\n]" + after));
        downloads.send(ctx, text.end,
            new SequenceInputStream(Collections.enumeration(parts)));
    }

    private static InputStream part(String text) {
        return new ByteArrayInputStream(text.getBytes(US_ASCII));
    }

    private Text text() {
        return text.tip == blockchain.lastBlock() ? text : newText();
    }

    // While the last block that was written is where it was, all before it
    // are, too: it seals them. So only the blocks behind it are new.
    private synchronized Text newText() {
        var chain = blockchain.chain();
        int length = text.length;
        boolean goesOn = length > 0 && length <= chain.size()
            && chain.get(length - 1) == text.tip;
        var bytes = goesOn ? text.bytes : new Bytes();
        if (goesOn) bytes.goOnAt(text.end);
        for (var block : chain.subList(goesOn ? length : 0, chain.size()))
            bytes.writeBytes(((bytes.size() > 0 ? ",\n" : "")
                + block.canonicalJson()).getBytes(US_ASCII));
        var tip = chain.get(chain.size() - 1);
        return text = new Text(tip, chain.size(), '"' + tip.hash() + '"',
            bytes, bytes.size());
    }
}
