import Display
import Tensors

/// Several feature spaces in the form that costs less to decompose for every scaling of the bands.
struct BandSpaces<Working: Scalar> {
    /// All bands side by side, not scaled.
    let features: Matrix<Working>
    let widths: [Int]
    let centred: Bool
    private let primal: PrimalFeatures<Working>?
    private let kernels: [Matrix<Working>]

    /// The spaces of bands that are centred where `centred` says so.
    init(_ bands: [Matrix<Working>], centred: Bool, largestTrain: Int) {
        features = bands.dropFirst().reduce(bands[0]) { $0.beside($1) }
        widths = bands.map(\.columns)
        self.centred = centred
        let isPrimal = features.columns <= largestTrain
        primal = isPrimal ? PrimalFeatures(features, centred: centred) : nil
        kernels = isPrimal ? [] : bands.map { LinearAlgebra.gram($0, ofRows: true) }
    }

    /// The square root of each feature's scaling.
    func factors(_ gamma: [Double]) -> [Double] {
        zip(gamma, widths).flatMap { Array(repeating: $0.squareRoot(), count: $1) }
    }

    /// The space of one candidate; `withFeatures` where weights of features are wanted of it.
    func space(_ gamma: [Double], withFeatures: Bool) -> FeatureSpace<Working> {
        if let primal { return .primal(primal.scaled(by: factors(gamma))) }
        var sum = kernels[0].scalingColumns(by: Array(repeating: gamma[0], count: features.rows))
        for (kernel, weight) in zip(kernels, gamma).dropFirst() { sum.add(kernel, times: Working(weight)) }
        return .kernel(
            KernelFeatures(
                kernel: sum, features: withFeatures ? features.scalingColumns(by: factors(gamma)) : nil,
                centred: centred))
    }
}

/// What a banded fit finds for each voxel.
struct BandedSolution<Element: Scalar> {
    /// The index of the chosen candidate.
    var candidate: [Int]
    /// The index of the chosen alpha.
    var choice: [Int]
    /// The best score of each candidate: candidates x voxels.
    var searchScores: Matrix<Double>
    /// Features of all bands x voxels.
    var weights: Matrix<Element>
}

/// Searches candidates and alphas for every voxel, and refits to all samples.
func solveBandedRidge<Element: Scalar, Working: Scalar>(
    _ spaces: BandSpaces<Working>, gammas: [[Double]], responses: Matrix<Element>, means: [Double],
    task: RidgeTask
) throws -> BandedSolution<Element> {
    let voxels = responses.columns
    var solution = BandedSolution<Element>(
        candidate: Array(repeating: 0, count: voxels), choice: Array(repeating: 0, count: voxels),
        searchScores: Matrix(rows: gammas.count, columns: voxels),
        weights: Matrix(rows: spaces.features.columns, columns: voxels))
    var best = [Double](repeating: -.infinity, count: voxels)
    var bar = ProgressBar("banded ridge", total: gammas.count, unit: "candidates")
    let smallest = task.alphas.first ?? 1
    for (number, gamma) in gammas.enumerated() {
        let space = spaces.space(gamma, withFeatures: false)
        let models = try task.folds.map { fold in
            try Task.checkCancellation()
            return FoldModel<Element>(
                try space.directions(of: fold, smallestAlpha: smallest, as: Element.self),
                alphas: task.alphas,
                score: task.score, workingIn: Working.self)
        }
        var run = RidgeRun(
            space: space, models: models, refit: nil, task: task, responses: responses, means: means)
        for batch in run.batches(of: Array(0..<voxels)) {
            try run.load(batch)
            try run.search(batch)
        }
        for voxel in 0..<voxels {
            let choice = run.solution.choice[voxel]
            let score = run.solution.searchScores[choice, voxel] + tieSlope(task.alphas[choice])
            solution.searchScores[number, voxel] = score
            // himalaya's rule: a later candidate must be better by more than the precision.
            if score > best[voxel] + Double(Element.ulpOfOne) {
                (best[voxel], solution.candidate[voxel], solution.choice[voxel]) = (score, number, choice)
            }
        }
        if task.showsProgress { bar.advance() }
    }
    if task.showsProgress { bar.finish() }
    try refitBands(
        spaces, gammas: gammas, responses: responses, means: means, task: task, solution: &solution)
    return solution
}

/// Refits each candidate to the voxels that chose it.
private func refitBands<Element: Scalar, Working: Scalar>(
    _ spaces: BandSpaces<Working>, gammas: [[Double]], responses: Matrix<Element>, means: [Double],
    task: RidgeTask,
    solution: inout BandedSolution<Element>
) throws {
    let all = Fold(train: Array(0..<responses.rows), test: [])
    for (number, gamma) in gammas.enumerated() {
        let chosen = solution.candidate.indices.filter {
            solution.candidate[$0] == number && means[$0].isFinite
        }
        if chosen.isEmpty { continue }
        try Task.checkCancellation()
        let space = spaces.space(gamma, withFeatures: true)
        let refit = try space.directions(
            of: all, smallestAlpha: task.alphas.first ?? 1, forRefit: true, as: Element.self)
        let part = responses.columns(at: chosen)
        var run = RidgeRun(
            space: space, models: [], refit: refit, task: task, responses: part,
            means: chosen.map { means[$0] })
        run.solution.choice = chosen.map { solution.choice[$0] }
        for batch in run.batches(of: Array(0..<chosen.count)) {
            try run.load(batch)
            try run.finish(batch)
        }
        let weights = run.solution.weights.scalingRows(by: spaces.factors(gamma))
        solution.weights.set(columns: chosen, to: weights)
    }
}

extension Matrix {
    /// Puts the columns of `part` in place of the given columns.
    mutating func set(columns chosen: [Int], to part: Matrix) {
        let (rows, width) = (rows, columns)
        withUnsafeMutableBufferPointer { target in
            part.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                scatterColumns(from, rows: rows, columns: chosen, width: width, into: to)
            }
        }
    }

    /// Adds `factor * other`.
    mutating func add(_ other: Matrix, times factor: Element) {
        withUnsafeMutableBufferPointer { target in
            other.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                addMultiple(of: from, factor, to: to, count: target.count)
            }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func addMultiple<Element: Scalar>(
    of source: UnsafePointer<Element>, _ factor: Element, to target: UnsafeMutablePointer<Element>, count: Int
) {
    for i in 0..<count { target[i] += factor * source[i] }
}
