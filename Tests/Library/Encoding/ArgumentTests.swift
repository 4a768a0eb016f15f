import Encoding
import Tensors
import Testing

/// Every argument that has no meaning is refused by its name, with what came and what was expected.
@Suite struct ArgumentTests {
    let x: Matrix<Double>
    let y: Matrix<Double>

    init() {
        var random = NumpyRandom(seed: 5)
        x = random.normal(30, 4)
        y = random.normal(30, 3)
    }

    @Test func gridsOfAlphas() throws {
        for alphas in [Alphas([]), .logspace(0, 3, count: 0), .logspace(0, 3, count: -2)] {
            try refuses("grid of alphas", "empty") { try Ridge(alphas: alphas).fit(x, to: y) }
            try refuses("grid of alphas", "empty") { try KernelRidge(alphas: alphas).fit(x, to: y) }
            try refuses("grid of alphas", "empty") { try BandedRidge(alphas: alphas).fit([x], to: y) }
        }
        for bad in [-1, 0, Double.nan, .infinity] {
            try refuses("an alpha", "above 0 and finite") {
                try Ridge(alphas: [1, Alphas([bad]).values[0]]).fit(x, to: y)
            }
        }
        // The order and doubles of a grid do not matter.
        let plain = try Ridge(alphas: [1, 10, 100]).fit(x, to: y)
        let mixed = try Ridge(alphas: [100, 1, 10, 10, 1]).fit(x, to: y)
        #expect(plain.bestAlphas == mixed.bestAlphas && mixed.alphas == [1, 10, 100])
    }

    /// Runs that fit the responses are not what is wrong.
    @Test func featuresOfFewerSamplesThanTheResponses() throws {
        let runs = try Runs(lengths: [15, 15])
        for model in [Ridge(folds: .leaveOneRunOut), KernelRidge(folds: .leaveOneRunOut)]
            as [any EncodingModel]
        {
            try refuses("features", "29", "30") {
                try model.fitted(bands: [x.rows(0..<29)], responses: y, runs: runs, samples: nil)
            }
        }
        try refuses("responses", "30", "29") {
            try Ridge(folds: .leaveOneRunOut).fit(x.rows(0..<29), to: y, runs: runs)
        }
        try refuses("responses", "30", "29") {
            try KernelRidge(folds: .leaveOneRunOut).fit(x.rows(0..<29), to: y, runs: runs)
        }
    }

    @Test func folds() throws {
        for count in [-3, 0, 1, 31] {
            try refuses("30 samples", "\(count) folds") { try Ridge(folds: .kFold(count)).fit(x, to: y) }
            try refuses("30 samples", "\(count) folds") {
                try Ridge(folds: .kFold(count, shuffledWithSeed: 1)).fit(x, to: y)
            }
        }
        for samples in [-1, 0] {
            try refuses("number of samples", "\(samples)", "1 or more") {
                try Folds.kFold(2).splits(samples: samples)
            }
        }
        try refuses("pass `runs:`") { try Ridge(folds: .leaveOneRunOut).fit(x, to: y) }
        try refuses("2 or more runs", "1") {
            try Ridge(folds: .leaveOneRunOut).fit(x, to: y, runs: Runs(lengths: [30]))
        }
        try refuses("2 or more groups") { try Folds.leaveOneGroupOut(groups: [1, 1]).splits(samples: 2) }
        try refuses("groups", "2", "30") {
            try Ridge(folds: .leaveOneGroupOut(groups: [1, 2])).fit(x, to: y)
        }
        try refuses("2 groups", "3 folds") { try Folds.groupKFold(3, groups: [1, 1, 2]).splits(samples: 3) }
        try refuses("no split") { try Folds.predefined([-1, -1]).splits(samples: 2) }
        try refuses("no split") { try Folds.splits([]).splits(samples: 2) }
        try refuses("sample 9") { try Folds.splits([Fold(train: [0], test: [9])]).splits(samples: 2) }
        try refuses("sample -1") { try Folds.splits([Fold(train: [-1], test: [0])]).splits(samples: 2) }
        try refuses("more than once") {
            try Folds.splits([Fold(train: [0, 1], test: [1])]).splits(samples: 2)
        }
        try refuses("0 training") { try Folds.splits([Fold(train: [], test: [1])]).splits(samples: 2) }
        let beyond = Folds.splits([Fold(train: [0, 1, 10, 11, 20, 21], test: [2, 12, 22, 40])])
        try refuses("split 0 names sample 40") {
            try Ridge(folds: beyond).heldOutPredictions(x, to: y, outer: .kFold(3))
        }
        try refuses("split 0 names sample 40") { try Folds.kFold(3).nested(inner: beyond, samples: 30) }
        // A fold for each sample, and one training sample, are folds.
        #expect(try Ridge(folds: .kFold(30)).fit(x, to: y).scores.count == 3)
        #expect(try Ridge(folds: .kFold(2)).fit(x.rows(0..<2), to: y.rows(0..<2)).scores.count == 3)
    }

