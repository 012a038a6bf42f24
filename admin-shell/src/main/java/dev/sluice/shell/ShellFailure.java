package dev.sluice.shell;

/** A command that cannot be carried out as it was asked. The message says what to do. */
final class ShellFailure extends RuntimeException {
    ShellFailure(String message) {
        super(message);
    }
}
