//JAVA 17+
//SOURCES ../../Blockchain.java

// The book's own drawings, docs/*.svg: curves of what its cells print, and
// games that are drawn instead of counted.

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.*;
import java.util.*;
import java.util.function.DoubleUnaryOperator;
import java.util.regex.*;

final class Drawings {
    private static final String RED = "#c62828", BLUE = "#1e88e5",
        GREY = "#607d8b"; // to be seen on white and on black

    /** Each by its file's name. */
    static Map<String, String> all(Path root) throws IOException {
        return Map.of("avalanche.svg", avalanche(), "zeros.svg", zeros(root),
            "forks.svg", forks(root), "dial.svg", dial(root), "race.svg",
            race(), "waits.svg", waits(root));
    }

    // ## Chapter 2: the bits that change with one letter

    private static String avalanche() {
        var one = bits("someone-other-address");
        var other = bits("someone-other-addresS");
        var svg = new StringBuilder("<svg xmlns='http://www.w3.org/2000/svg' "
            + "width='640' viewBox='0 0 320 80'>\n");
        for (int i = 0; i < 256; i++) svg.append("<rect x='%d' y='%d' "
            .formatted(i % 32 * 10, i / 32 * 10)).append(
            "width='9' height='9' fill='%s'/>\n".formatted(
                one.charAt(i) == other.charAt(i) ? "#cfd8dc" : "#b71c1c"));
        return svg.append("</svg>\n").toString();
    }

    private static String bits(String text) { // 256 times 0 or 1
        return "%256s".formatted(new BigInteger(new Sha256().hex(text), 16)
            .toString(2)).replace(' ', '0');
    }

    // ## What the cells print

    private static List<double[]> numbers(Path root, String page, String line)
            throws IOException {
        var rows = new ArrayList<double[]>();
        Pattern.compile(line, Pattern.MULTILINE).matcher(Files.readString(
            root.resolve("docs/" + page))).results().forEach(found -> {
                var row = new double[found.groupCount()];
                for (int i = 0; i < row.length; i++) row[i] = Double
                    .parseDouble(found.group(i + 1).replace(",", ""));
                rows.add(row);
            });
        return rows;
    }

    private static List<double[]> columns(List<double[]> rows, int x, int y) {
        return rows.stream().map(row -> new double[] {row[x], row[y]}).toList();
    }

    // Chapter 3: guesses, by zeros.
    private static String zeros(Path root) throws IOException {
        var rows = numbers(root, "03-proof-of-work.md",
            "^ +(\\d) +([\\d,]+) +([\\d,]+) +([\\d,]+) +([\\d,]+)$");
        var chart = new Chart("zeros", 0, 5, "guesses (each step up: ten times "
            + "as many)", 0, 6, true);
        chart.marks(1, 2, 3, 4);
        for (var row : rows) chart.line(GREY, false, List.of(
            new double[] {row[0], row[3]}, new double[] {row[0], row[4]}));
        chart.line(BLUE, false, columns(rows, 0, 1));
        chart.dots(RED, columns(rows, 0, 2));
        chart.label(RED, 2.1, 4.2, "the average of 15 searches");
        chart.label(GREY, 2.1, 1.6, "from the luckiest to the unluckiest");
        return chart.svg();
    }

    // Chapter 10: the share of forks.
    private static String forks(Path root) throws IOException {
        var rows = numbers(root, "10-a-network-that-runs-itself.md",
            "delay/interval ([\\d.]+): formula ([\\d.]+), counted ([\\d.]+)");
        var chart = new Chart("delay / interval", 0, 1.1, "share of forks", 0,
            0.7, false);
        chart.marks(0, 0.5, 1);
        chart.line(BLUE, false, curve(0, 1.1, x -> 1 - Math.exp(-x)));
        chart.dots(RED, columns(rows, 0, 2));
        chart.label(BLUE, 0.45, 0.5, "the formula");
        chart.label(RED, 0.75, 0.45, "counted");
        return chart.svg();
    }

