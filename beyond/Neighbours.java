//JAVA 17+

// # Beyond the tutorial: neighbours, good and bad
//
// Whom a node knows, and how it asks them for their chains: all at the same
// time, for so long only, each within its share of the memory. What is
// wrong with one is noted, and does no harm to the others.

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.*;
import java.net.http.HttpRequest;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;

final class Neighbours {
    static final int MOST = 100;

    // What each one said when last asked, and how often in a row it failed.
    private record Report(String said, int failures) { }

    private final Map<String, Report> reports = new ConcurrentSkipListMap<>();
    private final Predicate<Address> isThisNode;
    private final Consumer<Map<String, ?>> journal;
    private final Consumer<String> log;
    private final Caller caller;
    private final Room room;

    Neighbours(Predicate<Address> isThisNode, Caller caller, Room room,
               Consumer<Map<String, ?>> journal, Consumer<String> log) {
        this.isThisNode = isThisNode;
        this.caller = caller;
        this.room = room;
        this.journal = journal;
        this.log = log;
    }

    List<String> addresses() {
        return List.copyOf(reports.keySet());
    }

    /** What each one said when it was last asked. */
    Map<String, String> reports() {
        var said = new TreeMap<String, String>();
        reports.forEach((address, report) -> said.put(address, report.said));
        return said;
    }

    // ## Registering

    /**
     * Notes all of them or, if one is no good, none. If there is no room,
     * those that failed when last asked give way.
     * @throws Refusal 400, which says what is wrong with which
     */
    void register(List<?> nodes) {
        Refusal.unless(nodes.size() <= MOST, "A node has at most " + MOST
            + " neighbours.");
        var added = new TreeSet<String>();
        for (var node : nodes) {
            var address = Address.of(node);
            Refusal.unless(!isThisNode.test(address), Address.REFUSED
                + address + " is this node itself.");
            added.add(address.toString());
        }
        synchronized (this) {
            added.removeAll(reports.keySet());
            if (added.isEmpty()) return;
            var gone = leastReliable(reports.size() + added.size() - MOST);
            var list = List.copyOf(added);
            journal.accept(gone.isEmpty() ? Map.of("nodes", list)
                : Map.of("nodes", list, "instead_of", gone));
            change(list, gone);
        }
    }

    /** Repeats what was journalled. */
    void change(List<?> added, List<?> gone) {
        reports.keySet().removeAll(gone);
        for (var address : added) reports.put(Address.of(address).toString(),
            new Report("not asked yet", 0));
    }

    private List<String> leastReliable(int number) {
        var failing = reports.keySet().stream()
            .filter(address -> reports.get(address).failures > 0)
            .sorted(Comparator.comparing(
                address -> -reports.get(address).failures)).toList();
        Refusal.unless(number <= failing.size(), "A node has at most " + MOST
            + " neighbours.");
        return failing.subList(0, Math.max(number, 0));
    }

    // ## Asking
    //
    // Requests that arrive during a round share the next one: so each gets
    // answers that were asked for after it came, however many there are.

    private final ExecutorService askers =
        Executors.newCachedThreadPool(Neighbours::daemon);
    private CompletableFuture<Boolean> round =
        CompletableFuture.completedFuture(false);
    private CompletableFuture<Boolean> nextRound;

    synchronized CompletableFuture<Boolean> inRounds(
            Supplier<Boolean> resolve) {
        if (nextRound == null) nextRound = round.handleAsync((done, failed) -> {
            begin();
            return resolve.get();
        }, askers);
        return nextRound.thenApplyAsync(replaced -> replaced, askers);
    }

    private synchronized void begin() {
        round = nextRound;
        nextRound = null;
    }

