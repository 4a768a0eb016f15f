import Encoding
import Tensors
import Testing

/// Options that a banded ridge shares with the other models but cannot have.
@Suite struct RidgeOptionsTests {
    @Test func modelsHoldOneSetOfOptions() {
        var ridge = Ridge(alphas: 3, folds: .kFold(2), intercept: false)
        ridge.searchScore = .r2
        #expect(ridge.options.searchScore == .r2 && ridge.options.alphas == 3)
        var kernel = KernelRidge(kernel: .rbf())
        kernel.options = ridge.options
        #expect(kernel.folds == .kFold(2) && !kernel.intercept)
    }

    @Test("a score that a single sample does not have cannot tell alphas apart, nor have a mean over folds")
    func leavingOneOut() throws {
        let x = Matrix<Double>(rows: 6, columns: 2, elements: [1, 2, 0, 3, 5, 1, 2, 2, 7, 4, 3, 9])
        let y = Matrix<Double>(rows: 6, columns: 1, elements: [1, 2, 4, 2, 6, 5])
        for score in [SearchScore.r2, .correlation] {
            let ridge = Ridge(alphas: [1, 10], folds: .kFold(6), searchScore: score, showsProgress: false)
            try refuses("single sample", "\(score)", "negativeSquaredError") { try ridge.fit(x, to: y) }
            let one = Ridge(alphas: [1], folds: .kFold(6), searchScore: score, showsProgress: false)
            _ = try one.fit(x, to: y)
            let halves = Ridge(alphas: [1, 10], folds: .kFold(3), searchScore: score, showsProgress: false)
            _ = try halves.fit(x, to: y)
        }
        let banded = BandedRidge(
            alphas: [1], candidates: .given([[1, 0], [0, 1]]), folds: .kFold(6), searchScore: .r2,
            showsProgress: false)
        try refuses("single sample", "\(SearchScore.r2)") { try banded.fit([x, x], to: y) }

        let model = Ridge(alphas: [1], folds: .kFold(2), showsProgress: false)
        let scores = try model.crossValidatedScores(x, to: y, outer: .kFold(6))
        #expect(scores.mean.r2[0].isNaN && scores.pooled.r2[0].isFinite)
        #expect(scores.mimeBundle.plainText?.contains("all held-out predictions together") == true)
        try refuses("single sample", "pooled") {
            try VariancePartition(["a": x, "b": x], to: y, model: model, outer: .kFold(5))
        }
        try refuses("single sample", "pooled") {
            try model.crossValidatedSplitScores([x, x], to: y, outer: .kFold(6))
        }
        try refuses("single sample", "pooled") {
            try model.scoresByLayer([(name: "a", features: { x })], to: y, runs: nil, outer: .kFold(6))
        }
    }

    @Test func optionsWithoutMeaningAreRefused() throws {
        let x = Matrix<Double>([[1], [2], [3], [5]])
        var banded = BandedRidge(alphas: 1, candidates: .given([[1]]), folds: .kFold(2), showsProgress: false)
        _ = try banded.fit([x], to: x)
        banded.scoresHeldOut = true
        try refuses("scoresHeldOut", "true", "crossValidatedScores") { try banded.fit([x], to: x) }
        banded.scoresHeldOut = false
        banded.alphaPerVoxel = false
        try refuses("alphaPerVoxel", "false") { try banded.fit([x], to: x) }
        var ridge = Ridge(folds: .kFold(2), memoryLimit: 0)
        try refuses("memoryLimit", "0 bytes") { try ridge.fit(x, to: x) }
        ridge.memoryLimit = .megabytes(.nan)
        try refuses("memoryLimit", "0 bytes") { try ridge.fit(x, to: x) }
    }

    @Test("a single alpha is fitted without folds: its search score is NaN, not that of a perfect prediction")
    func nothingToSearch() throws {
        var random = NumpyRandom(seed: 5)
        let (x, y) = (random.normal(20, 3), random.normal(20, 2))
        for alphaPerVoxel in [true, false] {
            let ridge = Ridge(
                alphas: 10, alphaPerVoxel: alphaPerVoxel, scoresHeldOut: false, showsProgress: false)
            let fit = try ridge.fit(x, to: y)
            #expect(fit.bestAlphas == [10, 10] && fit.coefficients.elements.allSatisfy(\.isFinite))
            #expect(fit.searchScores.elements.allSatisfy(\.isNaN) && fit.bestSearchScores.allSatisfy(\.isNaN))
            var scored = ridge
            scored.scoresHeldOut = true
            #expect(try scored.fit(x, to: y).bestSearchScores.allSatisfy { $0 < 0 })
        }
    }

    /// What a fold predicts after training on a constant is constant, whatever its rounding looks like.
    @Test(arguments: [5, 60])
    func aVoxelThatOnlyChangesInTheTestSamplesHasNoCorrelation(features: Int) throws {
        var random = NumpyRandom(seed: 4)
        let x = random.normal(30, features)
        var y = Matrix<Double>(rows: 30, columns: 1, repeating: 2)
        y[1, 0] = 3
        let (alphas, folds): (Alphas, Folds) = ([0.01, 1, 100], .kFold(4))
        let ridge = Ridge(alphas: alphas, folds: folds, searchScore: .correlation, showsProgress: false)
        #expect(try ridge.fit(x, to: y).searchScores.elements == [0, 0, 0])
        #expect(
            try ridge.fit(x.converted(to: Float.self), to: y.converted(to: Float.self)).searchScores.elements
                == [0, 0, 0])
        var through = ridge
        through.intercept = false
        #expect(try through.fit(x, to: y - 2).searchScores.elements == [0, 0, 0])
        let banded = BandedRidge(
            alphas: alphas, candidates: .given([[1, 1]]), folds: folds, searchScore: .correlation,
            showsProgress: false)
        #expect(try abs(banded.fit([x, x], to: y).searchScores[0, 0]) < 1e-8)
    }
}
