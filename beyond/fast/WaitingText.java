//JAVA 17+

// # Beyond the tutorial: what waits as text, written once
//
// It may be 4 MB. All who read it at the same time read the same bytes.

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.javalin.http.Context;
import java.io.*;
import java.util.*;

final class WaitingText {
    private record Text(List<Transaction> waiting, byte[] bytes) { }

    private final Blockchain blockchain;
    private final Downloads downloads;
    private Text text = new Text(null, null);

    WaitingText(Blockchain blockchain, Downloads downloads) {
        this.blockchain = blockchain;
        this.downloads = downloads;
    }

    void reply(Context ctx) {
        var bytes = bytes();
        downloads.send(ctx, bytes.length, new ByteArrayInputStream(bytes));
    }

    private synchronized byte[] bytes() {
        var waiting = blockchain.waiting();
        if (!waiting.equals(text.waiting)) text = new Text(waiting,
            (CanonicalJson.of(Map.of("transactions", waiting)) + "\n")
                .getBytes(US_ASCII));
        return text.bytes;
    }
}