    static Thread daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true); // does not keep the program alive
        return thread;
    }

    /** Their valid chains, as they come; an empty one for each that failed. */
    Iterable<List<Block>> chains(Blockchain blockchain) {
        return chains(blockchain, addresses());
    }

    /** The same, of these alone. */
    Iterable<List<Block>> chains(Blockchain blockchain,
                                 List<String> addresses) {
        var ours = blockchain.chain();
        var answers = new SynchronousQueue<List<Block>>();
        var reliable = new CountDownLatch((int) addresses.stream()
            .filter(this::isReliable).count());
        for (var address : addresses) askers.submit(() ->
            ask(address, blockchain, ours, reliable, answers));
        return addresses.stream().map(any -> take(answers))::iterator;
    }

    boolean isReliable(String address) {
        var report = reports.get(address);
        return report != null && report.failures == 0;
    }

    private static List<Block> take(BlockingQueue<List<Block>> answers) {
        try {
            var chain = answers.poll(3 * Caller.MOST_SECONDS, SECONDS);
            return chain == null ? List.of() : chain;
        } catch (InterruptedException e) {
            throw new CancellationException("The node stops.");
        }
    }

    // However an answer ends, its thread ends, too, and all that it held.
    // Those that failed last time leave the first turn to the others.
    private boolean ask(String address, Blockchain blockchain,
            List<Block> ours, CountDownLatch reliable,
            BlockingQueue<List<Block>> answers)
            throws InterruptedException { // if the node stops
        long until = Caller.until();
        boolean first = isReliable(address);
        try (var place = room.new Place(MOST, until,
                first ? new CountDownLatch(0) : reliable)) {
            List<Block> chain = List.of();
            try {
                chain = chainOf(address, blockchain, ours, place, until);
                note(address, "valid, length " + chain.size(), 0);
            } catch (RuntimeException | IOException e) {
                fail(address, until, e.getMessage());
            } finally {
                if (first) reliable.countDown();
            }
            return answers.offer(chain, Caller.MOST_SECONDS, SECONDS);
        }
    }

    // A neighbour that has our last block has our chain, and need not send
    // it (304). A chain is checked while it comes, and its first flaw ends
    // it. We count its length: what its sender says of that may be a lie.
    private List<Block> chainOf(String address, Blockchain blockchain,
            List<Block> ours, Room.Place place, long until)
            throws IOException, InterruptedException {
        var tip = ours.get(ours.size() - 1);
        var answer = caller.send(HttpRequest.newBuilder(
            Address.of(address).uri("/chain")).header("If-None-Match",
                '"' + tip.hash() + '"'), until);
        try (var body = answer.body()) {
            if (answer.statusCode() == 304) return ours;
            if (answer.statusCode() != 200)
                throw new IOException("answered " + answer.statusCode());
            var chain = new ArrayList<Block>();
            Json.eachBlock(body, place, block -> {
                if (!chain.isEmpty()) Flaw.between(chain.get(chain.size() - 1),
                    block, blockchain.rule).ifPresent(Neighbours::refuse);
                chain.add(block);
            });
            blockchain.law.firstIn(chain, place::inTime)
                .ifPresent(Neighbours::refuse);
            return chain;
        }
    }

    private static void refuse(Flaw flaw) {
        throw new Refusal(400, flaw.toString());
    }

    private void fail(String address, long until, String why) {
        boolean starved = why != null && why.endsWith(Room.STARVED);
        if (System.nanoTime() >= until && !starved)
            why = "not done in " + Caller.MOST_SECONDS + " seconds";
        var report = reports.get(address);
        int failures = report == null ? 0 : report.failures;
        note(address, why == null ? "can't be reached" : why,
            starved ? failures : failures + 1);
    }

    // Strangers had a hand in it: it is kept short, and on one line.
    private void note(String address, String said, int failures) {
        var report = new Report(said.replaceAll("\\p{C}", " ")
            .replaceFirst("(?s)(.{200}).*", "$1…"), failures);
        var old = reports.replace(address, report);
        if (old != null && !old.said.equals(report.said))
            log.accept("          " + address + ": " + report.said);
    }

    void close() {
        askers.shutdownNow();
    }
}
