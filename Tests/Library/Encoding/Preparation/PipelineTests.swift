import Encoding
import Tensors
import Testing

/// Fixtures/pipeline.json: scikit-learn's, himalaya's, nilearn's and scipy's answers.
struct PipelineFixture: Decodable {
    struct HeldOut: Decodable {
        let predictions: [[Double]]
        let r2: [Double]
        let r: [Double]
    }

    struct Pipelines: Decodable {
        let features: [[Double]]
        let responses: [[Double]]
        let runs: [Int]
        let alphas: [Double]
        let scaled: HeldOut
        let components: HeldOut
        let variance: HeldOut
        let delayed: HeldOut
        let everything: HeldOut
    }

    struct Nested: Decodable {
        let runs: [Int]
        let groups: [Int]
        let shuffledInShuffled: [NestedPair]
        let runsInRuns: [NestedPair]
        let groupsInGroups: [NestedPair]
    }

    /// `[[train, test], [[train, test], …]]`.
    struct NestedPair: Decodable {
        let fold: NestedFold

        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            let outer = try parts.decode([[Int]].self)
            let inner = try parts.decode([[[Int]]].self)
            fold = NestedFold(
                outer: Fold(train: outer[0], test: outer[1]),
                inner: inner.map { Fold(train: $0[0], test: $0[1]) })
        }
    }

    struct Blood: Decodable {
        struct Case: Decodable {
            let name: String
            let repetitionTime: Double
            let oversampling: Int
            let coarse: [Double]
            let fine: [Double]
            let convolved: [[Double]]
        }
        let features: [[Double]]
        let cases: [Case]
        let delays: [Int]
        let impulses: [[Double]]
    }

    struct Smoothed: Decodable {
        struct Case: Decodable {
            let window: Int
            let degree: Int
            let left: [[Double]]
        }
        let signal: [[Double]]
        let runs: [Int]
        let cases: [Case]
    }

    struct Components: Decodable {
        let rows: Int
        let columns: Int
        let count: Int
        let variances: [Double]
        let shares: [Double]
        let components: [[Double]]
        let scores: [[Double]]
    }

    let pipelines: Pipelines
    let folds: Nested
    let blood: Blood
    let smoothed: Smoothed
    let components: [Components]
}

@Suite struct PipelineTests {
    let expected: PipelineFixture
    let x: Matrix<Double>
    let y: Matrix<Double>
    let runs: Runs

    init() throws {
        expected = try fixture("pipeline")
        x = Matrix(listed: expected.pipelines.features)
        y = Matrix(listed: expected.pipelines.responses)
        runs = try Runs(lengths: expected.pipelines.runs)
    }

    private func check(
        _ model: Pipeline, outer: Folds, _ expected: PipelineFixture.HeldOut, runs: Runs? = nil
    ) throws {
        let held = try model.heldOutPredictions(x, to: y, outer: outer, runs: runs)
        #expect(relativeError(held.inOrder.elements, expected.predictions.flatMap { $0 }) < 1e-9)
        let scores = try model.crossValidatedScores(x, to: y, outer: outer, runs: runs)
        #expect(relativeError(scores.mean.r2, expected.r2) < 1e-9)
        #expect(relativeError(scores.mean.r, expected.r) < 1e-9)
        // Single precision: seven digits less the condition of the scaled features.
        let single = try model.heldOutPredictions(
            x.converted(to: Float.self), to: y.converted(to: Float.self), outer: outer, runs: runs)
        let rough = single.inOrder.converted(to: Double.self).elements
        #expect(relativeError(rough, expected.predictions.flatMap { $0 }) < 1e-4)
    }

    private func ridge(_ folds: Int) -> Ridge {
        Ridge(alphas: Alphas(expected.pipelines.alphas), folds: .kFold(folds))
    }

    @Test func predictsAsScikitLearnsPipelines() throws {
        let shuffled = Folds.kFold(5, shuffledWithSeed: 1)
        try check(
            Pipeline(StandardScaler(), into: Ridge(alphas: 10)), outer: shuffled, expected.pipelines.scaled)
        try check(
            Pipeline(StandardScaler(), PCA(.count(4)), into: ridge(4)), outer: shuffled,
            expected.pipelines.components)
        try check(
            Pipeline(StandardScaler(), PCA(.variance(0.9)), into: ridge(4)), outer: shuffled,
            expected.pipelines.variance)
        try check(
            Pipeline(StandardScaler(scales: false), Delays([1, 2, 4]), into: ridge(3)),
            outer: .leaveOneRunOut, expected.pipelines.delayed, runs: runs)
        try check(
            Pipeline(StandardScaler(), PCA(.count(4)), Delays(1...2), into: ridge(3)),
            outer: .leaveOneRunOut, expected.pipelines.everything, runs: runs)
    }

