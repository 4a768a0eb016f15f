import Display
import Tensors

/// The result of a permutation test of each voxel or region.
public struct PermutationTest: Sendable, Equatable {
    /// The effect of each column: a correlation, or a mean difference.
    public let effects: [Double]
    /// The p value of each column; NaN for a column that is constant or holds a NaN.
    public let p: [Double]
    /// The p value of each column that controls the error over all of them, by the largest statistic of each
    /// rearrangement (Westfall & Young 1993; Nichols & Holmes 2002).
    public let pForMaximum: [Double]
    /// The number of rearrangements.
    public let permutations: Int
    /// Whether these are all possible rearrangements; if not, the data count as one more.
    public let isExact: Bool

    /// The number of samples per block, if blocks of time were rearranged.
    public private(set) var blockLength: Int?
    /// What limits the test, for instance blocks that are too short for so slow a signal.
    public private(set) var notes: [String] = []

    init(effects: [Double], p: [Double], pForMaximum: [Double], permutations: Int, isExact: Bool) {
        self.effects = effects
        self.p = p
        self.pForMaximum = pForMaximum
        self.permutations = permutations
        self.isExact = isExact
    }

    /// The same test with the length and the notes of its blocks of time.
    func about(_ blocks: TimeBlocks) -> PermutationTest {
        var result = self
        (result.blockLength, result.notes) = (blocks.length, blocks.notes)
        return result
    }

    /// The false discovery rate at which each column would just be called significant (Benjamini & Hochberg).
    public var q: [Double] { benjaminiHochberg(p) }
}

extension PermutationTest: Displayable {
    /// How many columns are significant at 0.05, uncorrected and corrected.
    public var mimeBundle: MIMEBundle {
        let tested = p.count { !$0.isNaN }
        let kinds = [("p", p), ("q (false discovery rate)", q), ("p for the maximum", pForMaximum)]
        let blocks = blockLength.map { " of blocks of \(Number.counted($0, "sample"))" } ?? ""
        return Table(
            "\(Number.counted(tested, "test")) by \(Number.grouped(permutations)) "
                + "\(isExact ? "(all)" : "random") permutations\(blocks)",
            [
                .text("", kinds.map(\.0)), .counts("below 0.05", kinds.map { $0.1.count { $0 < 0.05 } }),
                .probabilities("smallest", kinds.map { $0.1.filter { !$0.isNaN }.min() ?? .nan }),
            ], notes: notes
        ).mimeBundle
    }
}

/// Throws `EncodingError` unless the number of permutations is from 1 to a million: each takes memory.
func checkPermutations(_ count: Int) throws {
    try checkParameter(
        "the number of permutations", count, expected: "1 to 1,000,000", (1...1_000_000).contains(count))
}

/// The statistics of some rearrangements of a tile of columns, larger for stronger evidence.
///
/// Writes rearrangements x `tileWidth` numbers; those beyond the tile's columns may be anything.
typealias TileStatistics<Rearrangements> = (
    _ rearrangements: Rearrangements, _ columns: Range<Int>, _ out: UnsafeMutablePointer<Double>
) -> Void

extension PermutationTest {
    /// Compares the observed statistics of columns with those of rearrangements, a tile of columns at a time on all
    /// threads.
    ///
    /// Every tile is computed by one thread in one order, and counts and maxima do not depend on the order of tiles:
    /// so the answer is the same at any number of threads.
    ///
    /// - Parameters:
    ///   - observed: the least statistic that counts as being as extreme as the data's; NaN if a column has none.
    ///   - cost: multiplications per rearrangement and column.
    ///   - bytes: how many bytes a rearrangement takes; some are drawn at a time, so that all take no more than 64 MB.
    ///   - draw: the next rearrangements, which are asked for once and in their order.
    static func compare<Rearrangements>(
        effects: [Double], observed: [Double], permutations: Int, isExact: Bool, tileWidth: Int, cost: Int,
        bytes: Int, drawing draw: (Range<Int>) -> Rearrangements, statistics: TileStatistics<Rearrangements>
    ) throws -> PermutationTest {
        let atOnce = max(1, min(permutations, 1 << 17, (64 << 20) / max(bytes, 1)))
        let columns = observed.count
        let tiles = (columns + tileWidth - 1) / tileWidth
        // About 50 ms per batch, so that an interrupt is noticed soon, and at most 256 MB.
        let room = (256 << 20) / (atOnce * (tileWidth + 1) * MemoryLayout<Double>.stride)
        let batch = max(1, min(64, room, 1_000_000_000 / max(atOnce * tileWidth * cost, 1)))
        let scratch = ScratchBuffer<Double>(count: batch * atOnce * (tileWidth + 1))
        var exceeded = [Int](repeating: 0, count: columns)
        var maxima = [Double](repeating: -.infinity, count: permutations)
        for drawn in stride(from: 0, to: permutations, by: atOnce) {
            try Task.checkCancellation()
            let number = min(atOnce, permutations - drawn)
            let rearrangements = draw(drawn..<drawn + number)
            for first in stride(from: 0, to: tiles, by: batch) {
                try Task.checkCancellation()
                let count = min(batch, tiles - first)
                exceeded.withUnsafeMutableBufferPointer { exceeded in
                    guard let exceeded = exceeded.baseAddress else { return }
                    parallelFor(count, grain: 1) { part in
                        for tile in part {
                            let start = (first + tile) * tileWidth
                            let range = start..<min(start + tileWidth, columns)
                            let out = scratch.base + tile * number * (tileWidth + 1)
                            statistics(rearrangements, range, out)
                            countTile(
                                out, permutations: number, width: tileWidth, columns: range,
                                observed: observed, exceeded: exceeded, maxima: out + number * tileWidth)
                        }
                    }
                }
                for tile in 0..<count {
                    let largest = scratch.base + (tile * (tileWidth + 1) + tileWidth) * number
                    for index in 0..<number {
                        maxima[drawn + index] = max(maxima[drawn + index], largest[index])
                    }
                }
            }
        }
        maxima.sort()
        let own = isExact ? 0 : 1
        func p(_ count: Int, _ column: Int) -> Double {
            observed[column].isNaN ? .nan : Double(own + count) / Double(own + permutations)
        }
        return PermutationTest(
            effects: effects, p: exceeded.indices.map { p(exceeded[$0], $0) },
            pForMaximum: observed.indices.map {
                p(permutations - firstIndex(in: maxima, from: observed[$0]), $0)
            },
            permutations: permutations, isExact: isExact)
    }
}

/// Adds the rearrangements of a tile that reach the observed statistics, and takes the largest of each.
private func countTile(
    _ out: UnsafePointer<Double>, permutations: Int, width: Int, columns: Range<Int>, observed: [Double],
    exceeded: UnsafeMutablePointer<Int>, maxima: UnsafeMutablePointer<Double>
) {
    observed.withUnsafeBufferPointer { observed in
        for index in 0..<permutations { maxima[index] = -.infinity }
        for (lane, column) in columns.enumerated() where !observed[column].isNaN {
            var count = 0
            for index in 0..<permutations {
                let value = out[index * width + lane]
                if value >= observed[column] { count += 1 }
                if value > maxima[index] { maxima[index] = value }
            }
            exceeded[column] += count
        }
    }
}

/// The first index of an ascending list whose value is at least `value`.
private func firstIndex(in sorted: [Double], from value: Double) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
        let middle = (low + high) / 2
        if sorted[middle] >= value { high = middle } else { low = middle + 1 }
    }
    return low
}
