import Tensors

/// Running sums over samples from which R2 and Pearson's r of each voxel follow.
struct ScoreSums {
    private var count = 0.0
    private var response: [Double]
    private var responseSquared: [Double]
    private var prediction: [Double]
    private var predictionSquared: [Double]
    private var product: [Double]

    /// Sums of nothing, for a number of voxels.
    init(voxels: Int) {
        response = [Double](repeating: 0, count: voxels)
        (responseSquared, prediction, predictionSquared, product) = (response, response, response, response)
    }

    /// Adds samples: `responses` and `predictions` are samples x voxels; both less the same number for each voxel.
    mutating func add<Element: Scalar>(
        responses: UnsafePointer<Element>, predictions: UnsafePointer<Element>, samples: Int
    ) {
        let voxels = response.count
        count += Double(samples)
        response.withUnsafeMutableBufferPointer { y in
            responseSquared.withUnsafeMutableBufferPointer { yy in
                prediction.withUnsafeMutableBufferPointer { p in
                    predictionSquared.withUnsafeMutableBufferPointer { pp in
                        product.withUnsafeMutableBufferPointer { yp in
                            guard let y = y.baseAddress, let yy = yy.baseAddress, let p = p.baseAddress,
                                let pp = pp.baseAddress, let yp = yp.baseAddress
                            else { return }
                            addSums(responses, predictions, samples, voxels, y, yy, p, pp, yp)
                        }
                    }
                }
            }
        }
    }

    /// R2 of each voxel; NaN where the responses are constant.
    var r2: [Double] {
        response.indices.map { j in
            let total = responseSquared[j] - response[j] * response[j] / count
            let error = responseSquared[j] - 2 * product[j] + predictionSquared[j]
            return isNought(total, of: responseSquared[j]) ? .nan : 1 - error / total
        }
    }

    /// Pearson's r of each voxel; NaN where the responses are constant, 0 where the predictions are.
    var r: [Double] {
        response.indices.map { j in
            let total = responseSquared[j] - response[j] * response[j] / count
            let spread = predictionSquared[j] - prediction[j] * prediction[j] / count
            if isNought(total, of: responseSquared[j]) { return .nan }
            if isNought(spread, of: predictionSquared[j]) { return 0 }
            let covariance = product[j] - response[j] * prediction[j] / count
            return min(1, max(-1, covariance / (total * spread).squareRoot()))
        }
    }

    /// The sum of squared errors of one voxel.
    func squaredError(of j: Int) -> Double {
        max(0, responseSquared[j] - 2 * product[j] + predictionSquared[j])
    }

    /// The correlation of one voxel as himalaya scores it in a search: 0 where a side is constant.
    func searchCorrelation(of j: Int) -> Double {
        let total = responseSquared[j] - response[j] * response[j] / count
        let spread = predictionSquared[j] - prediction[j] * prediction[j] / count
        if isNought(total, of: responseSquared[j]) || isNought(spread, of: predictionSquared[j]) { return 0 }
        return (product[j] - response[j] * prediction[j] / count) / (total * spread).squareRoot()
    }

    private func isNought(_ variance: Double, of square: Double) -> Bool { variance <= square * 1e-13 }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func addSums<Element: Scalar>(
    _ responses: UnsafePointer<Element>, _ predictions: UnsafePointer<Element>, _ samples: Int, _ voxels: Int,
    _ y: UnsafeMutablePointer<Double>, _ yy: UnsafeMutablePointer<Double>, _ p: UnsafeMutablePointer<Double>,
    _ pp: UnsafeMutablePointer<Double>, _ yp: UnsafeMutablePointer<Double>
) {
    parallelFor(voxels, grain: max(1, 32_768 / max(samples, 1))) { range in
        for row in 0..<samples {
            let response = responses + row * voxels
            let prediction = predictions + row * voxels
            for j in range {
                let (a, b) = (Double(response[j]), Double(prediction[j]))
                y[j] += a
                yy[j] += a * a
                p[j] += b
                pp[j] += b * b
                yp[j] += a * b
            }
        }
    }
}
