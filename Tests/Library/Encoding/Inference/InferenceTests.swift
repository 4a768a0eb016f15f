import Display
import Encoding
import Tensors
import Testing

/// Fixtures/inference.json: himalaya's, scipy's, statsmodels' and voxelwise_tutorials' answers.
struct InferenceFixture: Decodable {
    struct Partition: Decodable {
        let spaces: [[[Double]]]
        let responses: [[Double]]
        let jointR2: [[Double]]
        let uniqueOf2: [[Double]]
        let sharedOf2: [Double]
        let uniqueOf3: [[Double]]
        let sharedBy2Of3: [[Double]]
        let sharedBy3: [Double]
    }

    struct Splits: Decodable {
        let parts: [[[Double]]]
        let responses: [[Double]]
        let product: [[Double]]
        let alone: [[Double]]
        let r: [[Double]]
    }

    struct Ceilings: Decodable {
        let repeats: [[[Double]]]
        let corrected: [Double]
        let plain: [Double]
        let correctedUnscaled: [Double]
    }

    struct Permuted: Decodable {
        let responses: [[Double]]
        let predictions: [[Double]]
        let count: Int
        let seed: UInt32
        let r: [Double]
        let p: [Double]
        let pForMaximum: [Double]
    }

    struct Flipped: Decodable {
        let few: [[Double]]
        let exactP: [Double]
        let exactMaximum: [Double]
        let many: [[Double]]
        let flips: Int
        let seed: UInt32
        let p: [Double]
        let pForMaximum: [Double]
    }

    struct Exchanged: Decodable {
        let responses: [[Double]]
        let first: [[Double]]
        let second: [[Double]]
        let p: [Double]
        let effects: [Double]
    }

    struct Bootstrapped: Decodable {
        struct Case: Decodable {
            let method: String
            let statistic: String
            let level: Double
            let interval: [Double]
        }
        let values: [Double]
        let cases: [Case]
        let responses: [[Double]]
        let predictions: [[Double]]
        let resamples: Int
        let seed: UInt32
        let r2: [[Double]]
        let r: [[Double]]
    }

    struct Compared: Decodable {
        let first: [[Double]]
        let second: [[Double]]
        let p: [Double]
        let low: [Double]
        let high: [Double]
        let q: [Double]
        let rankP: [Double]
    }

    let partition: Partition
    let splits: Splits
    let ceilings: Ceilings
    let permuted: Permuted
    let flipped: Flipped
    let exchanged: Exchanged
    let bootstrapped: Bootstrapped
    let compared: Compared
}

@Suite struct InferenceTests {
    let expected: InferenceFixture

    init() throws { expected = try fixture("inference") }

    @Test func varianceIsPartitionedBetweenTwoSpaces() throws {
        let known = expected.partition
        let (a, b) = (Matrix<Double>(listed: known.spaces[0]), Matrix<Double>(listed: known.spaces[1]))
        let parts = try VariancePartition(
            ["a": a, "b": b], to: Matrix(listed: known.responses),
            model: Ridge(alphas: .logspace(-1, 3, count: 5), folds: .kFold(4)),
            outer: .kFold(5, shuffledWithSeed: 1))
        #expect(relativeError(try parts.unique("a"), known.uniqueOf2[0]) < 1e-8)
        #expect(relativeError(try parts.unique("b"), known.uniqueOf2[1]) < 1e-8)
        #expect(relativeError(try parts.shared("b", "a"), known.sharedOf2) < 1e-8)
        #expect(relativeError(parts.total, known.jointR2[3]) < 1e-9)
        #expect(parts.mimeBundle.plainText?.contains("shared by a, b") == true)
    }

