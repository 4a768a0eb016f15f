import Encoding
import Tensors
import Testing

/// Fixtures/borders.json: scipy's and numpy's answers at the borders.
struct BordersFixture: Decodable {
    struct Ranked: Decodable {
        let values: [Double]
        let statistic: Double
        let p: Double
    }

    struct Scaled: Decodable {
        let values: [Double]
        let scales: [Double]
        let statistic: Double
        let p: Double
    }

    struct Unlike: Decodable {
        let name: String
        let features: [[Double]]
        let responses: [[Double]]
        let alphas: [Double]
        let bestAlphas: [Double]
        let searchScores: [[Double]]
        let scaledWeights: [[Double]]
        let scales: [Double]
    }

    let ranks: [Ranked]
    let t: Scaled
    let unlikeScales: [Unlike]
}

@Suite struct BorderTests {
    let expected: BordersFixture
    let x: Matrix<Double>
    let y: Matrix<Double>

    init() throws {
        expected = try fixture("borders")
        var random = NumpyRandom(seed: 8)
        x = random.normal(40, 3)
        let noise = random.normal(40, 4)
        let weights = random.normal(3, 4)
        var signal = multiply(x, weights)
        for row in 0..<40 { for voxel in 0..<4 { signal[row, voxel] += noise[row, voxel] } }
        y = signal
    }

    @Test func rankTestsWithTiesAndZerosAreScipys() throws {
        for (number, known) in expected.ranks.enumerated() {
            let found = try PairedTest.wilcoxon(known.values)
            #expect(found.statistic == known.statistic, "sample \(number)")
            #expect(abs(found.p / known.p - 1) < 1e-10, "sample \(number): \(found.p), not \(known.p)")
        }
        try refuses("other than 0", "at least 1") { try PairedTest.wilcoxon([0, 0]) }
        try refuses("number of differences", "0") { try PairedTest.wilcoxon([]) }
        try refuses("difference number 1", "nan") { try PairedTest.wilcoxon([0, .nan]) }
    }

    @Test func tTestsOfHugeAndTinyNumbers() throws {
        let known = expected.t
        for scale in known.scales {
            let found = try PairedTest.t(known.values.map { $0 / 4 * scale })
            #expect(abs(found.statistic / known.statistic - 1) < 1e-12, "times \(scale)")
            #expect(abs(found.p / known.p - 1) < 1e-10, "times \(scale)")
        }
        // Equal differences: scipy's t is infinite and its p 0; without any difference both are NaN.
        #expect(try PairedTest.t([0.5, 0.5, 0.5]).p == 0)
        #expect(try PairedTest.t([0, 0]).p.isNaN)
    }

