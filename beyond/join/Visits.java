//JAVA 17+
//SOURCES Gossip.java

// # Beyond the tutorial: living in a network
//
// A node that joins another visits it. A visit makes a node known, and
// brings home what is new. From then on it visits someone each second, and
// whom it joined, too, as long as that one does not answer.

import java.io.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;

final class Visits {
    private final Gossip gossip;
    private final Neighbours neighbours;
    private final Here here;
    private final Call call;
    private final Errands errands;
    private final String rules;
    private final Set<String> joined = new HashSet<>();
    private final Consumer<String> log, warn;
    private final Set<String> met = new HashSet<>();

    /**
     * @param rules what two nodes must have in common
     * @param log is told when joining goes well
     * @param warn is told what is wrong, in a sentence
     */
    Visits(Gossip gossip, Neighbours neighbours, Here here, Call call,
           Errands errands, String rules, Consumer<String> log,
           Consumer<String> warn) {
        this.gossip = gossip;
        this.neighbours = neighbours;
        this.here = here;
        this.call = call;
        this.errands = errands;
        this.rules = rules;
        this.log = log;
        this.warn = warn;
    }

    /**
     * Takes these as neighbours for good. A node that is told to join itself
     * waits for others.
     */
    void plan(List<String> nodes) throws IOException {
        for (var node : nodes) {
            var other = Address.of("--join", node);
            if (!here.is(other)) joined.add(other.toString());
        }
        neighbours.keep(List.copyOf(joined));
    }

    void begin() {
        gossip.joins();
        errands.eachSecond(() -> {
            var all = new ArrayList<>(neighbours.addresses());
            met.retainAll(all);
            all.removeIf(it -> errands.isRunning("visit " + it));
            Collections.shuffle(all);
            for (boolean well : List.of(true, false)) // those that fail, too
                all.stream().filter(it -> neighbours.isReliable(it) == well)
                    .limit(1).forEach(this::visit);
            all.stream().filter(it -> joined.contains(it)
                && !neighbours.isReliable(it)).forEach(this::visit);
            all.stream().filter(it -> !met.contains(it)).limit(MOST_NEW)
                .forEach(this::visit);
            gossip.tell();
        });
    }

    private static final int MOST_NEW = 30; // a second

    // ## A visit

    private void visit(String address) {
        met.add(address);
        errands.begin("visit " + address, () -> {
            var trouble = makeVisit(address);
            if (joined.contains(address) && !errands.isClosed())
                say(address, trouble);
            return true;
        });
    }

    // Answers what is wrong, or nothing.
    private String makeVisit(String address) {
        try {
            gossip.resolve(address);
            introduce(address);
            var its = call.json(address, "/nodes");
            if (joined.contains(address)) learn(address, its);
            gossip.exchange(address, its);
            return trouble(address, its);
        } catch (IOException e) {
            return "Nobody answers at " + address + " yet. This node goes on "
                + "without it, and asks again.";
        }
    }

    private void introduce(String address) throws IOException {
        var us = here.seenBy(address);
        if (us.isPresent()) call.send(address, "/nodes/register",
            CanonicalJson.of(Map.of("nodes", List.of("http://" + us.get()))))
            .body().close();
    }

    // Those that have gone are not passed on, or nobody would forget them.
    private void learn(String teller, Map<?, ?> its) throws IOException {
        if (its.get("neighbours") instanceof Map<?, ?> theirs)
            for (var node : theirs.entrySet())
                if (isThere("" + node.getValue()))
                    register(node.getKey(), Address.of(teller));
    }

    // So nodes of our kind say it: it is a part of their protocol. The book's
    // node says "known".
    private static boolean isThere(String report) {
        return report.matches("valid.*|not asked yet|known");
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
        var theirs = rules(its.get("rule"), its.get("zeros"),
            its.get("signed") != null);
        if (its.containsKey("rule") && !theirs.equals(rules)) return "The node "
            + "at " + address + " has other rules (" + theirs + ") than this "
            + "one (" + rules + "). They can't share a chain.";
        if (!neighbours.isValid(address)) return "What answers at " + address
            + " has no chain for us: " + neighbours.reports().get(address);
        return here.seenBy(address).isPresent() ? "" : "The node at " + address
            + " can't call this one: that needs --host 0.0.0.0.";
    }

    /** What two nodes must have in common to keep one chain. */
    static String rules(Object rule, Object zeros, boolean signed) {
        return rule + " rule, " + zeros + " zeros"
            + (signed ? ", signed payments" : "");
    }
}
