import Encoding
import Foundation
import Tensors
import Testing

/// One problem of Fixtures/groups.json: two bands, and the scalings that himalaya's random search chooses.
struct GroupCase: Decodable, Sendable {
    let bands: [[[Double]]]
    let responses: [[Double]]
    let alphas: [Double]
    let folds: Int
    let iterations: Int
    let seed: UInt32
    let scalings: [[Double]]

    static let all = (try? fixture("groups", as: [GroupCase].self)) ?? []

    var model: BandedRidge {
        BandedRidge(
            alphas: Alphas(alphas), candidates: .dirichlet(iterations, seed: seed), folds: .kFold(folds),
            intercept: false, showsProgress: false)
    }
}

/// One problem of Fixtures/precision.json: himalaya in double precision, and the errors of himalaya in single.
struct PrecisionCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Errors: Decodable, Sendable {
        let prediction: Double
        let score: Double
    }

    let name: String
    let features: [[Double]]
    let responses: [[Double]]
    let alphas: [Double]
    let predictions: [[Double]]
    let bestScores: [Double]
    let bestAlphas: [Double]
    let ridge: Errors
    let kernel: Errors

    var testDescription: String { name }

    static let all = (try? fixture("precision", as: [PrecisionCase].self)) ?? []
}

@Suite struct SolverTests {
    @Test func fixturesAreThere() {
        #expect(GroupCase.all.count == 2 && PrecisionCase.all.count == 5)
    }

    /// Labels in any order are bands.
    @Test func groupsAreBands() throws {
        let problem = GroupCase.all[0]
        let bands = problem.bands.map { Matrix<Double>(listed: $0) }
        let y = Matrix<Double>(listed: problem.responses)
        // The columns of the two bands in turn, and one that belongs to none.
        let all = bands[0].beside(bands[1]).beside(Matrix(rows: y.rows, columns: 1, repeating: 3))
        let order = [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11, 12, 13, 14]
        let labels = order.map { $0 == 14 ? -1 : $0 < 6 ? 4 : 9 }
        let model = GroupRidge(groups: labels, problem.model)
        let features = all.columns(at: order)
        let fit = try model.fit(features, to: y)
        let banded = try problem.model.fit(bands, to: y)
        for (band, expected) in problem.scalings.enumerated() {
            #expect(relativeError(banded.scalings.row(band), expected) < 1e-6)
        }
        #expect(fit.labels == [4, 9])
        #expect(relativeError(fit.banded.scalings.elements, banded.scalings.elements) < 1e-12)
        let weights = fit.coefficients
        for (row, column) in order.enumerated() {
            let expected =
                column == 14
                ? [Double](repeating: 0, count: 5)
                : column < 6 ? banded.coefficients[0].row(column) : banded.coefficients[1].row(column - 6)
            #expect(zip(weights.row(row), expected).allSatisfy { abs($0 - $1) < 1e-10 })
        }
        #expect(relativeError(try fit.predict(features).elements, try banded.predict(bands).elements) < 1e-10)
        #expect(throws: EncodingError.self) { try model.fit(all.columns(0..<3), to: y) }
        #expect(throws: EncodingError.self) { try fit.predict(all.columns(0..<3)) }
    }