    @Test func runs() throws {
        try refuses("number of runs", "0") { try Runs(lengths: []) }
        try refuses("number of runs", "0") { try Runs(labels: [String]()) }
        try refuses("run 1", "0") { try Runs(lengths: [3, 0]) }
        try refuses("run 0", "-4") { try Runs(lengths: [-4]) }
        try refuses("lengths of the runs") { try Runs(lengths: [Int.max, 1]) }
        try refuses("run a begins again at sample 3") { try Runs(labels: ["a", "a", "b", "a"]) }
        let runs = try Runs(lengths: [10, 10])
        try refuses("runs", "20", "30") { try x.zScored(runs: runs) }
        try refuses("runs", "20", "30") { try Ridge(folds: .leaveOneRunOut).fit(x, to: y, runs: runs) }
        try refuses("samples to trim", "-1") { try runs.trimmed(first: -1) }
        try refuses("run 0", "5 and 5") { try runs.trimmed(first: 5, last: 5) }
        try refuses("run 0") { try runs.keptSamples(first: .max, last: .max) }
    }

    @Test func delaysOfImpulses() throws {
        let events = [StimulusEvent(onset: 0, condition: "a")]
        for delays in [[], [-1], [20]] {
            try refuses("the delays", "0 to 19") {
                try GLM(.finiteImpulse(delays: delays), repetitionTime: 2).design(of: events, samples: 20)
            }
        }
        try refuses("the repetition time", "1e-300 s", "at most 100,000,000 steps") {
            try GLM(repetitionTime: 1e-300).design(of: events, samples: 20)
        }
        // Two regressors that are the same would have half of the beta each.
        try refuses("the delays", "[0, 1, 0]", "all different") {
            try GLM(.finiteImpulse(delays: [0, 1, 0]), repetitionTime: 2).design(of: events, samples: 20)
        }
    }

    @Test func delaysAndDrifts() throws {
        let runs = try Runs(lengths: [20, 10])
        try refuses("list of delays", "empty") { try x.delayed(by: []) }
        try refuses("a delay", "10 samples", "10 samples") { try x.delayed(by: [1, 10], runs: runs) }
        try refuses("a delay", "-30 samples") { try x.delayed(by: [-30]) }
        try refuses("a delay") { try x.delayed(by: [.min]) }
        try refuses("list of delays", "2 twice") { try x.delayed(by: [2, 1, 2]) }
        #expect(try x.delayed(by: [9, -9], runs: runs).columns == 8)
        try refuses("a delay") { try Pipeline(Delays([40]), into: Ridge()).fit(x, to: y) }
        // More of them than memory holds.
        let many = Delays(1...1_000_000_000_000_000)
        #expect(many.description == "delays by 1 to 1000000000000000 samples")
        try refuses("a delay", "30 samples") { try Pipeline(many, into: Ridge()).fit(x, to: y) }
        try refuses("a delay") { try Delays(Int.min...Int.max).transform(x, runs: nil) }
        #expect(try Delays(1...2).transform(x, runs: runs) == x.delayed(by: [1, 2], runs: runs))
        try refuses("degree of the drift", "-1") { try x.detrended(.polynomial(degree: -1)) }
        try refuses("degree of the drift", "9", "10 samples") {
            try x.detrended(.polynomial(degree: 9), runs: runs)
        }
        #expect(try x.detrended(.polynomial(degree: 8), runs: runs).rows == 30)
        for (period, time) in [(0.0, 2.0), (.nan, 2), (.infinity, 2), (-1, 2), (100, 0), (100, .nan)] {
            try refuses(period > 0 && period.isFinite ? "repetition time" : "period", "above 0 s") {
                try x.detrended(.cosine(period: period, repetitionTime: time))
            }
        }
        try refuses("period of the drift", "left") {
            try x.detrended(.cosine(period: 1e-300, repetitionTime: 2))
        }
        for window in [-3, 0, 4, 31] {
            try refuses("window of the drift", "\(window)") {
                try x.detrended(.savitzkyGolay(window: window, degree: 1))
            }
        }
        try refuses("degree of the drift", "5") { try x.detrended(.savitzkyGolay(window: 5, degree: 5)) }
    }

