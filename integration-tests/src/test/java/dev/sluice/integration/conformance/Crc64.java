package dev.sluice.integration.conformance;

/** The partition hash as the document gives it, bit by bit: slow, and no table to get wrong. */
final class Crc64 {
    private static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;

    private Crc64() {}

    static long of(byte[] bytes, int offset, int length) {
        long crc = -1;
        for (int i = offset; i < offset + length; i++) {
            crc ^= bytes[i] & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
        }
        return ~crc;
    }
}