    /// Single precision is no worse than the better of himalaya's two, up to the rounding of a sum of products.
    @Test(arguments: PrecisionCase.all)
    func singlePrecisionIsNoWorseThanHimalayas(_ problem: PrecisionCase) throws {
        let x = Matrix<Float>(listed: problem.features)
        let y = Matrix<Float>(listed: problem.responses)
        let fit = try Ridge(alphas: Alphas(problem.alphas), showsProgress: false).fit(x, to: y)
        #expect(relativeError(fit.bestAlphas, problem.bestAlphas) < 1e-12)
        let predictions = try fit.predict(x).elements.map { Double($0) }
        #expect(
            relativeError(predictions, problem.predictions.flatMap { $0 })
                < max(min(problem.ridge.prediction, problem.kernel.prediction), 4e-6))
        #expect(
            relativeError(fit.bestSearchScores, problem.bestScores)
                < max(min(problem.ridge.score, problem.kernel.score), 4e-6))
        // The other estimators are the same model; predictions from dual weights lose as many digits as himalaya's.
        let expected = problem.predictions.flatMap { $0 }
        let dual = try KernelRidge(alphas: Alphas(problem.alphas), showsProgress: false).fit(x, to: y)
        #expect(relativeError(dual.bestAlphas, problem.bestAlphas) < 1e-12)
        #expect(
            relativeError(try dual.predict(x).converted(to: Double.self).elements, expected)
                < max(problem.kernel.prediction, 4e-6))
        let half = x.columns / 2
        let bands = [x.columns(0..<half), x.columns(half..<x.columns)]
        let banded = try BandedRidge(
            alphas: Alphas(problem.alphas), candidates: .given([[1, 1]]), showsProgress: false
        ).fit(bands, to: y)
        #expect(relativeError(banded.bestAlphas, problem.bestAlphas) < 1e-12)
        #expect(
            relativeError(try banded.predict(bands).converted(to: Double.self).elements, expected)
                < max(min(problem.ridge.prediction, problem.kernel.prediction), 4e-6))
    }

    /// A system that is large and whose largest eigenvalue is 2e5 of the smallest alpha is solved in double precision too
    /// (`WorkingPrecision`): the answers are as good as those of himalaya's model that decomposes the features (1e-6), where
    /// the one that decomposes the kernel in single precision errs by 0.1.
    @Test func singlePrecisionInALargeProblem() throws {
        struct Large: Decodable {
            let firstResponses: [Double]
            let alphas: [Double]
            let predictions: [[Double]]
            let bestScores: [Double]
            let bestAlphas: [Double]
            let ridge: PrecisionCase.Errors
            let kernel: PrecisionCase.Errors
        }
        let problem: Large = try fixture("precision-large")
        var random = NumpyRandom(seed: 51)
        var wide = random.normal(1900, 1520)
        wide.withUnsafeMutableBufferPointer { x in
            for i in x.indices { x[i] = x[i] / Double(i % 1520 + 1) + 0.5 }
        }
        let signal = multiply(wide, random.normal(1520, 4)).elements
        let y = Matrix(
            rows: 1900, columns: 4,
            elements: zip(signal, random.normal(1900, 4).elements).map { Float($0 / 2 + $1) }
        )
        #expect(relativeError(y.row(0).map { Double($0) }, problem.firstResponses) < 1e-6)
        let x = wide.converted(to: Float.self)
        let expected = problem.predictions.flatMap { $0 }
        let fit = try Ridge(alphas: Alphas(problem.alphas), showsProgress: false).fit(x, to: y)
        #expect(relativeError(fit.bestAlphas, problem.bestAlphas) < 1e-12)
        let predictions = try fit.predict(x.rows(0..<50)).converted(to: Double.self).elements
        let error = relativeError(predictions, expected)
        #expect(error < max(problem.ridge.prediction, 4e-6))
        let scoreError = relativeError(fit.bestSearchScores, problem.bestScores)
        #expect(scoreError < max(problem.ridge.score, 4e-6))
        // The same model by bands that are scaled up, and alphas with them.
        let halves = [0..<760, 760..<1520]
        let banded = try BandedRidge(
            alphas: Alphas(problem.alphas.map { 1e4 * $0 }), candidates: .given([[1e4, 1e4]]),
            showsProgress: false
        ).fit(halves.map { x.columns($0) }, to: y)
        let byBands = try banded.predict(halves.map { x.rows(0..<50).columns($0) }).converted(to: Double.self)
        #expect(relativeError(byBands.elements, expected) < max(problem.ridge.prediction, 4e-6))
    }

    /// Features whose products are beyond single precision, or vanish in it, are decomposed in double precision,
    /// however many there are.
    @Test(arguments: [SearchScore.negativeSquaredError, .correlation])
    func hugeAndTinyFeaturesInALargeProblem(_ score: SearchScore) throws {
        var random = NumpyRandom(seed: 12)
        let x = random.normal(660, 520)
        let signal = multiply(x.columns(0..<20), random.normal(20, 3))
        let y = signal + random.normal(660, 3) * 4
        func model(_ scale: Double) -> Ridge {
            Ridge(
                alphas: Alphas([10, 100, 1000, 10_000].map { $0 * scale * scale }), searchScore: score,
                showsProgress: false)
        }
        let plain = try model(1).fit(x, to: y)
        for scale in [0x1p83, 0x1p-83] {
            let features = (x * scale).converted(to: Float.self)
            let fit = try model(scale).fit(features, to: y.converted(to: Float.self))
            #expect(relativeError(fit.scores.r, plain.scores.r) < 1e-3, "\(scale)")
            let weights = fit.coefficients.converted(to: Double.self) * scale
            #expect(relativeError(weights.elements, plain.coefficients.elements) < 1e-3, "\(scale)")
        }
    }

    /// Few voxels are searched through one decomposition of all samples, many through one for each fold.
    /// (`BlockPlan`; below 10⁸ operations there is only the second.)
    @Test(arguments: [(240, 200, true), (240, 200, false), (200, 300, true), (200, 300, false)])
    func bothWaysThroughTheFoldsAgree(samples: Int, features: Int, intercept: Bool) throws {
        var state: UInt64 = 3
        func number() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
        }
        let x = Matrix<Double>(
            rows: samples, columns: features, elements: (0..<samples * features).map { _ in number() + 0.3 })
        var y = multiply(
            x, Matrix(rows: features, columns: 4, elements: (0..<4 * features).map { _ in number() }))
        for row in 0..<samples { for voxel in 0..<4 { y[row, voxel] += 6 * number() + 2 } }
        let many = y.columns(at: (0..<2400).map { $0 % 4 })
        for score in [SearchScore.negativeSquaredError, .r2] {
            let model = Ridge(
                alphas: .logspace(-1, 4, count: 8), folds: .kFold(4, shuffledWithSeed: 2),
                intercept: intercept,
                searchScore: score, showsProgress: false)
            let (few, all) = (try model.fit(x, to: y), try model.fit(x, to: many))
            #expect(few.bestAlphas == Array(all.bestAlphas[0..<4]))
            for alpha in 0..<8 {
                #expect(
                    relativeError(few.searchScores.row(alpha), Array(all.searchScores.row(alpha)[0..<4]))
                        < 1e-8)
            }
            #expect(relativeError(few.scores.r2, Array(all.scores.r2[0..<4])) < 1e-8)
            #expect(relativeError(few.scores.r, Array(all.scores.r[0..<4])) < 1e-8)
            let weights = all.coefficients.columns(0..<4)
            #expect(relativeError(few.coefficients.elements, weights.elements) < 1e-9)
            let single = try model.fit(x.converted(to: Float.self), to: y.converted(to: Float.self))
            #expect(single.bestAlphas == few.bestAlphas)
            #expect(relativeError(single.scores.r2, few.scores.r2) < 1e-4)
        }
    }

    /// A wide grid, of which a few strengths stand for all: the same scores as one strength after the other.
    @Test func fewStrengthsStandForAWideGrid() throws {
        let problem = GroupCase.all[1]
        let x = Matrix<Double>(listed: problem.bands[0]).beside(Matrix(listed: problem.bands[1]))
        let y = Matrix<Double>(listed: problem.responses)
        let alphas = (0..<20).map { pow(10.0, Double($0)) }
        let model = Ridge(
            alphas: Alphas(alphas), folds: .kFold(5), scoresHeldOut: false, showsProgress: false)
        let fit = try model.fit(x, to: y)
        for (index, alpha) in alphas.enumerated() {
            let one = try Ridge(alphas: [alpha], folds: .kFold(5), showsProgress: false).fit(x, to: y)
            #expect(relativeError(fit.searchScores.row(index), one.searchScores.row(0)) < 1e-9)
        }
        let single = try model.fit(x.converted(to: Float.self), to: y.converted(to: Float.self))
        for index in alphas.indices {
            #expect(relativeError(single.searchScores.row(index), fit.searchScores.row(index)) < 1e-5)
        }
    }
}
