import Tensors

/// Features that are decomposed themselves, for features so different in scale that their products would lose the small
/// ones.
///
/// Squaring costs half of the digits: with columns of 1 and of 10⁸ the Gram matrix holds numbers of 1 beside
/// rounding of 1. Singular values of the features keep what the features hold.
struct SingularFeatures<Working: Scalar> {
    /// Samples x features, centered over all samples if an intercept is fitted.
    let features: Matrix<Working>
    /// Whether each fold's training mean is removed.
    let centered: Bool

    /// The decomposition of one fold; all targets are computed from the responses.
    func svd<Element: Scalar>(
        of fold: Fold, forRefit: Bool, interruption: Interruption, as type: Element.Type
    ) throws -> RidgeSVD<Element> {
        let (train, test) = features.trainAndTest(fold, centered: centered)
        try interruption.check()
        let parts = try significantSingularValues(of: train)
        try interruption.check()
        let loadings = parts.right.scalingRows(by: parts.values.map { 1 / $0 })
        return RidgeSVD(
            fold: fold, eigenvalues: parts.values.map { $0 * $0 }, left: parts.left.converted(to: type),
            loadings: Matrix(rows: 0, columns: 0),
            testRows: multiply(test, loadings, transposed: true).converted(to: type), testSums: [],
            axes: forRefit ? parts.right.converted(to: type) : nil, axesAreFeatures: true)
    }
}

/// The thin singular value decomposition without what is rounding alone, values ascending.
func significantSingularValues<Working: Scalar>(
    of matrix: Matrix<Working>
) throws -> (left: Matrix<Working>, values: [Double], right: Matrix<Working>) {
    let (left, values, right) = try LinearAlgebra.svd(matrix)
    let limit =
        Double(values.first ?? 0) * Double(Working.ulpOfOne) * Double(max(matrix.rows, matrix.columns))
    let kept = Array(values.indices.filter { Double(values[$0]) > limit }.reversed())
    return (left.columns(at: kept), kept.map { Double(values[$0]) }, right.rows(at: kept))
}
