import Tensors

/// How well predictions match responses, voxel by voxel.
public struct VoxelScores: Sendable, Equatable {
    /// The coefficient of determination of each voxel; NaN if a voxel is constant or holds a NaN.
    public let r2: [Double]
    /// Pearson's correlation of each voxel; NaN if a voxel is constant or holds a NaN.
    public let r: [Double]

    /// Scores that were computed elsewhere; throws `EncodingError` if there is not one of each for every voxel.
    ///
    /// - Parameters:
    ///   - r2: R2, one for each voxel.
    ///   - r: Pearson's r, one for each voxel.
    public init(r2: [Double], r: [Double]) throws {
        guard r2.count == r.count else {
            throw EncodingError.columnCount(what: "correlations", count: r.count, expected: r2.count)
        }
        self.init(ofEachVoxel: r2, r)
    }

    /// Scores that this library has computed, one of each for every voxel.
    init(ofEachVoxel r2: [Double], _ r: [Double]) {
        self.r2 = r2
        self.r = r
    }

    /// The scores of `predictions` of `responses`, both samples x voxels.
    ///
    /// R2 is `1 - Σ(y - ŷ)² / Σ(y - mean y)²`; a constant prediction has the correlation 0.
    /// Throws `EncodingError` if the two have different shapes.
    ///
    /// - Parameters:
    ///   - predictions: samples x voxels.
    ///   - responses: samples x voxels.
    public init<Element: Scalar>(predictions: Matrix<Element>, responses: Matrix<Element>) throws {
        try checkShapes(predictions, of: responses)
        let means = ColumnStatistics(responses).means
        let (y, prediction) = (responses.centered(by: means), predictions.centered(by: means))
        var sums = ScoreSums(voxels: means.count)
        y.withUnsafeBufferPointer { y in
            prediction.withUnsafeBufferPointer { prediction in
                guard let y = y.baseAddress, let prediction = prediction.baseAddress else { return }
                sums.add(responses: y, predictions: prediction, samples: responses.rows)
            }
        }
        // A NaN or an infinity in the data must not come out as a score.
        let r2 = sums.r2
        var r = zip(sums.r, r2).map { $1.isFinite ? $0 : .nan }
        for voxel in sums.farFromZero where r[voxel].isFinite {
            r[voxel] = correlation(y.column(voxel), predictions.column(voxel))
        }
        self.init(ofEachVoxel: r2.map { $0.isFinite ? $0 : .nan }, r)
    }

    /// How many voxels there are.
    public var count: Int { r2.count }

    /// The voxels without a score.
    public var unscored: [Int] { r2.indices.filter { r2[$0].isNaN } }
}

/// Pearson's correlation of responses, which are not constant, with predictions, each about its own mean; 0 if the
/// predictions vary by no more than the rounding of their mean.
private func correlation<Element: Scalar>(_ responses: [Element], _ predictions: [Element]) -> Double {
    func centered(_ values: [Element]) -> (mean: Double, values: [Double]) {
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        return (mean, values.map { Double($0) - mean })
    }
    let (y, x) = (centered(responses), centered(predictions))
    var (yy, xx, yx) = (0.0, 0.0, 0.0)
    for (a, b) in zip(y.values, x.values) {
        yy += a * a
        xx += b * b
        yx += a * b
    }
    let rounding = 4 * Double(Element.ulpOfOne) * abs(x.mean)
    guard (xx / Double(predictions.count)).squareRoot() > max(rounding, 1e-14 * abs(x.mean)) else { return 0 }
    return min(1, max(-1, yx / geometricMean(yy, xx)))
}
