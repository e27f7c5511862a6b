//JAVA 17+

// # Beyond the tutorial: a file of sealed lines
//
// It only grows. Each line is a JSON object, with a seal at its end: the
// SHA-256 of the seal before it and of the object. So it proves all before.

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
import java.nio.file.attribute.BasicFileAttributes;
import java.util.*;
import java.util.concurrent.*;

final class SealedFile implements AutoCloseable {
    // A second channel in this program would undo the lock of the first.
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();
    private static final String SEAL = ", \"seal\": \"";
    private final Path path, key;
    private final FileChannel file;
    private final InputStream in;
    private final Object identity;
    private String seal = "";
    private long end; // of the last line that was read or written
    int number; // of the last line that was read

    /** @throws IOException if there can be no such file, or it is in use */
    SealedFile(Path path) throws IOException {
        this.path = path;
        key = path.toAbsolutePath().normalize();
        file = open();
        in = new BufferedInputStream(Channels.newInputStream(file));
        identity = identity();
    }

    private Object identity() throws IOException { // Windows has none
        return Files.exists(path) ? Files.readAttributes(path,
            BasicFileAttributes.class).fileKey() : "none";
    }

    private FileChannel open() throws IOException {
        if (!Files.isDirectory(key.getParent())) throw new IOException("There "
            + "is no folder " + key.getParent() + " for the ledger.");
        boolean there = Files.exists(path);
        if (there && !Files.isRegularFile(path))
            throw new IOException(path + " is no file. Name one.");
        var inUse = new IOException("Another node has " + path + " open.");
        if (!OPEN.add(key)) throw inUse;
        try {
            var file = FileChannel.open(path, CREATE, READ, WRITE);
            if (file.tryLock() == null) throw inUse;
            if (!there) forceFolder();
            return file;
        } catch (IOException e) {
            OPEN.remove(key);
            throw e instanceof AccessDeniedException ? new IOException(
                path + " may not be read and written.") : e;
        }
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
     * The object of the next line; null behind the last one. If a crash
     * has cut it short, it begins in one of these ways.
     * @throws IOException if the line is damaged
     */
    String next(List<String> starts) throws IOException {
        var line = line();
        number++;
        if (line.endsWith("\n")) {
            end += line.length();
            return unsealed(line.substring(0, line.length() - 1));
        }
        if (!line.isEmpty()) drop(line, starts);
        return null;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = 0; b != '\n' && (b = in.read()) >= 0; ) line.write(b);
        return line.toString(ISO_8859_1);
    }

    private String unsealed(String line) throws IOException {
        int at = line.lastIndexOf(SEAL);
        var event = line.substring(0, Math.max(at, 0)) + "}";
        var next = sealOf(event);
        if (!sealed(event, next).equals(line)) throw damaged(number, "its seal "
            + "does not fit. Was it, or a line before it, edited?");
        seal = next;
        return event;
    }

    /** What is to be thrown if a line that was read is no good. */
    IOException damaged(int line, String why) {
        return new IOException(path + ", line " + line + ": " + why
            + " Mend it, or start with another file.");
    }

    // A line without an end is what a crash left of an event that nobody
    // was told of. But it must look like one: else the file is none of ours.
    private void drop(String tail, List<String> starts) throws IOException {
        if (starts.stream().noneMatch(start -> start.startsWith(tail)
            || tail.startsWith(start))) throw new IOException(path + ", line "
                + number + ": no node wrote this. Name another file.");
        System.err.println(path + ", line " + number
            + ": cut short by a crash, and dropped.");
        file.truncate(end);
    }

    // ## Writing

    private String sealOf(String event) {
        return new Sha256().hex(seal + event);
    }

    private static String sealed(String event, String seal) {
        return event.substring(0, event.length() - 1) + SEAL + seal + "\"}";
    }

    /** Comes back when it is on the disk. @throws Refusal if that is full */
    synchronized void append(String event) {
        var next = sealOf(event);
        var line = (sealed(event, next) + "\n").getBytes(US_ASCII);
        var bytes = ByteBuffer.wrap(line);
        try {
            if (!Objects.equals(identity(), identity))
                throw new IOException("it was deleted, or replaced");
            file.truncate(end); // of what an attempt left that failed
            while (bytes.hasRemaining())
                file.write(bytes, end + bytes.position());
        } catch (IOException e) {
            throw new Refusal(Refusal.Kind.FULL, "Nothing was done, for " + path
                + " can't be written: " + e.getMessage() + ".");
        }
        force();
        seal = next;
        end += line.length;
    }

    // After a failure here nobody knows what is on the disk, and a second
    // try may wrongly succeed. So the node ends before it promises more.
    private void force() {
        try {
            file.force(false);
        } catch (IOException e) {
            Printer.end(path + " can't be kept on the disk: "
                + e.getMessage() + ". The node ends here; check the disk.");
        }
    }

    public void close() {
        try {
            file.close();
            OPEN.remove(key);
        } catch (IOException e) {
            System.err.println(path + ": " + e.getMessage());
        }
    }
}
