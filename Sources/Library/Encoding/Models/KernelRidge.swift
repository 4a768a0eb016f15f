import Tensors

/// Ridge regression in the space that a kernel spans, each voxel with the alpha that predicts it best.
///
/// The same alphas, scores and dual coefficients as `KernelRidgeCV` of himalaya.
///
/// ```swift
/// let fit = try KernelRidge(kernel: .rbf(), alphas: .logspace(-3, 3, count: 10)).fit(features, to: responses)
/// let predictions = try fit.predict(testFeatures)
/// ```
@dynamicMemberLookup
public struct KernelRidge: Sendable {
    /// How similar two samples are.
    public var kernel: Kernel
    /// Alphas, folds and the other options; each is also a property of the model.
    public var options: RidgeOptions

    /// A kernel ridge model, not fitted; the arguments beside the kernel are those of `Ridge`.
    ///
    /// - Parameters:
    ///   - kernel: how similar two samples are.
    ///   - alphas: the alphas to choose from.
    ///   - alphaPerVoxel: whether each voxel has its own alpha, or all share the one with the best mean score.
    ///   - folds: the splits on which the alphas are compared.
    ///   - intercept: whether kernel and responses are centered on the training samples of each fold.
    ///   - searchScore: the score by which the alphas are compared.
    ///   - scoresHeldOut: whether the held-out predictions are scored too (`KernelRidgeFit.scores`).
    ///   - memoryLimit: the memory that batches of voxels may take, beside data, decompositions and result.
    ///   - showsProgress: whether a long fit shows a progress bar.
    public init(
        kernel: Kernel = .linear, alphas: Alphas = .logspace(0, 6, count: 20), alphaPerVoxel: Bool = true,
        folds: Folds = .kFold(5), intercept: Bool = true, searchScore: SearchScore = .negativeSquaredError,
        scoresHeldOut: Bool = true, memoryLimit: MemoryLimit = .megabytes(512), showsProgress: Bool = true
    ) {
        self.kernel = kernel
        options = RidgeOptions(
            alphas: alphas, alphaPerVoxel: alphaPerVoxel, folds: folds, intercept: intercept,
            searchScore: searchScore, scoresHeldOut: scoresHeldOut, memoryLimit: memoryLimit,
            showsProgress: showsProgress)
    }

    /// One of the options.
    public subscript<Value>(dynamicMember option: WritableKeyPath<RidgeOptions, Value>) -> Value {
        get { options[keyPath: option] }
        set { options[keyPath: option] = newValue }
    }

    /// Fits the model to responses.
    ///
    /// - Parameters:
    ///   - features: samples x features, or the kernel itself (samples x samples) if it is precomputed.
    ///   - responses: samples x voxels. The results of a voxel that holds a NaN are NaN; the other voxels are not
    ///     affected.
    ///   - runs: the runs of the samples, if the folds leave runs out.
    ///
    /// Throws `EncodingError` if shapes or parameters do not fit, or a precomputed kernel is not symmetric or has
    /// negative eigenvalues beyond rounding (with an intercept after it is centered), `CancellationError` if the
    /// cell is interrupted.
    public func fit<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> KernelRidgeFit<Element> {
        try options.check()
        try checkFeatures(features, responses: responses)
        try kernel.check(features)
        let full = kernel.matrix(features, features)
        try checkFinite(kernel: full)
        let isDouble = WorkingPrecision.isDouble(
            Element.self, order: features.rows, alphas: options.alphas.values,
            largestEigenvalue: { full.largestEigenvalue })
        guard isDouble, Element.self != Double.self else {
            return try fit(features, kernel: full, to: responses, runs: runs)
        }
        let wide = features.converted(to: Double.self)
        return try fit(features, kernel: kernel.matrix(wide, wide), to: responses, runs: runs)
    }

