//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: long texts that come in
//
// Each takes a thread while it comes, so only some may come at once. What a
// route does not read comes in first, whole or not at all.

import io.javalin.http.Context;
import java.io.*;
import java.util.*;
import java.util.concurrent.*;

final class Uploads {
    private static final String LONG = "a long text";
    private static final String VALIDATE = "/chain/validate"; // judged for long
    private static final List<String> READ = List.of("/transactions/new",
        "/nodes/register", VALIDATE);

    private final Semaphore places = new Semaphore(Limits.UPLOADS);

    /** Reads the body here, but for the routes that do so themselves. */
    void begin(Context ctx) throws IOException {
        var path = Origin.path(ctx);
        boolean chunked = ctx.header("Transfer-Encoding") != null;
        long length = ctx.req().getContentLengthLong();
        if (length <= 0 && !chunked) return; // nothing comes
        if (length > Limits.REQUEST || chunked || path.equals(VALIDATE)) {
            if (!places.tryAcquire()) throw new Refusal(Refusal.Kind.BUSY,
                "Others send long texts. Come back later.");
            ctx.attribute(LONG, true);
        }
        Refusal.unless(READ.contains(path) || isWhole(ctx),
            "The request did not come whole. Send it again.");
    }

    // A client that is still sending does not read our answer.
    void end(Context ctx) throws IOException {
        if (ctx.attribute(LONG) == null) return;
        try {
            isWhole(ctx);
        } finally {
            places.release();
        }
    }

    // Reads what is left, for so long only.
    private static boolean isWhole(Context ctx) throws IOException {
        var until = Deadline.in(Limits.REQUESTS);
        long left = Limits.CHAIN;
        var piece = new byte[8_192];
        int read = 0;
        while (read >= 0 && left > 0 && !until.isOver()) {
            read = ctx.bodyInputStream().read(piece);
            left -= read;
        }
        return read < 0;
    }
}
