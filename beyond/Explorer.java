//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: the page that shows the chain
//
// Its files are packed into the program; a chapter of the book, which is
// not packed, reads them where they lie. No other site may show the page
// inside a frame, and trick you into clicking.

import io.javalin.http.Context;
import java.io.*;

final class Explorer {
    /** Sends the page at /, and its files at /explorer/. */
    static void reply(Context ctx) throws IOException {
        var name = ctx.path().equals("/") ? "explorer.html"
            : ctx.path().substring(1);
        var type = name.endsWith(".css") ? "text/css" : name.endsWith(".js")
            ? "text/javascript" : "text/html";
        var packed = Explorer.class.getResourceAsStream("/" + name);
        var file = new File("docs", name);
        if (!name.matches("explorer(/[a-z]+)?[.][a-z]+")
            || packed == null && !file.exists()) throw new Refusal(404, "The "
            + "page " + name + " is not here. A chapter finds it from the "
            + "folder of Node.java.");
        ctx.header("Content-Security-Policy", "frame-ancestors 'none'")
            .header("Cache-Control", "no-cache").contentType(type)
            .result(packed != null ? packed : new FileInputStream(file));
    }
}
