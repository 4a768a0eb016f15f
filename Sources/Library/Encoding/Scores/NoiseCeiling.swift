import Display
import Tensors

/// The best that any model could reach, voxel by voxel, from repeats of the same stimuli.
///
/// ```swift
/// let first = try NumPyArray.open("repeat-1.npy").tensor().matrix       // samples x voxels
/// let second = try NumPyArray.open("repeat-2.npy").tensor().matrix
/// let ceiling = try NoiseCeiling(of: [first, second])
/// try scores.normalized(by: ceiling)       // r over the ceiling, R2 over its square
/// ```
public struct NoiseCeiling: Sendable, Equatable {
    /// The share of each voxel's variance that the repeats explain, corrected for bias; NaN for a voxel that is
    /// constant or holds a NaN.
    public let explainableVariance: [Double]
    /// How many repeats are averaged.
    public let repeats: Int
    /// The largest correlation that a perfect model could reach with the mean over repeats; 0 if the explainable
    /// variance is below 0.
    ///
    /// It is the square root of the reliability of that mean: with the share `ev` of one repeat and n repeats,
    /// `n ev / (1 + (n - 1) ev)` (Spearman-Brown).
    public let r: [Double]

    /// The ceiling of the mean over repeats, from the repeats themselves.
    ///
    /// - Parameters:
    ///   - repeats: two or more matrices, samples x voxels, of responses to the same stimuli in the same order.
    ///   - zScored: whether each repeat of each voxel is z-scored first, so that repeats on different scales count
    ///     alike.
    ///
    /// Throws `EncodingError` if shapes differ or there are fewer than 2 repeats.
    public init<Element: Scalar>(of repeats: [Matrix<Element>], zScored: Bool = true) throws {
        try self.init(
            explainableVariance: NoiseCeiling.explainableVariance(of: repeats, zScored: zScored),
            repeats: repeats.count)
    }

    /// The same from repeats of many voxels, of which only some are copied at a time.
    ///
    /// - Parameters:
    ///   - repeats: two or more matrices, samples x voxels.
    ///   - voxelsAtOnce: how many voxels are taken at a time.
    package init<Element: Scalar>(of repeats: [Matrix<Element>], voxelsAtOnce: Int) throws {
        try Matrix.checkRepeats(repeats, atLeast: 2)
        let voxels = repeats[0].columns
        let shares = try stride(from: 0, to: voxels, by: voxelsAtOnce).flatMap { start in
            try NoiseCeiling.explainableVariance(
                of: repeats.map { $0.columns(start..<min(start + voxelsAtOnce, voxels)) })
        }
        try self.init(explainableVariance: shares, repeats: repeats.count)
    }

    /// The ceiling of the mean over a number of repeats, from the bias-corrected explainable variance of one.
    ///
    /// - Parameters:
    ///   - explainableVariance: the share of the variance that repeats have in common, for each voxel; at most 1.
    ///   - repeats: over how many repeats the responses are averaged.
    ///
    /// Throws `EncodingError` if an explainable variance is above 1 or there is no repeat.
    public init(explainableVariance: [Double], repeats: Int) throws {
        try checkParameter("the number of repeats", repeats, expected: "at least 1", repeats >= 1)
        if let voxel = explainableVariance.firstIndex(where: { $0 > 1 + 1e-9 }) {
            throw EncodingError.parameter(
                name: "the explainable variance of voxel \(voxel)", value: "\(explainableVariance[voxel])",
                expected: "a share, at most 1")
        }
        self.explainableVariance = explainableVariance
        self.repeats = repeats
        r = explainableVariance.map { share in
            share.isNaN
                ? .nan
                : (Double(repeats) * max(share, 0) / (1 + Double(repeats - 1) * max(share, 0))).squareRoot()
        }
    }

