//JAVA 17+
//DEPS info.picocli:picocli:4.7.7

// # Beyond the tutorial: the command line of a script
//
// What is wrong with it is said in a sentence, and what was pasted is taken
// as it was meant.

import picocli.CommandLine;
import picocli.CommandLine.*; // here, for JShell reads this file early

final class Script {
    static int run(CommandLine script, String... arguments) {
        return script.setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(String.class, Script::bare)
            .setParameterExceptionHandler((e, ignored) -> {
                script.getErr().println(
                    plain("" + e.getMessage()) + ". Try --help.");
                return 2;
            }).setExecutionExceptionHandler((e, ignored, parsed) -> {
                script.getErr().println(plain("" + e.getMessage()));
                return 1;
            }).execute(arguments);
    }

    /** What strangers had a hand in, without what a terminal would obey. */
    static String plain(String text) { return text.replaceAll("\\p{C}", " "); }

    /** What was pasted, without what is not seen at its ends. */
    static String bare(String text) {
        int from = 0, to = text.length();
        while (from < to && isUnseen(text.charAt(from))) from++;
        while (from < to && isUnseen(text.charAt(to - 1))) to--;
        return text.substring(from, to);
    }

    private static boolean isUnseen(char c) { // a blank, a CR, U+FEFF
        return Character.isWhitespace(c) || Character.isSpaceChar(c)
            || Character.isISOControl(c)
            || Character.getType(c) == Character.FORMAT;
    }
}
