import Display
import Foundation

extension VoxelScores: Displayable {
    /// A table of the mean, median and largest R2 and r, over the voxels that have a score.
    public var mimeBundle: MIMEBundle { summary(title: "\(Number.counted(count, "voxel"))").mimeBundle }

    /// One row per score: mean, median, 95th percentile, maximum.
    func summary(title: String, notes: [String] = []) -> Table {
        let scores = [r2, r].map { $0.filter { !$0.isNaN }.sorted() }
        let means = scores.map { $0.isEmpty ? .nan : $0.reduce(0, +) / Double($0.count) }
        return Table(
            title,
            [
                .text("score", ["R2", "r"]), .numbers("mean", means),
                .numbers("median", scores.map { quantile($0, 0.5) }),
                .numbers("95 %", scores.map { quantile($0, 0.95) }),
                .numbers("max", scores.map { $0.last ?? .nan }),
            ], notes: notes)
    }
}

/// How many voxels, and the first few by number.
func listed(_ voxels: [Int]) -> String {
    let names = voxels.prefix(10).map(String.init).joined(separator: ", ")
    return
        "\(voxels.count) voxel\(voxels.count == 1 ? "" : "s") (\(names)\(voxels.count > 10 ? ", …" : ""))"
}

/// The value below which a share of sorted values lies, by linear interpolation.
func quantile(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.indices.last else { return .nan }
    let position = share * Double(last)
    let lower = Int(position)
    let fraction = position - Double(lower)
    return sorted[lower] + fraction * (sorted[min(lower + 1, last)] - sorted[lower])
}
