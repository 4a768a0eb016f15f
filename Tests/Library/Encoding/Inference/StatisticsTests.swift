import Encoding
import Tensors
import Testing

/// Fixtures/statistics.json: scipy's, statsmodels' and numpy's answers.
struct StatisticsCase: Decodable {
    let samples: [[Double]]
    let t: [Double]
    let tP: [Double]
    let low: [Double]
    let high: [Double]
    let rankSum: [Double]
    let rankP: [Double]
    let p: [Double]
    let q: [Double]
    let repeats: [[[Double]]]
    let explainable: [Double]
    let corrected: [Double]
    let patterns: [[Double]]
    let predictions: [[Double]]
    let identification: Double
    let twoVersusTwo: Double
}

@Suite struct StatisticsTests {
    let expected: StatisticsCase

    init() throws { expected = try fixture("statistics") }

    @Test func pairedTestsAreScipys() throws {
        for (index, sample) in expected.samples.enumerated() {
            let t = try PairedTest.t(sample)
            #expect(abs(t.statistic / expected.t[index] - 1) < 1e-12)
            #expect(abs(t.p / expected.tP[index] - 1) < 1e-10)
            let interval = try #require(t.interval)
            #expect(abs(interval.lowerBound - expected.low[index]) < 1e-10)
            #expect(abs(interval.upperBound - expected.high[index]) < 1e-10)
            let rank = try PairedTest.wilcoxon(sample)
            #expect(rank.statistic == expected.rankSum[index])
            #expect(abs(rank.p / expected.rankP[index] - 1) < 1e-10, "sample \(index)")
        }
        #expect(throws: EncodingError.self) { try PairedTest.t([1]) }
        #expect(throws: EncodingError.self) { try PairedTest.t([1, .nan]) }
    }

    /// All eight flips of three positive numbers: two of them are as extreme.
    @Test func signFlips() throws {
        #expect(try PairedTest.signFlips([1, 2, 3]).p == 0.25)
        let many = try PairedTest.signFlips(expected.samples[3], seed: 3)
        #expect(abs(many.p - expected.tP[3]) < 0.03)
        #expect(try PairedTest.signFlips(expected.samples[3], seed: 3) == many)
    }

    @Test func falseDiscoveryRatesAreStatsmodels() throws {
        #expect(relativeError(try expected.p.falseDiscoveryRates(), expected.q) < 1e-14)
        let withNaN = try [0.01, .nan, 0.04].falseDiscoveryRates()
        #expect(withNaN[0] == 0.02 && withNaN[1].isNaN && withNaN[2] == 0.04)
    }

    @Test func ceilingsFollowFromRepeats() throws {
        let repeats = expected.repeats.map { Matrix<Double>(listed: $0) }
        let plain = try NoiseCeiling.explainableVariance(of: repeats, biasCorrected: false, zScored: false)
        #expect(relativeError(plain, expected.explainable) < 1e-12)
        let corrected = try NoiseCeiling.explainableVariance(of: repeats, zScored: false)
        #expect(relativeError(corrected, expected.corrected) < 1e-12)
        // Half of one repeat's variance is signal: of the mean over 4 repeats 4/5 is.
        #expect(try abs(NoiseCeiling(explainableVariance: [0.5], repeats: 4).r[0] - 0.8.squareRoot()) < 1e-15)
        #expect(throws: EncodingError.self) { try NoiseCeiling.explainableVariance(of: [repeats[0]]) }
        // The same whatever the number of voxels at once.
        let whole = try NoiseCeiling(of: repeats)
        for voxels in [1, 2, repeats[0].columns] {
            #expect(try NoiseCeiling(of: repeats, voxelsAtOnce: voxels) == whole)
        }
        #expect(throws: EncodingError.self) { try NoiseCeiling(of: [repeats[0]], voxelsAtOnce: 2) }
    }

