//JAVA 17+

// # Beyond the tutorial: where this node is
//
// Where it listens, and how others reach it.

import java.io.*;
import java.net.InetAddress;
import java.util.*;

final class Here {
    private final String host;
    private final InetAddress address;
    private final Address url; // or null
    private volatile int port;

    /**
     * @param host where it is to listen
     * @param port where it is to listen; 0 is any free one
     * @param url how others reach it, or null: as it seems
     * @throws IOException if one of these can't be: the message says which
     */
    Here(String host, int port, String url) throws IOException {
        if (port < 0 || port > 65535)
            throw new IOException("There is no port " + port + ".");
        this.host = host;
        this.port = port;
        address = Machine.ours(host);
        this.url = url == null ? null : Address.of("--url", url);
    }

    /** It listens at this port. */
    void opened(int port) {
        this.port = port;
    }

    /** Why it can't listen there, and what to do. */
    String trouble() throws IOException {
        if (!Machine.isThis(address)) return host + " is no address of this "
            + "machine. Try --host 127.0.0.1.";
        return "Port " + port + " of " + host + " is taken, perhaps by an "
            + "older node" + (port == 5000 ? ", on a Mac by AirPlay" : "")
            + ". Try --port " + (port < 65535 ? port + 1 : 0) + ".";
    }

    /** By which it goes besides its addresses, in small letters. */
    Set<String> names() {
        var names = new HashSet<>(Set.of(host.toLowerCase(Locale.ROOT)));
        if (url != null) names.add(url.host());
        return names;
    }

    /** Is this node meant? */
    boolean is(Address other) {
        if (other.equals(url)) return true;
        return other.port() == port && (other.host().equals(host)
            || Machine.isThis(other.host(), address));
    }

    /** Where this other node can call ours, if it can. */
    Optional<Address> seenBy(String other) throws IOException {
        if (url != null) return Optional.of(url);
        var its = Address.of(other);
        return Machine.nameFor(its.host(), its.port(), address)
            .map(name -> new Address(name, port));
    }

    /** For a browser on the same machine: http://localhost:5000. */
    String local() {
        boolean local = address.isAnyLocalAddress()
            || Machine.isLocalhost(address);
        return "http://" + (local ? "localhost" : host) + ":" + port;
    }
}
