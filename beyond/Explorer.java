//JAVA 17+
//SOURCES Pages.java
//DEPS io.javalin:javalin:7.2.3

// # Beyond the tutorial: the page that shows the chain
//
// Its files are packed into the program; a chapter of the book, which is
// not packed, reads them where they lie. So does the page's link to the book.
// No other site may show the page in a frame, and trick you into clicking.

import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.http.Context;
import java.io.*;

final class Explorer {
    /** Sends the page at /, its files at /explorer/, the book at /docs/. */
    static void reply(Context ctx) throws IOException {
        var name = ctx.path().equals("/") ? "explorer.html"
            : ctx.path().replaceFirst("/(docs/)?", "");
        var file = name.matches(Pages.FILES) ? open(name) : null;
        if (file == null) throw new Refusal(Refusal.Kind.MISSING, "The page "
            + name + " is not here. A node that was started in the folder "
            + "above docs/ finds it.");
        ctx.header("Content-Security-Policy", "frame-ancestors 'none'"
            + (name.matches(".*(md|svg)") ? "; script-src 'none'" : ""))
            .header("Cache-Control", "no-cache").contentType(type(name));
        if (!name.endsWith(".md")) ctx.result(file); // which closes it
        else try (file) {
            ctx.result(Pages.html(name.startsWith("zh/") ? "zh" : "en",
                new String(file.readAllBytes(), UTF_8)));
        }
    }

    /** What is in this file, or null if there is none. */
    private static InputStream open(String name) throws IOException {
        var packed = Explorer.class.getResourceAsStream("/" + name);
        var file = new File("docs", name);
        if (packed != null || !file.exists()) return packed;
        return new FileInputStream(file);
    }

    private static String type(String name) {
        if (name.endsWith(".css")) return "text/css";
        if (name.endsWith(".js")) return "text/javascript";
        if (name.endsWith(".png")) return "image/png";
        return name.endsWith(".svg") ? "image/svg+xml"
            : "text/html; charset=utf-8";
    }
}
