//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: the chain as text, written once
//
// Each block is written as it is hashed, one a line; the text grows with the
// chain. What stands before and after the blocks differs with the request.

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.javalin.http.ContentType;
import io.javalin.http.Context;
import java.io.*;
import java.util.*;
import java.util.concurrent.*;

final class Page {
    private record Text(Block tip, int length, String etag, Bytes bytes,
                        int end) {
        InputStream blocks() {
            return new ByteArrayInputStream(bytes.all(), 0, end);
        }
    }

    // Whoever reads up to its end is not disturbed by what follows there.
    private static final class Bytes extends ByteArrayOutputStream {
        byte[] all() { return buf; }
    }

    private final Blockchain blockchain;
    private volatile Text text = new Text(new Block(0, 0, List.of(), 0, 0), 0,
        "", new Bytes(), 0); // of none

    Page(Blockchain blockchain) {
        this.blockchain = blockchain;
    }

    /** Sends the chain, unless the client shows that it has it: 304. */
    void reply(Context ctx) {
        var text = text();
        ctx.header("Access-Control-Allow-Origin", "*") // for neighbours' pages
            .header("Access-Control-Expose-Headers", "ETag")
            .header("Cache-Control", "no-cache").header("ETag", text.etag);
        if (text.etag.equals(ctx.header("If-None-Match"))) ctx.status(304);
        else send(ctx, "{\"chain\": ", text,
            ", \"length\": " + text.length + "}\n");
    }

    /** Sends the chain between these two. */
    void reply(Context ctx, String before, String after) {
        send(ctx, before, text(), after);
    }

    /** In bytes. */
    int length() {
        return text().end;
    }

    // A client that reads a long chain slowly takes a thread meanwhile.
    private final Semaphore readers = new Semaphore(100);

    private void send(Context ctx, String before, Text text, String after) {
        boolean isLong = text.end > 100_000;
        if (isLong && !readers.tryAcquire()) throw new Refusal(429,
            "Many are being sent the chain. Come back later.");
        var parts = List.of(part(before + "[\n"), text.blocks(),
            part("\n]" + after));
        ctx.contentType(ContentType.APPLICATION_JSON).result(
            new SequenceInputStream(Collections.enumeration(parts)) {
                private boolean held = isLong;

                public void close() throws IOException {
                    if (held) readers.release();
                    held = false;
                    super.close();
                }
            });
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
        var chain = blockchain.chainBehind(Math.max(text.length - 1, 0));
        boolean goesOn = !chain.isEmpty() && chain.get(0) == text.tip;
        if (!goesOn) chain = blockchain.chain();
        var bytes = goesOn ? text.bytes : new Bytes();
        for (var block : chain.subList(goesOn ? 1 : 0, chain.size()))
            bytes.writeBytes(((bytes.size() > 0 ? ",\n" : "")
                + block.canonicalJson()).getBytes(US_ASCII));
        var tip = chain.get(chain.size() - 1);
        int length = chain.size() + (goesOn ? text.length - 1 : 0);
        return text = new Text(tip, length, '"' + tip.hash() + '"', bytes,
            bytes.size());
    }
}
