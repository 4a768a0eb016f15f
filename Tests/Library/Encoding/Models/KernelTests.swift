import Encoding
import Tensors
import Testing

/// Fixtures/kernels.json: himalaya's kernel ridge and scikit-learn's principal components.
struct KernelFixture: Decodable {
    struct Case: Decodable {
        let kernel: String
        let gamma: Double?
        let intercept: Bool
        let bestAlphas: [Double]
        let bestScores: [Double]
        let dual: [[Double]]
        let predictions: [[Double]]

        var form: KernelRidge.Kernel {
            switch kernel {
            case "poly": .polynomial(degree: 2, offset: 0.5)
            case "rbf": .rbf(gamma: gamma)
            default: .linear
            }
        }
    }

    struct Components: Decodable {
        let data: [[Double]]
        let size: Double
        let components: [[Double]]
        let variances: [Double]
        let shares: [Double]
        let transformed: [[Double]]
    }

    let features: [[Double]]
    let test: [[Double]]
    let responses: [[Double]]
    let alphas: [Double]
    let cases: [Case]
    let pcas: [Components]
}

@Suite struct KernelTests {
    let expected: KernelFixture

    init() throws { expected = try fixture("kernels") }

    /// So many samples that single precision is enough for the decomposition; the distances must keep their digits.
    @Test func distancesDoNotDependOnAnOffset() throws {
        var random = NumpyRandom(seed: 6)
        let features = random.normal(600, 20)
        let responses = (features.columns(0..<3) + random.normal(600, 3)).converted(to: Float.self)
        let model = KernelRidge(kernel: .rbf(), alphas: [1], scoresHeldOut: false, showsProgress: false)
        let predictions = try [0.0, 1000].map { offset -> [Double] in
            let x = (features + offset).converted(to: Float.self)
            return try model.fit(x, to: responses).predict(x).elements.map { Double($0) }
        }
        #expect(relativeError(predictions[1], predictions[0]) < 1e-2)
    }

    /// Dual coefficients of tiny alphas are so large that their rounding would show in the predictions.
    @Test func tinyAlphasInFloatPredictAsInDouble() throws {
        var random = NumpyRandom(seed: 12)
        let x = random.normal(100, 2).converted(to: Float.self)
        let y = random.normal(100, 3).converted(to: Float.self)
        let (wideX, wideY) = (x.converted(to: Double.self), y.converted(to: Double.self))
        for intercept in [true, false] {
            let model = KernelRidge(
                kernel: .rbf(), alphas: [1e-6], folds: .kFold(2), intercept: intercept, showsProgress: false)
            let predictions = try model.fit(x, to: y).predict(x)
            let expected = try model.fit(wideX, to: wideY).predict(wideX)
            #expect(relativeError(predictions.elements.map { Double($0) }, expected.elements) < 1e-5)
        }
    }

    @Test func kernelRidgeAgreesWithHimalaya() throws {
        let x = Matrix<Double>(listed: expected.features)
        let y = Matrix<Double>(listed: expected.responses)
        #expect(expected.cases.count == 8)
        for example in expected.cases {
            let model = KernelRidge(
                kernel: example.form, alphas: Alphas(expected.alphas), intercept: example.intercept)
            let fit = try model.fit(x, to: y)
            #expect(relativeError(fit.bestAlphas, example.bestAlphas) < 1e-12)
            let predictions = try fit.predict(Matrix(listed: expected.test))
            #expect(relativeError(predictions.elements, example.predictions.flatMap { $0 }) < 1e-6)
            // A linear kernel of 6 features has 6 directions; himalaya's dual weights keep noise in the other 34.
            if example.kernel == "rbf" {
                #expect(relativeError(fit.dualCoefficients.elements, example.dual.flatMap { $0 }) < 1e-6)
            }
            let single = try model.fit(x.converted(to: Float.self), to: y.converted(to: Float.self))
            #expect(relativeError(single.bestAlphas, example.bestAlphas) < 1e-12)
            let rough = try single.predict(Matrix(listed: expected.test)).converted(to: Double.self)
            #expect(relativeError(rough.elements, example.predictions.flatMap { $0 }) < 1e-3)
        }
    }

