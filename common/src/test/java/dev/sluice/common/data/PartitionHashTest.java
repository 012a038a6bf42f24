package dev.sluice.common.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the values of the protocol document, section 4.2. */
class PartitionHashTest {
    @ParameterizedTest
    @CsvSource({
        "'', 0, 0",
        "a, 8c2f8445b4cbfc3c, 4",
        "abc, 05e5cabb3fc1faeb, 3",
        "hello, 3377857006524257, 7",
        "hash_key, 65641f36e9f6a96d, 5",
        "pegasus, ce8709cfbd3973c4, 4",
        "123456789, ae8b14860a799888, 0",
        "user_1000000001, 6ec7e8d9c316d0f4, 4",
    })
    void textHashesAsTheProtocolSays(String text, String hash, int indexOf8) {
        long found = PartitionHash.of(text.getBytes(StandardCharsets.UTF_8));

        assertThat(found).isEqualTo(HexFormat.fromHexDigitsToLong(hash));
        assertThat(PartitionHash.partitionIndex(found, 8)).isEqualTo(indexOf8);
    }

    @Test
    void bytesHashAsTheProtocolSays() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        byte[] ones = new byte[8];
        Arrays.fill(ones, (byte) 0xff);

        assertThat(PartitionHash.of(new byte[1])).isEqualTo(0xd5da5047efec8728L);
        assertThat(PartitionHash.of(all)).isEqualTo(0xff71e21279d9966eL);
        assertThat(PartitionHash.of(ones)).isEqualTo(-1L);
        assertThat(PartitionHash.partitionIndex(-1L, 8)).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        "hash_key, sort_key, 0008686173685f6b6579736f72745f6b6579, 65641f36e9f6a96d, 5, 3",
        "hello, world, 000568656c6c6f776f726c64, 3377857006524257, 7, 4",
        "'', sort_key, 0000736f72745f6b6579, d179afab74442587, 7, 6",
        "'', '', 0000, 0, 0, 0",
    })
    void storedKeysAreBuiltAndHashed(
            String hashKey, String sortKey, String stored, String hash, int indexOf8, int indexOf7) {
        byte[] key = StoredKey.of(hashKey.getBytes(StandardCharsets.UTF_8), sortKey.getBytes(StandardCharsets.UTF_8));

        assertThat(HexFormat.of().formatHex(key)).isEqualTo(stored);
        assertThat(new String(StoredKey.hashKey(key), StandardCharsets.UTF_8)).isEqualTo(hashKey);
        assertThat(new String(StoredKey.sortKey(key), StandardCharsets.UTF_8)).isEqualTo(sortKey);
        long found = PartitionHash.ofStoredKey(key);
        assertThat(found).isEqualTo(HexFormat.fromHexDigitsToLong(hash));
        assertThat(PartitionHash.partitionIndex(found, 8)).isEqualTo(indexOf8);
        assertThat(PartitionHash.partitionIndex(found, 7)).isEqualTo(indexOf7);
    }
}
