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
}