    private func checkFinite<Element: Scalar>(kernel: Matrix<Element>) throws {
        guard let index = kernel.withUnsafeBufferPointer({ firstNonFinite($0) }) else { return }
        throw EncodingError.parameter(
            name: "the kernel of samples \(index / kernel.columns) and \(index % kernel.columns)",
            value: "\(kernel[index / kernel.columns, index % kernel.columns])",
            expected: "finite; divide the features by their deviations, or lower gamma or degree")
    }

    /// Fits the model whose samples' kernel is `full`; it works in the precision of that.
    private func fit<Element: Scalar, Working: Scalar>(
        _ features: Matrix<Element>, kernel full: Matrix<Working>, to responses: Matrix<Element>, runs: Runs?
    ) throws -> KernelRidgeFit<Element> {
        let splits = try options.splits(samples: features.rows, runs: runs)
        let intercept = options.intercept
        let kernelFeatures = KernelFeatures(
            kernel: full, features: nil, centered: intercept, isPrecomputed: kernel == .precomputed)
        // The intercept is the responses' mean, since predictions are made with the centered kernel.
        let solver = try RidgeSolver<Element>(
            .kernel(kernelFeatures), featureMeans: [Double](repeating: 0, count: features.rows),
            options: options, splits: splits)
        let kernelMeans =
            intercept ? ColumnStatistics(full).means : [Double](repeating: 0, count: features.rows)
        let eigenvalueSum = full.eigenvalueSum(means: kernelMeans)
        let isDouble = Working.self == Double.self
        let fit = try solver.fit(responses)
        return KernelRidgeFit(
            model: self, training: kernel == .precomputed ? nil : features, kernelMeans: kernelMeans,
            isDouble: isDouble, eigenvalueSum: eigenvalueSum, fit: fit,
            wideDuals: isDouble && Element.self != Double.self
                ? try wideDuals(kernelFeatures, eigenvalueSum: eigenvalueSum, of: fit, to: responses) : nil)
    }

    /// The dual coefficients in double precision if a voxel's alpha is so small that the rounding of single precision
    /// would show in the predictions: they are as large as the responses over alpha, and cancel in the products with the
    /// kernel.
    private func wideDuals<Element: Scalar, Working: Scalar>(
        _ features: KernelFeatures<Working>, eigenvalueSum: Double, of fit: RidgeFit<Element>,
        to responses: Matrix<Element>
    ) throws -> Matrix<Double>? {
        let voxels = fit.bestAlphas.indices.filter { 1e3 * fit.bestAlphas[$0] < eigenvalueSum }
        guard !voxels.isEmpty else { return nil }
        let all = Fold(train: Array(0..<responses.rows), test: [])
        let svd = try features.svd(
            of: all, forRefit: true, interruption: Interruption(), as: Double.self)
        var duals = fit.coefficients.converted(to: Double.self)
        for start in stride(from: 0, to: voxels.count, by: 512) {
            try Task.checkCancellation()
            let part = Array(voxels[start..<min(start + 512, voxels.count)])
            let centered = responses.columns(at: part).converted(to: Double.self)
                .centered(by: part.map { Double(fit.intercepts[$0]) })
            var targets = multiply(svd.left, transposed: true, centered)
            for (direction, eigenvalue) in svd.eigenvalues.enumerated() {
                for (column, voxel) in part.enumerated() {
                    targets[direction, column] /= eigenvalue + fit.bestAlphas[voxel]
                }
            }
            let found = multiply(svd.left, targets)
            for sample in 0..<found.rows {
                for (column, voxel) in part.enumerated() { duals[sample, voxel] = found[sample, column] }
            }
        }
        return duals
    }
}

/// A fitted kernel ridge model.
public struct KernelRidgeFit<Element: Scalar>: Sendable {
    let model: KernelRidge
    private let training: Matrix<Element>?
    private let kernelMeans: [Double]
    private let isDouble: Bool
    let fit: RidgeFit<Element>
    /// The sum of the eigenvalues of the kernel, which is centered if there is an intercept.
    private let eigenvalueSum: Double
    /// The dual coefficients that predictions are made with, where those of the fit are rounded too much.
    private let wideDuals: Matrix<Double>?

