///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES help/Runner.java
//SOURCES *Test.java
//SOURCES help/Heap.java

// All tests: jbang tests/AllTests.java
//
//     jbang tests/AllTests.java Ledger Gossip    those of two classes
//     jbang tests/AllTests.java --fail-fast      up to the first red one
//     jbang tests/AllTests.java --long           what is otherwise left out

public class AllTests {
    public static void main(String... arguments) throws Exception {
        Programs.keepClasses();
        Runner.runAll(AllTests.class, arguments);
    }
}
