//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8
//RUNTIME_OPTIONS -Dfile.encoding=UTF-8
//RUNTIME_OPTIONS -XX:+UseSerialGC
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8
//DEPS org.junit.jupiter:junit-jupiter:6.1.3
//DEPS org.junit.platform:junit-platform-launcher:6.1.3
//DEPS info.picocli:picocli:4.7.7

// Runs test classes with JUnit, some at the same time, and says in plain
// sentences what came out. Each test script ends with a call of it, so that
// it runs by itself:
//
//     jbang tests/BlockchainTest.java

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.*;
import java.util.*;
import java.util.concurrent.*;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.*;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.*;
import org.junit.platform.launcher.core.*;
import org.junit.platform.launcher.listeners.*;
import picocli.CommandLine;
import picocli.CommandLine.*;
import picocli.CommandLine.Help.Ansi;

@Command(mixinStandardHelpOptions = true, version = "1.0", description =
    "Runs tests: all of them, or those of the classes that are named.")
final class Runner implements Callable<Integer>, TestExecutionListener {
    private static boolean isLong;

    @Option(names = "--long", description = "Run what is otherwise left "
        + "out: larger, more often, and in more cases.")
    void thorough(boolean yes) { isLong = yes; }
    @Option(names = "--fail-fast", description =
        "Stop at the first test that fails.") boolean failFast;
    @Parameters(paramLabel = "NAME", description =
        "A class, such as Ledger for LedgerTest.") List<String> names = List.of();

    private final List<Class<?>> classes;
    private final PrintStream out = System.out;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final CancellationToken end = CancellationToken.create();

    private Runner(List<Class<?>> classes) {
        this.classes = classes;
    }

    /**
     * The size of a test that is tagged "long": the quick one, or with
     * {@code --long} the thorough one.
     */
    static int size(int quick, int thorough) {
        return isLong ? thorough : quick;
    }

    /** Has {@code --long} been asked for? */
    static boolean isLong() {
        return isLong;
    }

    /** Runs this class, and ends the program with status 1 if a test failed. */
    static void run(Class<?> test, String... arguments) {
        execute(List.of(test), arguments);
    }

    /** The same for all classes called …Test that are beside this one. */
    static void runAll(Class<?> main, String... arguments) throws Exception {
        var here = main.getProtectionDomain().getCodeSource().getLocation();
        execute(ReflectionSupport.findAllClassesInClasspathRoot(here.toURI(),
            any -> true, name -> name.endsWith("Test")), arguments);
    }