    // Chapter 11: minutes a block, while the power changes.
    private static String dial(Path root) throws IOException {
        var rows = numbers(root, "11-from-here-to-bitcoin.md", "period (\\d): "
            + "power +(\\d+), a block needs +\\d+ guesses, +([\\d.]+) minutes");
        var chart = new Chart("period", 0.5, 9.5, "minutes a block", 0, 45,
            false);
        chart.marks(1, 2, 3, 4, 5, 6, 7, 8, 9);
        chart.line(GREY, true, List.of(new double[] {0.5, 10},
            new double[] {9.5, 10}));
        chart.line(RED, false, columns(rows, 0, 2));
        chart.dots(RED, columns(rows, 0, 2));
        chart.label(BLUE, 2.7, 1.5, "power × 2");
        chart.label(BLUE, 4.7, 1.5, "power × 2");
        chart.label(BLUE, 5.3, 41, "power ÷ 4");
        return chart.svg();
    }

    // Chapter 11: the risk, by confirmations.
    private static String waits(Path root) throws IOException {
        var chart = new Chart("confirmations, z", 0, 10, "risk (each step up: "
            + "ten times as high)", -6, 0, true);
        chart.marks(0, 2, 4, 6, 8, 10);
        for (var q : List.of(0.1, 0.3)) {
            for (var row : numbers(root, "11-from-here-to-bitcoin.md",
                    "q=([\\d.]+)  z=(\\d+) +P=([\\d.]+)")) if (row[0] == q
                && Math.abs(row[2] - paper(q, (int) row[1])) > 1e-7)
                throw new AssertionError("z=" + row[1] + " P=" + row[2]);
            chart.line(GREY, true, curve(0, 10, z -> paper(q, (int) z)));
            chart.line(RED, false, curve(0, 10, z -> exact(q, (int) z)));
        }
        chart.label(RED, 5.5, 0.25, "three tenths of the power");
        chart.label(RED, 1.6, 0.0006, "a tenth of the power");
        chart.label(GREY, 7.7, 2e-6, "the paper");
        return chart.svg();
    }

    private static double paper(double q, int z) { // as chapter 11 has it
        double expected = z * q / (1 - q), poisson = Math.exp(-expected);
        double success = 1;
        for (int k = 0; k <= z; k++) {
            success -= poisson * (1 - Math.pow(q / (1 - q), z - k));
            poisson *= expected / (k + 1);
        }
        return success;
    }

    private static double exact(double q, int z) { // so, too
        double p = 1 - q, chance = Math.pow(p, z), success = 1;
        for (int k = 0; k < z; k++) {
            success -= chance * (1 - Math.pow(q / p, z - k));
            chance *= q * (z + k) / (k + 1);
        }
        return success;
    }

    private static List<double[]> curve(double from, double to,
                                        DoubleUnaryOperator f) {
        var points = new ArrayList<double[]>();
        double step = (to - from) / (to > 9 ? to - from : 40);
        for (double x = from; x < to + step / 2; x += step)
            points.add(new double[] {x, f.applyAsDouble(x)});
        return points;
    }

    // ## Chapter 11: the gambler's ruin, 24 games with q = 0.4

    private static String race() {
        var random = new Random(11);
        var lost = new ArrayList<List<double[]>>();
        var won = new ArrayList<List<double[]>>();
        for (int i = 0; i < 24; i++) {
            var points = new ArrayList<double[]>();
            int lacks = 3;
            for (int step = 0; step <= 40 && (step == 0 || lacks > 0); step++) {
                if (step > 0) lacks += random.nextDouble() < 0.4 ? -1 : 1;
                points.add(new double[] {step, lacks});
            }
            (lacks == 0 ? won : lost).add(points);
        }
        var chart = new Chart("blocks found since then", 0, 40,
            "blocks that she lacks", 0, 25, false);
        chart.marks(0, 10, 20, 30, 40);
        for (var points : lost) chart.line(GREY, false, points);
        for (var points : won) chart.line(RED, false, points);
        chart.label(RED, 25.6, 0.4, won.size() + " of 24: she has caught up");
        chart.label(GREY, 3, 18, "the others leave her behind");
        return chart.svg();
    }

