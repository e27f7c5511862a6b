///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES help/Nodes.java
//SOURCES help/SignedStandIn.java

// Holds CheckNode.java --signed to nodes that validate payments: all green on
// ours, and on each broken one red where it is broken and nowhere else.

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.util.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Execution(CONCURRENT)
class CheckSignedTest {
    @AutoClose final Nodes nodes = new Nodes();

    @ParameterizedTest
    @EnumSource
    void ourSignedNodeIsGreenInEveryRow(Rule rule) throws Exception {
        var report = Checks.report(0, nodes.start("--signed", "--rule", ""
            + rule).url(), "--signed", "--zeros", "2", "--rule", "" + rule);
        assertEquals(Set.of(), Checks.titles(report, "failed", "waiting"));
        assertEquals(5, report.get("step").intValue());
    }

    @Test
    void anUnsignedNodeIsRedInOneRowAndAllOthersWait() throws Exception {
        var report = Checks.report(1, nodes.start().url(), "--signed",
            "--zeros", "2");
        assertEquals(Set.of(SignedStandIn.SAYS), Checks.titles(report,
            "failed"));
        assertTrue(Checks.titles(report, "waiting").contains(
            "a signed payment is taken"));
    }

    @ParameterizedTest
    @EnumSource
    void eachFaultTurnsItsRowsRedAndNoOthers(SignedStandIn.Fault fault)
            throws Exception {
        try (var node = new SignedStandIn(fault)) {
            var report = node.report(1, "--signed");
            var red = new TreeSet<>(SignedStandIn.ALWAYS);
            red.removeAll(Checks.titles(report, "waiting"));
            red.addAll(fault.rows);
            assertEquals(red, Checks.titles(report, "failed"));
        }
    }

    public static void main(String... arguments) {
        Runner.run(CheckSignedTest.class, arguments);
    }
}