    @Test func hemodynamicResponses() throws {
        func convolved(_ change: (inout HemodynamicResponse) -> Void, time: Double = 2) throws {
            var response = HemodynamicResponse.spm
            change(&response)
            _ = try x.convolved(with: response, repetitionTime: time)
        }
        try refuses("repetition time", "0") { try convolved({ _ in }, time: 0) }
        try refuses("repetition time", "inf") { try convolved({ _ in }, time: .infinity) }
        try refuses("delay of the response", "-1") { try convolved { $0.delay = -1 } }
        try refuses("undershoot", "nan") { try convolved { $0.undershoot = .nan } }
        try refuses("dispersion", "0") { try convolved { $0.dispersion = 0 } }
        try refuses("ratio", "nan") { try convolved { $0.ratio = .nan } }
        try refuses("length", "0.0 s") { try convolved { $0.length = 0 } }
        try refuses("oversampling", "-2") {
            try HemodynamicResponse.spm.samples(repetitionTime: 2, oversampling: -2)
        }
        // More steps of a repetition than the response has samples.
        for steps in [5_000_000_000_000_000_000, Int.max] {
            let weights = try HemodynamicResponse.glover.weights(repetitionTime: 1e16, oversampling: steps)
            #expect(weights.count == 2 && weights[0] == 0 && abs(weights[1] - 1) < 1e-9)
        }
    }

    @Test func principalComponents() throws {
        for count in [-1, 0, 5] {
            for solver in [PCA.Solver.exact, .randomized(seed: 0)] {
                try refuses("number of components", "\(count)", "1 to 4") {
                    try PCA(.count(count), solver: solver).fit(x)
                }
            }
        }
        for share in [-0.5, 0, 1.5, Double.nan] {
            try refuses("share of the variance", "\(share)") { try PCA(.variance(share)).fit(x) }
        }
        try refuses("by a random projection", "a count") {
            try PCA(.variance(0.9), solver: .randomized(seed: 1)).fit(x)
        }
        try refuses("number of samples", "1") { try PCA(.count(1)).fit(x.rows(0..<1)) }
        try refuses("number of features", "0") { try PCA(.count(1)).fit(Matrix<Double>(rows: 5, columns: 0)) }
        try refuses("variance of the features", "0.0") {
            try PCA(.variance(0.9)).fit(Matrix<Double>(rows: 5, columns: 2, repeating: 3))
        }
        var broken = x
        broken[2, 1] = .nan
        try refuses("row 2, column 1") { try PCA(.count(1)).fit(broken) }
        // More components than the rank are there, without variance.
        let flat = x.columns(0..<1).beside(x.columns(0..<1))
        #expect(try PCA(.count(2)).fit(flat).variances[1] < 1e-20)
    }

