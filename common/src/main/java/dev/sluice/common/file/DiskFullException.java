package dev.sluice.common.file;

import java.io.IOException;

/** A disk has no room for what somebody wants to write. The message has the numbers; nothing was reserved. */
public final class DiskFullException extends IOException {
    DiskFullException(String message) {
        super(message);
    }
}
