package dev.sluice.meta.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;

/**
 * What one entry of the journal holds: records that were decided together.
 *
 * @param format version of the form of what follows
 * @param term in which the leader decided the records
 * @param batch number of the entry among those of one leader; only that leader looks at it
 */
public record JournalEntry(int format, long term, long batch, List<MetaRecord> records) {
    /** The format that is written; older ones are read. */
    public static final int FORMAT = 1;

    private static final ObjectMapper MAPPER = RecordJson.mapper();

    public JournalEntry {
        records = List.copyOf(records);
    }

    public JournalEntry(long term, long batch, List<MetaRecord> records) {
        this(FORMAT, term, batch, records);
    }

    public byte[] toBytes() {
        return json(this);
    }

    /** Throws {@link UnreadableEntryException} for an entry of a newer format, or one that is no entry at all. */
    public static JournalEntry fromBytes(byte[] bytes) {
        JournalEntry entry;
        try {
            entry = MAPPER.readValue(bytes, JournalEntry.class);
        } catch (IOException e) {
            // That the format is newer says more than the first thing in it that is not known here.
            requireKnown(formatOf(bytes));
            throw unreadable(bytes, e);
        }
        requireKnown(entry == null ? 0 : entry.format());
        return entry;
    }

    private static int formatOf(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes).path("format").asInt(0);
        } catch (IOException e) {
            throw unreadable(bytes, e);
        }
    }

    private static void requireKnown(int format) {
        if (format < 1 || format > FORMAT) {
            throw new UnreadableEntryException(
                    "journal entry of format " + format + ": this server reads formats 1 to " + FORMAT, null);
        }
    }

    private static UnreadableEntryException unreadable(byte[] bytes, IOException e) {
        return new UnreadableEntryException("journal entry of " + bytes.length + " bytes: " + e.getMessage(), e);
    }

    static byte[] json(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value.getClass() + " as JSON", e);
        }
    }
}