    // ## Axes, lines and words

    private static final class Chart {
        private static final int WIDTH = 480, HEIGHT = 240, LEFT = 62,
            BOTTOM = 40, TOP = 24, RIGHT = 12;
        private final StringBuilder svg = new StringBuilder();
        private final double fromX, toX, fromY, toY;
        private final boolean powers; // y is a power of ten

        Chart(String x, double fromX, double toX, String y, double fromY,
              double toY, boolean powers) {
            this.fromX = fromX;
            this.toX = toX;
            this.fromY = fromY;
            this.toY = toY;
            this.powers = powers;
            line("M%s,%s V%s H%s".formatted(LEFT, TOP, HEIGHT - BOTTOM, WIDTH
                - RIGHT), GREY, false);
            text(GREY, WIDTH - RIGHT, HEIGHT - 6, "end", x);
            text(GREY, 4, 13, "start", y);
            double step = powers ? 1 : toY > 10 ? 10 : toY > 1 ? 1 : 0.2;
            for (double value = fromY; value <= toY + 1e-9; value += step)
                text(GREY, LEFT - 5, HEIGHT - BOTTOM - up(value) + 4, "end",
                    number(value));
        }

        private String number(double value) {
            if (!powers) return value == Math.rint(value) ? "" + (int) value
                : String.format(Locale.ROOT, "%.1f", value);
            return value < 0 ? new java.math.BigDecimal("1e" + (int) value)
                .toPlainString() : String.format(Locale.ROOT, "%,d", (long) Math.pow(10, value));
        }

        private double up(double value) {
            return (value - fromY) / (toY - fromY) * (HEIGHT - BOTTOM - TOP);
        }

        private String at(double[] point) {
            return String.format(Locale.ROOT, "%.1f,%.1f", x(point[0]), y(point[1]));
        }

        private double x(double x) {
            return LEFT + (x - fromX) / (toX - fromX) * (WIDTH - LEFT - RIGHT);
        }

        private double y(double y) {
            return HEIGHT - BOTTOM - up(powers ? Math.log10(y) : y);
        }

        void marks(double... all) {
            for (double x : all) text(GREY, x(x), HEIGHT - BOTTOM + 15,
                "middle", x == Math.rint(x) ? "" + (int) x : "" + x);
        }

        void line(String color, boolean dashed, List<double[]> points) {
            var path = new StringJoiner(" L", "M", "");
            for (var point : points) path.add(at(point));
            line(path.toString(), color, dashed);
        }

        private void line(String path, String color, boolean dashed) {
            svg.append("<path d='%s' fill='none' stroke='%s' stroke-width='1.5'"
                .formatted(path, color)).append(dashed
                    ? " stroke-dasharray='4 3'/>\n" : "/>\n");
        }

        void dots(String color, List<double[]> points) {
            for (var point : points) svg.append("<circle cx='%.1f' cy='%.1f' "
                .formatted(x(point[0]), y(point[1])))
                .append("r='3.5' fill='%s'/>\n".formatted(color));
        }

        void label(String color, double x, double y, String words) {
            text(color, x(x), y(y), "start", words);
        }

        private void text(String color, double x, double y, String anchor,
                          String words) {
            svg.append("<text x='%.1f' y='%.1f' text-anchor='%s' fill='%s'>%s"
                .formatted(x, y, anchor, color, words)).append("</text>\n");
        }

        String svg() {
            return "<svg xmlns='http://www.w3.org/2000/svg' width='640' "
                + "viewBox='0 0 " + WIDTH + " " + HEIGHT + "' font-family="
                + "'sans-serif' font-size='12'>\n" + svg + "</svg>\n";
        }
    }
}
