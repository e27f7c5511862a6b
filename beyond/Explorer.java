//JAVA 17+
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: the page that shows the chain
//
// Its files are packed into the program; a chapter of the book, which is
// not packed, reads them where they lie. So does the page's link to the book.
// No other site may show the page in a frame, and trick you into clicking.

import io.javalin.http.Context;
import java.io.*;

final class Explorer {
    /** Sends the page at /, its files at /explorer/, the book at /docs/. */
    static void reply(Context ctx) throws IOException {
        var name = ctx.path().equals("/") ? "explorer.html"
            : ctx.path().replaceFirst("/(docs/)?", "");
        var type = name.endsWith(".css") ? "text/css" : name.endsWith(".js")
            ? "text/javascript" : name.endsWith(".md")
            ? "text/plain; charset=utf-8" : "text/html";
        var packed = Explorer.class.getResourceAsStream("/" + name);
        var file = new File("docs", name);
        if (!name.matches("explorer(/[a-z]+)?[.][a-z]+|(zh/)?[\\w-]+[.]md")
            || packed == null && !file.exists()) throw new Refusal(404, "The "
            + "page " + name + " is not here. A node that was started in the "
            + "folder above docs/ finds it.");
        ctx.header("Content-Security-Policy", "frame-ancestors 'none'")
            .header("Cache-Control", "no-cache").contentType(type)
            .result(packed != null ? packed : new FileInputStream(file));
    }
}
