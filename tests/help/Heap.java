//JAVA 17+
//RUNTIME_OPTIONS -Xms600m -XX:NewSize=400m

// Much room for new objects, where all tests run in one Java: there is less
// to collect then. Of several such options the last one counts, and Node.java
// has one, too: so AllTests.java names this file behind all others.
