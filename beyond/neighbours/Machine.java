//JAVA 17+

// # Beyond the tutorial: whose machine is it?
//
// localhost is another machine for each one that says it. These questions
// look nothing up, but for the names, so they take no time.

import java.io.*;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.*;

final class Machine {

    /** Where {@code --host} says that this node is to listen. */
    static InetAddress ours(String host) throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("There is no host " + host + ": --host takes "
                + "an address of this machine, such as 127.0.0.1.");
        }
    }

    static boolean isThis(InetAddress its) throws IOException {
        return its.isAnyLocalAddress() || its.isLoopbackAddress()
            || NetworkInterface.getByInetAddress(its) != null;
    }

    /** Does this host mean the machine on which we listen at {@code ours}? */
    static boolean isThis(String host, InetAddress ours) {
        if (host.equals("localhost"))
            return ours.isAnyLocalAddress() || isLocalhost(ours);
        if (names().contains(host)) return ours.isAnyLocalAddress();
        if (!host.matches("[0-9.]+|\\[.*]")) return false;
        try {
            var its = InetAddress.getByName(host);
            return its.equals(ours) || ours.isAnyLocalAddress() && isThis(its);
        } catch (IOException e) {
            return false;
        }
    }

    /** 127.0.0.1 or ::1, which localhost stands for. */
    static boolean isLocalhost(InetAddress its) {
        var bytes = its.getAddress();
        return its.isLoopbackAddress() && bytes[bytes.length - 1] == 1
            && bytes[bytes.length - 2] == 0;
    }

    /**
     * By which name that host can call us, who listen at {@code ours}.
     * @param port at which it listens
     */
    static Optional<String> nameFor(String host, int port, InetAddress ours)
            throws IOException {
        var its = InetAddress.getByName(host);
        if (ours.isAnyLocalAddress()) try (var socket = new DatagramSocket()) {
            socket.connect(its, port); // which sends nothing
            ours = socket.getLocalAddress();
        }
        return ours.isLoopbackAddress() && !isThis(its) ? Optional.empty()
            : Optional.of(nameOf(ours));
    }

    // ::1 and 0:0:0:0:0:0:0:1 are one address: it gets one name.
    private static String nameOf(InetAddress ours) {
        var name = ours.getHostAddress();
        return name.equals("127.0.0.1") ? "localhost" : literal(ours);
    }

    /** As it stands in a URL. */
    static String literal(InetAddress its) {
        var name = its.getHostAddress();
        return !name.contains(":") ? name : "[" + name.replaceFirst("%.*", "")
            .replaceFirst("(^|:)(0(:|$)){2,}", "::") + "]";
    }

    /** Those that this machine has in its network, in small letters. */
    static Set<String> names() {
        return Names.KNOWN;
    }

    private static final class Names { // looked up when first needed
        static final Set<String> KNOWN = new HashSet<>();
        static {
            try {
                var machine = InetAddress.getLocalHost();
                for (var name : List.of(machine.getHostName(),
                        machine.getCanonicalHostName()))
                    KNOWN.add(name.toLowerCase(Locale.ROOT));
            } catch (UnknownHostException e) {
                // it has none
            }
        }
    }
}
