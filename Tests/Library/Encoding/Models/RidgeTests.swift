import Encoding
import Tensors
import Testing

/// One problem of Fixtures/ridge.json, with the answers of himalaya 0.4.11 in double precision.
struct RidgeCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let folds: Int
    let intercept: Bool
    let alphas: [Double]
    let features: [[Double]]
    let responses: [[Double]]
    let bestAlphas: [Double]
    let searchScores: [[Double]]
    let coefficients: [[Double]]
    let interceptValues: [Double]
    let heldOutR2: [Double]
    let heldOutR: [Double]
    let trainR2: [Double]
    let bestForR2: [Double]
    let bestForCorrelation: [Double]
    let sharedAlpha: Double

    var testDescription: String { "\(name), \(intercept ? "with" : "without") intercept" }

    static let all = (try? fixture("ridge", as: [RidgeCase].self)) ?? []

    func model(_ score: SearchScore = .negativeSquaredError) -> Ridge {
        Ridge(alphas: Alphas(alphas), folds: .kFold(folds), intercept: intercept, searchScore: score)
    }
}

@Suite struct RidgeTests {
    @Test func fixturesAreThere() { #expect(RidgeCase.all.count == 14) }

    /// Double precision: everything to 1e-8 of the largest value.
    ///
    /// Features of scales 1e-3 to 1e3 lose more: their Gram matrix, which is decomposed where himalaya decomposes the
    /// features, has eigenvalues 1e12 apart and keeps 1e-16 of the largest.
    @Test(arguments: RidgeCase.all)
    func agreesWithHimalayaInDouble(_ problem: RidgeCase) throws {
        let (x, y) = (Matrix<Double>(listed: problem.features), Matrix<Double>(listed: problem.responses))
        let fit = try problem.model().fit(x, to: y)
        #expect(relativeError(fit.bestAlphas, problem.bestAlphas) < 1e-12)
        for (alpha, expected) in problem.searchScores.enumerated() {
            let tolerance = problem.name == "badly-scaled" ? 1e-6 : 1e-8
            #expect(relativeError(fit.searchScores.row(alpha), expected) < tolerance)
        }
        #expect(relativeError(fit.coefficients.elements, problem.coefficients.flatMap { $0 }) < 1e-8)
        #expect(relativeError(fit.intercepts, problem.interceptValues) < 1e-8)
        #expect(relativeError(fit.scores.r2, problem.heldOutR2) < 1e-8)
        #expect(relativeError(fit.scores.r, problem.heldOutR) < 1e-8)
        #expect(relativeError(try fit.score(x, to: y).r2, problem.trainR2) < 1e-8)
    }

    /// Single precision against himalaya's double precision: the same alphas, scores to 1e-4.
    @Test(arguments: RidgeCase.all)
    func agreesWithHimalayaInFloat(_ problem: RidgeCase) throws {
        let (x, y) = (Matrix<Float>(listed: problem.features), Matrix<Float>(listed: problem.responses))
        let fit = try problem.model().fit(x, to: y)
        #expect(relativeError(fit.bestAlphas, problem.bestAlphas) < 1e-12)
        for (alpha, expected) in problem.searchScores.enumerated() {
            #expect(relativeError(fit.searchScores.row(alpha), expected) < 1e-4)
        }
        #expect(
            relativeError(fit.coefficients.elements.map { Double($0) }, problem.coefficients.flatMap { $0 })
                < 1e-3)
        for (found, expected) in [(fit.scores.r2, problem.heldOutR2), (fit.scores.r, problem.heldOutR)] {
            #expect(relativeError(found, expected) < 1e-4)
        }
    }

