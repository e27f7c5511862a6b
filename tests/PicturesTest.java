///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Browser.java
//SOURCES book/Book.java
//SOURCES book/Drawings.java

// Draws the book's Mermaid pictures, in both languages, as GitHub does: with
// Mermaid, in a browser. And holds its drawings to what it says.

import static org.junit.jupiter.api.Assertions.*;

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

    // Delete a file, and it is drawn: then the test says so, once.
    @Test
    void theDrawingsShowWhatTheBookSays() throws Exception {
        var drawings = Drawings.all(Book.HERE);
        for (var drawing : drawings.entrySet()) {
            var file = Book.HERE.resolve("docs/" + drawing.getKey());
            boolean isThere = Files.exists(file);
            if (!isThere) Files.writeString(file, drawing.getValue());
            assertTrue(isThere, file + " was missing, and is drawn now");
            assertEquals(drawing.getValue(), Files.readString(file));
        }
        try (var files = Files.list(Book.HERE.resolve("docs"))) {
            assertEquals(drawings.keySet(), files.map(it -> "" + it
                .getFileName()).filter(it -> it.endsWith(".svg"))
                .collect(Collectors.toSet()));
        }
    }

    public static void main(String... arguments) {
        Runner.run(PicturesTest.class, arguments);
    }
}
