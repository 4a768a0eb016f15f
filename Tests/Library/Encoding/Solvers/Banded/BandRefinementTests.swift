import Encoding
import Foundation
import Tensors
import Testing

/// Minima of the cross-validated loss from Fixtures/refinement.json: scipy's, and where himalaya's hyper-gradient ends.
struct RefinementMinima: Decodable, Sendable {
    /// The loss of each voxel where the random search ends.
    let start: [Double]
    let losses: [Double]
    /// Voxels x bands.
    let deltas: [[Double]]
    /// The smallest eigenvalue of the loss's second derivatives at the minimum.
    let curvatures: [Double]
    let himalaya: [Double]?
}

struct RefinementCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let bands: [[[Double]]]
    let responses: [[Double]]
    let folds: Int
    let intercept: Bool
    let alphas: [Double]
    let iterations: Int
    let seed: UInt32
    let minima: RefinementMinima

    enum CodingKeys: CodingKey {
        case name, bands, responses, folds, intercept, alphas, iterations, seed
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        bands = try values.decode([[[Double]]].self, forKey: .bands)
        responses = try values.decode([[Double]].self, forKey: .responses)
        folds = try values.decode(Int.self, forKey: .folds)
        intercept = try values.decode(Bool.self, forKey: .intercept)
        alphas = try values.decode([Double].self, forKey: .alphas)
        iterations = try values.decode(Int.self, forKey: .iterations)
        seed = try values.decode(UInt32.self, forKey: .seed)
        minima = try RefinementMinima(from: decoder)
    }

    var testDescription: String { name }

    func model(_ refinement: BandRefinement) -> BandedRidge {
        BandedRidge(
            alphas: Alphas(alphas), candidates: .dirichlet(iterations, seed: seed), folds: .kFold(folds),
            intercept: intercept, refinement: refinement, showsProgress: false)
    }

    static let all = (try? fixture("refinement", as: RefinementFixture.self).small) ?? []
}

struct RefinementFixture: Decodable {
    struct Middle: Decodable {
        let firstResponses: [Double]
        let minima: RefinementMinima

        enum CodingKeys: CodingKey { case firstResponses }

        init(from decoder: any Decoder) throws {
            firstResponses = try decoder.container(keyedBy: CodingKeys.self).decode(
                [Double].self, forKey: .firstResponses)
            minima = try RefinementMinima(from: decoder)
        }
    }

    let small: [RefinementCase]
    let middle: Middle
}

