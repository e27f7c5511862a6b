//JAVA 17+
//SOURCES Checks.java

// A node as a student may have written it, good but for one fault.

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.*;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

class StandIn implements AutoCloseable {
    private static final String
        HASH = "a block names the hash of the one before it",
        LONGER = "a longer valid chain replaces ours",
        TAKEN = "a longer chain is taken: ",
        REFUSED = "a longer one is refused: ",
        FRACTIONS = TAKEN + "numbers with a fraction",
        WHOLE = TAKEN + "whole numbers of any size",
        LETTERS = TAKEN + "letters of any kind",
        OBJECTS = TAKEN + "objects inside, keys sorted as in Python",
        SERVED = "a chain is served as it is hashed",
        HALF = "half an emoji, too",
        ANSWERS = "while it resolves, the node still answers",
        MEANWHILE = "what is paid while a block is mined is not lost",
        TWO = "two who mine at once leave a valid chain",
        SILENT = "a neighbour that never answers does no harm",
        NAMES = "also with any letters in names, and fractions",
        NEWEST = REFUSED + "a bad proof in the newest block",
        ELSEWHERE = REFUSED + "zeros that stand elsewhere in the hash",
        RESEALED = REFUSED + "a proof off by one, links resealed";

    enum Fault {
        none, typed,
        separators(HASH),
        chainsUnchecked(NEWEST, ELSEWHERE, RESEALED,
            REFUSED + "an amount edited", REFUSED + "a timestamp edited",
            REFUSED + "the genesis proof edited", REFUSED + "a block removed",
            REFUSED + "a previous_hash overwritten",
            REFUSED + "an amount 1 turned to 1.0"),
        noProofCheck(NEWEST, ELSEWHERE, RESEALED),
        newestUnchecked(NEWEST, ELSEWHERE),
        zerosAnywhere(ELSEWHERE),
        timestampNotHashed(HASH),
        plainSmallNumbers(FRACTIONS),
        plainLargeNumbers(FRACTIONS),
        shortExponents(FRACTIONS),
        noFractions(FRACTIONS, REFUSED + "an amount 1 turned to 1.0"),
        rounded(WHOLE),
        delAsItIs(LETTERS),
        newlineAsHex(LETTERS),
        slashEscaped(LETTERS),
        upperCaseHex(NAMES, LETTERS, OBJECTS),
        utf8(NAMES, LETTERS, OBJECTS),
        utf16Order(OBJECTS),
        innerKeysUnsorted(OBJECTS),
        servesOtherNumbers(SERVED),
        servesUtf8(HALF),
        neverAsks(LONGER),
        equalsWin("a chain as long as ours doesn't replace it"),
        firstWins("of two longer chains the longer one wins"),
        equalOnce("two equal payments are two"),
        losesPending("a block holds the transactions sent before it",
            "two equal payments are two", NAMES, MEANWHILE,
            "what waits for a block still waits after that"),
        losesPendingWithChain("what waits for a block still waits after that"),
        keepsPending("the next block holds only what is new", MEANWHILE),
        noReward("its last transaction rewards the miner",
            "the next block holds only what is new"),
        wrongForecast("and says which block will hold it"),
        status200("POST /transactions/new takes a transaction",
            "POST /nodes/register takes two neighbours"),
        lengthOff("length is the number of its blocks"),
        countsFromZero("blocks count from 1",
            "and tells of the block that was made"),
        registersTwice("who registers twice is one neighbour still"),
        forgetsNeighbours("who registers twice is one neighbour still",
            "a neighbour that talks nonsense does no harm", ANSWERS,
            SILENT, "a dead neighbour does no harm"),
        newRecipients("its last transaction rewards the miner"),
        milliseconds("timestamps are seconds since 1970"),
        locksWhileAsking(ANSWERS),
        takesTextProofs(REFUSED + "a proof that is a text"),
        trustsLength("a neighbour's length is counted, not believed"),
        crashes("a dead neighbour does no harm"),
        losesWhatIsPaidMeanwhile(MEANWHILE, TWO),
        losesWhatIsMinedMeanwhile(TWO),
        wantsContentType("JSON is read whatever its Content-Type says"),
        noOrigin("GET /chain may be read by any page");

