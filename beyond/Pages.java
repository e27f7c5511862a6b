//JAVA 17+
//DEPS org.commonmark:commonmark:0.27.1
//DEPS org.commonmark:commonmark-ext-gfm-tables:0.27.1
//DEPS org.commonmark:commonmark-ext-heading-anchor:0.27.1

// # Beyond the tutorial: the book as a browser reads it
//
// Its pages are Markdown, of which a library makes HTML. What they draw with
// Mermaid stays a text: that needs a site such as GitHub.

import java.util.List;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

final class Pages {
    private static final List<Extension> EXTENSIONS = List.of(
        TablesExtension.create(), HeadingAnchorExtension.create());
    private static final Parser PARSER = Parser.builder()
        .extensions(EXTENSIONS).build();

    /** What a node shows of docs/: the explorer and the book. */
    static final String FILES =
        "explorer(/[a-z]+)?[.][a-z]+|(zh/)?[\\w-]+[.](md|png|svg)";
    private static final String LINKS = // what leads elsewhere is none there
        "https?:.*|#.*|(" + FILES + ")(#.*)?";

    private static HtmlRenderer renderer(String language) {
        return HtmlRenderer.builder().extensions(EXTENSIONS)
            .attributeProviderFactory(ignored -> (node, tag, attributes) -> {
                var to = attributes.getOrDefault("href", "#");
                if (language.equals("zh")) to = to.replaceFirst("^[.][.]/", "");
                if (!to.matches(LINKS)) attributes.remove("href");
            }).build();
    }

    private static final String PAGE = """
        <!DOCTYPE html>
        <html lang="%s">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>%s</title>
        <style>
        :root { color-scheme: light dark; --faint: #8883 }
        body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 44rem;
               margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
        pre, code { font-family: ui-monospace, Consolas, monospace;
                    font-size: .9em; background: var(--faint) }
        pre { padding: .8rem; overflow-x: auto; line-height: 1.4 }
        pre code { background: none; overflow-wrap: normal }
        table { border-collapse: collapse }
        th, td { border: 1px solid #8888; padding: .2rem .6rem;
                 text-align: left }
        img { max-width: 100%% }
        </style>
        %s</html>
        """;

    /** The page of HTML that this Markdown describes. */
    static String html(String language, String markdown) {
        var title = markdown.lines().filter(line -> line.startsWith("# "))
            .map(line -> line.substring(2).replaceAll("[<&`]", ""))
            .findFirst().orElse("");
        return PAGE.formatted(language, title,
            renderer(language).render(PARSER.parse(markdown)));
    }
}
