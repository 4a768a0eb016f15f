import Tensors

// Loops over the numbers of a batch of voxels (samples or directions x voxels, row-major). All are plain loops over
// pointers that the compiler turns into vector instructions, once for each precision.

/// Copies columns of the responses, less each column's mean, and 0 for the columns that hold a NaN.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func gatherColumns<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, width: Int, columns: [Int], means: UnsafePointer<Double>,
    into target: UnsafeMutablePointer<Element>
) {
    let count = columns.count
    let first = columns.first ?? 0
    let isRange = columns.last == first + count - 1
    columns.withUnsafeBufferPointer { columns in
        parallelFor(rows, grain: max(1, 65_536 / max(count, 1))) { range in
            for row in range {
                let line = source + row * width
                let out = target + row * count
                if isRange {
                    for j in 0..<count { out[j] = Element(Double(line[first + j]) - means[j]) }
                } else {
                    for j in 0..<count { out[j] = Element(Double(line[columns[j]]) - means[j]) }
                }
            }
        }
    }
}

/// Copies rows, less a number for each column.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func gatherRows<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: [Int], columns: Int, means: UnsafePointer<Element>,
    into target: UnsafeMutablePointer<Element>
) {
    rows.withUnsafeBufferPointer { rows in
        parallelFor(rows.count, grain: max(1, 65_536 / max(columns, 1))) { range in
            for position in range {
                let line = source + rows[position] * columns
                let out = target + position * columns
                for j in 0..<columns { out[j] = line[j] - means[j] }
            }
        }
    }
}

/// The sums and the sums of squares of columns, in double precision.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func sumColumns<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, columns: Int, sums: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
) {
    parallelFor(columns, grain: max(1, 65_536 / max(rows, 1))) { range in
        for j in range { (sums[j], squares[j]) = (0, 0) }
        for row in 0..<rows {
            let line = source + row * columns
            for j in range {
                let value = Double(line[j])
                sums[j] += value
                squares[j] += value * value
            }
        }
    }
}

/// `near *= z` and `far *= z`, number by number.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func multiplyByTargets<Element: Scalar>(
    _ z: UnsafePointer<Element>, count: Int, near: UnsafeMutablePointer<Element>,
    far: UnsafeMutablePointer<Element>
) {
    parallelFor(count, grain: 65_536) { range in
        for i in range {
            near[i] *= z[i]
            far[i] *= z[i]
        }
    }
}

/// `out = g * z` with one factor for each row.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func scaleByRow<Element: Scalar>(
    _ z: UnsafePointer<Element>, rows: Int, columns: Int, factors: UnsafePointer<Element>,
    into out: UnsafeMutablePointer<Element>
) {
    parallelFor(rows, grain: max(1, 65_536 / max(columns, 1))) { range in
        for row in range {
            let factor = factors[row]
            for i in row * columns..<(row + 1) * columns { out[i] = z[i] * factor }
        }
    }
}

/// `out[k, j] = z[k, j] * factors[choice[j], k]`: each voxel with the factors of its own alpha.
///
/// `factors` is directions x alphas, so that a row of `z` meets one short row of factors.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func scaleByChoice<Element: Scalar>(
    _ z: UnsafePointer<Element>, rows: Int, columns: Int, factors: UnsafePointer<Element>, alphas: Int,
    choice: UnsafePointer<Int>, into out: UnsafeMutablePointer<Element>
) {
    parallelFor(rows, grain: max(1, 65_536 / max(columns, 1))) { range in
        for row in range {
            let line = factors + row * alphas
            let (from, to) = (z + row * columns, out + row * columns)
            for j in 0..<columns { to[j] = from[j] * line[choice[j]] }
        }
    }
}

/// `target -= a bᵀ` for a column `a` and a row `b`.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func subtractOuterProduct<Element: Scalar>(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, rows: Int, columns: Int,
    from target: UnsafeMutablePointer<Element>
) {
    parallelFor(rows, grain: max(1, 65_536 / max(columns, 1))) { range in
        for row in range {
            let factor = a[row]
            let line = target + row * columns
            for j in 0..<columns { line[j] -= factor * b[j] }
        }
    }
}

/// Writes a batch's rows into the given columns of a wider matrix.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func scatterColumns<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, columns: [Int], width: Int,
    into target: UnsafeMutablePointer<Element>
) {
    let count = columns.count
    columns.withUnsafeBufferPointer { columns in
        parallelFor(rows, grain: max(1, 65_536 / max(count, 1))) { range in
            for row in range {
                let (line, out) = (source + row * count, target + row * width)
                for j in 0..<count { out[columns[j]] = line[j] }
            }
        }
    }
}

/// `result[j] -= Σ_k means[k] weights[k, j]`, in double precision.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func subtractPredictionOfMeans<Element: Scalar>(
    _ weights: UnsafePointer<Element>, rows: Int, columns: Int, means: [Double],
    from result: UnsafeMutablePointer<Double>
) {
    means.withUnsafeBufferPointer { means in
        parallelFor(columns, grain: max(1, 65_536 / max(rows, 1))) { range in
            for k in 0..<rows {
                let line = weights + k * columns
                for j in range { result[j] -= means[k] * Double(line[j]) }
            }
        }
    }
}

/// Adds `offset - weight * (square + loss)` to the scores of every alpha (alphas x voxels).
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func addErrorScores<Element: Scalar>(
    _ losses: UnsafePointer<Element>, alphas: Int, squares: UnsafePointer<Double>, offsets: [Double],
    weights: [Double], to scores: UnsafeMutablePointer<Double>
) {
    let voxels = offsets.count
    offsets.withUnsafeBufferPointer { offsets in
        weights.withUnsafeBufferPointer { weights in
            for alpha in 0..<alphas {
                let (line, out) = (losses + alpha * voxels, scores + alpha * voxels)
                for j in 0..<voxels {
                    // A sum of squares is not below 0, whatever the rounding of its parts.
                    out[j] += offsets[j] - weights[j] * max(0, squares[j] + Double(line[j]))
                }
            }
        }
    }
}
