//JAVA 17+

// # Beyond the tutorial: no, in a sentence

/** What can't be done, and why: a sentence for whoever asked for it. */
class Refusal extends RuntimeException {
    /** What it tells: ask for something else, come back later, or give up. */
    enum Kind { WRONG, FORBIDDEN, MISSING, BUSY, FULL, STOPPING }

    final Kind kind;

    Refusal(Kind kind, String sentence) {
        super(sentence);
        this.kind = kind;
    }

    static void unless(boolean good, String otherwise) {
        if (!good) throw new Refusal(Kind.WRONG, otherwise);
    }
}
