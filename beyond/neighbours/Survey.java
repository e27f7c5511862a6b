//JAVA 17+
//SOURCES Rounds.java
//SOURCES Neighbours.java
//SOURCES Here.java
//SOURCES Call.java
//SOURCES ../join/Errands.java

// # Beyond the tutorial: asking them all
//
// Many neighbours are asked for their chains at the same time. Each has its
// seconds, and its share of the memory. Their texts are read and judged one
// after another. If one is wrong, this is noted, and the others count.

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.*;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.*;
import java.util.concurrent.*;

final class Survey {
    private final Blockchain blockchain;
    private final Neighbours neighbours;
    private final Call call;
    private final ThreadPoolExecutor askers = new ThreadPoolExecutor(
        Limits.ASKED, Limits.ASKED, 1, SECONDS, new LinkedBlockingQueue<>(),
        Errands::daemon);

    Survey(Blockchain blockchain, Neighbours neighbours, Call call) {
        this.blockchain = blockchain;
        this.neighbours = neighbours;
        this.call = call;
        askers.allowCoreThreadTimeOut(true);
    }

    // ## Asking

    // What a neighbour sent: that its chain is ours, a text, or nothing.
    private record Answer(String address, Deadline until, boolean isSame,
                          byte[] text, Throwable failure) { }

    /** Begins to ask all neighbours. Their answers are to be taken, all. */
    Answers askAll() {
        return new Answers();
    }

    /** The answers of all neighbours, in the order in which they come. */
    final class Answers {
        private final List<Block> ours = blockchain.chain();
        // An asker keeps its text until it is taken: so many, and no more.
        private final BlockingQueue<Answer> queue = new SynchronousQueue<>();
        private int left;

        private Answers() {
            var all = neighbours.byFailures();
            left = all.size();
            int texts = Math.min(left, Limits.ASKED);
            for (var address : all) askers.submit(() -> {
                queue.put(ask(address, ours, texts)); // waits for its taker
                return null; // so it may throw
            });
        }

        boolean areLeft() {
            return left > 0;
        }

        /** Waits for the next answer, and judges it. An empty chain stands
         *  for one that is not valid, or that did not come. */
        List<Block> nextValidChain() {
            left--;
            try {
                var answer = queue.take();
                // While the node stops, calls end before their time.
                if (Thread.interrupted()) throw new InterruptedException();
                return judge(answer, ours);
            } catch (InterruptedException e) {
                throw new Refusal(Refusal.Kind.STOPPING, "This node stops.");
            }
        }
    }

    /** The valid chain of this neighbour; an empty one if it failed. */
    List<Block> chain(String address) {
        var ours = blockchain.chain();
        return judge(ask(address, ours, Limits.ASKED), ours);
    }

    // So many texts may come at the same time.
    private Answer ask(String address, List<Block> ours, int texts) {
        var until = Deadline.in(Limits.ANSWERS);
        try {
            var text = text(address, ours, texts, until);
            return new Answer(address, until, text == null, text, null);
        } catch (IOException | RuntimeException | Error e) {
            return new Answer(address, until, false, null, until.isOver()
                ? new IOException("not done in " + Limits.ANSWERS + " seconds")
                : e);
        }
    }

    // A neighbour that has our last block has our chain: it sends nothing
    // (304), and this is null.
    private byte[] text(String address, List<Block> ours, int texts,
                        Deadline until) throws IOException {
        var tip = ours.get(ours.size() - 1).hash();
        var answer = call.send(HttpRequest.newBuilder(Address.of(address)
            .uri("/chain")).header("If-None-Match", '"' + tip + '"'), until);
        try (var body = answer.body()) {
            if (answer.statusCode() == 304) return null;
            check(answer);
            return Memory.read(body, Limits.CHAIN, texts, until);
        }
    }

    // A browser would look elsewhere, and unpack; a node does neither.
    private static void check(HttpResponse<?> answer) throws IOException {
        var elsewhere = answer.headers().firstValue("Location");
        if (answer.statusCode() != 200) throw new IOException("answered "
            + answer.statusCode() + (elsewhere.isEmpty() ? "" : ": see "
                + elsewhere.get() + ", where a node does not look"));
        var packed = answer.headers().firstValue("Content-Encoding");
        if (packed.isPresent() && !packed.get().equals("identity"))
            throw new IOException("its answer is packed (" + packed.get()
                + "), though nobody asked for that");
    }

    // ## Judging

    private List<Block> judge(Answer answer, List<Block> ours) {
        if (answer.failure != null)
            return failed(answer, answer.failure, true);
        try {
            var chain = answer.isSame ? ours : valid(answer);
            // This is the length, not the number that the neighbour sent.
            neighbours.succeeded(answer.address, chain.size());
            return chain;
        } catch (Refusal e) {
            return failed(answer, e, e.kind == Refusal.Kind.WRONG);
        } catch (RuntimeException | Error e) {
            return failed(answer, e, true);
        }
    }

    private List<Block> valid(Answer answer) {
        try (var part = call.memory().part(answer.until)) {
            var chain = Blocks.chain(answer.text);
            // One that can't replace ours is not worth checking signatures.
            var flaw = chain.size() > blockchain.length()
                ? blockchain.flaw(chain)
                : AllCores.firstFlaw(chain, blockchain.work);
            if (flaw.isEmpty()) return chain;
            throw new Refusal(Refusal.Kind.WRONG, flaw.get().toString());
        }
    }

    private List<Block> failed(Answer answer, Throwable e, boolean isToBlame) {
        var why = e.getMessage() == null ? "can't be reached" : e.getMessage();
        if (e instanceof OutOfMemoryError)
            why = "It is too long for the memory that this node has.";
        neighbours.failed(answer.address, why, isToBlame);
        return List.of();
    }

    void close() {
        askers.shutdownNow();
    }
}
