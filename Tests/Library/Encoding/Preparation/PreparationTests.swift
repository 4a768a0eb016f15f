import Display
import Encoding
import Tensors
import Testing

/// Fixtures/preparation.json: numpy's, himalaya's and scikit-learn's answers.
struct Preparation: Decodable {
    let features: [[Double]]
    let responses: [[Double]]
    let runs: [Int]
    let delays: [Int]
    let delayed: [[Double]]
    let polynomial: [[Double]]
    let cosine: [[Double]]
    let zScored: [[Double]]
    let permutation: [Int]
    let uniforms: [Double]
    let gaussians: [Double]
    let smallGammas: [Double]
    let largeGammas: [Double]
    let dirichlet: [[Double]]
    let nestedFeatures: [[Double]]
    let nestedResponses: [[Double]]
    let nestedAlphas: [Double]
    let nestedR2: [Double]
}

@Suite struct PreparationTests {
    /// The sum of a thousand equal numbers is rounded, and yet their column is known to be constant.
    @Test func longConstantColumnsAreConstant() throws {
        let x = Matrix<Double>(rows: 5000, columns: 3) { target in
            for i in target.indices { target[i] = i % 3 == 0 ? 0.1 : i % 3 == 1 ? 98.7 : Double(i % 7) }
        }
        let scores = try x.zScored()
        #expect(scores.columns(0..<2) == Matrix(rows: 5000, columns: 2))
        #expect(abs(scores.columns(2..<3).std() - 1) < 1e-12)
        let scaler = StandardScaler().fit(x)
        #expect(scaler.deviations[0] == 1 && scaler.deviations[1] == 1 && scaler.deviations[2] > 1.9)
        #expect(abs(scaler.means[0] - 0.1) < 1e-16 && abs(scaler.means[1] - 98.7) < 1e-13)
    }

    let expected: Preparation
    let runs: Runs

    init() throws {
        expected = try fixture("preparation")
        runs = try Runs(lengths: expected.runs)
    }

    @Test func delaysStayInTheirRun() throws {
        let x = Matrix<Double>(listed: expected.features)
        #expect(try x.delayed(by: expected.delays, runs: runs) == Matrix(listed: expected.delayed))
        #expect(throws: EncodingError.self) { try x.rows(0..<20).delayed(by: [1], runs: runs) }
    }

    /// The responses have a mean of 1000 and a deviation near 10: single precision keeps 1e-4 of the deviation.
    @Test func driftsAreRemoved() throws {
        let y = Matrix<Double>(listed: expected.responses)
        let polynomial = expected.polynomial.flatMap { $0 }
        let cosine = expected.cosine.flatMap { $0 }
        let drift = Drift.cosine(period: 20, repetitionTime: 2)
        #expect(
            relativeError(try y.detrended(.polynomial(degree: 2), runs: runs).elements, polynomial) < 1e-10)
        #expect(relativeError(try y.detrended(drift, runs: runs).elements, cosine) < 1e-10)
        let single = try y.converted(to: Float.self).detrended(.polynomial(degree: 2), runs: runs)
        #expect(relativeError(single.converted(to: Double.self).elements, polynomial) < 1e-3)
    }

    /// A polynomial of thousands of degrees takes minutes.
    @Test func driftsAreInterrupted() async {
        for drift in [Drift.polynomial(degree: 2), .savitzkyGolay(window: 5, degree: 2)] {
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try Matrix<Double>(rows: 10, columns: 1).detrended(drift)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func columnsAreZScoredByRun() throws {
        var y = Matrix<Double>(listed: expected.responses)
        #expect(relativeError(try y.zScored(runs: runs).elements, expected.zScored.flatMap { $0 }) < 1e-10)
        for row in 0..<10 { y[row, 0] = 1.1 }
        #expect(try y.zScored(runs: runs).column(0).prefix(10).allSatisfy { $0 == 0 })
    }

    @Test func scalerRemembersItsTrainingData() throws {
        let x = Matrix<Double>(listed: expected.features)
        let scaler = StandardScaler().fit(x.rows(0..<10))
        let test = try scaler.transform(x.rows(10..<23))
        let scaled = try scaler.transform(x.rows(0..<10))
        #expect(relativeError(scaled.elements, try x.rows(0..<10).zScored().elements) < 1e-12)
        let first = (x[12, 1] - scaler.means[1]) / scaler.deviations[1]
        #expect(abs(test[2, 1] - first) < 1e-12)
        #expect(throws: EncodingError.self) { try scaler.transform(x.columns(0..<2)) }
    }

    @Test func randomNumbersAreNumpys() throws {
        var random = NumpyRandom(seed: 5)
        #expect(random.permutation(100) == expected.permutation)
        #expect((0..<5).map { _ in random.uniform() } == expected.uniforms)
        #expect(relativeError((0..<5).map { _ in random.gaussian() }, expected.gaussians) < 1e-15)
        let small = try (0..<5).map { _ in try random.gamma(shape: 0.1) }
        #expect(relativeError(small, expected.smallGammas) < 1e-14)
        let large = try (0..<5).map { _ in try random.gamma(shape: 2.5) }
        #expect(relativeError(large, expected.largeGammas) < 1e-14)
    }

    @Test func nestedScoresAreThoseOfHimalaya() throws {
        let model = Ridge(alphas: Alphas(expected.nestedAlphas), folds: .kFold(4))
        let x = Matrix<Double>(listed: expected.nestedFeatures)
        let y = Matrix<Double>(listed: expected.nestedResponses)
        let scores = try model.crossValidatedScores(x, to: y, outer: .kFold(5, shuffledWithSeed: 1))
        #expect(relativeError(scores.mean.r2, expected.nestedR2) < 1e-9)
        #expect(scores.folds.count == 5)
    }

    @Test func fitsShowThemselves() throws {
        var y = Matrix<Float>(listed: expected.nestedResponses)
        y[0, 3] = .nan
        let fit = try Ridge(alphas: [1, 10, 100]).fit(Matrix<Float>(listed: expected.nestedFeatures), to: y)
        let text = try #require(fit.mimeBundle.plainText)
        #expect(
            text.contains("Ridge: 9 features, 5 voxels") && text.contains("with NaN, left out: 1 voxel (3)"))
        #expect(text.contains("R2") && text.contains("alpha "))
        #expect(fit.mimeBundle.contents["text/html"] != nil)
    }
}

