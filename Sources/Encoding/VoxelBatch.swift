import Tensors

/// The numbers of one batch of voxels on their way through the folds.
///
/// The memory is allocated once and used for every batch. Matrices are row-major, samples or directions x voxels.
final class VoxelBatch<Element: Scalar> {
    /// How many voxels the current batch has.
    private(set) var voxels = 0
    /// The sample means that `load` took off each voxel's responses.
    private(set) var means: [Double] = []
    /// The sum of each voxel's responses, after `means` are taken off.
    private var totals: [Double] = []
    /// For each fold the mean of the training responses, after `means` are taken off.
    private var trainMeans: [[Element]]

    private let sizes: Sizes
    private let responses: Buffer<Element>
    private let products: Buffer<Element>
    private let foldProducts: Buffer<Element>
    private let train: Buffer<Element>
    private let test: Buffer<Element>
    private let targets: [Buffer<Element>]
    private let near: Buffer<Element>
    private let predictions: Buffer<Element>
    private let losses: Buffer<Element>
    private let sums: Buffer<Double>
    private let squares: Buffer<Double>

    /// What the memory of a batch depends on.
    struct Sizes {
        var samples: Int
        var train: Int
        var test: Int
        var directions: Int
        /// How many folds there are, without the refit to all samples.
        var folds: Int
        var alphas: Int
        /// How many features `Xᵀ Y` has, or 0 where it is not used.
        var products: Int

        /// How many numbers each voxel of a batch takes.
        var perVoxel: Int {
            samples + 3 * products + train + 2 * test + (folds + 1) * directions + max(2 * directions, test)
                + alphas
        }
    }

    init(capacity: Int, sizes: Sizes) {
        self.sizes = sizes
        trainMeans = Array(repeating: [], count: sizes.folds + 1)
        responses = Buffer(count: sizes.samples * capacity)
        products = Buffer(count: sizes.products * capacity)
        foldProducts = Buffer(count: sizes.products * capacity)
        train = Buffer(count: sizes.train * capacity)
        test = Buffer(count: sizes.test * capacity)
        targets = (0...sizes.folds).map { _ in Buffer(count: sizes.directions * capacity) }
        near = Buffer(count: max(2 * sizes.directions, sizes.test) * capacity)
        predictions = Buffer(count: max(sizes.test, 1) * capacity)
        losses = Buffer(count: sizes.alphas * capacity)
        sums = Buffer(count: capacity)
        squares = Buffer(count: capacity)
    }

    /// Takes in the given voxels' responses, less `means` (one a voxel of the batch).
    func load(_ matrix: Matrix<Element>, voxels columns: [Int], means: [Double]) {
        voxels = columns.count
        self.means = means
        matrix.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress, voxels > 0 else { return }
            // A voxel with a NaN is all 0 here and NaN in the results; it must not reach its neighbours.
            let finite = means.map { $0.isFinite ? $0 : 0 }
            gatherColumns(
                from, rows: sizes.samples, width: matrix.columns, columns: columns, means: finite,
                into: responses.base)
        }
        for (j, mean) in means.enumerated() where !mean.isFinite {
            for row in 0..<sizes.samples { responses.base[row * voxels + j] = 0 }
        }
        sumColumns(
            responses.base, rows: sizes.samples, columns: voxels, sums: sums.base, squares: squares.base)
        totals = (0..<voxels).map { sums.base[$0] }
    }

    /// Computes `Xᵀ Y` of all samples.
    func multiply(features: Matrix<Element>) {
        features.withUnsafeBufferPointer { x in
            guard let x = x.baseAddress else { return }
            LinearAlgebra.gemm(
                m: sizes.products, n: voxels, k: sizes.samples, a: x, lda: sizes.products, transposeA: true,
                b: responses.base, ldb: voxels, c: products.base, ldc: voxels)
        }
    }
}

extension VoxelBatch {
    /// Brings the batch into the axes of fold number `index`: `z = Uᵀ y`, and the centred test responses.
    func rotate(
        into directions: PrincipalDirections<Element>, index: Int, features: Matrix<Element>?, centred: Bool
    ) {
        let fold = directions.fold
        let shift = centred ? trainingMeans(of: fold) : [Element](repeating: 0, count: voxels)
        trainMeans[index] = shift
        gatherRows(responses.base, rows: fold.test, columns: voxels, means: shift, into: test.base)
        let direct = directions.left.columns
        if direct > 0 {
            gatherRows(responses.base, rows: fold.train, columns: voxels, means: shift, into: train.base)
            directions.left.withUnsafeBufferPointer { left in
                guard let left = left.baseAddress else { return }
                LinearAlgebra.gemm(
                    m: direct, n: voxels, k: fold.train.count, a: left, lda: direct, transposeA: true,
                    b: train.base, ldb: voxels, c: targets[index].base, ldc: voxels)
            }
        }
        if direct < directions.count, let features {
            rotateProducts(directions, index: index, features: features, shift: shift)
        }
    }

