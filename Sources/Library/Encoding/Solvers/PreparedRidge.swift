import Tensors

/// A ridge model whose features are decomposed; it is then fitted to any number of voxels, batch after batch.
struct PreparedRidge<Element: Scalar> {
    let solver: RidgeSolver<Element>
    /// What was taken off each feature; 0 without an intercept.
    let featureMeans: [Double]
    let intercept: Bool

    /// Fits the model to responses (samples x voxels). Throws `CancellationError` where the task is cancelled.
    func fit(_ responses: Matrix<Element>) throws -> RidgeFit<Element> {
        let statistics = ColumnStatistics(ofResponses: responses)
        let means = statistics.means.map { $0.isFinite ? (intercept ? $0 : 0) : .nan }
        let solution = try solver.solve(
            responses, means: means, units: statistics.scoreUnits(of: solver.task.score))
        return RidgeFit(
            solution, task: solver.task, featureMeans: featureMeans, means: means, statistics: statistics)
    }
}

extension Ridge {
    /// The model as far as it goes without responses; `voxels` is how many there will be, where they come at once.
    func prepared<Element: Scalar>(
        _ features: Matrix<Element>, splits: [Fold], voxels: Int? = nil
    ) throws -> PreparedRidge<Element> {
        let largestTrain = splits.map(\.train.count).max() ?? features.rows
        let isDouble = WorkingPrecision.isDouble(
            [features], scalings: [1], order: min(features.columns, largestTrain),
            alphas: try alphas.checked(), intercept: intercept)
        return isDouble
            ? try prepared(features, splits: splits, voxels: voxels, workingIn: Double.self)
            : try prepared(features, splits: splits, voxels: voxels, workingIn: Element.self)
    }

    private func prepared<Element: Scalar, Working: Scalar>(
        _ features: Matrix<Element>, splits: [Fold], voxels: Int?, workingIn type: Working.Type
    ) throws -> PreparedRidge<Element> {
        try checkMemoryLimit(memoryLimit)
        let alphas = try alphas.checked()
        let means =
            intercept ? ColumnStatistics(features).means : [Double](repeating: 0, count: features.columns)
        var centred = features.converted(to: type)
        if intercept {
            centred.standardise(rows: 0..<centred.rows, means: means, deviations: means.map { _ in 1 })
        }
        let task = RidgeTask(
            alphas: alphas, folds: splits, score: searchScore, alphaPerVoxel: alphaPerVoxel,
            scoresHeldOut: scoresHeldOut, memoryLimit: memoryLimit, showsProgress: showsProgress)
        func result(_ space: GramForm<Working>, inBlocks: Bool) throws -> PreparedRidge<Element> {
            PreparedRidge(
                solver: try RidgeSolver(space, task: task, inBlocks: inBlocks), featureMeans: means,
                intercept: intercept)
        }
        if try type == Double.self
            && WorkingPrecision.needsSingularValues(
                [features], scalings: [1], alphas: alphas, centred: intercept)
        {
            let space = GramForm.singular(SingularFeatures(features: centred, centred: intercept))
            return try result(space, inBlocks: false)
        }
        if let voxels,
            BlockPlan(samples: features.rows, features: features.columns, voxels: voxels, task: task)
                .isCheaper
        {
            let space = GramForm(centred, centred: intercept, largestTrain: features.rows)
            if BlockPlan.isSafe(
                largestEigenvalue: space.largestEigenvalue, smallestAlpha: alphas.first ?? 1, as: Element.self
            ) {
                return try result(space, inBlocks: true)
            }
        }
        return try result(
            GramForm(
                centred, centred: intercept, largestTrain: splits.map(\.train.count).max() ?? features.rows),
            inBlocks: false)
    }
}