    @Test func varianceIsPartitionedAmongThreeSpaces() throws {
        let known = expected.partition
        let spaces = known.spaces.map { Matrix<Double>(listed: $0) }
        let parts = try VariancePartition(
            ["a": spaces[0], "b": spaces[1], "c": spaces[2]], to: Matrix(listed: known.responses),
            model: Ridge(alphas: .logspace(-1, 3, count: 5), folds: .kFold(4)),
            outer: .kFold(5, shuffledWithSeed: 1))
        for (found, joint) in zip(parts.jointR2, known.jointR2) {
            #expect(relativeError(found, joint) < 1e-9)
        }
        for (name, unique) in zip(["a", "b", "c"], known.uniqueOf3) {
            #expect(relativeError(try parts.unique(name), unique) < 1e-7)
        }
        let pairs = try [parts.shared("a", "b"), parts.shared("a", "c"), parts.shared("b", "c")]
        for (pair, shared) in zip(pairs, known.sharedBy2Of3) { #expect(relativeError(pair, shared) < 1e-7) }
        #expect(relativeError(try parts.shared("a", "b", "c"), known.sharedBy3) < 1e-7)
        let all = parts.parts
        #expect(all.map(\.names.count) == [1, 1, 1, 2, 2, 2, 3])
        let sum = (0..<4).map { voxel in all.reduce(0) { $0 + $1.r2[voxel] } }
        #expect(relativeError(sum, parts.total) < 1e-12)
        #expect(throws: EncodingError.self) {
            try VariancePartition(
                ["a": spaces[0], "a": spaces[1]], to: spaces[0], model: Ridge(), outer: .kFold(5))
        }
    }

    @Test func splitsAreHimalayas() throws {
        let known = expected.splits
        let parts = known.parts.map { Matrix<Double>(listed: $0) }
        let y = Matrix<Double>(listed: known.responses)
        let shares = try SplitScores(parts: parts, responses: y)
        #expect(relativeError(shares.r2.flatMap { $0 }, known.product.flatMap { $0 }) < 1e-12)
        #expect(relativeError(shares.r.flatMap { $0 }, known.r.flatMap { $0 }) < 1e-12)
        let alone = try SplitScores(parts: parts, responses: y, includingCorrelations: false)
        #expect(relativeError(alone.r2.flatMap { $0 }, known.alone.flatMap { $0 }) < 1e-12)
        // The shares sum to the joint score: of the whole prediction, about the responses' mean.
        var centered = y
        centered = try StandardScaler(scales: false).fit(y).transform(y)
        let whole = Matrix(
            rows: y.rows, columns: y.columns,
            elements: y.elements.indices.map { i in parts.reduce(0) { $0 + $1.elements[i] } })
        let joint = try VoxelScores(predictions: whole, responses: centered)
        #expect(relativeError(shares.joint.r2, joint.r2) < 1e-12)
        #expect(relativeError(shares.joint.r, joint.r) < 1e-12)
    }

    @Test func ceilingsAreVoxelwiseTutorials() throws {
        let known = expected.ceilings
        let repeats = known.repeats.map { Matrix<Double>(listed: $0) }
        #expect(relativeError(try NoiseCeiling.explainableVariance(of: repeats), known.corrected) < 1e-12)
        let plain = try NoiseCeiling.explainableVariance(of: repeats, biasCorrected: false)
        #expect(relativeError(plain, known.plain) < 1e-12)
        let unscaled = try NoiseCeiling.explainableVariance(of: repeats, zScored: false)
        #expect(relativeError(unscaled, known.correctedUnscaled) < 1e-12)
        let ceiling = try NoiseCeiling(of: repeats).r
        // The first voxel has no signal; its ceiling is the lowest.
        let least = (ceiling[0] + ceiling[1]) / 2
        let scores = try VoxelScores(r2: [0.2, 0.2, 0.2, 0.2, 0.2], r: [0.5, 0.5, 0.5, 0.5, .nan])
        let shares = try scores.normalized(byCeiling: ceiling, least: least)
        for voxel in 1..<4 {
            #expect(abs(shares.r[voxel] - 0.5 / ceiling[voxel]) < 1e-15)
            #expect(abs(shares.r2[voxel] - 0.2 / (ceiling[voxel] * ceiling[voxel])) < 1e-15)
        }
        #expect(ceiling[0] < least && shares.r[0].isNaN && shares.r[4].isNaN)
        #expect(throws: EncodingError.self) { try scores.normalized(byCeiling: [1]) }
    }