struct ScoresCase: Decodable {
    let responses: [[Double]]
    let predictions: [[Double]]
    let r2: [Double]
    let r: [Double]
}

@Suite struct ScoresTests {
    @Test func scoresAreThoseOfHimalaya() throws {
        let example: ScoresCase = try fixture("scores")
        let scores = try VoxelScores(
            predictions: Matrix<Double>(listed: example.predictions),
            responses: Matrix(listed: example.responses))
        #expect(relativeError(scores.r2, example.r2) < 1e-10)
        #expect(relativeError(scores.r, example.r) < 1e-10)
        // A mean of 100 costs single precision two digits of seven.
        let single = try VoxelScores(
            predictions: Matrix<Float>(listed: example.predictions),
            responses: Matrix(listed: example.responses))
        #expect(relativeError(single.r2, example.r2) < 1e-5)
        #expect(relativeError(single.r, example.r) < 1e-5)
    }

    @Test func constantVoxelsHaveNoScore() throws {
        let y = Matrix<Float>(rows: 5, columns: 1, repeating: 0.1)
        let prediction = Matrix<Float>(rows: 5, columns: 1, elements: [1, 2, 3, 4, 5])
        #expect(try VoxelScores(predictions: prediction, responses: y).unscored == [0])
        for broken in [Float.nan, .infinity] {
            let bad = Matrix<Float>(rows: 5, columns: 1, elements: [1, broken, 3, 4, 5])
            #expect(try VoxelScores(predictions: prediction, responses: bad).r[0].isNaN)
            #expect(try VoxelScores(predictions: bad, responses: prediction).r[0].isNaN)
        }
    }

    /// The delay is the mean of the peak's gamma density; its maximum lies one dispersion earlier.
    @Test func theHemodynamicResponsePeaksOneDispersionBeforeItsDelay() throws {
        for (delay, dispersion) in [(6.0, 1.0), (7.0, 0.5)] {
            let response = HemodynamicResponse(delay: delay, dispersion: dispersion, ratio: 0)
            let samples = try response.samples(repetitionTime: 1, oversampling: 100)
            let peak = try #require(samples.indices.max { samples[$0] < samples[$1] })
            #expect(abs(Double(peak) / 100 - (delay - dispersion)) < 0.05)
            let mean = samples.enumerated().reduce(0) { $0 + Double($1.offset) / 100 * $1.element }
            #expect(abs(mean - delay) < 0.05)
        }
    }
}
