import Foundation
import Tensors

/// The vectors that tell a vision transformer where in the image a patch lies, and how they become those of another grid.
struct PatchPositions: Sendable {
    /// How a library interpolates them; all take cubics.
    enum Resampling: Sendable, Equatable {
        /// As Pillow does (a = -0.5, wider if the grid becomes smaller): timm.
        case antialiased
        /// As PyTorch's `interpolate` does without antialias (a = -0.75, always 4 x 4): transformers, DINOv2.
        case plain
        /// As `plain`, on a grid that is taken to be larger by this fraction of a cell (the files of DINOv2's authors,
        /// 0.1).
        case offset(Double)
    }

    /// A row for each patch, row by row of the image.
    let matrix: Matrix<Float>
    /// Patches from top to bottom.
    let rows: Int
    /// Patches from left to right.
    let columns: Int
    let resampling: Resampling

    /// How many patches there are.
    var count: Int { rows * columns }

    /// The vectors of another grid.
    func resampled(rows newRows: Int, columns newColumns: Int) -> PatchPositions {
        if newRows == rows, newColumns == columns { return self }
        let down = weights(from: rows, to: newRows)
        let right = weights(from: columns, to: newColumns)
        let width = matrix.columns
        var narrow = Matrix<Float>(rows: rows * newColumns, columns: width)
        var result = Matrix<Float>(rows: newRows * newColumns, columns: width)
        matrix.withUnsafeBufferPointer { source in
            narrow.withUnsafeMutableBufferPointer { target in
                for row in 0..<rows {
                    for (column, taps) in right.enumerated() {
                        for (from, weight) in taps {
                            for c in 0..<width {
                                target[(row * newColumns + column) * width + c] +=
                                    weight * source[(row * columns + from) * width + c]
                            }
                        }
                    }
                }
            }
        }
        narrow.withUnsafeBufferPointer { source in
            result.withUnsafeMutableBufferPointer { target in
                let line = newColumns * width
                for (row, taps) in down.enumerated() {
                    for (from, weight) in taps {
                        for c in 0..<line { target[row * line + c] += weight * source[from * line + c] }
                    }
                }
            }
        }
        return PatchPositions(matrix: result, rows: newRows, columns: newColumns, resampling: resampling)
    }

    /// Which old places make each new one along one side, and how much each counts.
    private func weights(from old: Int, to new: Int) -> [[(place: Int, weight: Float)]] {
        var scale = Double(old) / Double(new)
        if case .offset(let offset) = resampling { scale = Double(old) / (Double(new) + offset) }
        return (0..<new).map { place in
            let center = (Double(place) + 0.5) * scale
            switch resampling {
            case .antialiased:
                let stretch = max(scale, 1)
                let range =
                    max(Int(center - 2 * stretch + 0.5), 0)..<min(Int(center + 2 * stretch + 0.5), old)
                let raw = range.map { ($0, cubic((Double($0) - center + 0.5) / stretch, a: -0.5)) }
                let sum = raw.reduce(0) { $0 + $1.1 }
                return raw.map { ($0.0, Float($0.1 / sum)) }
            case .plain, .offset:
                let first = Int((center - 0.5).rounded(.down)) - 1
                return (first..<first + 4).map { place in
                    // Places beyond the edge are those at the edge.
                    (min(max(place, 0), old - 1), Float(cubic(Double(place) + 0.5 - center, a: -0.75)))
                }
            }
        }
    }

    private func cubic(_ distance: Double, a: Double) -> Double {
        let x = abs(distance)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
}
