import Tensors

/// A fold whose training features are decomposed, with all that depends on the grid of alphas but not on the voxels.
///
/// If predictions are scored by their squared errors, all alphas are scored at once from products of directions
/// (`ShrinkagePairs`); otherwise the test samples are predicted with one alpha after the other.
struct FoldSVD<Element: Scalar>: FoldPredictor {
    let svd: RidgeSVD<Element>
    private let pairs: ShrinkagePairs<Element>?
    /// `g² | 2 g` with the shrinkage g of each direction: alphas x (2 * directions).
    private let pairFactors: Matrix<Element>
    /// `g`: directions x alphas.
    private let shrinkage: Matrix<Element>
    private let options: RidgeOptions
    private let foldCount: Int

    var fold: Fold { svd.fold }
    var directions: Int { svd.count }
    var usesProducts: Bool { svd.usesProducts }

    /// The fold for a grid of alphas; `workingIn` is the precision of its products.
    init<Working: Scalar>(
        _ svd: RidgeSVD<Element>, options: RidgeOptions, foldCount: Int, usesPairs: Bool,
        workingIn type: Working.Type
    ) {
        (self.svd, self.options, self.foldCount) = (svd, options, foldCount)
        let alphas = options.alphas.values
        let shrinkage = alphas.map { alpha in svd.eigenvalues.map { $0 / ($0 + alpha) } }
        self.shrinkage = Matrix(
            rows: alphas.count, columns: svd.count, elements: shrinkage.joined().map { Element($0) }
        ).transposed()
        pairs = usesPairs ? ShrinkagePairs(svd, workingIn: type) : nil
        pairFactors = Matrix(
            rows: alphas.count, columns: 2 * svd.count,
            elements: shrinkage.flatMap { g in g.map { Element($0 * $0) } + g.map { Element(2 * $0) } })
    }

    var scratchBytes: Int {
        let (test, alphas) = (fold.test.count, options.alphas.values.count)
        let search = test + svd.count + max(2 * svd.count + alphas, svd.count + test)
        let heldOut = svd.count + 3 * test
        return (svd.trainRows + max(search, heldOut)) * MemoryLayout<Element>.stride
    }

    func computeTargets(of batch: VoxelBatch<Element>, foldIndex: Int) {
        batch.scratch.scope { _ = rotate(batch, foldIndex: foldIndex) }
    }

    /// Computes the fold's targets; in scratch memory are its test responses (samples x voxels), less the training
    /// means, and `cross = Pᵀ y` of them (directions x voxels).
    private func rotate(
        _ batch: VoxelBatch<Element>, foldIndex: Int
    ) -> (test: UnsafeMutablePointer<Element>, cross: UnsafeMutablePointer<Element>) {
        let means = options.intercept ? batch.trainMeans(of: fold) : batch.zeros
        batch[foldIndex].trainMeans = means
        let test = batch.rows(fold.test, less: means)
        let cross = svd.rotate(batch, test: test, trainMeans: means, into: batch[foldIndex].rotated)
        return (test, cross)
    }

    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    func addScores(
        of batch: VoxelBatch<Element>, foldIndex: Int, to scores: UnsafeMutablePointer<Double>
    ) {
        batch.scratch.scope {
            let (test, cross) = rotate(batch, foldIndex: foldIndex)
            let share = FoldShare(
                ofTest: test, samples: fold.test.count, voxels: batch.voxels, score: options.searchScore,
                foldCount: foldCount)
            let targets = batch[foldIndex].rotated
            if let pairs {
                addErrors(batch, pairs: pairs, targets: targets, cross: cross, share: share, to: scores)
            } else {
                addPredicted(batch, targets: targets, test: test, share: share, to: scores)
            }
        }
    }

