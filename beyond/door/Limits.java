//JAVA 17+

// # Beyond the tutorial: how much is enough
//
// Whatever strangers can make grow has an end here, with its reason.

final class Limits {
    /** Transactions that wait, in memory. */
    static final int WAITING = 10_000;

    /** Their bytes of JSON: some hundreds each. */
    static final int WAITING_BYTES = 4_000_000;

    /** Searches that wait, each with a thread. */
    static final int SEARCHES = 100;

    /** Bytes of a request, but for a chain: a payment has some hundreds. */
    static final int REQUEST = 100_000;

    /** Bytes of a request's headers: a browser sends localhost's cookies. */
    static final int HEADERS = 32_768;

    /** Bytes of a chain: some 200,000 blocks with nothing but rewards. */
    static final int CHAIN = 64_000_000;

    // A chain that is mined stays below what others take, however it is
    // spaced, and with the block that is being mined.
    /** Bytes of a chain behind which no block is mined. */
    static final int MINED = CHAIN / 8 * 5;

    /** Bytes of any other answer of a neighbour: all that may wait there. */
    static final int ANSWER = 5_000_000;

    // As deep as Python goes. A chain may come as a bare list, and then lies
    // deeper in the ledger, which writes an object around it.
    /** Lists in lists, in what strangers send; then in our ledger. */
    static final int DEPTH = 994, LEDGER_DEPTH = 999;

    /** Digits of a whole number, as in Python. */
    static final int DIGITS = 4_300;

    /** Neighbours, and how many of them are asked at the same time. */
    static final int NEIGHBOURS = 100, ASKED = 50;

    /** Seconds for a neighbour's answer, and for a client's request. */
    static final int ANSWERS = 10, REQUESTS = 25;

    /** Seconds to check the signatures of one chain. */
    static final int SIGNATURES = 10;

    /** Clients that send a long text, each with a thread while it comes. */
    static final int UPLOADS = 50;

    // With those that wait for a search, these leave threads for all others.
    /** Clients that are sent a long text, each with a thread as well. */
    static final int READERS = 50;

    /** Lines that wait to be printed, of some hundred characters each. */
    static final int LINES = 1_000;

    /** For {@code --help}. */
    static final String SAID = "At most " + WAITING / 1_000 + ",000 "
        + "transactions wait and " + SEARCHES + " searches; a request has "
        + REQUEST / 1_000 + " kB, a chain " + CHAIN / 1_000_000 + " MB, a "
        + "node " + NEIGHBOURS + " neighbours, who get " + ANSWERS + " s. "
        + "Only those of --peer and --join keep their places.";
}
