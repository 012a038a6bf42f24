package dev.sluice.common.rpc;

import java.util.HexFormat;

/** The worked examples of the protocol document, checked there against the clients' own code. */
final class GoldenFrames {
    /** Example 1: query_cfg of table temp by the Java client. */
    static final byte[] QUERY_CONFIG_V1 = bytes("""
            54 48 46 54 00 00 00 01 00 00 00 25 00 00 00 4a
            08 00 01 ff ff ff ff 08 00 02 ff ff ff fe 08 00
            03 00 00 13 88 0a 00 04 00 00 00 00 00 00 00 00
            02 00 05 00 00 80 01 00 01 00 00 00 26 52 50 43
            5f 43 4d 5f 51 55 45 52 59 5f 50 41 52 54 49 54
            49 4f 4e 5f 43 4f 4e 46 49 47 5f 42 59 5f 49 4e
            44 45 58 00 00 00 01 0c 00 01 0b 00 01 00 00 00
            04 74 65 6d 70 0f 00 02 08 00 00 00 00 00 00
            """);

    /** Example 2: its reply. */
    static final byte[] QUERY_CONFIG_REPLY = bytes("""
            00 00 00 cb 00 00 00 06 45 52 52 5f 4f 4b 80 01
            00 02 00 00 00 2a 52 50 43 5f 43 4d 5f 51 55 45
            52 59 5f 50 41 52 54 49 54 49 4f 4e 5f 43 4f 4e
            46 49 47 5f 42 59 5f 49 4e 44 45 58 5f 41 43 4b
            00 00 00 01 0c 00 00 0c 00 01 00 00 00 06 45 52
            52 5f 4f 4b 08 00 02 00 00 00 02 08 00 03 00 00
            00 01 02 00 04 01 0f 00 05 0c 00 00 00 01 0c 00
            01 00 00 00 00 00 00 00 02 0a 00 02 00 00 00 00
            00 00 00 03 08 00 03 00 00 00 03 0c 00 04 7f 00
            00 01 87 f1 00 01 0f 00 05 0c 00 00 00 02 7f 00
            00 01 87 f2 00 01 7f 00 00 01 87 f3 00 01 0f 00
            06 0c 00 00 00 00 0a 00 07 00 00 00 00 00 00 00
            11 08 00 08 00 00 00 00 00 00 00
            """);

    /** Example 3: a get by the Java client. */
    static final byte[] GET_V1 = bytes("""
            54 48 46 54 00 00 00 01 00 00 00 25 00 00 00 37
            08 00 01 00 00 00 02 08 00 02 00 00 00 05 08 00
            03 00 00 03 e8 0a 00 04 65 64 1f 36 e9 f6 a9 6d
            02 00 05 00 00 80 01 00 01 00 00 00 11 52 50 43
            5f 52 52 44 42 5f 52 52 44 42 5f 47 45 54 00 00
            00 07 0c 00 01 00 00 00 12 00 08 68 61 73 68 5f
            6b 65 79 73 6f 72 74 5f 6b 65 79 00
            """);

    /** Example 3: the same get with header version 0. */
    static final byte[] GET_V0 = bytes("""
            54 48 46 54 00 00 00 00 00 00 00 30 00 00 00 00
            00 00 00 37 00 00 00 00 00 00 00 02 00 00 00 05
            00 00 03 e8 00 00 3d e3 65 64 1f 36 e9 f6 a9 6d
            80 01 00 01 00 00 00 11 52 50 43 5f 52 52 44 42
            5f 52 52 44 42 5f 47 45 54 00 00 00 07 0c 00 01
            00 00 00 12 00 08 68 61 73 68 5f 6b 65 79 73 6f
            72 74 5f 6b 65 79 00
            """);

    /** Example 4: its reply. */
    static final byte[] GET_REPLY = bytes("""
            00 00 00 6b 00 00 00 06 45 52 52 5f 4f 4b 80 01
            00 02 00 00 00 15 52 50 43 5f 52 52 44 42 5f 52
            52 44 42 5f 47 45 54 5f 41 43 4b 00 00 00 07 0c
            00 00 08 00 01 00 00 00 00 0c 00 02 00 00 00 05
            76 61 6c 75 65 08 00 03 00 00 00 02 08 00 04 00
            00 00 05 0b 00 06 00 00 00 0f 31 32 37 2e 30 2e
            30 2e 31 3a 33 34 38 30 31 00 00
            """);

    /** Example 5: the reply if the key is absent. */
    static final byte[] GET_NOT_FOUND_REPLY = bytes("""
            00 00 00 66 00 00 00 06 45 52 52 5f 4f 4b 80 01
            00 02 00 00 00 15 52 50 43 5f 52 52 44 42 5f 52
            52 44 42 5f 47 45 54 5f 41 43 4b 00 00 00 07 0c
            00 00 08 00 01 00 00 00 01 0c 00 02 00 00 00 00
            08 00 03 00 00 00 02 08 00 04 00 00 00 05 0b 00
            06 00 00 00 0f 31 32 37 2e 30 2e 30 2e 31 3a 33
            34 38 30 31 00 00
            """);

    /** Example 6: the reply of a replica that is not primary. */
    static final byte[] GET_NOT_PRIMARY_REPLY = bytes("""
            00 00 00 3a 00 00 00 11 45 52 52 5f 49 4e 56 41
            4c 49 44 5f 53 54 41 54 45 80 01 00 02 00 00 00
            15 52 50 43 5f 52 52 44 42 5f 52 52 44 42 5f 47
            45 54 5f 41 43 4b 00 00 00 07
            """);

    /** Example 7: start_bulk_load by admin-cli. */
    static final byte[] START_BULK_LOAD_V0 = bytes("""
            54 48 46 54 00 00 00 00 00 00 00 30 00 00 00 00
            00 00 00 63 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 27 10 00 00 00 00 00 00 00 00 00 00 00 00
            80 01 00 01 00 00 00 16 52 50 43 5f 43 4d 5f 53
            54 41 52 54 5f 42 55 4c 4b 5f 4c 4f 41 44 00 00
            00 03 0c 00 01 0b 00 01 00 00 00 04 74 65 6d 70
            0b 00 02 00 00 00 06 6f 6e 65 62 6f 78 0b 00 03
            00 00 00 0d 6c 6f 63 61 6c 5f 73 65 72 76 69 63
            65 0b 00 04 00 00 00 05 2f 62 75 6c 6b 02 00 05
            00 00 00
            """);

    /** Example 7: its reply. */
    static final byte[] START_BULK_LOAD_REPLY = bytes("""
            00 00 00 4d 00 00 00 06 45 52 52 5f 4f 4b 80 01
            00 02 00 00 00 1a 52 50 43 5f 43 4d 5f 53 54 41
            52 54 5f 42 55 4c 4b 5f 4c 4f 41 44 5f 41 43 4b
            00 00 00 03 0c 00 00 0c 00 01 00 00 00 06 45 52
            52 5f 4f 4b 0b 00 02 00 00 00 00 00 00
            """);

    /** Example 8: the body of a put. */
    static final byte[] PUT_BODY = bytes("""
            80 01 00 01 00 00 00 11 52 50 43 5f 52 52 44 42
            5f 52 52 44 42 5f 50 55 54 00 00 00 08 0c 00 01
            0c 00 01 00 00 00 12 00 08 68 61 73 68 5f 6b 65
            79 73 6f 72 74 5f 6b 65 79 0c 00 02 00 00 00 05
            76 61 6c 75 65 08 00 03 00 00 00 00 00 00
            """);

    private GoldenFrames() {}

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
}