    @Test func precomputedLinearKernelIsRidge() throws {
        let x = Matrix<Double>(listed: expected.features)
        let y = Matrix<Double>(listed: expected.responses)
        let test = Matrix<Double>(listed: expected.test)
        let alphas = Alphas(expected.alphas)
        let fit = try KernelRidge(kernel: .precomputed, alphas: alphas).fit(
            multiply(x, x, transposed: true), to: y)
        let ridge = try Ridge(alphas: alphas).fit(x, to: y)
        #expect(fit.bestAlphas == ridge.bestAlphas)
        let predictions = try fit.predict(multiply(test, x, transposed: true))
        #expect(relativeError(predictions.elements, try ridge.predict(test).elements) < 1e-8)
        #expect(relativeError(fit.scores.r2, ridge.scores.r2) < 1e-8)
        #expect(throws: EncodingError.self) { try KernelRidge(kernel: .precomputed).fit(x, to: y) }
    }

    @Test func whatIsNoKernelIsRefused() throws {
        let x = Matrix<Double>(listed: expected.features)
        let y = Matrix<Double>(listed: expected.responses)
        let bad: [KernelRidge.Kernel] = [
            .polynomial(degree: 0), .polynomial(gamma: -1), .polynomial(offset: -1), .polynomial(gamma: .nan),
            .rbf(gamma: 0), .rbf(gamma: .infinity),
        ]
        for kernel in bad {
            #expect(throws: EncodingError.self) { try KernelRidge(kernel: kernel).fit(x, to: y) }
        }
        var kernel = multiply(x, x, transposed: true)
        kernel[7, 3] += 1
        let error = #expect(throws: EncodingError.self) {
            try KernelRidge(kernel: .precomputed).fit(kernel, to: y)
        }
        #expect(error?.description.contains("samples 7 and 3") == true)
    }

    /// NaN and constant voxels are named, and get NaN for their scores.
    @Test func voxelsThatCannotBeScoredAreNamed() throws {
        let x = Matrix<Double>(listed: expected.features)
        var y = Matrix<Double>(listed: expected.responses)
        y[3, 0] = .nan
        for row in 0..<y.rows { y[row, 2] = 7.1 }
        let fit = try KernelRidge(showsProgress: false).fit(x, to: y)
        #expect(fit.voxelsWithNaN == [0] && fit.constantVoxels == [2])
        #expect(fit.scores.unscored == [0, 2])
        let scores = try fit.score(x, to: y)
        #expect(scores.unscored == [0, 2])
    }

    @Test func componentsAreThoseOfScikitLearn() throws {
        #expect(expected.pcas.count == 4)
        for example in expected.pcas {
            let data = Matrix<Double>(listed: example.data)
            let size: PCASize = example.size < 1 ? .variance(example.size) : .count(Int(example.size))
            let pca = try PCA(size).fit(data)
            #expect(relativeError(pca.components.elements, example.components.flatMap { $0 }) < 1e-10)
            #expect(relativeError(pca.variances, example.variances) < 1e-12)
            #expect(relativeError(pca.varianceShares, example.shares) < 1e-12)
            #expect(
                relativeError(try pca.transform(data).elements, example.transformed.flatMap { $0 }) < 1e-10)
            let single = try PCA(size).fit(data.converted(to: Float.self))
            let components = single.components.converted(to: Double.self)
            #expect(relativeError(components.elements, example.components.flatMap { $0 }) < 1e-5)
        }
        #expect(throws: EncodingError.self) {
            try PCA(.count(7)).fit(Matrix<Double>(listed: expected.features))
        }
    }
}
