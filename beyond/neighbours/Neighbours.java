//JAVA 17+

// # Beyond the tutorial: neighbours, good and bad
//
// Whom a node knows, and what each one said when it was last asked.

import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;

final class Neighbours {
    // What each one said when last asked, and how often in a row it failed.
    private record Report(boolean isValid, String said, int failures) { }

    private static final Report NEW = new Report(false, "not asked yet", 0);

    private final Map<String, Report> reports = new ConcurrentSkipListMap<>();
    private final Set<String> kept = ConcurrentHashMap.newKeySet();
    private final Here here;
    private final Ledger ledger;
    private final Consumer<String> log;

    /**
     * Knows those that the ledger knows.
     * @param log is told what each one says, if it is news
     */
    Neighbours(Here here, Ledger ledger, Consumer<String> log) {
        this.here = here;
        this.ledger = ledger;
        this.log = log;
        for (var address : ledger.nodes()) reports.put(address, NEW);
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

    /** Was its chain valid when it was last asked? */
    boolean isValid(String address) {
        var report = reports.get(address);
        return report != null && report.isValid;
    }

    /** Did it not fail when it was last asked? */
    boolean isReliable(String address) {
        return failures(address) == 0 && reports.containsKey(address);
    }

    /** All of them; first those that failed least often in a row. */
    List<String> byFailures() {
        var failures = new HashMap<String, Integer>();
        for (var address : addresses())
            failures.put(address, failures(address));
        var all = new ArrayList<>(failures.keySet());
        all.sort(Comparator.comparing(failures::get));
        return all;
    }

    private int failures(String address) {
        var report = reports.get(address);
        return report == null ? 0 : report.failures;
    }

    // ## Registering

    /** The same for those that a person named: they never give way. */
    void keep(List<?> nodes) {
        register(nodes);
        for (var node : nodes) kept.add(address(node).toString());
    }

    /**
     * Notes all of them or, if one is no good, none. If there is no room,
     * those that failed when last asked give way.
     * @throws Refusal which says what is wrong with which
     */
    void register(List<?> nodes) {
        checkNumber(nodes.size() <= Limits.NEIGHBOURS);
        var added = new TreeSet<String>();
        for (var node : nodes) added.add(address(node).toString());
        synchronized (this) {
            added.removeAll(reports.keySet());
            if (added.isEmpty()) return;
            var gone = leastReliable(
                reports.size() + added.size() - Limits.NEIGHBOURS);
            ledger.met(added, gone);
            reports.keySet().removeAll(gone);
            for (var address : added) reports.put(address, NEW);
        }
    }

    private static void checkNumber(boolean good) {
        Refusal.unless(good, "A node has at most " + Limits.NEIGHBOURS
            + " neighbours.");
    }

    private static final String NO_LIST =
        "Error: Please supply a valid list of nodes: ";

    private Address address(Object node) {
        var address = read(node);
        Refusal.unless(!here.is(address),
            NO_LIST + address + " is this node itself.");
        return address;
    }

    private static Address read(Object node) {
        try {
            return Address.of(node);
        } catch (Refusal e) {
            throw new Refusal(Refusal.Kind.WRONG, NO_LIST + e.getMessage());
        }
    }

    private List<String> leastReliable(int number) {
        var failing = byFailures();
        failing.removeIf(it -> isReliable(it) || kept.contains(it));
        Collections.reverse(failing);
        checkNumber(number <= failing.size());
        return failing.subList(0, Math.max(number, 0));
    }

    // ## What they said

    /** Its chain was valid: ours, or one of this length. */
    void succeeded(String address, int length) {
        note(address, new Report(true, "valid, length " + length, 0));
    }

    /** It gave us no chain, and is to blame for it or not. */
    void failed(String address, String why, boolean isToBlame) {
        note(address, new Report(false, why, failures(address)
            + (isToBlame ? 1 : 0)));
    }

    // Strangers had a hand in it: it is kept short, and on one line.
    private void note(String address, Report report) {
        var said = report.said.replaceAll("\\p{C}", " ")
            .replaceFirst("(?s)(.{200}).*", "$1…");
        var old = reports.replace(address, new Report(report.isValid, said,
            report.failures));
        if (old != null && !old.said.equals(said))
            log.accept(address + ": " + said);
    }
}
