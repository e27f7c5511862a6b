//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: pages of other sites
//
// A page of another site must not mine or pay in the name of a person who
// looks at it. Browsers say in Sec-Fetch-Site where a request comes from,
// but not to a plain http address in a LAN. There a browser must send
// X-Page, which only this node's own page can.

import io.javalin.http.Context;
import java.util.*;

final class Origin {
    private final Set<String> hosts;

    /** @param hosts by which the node goes besides its addresses */
    Origin(Set<String> hosts) {
        this.hosts = hosts;
    }

    /** The path as the router reads it: //chain/ is /chain. */
    static String path(Context ctx) {
        var path = ctx.path().replaceAll("/+", "/");
        return path.equals("/") ? path : path.replaceFirst("/$", "");
    }

    /** @throws Refusal if a page of another site asks */
    void check(Context ctx) {
        var name = ctx.req().getServerName();
        if (!isName(name)) throw new Refusal(Refusal.Kind.FORBIDDEN, "This "
            + "node does not go by " + name + ". Use its address, or start it "
            + "with --url http://" + name + ":" + ctx.req().getServerPort()
            + ".");
        if (!isOurs(ctx)) throw new Refusal(Refusal.Kind.FORBIDDEN, "A page of "
            + "another site asks for " + ctx.path() + ". Use this node's own "
            + "page.");
    }

    private static boolean isOurs(Context ctx) {
        // These change nothing, and any page may show them.
        if (path(ctx).matches("/|/chain|/(explorer|docs)/.*")) return true;
        // "none" is a person who typed the address.
        var site = ctx.header("Sec-Fetch-Site");
        if (site != null) return List.of("same-origin", "none").contains(site);
        // Older browsers name the page's site where they change something.
        var origin = ctx.header("Origin");
        if (origin != null && !origin.endsWith("//" + ctx.host()))
            return false;
        // A browser in a LAN may have said nothing. Programs may.
        return !isBrowser(String.valueOf(ctx.header("User-Agent")))
            || ctx.header("X-Page") != null;
    }

    private static boolean isBrowser(String agent) {
        return agent.startsWith("Mozilla/") && !agent.contains("PowerShell");
    }

    // The owner of evil.example can let that name lead to this machine. To
    // the browser its pages are then our own: so the name is checked.
    private boolean isName(String asked) {
        var name = asked.toLowerCase(Locale.ROOT).replaceFirst("[.]$", "");
        return !name.contains(".") || name.matches("[0-9.]+|.*:.*")
            || name.endsWith(".local") || hosts.contains(name)
            || Machine.names().contains(name);
    }
}
