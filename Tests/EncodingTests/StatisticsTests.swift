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
            let t = try pairedT(sample)
            #expect(abs(t.statistic / expected.t[index] - 1) < 1e-12)
            #expect(abs(t.p / expected.tP[index] - 1) < 1e-10)
            let interval = try #require(t.interval)
            #expect(abs(interval.lowerBound - expected.low[index]) < 1e-10)
            #expect(abs(interval.upperBound - expected.high[index]) < 1e-10)
            let rank = try wilcoxonSignedRank(sample)
            #expect(rank.statistic == expected.rankSum[index])
            #expect(abs(rank.p / expected.rankP[index] - 1) < 1e-10, "sample \(index)")
        }
        #expect(throws: EncodingError.self) { try pairedT([1]) }
        #expect(throws: EncodingError.self) { try pairedT([1, .nan]) }
    }

    /// All eight flips of three positive numbers: two of them are as extreme.
    @Test func signFlips() throws {
        #expect(try signFlipTest([1, 2, 3]).p == 0.25)
        let many = try signFlipTest(expected.samples[3], seed: 3)
        #expect(abs(many.p - expected.tP[3]) < 0.03)
        #expect(try signFlipTest(expected.samples[3], seed: 3) == many)
    }

    @Test func falseDiscoveryRatesAreStatsmodels() {
        #expect(relativeError(falseDiscoveryRates(expected.p), expected.q) < 1e-14)
        let withNaN = falseDiscoveryRates([0.01, .nan, 0.04])
        #expect(withNaN[0] == 0.02 && withNaN[1].isNaN && withNaN[2] == 0.04)
    }

    @Test func ceilingsFollowFromRepeats() throws {
        let repeats = expected.repeats.map { Matrix<Double>(listed: $0) }
        let plain = try explainableVariance(repeats: repeats, biasCorrected: false, zScored: false)
        #expect(relativeError(plain, expected.explainable) < 1e-12)
        let corrected = try explainableVariance(repeats: repeats, zScored: false)
        #expect(relativeError(corrected, expected.corrected) < 1e-12)
        // Half of one repeat's variance is signal: of the mean over 4 repeats 4/5 is.
        #expect(abs(noiseCeiling(explainableVariance: [0.5], repeats: 4)[0] - 0.8.squareRoot()) < 1e-15)
        #expect(throws: EncodingError.self) { try explainableVariance(repeats: [repeats[0]]) }
    }

    @Test func patternsAreIdentified() throws {
        let y = Matrix<Double>(listed: expected.patterns)
        let predictions = Matrix<Double>(listed: expected.predictions)
        #expect(try identificationAccuracy(predictions: predictions, responses: y) == expected.identification)
        #expect(try twoVersusTwoAccuracy(predictions: predictions, responses: y) == expected.twoVersusTwo)
        #expect(try identificationAccuracy(predictions: y, responses: y) == 1)
    }

    @Test func blocksOfTimeArePermuted() throws {
        var random = NumpyRandom(seed: 1)
        let y = Matrix<Double>(rows: 200, columns: 3, elements: (0..<600).map { _ in random.gaussian() })
        var predictions = Matrix<Double>(
            rows: 200, columns: 3, elements: (0..<600).map { _ in random.gaussian() })
        for row in 0..<200 { predictions[row, 0] += y[row, 0] }
        let test = try blockPermutationTest(predictions: predictions, responses: y, permutations: 99)
        #expect(test.p[0] == 0.01 && test.pForMaximum[0] == 0.01)
        #expect(test.p[1] > 0.02 && test.p[2] > 0.02)
        let again = try blockPermutationTest(predictions: predictions, responses: y, permutations: 99)
        #expect(again.p == test.p)
    }
}
