// JMH measures what is in a package, and nothing in a package can name the
// classes of a script. So this asks Benchmark.java for the work by its name.

package jmh;

import java.util.function.LongSupplier;
import org.openjdk.jmh.annotations.*;

@State(Scope.Benchmark)
public class Functions {
    @Param("") public String what;
    @Param("0") public int size;
    private LongSupplier work;

    @Setup
    public void find() throws ReflectiveOperationException {
        work = (LongSupplier) Class.forName("Benchmark")
            .getMethod("work", String.class, int.class)
            .invoke(null, what, size);
    }

    /** How much was done, as blocks or guesses. */
    @State(Scope.Thread)
    @AuxCounters
    public static class Count {
        public long done;
    }

    @Benchmark
    public void work(Count count) {
        count.done += work.getAsLong();
    }
}
