import Tensors

/// The numbers of one batch of voxels on their way through the folds: the memory of one thread.
///
/// The memory is allocated once and used for every batch. Matrices are row-major, samples or directions x voxels.
final class VoxelBatch<Element: Scalar> {
    /// The voxels of the current batch.
    private(set) var columns = 0..<0
    /// How many voxels the current batch has.
    var voxels: Int { columns.count }

    let sizes: Sizes
    let responses: ScratchBuffer<Element>
    /// `Xᵀ Y` of all samples.
    let products: ScratchBuffer<Element>
    let train: ScratchBuffer<Element>
    let test: ScratchBuffer<Element>
    /// For each fold that is remembered the rotated targets `z = Uᵀ y`.
    let targets: [ScratchBuffer<Element>]
    /// `Pᵀ y` of the test samples.
    let cross: ScratchBuffer<Element>
    let near: ScratchBuffer<Element>
    let predictions: ScratchBuffer<Element>
    let losses: ScratchBuffer<Element>
    let sums: ScratchBuffer<Double>
    let squares: ScratchBuffer<Double>
    let inner: ScratchBuffer<Double>
    /// For each fold the mean of the training responses, after the mean of all is taken off.
    var trainMeans: [[Element]]
    let zeros: [Element]

    /// What the memory of a batch depends on.
    struct Sizes {
        var samples = 0
        /// The training samples of a fold, where responses are taken from them directly.
        var train = 0
        var test = 0
        var directions = 0
        /// How many folds' targets are remembered.
        var targets = 1
        var alphas = 0
        /// How many features `Xᵀ Y` has, or 0 where it is not used.
        var products = 0
        /// How many numbers the predictions of a fold take.
        var predictions = 0
        /// How many double-precision inner products a voxel needs.
        var inner = 0

        /// How many numbers each voxel of a batch takes.
        var perVoxel: Int {
            samples + products + train + test + (targets + 1) * directions + max(2 * directions, test)
                + predictions + alphas + 2 * inner + 8
        }
    }

    init(capacity: Int, sizes: Sizes) {
        self.sizes = sizes
        trainMeans = Array(repeating: [], count: sizes.targets)
        zeros = Array(repeating: 0, count: capacity)
        let parts = ScratchBuffer<Element>.parts(
            ([
                sizes.samples, sizes.products, sizes.train, sizes.test, sizes.directions,
                max(2 * sizes.directions, sizes.test), sizes.predictions, sizes.alphas,
            ] + Array(repeating: sizes.directions, count: sizes.targets)).map { $0 * capacity })
        (responses, products, train, test) = (parts[0], parts[1], parts[2], parts[3])
        (cross, near, predictions, losses) = (parts[4], parts[5], parts[6], parts[7])
        targets = Array(parts[8...])
        sums = ScratchBuffer(count: capacity)
        squares = ScratchBuffer(count: capacity)
        inner = ScratchBuffer(count: sizes.inner * capacity)
    }

    /// Takes in the given voxels' responses, less `means` (one for each voxel of the matrix).
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func load(_ matrix: Matrix<Element>, voxels columns: Range<Int>, means: [Double]) {
        self.columns = columns
        let means = Array(means[columns])
        matrix.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress, voxels > 0 else { return }
            gatherColumns(
                from, rows: sizes.samples, width: matrix.columns, columns: columns, means: means,
                into: responses.base)
        }
        // A voxel with a NaN is all 0 here and NaN in the results; it must not reach its neighbours.
        for (j, mean) in means.enumerated() where !mean.isFinite {
            for row in 0..<sizes.samples { responses.base[row * voxels + j] = 0 }
        }
    }

    /// Computes `Xᵀ Y` of all samples.
    func multiply(features: Matrix<Element>) {
        multiplyTransposed(features, responses.base, into: products.base)
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

extension VoxelBatch {
    /// Takes the fold's test responses, and its training responses where they are needed, less the training mean.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func split(_ fold: Fold, slot: Int, centred: Bool, needsTrain: Bool) {
        let shift = centred ? trainingMeans(of: fold) : Array(zeros[0..<voxels])
        trainMeans[slot] = shift
        gatherRows(responses.base, rows: fold.test, columns: voxels, shift: shift, into: test.base)
        if needsTrain {
            gatherRows(responses.base, rows: fold.train, columns: voxels, shift: shift, into: train.base)
        }
    }

    private func trainingMeans(of fold: Fold) -> [Element] {
        var totals = [Double](repeating: 0, count: voxels)
        // Responses have their mean over all samples taken off, so the test samples' sum is minus the training sum.
        let isComplement = fold.train.count + fold.test.count == sizes.samples
        for row in isComplement ? fold.test : fold.train {
            let line = responses.base + row * voxels
            for j in 0..<voxels { totals[j] += Double(line[j]) }
        }
        let factor = (isComplement ? -1 : 1) / Double(fold.train.count)
        return totals.map { Element($0 * factor) }
    }

    /// Brings the batch into the axes of a fold: `cross = Pᵀ y` of the test samples, and the targets `z = Uᵀ y`.
    func rotate(into directions: RidgeSVD<Element>, slot: Int, centred: Bool) {
        let fold = directions.fold
        let direct = directions.left.columns
        split(fold, slot: slot, centred: centred, needsTrain: direct > 0)
        if !fold.test.isEmpty { multiplyTransposed(directions.testRows, test.base, into: cross.base) }
        let z = targets[slot].base
        if direct > 0 { multiplyTransposed(directions.left, train.base, into: z) }
        guard direct < directions.count else { return }
        // `Vᵀ Xᵀ y / s` of all samples, less the part of the test samples, which is `Pᵀ y`.
        let out = z + direct * voxels
        multiply(directions.loadings, products.base, into: out)
        guard !fold.test.isEmpty else { return }
        let sums =
            directions.testSums.isEmpty
            ? [Element](repeating: 0, count: directions.count) : directions.testSums
        sums.withUnsafeBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            subtractCross(
                cross.base + direct * voxels, rowFactors: sums + direct, columnFactors: trainMeans[slot],
                rows: directions.count - direct, columns: voxels, from: out)
        }
    }

    /// The weights of each voxel with its own alpha, refitted to all samples, into its columns of `weights`.
    ///
    /// `factors` is directions x alphas; `axes` is directions x weights.
    func refit(
        axes: Matrix<Element>, factors: Matrix<Element>, slot: Int, choice: [Int32],
        into weights: UnsafeMutablePointer<Element>, width: Int
    ) {
        scaleByChoice(targets[slot].base, columns: voxels, factors: factors, choice: choice, into: near.base)
        axes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            LinearAlgebra.gemm(
                m: axes.columns, n: voxels, k: axes.rows, a: base, lda: axes.columns, transposeA: true,
                b: near.base, ldb: voxels, c: weights + columns.lowerBound, ldc: width)
        }
    }
}
