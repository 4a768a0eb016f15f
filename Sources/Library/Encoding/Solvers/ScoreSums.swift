import Tensors

/// Running sums over samples, from which R2 and Pearson's r of each voxel are computed.
struct ScoreSums {
    private let voxels: Int
    private var count = 0.0
    /// Rows of y, y y, p, p p and y p: responses y and predictions p.
    private var sums: [Double]

    /// Empty sums for a number of voxels.
    init(voxels: Int) {
        self.voxels = voxels
        sums = [Double](repeating: 0, count: 5 * voxels)
    }

    /// Adds samples: `responses` and `predictions` are samples x voxels; both less the same number for each voxel.
    mutating func add<Element: Scalar>(
        responses: UnsafePointer<Element>, predictions: UnsafePointer<Element>, samples: Int
    ) {
        count += Double(samples)
        let voxels = voxels
        sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            parallelFor(voxels, grain: max(64, 1_000_000 / max(samples, 1))) { range in
                let first = range.lowerBound
                addScoreSums(
                    responses: responses + first, predictions: predictions + first, samples: samples,
                    voxels: range.count, stride: voxels, to: sums + first, sumsStride: voxels)
            }
        }
    }

    private func response(_ j: Int) -> Double { sums[j] }
    private func responseSquared(_ j: Int) -> Double { sums[voxels + j] }
    private func prediction(_ j: Int) -> Double { sums[2 * voxels + j] }
    private func predictionSquared(_ j: Int) -> Double { sums[3 * voxels + j] }
    private func product(_ j: Int) -> Double { sums[4 * voxels + j] }

    private func total(_ j: Int) -> Double { responseSquared(j) - response(j) * response(j) / count }
    private func spread(_ j: Int) -> Double { predictionSquared(j) - prediction(j) * prediction(j) / count }
    private func covariance(_ j: Int) -> Double { product(j) - response(j) * prediction(j) / count }

    /// R2 of each voxel; NaN if the responses are constant.
    var r2: [Double] {
        (0..<voxels).map { j in
            let error = responseSquared(j) - 2 * product(j) + predictionSquared(j)
            return isZero(total(j), of: responseSquared(j)) ? .nan : 1 - error / total(j)
        }
    }

    /// Pearson's r of each voxel; NaN if the responses are constant, 0 if the predictions are.
    var r: [Double] {
        (0..<voxels).map { j in
            if isZero(total(j), of: responseSquared(j)) { return .nan }
            if isZero(spread(j), of: predictionSquared(j)) { return 0 }
            return min(1, max(-1, covariance(j) / geometricMean(total(j), spread(j))))
        }
    }

    /// The voxels whose predictions lie so far from zero, for how they vary, that `r` loses digits by it.
    var farFromZero: [Int] {
        (0..<voxels).filter { predictionSquared($0) > 0 && spread($0) <= predictionSquared($0) * 1e-4 }
    }

    /// The sum of squared errors of one voxel.
    func squaredError(of j: Int) -> Double {
        max(0, responseSquared(j) - 2 * product(j) + predictionSquared(j))
    }

    /// The correlation of one voxel as himalaya scores it in a search: 0 if a side is constant.
    func searchCorrelation(of j: Int) -> Double {
        if isZero(total(j), of: responseSquared(j)) || isZero(spread(j), of: predictionSquared(j)) {
            return 0
        }
        return covariance(j) / geometricMean(total(j), spread(j))
    }

    private func isZero(_ variance: Double, of square: Double) -> Bool { variance <= square * 1e-13 }
}

/// The square root of the product of two numbers of 0 or more, also where the product is beyond the range of
/// numbers: of sums of squares of responses above 1e77, for instance.
func geometricMean(_ a: Double, _ b: Double) -> Double {
    let product = a * b
    return product.isNormal ? product.squareRoot() : a.squareRoot() * b.squareRoot()
}