    @Test func modelsAndTheirData() throws {
        try refuses("responses", "29", "30") { try Ridge().fit(x, to: y.rows(0..<29)) }
        try refuses("number of features", "0") {
            try Ridge().fit(Matrix<Double>(rows: 30, columns: 0), to: y)
        }
        try refuses("number of samples", "0") {
            try Ridge().fit(Matrix<Double>(rows: 0, columns: 2), to: Matrix(rows: 0, columns: 3))
        }
        #expect(try Ridge().fit(x, to: y.columns(0..<0)).scores.count == 0)
        let fit = try Ridge().fit(x, to: y)
        try refuses("features", "3", "4") { try fit.predict(x.columns(0..<3)) }
        try refuses("predictions", "3", "2") { try fit.score(x, to: y.columns(0..<2)) }
        try refuses("number of bands", "0") { try BandedRidge().fit([Matrix<Double>](), to: y) }
        try refuses("number of features of band 1", "0") {
            try BandedRidge().fit([x, x.columns(0..<0)], to: y)
        }
        try refuses("Dirichlet samples", "0") {
            try BandedRidge(candidates: .dirichlet(0, seed: 1)).fit([x], to: y)
        }
        try refuses("Dirichlet samples", "\(Int.max)") {
            try BandedRidge(candidates: .dirichlet(.max, seed: 1)).fit([x], to: y)
        }
        try refuses("concentrations", "-1") {
            try BandedRidge(candidates: .dirichlet(3, concentrations: [-1], seed: 1)).fit([x], to: y)
        }
        try refuses("concentrations", "nan") {
            try dirichletSamples(3, bands: 2, concentrations: [.nan], seed: 1)
        }
        try refuses("concentrations", "1e-05", "large enough") {
            try dirichletSamples(20, bands: 2, concentrations: [1e-5], seed: 1)
        }
        try refuses("number of bands", "0") { try dirichletSamples(3, bands: 0, seed: 1) }
        for gamma in [[1.0], [0, 0], [-1, 1], [.nan, 1], [.infinity, 1]] {
            try refuses("a candidate", "2 finite numbers") {
                try BandedRidge(candidates: .given([gamma])).fit([x, x], to: y)
            }
        }
        try refuses("list of candidates", "empty") { try BandedRidge(candidates: .given([])).fit([x], to: y) }
        try refuses("steps", "0") { try BandedRidge(refinement: .gradient(steps: 0)).fit([x], to: y) }
        try refuses("tolerance", "nan") {
            try BandedRidge(refinement: .gradient(tolerance: .nan)).fit([x], to: y)
        }
        try refuses("features", "4", "2") { try GroupRidge(groups: [0, 1]).fit(x, to: y) }
        try refuses("list of groups", "negative") { try GroupRidge(groups: [-1, -1, -2, -1]).fit(x, to: y) }
        for (kernel, word) in [
            (KernelRidge.Kernel.polynomial(degree: 0), "degree"), (.polynomial(degree: Int.max), "degree"),
            (.polynomial(offset: -1), "offset"),
            (.polynomial(gamma: 0), "gamma"), (.rbf(gamma: -1), "gamma"), (.rbf(gamma: .nan), "gamma"),
        ] {
            try refuses(word, "kernel") { try KernelRidge(kernel: kernel).fit(x, to: y) }
        }
        try refuses("precomputed kernels", "4", "30") { try KernelRidge(kernel: .precomputed).fit(x, to: y) }
        try refuses("responses to predict", "2", "3") {
            try Ridge().transferScores(from: (x, y), to: (x, y.columns(0..<2)))
        }
    }

    @Test func namesOfBands() throws {
        let parts = try VariancePartition(names: ["a", "b"], jointR2: [[0], [0.1], [0.2], [0.25]])
        try refuses("\"no such space\"", "\"a\", \"b\"") { try parts.unique("no such space") }
        try refuses("\"c\"") { try parts.shared("a", "c") }
        try refuses("two or more") { try parts.shared("a") }
        try refuses("two or more") { try parts.shared() }
        try refuses("all different") { try parts.shared("a", "a") }
        try refuses("R2 of the sets of bands") { try VariancePartition(names: ["a"], jointR2: [[0]]) }
        try refuses("names of the bands") { try VariancePartition(names: [], jointR2: [[0]]) }
    }