    /// The ceiling is what a perfect model reaches: the correlation of the true signal with the mean over repeats.
    ///
    /// 4,000 samples leave a correlation uncertain by 1 / sqrt(4000); four such errors are allowed.
    @Test func theCeilingIsThePerfectModelsCorrelation() throws {
        var random = NumpyRandom(seed: 12)
        func normal() -> [Double] { (0..<16_000).map { _ in random.gaussian() } }
        func matrix(_ elements: [Double]) -> Matrix<Double> {
            Matrix(rows: 4000, columns: 4, elements: elements)
        }
        let truth = normal()
        let signal = matrix(truth)
        // The deviations of the signal beside noise of deviation 1.
        let sizes = [0.7, 1, 1.5, 3]
        for count in [2, 5] {
            let repeats = (0..<count).map { _ in
                let noise = normal()
                return matrix(truth.indices.map { truth[$0] * sizes[$0 % 4] + noise[$0] })
            }
            let ceiling = try NoiseCeiling(of: repeats).r
            let mean = try Matrix.average(of: repeats)
            let reached = try VoxelScores(predictions: signal, responses: mean).r
            for voxel in 0..<4 { #expect(abs(ceiling[voxel] - reached[voxel]) < 0.063) }
        }
        // Repeats that are equal have the ceiling 1, and a voxel that is constant has none.
        #expect(try NoiseCeiling(of: [signal, signal]).r.allSatisfy { abs($0 - 1) < 1e-12 })
        let flat = Matrix<Double>(rows: 10, columns: 1, repeating: 0.1)
        #expect(try NoiseCeiling.explainableVariance(of: [flat, flat])[0].isNaN)
    }

    @Test func patternsAreIdentified() throws {
        let y = Matrix<Double>(listed: expected.patterns)
        let predictions = Matrix<Double>(listed: expected.predictions)
        #expect(
            try Identification(predictions: predictions, responses: y).accuracy == expected.identification)
        #expect(
            try Identification(predictions: predictions, responses: y).twoVersusTwoAccuracy
                == expected.twoVersusTwo)
        #expect(try Identification(predictions: y, responses: y).accuracy == 1)
        // A voxel with NaN is left out.
        var broken = y
        let kept = (0..<y.columns).filter { $0 != 4 }
        broken[2, 4] = .nan
        let whole = (y.columns(at: kept), predictions.columns(at: kept))
        #expect(
            try Identification(predictions: predictions, responses: broken).accuracy
                == Identification(predictions: whole.1, responses: whole.0).accuracy)
        #expect(
            try Identification(predictions: predictions, responses: broken).twoVersusTwoAccuracy
                == Identification(predictions: whole.1, responses: whole.0).twoVersusTwoAccuracy)
        for (a, b) in [
            (y.rows(0..<1), predictions.rows(0..<1)), (y.columns(0..<1), predictions.columns(0..<1)),
        ] {
            #expect(throws: EncodingError.self) { try Identification(predictions: b, responses: a).accuracy }
            #expect(throws: EncodingError.self) {
                try Identification(predictions: b, responses: a).twoVersusTwoAccuracy
            }
        }
    }

    @Test func blocksOfTimeArePermuted() throws {
        var random = NumpyRandom(seed: 1)
        let y = Matrix<Double>(rows: 200, columns: 3, elements: (0..<600).map { _ in random.gaussian() })
        var predictions = Matrix<Double>(
            rows: 200, columns: 3, elements: (0..<600).map { _ in random.gaussian() })
        for row in 0..<200 { predictions[row, 0] += y[row, 0] }
        let test = try PermutationTest.blocks(predictions: predictions, responses: y, permutations: 99)
        #expect(test.p[0] == 0.01 && test.pForMaximum[0] == 0.01)
        #expect(test.p[1] > 0.02 && test.p[2] > 0.02)
        let again = try PermutationTest.blocks(predictions: predictions, responses: y, permutations: 99)
        #expect(again.p == test.p)
    }
}
