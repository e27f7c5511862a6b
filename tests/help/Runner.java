//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8
//RUNTIME_OPTIONS -Dfile.encoding=UTF-8
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8
//DEPS org.junit.jupiter:junit-jupiter:6.1.3
//DEPS org.junit.platform:junit-platform-launcher:6.1.3
//DEPS info.picocli:picocli:4.7.7

// Runs test classes with JUnit, some at the same time, and says in plain
// sentences what came out. Each test script ends with a call of it, so that
// it runs by itself:
//
//     jbang tests/BlockchainTest.java

import static java.util.stream.Collectors.*;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.*;
import java.net.URI;
import java.util.*;
import java.util.concurrent.*;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.*;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.*;
import org.junit.platform.launcher.core.*;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import picocli.CommandLine;
import picocli.CommandLine.*;
import picocli.CommandLine.Help.Ansi;

@Command(mixinStandardHelpOptions = true, version = "1.0", description =
    "Runs tests: all of them, or those of the classes that are named.")
final class Runner implements Callable<Integer>, TestExecutionListener {
    private static boolean isLong;

    @Option(names = "--long", description = "Run the tests that have a long "
        + "form, each in that form: larger, or more often.")
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
     * The size of a test that is tagged "long": the quick one proves the
     * behaviour, the thorough one counts with {@code --long}.
     */
    static int size(int quick, int thorough) {
        return isLong ? thorough : quick;
    }

    /** Runs this class, and ends the program with status 1 if a test failed. */
    static void run(Class<?> test, String... arguments) {
        execute(List.of(test), arguments);
    }

    /** The same for all classes called …Test that were compiled with this one. */
    static void runAll(Class<?> main, String... arguments) throws Exception {
        URI here = main.getProtectionDomain().getCodeSource().getLocation()
            .toURI();
        execute(ReflectionSupport.findAllClassesInClasspathRoot(here,
            any -> true, name -> name.endsWith("Test")), arguments);
    }

    private static void execute(List<Class<?>> classes, String... arguments) {
        System.exit(new CommandLine(new Runner(classes))
            .setCommandName(classes.size() > 1 ? "AllTests.java"
                : classes.get(0).getName() + ".java").setParameterExceptionHandler((e, ignored) -> {
                System.err.println(e.getMessage() + ". Try --help.");
                return 2;
            }).execute(arguments));
    }