    @Test func inference() throws {
        for length in [0, -1, 16, 30, 1000] {
            try refuses("block length", "\(length) samples", "1 to 15") {
                try PermutationTest.blocks(predictions: y, responses: y, blockLength: length)
            }
            try refuses("block length", "\(length) samples", "1 to 15") {
                try PermutationTest.modelExchange(first: y, second: y, responses: y, blockLength: length)
            }
            try refuses("block length", "\(length) samples", "1 to 15") {
                try ScoreIntervals(predictions: y, responses: y, blockLength: length)
            }
        }
        let runs = try Runs(lengths: [12, 18])
        try refuses("block length", "19", "longest run") {
            try PermutationTest.blocks(predictions: y, responses: y, blockLength: 19, runs: runs)
        }
        for count in [0, -5, 2_000_000] {
            try refuses("number of permutations", "\(count)") {
                try PermutationTest.blocks(predictions: y, responses: y, permutations: count)
            }
            try refuses("number of resamples", "\(count)") {
                try ScoreIntervals(predictions: y, responses: y, resamples: count)
            }
            try refuses("number of permutations", "\(count)") {
                try PermutationTest.signFlips(y, flips: count)
            }
        }
        try refuses("number of flips", "0") { try PairedTest.signFlips((0..<20).map(Double.init), flips: 0) }
        try refuses("number of samples", "1") {
            try PermutationTest.blocks(predictions: y.rows(0..<1), responses: y.rows(0..<1))
        }
        try refuses("predictions", "2", "3") {
            try PermutationTest.blocks(predictions: y.columns(0..<2), responses: y)
        }
        for level in [0, 1, -1, Double.nan] {
            try refuses("confidence level", "\(level)") {
                try BootstrapInterval(of: [1, 2, 3], level: level)
            }
        }
        try refuses("values to resample", "1") { try BootstrapInterval(of: [1]) }
        try refuses("value number 1", "inf") { try BootstrapInterval(of: [1, .infinity]) }
        try refuses("statistic", "NaN") { try BootstrapInterval(of: [1, 2, 3]) { $0[0] > 2 ? .nan : $0[0] } }
        try refuses("statistic of every resample") { try BootstrapInterval(of: [2, 2, 2]) }
        try refuses("infinite so often") {
            try BootstrapInterval(of: [0, 0, 1], method: .percentile) { 1 / $0.reduce(0, +) }
        }
        try refuses("p value number 1", "1.5") { try [0.1, 1.5].falseDiscoveryRates() }
        try refuses("p value number 0", "-0.1") { try [-0.1].falseDiscoveryRates() }
        #expect(try [Double]().falseDiscoveryRates() == [])
        try refuses("number of differences", "1", "2") { try PairedTest.t([1]) }
        try refuses("number of subjects", "1") { try PairedComparison(Matrix([[1.0]]), Matrix([[2.0]])) }
        try refuses("names", "2", "3") { try PairedComparison(y, y, names: ["a", "b"]) }
        try refuses("number of repeats", "0") { try NoiseCeiling(explainableVariance: [0.5], repeats: 0) }
        try refuses("explainable variance of voxel 1", "1.5") {
            try NoiseCeiling(explainableVariance: [0.5, 1.5], repeats: 2)
        }
        let scores = try VoxelScores(r2: [0.1], r: [0.3])
        try refuses("noise ceiling of voxel 0", "-1") { try scores.normalized(byCeiling: [-1]) }
        try refuses("least ceiling", "nan") { try scores.normalized(byCeiling: [1], least: .nan) }
        try refuses("correlations", "1", "2") { try VoxelScores(r2: [0.1, 0.2], r: [0.3]) }
        try refuses("shares of band 1", "1", "2") {
            try SplitScores(r2: [[0, 0], [0]], r: [[0, 0], [0, 0]])
        }
        try refuses("number of repeats", "0") { try y.repeats(of: Array(0..<30), count: 0) }
        try refuses("come 2 times", "0") { try y.repeats(of: Array(0..<30), count: 2) }
        try refuses("labels", "3", "30") { try y.averaged(by: [1, 2, 3]) }
        var random = NumpyRandom(seed: 1)
        for shape in [-1, Double.nan, .infinity] {
            try refuses("shape of a gamma distribution", "\(shape)") { try random.gamma(shape: shape) }
        }
        try refuses("list of concentrations", "0.0") { try random.dirichlet([1, 0]) }
        #expect(random.permutation(-3) == [])
    }

    @Test func memoryLimits() throws {
        #expect(MemoryLimit.gigabytes(.nan).bytes == 0 && MemoryLimit.gigabytes(-1).bytes == 0)
        #expect(MemoryLimit.gigabytes(.infinity).bytes == .max && MemoryLimit.megabytes(1e300).bytes == .max)
        #expect(MemoryLimit.gigabytes(1.5).bytes == 1_500_000_000)
        #expect("\(MemoryLimit.gigabytes(2)), \(MemoryLimit.megabytes(250))" == "2 GB, 250 MB")
    }
}
