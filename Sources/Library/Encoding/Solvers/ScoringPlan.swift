import Tensors

/// Which way the alphas of a grid are scored, chosen by the floating-point operations that each way costs.
///
/// With n samples, m of them in the test set, p features, r directions (the smaller of n - m and p) and A alphas:
///
/// | way | for each voxel | once for each fold |
/// | --- | --- | --- |
/// | `FoldSVD`, all alphas at once (`ShrinkagePairs`) | 2 r (min(p, n - m) + m + r) | 9 r³ |
/// | `FoldSVD`, one alpha after the other | 2 r (min(p, n - m) + A m) | 9 r³ |
/// | `CholeskyFold`, q alphas from which all are interpolated | 2 q m (n - m) | q ((n - m)³ / 3 + 2 m (n - m)²) |
/// | `LeaveBlockOut`, one decomposition of all samples | 2 A (n s / folds + m²) | A (m² s + m³ / 3) |
///
/// where s is the smaller of n and p. An eigendecomposition of r directions takes the time of products of 9 r³
/// operations (measured: 8 for 4,096 in single precision, 9 for 768 in double).
///
/// Features fewer than training samples are decomposed by their Gram matrix (p x p), others by the kernel of the
/// samples, which for a refit to all samples may be the larger one again (`GramForm.forRefit`).
struct ScoringPlan<Element: Scalar> {
    private let options: RidgeOptions
    private let foldCount: Int
    /// The alphas from which all are interpolated, if that is the cheaper way.
    private let interpolation: AlphaInterpolation?
    /// Whether single precision is enough to solve with the smallest alpha.
    private let solvesInElement: Bool

    init<Working: Scalar>(_ form: GramForm<Working>, options: RidgeOptions, splits: [Fold]) {
        (self.options, foldCount) = (options, splits.count)
        let alphas = options.alphas.values
        guard case .kernel(let features) = form, !options.scoresHeldOut, options.searchScore != .correlation,
            alphas.count > 1, let smallest = alphas.first
        else {
            (interpolation, solvesInElement) = (nil, false)
            return
        }
        let largest = features.kernel.largestEigenvalue * 1.05
        let interpolation = AlphaInterpolation(
            alphas: alphas, largestEigenvalue: largest, tolerance: Element.self == Float.self ? 1e-6 : 1e-12)
        let test = Double(splits.map(\.test.count).max() ?? 1)
        let train = Double(form.samples) - test
        let isCheaper = Double(interpolation.chosen.count) * test < 2 * train + test
        // Cholesky's factor is as exact as the directions only if the kernel is not too ill-conditioned.
        let isSafe = largest / smallest < 1e5
        self.interpolation = isCheaper && isSafe ? interpolation : nil
        // A kernel in double precision may be too large or too small for single precision.
        solvesInElement =
            largest / smallest < 1000
            && (Element.self == Double.self || (1e-30...1e30).contains(largest))
    }

    /// The scorer of one fold; it is a `FoldPredictor` if held-out predictions are scored.
    ///
    /// With `productScaling` the products `Xᵀ Y` are those of features that are not yet multiplied by these factors.
    /// Throws what the decomposition throws, and `CancellationError` if interrupted.
    func scorer<Working: Scalar>(
        of fold: Fold, in form: GramForm<Working>, productScaling: [Double]? = nil, interruption: Interruption
    ) throws -> any FoldScorer<Element> {
        if let interpolation, case .kernel(let features) = form {
            do {
                return solvesInElement
                    ? try CholeskyFold(
                        features.kernel.converted(to: Element.self), fold: fold, options: options,
                        foldCount: foldCount, interpolation: interpolation, interruption: interruption)
                    : try CholeskyFold(
                        features.kernel, fold: fold, options: options, foldCount: foldCount,
                        interpolation: interpolation, interruption: interruption)
            } catch LinearAlgebraError.notPositiveDefinite where features.isPrecomputed {
                // The decomposition of all samples, which is done beside this one, says what is wrong with the
                // kernel.
            }
        }
        var svd = try form.svd(
            of: fold, smallestAlpha: options.alphas.values.first ?? 1, interruption: interruption,
            as: Element.self)
        if let productScaling, svd.usesProducts {
            svd.loadings = svd.loadings.scalingColumns(by: productScaling)
        }
        return FoldSVD(
            svd, options: options, foldCount: foldCount,
            usesPairs: usesPairs(directions: svd.count, test: fold.test.count), workingIn: Working.self)
    }

    /// Whether scoring all alphas at once costs less than predicting with one after the other.
    private func usesPairs(directions: Int, test: Int) -> Bool {
        let alphas = options.alphas.values.count
        return options.searchScore != .correlation && alphas > 1 && directions + 2 * alphas < alphas * test
    }

    /// Whether a search by `LeaveBlockOut` is possible and costs less than a decomposition for every fold.
    static func prefersLeaveBlockOut(
        samples: Int, features: Int, voxels: Int, options: RidgeOptions, splits: [Fold]
    ) -> Bool {
        let test = Double(splits.map(\.test.count).max() ?? 1)
        let (n, p, voxels) = (Double(samples), Double(features), Double(voxels))
        let (folds, alphas) = (Double(splits.count), Double(options.alphas.values.count))
        let (r, s) = (min(p, n - test), min(p, n))
        let separately = folds * (9 * r * r * r + voxels * 2 * r * (r + test + r))
        let inBlocks =
            alphas * folds * test * test * (s + test / 3)
            + voxels * alphas * (2 * n * s + 2.5 * folds * test * test)
        let isPossible =
            options.alphaPerVoxel && alphas > 1 && options.searchScore != .correlation
            && splits.allSatisfy { $0.train.count + $0.test.count == samples }
        // Below, both take no time.
        return isPossible && separately > 1e8 && inBlocks < separately
    }

    /// Whether rounding leaves the errors of `LeaveBlockOut` right: `I - H` has eigenvalues down to
    /// `alpha / (w + alpha)`.
    static func isLeaveBlockOutSafe(largestEigenvalue: Double, smallestAlpha: Double) -> Bool {
        Double(Element.ulpOfOne) * largestEigenvalue / smallestAlpha
            < (Element.self == Float.self ? 3e-3 : 1e-9)
    }
}
