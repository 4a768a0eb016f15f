import Tensors

/// How the alphas are scored in one fold.
enum FoldModel<Element: Scalar> {
    /// By the directions of the training features.
    case directions(FoldSVD<Element>)
    /// By the predictions of a few strengths.
    case skeleton(CholeskyFold<Element>)

    var fold: Fold {
        switch self {
        case .directions(let model): model.directions.fold
        case .skeleton(let model): model.fold
        }
    }
}

/// One fold's directions with all that depends on the grid of alphas but not on the voxels.
struct FoldSVD<Element: Scalar> {
    var directions: RidgeSVD<Element>
    /// For the squared errors of all alphas in one product; absent where predicting with each alpha is cheaper.
    let pairs: ShrinkagePairs<Element>?
    /// `g² | 2 g`: alphas x (2 * directions).
    let pairFactors: Matrix<Element>
    /// `g`: directions x alphas.
    let factors: Matrix<Element>

    /// The model of one fold for a grid of alphas.
    init<Working: Scalar>(
        _ directions: RidgeSVD<Element>, alphas: [Double], score: SearchScore,
        workingIn type: Working.Type
    ) {
        self.directions = directions
        let shrinkage = alphas.map { alpha in directions.eigenvalues.map { $0 / ($0 + alpha) } }
        factors = Matrix(
            rows: alphas.count, columns: directions.count, elements: shrinkage.joined().map { Element($0) }
        ).transposed()
        let usesPairs =
            score != .correlation && alphas.count > 1
            && directions.count + 2 * alphas.count < alphas.count * directions.fold.test.count
        pairs = usesPairs ? ShrinkagePairs(directions, workingIn: type) : nil
        pairFactors = Matrix(
            rows: alphas.count, columns: 2 * directions.count,
            elements: shrinkage.flatMap { g in g.map { Element($0 * $0) } + g.map { Element(2 * $0) } })
    }
}
