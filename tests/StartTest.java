///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Checks.java
//SOURCES help/Nodes.java

// The first command that a newcomer types, on machines unlike ours: with
// another charset, from another folder, without JBang.

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.condition.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no sh")
@Execution(ExecutionMode.CONCURRENT)
@Order(5) // it takes long, so it begins early
class StartTest {
    static final Path HERE = Programs.file("").toAbsolutePath();
    static final Map<String, Map<String, String>> CHARSETS = Map.of(
        "C", Map.of("LC_ALL", "C"),
        "GBK", Map.of("LC_ALL", "C", // a Chinese Windows has it
            "JAVA_TOOL_OPTIONS", "-Dfile.encoding=GBK"));

    static final String HELLO = """
        class Hello {
            public static void main(String... arguments) {
                System.out.println("It works.");
            }
        }""";

    @TempDir Path temp;
    @AutoClose final Nodes nodes = new Nodes();

    // A new cache makes JBang build; what it downloaded stays where it is.
    private Process start(Map<String, String> extra, Path script,
                          String... options) throws IOException {
        var command = new ArrayList<>(List.of(tool("sh").toString(),
            HERE.resolve("jbang").toString(), script.toString()));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).directory(temp.toFile())
            .redirectErrorStream(true);
        var env = builder.environment();
        env.keySet().removeAll(List.of("LANG", "LC_ALL", "LC_CTYPE",
            "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        env.put("JAVA_HOME", System.getProperty("java.home"));
        env.put("PATH", Path.of(System.getProperty("java.home"), "bin")
            + File.pathSeparator + System.getenv("PATH"));
        env.put("JBANG_CACHE_DIR", temp.resolve("cache").toString());
        env.put("JBANG_NO_VERSION_CHECK", "true");
        env.putAll(extra);
        Programs.lighten(builder);
        env.values().removeIf(String::isEmpty);
        var process = builder.start();
        nodes.add(() -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        });
        process.getOutputStream().close();
        return process;
    }

    private String run(int status, Map<String, String> extra, Path script,
                       String... options) throws Exception {
        var process = start(extra, script, options);
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(status, process.waitFor(), output);
        return output;
    }

    private static Path tool(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(folder -> Path.of(folder, name)).filter(Files::isExecutable)
            .findFirst().orElse(null);
    }

    // ## An old Java

    // As somebody once set it. A good one is on the PATH, or none is.
    @Test
    void anOldJavaInJavaHomeIsPassedOverOrNamed() throws Exception {
        var old = Files.createDirectories(temp.resolve("old/bin"));
        write(old.resolve("java"), "echo 'openjdk version \"1.8.0_392\"' >&2");
        Files.writeString(temp.resolve("Hello.java"), HELLO);
        shows(run(0, Map.of("JAVA_HOME", old.getParent().toString()),
            temp.resolve("Hello.java")), "It works.");
        var bin = aMachineWithoutJBang("java", "exec " + old + "/java");
        var machine = new HashMap<>(bin);
        machine.put("JAVA_HOME", old.getParent().toString());
        assertEquals("This needs Java 17 or newer, and found 1.8.0_392: install "
            + "one from https://adoptium.net and try again. JAVA_HOME, which is "
            + old.getParent() + ", has 1.8.0_392: set it to the new one, or to "
            + "nothing.\n", run(1, machine, temp.resolve("Hello.java")));
    }

    // ## Another charset

    // Before Java 18, Java has the machine's charset where nobody names one: so
    // there both count. Later, the first one does, and at length the other.
    private static List<String> some(String... charsets) {
        return List.of(charsets).subList(Runner.size(0, 1), Runner.isLong()
            || Runtime.version().feature() < 18 ? 2 : 1);
    }

    static List<String> firstC() {
        return some("C", "GBK");
    }

    static List<String> firstGBK() {
        return some("GBK", "C");
    }

