//JAVA 17+
//SOURCES SealedFile.java

// # Beyond the tutorial: a node that remembers
//
// What happened to it, in the order in which it happened: an event a line,
// as JSON, in a sealed file. Without a file it notes nothing.

import java.io.*;
import java.nio.file.Path;
import java.util.*;

final class Ledger implements Journal, AutoCloseable {
    private final SealedFile file; // or null
    private String id; // or null
    private final Set<String> nodes = new TreeSet<>();
    private boolean isReplayed;

    /** @throws IOException if there can be no such file, or it is in use */
    Ledger(Path path) throws IOException {
        file = path == null ? null : new SealedFile(path);
    }

    // ## Writing

    public void willPay(Transaction payment) {
        append(Map.of("transaction", payment));
    }

    public void willChange(int kept, List<Block> blocks) {
        append(Map.of("kept", kept, "blocks", blocks));
    }

    /** Out of memory: what is in the file has happened half-way. */
    public void halfDone(Error e) {
        Printer.end("There was no memory to do all of it (" + e + "). The node "
            + "ends here. Start it again, with more: JAVA_TOOL_OPTIONS=-Xmx2g");
    }

    /** Neighbours were added, some {@code insteadOf} others. */
    void met(Collection<String> nodes, Collection<String> insteadOf) {
        var event = new HashMap<String, Object>();
        event.put("nodes", List.copyOf(nodes));
        if (!insteadOf.isEmpty())
            event.put("instead_of", List.copyOf(insteadOf));
        append(event);
    }

    /** From now on, the node has this id. */
    void named(String id) {
        if (!id.equals(this.id)) append(Map.of("id", id));
        this.id = id;
    }

    private void append(Map<String, ?> event) {
        if (file != null && isReplayed) file.append(CanonicalJson.of(event));
    }

    // ## Reading

    // How the first line begins, and how the others do. A crash may also
    // leave zero bytes.
    static final List<String>
        FIRST = List.of("{\"blocks\": [{\"index\": 1, "),
        STARTS = List.of("{\"blocks\": [", "{\"id\": ", "{\"nodes\": ",
            "{\"transaction\": ", "\0");

    /**
     * Does once more what happened to the blockchain, or notes its genesis.
     * @throws IOException if a line is damaged: which, and what to do
     */
    void replay(Blockchain blockchain) throws IOException {
        if (file == null) return;
        var lines = new ArrayList<Line>();
        var silence = Deadline.in(5);
        var text = file.next(FIRST);
        boolean isNew = text == null;
        while (text != null) {
            lines.add(new Line(file.number, text));
            text = file.next(STARTS);
            if (lines.size() < AT_ONCE && text != null) continue;
            for (var event : read(lines, blockchain.law))
                replay(event, blockchain);
            lines.clear();
            if (!silence.isOver()) continue;
            silence = Deadline.in(5);
            System.err.printf("The ledger is read up to line %,d.%n",
                file.number);
        }
        isReplayed = true;
        if (isNew) blockchain.change(0, blockchain.chain()); // is written
    }

    private static final int AT_ONCE = 500;

    private record Line(int number, String text) { }

    // Its JSON is null if there is none.
    private record Event(int line, Map<?, ?> json) { }

    // To read them, and to check their signatures, takes longest: all cores
    // take part. What is wrong is said when it is their turn.
    private static List<Event> read(List<Line> lines, Law law) {
        return lines.parallelStream().map(line -> {
            Map<?, ?> json = null;
            try {
                json = Json.ours(line.text);
                if (Json.transaction(json.get("transaction"))
                    instanceof Transaction payment) law.prepare(payment);
            } catch (IOException | RuntimeException e) {
                // it will be tried again
            }
            return new Event(line.number, json);
        }).toList();
    }

    private void replay(Event event, Blockchain blockchain)
            throws IOException {
        try {
            if (event.json == null) throw new IOException("damaged.");
            happens(event.json, blockchain);
        } catch (IllegalArgumentException e) { // JShell 25 wants them apart
            throw file.damaged(event.line, e.getMessage() + OTHER);
        } catch (Refusal e) {
            throw file.damaged(event.line, e.getMessage() + OTHER);
        } catch (RuntimeException e) {
            throw file.damaged(event.line, "damaged.");
        } catch (IOException e) {
            throw file.damaged(event.line, e.getMessage());
        }
    }

    private static final String OTHER =
        " Were --rule, --zeros or --signed other when it was written?";

    // Payments and blocks are done by the methods that made them the first
    // time. Nothing is written meanwhile.
    private void happens(Map<?, ?> event, Blockchain blockchain)
            throws IOException {
        if (event.get("id") instanceof String name) id = name;
        else if (event.get("nodes") instanceof List<?> added) {
            if (event.get("instead_of") instanceof List<?> gone)
                nodes.removeAll(gone);
            for (var node : added)
                nodes.add(Address.of("nodes:", "" + node).toString());
        }
        else if (Json.transaction(event.get("transaction"))
            instanceof Transaction payment)
            blockchain.newTransaction(payment);
        else if (event.get("kept") instanceof Integer kept)
            blockchain.change(kept, Blocks.ours(event.get("blocks")));
        else throw new IOException("no event of a node.");
    }

    /** The id that was noted last, or null. */
    String id() {
        return id;
    }

    /** The neighbours that were noted. */
    Set<String> nodes() {
        return nodes;
    }

    public void close() {
        if (file != null) file.close();
    }
}
