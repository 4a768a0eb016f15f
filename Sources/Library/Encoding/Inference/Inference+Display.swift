import Display
import Tensors

extension BootstrapInterval: CustomStringConvertible {
    /// The estimate and its interval.
    public var description: String {
        "\(Number.short(estimate)), \(percent(level)) % interval \(reach(interval))"
    }
}

extension PairedTest: CustomStringConvertible {
    /// The mean difference, its interval if there is one, the statistic and p.
    public var description: String {
        "mean difference \(Number.short(effect))"
            + (interval.map { ", 95 % interval \(reach($0))" } ?? "")
            + ", statistic \(Number.short(statistic)), p \(p < 0.0001 ? "" : "= ")\(Number.probability(p))"
    }
}

extension ScoreIntervals: Displayable, CustomStringConvertible {
    /// For each score the means over voxels of estimate and bounds, and how many voxels' intervals lie above 0.
    public var mimeBundle: MIMEBundle {
        let kinds = [(scores.r2, r2), (scores.r, r)].map { values, intervals in
            zip(values, intervals).compactMap { value, interval in interval.map { (value, $0) } }
        }
        func mean(_ part: ((Double, ClosedRange<Double>)) -> Double) -> [Double] {
            kinds.map { $0.isEmpty ? .nan : $0.reduce(0) { $0 + part($1) } / Double($0.count) }
        }
        return Table(
            "\(percent(level)) % intervals of \(Number.counted(kinds[0].count, "voxel")), "
                + "by blocks of \(Number.counted(blockLength, "sample"))",
            [
                .text("score", ["R2", "r"]), .numbers("mean", mean { $0.0 }),
                .numbers("mean low end", mean { $0.1.lowerBound }),
                .numbers("mean high end", mean { $0.1.upperBound }),
                .counts("voxels above 0", kinds.map { $0.count { $0.1.lowerBound > 0 } }),
            ], notes: notes
        ).mimeBundle
    }
}

extension VariancePartition.Part: CustomStringConvertible {
    /// The part's name and its mean over voxels.
    public var description: String {
        let scored = r2.filter { !$0.isNaN }
        let mean = scored.isEmpty ? .nan : scored.reduce(0, +) / Double(scored.count)
        return "\(name): mean R2 \(Number.fixed(mean, 3)) over \(Number.counted(scored.count, "voxel"))"
    }
}

extension PairedComparison.Test: CustomStringConvertible {
    /// The test's name.
    public var description: String {
        switch self {
        case .t: "Student's paired t"
        case .wilcoxon: "Wilcoxon's signed ranks"
        case .signFlip(let seed): "sign flips, seed \(seed)"
        }
    }
}

extension NumpyRandom: CustomStringConvertible {
    /// What kind of generator it is; its state is 624 numbers.
    public var description: String { "random numbers of numpy's RandomState" }
}

extension VoxelScores: CustomStringConvertible {}
extension SplitScores: CustomStringConvertible {}
extension CrossValidatedScores: CustomStringConvertible {}
extension PermutationTest: CustomStringConvertible {}
extension PairedComparison: CustomStringConvertible {}
extension VariancePartition: CustomStringConvertible {}

private func percent(_ level: Double) -> String { Number.short(100 * level) }

private func reach(_ interval: ClosedRange<Double>) -> String {
    "\(Number.short(interval.lowerBound)) to \(Number.short(interval.upperBound))"
}