    @Test(arguments: RidgeCase.all)
    func otherSearchScores(_ problem: RidgeCase) throws {
        let (x, y) = (Matrix<Double>(listed: problem.features), Matrix<Double>(listed: problem.responses))
        let r2 = try problem.model(.r2).fit(x, to: y)
        #expect(relativeError(r2.bestAlphas, problem.bestForR2) < 1e-12)
        let correlation = try problem.model(.correlation).fit(x, to: y)
        #expect(relativeError(correlation.bestAlphas, problem.bestForCorrelation) < 1e-12)
        var shared = problem.model()
        shared.alphaPerVoxel = false
        let fit = try shared.fit(x, to: y)
        #expect(fit.bestAlphas.allSatisfy { abs($0 / problem.sharedAlpha - 1) < 1e-12 })
    }

    /// The same problems for a linear kernel, and for two bands that are scaled alike: both precisions, one answer.
    @Test(arguments: RidgeCase.all)
    func kernelAndBandsAgreeWithHimalaya(_ problem: RidgeCase) throws {
        let (x, y) = (Matrix<Double>(listed: problem.features), Matrix<Double>(listed: problem.responses))
        try checkKernelAndBands(problem, x, y, tolerance: problem.name == "badly-scaled" ? 1e-6 : 1e-8)
        try checkKernelAndBands(
            problem, x.converted(to: Float.self), y.converted(to: Float.self), tolerance: 1e-4)
    }

    private func checkKernelAndBands<Element: Scalar>(
        _ problem: RidgeCase, _ x: Matrix<Element>, _ y: Matrix<Element>, tolerance: Double
    ) throws {
        let (alphas, folds) = (Alphas(problem.alphas), Folds.kFold(problem.folds))
        let dual = try KernelRidge(
            alphas: alphas, folds: folds, intercept: problem.intercept, showsProgress: false
        ).fit(x, to: y)
        let half = x.columns / 2
        let bands = [x.columns(0..<half), x.columns(half..<x.columns)]
        let banded = try BandedRidge(
            alphas: alphas, candidates: .given([[1, 1]]), folds: folds, intercept: problem.intercept,
            showsProgress: false
        ).fit(bands, to: y)
        #expect(relativeError(dual.bestAlphas, problem.bestAlphas) < 1e-12)
        #expect(relativeError(banded.bestAlphas, problem.bestAlphas) < 1e-12)
        for (alpha, expected) in problem.searchScores.enumerated() {
            #expect(relativeError(dual.searchScores.row(alpha), expected) < tolerance)
        }
        let best = problem.bestAlphas.enumerated().map { voxel, alpha in
            problem.alphas.firstIndex { abs($0 / alpha - 1) < 1e-9 }.map { problem.searchScores[$0][voxel] }
                ?? .nan
        }
        #expect(relativeError(banded.searchScores.row(0), best) < tolerance)
        #expect(relativeError(dual.scores.r2, problem.heldOutR2) < tolerance)
        let r2 = try dual.score(x, to: y).r2
        // This kernel's elements are 4e6: what is lost where the dual weights are rounded to single precision.
        let isRounded = problem.name == "badly-scaled" && Element.self == Float.self
        #expect(relativeError(r2, problem.trainR2) < (isRounded ? 2e-3 : tolerance))
        let bandedR2 = try banded.score(bands, to: y).r2
        #expect(relativeError(bandedR2, problem.trainR2) < tolerance)
        let coefficients = banded.coefficients.flatMap(\.elements).map { Double($0) }
        #expect(relativeError(coefficients, problem.coefficients.flatMap { $0 }) < 10 * tolerance)
    }

    /// Batches of one voxel give what one batch gives.
    @Test func batchesChangeNothing() throws {
        let problem = RidgeCase.all[1]
        let (x, y) = (Matrix<Double>(listed: problem.features), Matrix<Double>(listed: problem.responses))
        let whole = try problem.model().fit(x, to: y)
        var model = problem.model()
        model.memoryLimit = 1
        let single = try model.fit(x, to: y)
        #expect(single.bestAlphas == whole.bestAlphas)
        #expect(relativeError(single.coefficients.elements, whole.coefficients.elements) < 1e-12)
        #expect(relativeError(single.scores.r2, whole.scores.r2) < 1e-12)
    }

