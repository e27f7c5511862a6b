///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES *Test.java

// All tests: jbang tests/AllTests.java

public class AllTests {
    public static void main(String... arguments) {
        Runner.run(BlockchainTest.class, StartTest.class, NodeTest.class,
            HostileTest.class, NetworkTest.class, LedgerTest.class,
            GossipTest.class, AccountsTest.class, WalletTest.class,
            DemoTest.class, ExplorerTest.class, CheckNodeTest.class,
            CheckSignedTest.class, PostmanTest.class, ClassroomTest.class,
            DocsTest.class, PicturesTest.class);
    }
}