    private func trainingMeans(of fold: Fold) -> [Element] {
        let zeros = [Element](repeating: 0, count: voxels)
        let isComplement = fold.train.count + fold.test.count == sizes.samples
        let rows = isComplement ? fold.test : fold.train
        let memory = isComplement ? test.base : train.base
        gatherRows(responses.base, rows: rows, columns: voxels, means: zeros, into: memory)
        sumColumns(memory, rows: rows.count, columns: voxels, sums: sums.base, squares: squares.base)
        return (0..<voxels).map { j in
            let sum = isComplement ? totals[j] - sums.base[j] : sums.base[j]
            return Element(sum / Double(fold.train.count))
        }
    }

    /// The directions that come from the fold's own `Xᵀ Y`: that of all samples, less that of the test samples.
    private func rotateProducts(
        _ directions: PrincipalDirections<Element>, index: Int, features: Matrix<Element>, shift: [Element]
    ) {
        let fold = directions.fold
        let (width, direct) = (sizes.products, directions.left.columns)
        foldProducts.base.update(from: products.base, count: width * voxels)
        let zeros = [Element](repeating: 0, count: voxels)
        gatherRows(responses.base, rows: fold.test, columns: voxels, means: zeros, into: predictions.base)
        features.rows(at: fold.test).withUnsafeBufferPointer { x in
            guard let x = x.baseAddress, !fold.test.isEmpty else { return }
            LinearAlgebra.gemm(
                m: width, n: voxels, k: fold.test.count, alpha: -1, a: x, lda: width, transposeA: true,
                b: predictions.base, ldb: voxels, beta: 1, c: foldProducts.base, ldc: voxels)
        }
        let out = targets[index].base + direct * voxels
        directions.loadings.withUnsafeBufferPointer { loadings in
            guard let loadings = loadings.baseAddress else { return }
            LinearAlgebra.gemm(
                m: directions.count - direct, n: voxels, k: width, a: loadings, lda: width,
                b: foldProducts.base,
                ldb: voxels, c: out, ldc: voxels)
        }
        if !directions.loadingsOfMean.isEmpty {
            let totals = shift.map { $0 * Element(fold.train.count) }
            subtractOuterProduct(
                directions.loadingsOfMean, totals, rows: directions.count - direct, columns: voxels, from: out
            )
        }
    }

    /// Adds each alpha's score in fold number `index`, divided by the number of folds, to `scores` (alphas x voxels).
    func addScores(
        of model: FoldModel<Element>, index: Int, score: SearchScore, to scores: UnsafeMutablePointer<Double>
    ) {
        let samples = model.directions.fold.test.count
        sumColumns(test.base, rows: samples, columns: voxels, sums: sums.base, squares: squares.base)
        let terms = errorTerms(samples: samples, score: score)
        if let pairs = model.pairs {
            squaredErrors(of: model, pairs: pairs, index: index)
            addErrorScores(
                losses.base, alphas: sizes.alphas, squares: squares.base, offsets: terms.offsets,
                weights: terms.weights, to: scores)
            return
        }
        for alpha in 0..<sizes.alphas {
            predict(with: model, alpha: alpha, index: index)
            var fit = ScoreSums(voxels: voxels)
            fit.add(responses: test.base, predictions: predictions.base, samples: samples)
            for j in 0..<voxels {
                scores[alpha * voxels + j] +=
                    score == .correlation
                    ? fit.searchCorrelation(of: j) / Double(sizes.folds)
                    : terms.offsets[j] - fit.squaredError(of: j) * terms.weights[j]
            }
        }
    }

    /// A fold's share of each voxel's score is `offset - weight * squared error`.
    private func errorTerms(samples: Int, score: SearchScore) -> (offsets: [Double], weights: [Double]) {
        let share = 1 / Double(sizes.folds)
        if score != .r2 {
            return (
                Array(repeating: 0, count: voxels), Array(repeating: share / Double(samples), count: voxels)
            )
        }
        let totals = (0..<voxels).map { j in
            let total = squares.base[j] - sums.base[j] * sums.base[j] / Double(samples)
            return total <= squares.base[j] * 1e-13 ? 0 : total
        }
        return (totals.map { $0 == 0 ? 0 : share }, totals.map { $0 == 0 ? 0 : share / $0 })
    }

