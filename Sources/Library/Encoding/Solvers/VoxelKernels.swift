internal import CVoxelKernels
import Tensors

// The loops over the numbers of a batch of voxels (samples or directions x voxels, row-major): each leads to the C
// kernel of the precision. See CVoxelKernels.h for what they do.

/// Copies columns of the responses, less each column's mean.
func gatherColumns<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, width: Int, columns: Range<Int>, means: [Double],
    into target: UnsafeMutablePointer<Element>
) {
    if let (from, to) = singles(source, target) {
        voxel_columns_f32(from, rows, width, columns.lowerBound, columns.count, means, to)
    } else {
        let (from, to) = doubles(source, target)
        voxel_columns_f64(from, rows, width, columns.lowerBound, columns.count, means, to)
    }
}

/// Copies rows, less a number for each column.
func gatherRows<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: [Int], columns: Int, shift: UnsafePointer<Element>,
    into target: UnsafeMutablePointer<Element>
) {
    if let (from, to) = singles(source, target) {
        voxel_rows_f32(from, rows, rows.count, columns, single(shift), to)
    } else {
        let (from, to) = doubles(source, target)
        voxel_rows_f64(from, rows, rows.count, columns, double(shift), to)
    }
}

/// The sums and the sums of squares of columns, in double precision.
func sumColumns<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, columns: Int, sums: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
) {
    if Element.self == Float.self {
        voxel_sums_f32(single(source), rows, columns, sums, squares)
    } else {
        voxel_sums_f64(double(source), rows, columns, sums, squares)
    }
}

/// `z -= cross + rowFactors columnFactorsᵀ`.
func subtractCross<Element: Scalar>(
    _ cross: UnsafePointer<Element>, rowFactors: UnsafePointer<Element>,
    columnFactors: UnsafePointer<Element>,
    rows: Int, columns: Int, from z: UnsafeMutablePointer<Element>
) {
    if let (from, to) = singles(cross, z) {
        voxel_less_cross_f32(to, from, single(rowFactors), single(columnFactors), rows, columns)
    } else {
        let (from, to) = doubles(cross, z)
        voxel_less_cross_f64(to, from, double(rowFactors), double(columnFactors), rows, columns)
    }
}

/// `near *= z` and `far = (far - cross) * z`, number by number.
func multiplyByTargets<Element: Scalar>(
    _ z: UnsafePointer<Element>, cross: UnsafePointer<Element>, near: UnsafeMutablePointer<Element>,
    far: UnsafeMutablePointer<Element>, count: Int
) {
    if let (cross, far) = singles(cross, far) {
        voxel_pairs_f32(single(z), cross, single(near), far, count)
    } else {
        let (cross, far) = doubles(cross, far)
        voxel_pairs_f64(double(z), cross, double(near), far, count)
    }
}

/// `target[k, j] = z[k, j] * factors[k, alphaIndices[j]]`: each voxel with the factors of its own alpha.
///
/// `factors` is directions x alphas, so that a row of `z` meets one short row of factors.
func scaleByAlpha<Element: Scalar>(
    _ z: UnsafePointer<Element>, columns: Int, factors: Matrix<Element>, alphaIndices: [Int32],
    into target: UnsafeMutablePointer<Element>
) {
    factors.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
        if let (z, to) = singles(z, target) {
            voxel_scale_f32(z, factors.rows, columns, single(base), factors.columns, alphaIndices, to)
        } else {
            let (z, to) = doubles(z, target)
            voxel_scale_f64(z, factors.rows, columns, double(base), factors.columns, alphaIndices, to)
        }
    }
}

/// Adds the sums over samples that scores are made of to five rows of `sums` that lie `sumsStride` apart.
func addScoreSums<Element: Scalar>(
    responses: UnsafePointer<Element>, predictions: UnsafePointer<Element>, samples: Int, voxels: Int,
    stride: Int, to sums: UnsafeMutablePointer<Double>, sumsStride: Int
) {
    if Element.self == Float.self {
        voxel_score_sums_f32(
            single(responses), single(predictions), samples, voxels, stride, sums, sumsStride)
    } else {
        voxel_score_sums_f64(
            double(responses), double(predictions), samples, voxels, stride, sums, sumsStride)
    }
}

/// The inner products over samples of `count` predictions with each other and with the responses.
func innerProducts<Element: Scalar>(
    _ predictions: UnsafePointer<Element>, count: Int, responses: UnsafePointer<Element>, samples: Int,
    voxels: Int, into products: UnsafeMutablePointer<Double>
) {
    if Element.self == Float.self {
        voxel_inner_products_f32(single(predictions), count, single(responses), samples, voxels, products)
    } else {
        voxel_inner_products_f64(double(predictions), count, double(responses), samples, voxels, products)
    }
}

/// The inner products over samples of `count` matrices (samples x voxels) with one another: pairs x voxels.
///
/// Rows lie `stride` apart, a whole number of cache lines; what lies between the voxels and the end of a line is read and
/// written, too.
func pairProducts<Element: Scalar>(
    _ matrices: UnsafePointer<Element>, count: Int, samples: Int, voxels: Int, stride: Int,
    into products: UnsafeMutablePointer<Element>
) {
    if let (from, to) = singles(matrices, products) {
        voxel_pair_products_f32(from, count, samples, voxels, stride, to)
    } else {
        let (from, to) = doubles(matrices, products)
        voxel_pair_products_f64(from, count, samples, voxels, stride, to)
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
            for k in 0..<rows where means[k] != 0 {
                let line = weights + k * columns
                for j in range { result[j] -= means[k] * Double(line[j]) }
            }
        }
    }
}

// The precision of a pointer is known when the kernel is chosen.

private func single<Element>(_ pointer: UnsafePointer<Element>) -> UnsafePointer<Float> {
    UnsafeRawPointer(pointer).assumingMemoryBound(to: Float.self)
}

private func single<Element>(_ pointer: UnsafeMutablePointer<Element>) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Float.self)
}

private func double<Element>(_ pointer: UnsafePointer<Element>) -> UnsafePointer<Double> {
    UnsafeRawPointer(pointer).assumingMemoryBound(to: Double.self)
}

private func double<Element>(_ pointer: UnsafeMutablePointer<Element>) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Double.self)
}

private func singles<Element>(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>
) -> (UnsafePointer<Float>, UnsafeMutablePointer<Float>)? {
    Element.self == Float.self ? (single(source), single(target)) : nil
}

private func doubles<Element>(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>
) -> (UnsafePointer<Double>, UnsafeMutablePointer<Double>) {
    (double(source), double(target))
}