    /// Adds the scores of all alphas at once.
    private func addErrors(
        _ batch: VoxelBatch<Element>, pairs: ShrinkagePairs<Element>, targets: UnsafePointer<Element>,
        cross: UnsafePointer<Element>, share: FoldShare, to scores: UnsafeMutablePointer<Double>
    ) {
        let voxels = batch.voxels
        let size = svd.count * voxels
        let products = batch.scratch.take(2 * size, of: Element.self)
        let (near, far) = (products, products + size)
        batch.multiply(pairs.far, targets, into: far)
        for block in pairs.near {
            batch.multiply(
                block.values, targets + block.columns.lowerBound * voxels,
                into: near + block.rows.lowerBound * voxels)
        }
        multiplyByTargets(targets, cross: cross, near: near, far: far, count: size)
        // What each alpha adds to the squared test responses to give the squared error: alphas x voxels.
        let losses = batch.scratch.take(pairFactors.rows * voxels, of: Element.self)
        batch.multiply(pairFactors, products, into: losses)
        for alphaIndex in 0..<pairFactors.rows {
            let (line, out) = (losses + alphaIndex * voxels, scores + alphaIndex * voxels)
            for j in 0..<voxels {
                // A sum of squares is not below 0, whatever the rounding of its parts.
                out[j] += share.offsets[j] - share.weights[j] * max(0, share.squares[j] + Double(line[j]))
            }
        }
    }

    /// Adds the scores of predictions that are made with one alpha after the other.
    private func addPredicted(
        _ batch: VoxelBatch<Element>, targets: UnsafePointer<Element>, test: UnsafePointer<Element>,
        share: FoldShare, to scores: UnsafeMutablePointer<Double>
    ) {
        let voxels = batch.voxels
        let isCorrelation = options.searchScore == .correlation
        let empty = isCorrelation ? batch.emptyVoxels(over: fold.train, intercept: options.intercept) : []
        for alphaIndex in 0..<shrinkage.columns {
            batch.scratch.scope {
                let predictions = predict(
                    batch, targets: targets, alphaIndices: Array(repeating: Int32(alphaIndex), count: voxels))
                var sums = ScoreSums(voxels: voxels)
                sums.add(responses: test, predictions: predictions, samples: fold.test.count)
                var correlations = isCorrelation ? (0..<voxels).map { sums.searchCorrelation(of: $0) } : []
                for j in empty { correlations[j] = 0 }
                for j in 0..<voxels {
                    scores[alphaIndex * voxels + j] +=
                        isCorrelation
                        ? correlations[j] / Double(foldCount)
                        : share.offsets[j] - sums.squaredError(of: j) * share.weights[j]
                }
            }
        }
    }

    /// The predicted test responses less the training means, in scratch memory: samples x voxels.
    private func predict(
        _ batch: VoxelBatch<Element>, targets: UnsafePointer<Element>, alphaIndices: [Int32]
    ) -> UnsafeMutablePointer<Element> {
        let scaled = batch.scratch.take(svd.count * batch.voxels, of: Element.self)
        scaleByAlpha(
            targets, columns: batch.voxels, factors: shrinkage, alphaIndices: alphaIndices, into: scaled)
        let predictions = batch.scratch.take(fold.test.count * batch.voxels, of: Element.self)
        batch.multiply(svd.testRows, scaled, into: predictions)
        return predictions
    }

    func addHeldOut(
        of batch: VoxelBatch<Element>, foldIndex: Int, alphaIndices: [Int32], to sums: inout ScoreSums
    ) {
        batch.scratch.scope {
            let targets = batch[foldIndex]
            let centered = predict(batch, targets: targets.rotated, alphaIndices: alphaIndices)
            // The training mean goes back on, so that folds with different means are pooled in the responses' units.
            let predictions = batch.scratch.take(fold.test.count * batch.voxels, of: Element.self)
            gatherRows(
                centered, rows: Array(fold.test.indices), columns: batch.voxels,
                shift: targets.trainMeans.map { -$0 }, into: predictions)
            let test = batch.rows(fold.test, less: batch.zeros)
            sums.add(responses: test, predictions: predictions, samples: fold.test.count)
        }
    }
}
