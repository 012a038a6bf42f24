package dev.sluice.benchmarks.data;

import java.util.SplittableRandom;

/** A mix of operations. A, B, C and E are those of YCSB; W only writes. */
enum Workload {
    /** Half reads, half updates. */
    A(50, 50, 0, 0),
    /** 95 % reads, 5 % updates. */
    B(95, 5, 0, 0),
    /** Reads only. */
    C(100, 0, 0, 0),
    /** 95 % short scans, 5 % inserts. */
    E(0, 0, 95, 5),
    /** Updates only. */
    W(0, 100, 0, 0);

    private final int readPercent;
    private final int updatePercent;
    private final int scanPercent;

    Workload(int readPercent, int updatePercent, int scanPercent, int insertPercent) {
        if (readPercent + updatePercent + scanPercent + insertPercent != 100) {
            throw new IllegalArgumentException(name() + " has not 100 %");
        }
        this.readPercent = readPercent;
        this.updatePercent = updatePercent;
        this.scanPercent = scanPercent;
    }

    /** One kind of operation. */
    enum Kind {
        READ,
        UPDATE,
        SCAN,
        INSERT
    }

    Kind next(SplittableRandom random) {
        int draw = random.nextInt(100);
        if (draw < readPercent) {
            return Kind.READ;
        }
        if (draw < readPercent + updatePercent) {
            return Kind.UPDATE;
        }
        return draw < readPercent + updatePercent + scanPercent ? Kind.SCAN : Kind.INSERT;
    }
}
