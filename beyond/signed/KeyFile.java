//JAVA 17+

// # Beyond the tutorial: a key in a file
//
// Two texts, as openssl writes them, too: the private key signs, and the
// public key is the address. They are made once, for their owner's eyes
// alone, and never written over.

import static java.nio.charset.StandardCharsets.*;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.security.*;
import java.security.spec.*;
import java.util.*;
import java.util.regex.Pattern;

/** A PEM file with an Ed25519 key: PKCS #8 and X.509, RFC 8410. */
record KeyFile(Path file) {

    /** @throws IOException if it can't be read or made, or holds no key */
    KeyPair keys() throws IOException {
        if (!Files.exists(file)) make();
        var text = text();
        try {
            var ed25519 = KeyFactory.getInstance("Ed25519");
            var keys = new KeyPair(
                ed25519.generatePublic(new X509EncodedKeySpec(
                    part("PUBLIC", text))),
                ed25519.generatePrivate(new PKCS8EncodedKeySpec(
                    part("PRIVATE", text))));
            if (Payment.sign(keys, 1, "", 1).isSigned()) return keys;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // said below
        }
        throw new IOException(file + " holds no key, or a damaged one. It is "
            + "left as it is: restore it from a copy, or name another --key.");
    }

    /** The public key, as 64 hex digits. */
    String address() throws IOException {
        return Payment.address(keys().getPublic());
    }

    private String text() throws IOException {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (IOException e) {
            throw unusable();
        }
    }

    private IOException unusable() {
        return new IOException(file + " can't be read or made.");
    }

    private static byte[] part(String name, String text) {
        var part = Pattern.compile("(?s)-----BEGIN " + name + " KEY-----(.*)"
            + "-----END " + name + " KEY-----").matcher(text);
        if (!part.find()) throw new IllegalArgumentException();
        return Base64.getMimeDecoder().decode(part.group(1));
    }

    // ## Made once

    // It is written whole in a file that its owner alone can read, and only
    // then gets its name. If another wallet was faster, that one's key stands.
    private void make() throws IOException {
        Path draft = null;
        try {
            draft = Files.createTempFile(file.toAbsolutePath().getParent(),
                "key", "");
            write(draft);
            rename(draft);
            System.err.println("A new key is in " + file + ". Keep a copy: "
                + "whoever has it has your coins, and nobody without it.");
        } catch (FileAlreadyExistsException e) {
            // the other one is read
        } catch (IOException | NoSuchAlgorithmException e) {
            throw unusable();
        } finally {
            if (draft != null) Files.deleteIfExists(draft);
        }
    }

    // A link never takes another's place. But a USB stick has none.
    private void rename(Path draft) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            Files.move(draft, file);
        }
    }

    private static void write(Path draft)
            throws IOException, NoSuchAlgorithmException {
        var keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        try (var out = FileChannel.open(draft, WRITE)) {
            out.write(ByteBuffer.wrap((part("PRIVATE", keys.getPrivate())
                + part("PUBLIC", keys.getPublic())).getBytes(US_ASCII)));
            out.force(true);
        }
    }

    private static String part(String name, Key key) {
        return "-----BEGIN " + name + " KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(key.getEncoded())
            + "\n-----END " + name + " KEY-----\n";
    }
}
