import Display
import Tensors

/// The score of a model of several bands, split into shares that sum to it.
///
/// ```swift
/// let fit = try BandedRidge().fit([multimodal, unimodal], to: responses)
/// let split = try fit.splitScores([testMultimodal, testUnimodal], to: testResponses)
/// split.r2[0]           // what the first band adds to each voxel's R2
/// split.joint           // the scores of the whole model, as `fit.score` gives them
/// ```
public struct SplitScores: Sendable, Equatable {
    /// For each band its share of each voxel's R2, by the product measure; NaN for a constant voxel.
    public let r2: [[Double]]
    /// For each band its share of each voxel's Pearson correlation; NaN for a constant voxel.
    public let r: [[Double]]
    /// The part of each voxel's R2 that is due to the constant of the prediction (intercept, training mean): 0 if it
    /// is the mean of the scored responses, usually a little less.
    public let offsetR2: [Double]
    /// The joint scores: R2 is the sum of the shares and `offsetR2`, r the sum of the shares.
    public let joint: VoxelScores

    /// Shares that were computed elsewhere; throws `EncodingError` if there is no band, or not one share of each kind
    /// for every voxel.
    ///
    /// - Parameters:
    ///   - r2: for each band its share of each voxel's R2.
    ///   - r: for each band its share of each voxel's r.
    public init(r2: [[Double]], r: [[Double]]) throws {
        try checkParameter("the number of bands", r2.count, expected: "1 or more", !r2.isEmpty)
        try checkParameter(
            "the number of bands with a share of r", r.count, expected: "\(r2.count)", r.count == r2.count)
        let voxels = r2[0].count
        for (band, shares) in (r2 + r).enumerated() where shares.count != voxels {
            throw EncodingError.columnCount(
                what: "shares of band \(band % r2.count)", count: shares.count, expected: voxels)
        }
        self.init(r2: r2, r: r, offsetR2: Array(repeating: 0, count: voxels))
    }

    init(r2: [[Double]], r: [[Double]], offsetR2: [Double]) {
        (self.r2, self.r, self.offsetR2) = (r2, r, offsetR2)
        let zeros = Array(repeating: 0.0, count: offsetR2.count)
        func sum(_ shares: [[Double]], from start: [Double]) -> [Double] {
            start.indices.map { voxel in shares.reduce(start[voxel]) { $0 + $1[voxel] } }
        }
        joint = VoxelScores(ofEachVoxel: sum(r2, from: offsetR2), sum(r, from: zeros))
    }

    /// The shares of `parts`, each the prediction of one band (samples x voxels), which sum to the joint prediction
    /// of responses about their own mean.
    ///
    /// With `y` centered on its mean, a band's share of R2 is `Σ(2 y ŷ_i - ŷ_i Σ_j ŷ_j) / Σ y²`; its share of r is
    /// the covariance of `y` and `ŷ_i` over the deviations of `y` and of the joint prediction.
    /// Without the correlations of the bands, a share of R2 is `Σ(2 y ŷ_i - ŷ_i²) / Σ y²`, the R2 of that part
    /// alone; such shares do not sum to the joint score, and `joint.r2` is then their sum.
    ///
    /// With `constants`, one number per voxel that the prediction has beside the parts, `offsetR2` is what R2 loses
    /// since they are not the means of the responses; without them it is 0.
    /// Throws `EncodingError` if there is no part or shapes do not fit.
    ///
    /// - Parameters:
    ///   - parts: for each band its prediction: samples x voxels.
    ///   - responses: samples x voxels.
    ///   - constants: what the prediction has beside the parts, one number for each voxel; nil for none.
    ///   - includingCorrelations: whether what bands have in common is shared out among them.
    ///
    /// Source: `r2_score_split` (the product measure) and `correlation_score_split` of himalaya, whose shares these
    /// are for centered responses, which it requires.
    public init<Element: Scalar>(
        parts: [Matrix<Element>], responses: Matrix<Element>, constants: [Double]? = nil,
        includingCorrelations: Bool = true
    ) throws {
        try checkParameter("the number of parts", parts.count, expected: "1 or more", !parts.isEmpty)
        for part in parts { try checkShapes(part, of: responses) }
        let voxels = responses.columns
        if let constants, constants.count != voxels {
            throw EncodingError.columnCount(
                what: "constants of the prediction", count: constants.count, expected: voxels)
        }
        var r2 = [[Double]](repeating: Array(repeating: .nan, count: voxels), count: parts.count)
        var r = r2
        var offsets = [Double](repeating: .nan, count: voxels)
        let statistics = ColumnStatistics(responses)
        let y = responses.converted(to: Double.self)
        let wide = parts.map { $0.converted(to: Double.self) }
        for voxel in 0..<voxels
        where statistics.means[voxel].isFinite
            && !isConstant(deviation: statistics.deviations[voxel], mean: statistics.means[voxel])
        {
            let target = y.column(voxel).map { $0 - statistics.means[voxel] }
            let bands = wide.map { $0.column(voxel) }
            let joint = target.indices.map { sample in bands.reduce(0) { $0 + $1[sample] } }
            let total = dot(target, target)
            let count = Double(target.count)
            let mean = joint.reduce(0, +) / count
            let spread = joint.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let varies = !isConstant(deviation: (spread / count).squareRoot(), mean: mean)
            for (band, part) in bands.enumerated() {
                let other = includingCorrelations ? joint : part
                r2[band][voxel] = (2 * dot(target, part) - dot(part, other)) / total
                // A constant prediction has no correlation, as in `VoxelScores`.
                r[band][voxel] = varies ? dot(target, part) / geometricMean(total, spread) : 0
            }
            // Σ(y - d' - ŷ)² with the constant d' about the mean of y, less Σ(y - ŷ)².
            let shift = constants.map { $0[voxel] - statistics.means[voxel] } ?? 0
            offsets[voxel] = -(count * shift * shift + 2 * count * shift * mean) / total
        }
        self.init(r2: r2, r: r, offsetR2: offsets)
    }
}

extension SplitScores {
    /// The mean of the shares over folds.
    init(meanOf folds: [SplitScores]) {
        func mean(_ shares: (SplitScores) -> [[Double]]) -> [[Double]] {
            guard let first = folds.first.map(shares) else { return [] }
            return first.indices.map { band in
                first[band].indices.map { voxel in
                    folds.reduce(0) { $0 + shares($1)[band][voxel] } / Double(folds.count)
                }
            }
        }
        let offsets = mean { [$0.offsetR2] }
        self.init(r2: mean(\.r2), r: mean(\.r), offsetR2: offsets.first ?? [])
    }
}

extension SplitScores: Displayable {
    /// A table of the joint scores, and the mean share of each band.
    public var mimeBundle: MIMEBundle {
        func mean(_ values: [Double]) -> Double {
            let finite = values.filter { !$0.isNaN }
            return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
        }
        var shares = r2.enumerated().map { band, values in
            "band \(band): mean share of R2 \(Number.fixed(mean(values), 3))"
        }
        if offsetR2.contains(where: { abs($0) >= 0.0005 }) {
            shares.append("the prediction's constant: mean share of R2 \(Number.fixed(mean(offsetR2), 3))")
        }
        return joint.summary(title: "\(Number.counted(joint.count, "voxel")), joint", notes: shares)
            .mimeBundle
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
}