    private static void execute(List<Class<?>> classes, String... arguments) {
        // What tests have started ends with this program, by Ctrl-C, too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessHandle
            .current().descendants().forEach(ProcessHandle::destroyForcibly)));
        System.exit(new CommandLine(new Runner(classes))
            .setCommandName(classes.size() > 1 ? "AllTests.java"
                : classes.get(0).getName() + ".java")
            .setParameterExceptionHandler((e, ignored) -> {
                System.err.println(e.getMessage() + ". Try --help.");
                return 2;
            }).execute(arguments));
    }

    public Integer call() {
        var known = classes.stream().map(Runner::name).sorted().toList();
        for (var name : names) if (!known.contains(name)) {
            System.err.println("There is no " + name + "Test, but: "
                + String.join(", ", known) + ".");
            return 2;
        }
        // Else each answer of Java's HttpServer takes 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // What nodes print meanwhile does not stand between the results.
        System.setOut(new PrintStream(said, true));
        System.setErr(System.out);

        var showing = new Thread(this::showThatItMoves);
        showing.setDaemon(true);
        showing.start();
        var summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherExecutionRequestBuilder
            .request(request()).cancellationToken(end)
            .listeners(this, summary).build());
        return report(summary.getSummary());
    }

    private static String name(Class<?> test) {
        return test.getName().replaceFirst("Test$", "");
    }

    // Tests wait more than they work, so there are more at a time than cores.
    private LauncherDiscoveryRequest request() {
        int cores = Runtime.getRuntime().availableProcessors();
        var jupiter = "junit.jupiter.execution.";
        var parallel = jupiter + "parallel.";
        var request = LauncherDiscoveryRequestBuilder.request()
            .configurationParameters(Map.of(parallel + "enabled", "true",
                parallel + "mode.classes.default", "concurrent",
                parallel + "config.executor-service", "WORKER_THREAD_POOL",
                parallel + "config.strategy", "fixed",
                parallel + "config.fixed.parallelism", "" + (cores + 4),
                jupiter + "timeout.default", "12 m",
                jupiter + "timeout.thread.mode.default", "SEPARATE_THREAD",
                "junit.jupiter.testclass.order.default",
                "org.junit.jupiter.api.ClassOrderer$OrderAnnotation"));
        if (isLong) request.filters(TagFilter.includeTags("long"));
        for (var test : classes) if (names.isEmpty()
            || names.contains(name(test))) request.selectors(selectClass(test));
        return request.build();
    }

    // ## While it runs

    private TestPlan plan;
    private long total, quiet;
    private final List<String> skipped = new ArrayList<>();
    private final List<String> heard = new ArrayList<>(); // by the first five
    private int failures;
    private final List<Map.Entry<Long, String>> done = new ArrayList<>();
    private final Map<UniqueId, Long> started = new ConcurrentHashMap<>();
    private final Map<UniqueId, String> notes = new ConcurrentHashMap<>();
    private final Map<String, List<String>> running = new TreeMap<>();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        this.plan = plan;
        total = plan.countTestIdentifiers(TestIdentifier::isTest);
    }

    @Override
    public synchronized void dynamicTestRegistered(TestIdentifier test) {
        if (test.isTest()) total++;
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
        started.put(test.getUniqueIdObject(), System.nanoTime());
        if (!path(test).isEmpty()) running.computeIfAbsent(path(test).get(0),
            name -> new ArrayList<>());
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        entry.getKeyValuePairs().values().forEach(it -> notes.merge(
            test.getUniqueIdObject(), "\n    " + it, String::concat));
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test,
            TestExecutionResult result) {
        var why = result.getThrowable().map(Throwable::getMessage).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL -> { if (test.isTest()) note("✓", test, ""); }
            case ABORTED -> executionSkipped(test, why);
            case FAILED -> {
                note("✗", test, "");
                print("  ✗ " + String.join(": ", path(test)) + ": "
                    + why.strip().lines().findFirst().orElse(""));
                if (failures++ < 5) hear(test);
                if (failFast) end.cancel();
            }
        }
        if (path(test).size() != 1) return;
        // A class is shown when all of it is done: others run beside it.
        print("%n%s  %.1f s".formatted(path(test).get(0), nanos(test) / 1e9));
        running.remove(path(test).get(0)).forEach(this::print);
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String why) {
        if (end.isCancellationRequested()) return;
        skipped.add(why);
        note("-", test, "  skipped: " + why);
    }

    private void hear(TestIdentifier test) {
        var lines = said.toString().lines().toList();
        heard.add("\n" + String.join(": ", path(test)) + ": what nodes had "
            + "printed when it failed, the end of it:");
        for (var line : lines.subList(Math.max(0, lines.size() - 40),
            lines.size())) heard.add("  " + line);
    }

    private void note(String mark, TestIdentifier test, String why) {
        var path = path(test);
        var name = String.join(": ", path.subList(1, path.size()));
        running.computeIfAbsent(path.get(0), any -> new ArrayList<>()).add(
            "  %s %-64s %6d ms%s%s".formatted(mark, name, nanos(test) / 1_000_000,
                why, notes.getOrDefault(test.getUniqueIdObject(), "")));
        if (test.isTest()) done.add(Map.entry(nanos(test), String.join(": ", path)));
    }

    private void print(String line) {
        out.println((Ansi.AUTO.enabled() ? "\r\033[K" : "") + line);
        quiet = 0;
    }

    // On a terminal each second; in a file, where nothing else came for 20.
    private void showThatItMoves() {
        try {
            while (true) {
                Thread.sleep(1_000);
                synchronized (this) {
                    var line = "  … %d of %d done, now: %s".formatted(done.size(),
                        total, String.join(", ", running.keySet()));
                    if (Ansi.AUTO.enabled()) out.print("\r\033[K"
                        + line.substring(0, Math.min(79, line.length())));
                    else if (++quiet % 20 == 0) out.println(line);
                }
            }
        } catch (InterruptedException e) {
            // the program ends
        }
    }

    // ## At the end

    private int report(TestExecutionSummary result) {
        long passed = result.getTestsSucceededCount();
        long failed = result.getTotalFailureCount();
        if (failed > 0) {
            result.printFailuresTo(new PrintWriter(out), 20);
            heard.forEach(out::println);
        }
        if (classes.size() > 1) out.println("\nThe slowest:");
        if (classes.size() > 1) done.stream().sorted(Map.Entry.comparingByKey(
            Comparator.reverseOrder())).limit(10).forEach(it -> out.printf(
                "  %6.1f s  %s%n", it.getKey() / 1e9, it.getValue()));
        if (end.isCancellationRequested())
            out.println("\nStopped at the first failure.");
        boolean complete = System.getenv("CI") == null || skipped.isEmpty();
        if (!complete) out.println("\nIn CI nothing may be skipped.");
        out.printf("%n%d passed, %d failed%s%n", passed, failed,
            skipped.isEmpty() ? "" : ", " + skipped.size() + " skipped");
        return failed == 0 && complete && passed > 0 ? 0 : 1;
    }

    private long nanos(TestIdentifier test) {
        return System.nanoTime() - started.getOrDefault(
            test.getUniqueIdObject(), System.nanoTime());
    }

    // From its class to the test itself, each as a sentence: for that is what
    // editingABlockBreaksTheChain() is, but for its spaces.
    private List<String> path(TestIdentifier test) {
        var path = new LinkedList<String>();
        for (var it = test; plan.getParent(it).isPresent();
                it = plan.getParent(it).get())
            path.addFirst(it.getDisplayName());
        for (int i = 1; i < path.size(); i++) path.set(i, path.get(i)
            .replaceFirst("\\(.*\\)$", "").replaceAll("(?<=[a-z0-9])(?=[A-Z])"
                + "|(?<=[a-z])(?=[0-9])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
            .toLowerCase());
        return path;
    }
}