    init(
        model: KernelRidge, training: Matrix<Element>?, kernelMeans: [Double], isDouble: Bool,
        eigenvalueSum: Double, fit: RidgeFit<Element>, wideDuals: Matrix<Double>?
    ) {
        (self.model, self.training, self.kernelMeans) = (model, training, kernelMeans)
        (self.isDouble, self.eigenvalueSum, self.fit) = (isDouble, eigenvalueSum, fit)
        self.wideDuals = wideDuals
    }

    /// A warning if the eigenvalues of the kernel are so large that, beside the smallest alpha that was chosen,
    /// double precision errs as much as single precision does when it is given up (`WorkingPrecision`).
    var conditionNote: String? {
        guard let alpha = bestAlphas.filter(\.isFinite).min(), eigenvalueSum > 1e13 * alpha else {
            return nil
        }
        let largest = alphaText(eigenvalueSum)
        return
            "The kernel's eigenvalues, up to \(largest), are so large beside an alpha of \(alphaText(alpha)) that "
            + "rounding shows in the predictions: divide the features by their deviations, or take larger alphas"
            + (model.kernel == .linear ? ", or Ridge, which needs no kernel." : ".")
    }

    /// The alpha of each voxel; NaN for a voxel that holds a NaN.
    public var bestAlphas: [Double] { fit.bestAlphas }
    /// The mean search score over the folds: alphas x voxels.
    public var searchScores: Matrix<Double> { fit.searchScores }
    /// R2 and r of each voxel, of the held-out predictions of all folds together; see `RidgeFit.scores`.
    public var scores: VoxelScores { fit.scores }
    /// Training samples x voxels, without the directions in which the kernel vanishes: they predict nothing.
    public var dualCoefficients: Matrix<Element> { fit.coefficients }
    /// The voxels that hold a NaN or an infinity.
    public var voxelsWithNaN: [Int] { fit.voxelsWithNaN }
    /// The voxels that never change: their coefficients are 0 and their scores NaN.
    public var constantVoxels: [Int] { fit.constantVoxels }

    /// The predicted responses (samples x voxels) to `features`, or to the kernel of the samples with the training
    /// samples if it is precomputed.
    ///
    /// Throws `EncodingError` if the number of features is not that of the fit.
    public func predict(_ features: Matrix<Element>) throws -> Matrix<Element> {
        let expected = training?.columns ?? kernelMeans.count
        guard features.columns == expected else {
            throw EncodingError.columnCount(what: "features", count: features.columns, expected: expected)
        }
        return isDouble
            ? predict(features, workingIn: Double.self) : predict(features, workingIn: Element.self)
    }

    private func predict<Working: Scalar>(
        _ features: Matrix<Element>, workingIn type: Working.Type
    ) -> Matrix<Element> {
        let wide = features.converted(to: type)
        var kernel = model.kernel.matrix(wide, training?.converted(to: type) ?? wide)
        // Dual coefficients of small alphas are large, and what the means add would have to cancel in their products.
        if model.intercept { kernel.centerKernel(trainMeans: kernelMeans) }
        let duals = wideDuals?.converted(to: type) ?? dualCoefficients.converted(to: type)
        return multiply(kernel, duals).addingToColumns(fit.intercepts).converted(to: Element.self)
    }

    /// R2 and r of each voxel for data that the model has not seen.
    ///
    /// Throws `EncodingError` if shapes do not fit.
    public func score(_ features: Matrix<Element>, to responses: Matrix<Element>) throws -> VoxelScores {
        try VoxelScores(predictions: predict(features), responses: responses)
    }
}

extension Matrix {
    /// The sum of the eigenvalues of a kernel about the means of its columns, which are zeros if it is not centered.
    fileprivate func eigenvalueSum(means: [Double]) -> Double {
        (0..<Swift.min(rows, columns)).reduce(0) { $0 + Double(self[$1, $1]) } - means.reduce(0, +)
    }
}
