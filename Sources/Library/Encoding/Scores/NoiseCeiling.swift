import Foundation
import Tensors

/// The share of each voxel's variance that repeats of the same stimuli explain, and what it bounds.
///
/// - Parameters:
///   - repeats: two or more matrices, samples x voxels, of responses to the same stimuli in the same order.
///   - biasCorrected: whether the share that noise alone would reach is taken off.
///   - zScored: whether each repeat of each voxel is z-scored first, so that repeats on different scales count alike.
///
/// One minus the variance of what is left when the mean over repeats is subtracted, over the variance of the repeats;
/// corrected, `ev - (1 - ev) / (n - 1)` with n repeats. NaN for a voxel that is constant or holds a NaN.
/// Throws `EncodingError` where shapes differ or there are fewer than 2 repeats.
///
/// Source: `explainable_variance` of voxelwise_tutorials; Hsu, Borst & Theunissen (2004).
public func explainableVariance<Element: Scalar>(
    repeats: [Matrix<Element>], biasCorrected: Bool = true, zScored: Bool = true
) throws -> [Double] {
    try Matrix.checkRepeats(repeats, atLeast: 2)
    let first = repeats[0]
    let wide = try repeats.map { part in
        let wide = part.converted(to: Double.self)
        return zScored ? try wide.zScored() : wide
    }
    let count = Double(repeats.count)
    var mean = Matrix<Double>(rows: first.rows, columns: first.columns)
    for part in wide { mean.add(part, times: 1 / count) }
    var total = [Double](repeating: 0, count: first.columns)
    var residual = total
    var largest = total
    for part in wide {
        var left = part
        left.subtract(mean)
        let (whole, rest) = (ColumnStatistics(part), ColumnStatistics(left))
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

/// The largest correlation that a perfect model could reach with the mean over repeats: the square root of the
/// reliability of that mean, from the bias-corrected explainable variance of one repeat.
///
/// With `ev` the corrected share of one repeat and n repeats, the mean's share is `n ev / (1 + (n - 1) ev)`
/// (Spearman-Brown). 0 where `ev` is below 0. Throws `EncodingError` where `ev` is above 1 or there is no repeat.
public func noiseCeiling(explainableVariance: [Double], repeats: Int) throws -> [Double] {
    try checkParameter("the number of repeats", repeats, expected: "at least 1", repeats >= 1)
    if let voxel = explainableVariance.firstIndex(where: { $0 > 1 + 1e-9 }) {
        throw EncodingError.parameter(
            name: "the explainable variance of voxel \(voxel)", value: "\(explainableVariance[voxel])",
            expected: "a share, at most 1")
    }
    return explainableVariance.map { share in
        share.isNaN
            ? .nan
            : (Double(repeats) * max(share, 0) / (1 + Double(repeats - 1) * max(share, 0))).squareRoot()
    }
}

/// The noise ceiling of the mean over repeats, from the repeats themselves; see `noiseCeiling(explainableVariance:repeats:)`.
///
/// Throws what `explainableVariance` throws.
public func noiseCeiling<Element: Scalar>(of repeats: [Matrix<Element>]) throws -> [Double] {
    try noiseCeiling(explainableVariance: explainableVariance(repeats: repeats), repeats: repeats.count)
}

extension VoxelScores {
    /// The scores as shares of the best that any model could reach: r over the ceiling, R2 over its square.
    ///
    /// - Parameters:
    ///   - ceiling: the largest correlation that each voxel allows (`noiseCeiling`).
    ///   - least: voxels with a lower ceiling have no score (NaN): they say more of the noise than of the model.
    ///
    /// Throws `EncodingError` where there is not one ceiling a voxel, one is no correlation, or `least` is below 0.
    public func normalised(byCeiling ceiling: [Double], least: Double = 0.1) throws -> VoxelScores {
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
