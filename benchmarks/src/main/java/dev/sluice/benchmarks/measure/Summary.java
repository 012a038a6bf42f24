package dev.sluice.benchmarks.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The median of what several rounds gave, with the least and the most. */
public record Summary(double median, double least, double most) {
    /** Of at least one round. */
    public static Summary of(List<Double> rounds) {
        List<Double> sorted = rounds.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Summary(median, sorted.get(0), sorted.get(sorted.size() - 1));
    }

    /** Its three figures by name. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", median);
        json.put("least", least);
        json.put("most", most);
        return json;
    }

    /** As {@code median (least-most)}, without decimals from 100 on. */
    @Override
    public String toString() {
        String format = most >= 100 ? "%,.0f (%,.0f-%,.0f)" : "%.2f (%.2f-%.2f)";
        return String.format(Locale.ROOT, format, median, least, most);
    }
}
