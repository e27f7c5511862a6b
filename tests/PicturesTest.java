///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Browser.java
//SOURCES book/Book.java
//SOURCES ../Blockchain.java

// Draws the book's Mermaid pictures, in both languages, as GitHub does: with
// Mermaid, in a browser. And the picture of chapter 2.

import static org.junit.jupiter.api.Assertions.*;

import java.math.BigInteger;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

class PicturesTest {
    // GitHub has room for some 850, and makes a wider picture smaller.
    private static final int MOST_PIXELS = 1_100;

    @AutoClose private static Browser browser;
    private static Browser.Tab tab;

    @BeforeAll
    static void openBrowser() throws Exception {
        browser = Browser.start();
        tab = browser.open("about:blank", "1000x1000", "en", "true");
        tab.load("mermaid@11.17.2", "dist/mermaid.min.js");
    }

    static Stream<Arguments> pictures() throws Exception {
        return Book.read(Book.HERE, List.of()).pages().stream()
            .flatMap(page -> page.all("mermaid").stream())
            .map(fence -> Arguments.of(fence.start().flaw("a picture"),
                String.join("\n", Line.texts(fence.body()))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pictures")
    void canBeDrawnAndRead(String place, String source) throws Exception {
        assertEquals("", flaw(source), place);
    }

    @Test
    void whatCanNotIsFound() throws Exception {
        assertEquals("", flaw("flowchart LR\n    a --> b"));
        assertTrue(flaw("flowchart LR\n    a -> b").contains("line 2"));
        assertTrue(flaw("flowchart LR\n    a[" + "wide".repeat(200) + "]")
            .matches("\\d+ pixels wide"));
    }

    private static String flaw(String source) throws Exception {
        return tab.js("""
            mermaid.render('picture', %s).then(({svg}) => {
              document.body.innerHTML = svg;
              const {width} = document.querySelector('svg').viewBox.baseVal;
              return width > %d ? Math.round(width) + ' pixels wide' : '';
            }, error => error.message)""".formatted(
                Browser.JSON.writeValueAsString(source), MOST_PIXELS));
    }

    // Delete the file, and it is drawn.
    @Test
    void theAvalancheShowsTheBitsThatChange() throws Exception {
        var one = bits("someone-other-address");
        var other = bits("someone-other-addresS");
        var svg = new StringBuilder("<svg xmlns='http://www.w3.org/2000/svg' "
            + "width='640' viewBox='0 0 320 80'>\n");
        for (int i = 0; i < 256; i++) svg.append("<rect x='%d' y='%d' "
            .formatted(i % 32 * 10, i / 32 * 10)).append(
            "width='9' height='9' fill='%s'/>\n".formatted(
                one.charAt(i) == other.charAt(i) ? "#cfd8dc" : "#b71c1c"));
        svg.append("</svg>\n");
        var file = Book.HERE.resolve("docs/avalanche.svg");
        if (!Files.exists(file)) Files.writeString(file, svg);
        assertEquals(svg.toString(), Files.readString(file));
    }

    private static String bits(String text) { // 256 times 0 or 1
        return "%256s".formatted(new BigInteger(new Sha256().hex(text), 16)
            .toString(2)).replace(' ', '0');
    }

    public static void main(String... arguments) {
        Runner.run(PicturesTest.class, arguments);
    }
}
