import Foundation
import Tensors

/// What is found for the voxels of one batch.
struct BatchScores {
    /// The voxels, as columns of the responses.
    var columns = 0..<0
    /// The index of each voxel's alpha.
    var alphaIndices: [Int32] = []
    /// The mean score over the folds: alphas x voxels.
    var scores: [Double] = []
    /// The score of each voxel's alpha, with the slope that decides between equal ones; empty before `choose`.
    var best: [Double] = []
    /// R2 and r of the held-out predictions; empty if they are not computed.
    var r2: [Double] = []
    var r: [Double] = []

    /// Chooses each voxel's alpha by `scores`; of equal scores the larger alpha, as himalaya does.
    ///
    /// `units` is the unit in which scores are compared, one number for each voxel of all batches.
    mutating func choose(alphas: [Double], units: [Double]) {
        let units = units[columns]
        let first = columns.lowerBound
        let voxels = columns.count
        alphaIndices = [Int32](repeating: 0, count: voxels)
        best = [Double](repeating: -.infinity, count: voxels)
        for (alphaIndex, alpha) in alphas.enumerated() {
            let slope = tieSlope(alpha)
            for j in 0..<voxels {
                let score = scores[alphaIndex * voxels + j] + slope * units[first + j]
                guard score > best[j] else { continue }
                best[j] = score
                alphaIndices[j] = Int32(alphaIndex)
            }
        }
    }
}

extension [BatchScores] {
    /// The scores of all batches side by side: alphas x voxels.
    func joined(alphas: Int, voxels: Int) -> Matrix<Double> {
        Matrix(rows: alphas, columns: voxels) { target in
            target.update(repeating: 0)
            for part in self where !part.scores.isEmpty {
                for alpha in 0..<alphas {
                    for j in 0..<part.columns.count {
                        target[alpha * voxels + part.columns.lowerBound + j] =
                            part.scores[alpha * part.columns.count + j]
                    }
                }
            }
        }
    }
}

/// himalaya's slope over the alphas, so slight that it only decides between equal scores.
func tieSlope(_ alpha: Double) -> Double { 1e-10 * log(alpha) }
