package dev.sluice.bulkload.build;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** How an input is packed, as the end of its name tells. */
enum Packing {
    NONE,
    GZIP,
    ZSTD;

    static Packing ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".gz") ? GZIP : lower.endsWith(".zst") ? ZSTD : NONE;
    }

    /** The name without the end that tells it. */
    static String withoutEnd(String name) {
        return switch (ofName(name)) {
            case NONE -> name;
            case GZIP, ZSTD -> name.substring(0, name.lastIndexOf('.'));
        };
    }

    InputStream unpack(InputStream in, int bufferBytes) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, bufferBytes);
            case ZSTD -> new ZstdInputStream(in);
        };
    }
}
