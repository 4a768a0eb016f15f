import Display
import Foundation

extension VoxelScores: Displayable {
    /// A table of the mean, median and largest R2 and r, over the voxels that have a score.
    public var mimeBundle: MIMEBundle { SummaryTable(title: "\(count) voxels", rows: scoreRows).mimeBundle }

    /// One row a score: mean, median, 95th percentile, maximum.
    var scoreRows: [[String]] {
        [["score", "mean", "median", "95 %", "max"]]
            + [("R2", r2), ("r", r)].map { name, values in
                let sorted = values.filter { !$0.isNaN }.sorted()
                guard let largest = sorted.last else { return [name, "–", "–", "–", "–"] }
                let mean = sorted.reduce(0, +) / Double(sorted.count)
                return [name]
                    + [mean, quantile(sorted, 0.5), quantile(sorted, 0.95), largest].map(threeDigits)
            }
    }
}

extension RidgeFit: Displayable {
    /// The scores, how many voxels chose each alpha, and which voxels could not be fitted.
    public var mimeBundle: MIMEBundle {
        var notes: [String] = []
        if !voxelsWithNaN.isEmpty { notes.append("with NaN, left out: \(listed(voxelsWithNaN))") }
        if !constantVoxels.isEmpty { notes.append("constant, not scored: \(listed(constantVoxels))") }
        let title = "Ridge: \(coefficients.rows) features, \(coefficients.columns) voxels"
        return SummaryTable(
            title: title, rows: scores.count > 0 ? scores.scoreRows : [], bars: alphaCounts, notes: notes
        ).mimeBundle
    }

    /// How many voxels chose each alpha, from the smallest to the largest that was chosen.
    private var alphaCounts: [(name: String, count: Int)] {
        let counts = alphas.map { alpha in bestAlphas.count { $0 == alpha } }
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 })
        else {
            return []
        }
        return (first...last).map { ("alpha " + String(format: "%.3g", alphas[$0]), counts[$0]) }
    }

    private func listed(_ voxels: [Int]) -> String {
        let names = voxels.prefix(10).map(String.init).joined(separator: ", ")
        return
            "\(voxels.count) voxel\(voxels.count == 1 ? "" : "s") (\(names)\(voxels.count > 10 ? ", …" : ""))"
    }
}

/// The value below which a share of sorted values lies, by linear interpolation.
func quantile(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.indices.last else { return .nan }
    let position = share * Double(last)
    let lower = Int(position)
    let fraction = position - Double(lower)
    return sorted[lower] + fraction * (sorted[min(lower + 1, last)] - sorted[lower])
}

func threeDigits(_ value: Double) -> String { String(format: "%.3f", value) }
