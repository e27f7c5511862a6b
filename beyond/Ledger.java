//JAVA 17+

// # Beyond the tutorial: what a node never forgets
//
// What happened to it, in the order in which it happened: an event a line,
// as JSON, in a file that only grows. Without a file it does nothing.
//
// Each line ends with a seal: the SHA-256 of the seal before it and of its
// own event. So a line proves itself and all before it, as a block does.

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.*;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;

final class Ledger implements AutoCloseable {
    // A second channel in this program would undo the lock of the first.
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path path, key;
    private final FileChannel file;
    private String seal = "";
    private long end;
    private boolean replayed;

    /** @throws IOException if there can be no such file, or it is in use */
    Ledger(Path path) throws IOException {
        this.path = path;
        key = path == null ? null : path.toAbsolutePath().normalize();
        file = path == null ? null : open();
    }

    private FileChannel open() throws IOException {
        if (!Files.isDirectory(key.getParent())) throw new IOException("There "
            + "is no folder " + key.getParent() + " for the ledger.");
        boolean there = Files.exists(path);
        if (there && !Files.isRegularFile(path))
            throw new IOException(path + " is no file. Name one.");
        if (!OPEN.add(key)) throw inUse();
        try {
            var file = FileChannel.open(path, CREATE, READ, WRITE);
            if (file.tryLock() == null) throw inUse();
            if (!there) forceFolder();
            return file;
        } catch (IOException e) {
            OPEN.remove(key);
            throw e instanceof AccessDeniedException ? new IOException(
                path + " may not be read and written.") : e;
        }
    }

    private IOException inUse() {
        return new IOException("Another node has " + path + " open.");
    }

    // A new file is on the disk when its folder is, too.
    private void forceFolder() {
        try (var folder = FileChannel.open(key.getParent(), READ)) {
            folder.force(true);
        } catch (IOException e) {
            // Windows does so by itself
        }
    }

    // ## Reading

    /**
     * Tells {@code event} each line, without its seal, and counts them.
     * @throws IOException if a line is damaged: which, and what to do
     */
    int replay(Consumer<Map<?, ?>> event) throws IOException {
        if (file == null) return 0;
        var in = new BufferedInputStream(Channels.newInputStream(file));
        int number = 1;
        String line;
        for (; (line = line(in)).endsWith("\n"); number++) {
            try {
                event.accept(Json.ours(unsealed(
                    line.substring(0, line.length() - 1))));
            } catch (IllegalArgumentException e) {
                throw damaged(number, e.getMessage() + " Were --rule, --zeros "
                    + "or --signed other when it was written?");
            } catch (RuntimeException e) {
                throw damaged(number, e instanceof Refusal ? e.getMessage()
                    : "damaged.");
            }
            end += line.length();
        }
        if (!line.isEmpty()) drop(line, number);
        replayed = true;
        return number - 1;
    }

    private IOException damaged(int line, String why) {
        return new IOException(path + ", line " + line + ": " + why
            + " Mend it, or start with another file.");
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = 0; b != '\n' && (b = in.read()) >= 0; ) line.write(b);
        return line.toString(ISO_8859_1);
    }

    // A line without an end is what a crash left of an event that nobody
    // was told of. But it must look like one: else the file is none of ours.
    private void drop(String tail, int number) throws IOException {
        var starts = number == 1 ? List.of("{\"blocks\": [{\"index\": 1, ")
            : List.of("{\"blocks\": [", "{\"id\": ", "{\"nodes\": ",
                "{\"transaction\": ", "\0");
        if (starts.stream().noneMatch(start -> start.startsWith(tail)
            || tail.startsWith(start))) throw new IOException(path + ", line "
                + number + ": no node wrote this. Name another file.");
        System.err.println(path + ", line " + number
            + ": cut short by a crash, and dropped.");
        file.truncate(end);
    }

    // ## Seals

    private static final String SEAL = ", \"seal\": \"";

    private String sealed(String event) {
        seal = new Sha256().hex(seal + event);
        return event.substring(0, event.length() - 1) + SEAL + seal + "\"}";
    }

    private String unsealed(String line) {
        int at = Math.max(line.lastIndexOf(SEAL), 0);
        var event = line.substring(0, at) + "}";
        if (!sealed(event).equals(line)) throw new Refusal(400,
            "its seal does not fit. Was it, or a line before it, edited?");
        return event;
    }

    // ## Writing

    /**
     * Comes back when the event is on the disk.
     * @throws Refusal 507, if the disk is full: then nothing was done
     */
    synchronized void append(Map<String, ?> event) {
        if (file == null || !replayed) return;
        var before = seal;
        var line = (sealed(CanonicalJson.of(event)) + "\n").getBytes(US_ASCII);
        try {
            if (!Files.exists(path)) throw new IOException("it was deleted");
            var bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining())
                file.write(bytes, end + bytes.position());
        } catch (IOException e) {
            undo(before);
            throw new Refusal(507, "Nothing was done, for " + path
                + " can't be written: " + e.getMessage() + ".");
        }
        force();
        end += line.length;
    }

    // The next line takes this one's place.
    private void undo(String before) {
        seal = before;
        try {
            file.truncate(end);
        } catch (IOException e) {
            // what is left has no end, and is dropped at the next start
        }
    }

    // After a failure here nobody knows what is on the disk, and a second
    // try may wrongly succeed. So the node ends before it promises more.
    private void force() {
        try {
            file.force(false);
        } catch (IOException e) {
            System.err.println(path + " can't be kept on the disk: "
                + e.getMessage() + ". The node ends here; check the disk.");
            Runtime.getRuntime().halt(1);
        }
    }

    public void close() {
        try {
            if (file == null) return;
            file.close();
            OPEN.remove(key);
        } catch (IOException e) {
            System.err.println(path + ": " + e.getMessage());
        }
    }
}
