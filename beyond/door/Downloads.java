//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: long texts that go out
//
// A client that reads slowly takes a thread meanwhile. So only some may be
// sent a long text at once.

import io.javalin.http.ContentType;
import io.javalin.http.Context;
import java.io.*;
import java.util.concurrent.*;

final class Downloads {
    private final Semaphore places = new Semaphore(Limits.READERS);

    /**
     * Answers with this text.
     * @throws Refusal if it is long, and too many are being sent such texts
     */
    void send(Context ctx, long bytes, InputStream text) {
        boolean isLong = bytes > Limits.REQUEST;
        if (isLong && !places.tryAcquire()) throw new Refusal(
            Refusal.Kind.BUSY,
            "Many are being sent long texts. Come back later.");
        ctx.contentType(ContentType.APPLICATION_JSON).result(
            new FilterInputStream(text) {
                private boolean held = isLong;

                public void close() throws IOException {
                    if (held) places.release();
                    held = false;
                    super.close();
                }
            });
    }
}
