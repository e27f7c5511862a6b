//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: pages of other sites
//
// A page of another site must not mine or pay in the name of a person who
// looks at it. Browsers say in Sec-Fetch-Site where a request comes from,
// but not to a plain http address in a LAN. There a browser must send
// X-Page, which only this node's own page can.

import io.javalin.http.Context;
import java.net.*;
import java.util.*;

final class Origin {
    private final String host;

    /** @param host by which the node is known besides its addresses */
    Origin(String host) {
        this.host = host;
    }

    /** @throws Refusal 403 if a page of another site asks */
    void check(Context ctx) {
        var name = ctx.req().getServerName();
        if (!isName(name)) throw new Refusal(403, "This node does not go by "
            + name + ". Use its address, or start it with --host " + name
            + ".");
        if (ctx.path().matches("/|/chain|/(explorer|docs)/.*")) return;
        var site = ctx.header("Sec-Fetch-Site");
        var origin = ctx.header("Origin");
        var agent = String.valueOf(ctx.header("User-Agent"));
        boolean ours = site != null ? List.of("same-origin", "none")
            .contains(site) : origin == null || origin.endsWith("//"
                + ctx.host());
        boolean browser = agent.startsWith("Mozilla/")
            && !agent.contains("PowerShell");
        if (!ours || site == null && browser && ctx.header("X-Page") == null)
            throw new Refusal(403, "A page of another site asks for "
                + ctx.path() + ". Use this node's own page.");
    }

    // The owner of evil.example can let that name lead to this machine. To
    // the browser its pages are then our own: so the name is checked.
    private boolean isName(String name) {
        return !name.contains(".") || name.matches("[0-9.]+|.*:.*")
            || name.endsWith(".local") || name.equalsIgnoreCase(host)
            || Machine.NAMES.contains(name.toLowerCase(Locale.ROOT));
    }

    private static final class Machine { // looked up when first needed
        static final Set<String> NAMES = new HashSet<>();
        static {
            try {
                var machine = InetAddress.getLocalHost();
                NAMES.add(machine.getHostName().toLowerCase(Locale.ROOT));
                NAMES.add(machine.getCanonicalHostName()
                    .toLowerCase(Locale.ROOT));
            } catch (UnknownHostException e) {
                // it has none
            }
        }
    }
}
