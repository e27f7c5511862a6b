///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES signed/KeyFile.java
//SOURCES signed/Statement.java
//SOURCES signed/Unanswered.java
//SOURCES signed/SignedLaw.java
//SOURCES neighbours/Call.java
//SOURCES neighbours/Address.java
//SOURCES neighbours/Machine.java
//SOURCES door/Blocks.java
//SOURCES door/Json.java
//SOURCES door/Memory.java
//SOURCES door/Deadline.java
//SOURCES door/Limits.java
//SOURCES door/Refusal.java
//SOURCES Script.java
//SOURCES ../Blockchain.java

// # Beyond the tutorial: a wallet
//
// It holds no coins: those are in the chain. It holds the private key that
// may spend them, and signs what you pay:
//
//     jbang beyond/Wallet.java address
//     jbang beyond/Wallet.java pay ADDRESS 5
//     jbang beyond/Wallet.java balance

import java.io.*;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.*;
import picocli.CommandLine;
import picocli.CommandLine.*;

@Command(name = "Wallet.java", mixinStandardHelpOptions = true,
    version = "1.0", synopsisSubcommandLabel = "COMMAND",
    description = "Holds your key, and pays with it.")
public class Wallet {
    @Option(names = "--node", defaultValue = "http://localhost:5000",
        paramLabel = "URL", scope = ScopeType.INHERIT, description =
        "The node that is asked (${DEFAULT-VALUE}).") String node;
    @Option(names = "--key", paramLabel = "FILE", scope = ScopeType.INHERIT,
        description = "Your key (.blockchain-key in your home folder).")
    Path file = Path.of(System.getProperty("user.home"), ".blockchain-key");

    // ## What it does

    @Command(mixinStandardHelpOptions = true,
        description = "Prints your address: others pay to it.")
    void address() throws IOException {
        System.out.println(new KeyFile(file).address());
    }

    @Command(mixinStandardHelpOptions = true,
        description = "Pays so many coins to an address.")
    void pay(@Parameters(paramLabel = "ADDRESS") String recipient,
             @Parameters(paramLabel = "AMOUNT") String amount)
            throws Exception {
        if (!Payment.isAddress(recipient)) throw new IOException(recipient
            + " is no address: nobody could spend what is paid to it.");
        var coins = number(amount);
        var keys = new KeyFile(file).keys();
        var statement = new Statement(node);
        var unanswered = Unanswered.of(file);
        for (var last : unanswered.payments()) if (statement.has(
                new Transaction(last.sender(), recipient, coins))) {
            unanswered.forget();
            System.out.println(name(last) + " came through the first time, and "
                + "is not made again. To pay once more, say so again.");
            return;
        }
        // The same again is the same text: nothing in a signature is chance.
        long number = statement.next(Payment.address(keys.getPublic()));
        var payment = Payment.sign(keys, number, recipient, coins)
            .transaction();
        statement.check(payment); // or it throws, and says why
        unanswered.note(payment);
        statement.send(payment);
        unanswered.forget();
        System.out.println(name(payment) + " is on its way: "
            + CanonicalJson.of(coins) + " to " + Sha256.shorten(recipient)
            + ". Once a block holds it, it is made.");
        statement.warn();
    }

    private static String name(Transaction payment) {
        return "Your payment number " + Payment.of(payment).get().number();
    }

    @Command(mixinStandardHelpOptions = true,
        description = "Prints how many coins an address has.")
    void balance(@Parameters(paramLabel = "ADDRESS", arity = "0..1",
            description = "Yours, if you name none.") String address)
            throws IOException {
        if (address == null) address = new KeyFile(file).address();
        if (!Payment.isAddress(address)) System.err.println(address + " is no "
            + "address: nobody can spend what is paid to it.");
        var statement = new Statement(node);
        var now = statement.now(address).coins();
        var then = statement.then(address).coins();
        System.out.println(coins(now) + (now.compareTo(then) == 0 ? "" : ", "
            + coins(then) + " when all that waits is in a block"));
    }

    private static String coins(BigDecimal coins) {
        var number = coins.signum() == 0 ? "0" // or 0.00
            : coins.stripTrailingZeros().toPlainString();
        return number + (number.equals("1") ? " coin" : " coins");
    }

    // JSON has whole numbers of any size, and fractions of some 16 digits.
    private static Number number(String amount) throws IOException {
        try {
            var exact = new BigDecimal(amount);
            var number = amount.matches("[0-9]+") ? exact.toBigInteger()
                : (Number) exact.doubleValue();
            if (exact.signum() > 0 && new BigDecimal(CanonicalJson.of(number))
                .compareTo(exact) == 0) return number;
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IOException(amount + " is no amount: it must be a number "
            + "above 0, such as 5 or 0.25, of at most 15 digits.");
    }

    public static void main(String... arguments) {
        System.exit(Script.run(new CommandLine(new Wallet()), arguments));
    }
}