    /// Whatever is done to the test samples of a fold, the model of that fold stays the same: to the last bit where only
    /// their responses change, and for all other test samples where the features of one change.
    @Test func testSamplesDoNotLeakIntoTheModel() throws {
        let model = Pipeline(StandardScaler(), PCA(.count(4)), into: ridge(4))
        let outer = Folds.kFold(5, shuffledWithSeed: 1)
        let clean = try model.heldOutPredictions(x, to: y, outer: outer)
        for (number, fold) in clean.folds.enumerated() {
            var garbled = y
            for sample in fold.test { for voxel in 0..<y.columns { garbled[sample, voxel] = 1e6 } }
            let blind = try model.heldOutPredictions(x, to: garbled, outer: outer)
            #expect(blind.parts[number] == clean.parts[number])
            #expect(blind.parts[(number + 1) % 5] != clean.parts[(number + 1) % 5])
            var strange = x
            for feature in 0..<x.columns { strange[fold.test[0], feature] = 1e4 }
            let other = try model.heldOutPredictions(strange, to: y, outer: outer)
            let rest = 1..<fold.test.count
            #expect(other.parts[number].rows(rest) == clean.parts[number].rows(rest))
            #expect(other.parts[number].row(0) != clean.parts[number].row(0))
        }
    }

    /// A test that a leak would fail: scaled with all samples beforehand, the same model gives other predictions.
    @Test func scalingBeforehandWouldLeak() throws {
        let outer = Folds.kFold(5, shuffledWithSeed: 1)
        let inside = try Pipeline(StandardScaler(), into: Ridge(alphas: 10)).heldOutPredictions(
            x, to: y, outer: outer)
        let leaked = try Ridge(alphas: 10).heldOutPredictions(
            StandardScaler().fit(x).transform(x), to: y, outer: outer)
        #expect(relativeError(leaked.inOrder.elements, inside.inOrder.elements) > 1e-4)
    }