    @ParameterizedTest @Tag("long") @ResourceLock("ports 5000 and 5001")
    @MethodSource("firstC")
    void scriptsBuildAndPrintUnicode(String name) throws Exception {
        var charset = CHARSETS.get(name);
        shows(run(0, charset, HERE.resolve("Blockchain.java")),
            "Building jar", "c099bc…bfb7");
        boolean first = name.equals("C");
        if (Runner.isLong() || first && Runtime.version().feature() < 18)
            shows(run(0, charset, HERE.resolve("Demo.java"), "--auto"),
                "Building jar", "── 3. Mine a block ──", "…", "✓");
        if (!Runner.isLong() && !first) return; // C has shown the rest
        var node = new Program(start(charset, HERE.resolve("Node.java"),
            "--port", "0", "--quiet")); // from another folder
        shows(node.first + "" + node.says("Ctrl-C"), "Building jar", "…");
        for (var file : List.of("", "explorer/style.css", "explorer/page.js"))
            assertEquals(Files.readString(HERE.resolve("docs").resolve(
                file.isEmpty() ? "explorer.html" : file)),
                Client.get(node.url + "/" + file).text());
    }

    @Test @Tag("long")
    void aNodeOfYourOwnBeginsWithEmptyRoutes() throws Exception {
        run(0, Map.of(), Path.of("init"), "-t", "node-zh@" + HERE.resolve(
            "jbang-catalog.json"), "Mine.java");
        var url = new Program(start(Map.of(), temp.resolve("Mine.java"), "0"))
            .url;
        var report = Runner.isLong() ? run(1, Map.of(), HERE.resolve(
            "tests/CheckNode.java"), "--json", url)
            : Checks.text(1, "--json", url);
        shows(report, "\"passed\": 0,", "status 501, This route is empty.");
        shows(run(1, Map.of("LC_ALL", "C.UTF-8"), temp.resolve("Mine.java"),
            url.substring(url.lastIndexOf(':') + 1)), "已经被占用，请换一个。");
    }

    private static void shows(String output, String... texts) {
        for (var text : texts) assertTrue(output.contains(text), output);
    }

    @ParameterizedTest @Tag("long")
    @MethodSource("firstGBK")
    void aChapterReadsAndPrintsUnicode(String name) throws Exception {
        var charset = CHARSETS.get(name);
        shows(run(0, charset, Files.writeString(temp.resolve("chapter.md"), """
            # A chapter

            ```java
            //SOURCES %s
            //JAVA_OPTIONS -XX:TieredStopAtLevel=1

            println("… ✓ ── 哈希 " + "哈希".length());
            ```
            """.formatted(HERE.resolve("Blockchain.java")))), "… ✓ ── 哈希 2");
        if (Runner.isLong()) shows(run(0, CHARSETS.get("GBK"), HERE.resolve(
            "docs/zh/02-hashing.md")), "105 to 153, on average 127.78");
    }

    // This shows that those with scripts can fail.
    @ParameterizedTest @Tag("long")
    @MethodSource("firstC")
    void theOptionsAreNeeded(String name) throws Exception {
        var script = Files.readString(HERE.resolve("Blockchain.java"));
        var bare = Files.writeString(temp.resolve("Blockchain.java"),
            script.replaceAll("(?m)^//(COMPILE|RUNTIME)_OPTIONS .*\\R", ""));
        var process = start(CHARSETS.get(name), bare);
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertFalse(process.waitFor() == 0 && output.contains("c099bc…bfb7"),
            output);
        shows(output, "Building jar");
    }

    // ## No JBang

    // The tools that the launcher uses, and a false mvn or curl.
    private Map<String, String> aMachineWithoutJBang(String name, String script)
            throws IOException {
        var bin = Files.createDirectories(temp.resolve("bin"));
        for (var tool : List.of("cp", "expr", "grep", "mkdir", "mktemp", "mv",
                "rm", "sed", "sh", "sha256sum", "shasum", "tar", "unzip")) {
            var real = tool(tool);
            if (real != null)
                write(bin.resolve(tool), "exec '" + real + "' \"$@\"");
        }
        write(bin.resolve(name), script);
        Files.writeString(temp.resolve("Hello.java"), HELLO);
        return Map.of("PATH", bin.toString(),
            "HOME", Files.createDirectories(temp.resolve("home")).toString(),
            "JBANG_DIR", "",
            "TMPDIR", Files.createDirectories(temp.resolve("tmp")).toString());
    }

