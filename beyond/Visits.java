//JAVA 17+

// # Beyond the tutorial: living in a network
//
// A node that joins another visits it. A visit makes a node known, and
// brings home what is new. From then on it visits someone each second.

import java.io.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;

final class Visits {
    private final Gossip gossip;
    private final Neighbours neighbours;
    private final Set<String> joined;
    private final Consumer<String> log, warn;
    private final Set<String> met = new HashSet<>();

    /**
     * @param joined those that it asks whom else there is
     * @param log is told when joining goes well
     * @param warn is told what is wrong, in a sentence
     */
    Visits(Gossip gossip, List<String> joined, Consumer<String> log,
           Consumer<String> warn) {
        this.gossip = gossip;
        this.joined = Set.copyOf(joined);
        this.log = log;
        this.warn = warn;
        neighbours = gossip.neighbours;
    }

    void begin() {
        gossip.errands.eachSecond(() -> {
            var all = new ArrayList<>(neighbours.addresses());
            met.retainAll(all);
            all.removeIf(it -> gossip.errands.isRunning("visit", it));
            Collections.shuffle(all);
            for (boolean well : List.of(true, false)) // those that fail, too
                all.stream().filter(it -> neighbours.isReliable(it) == well)
                    .limit(1).forEach(this::visit);
            all.stream().filter(it -> !met.contains(it)).limit(MOST_NEW)
                .forEach(this::visit);
            gossip.tell();
        });
    }

    private static final int MOST_NEW = 30; // a second

    // ## A visit

    private void visit(String address) {
        met.add(address);
        gossip.errands.begin("visit", address, () -> {
            var trouble = "Nobody answers at " + address + " yet. This node "
                + "goes on without it, and asks again.";
            try {
                gossip.resolve(address);
                introduce(address);
                var its = gossip.caller.json(address, "/nodes");
                if (joined.contains(address)) learn(address, its);
                gossip.exchange(address, its);
                trouble = trouble(address, its);
            } finally {
                if (joined.contains(address) && !gossip.errands.isClosed())
                    say(address, trouble);
            }
            return true;
        });
    }

    private void introduce(String address) throws IOException {
        var here = gossip.here(address);
        if (here.isPresent()) gossip.caller.send(address, "/nodes/register",
            CanonicalJson.of(Map.of("nodes", List.of("http://" + here.get()))))
            .body().close();
    }

    // Those that have gone are not passed on, or nobody would forget them.
    private void learn(String teller, Map<?, ?> its) throws IOException {
        if (its.get("neighbours") instanceof Map<?, ?> theirs)
            for (var node : theirs.entrySet())
                if (("" + node.getValue()).matches("valid.*|not asked yet"))
                    register(node.getKey(), Address.of(teller));
    }

    private void register(Object node, Address teller) throws IOException {
        try {
            neighbours.register(List.of("" + Address.of(node)
                .asToldBy(teller)));
        } catch (Refusal e) {
            // it is this node, or none, or there is no room for more
        }
    }

    // ## What is said of it

    private final Map<String, String> said = new ConcurrentHashMap<>();

    private void say(String address, String trouble) {
        if (trouble.equals(said.put(address, trouble))) return;
        if (!trouble.isEmpty()) warn.accept(trouble);
        else log.accept("In one network with " + address + ".");
    }

    private String trouble(String address, Map<?, ?> its) throws IOException {
        var rule = gossip.blockchain.rule;
        var ours = rules(rule.rule(), rule.zeros(), gossip.signed);
        var theirs = rules(its.get("rule"), its.get("zeros"),
            its.get("signed") != null);
        if (its.containsKey("rule") && !theirs.equals(ours)) return "The node "
            + "at " + address + " has other rules (" + theirs + ") than this "
            + "one (" + ours + "). They can't share a chain.";
        var report = "" + neighbours.reports().get(address);
        if (!report.startsWith("valid")) return "What answers at " + address
            + " has no chain for us: " + report;
        return gossip.here(address).isPresent() ? "" : "The node at " + address
            + " can't call this one: that needs --host 0.0.0.0.";
    }

    /** What two nodes must have in common to keep one chain. */
    static String rules(Object rule, Object zeros, boolean signed) {
        return rule + " rule, " + zeros + " zeros"
            + (signed ? ", signed payments" : "");
    }
}
