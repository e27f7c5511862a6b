//JAVA 17+

// # Beyond the tutorial: a payment that is signed
//
// Whoever has the private key can sign; whoever has the public key can check
// that. The public key is the address, and the sender of a payment is
//
//     KEY.NUMBER.SIGNATURE
//
// NUMBER counts what this key paid, 1, 2, 3, so that no payment is made
// twice. To the tutorial's nodes all this is one more text: they carry it.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.*;
import java.security.*;
import java.security.spec.X509EncodedKeySpec;
import java.util.*;
import java.util.regex.Pattern;

/** A transaction whose sender is KEY.NUMBER.SIGNATURE, taken apart. */
record Payment(String key, String number, String signature,
               String recipient, Number amount) {
    private static final Pattern SENDER = Pattern.compile(
        "([0-9a-f]{64})[.]([1-9][0-9]*)[.]([0-9a-f]{128})");
    private static final String X509 = "302a300506032b6570032100"; // Ed25519

    static Optional<Payment> of(Object json) {
        if (!(json instanceof Transaction tx)) return Optional.empty();
        var parts = SENDER.matcher(tx.sender());
        return parts.matches() ? Optional.of(new Payment(parts.group(1),
            parts.group(2), parts.group(3), tx.recipient(), tx.amount()))
            : Optional.empty();
    }

    static Payment sign(KeyPair pair, long number, String recipient,
                        Number amount) throws GeneralSecurityException {
        var unsigned = new Payment(address(pair.getPublic()), "" + number, "",
            recipient, amount);
        var ed25519 = Signature.getInstance("Ed25519");
        ed25519.initSign(pair.getPrivate());
        ed25519.update(unsigned.text());
        return new Payment(unsigned.key, unsigned.number, HexFormat.of()
            .formatHex(ed25519.sign()), recipient, amount);
    }

    Transaction transaction() {
        return new Transaction(key + "." + number + "." + signature,
            recipient, amount);
    }

    /** What is signed: the same transaction, its sender KEY.NUMBER. */
    private byte[] text() {
        return new Transaction(key + "." + number, recipient, amount)
            .canonicalJson().getBytes(UTF_8);
    }

    /** The amount, exactly as it is written. */
    BigDecimal coins() {
        return new BigDecimal(CanonicalJson.of(amount));
    }

    /** RFC 8032; takes about a millisecond. */
    boolean isSigned() {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(publicKey(key));
            ed25519.update(text());
            return ed25519.verify(HexFormat.of().parseHex(signature));
        } catch (GeneralSecurityException e) {
            return false; // no point of the curve, or no number below its order
        }
    }

    /** A public key's 64 hex digits. */
    static String address(PublicKey key) {
        return HexFormat.of().formatHex(key.getEncoded())
            .substring(X509.length());
    }

    static boolean isAddress(String text) {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(publicKey(text));
            return text.matches("[0-9a-f]{64}");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    static PublicKey publicKey(String address)
            throws GeneralSecurityException {
        var key = KeyFactory.getInstance("Ed25519").generatePublic(
            new X509EncodedKeySpec(HexFormat.of().parseHex(X509 + address)));
        if (isWeak(address)) throw new InvalidKeyException("a weak key");
        return key;
    }

    // For eight points of the curve, anybody can sign: added up eight times,
    // each of them is zero. They have five values of y, in the bits below the
    // last one. A y that is not below 2^255 - 19 has a second spelling.
    private static final Set<String> WEAK = Set.of("0".repeat(64),
        "01" + "0".repeat(62), "ec" + "f".repeat(60) + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");

    private static boolean isWeak(String address) {
        int last = HexFormat.fromHexDigits(address, 62, 64) & 0x7f;
        var y = address.substring(0, 62)
            + HexFormat.of().toHexDigits((byte) last);
        return WEAK.contains(y)
            || y.endsWith("f".repeat(60) + "7f") && y.compareTo("ed") > 0;
    }
}