    private static void write(Path tool, String script) throws IOException {
        Files.writeString(tool, "#!/bin/sh\n" + script + "\n");
        assertTrue(tool.toFile().setExecutable(true));
    }

    // Names, but for those of the folders that JBang's jar lies in.
    private List<String> leftIn(String folder) throws IOException {
        try (var all = Files.walk(temp.resolve(folder))) {
            return all.map(path -> path.getFileName().toString())
                .filter(name -> !List.of(folder, ".jbang", "bin")
                    .contains(name)).toList();
        }
    }

    @Test
    void withoutJbangItIsFetchedOnceAndNothingElseIsLeft() throws Exception {
        var jar = realJar();
        var machine = aMachineWithoutJBang("mvn", """
            for option; do case $option in -DoutputDirectory=*)
                cp '%s' "${option#*=}/jbang-cli-all.jar" ;;
            esac; done""".formatted(jar));
        shows(run(0, machine, temp.resolve("Hello.java")),
            "Fetching JBang", "It works.");
        assertEquals(List.of(), leftIn("tmp"));
        var kept = new ArrayList<>(leftIn("home"));
        kept.removeIf(name -> name.endsWith(".jsa"));
        assertEquals(List.of("jbang-" + version() + ".jar"), kept);

        Files.delete(temp.resolve("bin/mvn"));
        assertFalse(run(0, machine, temp.resolve("Hello.java"))
            .contains("Fetching"));
    }

    // The one that ./jbang keeps, or Maven does.
    private static Path realJar() throws IOException {
        var home = System.getProperty("user.home");
        var kept = Objects.requireNonNullElse(System.getenv("JBANG_DIR"),
            home + "/.jbang") + "/bin/jbang-" + version() + ".jar";
        var maven = home + "/.m2/repository/dev/jbang/jbang-cli/" + version()
            + "/jbang-cli-" + version() + "-all.jar";
        var jar = Stream.of(kept, maven).map(Path::of).filter(Files::exists)
            .findFirst();
        assumeTrue(jar.isPresent(), "./jbang has not fetched JBang here");
        return jar.get();
    }

    private static String version() throws IOException {
        var line = Pattern.compile("(?m)^version=(.*)$").matcher(
            Files.readString(HERE.resolve("jbang")));
        assertTrue(line.find());
        return line.group(1);
    }

    @ParameterizedTest(name = "by {0}")
    @CsvSource(delimiter = '|', value = {"curl| echo wrong >\"$2\"",
        "mvn| for option; do case $option in -DoutputDirectory=*) "
            + "echo wrong >\"${option#*=}/jbang-cli-all.jar\" ;; esac; done"})
    void aWrongFileIsRefusedInASentence(String name, String script)
            throws Exception {
        var said = run(1, aMachineWithoutJBang(name, script),
            temp.resolve("Hello.java"));
        shows(said, "JBang could not be fetched, or not the one that was "
            + "expected. Is the network there? Else install it: https://");
        assertEquals(2, said.lines().count(), said);
        assertEquals(List.of(), leftIn("tmp"));
        assertEquals(List.of(), leftIn("home"));
    }

    @Test
    void aFetchThatIsStoppedLeavesNothing() throws Exception {
        run(1, aMachineWithoutJBang("curl", "echo half >\"$2\"\nkill $PPID"),
            temp.resolve("Hello.java"));
        assertEquals(List.of(), leftIn("tmp"));
        assertEquals(List.of(), leftIn("home"));
    }

    public static void main(String... arguments) {
        Runner.run(StartTest.class, arguments);
    }
}