        final List<String> rows;

        Fault(String... rows) {
            this.rows = List.of(rows);
        }

        boolean isBeyond() {
            return compareTo(locksWhileAsking) >= 0 || rows.isEmpty();
        }
    }

    final int[] ports = Checks.ports(); // of its neighbours
    private final ProofOfWork rule = new ProofOfWork(Rule.classic, 2);
    private final List<String> neighbours = new ArrayList<>();
    private final HttpServer server;
    volatile Fault fault;
    List<Map<String, Object>> chain = new ArrayList<>();
    List<Object> pending = new ArrayList<>();
    int left = Integer.MAX_VALUE; // requests that it will answer

    StandIn(Fault fault) throws IOException {
        this(fault, Programs.port()); // which no stranger remembers
    }

    StandIn(Fault fault, int port) throws IOException {
        this.fault = fault;
        add(100, "1");
        server = HttpServer.create(new InetSocketAddress("localhost", port), 0);
        server.createContext("/", this::handle);
        server.setExecutor(Talk.THREADS);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    public void close() {
        server.stop(0);
    }

    // ## How it is checked
    //
    // It is told which row comes next, and so needs no clock: where a fault
    // shows only if two are in here at once, the first to mine waits for the
    // second, or who pays for who mines. And it hangs up soon on whoever never
    // answers, on nobody else.

    String text(int status, String... more) {
        return Checks.text(check(), status, arguments(more));
    }

    JsonNode report(int status, String... more) throws IOException {
        return Checks.report(check(), status, arguments(more));
    }

    private CheckNode check() {
        var check = new CheckNode() {
            @Override
            Report.Result run(Rows.Row row) throws Talk.Gone {
                expects(row.title());
                return super.run(row);
            }
        };
        check.ports = ports;
        return check;
    }

    private String[] arguments(String... more) {
        return Checks.plus(more, url(), "--zeros", "2");
    }

    private String row = "";
    private boolean alone = true;
    private int answered;

    private synchronized void expects(String row) {
        this.row = row;
        alone = !fault.rows.contains(row);
    }

    private void letAnotherIn() throws IOException {
        if (alone) return;
        alone = true;
        notifyAll();
        int before = answered;
        await(() -> answered > before);
    }

    private void await(BooleanSupplier condition) throws IOException {
        try {
            while (!condition.getAsBoolean()) wait();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    // ## What it answers

    private Map<String, Object> add(long proof, String previousHash) {
        var block = Map.<String, Object>of("index", chain.size()
            + (fault == Fault.countsFromZero ? 0 : 1), "timestamp",
            System.currentTimeMillis() / (fault == Fault.milliseconds ? 1
                : 1000) + 0.25, "transactions", List.copyOf(pending),
            "proof", proof, "previous_hash", previousHash);
        if (fault != Fault.keepsPending) pending = new ArrayList<>();
        chain.add(block);
        return block;
    }

    private String hash(Map<String, Object> block) {
        if (fault == Fault.timestampNotHashed) {
            block = new HashMap<>(block);
            block.put("timestamp", 0);
        }
        var text = CanonicalJson.of(block);
        text = switch (fault) {
            case separators -> text.replace(": ", ":").replace(", ", ",");
            case plainSmallNumbers -> text.replace("1e-05", "0.00001");
            case plainLargeNumbers -> text.replace("1e+16",
                "10000000000000000");
            case shortExponents -> text.replace("e-05", "e-5");
            case noFractions -> text.replaceAll("\\b(\\d+)\\.0\\b", "$1");
            case rounded -> text.replace("12345678901234567890",
                "12345678901234567000");
            case delAsItIs -> text.replace("\\u007f", "\u007f");
            case newlineAsHex -> text.replace("\\n", "\\u000a");
            case slashEscaped -> text.replace("/", "\\/");
            case upperCaseHex -> Pattern.compile("(?<=\\\\u)[0-9a-f]{4}")
                .matcher(text).replaceAll(it -> it.group().toUpperCase());
            case utf8 -> text.replaceAll("\\\\u(d83d|00eb|6751)", "?");
            case utf16Order -> text.replace(
                "{\"\\uffee\": 1, \"\\ud83d\\ude00\": 2}",
                "{\"\\ud83d\\ude00\": 2, \"\\uffee\": 1}");
            case innerKeysUnsorted -> text.replace("{\"a\": 2, \"z\": 1}",
                "{\"z\": 1, \"a\": 2}");
            default -> text;
        };
        return new Sha256().hex(text);
    }

    private void handle(HttpExchange http) throws IOException {
        int status = http.getRequestMethod().equals("POST")
            && fault != Fault.status200 ? 201 : 200;
        String text;
        try {
            var body = http.getRequestBody().readAllBytes();
            if (left-- == 0) {
                server.stop(0);
                return;
            }
            if (fault == Fault.wantsContentType && body.length > 0
                && !"application/json".equals(http.getRequestHeaders()
                    .getFirst("Content-Type")))
                throw new IllegalArgumentException("Missing values");
            Map<?, ?> values = body.length == 0 ? Map.of()
                : Client.JSON.readValue(body, Map.class);
            var path = http.getRequestURI().getPath();
            boolean asks = path.equals("/nodes/resolve")
                && fault != Fault.neverAsks;
            List<Map<?, ?>> heard = List.of();
            if (asks && fault != Fault.locksWhileAsking) heard = askAll();
            synchronized (this) {
                if (asks && fault == Fault.locksWhileAsking) heard = askAll();
                text = CanonicalJson.of(answer(path, values, heard));
                if (path.equals("/chain")) text = served(text);
                answered++;
                notifyAll();
            }
        } catch (RuntimeException | IOException e) {
            status = e instanceof ConnectException ? 500 : 400;
            text = String.valueOf(e.getMessage());
        }
        var bytes = text.getBytes(UTF_8);
        if (fault != Fault.noOrigin) http.getResponseHeaders().add(
            "Access-Control-Allow-Origin", "*");
        http.sendResponseHeaders(status, bytes.length);
        http.getResponseBody().write(bytes);
        http.close();
    }

    private String served(String text) {
        return switch (fault) {
            case servesOtherNumbers -> text.replace("\"note\": 5.0",
                "\"note\": 5");
            case servesUtf8 -> text.replaceAll("\\\\ud83d(?!\\\\ude)", "?");
            default -> text;
        };
    }

    private Object answer(String path, Map<?, ?> values,
                          List<Map<?, ?>> heard) throws IOException {
        return switch (path) {
            case "/mine" -> mine();
            case "/transactions/new" -> take(values);
            case "/nodes/register" -> register(values);
            case "/nodes/resolve" -> resolve(heard) ? Map.of("message",
                "Our chain was replaced", "new_chain", chain) : Map.of(
                "message", "Our chain is authoritative", "chain", chain);
            case "/nodes" -> nodes();
            default -> Map.of("chain", chain, "length", chain.size()
                + (fault == Fault.lengthOff ? 1 : 0));
        };
    }

    private Object mine() throws IOException {
        var last = chain.get(chain.size() - 1);
        long proof = rule.proofOfWork(new Block(1, 0, List.of(),
            Forge.proof(last), ""));
        var held = new ArrayList<>(pending);
        int place = chain.size();
        if (fault == Fault.losesWhatIsPaidMeanwhile) {
            letAnotherIn();
            pending = held;
        } else if (fault == Fault.losesWhatIsMinedMeanwhile) {
            letAnotherIn();
            chain = new ArrayList<>(chain.subList(0, place));
        }
        if (fault != Fault.noReward) pending.add(Map.of("sender", "0",
            "recipient", "me" + (fault == Fault.newRecipients
                ? System.nanoTime() : ""), "amount", 1));
        var answer = new HashMap<>(add(proof, hash(last)));
        answer.put("message", "New Block Forged");
        return answer;
    }

    private Object take(Map<?, ?> payment) throws IOException {
        if (fault == Fault.losesWhatIsPaidMeanwhile) await(() -> alone);
        if (!payment.keySet().equals(Set.of("sender", "recipient", "amount")))
            throw new IllegalArgumentException("Missing values");
        if (!takes(payment))
            throw new IllegalArgumentException("No such payment");
        if (fault != Fault.losesPending && !(fault == Fault.equalOnce
            && pending.contains(payment))) pending.add(payment);
        return Map.of("message", "Transaction will be added to Block "
            + (chain.size() + (fault == Fault.wrongForecast ? 0 : 1)));
    }

    private Object register(Map<?, ?> values) {
        if (!values.containsKey("nodes")) throw new IllegalArgumentException(
            "Error: Please supply a valid list of nodes");
        if (fault == Fault.forgetsNeighbours) neighbours.clear();
        if (values.get("nodes") instanceof List<?> all) for (var node : all) {
            var address = URI.create("" + node).getAuthority();
            if (fault == Fault.registersTwice || !neighbours.contains(address))
                neighbours.add(address);
        }
        return Map.of("message", "New nodes have been added", "total_nodes",
            List.copyOf(neighbours));
    }

    private List<Map<?, ?>> askAll() throws IOException {
        var heard = new ArrayList<Map<?, ?>>();
        for (var neighbour : List.copyOf(neighbours)) try {
            var request = HttpRequest.newBuilder(
                URI.create("http://" + neighbour + "/chain"));
            if (row.equals(SILENT) && neighbour.equals(neighbours.get(0))
                || fault == Fault.locksWhileAsking && row.equals(ANSWERS))
                request.timeout(Duration.ofMillis(20));
            heard.add(Client.JSON.readValue(Client.HTTP.send(request.build(),
                BodyHandlers.ofString()).body(), Map.class));
        } catch (ConnectException e) {
            if (fault == Fault.crashes) throw e;
        } catch (IOException | RuntimeException | InterruptedException e) {
            // so it has nothing to offer
        }
        return heard;
    }

    @SuppressWarnings("unchecked")
    private boolean resolve(List<Map<?, ?>> heard) {
        List<Map<String, Object>> longest = null;
        int most = chain.size();
        for (var answer : heard) try {
            var theirs = (List<Map<String, Object>>) answer.get("chain");
            for (var block : theirs) {
                if (fault == Fault.takesTextProofs) block.put("proof",
                    Long.valueOf("" + block.get("proof")));
                block.put("proof", Forge.proof(block));
            }
            int length = fault == Fault.trustsLength
                ? (int) answer.get("length") : theirs.size();
            if (length < most + (fault == Fault.equalsWin ? 0 : 1)
                || !valid(theirs) || fault == Fault.typed && !(theirs.get(0)
                    .get("previous_hash") instanceof String)) continue;
            if (fault != Fault.firstWins || longest == null) longest = theirs;
            most = length;
        } catch (RuntimeException e) {
            // so it is no chain
        }
        if (longest == null) return false;
        chain = longest;
        replaced();
        if (fault == Fault.losesPendingWithChain) pending.clear();
        return true;
    }

    // A node that validates payments does more.

    boolean takes(Map<?, ?> payment) {
        return true;
    }

    void replaced() { }

    Map<String, Object> nodes() {
        return Map.of();
    }

    boolean valid(List<Map<String, Object>> chain) {
        if (chain.isEmpty()) return false;
        if (fault == Fault.chainsUnchecked) return true;
        for (int i = 1; i < chain.size()
            - (fault == Fault.newestUnchecked ? 1 : 0); i++) {
            var last = chain.get(i - 1);
            var block = chain.get(i);
            if (!hash(last).equals(block.get("previous_hash"))) return false;
            var work = rule.hash((long) last.get("proof"),
                (long) block.get("proof"), "");
            if (fault != Fault.noProofCheck && !(fault == Fault.zerosAnywhere
                ? work.contains("00") : work.startsWith("00"))) return false;
        }
        return true;
    }
}
