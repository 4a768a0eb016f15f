import Encoding
import Tensors
import Testing

/// Blocks of time that are as long as the autocorrelation asks for.
@Suite struct BlockLengthTests {
    /// Signals that follow `phi` times their past, of unit variance: samples x voxels.
    private func slow(_ random: inout NumpyRandom, phi: Double, _ samples: Int, _ voxels: Int) -> Matrix<
        Double
    > {
        var signal = random.normal(samples, voxels)
        let share = (1 - phi * phi).squareRoot()
        for row in 1..<samples {
            for voxel in 0..<voxels {
                signal[row, voxel] = phi * signal[row - 1, voxel] + share * signal[row, voxel]
            }
        }
        return signal
    }

    /// Signals that have nothing to do with each other are called related in 5 % of tests, and not in 15 to 25 % as with
    /// blocks of 10. 400 tests are uncertain by 1.1 %; three such errors are allowed beside the tenth of the variance.
    @Test(arguments: [0.0, 0.9, 0.95])
    func falseAlarmsAreAsManyAsTheLevelSays(_ phi: Double) throws {
        var random = NumpyRandom(seed: 21)
        var (alarms, shortAlarms) = (0, 0)
        var lengths: [Int] = []
        for _ in 0..<50 {
            let (x, y) = (slow(&random, phi: phi, 600, 8), slow(&random, phi: phi, 600, 8))
            let test = try PermutationTest.blocks(predictions: x, responses: y, permutations: 199, seed: 1)
            alarms += test.p.count { $0 <= 0.05 }
            lengths.append(try #require(test.blockLength))
            let short = try PermutationTest.blocks(
                predictions: x, responses: y, blockLength: 10, permutations: 199, seed: 1)
            shortAlarms += short.p.count { $0 <= 0.05 }
            let warns = short.notes.contains { $0.contains("too short") }
            if phi == 0 { #expect(!warns && test.notes.isEmpty) }
            if phi == 0.95 { #expect(warns && "\(short)".contains("too short")) }
        }
        #expect(Double(alarms) / 400 < 0.09, "\(alarms) of 400 at blocks of \(lengths)")
        if phi == 0 { #expect(alarms > 6 && lengths.allSatisfy { $0 <= 20 }) }
        if phi == 0.95 { #expect(shortAlarms > alarms && lengths.allSatisfy { $0 > 40 }) }
    }

    @Test func noBlockCrossesRuns() throws {
        // Predictions that are right but for a jump between runs of 7 samples: with blocks of 7 within the runs no
        // block holds two runs' values, so a shuffle only ever exchanges whole runs.
        let runs = try Runs(lengths: Array(repeating: 7, count: 12))
        var random = NumpyRandom(seed: 4)
        let levels = (0..<12).map { _ in random.gaussian() }
        let y = Matrix(rows: 84, columns: 1, elements: (0..<84).map { levels[$0 / 7] })
        let test = try PermutationTest.blocks(
            predictions: y, responses: y, blockLength: 5, runs: runs, permutations: 400, seed: 2)
        #expect(test.p[0] == 1.0 / 401 && test.blockLength == 5)
        let chosen = try PermutationTest.blocks(predictions: y, responses: y, runs: runs, permutations: 400)
        #expect(chosen.blockLength == 7, "runs as wholes, not longer")
        let exchange = try PermutationTest.modelExchange(
            first: y, second: Matrix(rows: 84, columns: 1, repeating: 0), responses: y, blockLength: 7,
            runs: runs)
        #expect(exchange.isExact && exchange.permutations == 1 << 12, "one block a run")
        let intervals = try ScoreIntervals(
            predictions: y, responses: y, blockLength: 7, runs: runs, resamples: 50)
        #expect(intervals.r[0].map { $0.lowerBound > 0.999 } == true)
        try refuses("runs", "84", "83") {
            try PermutationTest.blocks(predictions: y.rows(0..<83), responses: y.rows(0..<83), runs: runs)
        }
    }

    /// Intervals of r of slow signals hold its true value about as often as they say: 0.8 here, which is uncertain by 0.03.
    @Test func intervalsOfSlowSignalsAreWideEnough() throws {
        var random = NumpyRandom(seed: 22)
        var (held, shortHeld, count) = (0, 0, 0)
        let truth = 0.5.squareRoot()
        for _ in 0..<40 {
            let (signal, noise) = (slow(&random, phi: 0.9, 600, 4), slow(&random, phi: 0.9, 600, 4))
            let y = Matrix(
                rows: 600, columns: 4, elements: zip(signal.elements, noise.elements).map { $0 + $1 })
            for (length, isShort) in [(nil, false), (4, true)] as [(Int?, Bool)] {
                let found = try ScoreIntervals(
                    predictions: signal, responses: y, blockLength: length, resamples: 200, level: 0.8,
                    seed: 3)
                let holding = found.r.count { $0.map { $0.contains(truth) } == true }
                if isShort { shortHeld += holding } else { (held, count) = (held + holding, count + 4) }
            }
        }
        #expect(Double(held) / Double(count) > 0.66, "\(held) of \(count)")
        #expect(shortHeld < held)
    }
}