@Suite struct BandRefinementTests {
    @Test func fixturesAreThere() { #expect(RefinementCase.all.count == 4) }

    /// The loss is at scipy's minimum to 1e-6 of itself, or in a lower one, and himalaya's end is nowhere below.
    ///
    /// Where the minimum is sharp the scalings are scipy's too: a loss to 1e-9 of itself leaves a logarithm
    /// `sqrt(2e-9 loss / curvature)` uncertain, 1e-3 at the bluntest minimum that is compared.
    @Test(arguments: RefinementCase.all)
    func reachesScipysMinimum(_ problem: RefinementCase) throws {
        let bands = problem.bands.map { Matrix<Double>(listed: $0) }
        let y = Matrix<Double>(listed: problem.responses)
        let fit = try problem.model(.gradient(steps: 60, tolerance: 1e-10)).fit(bands, to: y)
        let search = try problem.model(.none).fit(bands, to: y)
        let minima = problem.minima
        var compared = 0
        for voxel in minima.losses.indices {
            let loss = -fit.bestSearchScores[voxel]
            #expect(loss <= minima.losses[voxel] * (1 + 1e-6))
            if let himalaya = minima.himalaya { #expect(loss <= himalaya[voxel] * (1 + 1e-9)) }
            #expect(fit.bestSearchScores[voxel] >= search.bestSearchScores[voxel])
            let isScipys = abs(loss / minima.losses[voxel] - 1) < 1e-6
            if isScipys, minima.curvatures[voxel] > 5e-3 * minima.losses[voxel] {
                compared += 1
                for (band, delta) in minima.deltas[voxel].enumerated() {
                    #expect(abs(log(fit.scalings[band, voxel]) - delta) < 1e-3)
                }
            }
        }
        #expect(compared >= 1)
    }

    /// The random search, which knows nothing of derivatives, finds no slope at the answer, and the same score there.
    @Test(arguments: RefinementCase.all)
    func theSlopeIsNoughtAtTheAnswer(_ problem: RefinementCase) throws {
        let bands = problem.bands.map { Matrix<Double>(listed: $0) }
        let y = Matrix<Double>(listed: problem.responses)
        for score in [SearchScore.negativeSquaredError, .r2] {
            var model = problem.model(.gradient(steps: 60, tolerance: 1e-10))
            model.searchScore = score
            let fit = try model.fit(bands, to: y)
            for voxel in 0..<3 {
                let scalings = bands.indices.map { fit.scalings[$0, voxel] }
                let step = 1e-4
                let around = bands.indices.flatMap { band in
                    [step, -step].map { step in
                        scalings.enumerated().map { $0 == band ? $1 * exp(step) : $1 }
                    }
                }
                let plain = BandedRidge(
                    alphas: [1], candidates: .given([scalings] + around), folds: model.folds,
                    intercept: model.intercept, searchScore: score, showsProgress: false)
                let found = try plain.fit(bands, to: y.columns(voxel..<voxel + 1))
                let scores = found.searchScores.column(0)
                #expect(abs(scores[0] - fit.bestSearchScores[voxel]) < 1e-8 * max(1, abs(scores[0])))
                for band in bands.indices {
                    let slope = (scores[1 + 2 * band] - scores[2 + 2 * band]) / (2 * step)
                    #expect(abs(slope) < 2e-5 * max(1, abs(scores[0])))
                }
                // The refit is the one of these scalings.
                let plainWeights = try BandedRidge(
                    alphas: [1], candidates: .given([scalings]), folds: model.folds,
                    intercept: model.intercept, showsProgress: false
                ).fit(bands, to: y.columns(voxel..<voxel + 1)).coefficients.flatMap(\.elements)
                let weights = fit.coefficients.flatMap { $0.column(voxel) }
                #expect(relativeError(weights, plainWeights) < 1e-8)
            }
        }
    }

    /// Single precision, at its own tolerance: within 1e-4 of the minimum.
    @Test(arguments: RefinementCase.all)
    func singlePrecisionReachesTheMinimum(_ problem: RefinementCase) throws {
        let fit = try problem.model(.gradient()).fit(
            problem.bands.map { Matrix<Float>(listed: $0) }, to: Matrix<Float>(listed: problem.responses))
        for (score, minimum) in zip(fit.bestSearchScores, problem.minima.losses) {
            #expect(-score < minimum * (1 + 1e-4))
        }
    }

    /// 40 voxels of 300 samples at the tolerance that is the default: no voxel ends above himalaya's hyper-gradient,
    /// nor above scipy's minimum by more than the tolerance foresees: 1e-5 at the next step, and some more after it.
    @Test func noVoxelEndsAboveHimalayas() throws {
        let expected = try fixture("refinement", as: RefinementFixture.self).middle
        var random = NumpyRandom(seed: 43)
        func combined(_ a: Matrix<Double>, _ b: Matrix<Double>, _ combine: (Double, Double) -> Double)
            -> Matrix<Double>
        {
            Matrix(
                rows: a.rows, columns: a.columns,
                elements: zip(a.elements, b.elements).map { combine($0, $1) })
        }
        let common = random.normal(300, 10)
        let bands = [100, 150].map { width in
            combined(multiply(common, random.normal(10, width)), random.normal(300, width)) { $0 / 3 + $1 }
        }
        let signals = bands.map { multiply($0, random.normal($0.columns, 40)).elements }
        let noise = random.normal(300, 40).elements
        let y = Matrix<Double>(
            rows: 300, columns: 40,
            elements: noise.indices.map { index in
                let share = Double(index % 40) / 39
                return signals[0][index] * (share / 100).squareRoot()
                    + signals[1][index] * ((1 - share) / 150).squareRoot() + noise[index]
            })
        #expect(relativeError(Array(y.row(0).prefix(5)), expected.firstResponses) < 1e-12)
        let model = BandedRidge(
            alphas: .logspace(0, 4, count: 5), candidates: .dirichlet(10, seed: 4), folds: .kFold(5),
            intercept: false, refinement: .gradient(), showsProgress: false)
        let fit = try model.fit(bands, to: y)
        let himalaya = try #require(expected.minima.himalaya)
        for voxel in 0..<40 {
            let loss = -fit.bestSearchScores[voxel]
            #expect(loss <= himalaya[voxel] * (1 + 1e-9))
            #expect(loss <= expected.minima.losses[voxel] * (1 + 3e-5))
            #expect(loss <= expected.minima.start[voxel] * (1 + 1e-9))
        }
    }

    @Test func badRequestsAreRefused() throws {
        let problem = RefinementCase.all[0]
        let bands = problem.bands.map { Matrix<Double>(listed: $0) }
        var y = Matrix<Double>(listed: problem.responses)
        #expect(throws: EncodingError.self) {
            try problem.model(.gradient(steps: 0)).fit(bands, to: y)
        }
        #expect(throws: EncodingError.self) {
            try problem.model(.gradient(tolerance: .nan)).fit(bands, to: y)
        }
        var model = problem.model(.gradient())
        model.searchScore = .correlation
        #expect(throws: EncodingError.self) { try model.fit(bands, to: y) }
        // A voxel with NaN gets NaN, a constant one stays finite, and neither touches another.
        let clean = try problem.model(.gradient()).fit(bands, to: y)
        y[3, 1] = .nan
        for row in 0..<y.rows { y[row, 2] = 5 }
        let fit = try problem.model(.gradient()).fit(bands, to: y)
        #expect(fit.voxelsWithNaN == [1] && fit.bestSearchScores[1].isNaN && fit.scalings[0, 1].isNaN)
        #expect(fit.scalings[0, 2].isFinite)
        #expect(relativeError([fit.scalings[0, 0]], [clean.scalings[0, 0]]) < 1e-9)
    }
}
