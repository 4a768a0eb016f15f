import Tensors

/// Which way the alphas of a grid are scored in a fold, chosen by the floating-point operations that a voxel costs.
///
/// With n samples, m of them in the test set, p features, r directions (the smaller of n - m and p) and A alphas:
///
/// | way | for each voxel | once for each fold |
/// | --- | --- | --- |
/// | directions, all alphas at once (`ShrinkagePairs`) | 2 r (min(p, n - m) + m + r) | 9 r³ |
/// | directions, one alpha after the other | 2 r (min(p, n - m) + A m) | 9 r³ |
/// | q alphas that stand for all (`CholeskyFold`) | 2 q m (n - m) | q ((n - m)³ / 3 + 2 m (n - m)²) |
/// | one decomposition of all samples (`LeaveBlockOut`) | 2 A (n s / folds + m²) | A (m² s + m³ / 3) |
///
/// where s is the smaller of n and p. An eigendecomposition of r directions takes the time of products of 9 r³
/// operations (measured: 8 for 4,096 in single precision, 9 for 768 in double).
///
/// Features fewer than training samples are decomposed by their Gram matrix (p x p), others by the kernel of the
/// samples, which for a refit to all samples may be the larger one again (`GramForm.forRefit`).
struct FoldPlan<Element: Scalar> {
    private let task: RidgeTask
    /// The strengths that stand for all, where they are the cheaper way.
    private let basis: AlphaInterpolation?
    /// Whether single precision is enough to solve with the smallest alpha.
    private let solvesInElement: Bool

    init<Working: Scalar>(space: GramForm<Working>, task: RidgeTask) {
        self.task = task
        guard case .kernel(let features) = space, !task.scoresHeldOut, task.score != .correlation,
            task.alphas.count > 1, let smallest = task.alphas.first
        else {
            (basis, solvesInElement) = (nil, false)
            return
        }
        let largest = features.kernel.largestEigenvalue * 1.05
        let basis = AlphaInterpolation(
            alphas: task.alphas, largestEigenvalue: largest,
            tolerance: Element.self == Float.self ? 1e-6 : 1e-12)
        let test = Double(task.folds.map(\.test.count).max() ?? 1)
        let train = Double(space.samples) - test
        let isCheaper = Double(basis.chosen.count) * test < 2 * train + test
        // Cholesky's factor is as exact as the directions only where the kernel is not too ill-conditioned.
        let isSafe = largest / smallest < 1e5
        self.basis = isCheaper && isSafe ? basis : nil
        solvesInElement = largest / smallest < 1000
    }

    /// The fold's model; throws what the decomposition does, and `CancellationError` where interrupted.
    func model<Working: Scalar>(
        of fold: Fold, in space: GramForm<Working>, interruption: Interruption
    ) throws -> FoldModel<Element> {
        if let basis, case .kernel(let features) = space {
            do {
                return .skeleton(
                    solvesInElement
                        ? try CholeskyFold(
                            kernel: features.kernel.converted(to: Element.self), fold: fold,
                            centred: features.centred, alphas: task.alphas, basis: basis,
                            interruption: interruption)
                        : try CholeskyFold(
                            kernel: features.kernel, fold: fold, centred: features.centred,
                            alphas: task.alphas, basis: basis, interruption: interruption))
            } catch LinearAlgebraError.notPositiveDefinite where features.isGiven {
                // The decomposition of all samples, which is done beside this one, says what is wrong with the kernel.
            }
        }
        let directions = try space.directions(
            of: fold, smallestAlpha: task.alphas.first ?? 1, interruption: interruption, as: Element.self)
        return .directions(
            FoldSVD(directions, alphas: task.alphas, score: task.score, workingIn: Working.self))
    }
}

/// Whether a search in `LeaveBlockOut` costs less than a decomposition for every fold.
struct BlockPlan {
    let isCheaper: Bool

    init(samples n: Int, features p: Int, voxels: Int, task: RidgeTask) {
        let test = Double(task.folds.map(\.test.count).max() ?? 1)
        let (n, p, voxels) = (Double(n), Double(p), Double(voxels))
        let (folds, alphas) = (Double(task.folds.count), Double(task.alphas.count))
        let (r, s) = (min(p, n - test), min(p, n))
        let separately = folds * (9 * r * r * r + voxels * 2 * r * (r + test + r))
        let inBlocks =
            alphas * folds * test * test * (s + test / 3)
            + voxels * alphas * (2 * n * s + 2.5 * folds * test * test)
        let isPossible =
            task.alphaPerVoxel && task.alphas.count > 1 && task.score != .correlation
            && task.folds.allSatisfy { $0.train.count + $0.test.count == Int(n) }
        // Below, both take no time.
        isCheaper = isPossible && separately > 1e8 && inBlocks < separately
    }

    /// Whether rounding leaves the held-out errors right: `I - H` has eigenvalues down to `alpha / (w + alpha)`.
    static func isSafe<Element: Scalar>(
        largestEigenvalue: Double, smallestAlpha: Double, as type: Element.Type
    ) -> Bool {
        Double(Element.ulpOfOne) * largestEigenvalue / smallestAlpha
            < (Element.self == Float.self ? 3e-3 : 1e-9)
    }
}
