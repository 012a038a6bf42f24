package dev.sluice.common.data;

import java.util.Arrays;

/** Whether bytes hold other bytes. Empty ones are in all. */
public final class Bytes {
    private Bytes() {}

    public static boolean startsWith(byte[] bytes, byte[] part) {
        return holdsAt(bytes, part, 0);
    }

    public static boolean endsWith(byte[] bytes, byte[] part) {
        return holdsAt(bytes, part, bytes.length - part.length);
    }

    public static boolean contains(byte[] bytes, byte[] part) {
        for (int at = 0; at + part.length <= bytes.length; at++) {
            if (holdsAt(bytes, part, at)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holdsAt(byte[] bytes, byte[] part, int at) {
        return at >= 0
                && at + part.length <= bytes.length
                && Arrays.equals(bytes, at, at + part.length, part, 0, part.length);
    }
}
