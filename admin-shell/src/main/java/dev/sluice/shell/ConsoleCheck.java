package dev.sluice.shell;

import java.io.Console;

/** Whether a person is at the other end. */
public final class ConsoleCheck {
    private ConsoleCheck() {}

    /** True if standard input and output are a terminal. */
    // From Java 22 on there is a console without a terminal too; it has a method that says so.
    @SuppressWarnings("SystemConsoleNull")
    public static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot ask whether the console is a terminal", e);
        }
    }
}
