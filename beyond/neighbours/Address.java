//JAVA 17+

// # Beyond the tutorial: where a node is

import java.io.*;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.*;
import java.util.regex.Pattern;

/** Where a node is: host:port, in one spelling. */
record Address(String host, int port) {
    private static final Pattern FORM = Pattern.compile(
        "([a-z0-9._-]+|\\[[0-9a-f:.]+]):([1-9][0-9]{0,4})");
    private static final int LONGEST = 300; // a name has 253 at most

    /**
     * HTTP://LOCALHOST:5001/ is localhost:5001. The port of a bare
     * http://localhost is 80.
     * @throws Refusal if it is none: what is wrong with it
     */
    static Address of(Object node) {
        Refusal.unless(node instanceof String,
            "what is no text is not like http://localhost:5001.");
        var text = Script.bare((String) node).toLowerCase(Locale.ROOT);
        Refusal.unless(text.length() <= LONGEST, "a text of " + text.length()
            + " characters is not like http://localhost:5001.");
        Refusal.unless(!text.startsWith("https://"), CanonicalJson.of(node)
            + " asks for https, and nodes speak http.");
        boolean url = text.startsWith("http://");
        text = url ? text.substring(7).replaceFirst("/[^?#\\s]*$", "")
            : text.replaceFirst("/$", "");
        if (url && !text.matches(".*:\\d+")) text += ":80";
        var parts = FORM.matcher(text);
        boolean good = parts.matches() && isHost(parts.group(1))
            && Integer.parseInt(parts.group(2)) < 65536;
        Refusal.unless(good, CanonicalJson.of(node)
            + " is not like http://localhost:5001.");
        var name = parts.group(1).replaceFirst("[.]$", ""); // as localhost.
        return new Address(name, Integer.parseInt(parts.group(2)));
    }

    /** The same, for an option of the command line. */
    static Address of(String option, String url) throws IOException {
        try {
            return of(url);
        } catch (Refusal e) {
            throw new IOException(option + " " + e.getMessage());
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

    /** What another node calls localhost is its own machine. */
    Address asToldBy(Address teller) throws IOException {
        return host.matches("localhost|127[.].*|\\[::1]")
            && !Machine.isThis(InetAddress.getByName(teller.host))
            ? new Address(teller.host, port) : this;
    }

    URI uri(String path) throws IOException {
        var name = host.contains("_")
            ? InetAddress.getByName(host).getHostAddress() : host;
        return URI.create("http://" + name + ":" + port + path);
    }

    /** The same at the other addresses of its name, but for the first. */
    static List<URI> others(URI uri) throws IOException {
        var all = new LinkedHashSet<>(List.of(
            InetAddress.getAllByName(uri.getHost())));
        if (uri.getHost().equals("localhost"))
            all.add(InetAddress.getByName("::1")); // not in each hosts file
        return all.stream().skip(1).map(its -> URI.create("http://"
            + Machine.literal(its) + ":" + uri.getPort() + uri.getPath()))
            .toList();
    }

    public String toString() {
        return host + ":" + port;
    }
}
