import Display
import Tensors

/// The joint score of a model of several bands, split into shares that sum to it.
public struct SplitScores: Sendable, Equatable {
    /// For each band its share of each voxel's R2, by the product measure; NaN for a constant voxel.
    public let r2: [[Double]]
    /// For each band its share of each voxel's Pearson correlation; NaN for a constant voxel.
    public let r: [[Double]]
    /// The joint scores: the sums of the shares.
    public let joint: VoxelScores

    /// Shares that were computed elsewhere.
    public init(r2: [[Double]], r: [[Double]]) {
        self.r2 = r2
        self.r = r
        func sum(_ shares: [[Double]]) -> [Double] {
            (shares.first ?? []).indices.map { voxel in shares.reduce(0) { $0 + $1[voxel] } }
        }
        joint = VoxelScores(r2: sum(r2), r: sum(r))
    }

    /// The shares of `parts`, each the prediction of one band (samples x voxels), which sum to the joint prediction.
    ///
    /// With `y` centred on its mean, a band's share of R2 is `Σ(2 y ŷ_i - ŷ_i Σ_j ŷ_j) / Σ y²`; its share of r is the
    /// covariance of `y` and `ŷ_i` over the deviations of `y` and of the joint prediction.
    /// Without the correlations of the bands, a share of R2 is `Σ(2 y ŷ_i - ŷ_i²) / Σ y²`, the R2 of that part alone; such
    /// shares do not sum to the joint score, and `joint.r2` is then their sum.
    /// Throws `EncodingError` where shapes do not fit.
    ///
    /// Source: `r2_score_split` (the product measure) and `correlation_score_split` of himalaya.
    public init<Element: Scalar>(
        parts: [Matrix<Element>], responses: Matrix<Element>, includingCorrelations: Bool = true
    ) throws {
        for part in parts {
            guard part.rows == responses.rows else {
                throw EncodingError.sampleCount(
                    what: "predictions", count: part.rows, expected: responses.rows)
            }
            guard part.columns == responses.columns else {
                throw EncodingError.columnCount(
                    what: "predictions", count: part.columns, expected: responses.columns)
            }
        }
        let voxels = responses.columns
        var r2 = [[Double]](repeating: Array(repeating: .nan, count: voxels), count: parts.count)
        var r = r2
        let statistics = ColumnStatistics(responses)
        let y = responses.converted(to: Double.self)
        let wide = parts.map { $0.converted(to: Double.self) }
        for voxel in 0..<voxels
        where !isConstant(deviation: statistics.deviations[voxel], mean: statistics.means[voxel]) {
            let target = y.column(voxel).map { $0 - statistics.means[voxel] }
            let bands = wide.map { $0.column(voxel) }
            let joint = target.indices.map { sample in bands.reduce(0) { $0 + $1[sample] } }
            let total = dot(target, target)
            let count = Double(target.count)
            let mean = joint.reduce(0, +) / count
            let spread = dot(joint, joint) - count * mean * mean
            for (band, part) in bands.enumerated() {
                let other = includingCorrelations ? joint : part
                r2[band][voxel] = (2 * dot(target, part) - dot(part, other)) / total
                // A constant prediction has no correlation, as in `VoxelScores`.
                r[band][voxel] = spread > 0 ? dot(target, part) / (total * spread).squareRoot() : 0
            }
        }
        self.init(r2: r2, r: r)
    }
}

extension SplitScores: Displayable {
    /// A table of the joint scores, and the mean share of each band.
    public var mimeBundle: MIMEBundle {
        let shares = r2.enumerated().map { band, values in
            let finite = values.filter { !$0.isNaN }
            let mean = finite.reduce(0, +) / Double(max(finite.count, 1))
            return "band \(band): mean share of R2 \(Number.fixed(mean, 3))"
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
