///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../Blockchain.java
//SOURCES ../beyond/Script.java

// Runs a command on a machine without rest: now and then one of its
// processes stands still for a moment, and other programs want the cores.
// What depends on a clock goes wrong then. So tests are tried here:
//
//     ./jbang tests/Unrest.java ./jbang tests/GossipTest.java
//     ./jbang tests/Unrest.java --busy 2 --times 20 ./jbang tests/AllTests.java

import java.util.*;
import java.util.concurrent.*;
import picocli.CommandLine;
import picocli.CommandLine.*;

@Command(name = "Unrest.java", mixinStandardHelpOptions = true, version = "1.0",
    description = "Runs a command while its processes stop and go.")
public class Unrest implements Callable<Integer> {

    @Option(names = "--busy", paramLabel = "N", description =
        "Let so many threads do sums beside it (0).") int busy;
    @Option(names = "--stops", paramLabel = "N", defaultValue = "20",
        description = "Stop a process so many times a minute (20).") int stops;
    @Option(names = "--times", paramLabel = "N", defaultValue = "1",
        description = "Run the command so often (1).") int times;
    @Parameters(arity = "1..*", paramLabel = "COMMAND") List<String> command;

    private final Random random = new Random();

    public Integer call() throws Exception {
        for (int i = 0; i < busy; i++) daemon(() -> {
            for (var sha256 = new Sha256(); ; ) sha256.hex("busy");
        });
        int failed = 0;
        for (int i = 1; i <= times; i++) {
            var program = new ProcessBuilder(command).inheritIO().start();
            daemon(() -> disturb(program));
            boolean well = program.waitFor() == 0;
            if (!well) failed++;
            if (times > 1) System.out.printf("%n%d of %d: %s%n", i, times,
                well ? "good" : "failed");
        }
        if (times > 1) System.out.println(failed + " of " + times + " failed.");
        return failed == 0 ? 0 : 1;
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    // It is always let go again, whatever happens here.
    private void disturb(Process program) {
        try {
            while (program.isAlive() && stops > 0) {
                Thread.sleep(random.nextInt(120_000 / stops));
                var all = program.descendants().filter(it -> it.info().command()
                    .orElse("").matches(".*(java|node|chromium|python3?).*"))
                    .toList();
                if (all.isEmpty()) continue;
                long pid = all.get(random.nextInt(all.size())).pid();
                try {
                    kill("-STOP", pid);
                    Thread.sleep(200 + random.nextInt(700));
                } finally {
                    kill("-CONT", pid);
                }
            }
        } catch (InterruptedException e) {
            // the program ends
        }
    }

    private static void kill(String signal, long pid)
            throws InterruptedException {
        try {
            new ProcessBuilder("kill", signal, "" + pid).start().waitFor();
        } catch (java.io.IOException e) {
            throw new IllegalStateException("There is no kill here", e);
        }
    }

    public static void main(String... arguments) {
        System.exit(Script.run(new CommandLine(new Unrest())
            .setStopAtPositional(true), arguments));
    }
}
