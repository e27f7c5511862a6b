//JAVA 17+
//SOURCES Rounds.java
//SOURCES Call.java
//SOURCES Neighbours.java
//SOURCES Here.java
//SOURCES Address.java
//SOURCES Machine.java

// # Beyond the tutorial: asking them all
//
// Neighbours are asked for their chains many at the same time, for so long
// only, each within its share of the memory. When a text is there, it is
// read and judged, one after another. What is wrong with one is noted, and
// does no harm to the others.

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.*;
import java.net.http.HttpRequest;
import java.util.*;
import java.util.concurrent.*;

final class Survey {
    private final Blockchain blockchain;
    private final Neighbours neighbours;
    private final Call call;
    private final Memory memory;
    private final ThreadPoolExecutor askers = new ThreadPoolExecutor(
        Limits.ASKED, Limits.ASKED, 1, SECONDS, new LinkedBlockingQueue<>(),
        Errands::daemon);

    Survey(Blockchain blockchain, Neighbours neighbours, Call call,
           Memory memory) {
        this.blockchain = blockchain;
        this.neighbours = neighbours;
        this.call = call;
        this.memory = memory;
        askers.allowCoreThreadTimeOut(true);
    }

    // What came from one: a text, or why there is none.
    private record Answer(String address, byte[] text, Throwable failure,
                          Deadline until) { }

    private static final byte[] SAME = {}; // as our chain

    /** Their valid chains, as they come; an empty one for each that failed. */
    Iterable<List<Block>> chains() {
        var ours = blockchain.chain();
        var all = new ArrayList<>(neighbours.addresses());
        // Those that failed last time leave the first turn to the others.
        all.sort(Comparator.comparing(neighbours::failures));
        int others = Math.min(all.size(), Limits.ASKED);
        var answers = new LinkedBlockingQueue<Answer>();
        for (var address : all) askers.submit(() ->
            answers.add(ask(address, ours, others)));
        return () -> new Iterator<>() {
            private int left = all.size();

            public boolean hasNext() { return left > 0; }

            public List<Block> next() {
                left--;
                return judge(take(answers), ours);
            }
        };
    }

    /** The valid chain of this one; an empty one if it failed. */
    List<Block> chain(String address) {
        var ours = blockchain.chain();
        return judge(ask(address, ours, Limits.ASKED), ours);
    }

    private static Answer take(BlockingQueue<Answer> answers) {
        try {
            return answers.take(); // each call ends in time
        } catch (InterruptedException e) {
            throw new Refusal(Refusal.Kind.STOPPING, "This node stops.");
        }
    }

    private Answer ask(String address, List<Block> ours, int others) {
        var until = Deadline.in(Limits.ANSWERS);
        try {
            return new Answer(address, text(address, ours, others, until),
                null, until);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return new Answer(address, null, e, until);
        }
    }

    // A neighbour that has our last block has our chain, and need not send
    // it (304).
    private byte[] text(String address, List<Block> ours, int others,
                        Deadline until) throws IOException {
        var tip = ours.get(ours.size() - 1).hash();
        var answer = call.send(HttpRequest.newBuilder(Address.of(address)
            .uri("/chain")).header("If-None-Match", '"' + tip + '"'), until);
        try (var body = answer.body()) {
            if (answer.statusCode() == 304) return SAME;
            if (answer.statusCode() != 200)
                throw new IOException("answered " + answer.statusCode());
            return Memory.read(body, others, until);
        }
    }

    // We count its length: what its sender says of that may be a lie.
    private List<Block> judge(Answer answer, List<Block> ours) {
        try {
            if (answer.failure != null) throw answer.failure;
            var chain = answer.text == SAME ? ours : valid(answer);
            neighbours.succeeded(answer.address, chain.size());
            return chain;
        } catch (Throwable e) {
            boolean isBusy = e instanceof Refusal refusal
                && refusal.kind == Refusal.Kind.BUSY;
            neighbours.failed(answer.address, why(answer, e), !isBusy);
            return List.of();
        }
    }

    private List<Block> valid(Answer answer) {
        try (var part = memory.part(answer.until)) {
            var chain = Blocks.chain(answer.text);
            var flaw = blockchain.flaw(chain);
            if (flaw.isEmpty()) return chain;
            throw new Refusal(Refusal.Kind.WRONG, flaw.get().toString());
        }
    }

    private static String why(Answer answer, Throwable e) {
        if (e instanceof OutOfMemoryError)
            return "It is too long for the memory that this node has.";
        if (answer.failure != null && answer.until.isOver())
            return "not done in " + Limits.ANSWERS + " seconds";
        return e.getMessage() == null ? "can't be reached" : e.getMessage();
    }

    void close() {
        askers.shutdownNow();
    }
}
