///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES book/Book.java

// Reads the book's boxes for PowerShell, in both languages, by the grammar
// that editors use: tree-sitter's, from npm.

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.*;
import java.util.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;

class PowerShellTest {
    @TempDir static Path folder;

    // Says of each text in which line it can't be read, or nothing.
    private static final String READER = """
        const name = 'tree-sitter-powershell', reader = 'web-tree-sitter';
        const { Parser, Language } =
          require(`./${reader}/package/${reader}.cjs`);
        const flaw = node => node.isError || node.isMissing ? node
          : node.children.map(flaw).find(Boolean);
        (async () => {
          await Parser.init();
          const parser = new Parser();
          parser.setLanguage(
            await Language.load(`./${name}/package/${name}.wasm`));
          for (const file of process.argv.slice(2)) {
            const text = require('fs').readFileSync(file, 'utf8');
            const found = flaw(parser.parse(text).rootNode);
            console.log(found ? `line ${found.startPosition.row + 1}`
              : 'good');
          }
        })();
        """;

    @BeforeAll
    static void fetch() throws Exception {
        Programs.need("node", "npm", "tar");
        for (var name : List.of("web-tree-sitter@0.27.2",
                "tree-sitter-powershell@0.26.4")) {
            var packed = Files.createTempDirectory(folder, "npm");
            var place = Files.createDirectory(folder.resolve(
                name.replaceFirst("@.*", "")));
            assumeTrue(Programs.runs("npm", "pack", "--prefer-offline",
                "--pack-destination=" + packed, name), "no " + name);
            assertTrue(Programs.runs("tar", "xzf", packed.resolve(
                packed.toFile().list()[0]).toString(), "-C",
                place.toString()));
        }
        Files.writeString(folder.resolve("reader.js"), READER);
    }

    @Test
    void eachBoxCanBeRead() throws Exception {
        var boxes = new ArrayList<Fence>();
        for (var page : Book.read(Book.HERE, List.of()).pages())
            boxes.addAll(page.all("powershell"));
        var said = read(boxes.stream().map(box -> String.join("\n",
            Line.texts(box.body())) + "\n").toList());
        assertFalse(boxes.isEmpty());
        for (int i = 0; i < boxes.size(); i++)
            assertEquals("good", said.get(i), boxes.get(i).start().flaw(""));
    }

    @Test
    void oneThatCanNotIsFound() throws Exception {
        assertEquals(List.of("good", "line 1", "line 2"), read(List.of(
            "(irm \"$node/mine\").proof\n", "irm \"$node/mine\n",
            "$a = 5\nif ( { \n")));
    }

    private static List<String> read(List<String> texts) throws IOException {
        var command = new ArrayList<>(List.of("node",
            "--liftoff-only", "reader.js")); // the other compiler is slow
        for (var text : texts) command.add(Files.writeString(
            Files.createTempFile(folder, "box", ".ps1"), text).toString());
        var node = new ProcessBuilder(command).directory(folder.toFile())
            .redirectErrorStream(true).start();
        return node.inputReader(UTF_8).lines().toList();
    }

    public static void main(String... arguments) {
        Runner.run(PowerShellTest.class, arguments);
    }
}