    @Test func columnsOfUnlikeScalesKeepTheirDigits() throws {
        for known in expected.unlikeScales {
            let (features, responses) = (
                Matrix<Double>(listed: known.features), Matrix<Double>(listed: known.responses)
            )
            let fit = try Ridge(alphas: Alphas(known.alphas), folds: .kFold(4)).fit(features, to: responses)
            for (alpha, scores) in known.searchScores.enumerated() {
                #expect(relativeError(fit.searchScores.row(alpha), scores) < 1e-6, "\(known.name), \(alpha)")
            }
            #expect(relativeError(fit.bestAlphas, known.bestAlphas) < 1e-12, "\(known.name)")
            let weights = (0..<features.columns).map { row in
                fit.coefficients.row(row).map { $0 * known.scales[row] }
            }
            #expect(
                relativeError(weights.flatMap { $0 }, known.scaledWeights.flatMap { $0 }) < 1e-6,
                "\(known.name)")
            // One candidate that scales both bands by 1 is the same model.
            let bands = [features.columns(0..<3), features.columns(3..<features.columns)]
            let banded = try BandedRidge(
                alphas: Alphas(known.alphas), candidates: .given([[1, 1]]), folds: .kFold(4)
            ).fit(bands, to: responses)
            #expect(relativeError(banded.bestAlphas, known.bestAlphas) < 1e-12, "\(known.name)")
            let rows = banded.coefficients.flatMap { part in (0..<part.rows).map { part.row($0) } }
            let found = rows.enumerated().flatMap { row, weights in weights.map { $0 * known.scales[row] } }
            #expect(relativeError(found, known.scaledWeights.flatMap { $0 }) < 1e-6, "\(known.name)")
            try refuses("refinement", "alpha") {
                try BandedRidge(
                    alphas: Alphas(known.alphas), candidates: .given([[1, 1]]), folds: .kFold(4),
                    refinement: .gradient()
                ).fit(bands, to: responses)
            }
            let kernel = try KernelRidge(alphas: Alphas(known.alphas), folds: .kFold(4)).fit(
                features, to: responses)
            if known.name == "tall" {
                #expect(kernel.mimeBundle.plainText?.contains("rounding shows in the predictions") == true)
            }
        }
    }

    /// The alpha must not depend on the unit of the responses; himalaya's fixed slope for ties would take the largest.
    @Test func unitsOfTheResponsesDoNotMatter() throws {
        let alphas = Alphas.logspace(-2, 4, count: 13)
        let plain = try Ridge(alphas: alphas).fit(x, to: y)
        let bands = [x.columns(0..<1), x.columns(1..<3)]
        let banded = BandedRidge(alphas: alphas, candidates: .dirichlet(5, seed: 1))
        let plainBanded = try banded.fit(bands, to: y)
        for scale in [1e-3, 1e-6, 1e-13, 1e6] {
            let scaled = Matrix(rows: y.rows, columns: y.columns, elements: y.elements.map { $0 * scale })
            #expect(try Ridge(alphas: alphas).fit(x, to: scaled).bestAlphas == plain.bestAlphas, "\(scale)")
            #expect(try KernelRidge(alphas: alphas).fit(x, to: scaled).bestAlphas == plain.bestAlphas)
            let shared = Ridge(alphas: alphas, alphaPerVoxel: false)
            #expect(try shared.fit(x, to: scaled).bestAlphas == shared.fit(x, to: y).bestAlphas)
            #expect(try banded.fit(bands, to: scaled).bestCandidates == plainBanded.bestCandidates)
            #expect(try banded.fit(bands, to: scaled).bestAlphas == plainBanded.bestAlphas)
        }
        let chosen = Set(plain.bestAlphas)
        #expect(!chosen.contains(1e4), "voxels that follow the features do not take the largest alpha")
    }

    /// The same where squares of the responses vanish in single precision.
    @Test func tinyResponsesInSinglePrecisionDoNotMatter() throws {
        let (features, responses) = (x.converted(to: Float.self), y.converted(to: Float.self))
        let tiny = responses * 0x1p-90
        for sharesAlpha in [false, true] {
            let ridge = Ridge(alphas: .logspace(-2, 4, count: 13), alphaPerVoxel: !sharesAlpha)
            let plain = try ridge.fit(features, to: responses)
            let fit = try ridge.fit(features, to: tiny)
            #expect(fit.bestAlphas == plain.bestAlphas)
            #expect(relativeError(fit.scores.r2, plain.scores.r2) < 1e-6)
            #expect(relativeError(fit.bestSearchScores.map { $0 * 0x1p180 }, plain.bestSearchScores) < 1e-6)
            let score = try fit.score(features, to: tiny)
            #expect(relativeError(score.r2, try plain.score(features, to: responses).r2) < 1e-4)
        }
        let kernel = KernelRidge(alphas: .logspace(-2, 4, count: 13))
        let plainKernel = try kernel.fit(features, to: responses)
        let tinyKernel = try kernel.fit(features, to: tiny)
        #expect(tinyKernel.bestAlphas == plainKernel.bestAlphas)
        #expect(relativeError(tinyKernel.scores.r, plainKernel.scores.r) < 1e-6)
        let banded = BandedRidge(alphas: .logspace(-2, 4, count: 13), candidates: .dirichlet(5, seed: 1))
        let bands = [features.columns(0..<1), features.columns(1..<3)]
        let plainBands = try banded.fit(bands, to: responses)
        let tinyBands = try banded.fit(bands, to: tiny)
        #expect(tinyBands.bestCandidates == plainBands.bestCandidates)
        #expect(tinyBands.bestAlphas == plainBands.bestAlphas)
        let found = tinyBands.bestSearchScores.map { $0 * 0x1p180 }
        #expect(relativeError(found, plainBands.bestSearchScores) < 1e-6)
        let score = try tinyBands.score(bands, to: tiny)
        #expect(relativeError(score.r2, try plainBands.score(bands, to: responses).r2) < 1e-4)
        // One voxel among others.
        var mixed = responses
        for row in 0..<mixed.rows { mixed[row, 2] = tiny[row, 2] }
        let fit = try Ridge(alphas: .logspace(-2, 4, count: 13)).fit(features, to: mixed)
        let plain = try Ridge(alphas: .logspace(-2, 4, count: 13)).fit(features, to: responses)
        #expect(fit.bestAlphas == plain.bestAlphas)
    }

    /// Numbers whose squares overflow are left out like infinite ones, and touch no other voxel.
    @Test func hugeNumbersDoNotBecomeAnswers() throws {
        var huge = y
        for row in 0..<huge.rows { huge[row, 1] *= 1e200 }
        let fit = try Ridge().fit(x, to: huge)
        #expect(fit.voxelsWithNaN == [1] && fit.bestAlphas[1].isNaN && fit.scores.r2[1].isNaN)
        #expect(fit.bestAlphas[0] == (try Ridge().fit(x, to: y)).bestAlphas[0])
        #expect(try KernelRidge().fit(x, to: huge).voxelsWithNaN == [1])
        #expect(try BandedRidge().fit([x], to: huge).voxelsWithNaN == [1])
        var features = x
        features[3, 1] = 1e200
        try refuses("squared features", "finite") { try Ridge().fit(features, to: y) }
        try refuses("kernel of samples", "finite") { try KernelRidge().fit(features, to: y) }
        try refuses("squared features", "finite") { try BandedRidge().fit([x, features], to: y) }
        try refuses("kernel of samples", "lower gamma or degree") {
            try KernelRidge(kernel: .polynomial(degree: 4000)).fit(x, to: y)
        }
    }

    /// Nor does it matter where features lie: what they and the intercept have in common must not cost their digits.
    @Test func predictionsInSingleDoNotDependOnAnOffsetOfTheFeatures() throws {
        var random = NumpyRandom(seed: 61)
        let x = (random.normal(80, 100) + 1e4).converted(to: Float.self)
        let wide = x.converted(to: Double.self)
        let y = multiply(wide - 1e4, random.normal(100, 3)).converted(to: Float.self)
        let ridge = Ridge(alphas: [10], folds: .kFold(2), showsProgress: false)
        let expected = try ridge.fit(wide, to: y.converted(to: Double.self)).predict(wide).elements
        let single = try ridge.fit(x, to: y).predict(x)
        #expect(relativeError(single.elements.map { Double($0) }, expected) < 1e-5)
        let banded = BandedRidge(
            alphas: [10], candidates: .given([[1, 1]]), folds: .kFold(2), showsProgress: false)
        let bands = [x.columns(0..<40), x.columns(40..<100)]
        let byBands = try banded.fit(bands, to: y).predict(bands)
        #expect(relativeError(byBands.elements.map { Double($0) }, expected) < 1e-5)
    }

    /// The unit says nothing of how predictions go together with responses, even if products of sums of squares are
    /// beyond the range of numbers.
    @Test func correlationsDoNotDependOnTheUnit() throws {
        var random = NumpyRandom(seed: 2)
        let responses = random.normal(50, 3)
        let predictions = responses + random.normal(50, 3)
        let expected = try VoxelScores(predictions: predictions, responses: responses).r
        for unit in [1e100, 1e-100] {
            let (y, x) = (responses * unit, predictions * unit)
            #expect(try relativeError(VoxelScores(predictions: x, responses: y).r, expected) < 1e-12)
            #expect(try relativeError(SplitScores(parts: [x], responses: y).joint.r, expected) < 1e-12)
        }
    }

    /// Where predictions lie says nothing of how they go together with responses.
    @Test func correlationsDoNotDependOnAnOffset() throws {
        var random = NumpyRandom(seed: 2)
        let responses = random.normal(50, 3)
        let predictions = responses + random.normal(50, 3)
        let expected = try VoxelScores(predictions: predictions, responses: responses).r
        for offset in [1e3, 1e5, 1e8] {
            let found = try VoxelScores(predictions: predictions + offset, responses: responses).r
            #expect(relativeError(found, expected) < 1e-7)
            let split = try SplitScores(parts: [predictions + offset], responses: responses)
            #expect(relativeError(split.joint.r, expected) < 1e-6)
        }
        let intervals = try [0.0, 1e8].map { offset -> [Double] in
            try ScoreIntervals(
                predictions: predictions + offset, responses: responses, blockLength: 5, resamples: 50
            ).r.map { $0?.lowerBound ?? .nan }
        }
        #expect(relativeError(intervals[1], intervals[0]) < 1e-6)
        let constant = Matrix<Double>(rows: 50, columns: 3, repeating: 0.1)
        #expect(try SplitScores(parts: [constant], responses: responses).r == [[0, 0, 0]])
        #expect(try VoxelScores(predictions: constant, responses: responses).r == [0, 0, 0])
        let single = constant.converted(to: Float.self)
        let responsesInSingle = responses.converted(to: Float.self)
        #expect(try VoxelScores(predictions: single, responses: responsesInSingle).r == [0, 0, 0])
    }

    /// Shares and what the intercept takes sum to the score, where test and training means differ too.
    @Test func sharesSumToTheScore() throws {
        let bands = [x.columns(0..<1), x.columns(1..<3)]
        var shifted = y
        for row in 20..<40 { for voxel in 0..<4 { shifted[row, voxel] += 1.5 } }
        let (train, test) = (Array(0..<20), Array(20..<40))
        let testBands = bands.map { $0.rows(at: test) }
        for intercept in [true, false] {
            let model = BandedRidge(
                alphas: .logspace(-1, 3, count: 5), candidates: .dirichlet(5, seed: 1), intercept: intercept)
            let fit = try model.fit(bands.map { $0.rows(at: train) }, to: shifted.rows(at: train))
            let score = try fit.score(testBands, to: shifted.rows(at: test))
            let split = try fit.splitScores(testBands, to: shifted.rows(at: test))
            #expect(relativeError(split.joint.r2, score.r2) < 1e-10)
            #expect(relativeError(split.joint.r, score.r) < 1e-10)
            let sums = (0..<4).map { split.r2[0][$0] + split.r2[1][$0] + split.offsetR2[$0] }
            #expect(relativeError(sums, score.r2) < 1e-10)
            #expect(split.offsetR2.allSatisfy { $0 < -0.05 }, "the means differ")
            #expect(split.mimeBundle.plainText?.contains("the prediction's constant") == true)
            for model in [model, Pipeline(StandardScaler(), into: model)] as [any EncodingModel] {
                let outer = Folds.kFold(4)
                let crossed = try model.crossValidatedSplitScores(bands, to: shifted, outer: outer)
                let mean = try model.crossValidatedScores(bands, to: shifted, outer: outer).mean
                #expect(relativeError(crossed.joint.r2, mean.r2) < 1e-10)
                #expect(relativeError(crossed.joint.r, mean.r) < 1e-10)
            }
        }
        // A voxel with a NaN has no share of anything.
        var broken = y
        broken[2, 1] = .nan
        let split = try SplitScores(
            parts: [x, x].map { multiply($0, Matrix(rows: 3, columns: 4, repeating: 1)) }, responses: broken)
        #expect(split.r2[0][1].isNaN && split.r[0][1].isNaN && split.joint.r[1].isNaN && !split.r[0][0].isNaN)
        try refuses("number of parts", "0") { try SplitScores(parts: [], responses: y) }
        try refuses("constants", "4") { try SplitScores(parts: [y], responses: y, constants: [1]) }
    }

    @Test func indefiniteKernelsAreRefused() throws {
        let kernel = multiply(x, x, transposed: true)
        var indefinite = kernel
        for i in 0..<40 { indefinite[i, i] -= 5 }
        try refuses("precomputed kernel", "indefinite", "diagonal") {
            try KernelRidge(kernel: .precomputed, intercept: false).fit(indefinite, to: y)
        }
        try refuses("precomputed kernel", "indefinite") {
            try KernelRidge(kernel: .precomputed, alphas: 10, scoresHeldOut: false).fit(indefinite, to: y)
        }
        try refuses("precomputed kernel", "indefinite") {
            try KernelRidge(kernel: .precomputed).fit(
                indefinite.converted(to: Float.self), to: y.converted(to: Float.self))
        }
        // Minus half the squared distances have no negative eigenvalue once they are centered: then they are the linear kernel.
        var distances = kernel
        for i in 0..<40 { for j in 0..<40 { distances[i, j] -= (kernel[i, i] + kernel[j, j]) / 2 } }
        let linear = try KernelRidge(kernel: .linear).fit(x, to: y)
        let centered = try KernelRidge(kernel: .precomputed).fit(distances, to: y)
        #expect(centered.bestAlphas == linear.bestAlphas)
        #expect(relativeError(centered.scores.r2, linear.scores.r2) < 1e-8)
        try refuses("precomputed kernel", "indefinite") {
            try KernelRidge(kernel: .precomputed, intercept: false).fit(distances, to: y)
        }
        // Rounding of single precision is no negative eigenvalue.
        let rounded = multiply(x.converted(to: Float.self), x.converted(to: Float.self), transposed: true)
        #expect(
            try KernelRidge(kernel: .precomputed).fit(rounded.converted(to: Double.self), to: y)
                .constantVoxels == [])
    }

    @Test func choicesAtTheEndsOfTheGridAreTold() throws {
        var random = NumpyRandom(seed: 3)
        let noise = random.normal(40, 6)
        let fit = try Ridge(alphas: [0.1, 1, 10]).fit(x, to: noise.beside(y))
        let (low, high) = (fit.bestAlphas.count { $0 == 0.1 }, fit.bestAlphas.count { $0 == 10 })
        #expect(high > 0)
        for text in [
            fit.mimeBundle.plainText, "\(fit)",
            try Pipeline(StandardScaler(), into: Ridge(alphas: [0.1, 1, 10])).fit(x, to: noise.beside(y))
                .mimeBundle.plainText,
        ] {
            #expect(text?.contains("of 10 voxels chose the largest alpha of the grid (10)") == true)
        }
        #expect("\(fit)".contains("\(high) of 10 voxels chose the largest alpha"))
        #expect("\(fit)".contains("the smallest alpha of the grid (0.1)") == (low > 0))
        let kernel = try KernelRidge(alphas: [0.1, 1, 10]).fit(x, to: noise)
        #expect("\(kernel)".contains("of 6 voxels chose the largest alpha of the grid (10)"))
        let banded = try BandedRidge(alphas: [0.1, 1, 10]).fit([x], to: noise)
        #expect("\(banded)".contains("of 6 voxels chose the largest alpha of the grid (10)"))
        // A grid of one has no ends.
        #expect(!"\(try Ridge(alphas: 10).fit(x, to: noise))".contains("of the grid"))
    }
}

/// Expects an `EncodingError` whose words hold all of `words`.
func refuses<Result>(
    _ words: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) throws {
    do {
        _ = try body()
        Issue.record("was accepted", sourceLocation: sourceLocation)
    } catch let error as EncodingError {
        for word in words where !"\(error)".contains(word) {
            Issue.record("\"\(error)\" does not say \"\(word)\"", sourceLocation: sourceLocation)
        }
    }
}