    /// The steps would spread a NaN over its column, and the error would name another row.
    @Test func aBadFeatureIsNamedAsItWasGiven() throws {
        var broken = x
        broken[7, 3] = .nan
        let model = Pipeline(StandardScaler(), PCA(.count(3)), into: ridge(3))
        #expect(throws: EncodingError.featureNotFinite(row: 7, column: 3)) { try model.fit(broken, to: y) }
        #expect(throws: EncodingError.featureNotFinite(row: 7, column: 3, band: 1)) {
            try Pipeline(StandardScaler(), into: ridge(3)).fit([x, broken], to: y)
        }
    }

    @Test func wholeRunsAreNotDivided() throws {
        let model = Pipeline(StandardScaler(byRun: true), Detrend(), into: ridge(3))
        #expect(throws: EncodingError.self) {
            try model.crossValidatedScores(x, to: y, outer: .kFold(5), runs: runs)
        }
        #expect(throws: EncodingError.self) { try model.crossValidatedScores(x, to: y, outer: .kFold(5)) }
        let inside = try model.crossValidatedScores(x, to: y, outer: .leaveOneRunOut, runs: runs)
        let prepared = try x.zScored(runs: runs).detrended(runs: runs)
        let before = try ridge(3).crossValidatedScores(prepared, to: y, outer: .leaveOneRunOut, runs: runs)
        #expect(relativeError(inside.mean.r2, before.mean.r2) < 1e-10)
    }

    @Test func aFittedPipelinePredictsNewRuns() throws {
        let model = Pipeline(StandardScaler(scales: false), Delays([1, 2, 4]), into: ridge(3))
        let train = Array(12..<60)
        let fit = try model.fit(
            x.rows(at: train), to: y.rows(at: train), runs: Runs(lengths: [18, 15, 15]))
        let prediction = try fit.predict(x.rows(0..<12))
        let first = expected.pipelines.delayed.predictions.prefix(12).flatMap { $0 }
        #expect(relativeError(prediction.elements, first) < 1e-8)
        #expect(fit.model is RidgeFit<Double>)
        #expect(fit.mimeBundle.plainText?.hasPrefix("StandardScaler → Delays → Ridge\n") == true)
        #expect(throws: EncodingError.self) { try fit.predict(x.columns(0..<3)) }
        #expect(throws: EncodingError.self) { try fit.predict(bands: [x, x], runs: nil, samples: nil) }
    }

    /// Two bands: ridge joins them, and the parts of the prediction sum to it less its intercept.
    @Test func bandsHavePartsOfThePrediction() throws {
        let bands = [x.columns(0..<4), x.columns(4..<9)]
        let models: [any EncodingModel] = [
            ridge(4), Pipeline(StandardScaler(), into: ridge(4)),
            BandedRidge(alphas: [1, 10], candidates: .dirichlet(4, seed: 1)),
            Pipeline(
                StandardScaler(), into: BandedRidge(alphas: [1, 10], candidates: .dirichlet(4, seed: 1))),
        ]
        let mean = StandardScaler(scales: false).fit(y).means
        for model in models {
            let fit = try model.fitted(bands: bands, responses: y, runs: nil, samples: nil)
            let whole = try fit.predict(bands)
            let parts = try fit.predictByBand(bands)
            #expect(parts.count == 2)
            for voxel in 0..<y.columns {
                let sum = zip(parts[0].column(voxel), parts[1].column(voxel)).map { $0 + $1 + mean[voxel] }
                #expect(relativeError(sum, whole.column(voxel)) < 1e-10)
            }
            let split = try model.crossValidatedSplitScores(bands, to: y, outer: .kFold(5))
            #expect(split.r2.count == 2 && split.r2.allSatisfy { $0.count == 5 })
        }
        let joined = try ridge(4).crossValidatedScores(bands, to: y, outer: .kFold(5))
        #expect(joined == (try ridge(4).crossValidatedScores(x, to: y, outer: .kFold(5))))
        let kernel = KernelRidge(alphas: Alphas(expected.pipelines.alphas), folds: .kFold(4))
        let dual = try Pipeline(StandardScaler(), into: kernel).crossValidatedScores(
            x, to: y, outer: .kFold(5))
        let primal = try Pipeline(StandardScaler(), into: ridge(4)).crossValidatedScores(
            x, to: y, outer: .kFold(5))
        #expect(relativeError(dual.mean.r2, primal.mean.r2) < 1e-8)
        #expect(throws: EncodingError.self) {
            try kernel.crossValidatedSplitScores(bands, to: y, outer: .kFold(5))
        }
        #expect(throws: EncodingError.self) {
            try KernelRidge(kernel: .precomputed).crossValidatedScores(
                multiply(x, x, transposed: true), to: y, outer: .kFold(5))
        }
    }

    /// Groups of columns at the end of a pipeline: the bands that the columns make, scaled inside each fold.
    @Test func groupsEndAPipeline() throws {
        let banded = BandedRidge(
            alphas: [1, 10, 100], candidates: .dirichlet(4, seed: 1), folds: .kFold(4), showsProgress: false)
        let groups = Pipeline(
            StandardScaler(), into: GroupRidge(groups: [5, 5, 5, 5, 2, 2, 2, 2, 2], banded))
        let bands = [x.columns(4..<9), x.columns(0..<4)]
        let apart = Pipeline(StandardScaler(), into: banded)
        let outer = Folds.kFold(5, shuffledWithSeed: 1)
        let found = try groups.heldOutPredictions(x, to: y, outer: outer).inOrder
        let expected = try apart.heldOutPredictions(bands, to: y, outer: outer).inOrder
        #expect(relativeError(found.elements, expected.elements) < 1e-10)
        let split = try groups.crossValidatedSplitScores([x], to: y, outer: outer)
        let splitApart = try apart.crossValidatedSplitScores(bands, to: y, outer: outer)
        #expect(relativeError(split.r2.flatMap { $0 }, splitApart.r2.flatMap { $0 }) < 1e-9)
        #expect(throws: EncodingError.columnCount(what: "features", count: 8, expected: 9)) {
            try groups.fit(x.columns(0..<8), to: y)
        }
    }

    @Test func nestedFoldsAreThoseOfScikitLearn() throws {
        let folds = expected.folds
        let runs = try Runs(lengths: folds.runs)
        let shuffled = try Folds.kFold(4, shuffledWithSeed: 1).nested(
            inner: .kFold(3, shuffledWithSeed: 2), samples: 22)
        #expect(shuffled == folds.shuffledInShuffled.map(\.fold))
        let byRun = try Folds.leaveOneRunOut.nested(inner: .leaveOneRunOut, samples: 22, runs: runs)
        #expect(byRun == folds.runsInRuns.map(\.fold))
        let groups = try Folds.groupKFold(3, groups: folds.groups).nested(
            inner: .groupKFold(2, groups: folds.groups), samples: 22)
        #expect(groups == folds.groupsInGroups.map(\.fold))
    }

    /// With 0.72 s nilearn's grid has no exact steps, and some of its events begin one step of 1/50 too late.
    @Test func responsesOfTheBloodAreNilearns() throws {
        let blood = expected.blood
        #expect(blood.cases.count == 6)
        for example in blood.cases {
            let response: HemodynamicResponse = example.name == "spm" ? .spm : .glover
            let time = example.repetitionTime
            let coarse = try response.samples(repetitionTime: time, oversampling: 1)
            #expect(relativeError(coarse, example.coarse) < 1e-12)
            let fine = try response.samples(repetitionTime: time, oversampling: 16)
            #expect(relativeError(fine, example.fine) < 1e-12)
            let features = Matrix<Double>(listed: blood.features)
            let convolved = try features.convolved(
                with: response, repetitionTime: time, oversampling: example.oversampling)
            #expect(
                relativeError(convolved.elements, example.convolved.flatMap { $0 })
                    < (time == 0.72 ? 0.02 : 1e-9),
                "\(example.name) \(time)")
        }
        // nilearn's finite impulse response is a delay of each feature.
        let impulses = try Matrix<Double>(listed: blood.features).delayed(by: blood.delays)
        #expect(relativeError(impulses.elements, blood.impulses.flatMap { $0 }) < 1e-9)
        let weights = try HemodynamicResponse.glover.weights(repetitionTime: 2)
        #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
        #expect(throws: EncodingError.self) { try HemodynamicResponse.spm.weights(repetitionTime: 0) }
        // Of 782.5 steps numpy's `rint` takes 782.
        #expect(try HemodynamicResponse(length: 31.3).samples(repetitionTime: 2).count == 782)
        #expect(throws: EncodingError.self) { try HemodynamicResponse(length: 0).samples(repetitionTime: 1) }
    }

    @Test func responsesOfTheBloodStayInTheirRun() throws {
        let x = Matrix<Float>(listed: expected.blood.features)
        let both = try x.convolved(
            with: .glover, repetitionTime: 2, runs: Runs(lengths: [17, 16]))
        let second = try x.rows(17..<33).convolved(with: .glover, repetitionTime: 2)
        #expect(both.rows(17..<33) == second)
        let step = Pipeline(HemodynamicConvolution(.glover, repetitionTime: 2), into: Ridge(alphas: 1))
        #expect(try step.fit(x, to: x).prepared([x])[0] == x.convolved(with: .glover, repetitionTime: 2))
    }

    @Test func smoothCurvesAreScipys() throws {
        let signal = Matrix<Double>(listed: expected.smoothed.signal)
        let runs = try Runs(lengths: expected.smoothed.runs)
        for example in expected.smoothed.cases {
            let drift = Drift.savitzkyGolay(window: example.window, degree: example.degree)
            let left = try signal.detrended(drift, runs: runs)
            #expect(relativeError(left.elements, example.left.flatMap { $0 }) < 1e-10)
        }
        for drift in [Drift.savitzkyGolay(window: 8), .savitzkyGolay(window: 23), .savitzkyGolay(window: 3)] {
            #expect(throws: EncodingError.self) { try signal.detrended(drift, runs: runs) }
        }
    }

    /// A matrix of samples x samples would take 29 GB.
    @Test func longRunsAreSmoothedWindowByWindow() throws {
        let samples = 60_000
        let elements: [Double] = (0..<samples).map { sample in
            let (noise, trend): (Double, Double) = (Double(sample * 7919 % 101), Double(sample % 1000))
            return noise + trend / 10
        }
        let signal = Matrix<Double>(rows: samples, columns: 1, elements: elements)
        let drift = Drift.savitzkyGolay(window: 121)
        let left = try signal.detrended(drift)
        // Away from the ends the curve depends on nothing but the window.
        for start in [0, 29_000, samples - 700] {
            let part = try signal.rows(start..<start + 700).detrended(drift)
            let inner = start == 0 ? 0..<640 : start == 29_000 ? 60..<640 : 60..<700
            let wanted = inner.map { left[start + $0, 0] }
            #expect(relativeError(inner.map { part[$0, 0] }, wanted) < 1e-10)
        }
        // A window of the whole run is a polynomial; one of a sample leaves nothing.
        let few = signal.rows(0..<31)
        let polynomial = try few.detrended(.polynomial(degree: 3))
        let whole = try few.detrended(.savitzkyGolay(window: 31))
        #expect(relativeError(whole.elements, polynomial.elements) < 1e-10)
        let nothing = try few.detrended(.savitzkyGolay(window: 1, degree: 0))
        #expect(nothing.elements.allSatisfy { abs($0) < 1e-10 })
    }

    /// The directions that are kept are found to the ratio of singular values to the power of 9 or 15.
    @Test func randomizedComponentsAreThoseOfScikitLearn() throws {
        for example in expected.components {
            var random = NumpyRandom(seed: 8)
            let rank = min(example.rows, example.columns)
            let left = Matrix<Double>(rows: example.rows, columns: rank) { target in
                for index in target.indices { target[index] = random.gaussian() / Double(index % rank + 1) }
            }
            let right = Matrix<Double>(rows: rank, columns: example.columns) { target in
                for index in target.indices { target[index] = random.gaussian() }
            }
            let data = multiply(left, right)
            let fit = try PCA(.count(example.count), solver: .randomized(seed: 3)).fit(data)
            #expect(relativeError(fit.variances, example.variances) < 1e-8)
            #expect(relativeError(fit.varianceShares, example.shares) < 1e-8)
            let components = fit.components.columns(0..<20).elements
            #expect(relativeError(components, example.components.flatMap { $0 }) < 1e-5)
            let scores = try fit.transform(data.rows(0..<5)).elements
            #expect(relativeError(scores, example.scores.flatMap { $0 }) < 1e-5)
            let exact = try PCA(.count(example.count), solver: .exact).fit(data)
            #expect(relativeError(fit.variances, exact.variances) < 1e-4)
        }
    }

    @Test func repeatsAreAveragedAndRunsTrimmed() throws {
        let y = Matrix<Float>(rows: 6, columns: 2, elements: (0..<12).map(Float.init))
        let (labels, mean) = try y.averaged(by: ["b", "a", "b", "c", "a", "b"])
        #expect(labels == ["b", "a", "c"])
        // Rows 0, 2 and 5; rows 1 and 4; row 3.
        #expect(mean == Matrix([[14.0 / 3, 17.0 / 3], [5, 6], [6, 7]]))
        let twice = try y.repeats(of: ["b", "a", "b", "c", "a", "b"], count: 2)
        #expect(twice.labels == ["b", "a"])
        #expect(twice.repeats == [y.rows(at: [0, 1]), y.rows(at: [2, 4])])
        #expect(try Matrix.average(of: twice.repeats) == Matrix([[2, 3], [5, 6]]))
        #expect(throws: EncodingError.self) { try y.averaged(by: [1, 2]) }
        #expect(throws: EncodingError.self) { try Matrix.average(of: [y, y.rows(0..<2)]) }
        #expect(throws: EncodingError.self) { try y.repeats(of: [1, 2, 3, 4, 5, 6], count: 2) }

        let runs = try Runs(lengths: [3, 3])
        #expect(try y.trimmed(first: 1, runs: runs) == y.rows(at: [1, 2, 4, 5]))
        #expect(try y.trimmed(first: 1, last: 1, runs: runs) == y.rows(at: [1, 4]))
        #expect(try runs.trimmed(first: 1, last: 1).lengths == [1, 1])
        #expect(try runs.keptSamples(last: 2) == [0, 3])
        #expect(throws: EncodingError.self) { try y.trimmed(first: 2, last: 1, runs: runs) }
        #expect(throws: EncodingError.self) { try runs.trimmed(first: -1) }
    }

    @Test func oneModalityPredictsTheOther() throws {
        let (film, story) = (0..<30, 30..<60)
        var shifted = y.rows(story)
        for row in 0..<30 { for voxel in 0..<5 { shifted[row, voxel] += 100 } }
        let source = (features: x.rows(film), responses: y.rows(film))
        let across = try ridge(3).transferScores(from: source, to: (x.rows(story), y.rows(story)))
        let byHand = try ridge(3).fit(source.features, to: source.responses).score(
            x.rows(story), to: y.rows(story))
        #expect(across == byHand)
        let moved = try ridge(3).transferScores(from: source, to: (x.rows(story), shifted))
        #expect(relativeError(moved.r, across.r) < 1e-9 && moved.r2[0] < across.r2[0])
        let centered = try ridge(3).transferScores(
            from: source, to: (x.rows(story), shifted), centersOnTarget: true)
        #expect(centered.r2[0] >= across.r2[0])
        #expect(throws: EncodingError.self) {
            try ridge(3).transferScores(from: source, to: (x.rows(story), y.rows(story).columns(0..<2)))
        }
    }
}
