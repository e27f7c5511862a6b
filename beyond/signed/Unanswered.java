//JAVA 17+

// # Beyond the tutorial: a payment that nobody answered
//
// Did the node take it? Nobody knows. Who pays the same again must not pay
// twice: so the payment is noted before it is sent, and sent again as it is.

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.*;
import java.nio.file.*;
import java.util.*;

/** The last payment of a key that no node answered with yes, if any. */
record Unanswered(Path file) {

    /** It stands beside the key. */
    static Unanswered of(Path key) {
        return new Unanswered(key.resolveSibling(
            key.getFileName() + "-unanswered"));
    }

    /** One, or none. */
    List<Transaction> payments() {
        try (var in = Files.newInputStream(file)) {
            return List.of(Json.payment(in));
        } catch (IOException | Refusal e) {
            return List.of(); // or no whole one
        }
    }

    /** @throws IOException if it can't be written: then it must not be sent */
    void note(Transaction payment) throws IOException {
        try {
            Files.write(file, payment.canonicalJson().getBytes(US_ASCII));
        } catch (IOException e) {
            throw new IOException("Nothing was paid, for " + file
                + " can't be written.");
        }
    }

    /** It was answered. */
    void forget() throws IOException {
        Files.deleteIfExists(file);
    }
}
