//JAVA 17+

// # Beyond the tutorial: where a node is

import java.io.*;
import java.net.*;
import java.util.*;
import java.util.regex.Pattern;

/** Where a node is: host:port, in one spelling. */
record Address(String host, int port) {
    private static final Pattern FORM = Pattern.compile(
        "([a-z0-9._-]+|\\[[0-9a-f:.]+]):([1-9][0-9]{0,4})");

    /**
     * HTTP://LOCALHOST:5001/ is localhost:5001. The port of a bare
     * http://localhost is 80.
     * @throws Refusal 400, if it is none
     */
    static Address of(Object node) {
        var text = node instanceof String it ? it.toLowerCase(Locale.ROOT) : "";
        boolean url = text.startsWith("http://");
        text = url ? text.substring(7).replaceFirst("/[^?#\\s]*$", "")
            : text.replaceFirst("/$", "");
        if (url && !text.matches(".*:\\d+")) text += ":80";
        var parts = FORM.matcher(text);
        Refusal.unless(parts.matches()
            && Integer.parseInt(parts.group(2)) < 65536
            && isHost(parts.group(1)), REFUSED + (node instanceof String
                ? CanonicalJson.of(node) : "what is no text")
            + (text.startsWith("https:") ? " asks for https, and nodes speak "
                + "http." : " is not like http://localhost:5001."));
        return new Address(parts.group(1), Integer.parseInt(parts.group(2)));
    }

    static final String REFUSED =
        "Error: Please supply a valid list of nodes: ";

    /** The same, for an option of the command line. */
    static Address of(String option, String url) throws IOException {
        try {
            return of(url);
        } catch (Refusal e) {
            throw new IOException(e.getMessage().replace(REFUSED,
                option + " "));
        }
    }

    // A name with a _ is none to Java, but is one to Docker and Python.
    private static boolean isHost(String name) {
        try {
            return new URI("http://" + name.replace('_', '-'))
                .getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Where {@code --host} says that this node is to listen. */
    static InetAddress ours(String host) throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("There is no host " + host + ": --host takes "
                + "an address of this machine, such as 127.0.0.1.");
        }
    }

    /** Is it this machine's? Nothing is looked up, so it takes no time. */
    boolean isHere(InetAddress ours) {
        if (host.equals("localhost"))
            return ours.isAnyLocalAddress() || isLocalhost(ours);
        if (!host.matches("[0-9.]+|\\[.*]")) return false;
        try {
            var its = InetAddress.getByName(host);
            return its.equals(ours)
                || ours.isAnyLocalAddress() && isOfThisMachine(its);
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isOfThisMachine(InetAddress its) throws IOException {
        return its.isAnyLocalAddress() || its.isLoopbackAddress()
            || NetworkInterface.getByInetAddress(its) != null;
    }

    /** 127.0.0.1 or ::1, which localhost stands for. */
    static boolean isLocalhost(InetAddress its) {
        var bytes = its.getAddress();
        return its.isLoopbackAddress() && bytes[bytes.length - 1] == 1
            && bytes[bytes.length - 2] == 0;
    }

    /** Where this other one can call a node that listens at {@code ours}. */
    Optional<Address> callable(InetAddress ours, int port) throws IOException {
        var other = InetAddress.getByName(host);
        if (ours.isAnyLocalAddress()) try (var socket = new DatagramSocket()) {
            socket.connect(other, this.port); // which sends nothing
            ours = socket.getLocalAddress();
        }
        if (ours.isLoopbackAddress() && !isOfThisMachine(other))
            return Optional.empty();
        var name = ours.getHostAddress();
        if (name.equals("127.0.0.1")) name = "localhost";
        if (name.contains(":")) name = "[" + name.replaceFirst("%.*", "")
            .replaceFirst("(^|:)(0(:|$)){2,}", "::") + "]";
        return Optional.of(new Address(name, port));
    }

    /** What another node calls localhost is its own machine. */
    Address asToldBy(Address teller) throws IOException {
        return host.matches("localhost|127[.].*|\\[::1]")
            && !isOfThisMachine(InetAddress.getByName(teller.host))
            ? new Address(teller.host, port) : this;
    }

    URI uri(String path) throws IOException {
        var name = host.contains("_")
            ? InetAddress.getByName(host).getHostAddress() : host;
        return URI.create("http://" + name + ":" + port + path);
    }

    public String toString() {
        return host + ":" + port;
    }
}