    @Test func voxelsThatCannotBeFittedTouchNoOthers() throws {
        let problem = RidgeCase.all[1]
        let x = Matrix<Float>(listed: problem.features)
        let y = Matrix<Float>(listed: problem.responses)
        let clean = try problem.model().fit(x, to: y)
        var broken = y
        broken[3, 1] = .nan
        broken[5, 4] = .infinity
        for row in 0..<broken.rows { broken[row, 2] = 7.3 }
        let fit = try problem.model().fit(x, to: broken)
        #expect(fit.voxelsWithNaN == [1, 4])
        #expect(fit.constantVoxels == [2])
        #expect(fit.scores.unscored == [1, 2, 4])
        for voxel in [1, 4] {
            #expect(fit.bestAlphas[voxel].isNaN && fit.intercepts[voxel].isNaN)
            #expect(fit.coefficients.column(voxel).allSatisfy { $0.isNaN })
        }
        #expect(fit.coefficients.column(2).allSatisfy { abs($0) < 1e-6 })
        for voxel in [0, 3, 5] {
            #expect(fit.bestAlphas[voxel] == clean.bestAlphas[voxel])
            #expect(fit.coefficients.column(voxel) == clean.coefficients.column(voxel))
            #expect(fit.scores.r2[voxel] == clean.scores.r2[voxel])
        }
    }

    @Test func badInputIsNamed() throws {
        var x = Matrix<Float>(rows: 10, columns: 3, repeating: 1)
        let y = Matrix<Float>(rows: 10, columns: 2)
        #expect(throws: EncodingError.sampleCount(what: "responses", count: 10, expected: 9)) {
            try Ridge().fit(x.rows(0..<9), to: y)
        }
        x[4, 2] = .nan
        #expect(throws: EncodingError.featureNotFinite(row: 4, column: 2)) { try Ridge().fit(x, to: y) }
        x[4, 2] = 0
        #expect(throws: EncodingError.self) { try Ridge(alphas: [0, 1]).fit(x, to: y) }
        #expect(throws: EncodingError.self) { try Ridge(folds: .leaveOneRunOut).fit(x, to: y) }
        #expect(throws: EncodingError.self) { try Ridge(folds: .kFold(11)).fit(x, to: y) }
    }

    /// The scores of test samples under a fit that is not kept are those of one that is, whatever the number of voxels at
    /// once.
    @Test func testScoresAreThoseOfAFit() throws {
        var draws = NumpyRandom(seed: 5)
        func normal(_ rows: Int, _ columns: Int) -> Matrix<Double> {
            Matrix(
                rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in draws.gaussian() })
        }
        let weights = normal(6, 10)
        func samples(_ count: Int) -> (features: Matrix<Double>, responses: Matrix<Double>) {
            let x = normal(count, 6)
            var y = multiply(x, weights)
            y += normal(count, 10) * 3
            return (x, y)
        }
        let (train, test) = (samples(60), samples(25))
        let model = Ridge(alphas: .logspace(-1, 3, count: 9), scoresHeldOut: false, showsProgress: false)
        let fit = try model.fit(train.features, to: train.responses)
        let expected = try fit.score(test.features, to: test.responses)
        for voxels in [1, 3, 10, 8192] {
            let scores = try model.testScores(
                fittedTo: train.features, train.responses, of: test, standardizesTest: false,
                voxelsAtOnce: voxels)
            #expect(relativeError(scores.r2, expected.r2) < 1e-10)
            #expect(relativeError(scores.r, expected.r) < 1e-10)
        }
        // One alpha for all voxels needs all of them.
        let shared = Ridge(alphas: [1, 10], alphaPerVoxel: false, showsProgress: false)
        #expect(throws: EncodingError.self) {
            try shared.testScores(
                fittedTo: train.features, train.responses, of: test, standardizesTest: false)
        }
    }

    @Test func stopsWhenCanceled() async {
        let task = Task {
            let x = Matrix<Float>(rows: 20, columns: 3, elements: (0..<60).map { Float($0 % 7) })
            while !Task.isCancelled { await Task.yield() }
            return try Ridge().fit(x, to: x)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
