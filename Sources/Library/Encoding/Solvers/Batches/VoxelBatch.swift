import Tensors

/// A batch of voxels on one thread: their responses, and the memory in which the folds work on them.
///
/// The memory is allocated once and used for every batch. Matrices are row-major, samples or directions x voxels.
final class VoxelBatch<Element: Scalar> {
    /// The voxels of the current batch, as columns of the responses.
    private(set) var columns = 0..<0
    /// How many voxels the current batch has.
    var voxels: Int { columns.count }

    /// Samples x voxels, less the mean of each voxel.
    let responses: UnsafeMutablePointer<Element>
    /// `Xᵀ Y` of all samples: features x voxels.
    let products: UnsafeMutablePointer<Element>
    /// Memory for the steps of one fold.
    let scratch: ScratchStack
    /// A zero for each voxel.
    let zeros: [Element]
    private let samples: Int
    private var targets: [FoldTargets<Element>]

    /// What the memory of a batch depends on.
    struct Layout {
        /// The samples of the responses.
        var samples: Int
        /// The features of `products`; 0 if they are not used.
        var features = 0
        /// How many folds' targets are kept at the same time.
        var keptFolds = 1
        /// The largest number of directions of a fold.
        var directions = 0
        /// The most scratch memory that a step takes, in bytes per voxel.
        var scratchBytes = 0

        /// Bytes per voxel.
        var bytesPerVoxel: Int {
            (samples + features + keptFolds * directions) * MemoryLayout<Element>.stride + scratchBytes
        }
    }

    /// Memory for batches of at most `capacity` voxels.
    init(capacity: Int, layout: Layout) {
        samples = layout.samples
        zeros = Array(repeating: 0, count: capacity)
        scratch = ScratchStack(
            byteCount: capacity * layout.bytesPerVoxel + (3 + layout.keptFolds) * 64 + ScratchStack.padding)
        responses = scratch.take(capacity * layout.samples)
        products = scratch.take(capacity * layout.features)
        let scratch = scratch
        targets = (0..<layout.keptFolds).map { _ in
            FoldTargets(rotated: scratch.take(capacity * layout.directions), trainMeans: [])
        }
    }

    /// Loads the responses of some voxels, less `means` (one for each voxel of the matrix).
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func load(_ matrix: Matrix<Element>, voxels columns: Range<Int>, means: [Double]) {
        self.columns = columns
        let means = Array(means[columns])
        matrix.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress, voxels > 0 else { return }
            gatherColumns(
                from, rows: samples, width: matrix.columns, columns: columns, means: means, into: responses)
        }
        // A voxel with a NaN is all 0 here and NaN in the results; it must not reach its neighbors.
        for (j, mean) in means.enumerated() where !mean.isFinite {
            for row in 0..<samples { responses[row * voxels + j] = 0 }
        }
    }

    /// Computes `Xᵀ Y` of all samples.
    func multiply(features: Matrix<Element>) { multiplyTransposed(features, responses, into: products) }

    /// What is kept of a fold: of every fold, or of the current one alone if the batch has memory for one.
    subscript(foldIndex: Int) -> FoldTargets<Element> {
        get { targets[min(foldIndex, targets.count - 1)] }
        set { targets[min(foldIndex, targets.count - 1)] = newValue }
    }
}

/// The responses of a batch in the axes of one fold.
struct FoldTargets<Element: Scalar> {
    /// `z = Uᵀ y` of the training samples: directions x voxels.
    let rotated: UnsafeMutablePointer<Element>
    /// The mean of the training responses of each voxel, after the mean of all samples is subtracted.
    var trainMeans: [Element]
}

extension VoxelBatch {
    /// The rows of some samples, less a number for each voxel, in scratch memory: samples x voxels.
    func rows(_ samples: [Int], less shift: [Element]) -> UnsafeMutablePointer<Element> {
        let rows = scratch.take(samples.count * voxels, of: Element.self)
        gatherRows(responses, rows: samples, columns: voxels, shift: shift, into: rows)
        return rows
    }

    /// The voxels of which nothing is left over some samples: they never change, or without an intercept are 0. What
    /// is computed from them is nothing but rounding.
    func emptyVoxels(over samples: [Int], intercept: Bool) -> [Int] {
        guard let first = samples.first else { return [] }
        let reference = responses + first * voxels
        var empty = (0..<voxels).filter { intercept || reference[$0] == 0 }
        for sample in samples where !empty.isEmpty {
            let line = responses + sample * voxels
            empty.removeAll { line[$0] != reference[$0] }
        }
        return empty
    }

    /// The mean of each voxel over the training samples of a fold.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func trainMeans(of fold: Fold) -> [Element] {
        var totals = [Double](repeating: 0, count: voxels)
        // Responses are centered over all samples, so the sum over the test samples is minus that over the others.
        let isComplement = fold.train.count + fold.test.count == samples
        for row in isComplement ? fold.test : fold.train {
            let line = responses + row * voxels
            for j in 0..<voxels { totals[j] += Double(line[j]) }
        }
        let factor = (isComplement ? -1 : 1) / Double(fold.train.count)
        return totals.map { Element($0 * factor) }
    }

    /// `target = matrixᵀ right`, where `right` has the rows of `matrix`.
    func multiplyTransposed(
        _ matrix: Matrix<Element>, _ right: UnsafePointer<Element>, into target: UnsafeMutablePointer<Element>
    ) {
        matrix.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            LinearAlgebra.gemm(
                m: matrix.columns, n: voxels, k: matrix.rows, a: base, lda: matrix.columns, transposeA: true,
                b: right, ldb: voxels, c: target, ldc: voxels)
        }
    }

    /// `target = matrix right`.
    func multiply(
        _ matrix: Matrix<Element>, _ right: UnsafePointer<Element>, into target: UnsafeMutablePointer<Element>
    ) {
        matrix.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            LinearAlgebra.gemm(
                m: matrix.rows, n: voxels, k: matrix.columns, a: base, lda: matrix.columns, b: right,
                ldb: voxels, c: target, ldc: voxels)
        }
    }
}