    /// The shuffles are numpy's, so the counts are the same to the last one.
    @Test func blocksArePermutedAsInNumpy() throws {
        let known = expected.permuted
        let test = try PermutationTest.blocks(
            predictions: Matrix<Double>(listed: known.predictions),
            responses: Matrix(listed: known.responses), blockLength: 10,
            permutations: known.count, seed: known.seed)
        #expect(relativeError(test.effects, known.r) < 1e-12)
        #expect(relativeError(test.p, known.p) < 1e-12)
        #expect(relativeError(test.pForMaximum, known.pForMaximum) < 1e-12)
        #expect(test.permutations == 199 && !test.isExact)
    }

    @Test func signsAreFlippedAsInScipy() throws {
        let known = expected.flipped
        let exact = try PermutationTest.signFlips(Matrix(listed: known.few))
        #expect(exact.isExact && exact.permutations == 256)
        #expect(relativeError(exact.p, known.exactP) < 1e-12)
        #expect(relativeError(exact.pForMaximum, known.exactMaximum) < 1e-12)
        let random = try PermutationTest.signFlips(
            Matrix(listed: known.many), flips: known.flips, seed: known.seed)
        #expect(relativeError(random.p, known.p) < 1e-12)
        #expect(relativeError(random.pForMaximum, known.pForMaximum) < 1e-12)
        // The same p as the test of one list of differences.
        #expect(exact.p[3] == (try PairedTest.signFlips(known.few.map { $0[3] }).p))
        #expect(exact.mimeBundle.plainText?.contains("6 tests by 256 (all) permutations") == true)
    }

    /// Rearrangements are drawn some at a time, and the answer is as if they had been drawn at once.
    @Test func manyRearrangementsAreDrawnInParts() throws {
        var random = NumpyRandom(seed: 9)
        let differences = (0..<1000).map { _ in random.gaussian() + 0.03 }
        let test = try PermutationTest.signFlips(
            Matrix(rows: 1000, columns: 1, elements: differences), flips: 20_000, seed: 5)
        let one = try PairedTest.signFlips(differences, flips: 20_000, seed: 5)
        #expect(test.p[0] == one.p && test.pForMaximum[0] == one.p)

        let samples = 2000
        let y = (0..<samples).map { _ in random.gaussian() }
        let x = y.map { $0 * 0.02 + random.gaussian() }
        func scored(_ values: [Double]) -> [Double] {
            let mean = values.reduce(0, +) / Double(samples)
            let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = (square / Double(samples)).squareRoot()
            return values.map { ($0 - mean) / deviation }
        }
        let (left, right) = (scored(y), scored(x))
        func correlation(_ order: [Int]) -> Double {
            var sum = 0.0
            for (row, sample) in order.enumerated() { sum += left[row] * right[sample] }
            return sum / Double(samples)
        }
        let observed = correlation(Array(0..<samples))
        var shuffles = NumpyRandom(seed: 3)
        let reached = (0..<5000).count { _ in
            var order = Array(0..<samples)
            shuffles.shuffle(&order)
            return correlation(order) >= observed
        }
        let blocks = try PermutationTest.blocks(
            predictions: Matrix(rows: samples, columns: 1, elements: x),
            responses: Matrix(rows: samples, columns: 1, elements: y), blockLength: 1, permutations: 5000,
            seed: 3)
        // Sums in single precision may separate a tie.
        #expect(abs(blocks.p[0] - Double(1 + reached) / 5001) < 3.0 / 5001)
    }

    /// Half of the shuffles of two blocks leave the order as it is, and reach the correlation of the data.
    @Test func shufflesOfFewBlocksThatChangeNothingAreTies() throws {
        var random = NumpyRandom(seed: 3)
        let y = random.normal(20_000, 16)
        let x = y + random.normal(20_000, 16) * 0.2
        let test = try PermutationTest.blocks(
            predictions: x, responses: y, blockLength: 10_000, permutations: 200)
        #expect(test.p.allSatisfy { (0.3...0.7).contains($0) }, "\(test.p)")
        #expect(test.pForMaximum.allSatisfy { $0 >= 0.3 }, "\(test.pForMaximum)")
    }

