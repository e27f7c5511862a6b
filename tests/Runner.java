//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8
//RUNTIME_OPTIONS -Dfile.encoding=UTF-8
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8
//DEPS org.junit.jupiter:junit-jupiter:6.1.3
//DEPS org.junit.platform:junit-platform-launcher:6.1.3

// Runs test classes with JUnit and says in plain sentences what came out.
// Each test script ends with a call of it, so that it runs by itself:
//
//     jbang tests/BlockchainTest.java

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.*;
import org.junit.platform.launcher.core.*;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class Runner implements TestExecutionListener {

    private final List<String> skipped = new ArrayList<>();
    private long started;

    /** Runs the tests, and ends the program with status 1 if one failed. */
    static void run(Class<?>... tests) {
        // Else each answer of Java's HttpServer takes 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        var request = LauncherDiscoveryRequestBuilder.request();
        for (var test : tests) request.selectors(selectClass(test));
        var summary = new SummaryGeneratingListener();
        var runner = new Runner();
        LauncherFactory.create().execute(request.build(), summary, runner);

        var result = summary.getSummary();
        result.printFailuresTo(new PrintWriter(System.out), 20);
        System.out.printf("%n%d passed, %d failed%s%n",
            result.getTestsSucceededCount(), result.getTotalFailureCount(),
            runner.skipped.isEmpty() ? "" : ", " + runner.skipped.size() + " skipped");
        boolean complete = System.getenv("CI") == null || runner.skipped.isEmpty();
        if (!complete) System.out.println("In CI nothing may be skipped.");
        System.exit(result.getTotalFailureCount() == 0 && complete
            && result.getTestsSucceededCount() > 0 ? 0 : 1);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        started = System.nanoTime();
        if (!test.isTest() && test.getParentId().isPresent())
            System.out.println("\n" + test.getDisplayName());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        var why = result.getThrowable().map(Throwable::getMessage).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL -> { if (test.isTest()) print("✓", test, ""); }
            case FAILED -> print("✗", test, "");
            case ABORTED -> executionSkipped(test, why);
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped.add(reason);
        print("-", test, "  skipped: " + reason);
    }

    // editingABlockBreaksTheChain() is a sentence, but for its spaces.
    private void print(String mark, TestIdentifier test, String note) {
        var sentence = test.getDisplayName().replaceFirst("\\(.*\\)$", "")
            .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])"
                + "|(?<=[A-Z])(?=[A-Z][a-z])", " ")
            .toLowerCase();
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        System.out.printf("  %s %-64s %6d ms%s%n", mark, sentence, ms, note);
    }
}