    public Integer call() {
        var known = classes.stream().map(it -> it.getName().replaceFirst(
            "Test$", "")).sorted().toList();
        for (var name : names) if (!known.contains(name)) {
            System.err.println("There is no " + name + "Test, but: "
                + String.join(", ", known) + ".");
            return 2;
        }
        // Else each answer of Java's HttpServer takes 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Ctrl-C ends all that tests have started, too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessHandle
            .current().descendants().forEach(ProcessHandle::destroyForcibly)));
        // What nodes print meanwhile does not stand between the results.
        System.setOut(new PrintStream(said, true));
        System.setErr(System.out);

        var summary = new SummaryGeneratingListener();
        var showing = new Thread(this::showThatItMoves);
        showing.setDaemon(true);
        showing.start();
        LauncherFactory.create().execute(LauncherExecutionRequestBuilder
            .request(request()).cancellationToken(end)
            .listeners(this, summary).build());
        return report(summary.getSummary());
    }

    // Tests wait more than they work, so there are more at a time than cores.
    private LauncherDiscoveryRequest request() {
        var jupiter = "junit.jupiter.execution.";
        var parallel = jupiter + "parallel.";
        int cores = Runtime.getRuntime().availableProcessors();
        var request = LauncherDiscoveryRequestBuilder.request()
            .configurationParameter(parallel + "enabled", "true")
            .configurationParameter(parallel + "mode.classes.default", "concurrent")
            .configurationParameter(parallel + "config.executor-service",
                "WORKER_THREAD_POOL")
            .configurationParameter(parallel + "config.strategy", "fixed")
            .configurationParameter(parallel + "config.fixed.parallelism",
                "" + (cores + 2))
            .configurationParameter(jupiter + "timeout.default", "5 m")
            .configurationParameter(jupiter + "timeout.thread.mode.default",
                "SEPARATE_THREAD")
            .configurationParameter("junit.jupiter.testclass.order.default",
                "org.junit.jupiter.api.ClassOrderer$OrderAnnotation");
        if (isLong) request.filters(TagFilter.includeTags("long"));
        for (var test : classes)
            if (names.isEmpty() || names.contains(test.getName().replaceFirst(
                "Test$", ""))) request.selectors(selectClass(test));
        return request.build();
    }

    // ## While it runs

    private record Done(String name, long ms) { }

    private TestPlan plan;
    private long total, quiet;
    private final Map<UniqueId, Long> started = new ConcurrentHashMap<>();
    private final Map<UniqueId, List<String>> notes = new ConcurrentHashMap<>();
    private final Map<String, List<String>> running =
        new ConcurrentSkipListMap<>();
    private final List<Done> done = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

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
    public void executionStarted(TestIdentifier test) {
        started.put(test.getUniqueIdObject(), System.nanoTime());
        if (isTopLevel(test)) running.put(test.getDisplayName(),
            Collections.synchronizedList(new ArrayList<>()));
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        notes.computeIfAbsent(test.getUniqueIdObject(), id ->
            new CopyOnWriteArrayList<>()).addAll(entry.getKeyValuePairs().values());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        var why = result.getThrowable().map(Throwable::getMessage).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL -> { if (test.isTest()) note("✓", test, ""); }
            case FAILED -> fail(test, why);
            case ABORTED -> executionSkipped(test, why);
        }
        if (isTopLevel(test)) print(test);
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (end.isCancellationRequested()) return;
        synchronized (this) {
            skipped.add(reason);
        }
        note("-", test, "  skipped: " + reason);
    }

    private void fail(TestIdentifier test, String why) {
        note("✗", test, "");
        print("  ✗ " + classOf(test) + ": " + sentence(test) + ": "
            + why.strip().lines().findFirst().orElse(""));
        if (failFast) end.cancel();
    }

    private synchronized void note(String mark, TestIdentifier test, String why) {
        long ms = ms(test);
        var name = sentence(test);
        var lines = running.getOrDefault(classOf(test), new ArrayList<>());
        lines.add("  %s %-64s %6d ms%s".formatted(mark, name, ms, why));
        for (var more : notes.getOrDefault(test.getUniqueIdObject(), List.of()))
            lines.add("    " + more);
        if (test.isTest()) done.add(new Done(classOf(test) + ": " + name, ms));
    }

    // A class is printed when all of it is done, however many run beside it.
    private synchronized void print(TestIdentifier test) {
        var lines = running.remove(test.getDisplayName());
        print("%n%s  %.1f s".formatted(test.getDisplayName(), ms(test) / 1e3));
        lines.forEach(this::print);
    }

    private synchronized void print(String line) {
        out.println((Ansi.AUTO.enabled() ? "\r\033[K" : "") + line);
        quiet = 0;
    }

    // On a terminal each second, in a file where nothing else came for 20.
    private void showThatItMoves() {
        boolean terminal = Ansi.AUTO.enabled();
        try {
            while (true) {
                Thread.sleep(1_000);
                synchronized (this) {
                    if (plan == null || running.isEmpty()) continue;
                    var line = "  … %d of %d done, now: %s".formatted(done.size(),
                        total, String.join(", ", running.keySet()));
                    if (terminal) out.print("\r\033[K" + line.substring(0,
                        Math.min(79, line.length())));
                    else if (++quiet % 20 == 0) out.println(line);
                }
            }
        } catch (InterruptedException e) {
            // the program ends
        }
    }

    // ## At the end

    private int report(org.junit.platform.launcher.listeners.TestExecutionSummary
            result) {
        long failed = result.getTotalFailureCount();
        if (failed > 0) result.printFailuresTo(new PrintWriter(out), 20);
        var lines = said.toString().lines().toList();
        if (failed > 0 && !lines.isEmpty()) {
            out.println("\nWhat was printed meanwhile, the end of it:");
            lines.stream().skip(Math.max(0, lines.size() - 40)).forEach(line ->
                out.println("  " + line));
        }
        if (classes.size() > 1) {
            out.println("\nThe slowest:");
            done.stream().sorted(Comparator.comparing(it -> -it.ms)).limit(10)
                .forEach(it -> out.printf("  %6.1f s  %s%n", it.ms / 1e3, it.name));
        }
        boolean complete = System.getenv("CI") == null || skipped.isEmpty();
        if (!complete) out.println("\nIn CI nothing may be skipped.");
        if (end.isCancellationRequested())
            out.println("\nStopped at the first failure.");
        out.printf("%n%d passed, %d failed%s%n", result.getTestsSucceededCount(),
            failed, skipped.isEmpty() ? "" : ", " + skipped.size() + " skipped");
        return failed == 0 && complete && result.getTestsSucceededCount() > 0
            ? 0 : 1;
    }

    // ## Names

    private long ms(TestIdentifier test) {
        var begun = started.getOrDefault(test.getUniqueIdObject(),
            System.nanoTime());
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    private boolean isTopLevel(TestIdentifier test) {
        return test.getSource().orElse(null) instanceof ClassSource
            && plan.getParent(test).map(it -> it.getParentId().isEmpty())
                .orElse(false);
    }

    private String classOf(TestIdentifier test) {
        while (!isTopLevel(test) && plan.getParent(test).isPresent())
            test = plan.getParent(test).get();
        return test.getDisplayName();
    }

    // editingABlockBreaksTheChain() is a sentence, but for its spaces; what
    // stands above a test, below its class, stands in front.
    private String sentence(TestIdentifier test) {
        var names = new LinkedList<String>();
        for (var it = test; !isTopLevel(it) && plan.getParent(it).isPresent();
                it = plan.getParent(it).get())
            names.addFirst(it.getDisplayName().replaceFirst("\\(.*\\)$", "")
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])"
                    + "|(?<=[A-Z])(?=[A-Z][a-z])", " ").toLowerCase());
        return String.join(": ", names);
    }
}