    @Test func drawsBeyondTheMemoryAreRefused() throws {
        var random = NumpyRandom(seed: 2)
        func column() -> Matrix<Double> {
            Matrix(rows: 50_000, columns: 1, elements: (0..<50_000).map { _ in random.gaussian() })
        }
        let (x, y) = (column(), column())
        let error = #expect(throws: EncodingError.self) {
            try ScoreIntervals(predictions: x, responses: y, blockLength: 1, resamples: 1_000_000)
        }
        #expect(error?.description.contains("fit into memory") == true)
    }

    /// One rule for every test: without any difference nothing is tested, and nothing counts in q.
    @Test func columnsWithoutADifferenceAreNotTested() throws {
        let a = Matrix<Double>([[1, 5, 2], [2, 5, 2.5], [3.5, 5, 2.2], [5, 5, 3]])
        let b = Matrix<Double>([[0, 5, 2.1], [1.5, 5, 2], [2, 5, 2], [3, 5, 3.4]])
        for test in [PairedComparison.Test.t, .wilcoxon, .signFlip()] {
            let found = try PairedComparison(a, b, test: test)
            let without = try PairedComparison(a.columns(at: [0, 2]), b.columns(at: [0, 2]), test: test)
            #expect(found.p[1].isNaN && found.q[1].isNaN && found.effects[1] == 0, "\(test)")
            #expect([found.q[0], found.q[2]] == without.q)
        }
    }

    @Test func modelsAreExchanged() throws {
        let known = expected.exchanged
        let test = try PermutationTest.modelExchange(
            first: Matrix<Double>(listed: known.first), second: Matrix(listed: known.second),
            responses: Matrix(listed: known.responses), blockLength: 10)
        #expect(test.isExact)
        #expect(relativeError(test.effects, known.effects) < 1e-10)
        #expect(relativeError(test.p, known.p) < 1e-12)
    }

    @Test func intervalsAreScipys() throws {
        let known = expected.bootstrapped
        #expect(known.cases.count == 8)
        for example in known.cases {
            func statistic(_ values: [Double]) -> Double {
                let mean = values.reduce(0, +) / Double(values.count)
                if example.statistic == "mean" { return mean }
                let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                return (square / Double(values.count)).squareRoot()
            }
            let found = try BootstrapInterval(
                of: known.values, resamples: 999, level: example.level,
                method: example.method == "BCa" ? .bca : .percentile, seed: 2, statistic: statistic)
            #expect(abs(found.interval.lowerBound - example.interval[0]) < 1e-9)
            #expect(abs(found.interval.upperBound - example.interval[1]) < 1e-9)
        }
        #expect(throws: EncodingError.self) { try BootstrapInterval(of: [1]) }
        #expect(throws: EncodingError.self) { try BootstrapInterval(of: [1, .nan]) }
        #expect(throws: EncodingError.self) { try BootstrapInterval(of: [1, 1, 1]) }
        #expect(try BootstrapInterval(of: [1, 1, 1], method: .percentile).interval == 1...1)
        // No resample has as many different values.
        let error = #expect(throws: EncodingError.self) {
            try BootstrapInterval(of: (0..<20).map { Double($0) }) { Double(Set($0).count) }
        }
        #expect(error?.description.contains("on one side") == true)
    }

    @Test(.timeLimit(.minutes(1))) func manyFlipsCanBeStopped() async {
        let task = Task { try PairedTest.signFlips([Double](repeating: 1, count: 20), flips: .max) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func scoresHaveIntervals() throws {
        let known = expected.bootstrapped
        var y = Matrix<Double>(listed: known.responses)
        let predictions = Matrix<Double>(listed: known.predictions)
        let found = try ScoreIntervals(
            predictions: predictions, responses: y, blockLength: 10, resamples: known.resamples, level: 0.9,
            seed: known.seed)
        for (intervals, bounds) in [(found.r2, known.r2), (found.r, known.r)] {
            let low = try intervals.map { try #require($0).lowerBound }
            let high = try intervals.map { try #require($0).upperBound }
            #expect(relativeError(low, bounds[0]) < 1e-10)
            #expect(relativeError(high, bounds[1]) < 1e-10)
        }
        y[3, 1] = .nan
        let broken = try ScoreIntervals(
            predictions: predictions, responses: y, blockLength: 10, resamples: 20)
        #expect(broken.r[1] == nil && broken.r2[1] == nil && broken.r[0] != nil)
    }

    @Test func subjectsAreCompared() throws {
        let known = expected.compared
        let (a, b) = (Matrix<Double>(listed: known.first), Matrix<Double>(listed: known.second))
        let t = try PairedComparison(a, b)
        #expect(relativeError(t.p, known.p) < 1e-10)
        #expect(relativeError(t.q, known.q) < 1e-10)
        #expect(relativeError(t.intervals.map { $0?.lowerBound ?? .nan }, known.low) < 1e-10)
        #expect(relativeError(t.intervals.map { $0?.upperBound ?? .nan }, known.high) < 1e-10)
        #expect(t.pForMaximum == nil)
        let ranks = try PairedComparison(a, b, test: .wilcoxon)
        #expect(relativeError(ranks.p, known.rankP) < 1e-10)
        let flips = try PairedComparison(a, b, names: ["a", "b", "c", "d", "e", "f", "g"], test: .signFlip())
        #expect(zip(flips.pForMaximum ?? [], flips.p).allSatisfy { $0 >= $1 })
        #expect(flips.mimeBundle.plainText?.contains("95 % interval") == true)
        #expect(throws: EncodingError.self) { try PairedComparison(a, b.rows(0..<5)) }
        #expect(throws: EncodingError.self) { try PairedComparison(a, b, names: ["one"]) }
    }

    #if compiler(>=6.2)
        /// One thread, three threads, and as many as there are cores: the same bits.
        ///
        /// In a process of its own, since the number of threads is one for all tests of a process.
        @Test func threadsChangeNoAnswer() async {
            await #expect(processExitsWith: .success) {
                var random = NumpyRandom(seed: 6)
                let numbers = (0..<120 * 333).map { _ in Float(random.gaussian()) }
                let y = Matrix<Float>(rows: 120, columns: 333, elements: numbers)
                let x = Matrix<Float>(rows: 120, columns: 333, elements: numbers.reversed())
                let z = y.rows(0..<14).converted(to: Double.self)
                func answers() throws -> ([[Double]], ScoreIntervals) {
                    let blocks = try PermutationTest.blocks(
                        predictions: x, responses: y, permutations: 50, seed: 1)
                    let flips = try PermutationTest.signFlips(z, flips: 200, seed: 2)
                    let models = try PermutationTest.modelExchange(
                        first: x, second: x.rows(at: (0..<120).reversed()), responses: y, permutations: 100,
                        seed: 3)
                    return (
                        [blocks, flips, models].flatMap { [$0.effects, $0.p, $0.pForMaximum] },
                        try ScoreIntervals(predictions: x, responses: y, resamples: 50, seed: 4)
                    )
                }
                let usual = try answers()
                for threads in [1, 3] {
                    threadCount = threads
                    let again = try answers()
                    precondition(again.0 == usual.0 && again.1 == usual.1, "\(threads) threads")
                }
            }
        }
    #endif

    @Test func voxelsWithoutScoreHaveNoP() throws {
        let known = expected.permuted
        var y = Matrix<Double>(listed: known.responses)
        let predictions = Matrix<Double>(listed: known.predictions)
        let clean = try PermutationTest.blocks(
            predictions: predictions, responses: y, blockLength: 10, permutations: 99)
        y[4, 0] = .nan
        for row in 0..<y.rows { y[row, 1] = 2 }
        let test = try PermutationTest.blocks(
            predictions: predictions, responses: y, blockLength: 10, permutations: 99)
        #expect(test.p[0].isNaN && test.p[1].isNaN && test.pForMaximum[1].isNaN)
        #expect(test.p[2...] == clean.p[2...])
        let flips = try PermutationTest.signFlips(Matrix([[1, .nan], [2, 1], [3, 1]]))
        #expect(flips.p[0] == 0.25 && flips.p[1].isNaN)
    }

    @Test func permutationsStopWhenCanceled() async {
        let y = Matrix<Float>(rows: 100, columns: 40, repeating: 0)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try PermutationTest.blocks(predictions: y, responses: y)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