    /// What each alpha adds to the squared test responses to give the squared error, into `losses`.
    private func squaredErrors(of model: FoldModel<Element>, pairs: PairTerms<Element>, index: Int) {
        let count = model.directions.count
        let samples = model.directions.fold.test.count
        let z = targets[index].base
        let far = near.base + count * voxels
        pairs.far.withUnsafeBufferPointer { matrix in
            guard let matrix = matrix.baseAddress else { return }
            LinearAlgebra.gemm(
                m: count, n: voxels, k: count, a: matrix, lda: count, b: z, ldb: voxels, c: far, ldc: voxels)
        }
        model.directions.testRows.withUnsafeBufferPointer { rows in
            guard let rows = rows.baseAddress else { return }
            LinearAlgebra.gemm(
                m: count, n: voxels, k: samples, alpha: -1, a: rows, lda: count, transposeA: true,
                b: test.base,
                ldb: voxels, beta: 1, c: far, ldc: voxels)
        }
        for block in pairs.near {
            block.values.withUnsafeBufferPointer { matrix in
                guard let matrix = matrix.baseAddress else { return }
                LinearAlgebra.gemm(
                    m: block.rows.count, n: voxels, k: block.columns.count, a: matrix,
                    lda: block.columns.count,
                    b: z + block.columns.lowerBound * voxels, ldb: voxels,
                    c: near.base + block.rows.lowerBound * voxels, ldc: voxels)
            }
        }
        multiplyByTargets(z, count: count * voxels, near: near.base, far: far)
        model.pairFactors.withUnsafeBufferPointer { factors in
            guard let factors = factors.baseAddress else { return }
            LinearAlgebra.gemm(
                m: sizes.alphas, n: voxels, k: 2 * count, a: factors, lda: 2 * count, b: near.base,
                ldb: voxels,
                c: losses.base, ldc: voxels)
        }
    }

    /// The test predictions of one alpha, into `predictions`.
    private func predict(with model: FoldModel<Element>, alpha: Int, index: Int) {
        let count = model.directions.count
        model.factors.withUnsafeBufferPointer { factors in
            guard let factors = factors.baseAddress else { return }
            scaleByRow(
                targets[index].base, rows: count, columns: voxels, factors: factors + alpha * count,
                into: near.base)
        }
        multiplyTestRows(of: model)
    }

    private func multiplyTestRows(of model: FoldModel<Element>) {
        let count = model.directions.count
        model.directions.testRows.withUnsafeBufferPointer { rows in
            guard let rows = rows.baseAddress else { return }
            LinearAlgebra.gemm(
                m: model.directions.fold.test.count, n: voxels, k: count, a: rows, lda: count, b: near.base,
                ldb: voxels, c: predictions.base, ldc: voxels)
        }
    }

    /// Adds the test predictions of fold number `index`, each voxel with its own alpha, to `sums`.
    func addHeldOut(of model: FoldModel<Element>, index: Int, choice: [Int], to sums: inout ScoreSums) {
        let count = model.directions.count
        let samples = model.directions.fold.test.count
        model.factorsByDirection.withUnsafeBufferPointer { factors in
            guard let factors = factors.baseAddress else { return }
            scaleByChoice(
                targets[index].base, rows: count, columns: voxels, factors: factors, alphas: sizes.alphas,
                choice: choice, into: near.base)
        }
        multiplyTestRows(of: model)
        // The training mean goes back on, so that folds with different means are pooled in the responses' own units.
        let restored = trainMeans[index].map { -$0 }
        let zeros = [Element](repeating: 0, count: voxels)
        gatherRows(
            predictions.base, rows: Array(0..<samples), columns: voxels, means: restored, into: near.base)
        gatherRows(
            responses.base, rows: model.directions.fold.test, columns: voxels, means: zeros, into: test.base)
        sums.add(responses: test.base, predictions: near.base, samples: samples)
    }

    /// The weights of each voxel with its own alpha, refitted to all samples, into the columns `voxels` of `weights`.
    ///
    /// `factors` is directions x alphas; `axes` is directions x weights.
    func refit(
        axes: Matrix<Element>, factors: Matrix<Element>, choice: [Int], voxels columns: [Int],
        into weights: inout Matrix<Element>
    ) {
        let (count, width) = (axes.rows, axes.columns)
        factors.withUnsafeBufferPointer { factors in
            guard let factors = factors.baseAddress, count > 0 else { return }
            scaleByChoice(
                targets[sizes.folds].base, rows: count, columns: voxels, factors: factors,
                alphas: sizes.alphas,
                choice: choice, into: near.base)
        }
        let scratch = Buffer<Element>(count: width * voxels)
        axes.withUnsafeBufferPointer { axes in
            guard let axes = axes.baseAddress else { return }
            LinearAlgebra.gemm(
                m: width, n: voxels, k: count, a: axes, lda: width, transposeA: true, b: near.base,
                ldb: voxels,
                c: scratch.base, ldc: voxels)
        }
        let stride = weights.columns
        weights.withUnsafeMutableBufferPointer { target in
            guard let to = target.baseAddress else { return }
            scatterColumns(scratch.base, rows: width, columns: columns, width: stride, into: to)
        }
    }
}