    /// The share of each voxel's variance that repeats of the same stimuli explain.
    ///
    /// - Parameters:
    ///   - repeats: two or more matrices, samples x voxels, of responses to the same stimuli in the same order.
    ///   - biasCorrected: whether the share that noise alone would reach is subtracted.
    ///   - zScored: whether each repeat of each voxel is z-scored first, so that repeats on different scales count
    ///     alike.
    ///
    /// One minus the variance of what is left when the mean over repeats is subtracted, over the variance of the
    /// repeats; corrected, `ev - (1 - ev) / (n - 1)` with n repeats. NaN for a voxel that is constant or holds a NaN.
    /// Throws `EncodingError` if shapes differ or there are fewer than 2 repeats.
    ///
    /// Source: `explainable_variance` of voxelwise_tutorials; Hsu, Borst & Theunissen (2004).
    public static func explainableVariance<Element: Scalar>(
        of repeats: [Matrix<Element>], biasCorrected: Bool = true, zScored: Bool = true
    ) throws -> [Double] {
        try Matrix.checkRepeats(repeats, atLeast: 2)
        let first = repeats[0]
        let wide = try repeats.map { part in
            let wide = part.converted(to: Double.self)
            return zScored ? try wide.zScored() : wide
        }
        let count = Double(repeats.count)
        var mean = Matrix<Double>(rows: first.rows, columns: first.columns)
        for part in wide { mean += part * (1 / count) }
        var total = [Double](repeating: 0, count: first.columns)
        var residual = total
        var largest = total
        for part in wide {
            let (whole, rest) = (ColumnStatistics(part), ColumnStatistics(part - mean))
            for voxel in total.indices {
                total[voxel] += whole.deviations[voxel] * whole.deviations[voxel] / count
                residual[voxel] += rest.deviations[voxel] * rest.deviations[voxel] / count
                largest[voxel] = max(largest[voxel], abs(whole.means[voxel]))
            }
        }
        return total.indices.map { voxel in
            if isConstant(deviation: total[voxel].squareRoot(), mean: largest[voxel]) { return .nan }
            let explained = 1 - residual[voxel] / total[voxel]
            return biasCorrected ? explained - (1 - explained) / (count - 1) : explained
        }
    }
}

extension NoiseCeiling: Displayable, CustomStringConvertible {
    /// Mean, median and largest explainable variance and ceiling, over the voxels that have one.
    public var mimeBundle: MIMEBundle {
        let kinds = [explainableVariance, r].map { $0.filter { !$0.isNaN }.sorted() }
        return Table(
            "Noise ceiling of \(Number.counted(r.count, "voxel")), mean of \(Number.counted(repeats, "repeat"))",
            [
                .text("", ["explainable variance", "largest r"]),
                .numbers("mean", kinds.map { $0.isEmpty ? .nan : $0.reduce(0, +) / Double($0.count) }),
                .numbers("median", kinds.map { quantile($0, 0.5) }),
                .numbers("max", kinds.map { $0.last ?? .nan }),
            ]
        ).mimeBundle
    }
}

extension VoxelScores {
    /// The scores as shares of the best that any model could reach: r over the ceiling, R2 over its square.
    ///
    /// - Parameters:
    ///   - ceiling: the largest correlation that each voxel allows.
    ///   - least: voxels with a lower ceiling have no score (NaN): they say more about the noise than about the
    ///     model.
    ///
    /// Throws `EncodingError` if the ceiling is of other voxels, or `least` is not from 0 to 1.
    public func normalized(by ceiling: NoiseCeiling, least: Double = 0.1) throws -> VoxelScores {
        try normalized(byCeiling: ceiling.r, least: least)
    }

    /// The same for ceilings that were computed elsewhere: one correlation per voxel.
    ///
    /// Throws `EncodingError` also if a ceiling is not a correlation.
    public func normalized(byCeiling ceiling: [Double], least: Double = 0.1) throws -> VoxelScores {
        guard ceiling.count == count else {
            throw EncodingError.columnCount(what: "noise ceilings", count: ceiling.count, expected: count)
        }
        try checkParameter("the least ceiling", least, expected: "from 0 to 1", (0...1).contains(least))
        if let voxel = ceiling.firstIndex(where: { $0 < 0 || $0 > 1 + 1e-9 }) {
            throw EncodingError.parameter(
                name: "the noise ceiling of voxel \(voxel)", value: "\(ceiling[voxel])",
                expected: "a correlation from 0 to 1, or NaN")
        }
        func shares(_ values: [Double], _ power: (Double) -> Double) -> [Double] {
            zip(values, ceiling).map { $1 >= least && $1 > 0 ? $0 / power($1) : .nan }
        }
        return VoxelScores(ofEachVoxel: shares(r2) { $0 * $0 }, shares(r) { $0 })
    }
}
