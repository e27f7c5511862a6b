///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES signed/KeyFile.java
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
import java.net.http.HttpResponse;
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
        var number = number(amount);
        var keys = new KeyFile(file).keys();
        var accounts = accounts();
        var next = accounts.then(Payment.address(keys.getPublic())).payments();
        var payment = Payment.sign(keys, next + 1, recipient, number)
            .transaction();
        accounts.check(payment); // or it throws, and says why
        var answer = ask("/transactions/new", payment.canonicalJson());
        if (answer.statusCode() != 201) throw new IOException(
            "The node refuses: " + Json.answer(answer.body()).get("error"));
        System.out.println("Your payment number " + (next + 1) + " is on its "
            + "way: " + CanonicalJson.of(number) + " to "
            + Sha256.shorten(recipient) + ". Once a block holds it, it "
            + "is made.");
        warn();
    }

    @Command(mixinStandardHelpOptions = true,
        description = "Prints how many coins an address has.")
    void balance(@Parameters(paramLabel = "ADDRESS", arity = "0..1",
            description = "Yours, if you name none.") String address)
            throws IOException {
        if (address == null) address = new KeyFile(file).address();
        if (!Payment.isAddress(address)) System.err.println(address + " is no "
            + "address: nobody can spend what is paid to it.");
        var accounts = accounts();
        var now = accounts.now(address).coins();
        var then = accounts.then(address).coins();
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

    // ## What the node says
    //
    // The wallet believes nobody: it works out from the chain who owns what.
    // It needs no route that the tutorial's nodes lack, and takes more where
    // there is more: what waits, and whether the node checks payments.

    private SignedLaw accounts() throws IOException {
        var accounts = new SignedLaw(line -> { });
        try (var text = ask("/chain", "").body()) {
            accounts.check(0, List.of(), Blocks.chain(Memory.read(text, 1,
                Deadline.in(Limits.ANSWERS))));
            accounts.keep();
        } catch (Breach e) {
            throw new IOException("On this node nobody can say who owns what: "
                + e.getMessage());
        } catch (Refusal e) {
            throw new IOException("What answers at " + node + " is no node: "
                + e.getMessage());
        }
        var waiting = Json.answer(ask("/transactions", "").body())
            .get("transactions");
        if (waiting instanceof List<?> payments) for (var tx : payments)
            if (Json.transaction(tx) instanceof Transaction payment)
                accounts.takes(payment);
        return accounts;
    }

    private void warn() throws IOException {
        if (Json.answer(ask("/nodes", "").body()).get("signed")
            == Boolean.TRUE) return;
        System.err.println("This node does not check payments, it only "
            + "carries them. Nodes with --signed do.");
        if (ask("/transactions", "").statusCode() != 200)
            System.err.println("Nor does it say what waits: pay again only "
                + "when a block holds this payment.");
    }

    private HttpResponse<InputStream> ask(String path, String body)
            throws IOException {
        var address = Address.of("--node", node).toString();
        try {
            return new Call("wallet").send(address, path, body);
        } catch (IOException e) {
            throw new IOException("No node answers at " + node + ". Start one "
                + "there, or name another with --node.");
        }
    }

    public static void main(String... arguments) {
        System.exit(Script.run(new CommandLine(new Wallet()), arguments));
    }
}
