package dev.sluice.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be reached, and whether a run did.
 *
 * @param what the target with what was found, as a sentence
 */
public record Target(String what, double found, boolean reached) {
    /** As a line of a report. */
    @Override
    public String toString() {
        return (reached ? "reached:     " : "not reached: ") + what;
    }

    /** All of them, for a machine. */
    public static List<Map<String, Object>> json(List<Target> targets) {
        List<Map<String, Object>> json = new ArrayList<>();
        for (Target target : targets) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("what", target.what());
            one.put("found", target.found());
            one.put("reached", target.reached());
            json.add(one);
        }
        return json;
    }
}
