import Encoding
import Formats
import Foundation
import Tensors
import Testing

/// Signals cleaned as nilearn's `clean` does (Tests/Oracles/cleaning.py).
@Suite struct CleaningTests {
    private static func archive() throws -> NumPyArchive {
        try NumPyArchive.open(
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../Fixtures/cleaning.npz").standardizedFileURL)
    }

    private func matrix(_ name: String) throws -> Matrix<Double> {
        try Self.archive().array(name).tensor(as: Double.self).matrix
    }

    private static let ways:
        [String: (filter: TemporalFilter?, scale: SignalScale, confounds: Bool, kept: Bool, line: Bool)] = [
            "plain": (nil, .zScore, false, false, true), "confounds": (nil, .zScore, true, false, true),
            "cosine": (.cosine(highPass: 0.01, repetitionTime: 2), .zScore, true, false, true),
            "cosine alone": (.cosine(highPass: 0.02, repetitionTime: 2), .none, false, false, true),
            "low": (.butterworth(lowPass: 0.1, repetitionTime: 2), .none, false, false, true),
            "high": (.butterworth(highPass: 0.02, repetitionTime: 2), .none, false, false, true),
            "band": (
                .butterworth(highPass: 0.01, lowPass: 0.12, repetitionTime: 2), .zScore, true, false, true
            ),
            "percent": (nil, .percentChange, true, false, true),
            "no line": (nil, .percentChange, true, false, false),
            "scrubbed": (nil, .zScore, true, true, true),
            "scrubbed band": (
                .butterworth(highPass: 0.01, lowPass: 0.12, repetitionTime: 2), .zScore, false, true, true
            ),
        ]

    @Test(arguments: ways.keys.sorted()) func everyWayOfCleaningIsNilearns(_ name: String) throws {
        guard let way = Self.ways[name] else { return }
        let signals = try matrix("signals")
        let expected = try matrix("case \(name)")
        let kept = way.kept ? try Self.archive().array("kept").integers() : nil
        let cleaning = SignalCleaning(detrends: way.line, filter: way.filter, scale: way.scale)
        let confounds = way.confounds ? try matrix("confounds") : nil
        let found = try cleaning.clean(signals, confounds: confounds, keeping: kept)
        #expect(found.rows == expected.rows)
        // The last voxel never changes: what is left of it is rounding, which nilearn scales up.
        let changing = 0..<5
        #expect(relativeError(found.columns(changing).elements, expected.columns(changing).elements) < 1e-8)
        let single = try cleaning.clean(
            signals.converted(to: Float.self), confounds: confounds, keeping: kept)
        #expect(
            relativeError(
                single.columns(changing).converted(to: Double.self).elements,
                expected.columns(changing).elements)
                < 1e-4)
        #expect(found.elements.allSatisfy { $0.isFinite })
    }

    @Test(arguments: ways.filter { $0.value.scale == .zScore }.keys.sorted())
    func aVoxelThatNeverChangesBecomesZero(_ name: String) throws {
        guard let way = Self.ways[name] else { return }
        var signals = try matrix("signals")
        for row in 0..<signals.rows { signals[row, 5] = 1000.1 }
        let kept = way.kept ? try Self.archive().array("kept").integers() : nil
        let confounds = way.confounds ? try matrix("confounds") : nil
        for detrends in [true, false] {
            let found = try SignalCleaning(detrends: detrends, filter: way.filter)
                .clean(signals, confounds: confounds, keeping: kept)
            #expect(found.column(5).allSatisfy { $0 == 0 })
        }
    }

    @Test(arguments: SignalScale.allCases) func aVoxelWithANaNLeavesTheOthersAlone(_ scale: SignalScale)
        throws
    {
        let signals = try matrix("signals")
        var broken = signals
        broken[3, 5] = .nan
        let (found, expected) = (try broken.cleaned(scale: scale), try signals.cleaned(scale: scale))
        #expect(found.columns(0..<5).elements == expected.columns(0..<5).elements)
        let column = found.column(5)
        #expect(column.allSatisfy { $0.isNaN })
    }

    /// Of such sections some once had their zeros far from their poles, and what came out was as large as 460.
    @Test func wideBandsOfHighOrderKeepTheirDigits() throws {
        var random = NumpyRandom(seed: 3)
        let found = try (random.normal(600, 1) + 100).cleaned(
            filter: .butterworth(highPass: 0.001, lowPass: 0.24, order: 12, repetitionTime: 2),
            detrends: false, scale: .none)
        #expect(found.elements.allSatisfy { abs($0) < 10 })
    }

    @Test func runsAreCleanedApart() throws {
        let signals = try matrix("signals")
        let confounds = try matrix("confounds")
        let found = try signals.cleaned(
            confounds: confounds, filter: .cosine(highPass: 0.02, repetitionTime: 2),
            runs: Runs(lengths: [45, 35]))
        let expected = try matrix("case runs")
        #expect(relativeError(found.columns(0..<5).elements, expected.columns(0..<5).elements) < 1e-8)
        // What another run holds changes nothing.
        var other = signals
        for row in 45..<80 { for column in 0..<6 { other[row, column] *= 3 } }
        let again = try other.cleaned(
            confounds: confounds, filter: .cosine(highPass: 0.02, repetitionTime: 2),
            runs: Runs(lengths: [45, 35]))
        let first = 0..<45
        #expect(again.rows(first).elements == found.rows(first).elements)
        let alone = try signals.rows(first).cleaned(
            confounds: confounds.rows(first), filter: .cosine(highPass: 0.02, repetitionTime: 2))
        #expect(alone.elements == found.rows(first).elements)
    }

    @Test func cleaningAgainGivesTheSameToTheLastDigit() throws {
        let (signals, confounds) = (try matrix("signals"), try matrix("confounds"))
        let runs = try Runs(lengths: [45, 35])
        let found = try (0..<10).map { _ in try signals.cleaned(confounds: confounds, runs: runs).elements }
        #expect(found.allSatisfy { $0 == found[0] })
    }

    @Test func aConfoundThatOthersExplainChangesNothing() throws {
        let signals = try matrix("signals")
        let confounds = try matrix("confounds")
        let more = confounds.beside(
            Matrix(rows: 80, columns: 1, elements: (0..<80).map { confounds[$0, 0] - 2 * confounds[$0, 1] }))
        let filter = TemporalFilter.butterworth(highPass: 0.01, lowPass: 0.12, repetitionTime: 2)
        let left = try signals.cleaned(confounds: confounds, filter: filter)
        let right = try signals.cleaned(confounds: more, filter: filter)
        #expect(relativeError(left.columns(0..<5).elements, right.columns(0..<5).elements) < 1e-8)
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let signals = try matrix("signals")
        func words(_ body: () throws -> Void) -> String {
            (#expect(throws: EncodingError.self) { try body() })?.description ?? ""
        }
        #expect(words { _ = try signals.cleaned(confounds: Matrix(rows: 3, columns: 1)) }.contains("80"))
        // What confounds leave nothing of is rounding, and not a signal of deviation 1.
        let many = Matrix<Double>.normal(80, 79, seed: 1)
        #expect(words { _ = try signals.cleaned(confounds: many) }.contains("below 78"))
        #expect(words { _ = try signals.cleaned(confounds: many, detrends: false) }.contains("below 79"))
        #expect(try signals.cleaned(confounds: many.columns(0..<77)).rows == 80)
        let few = Array(0..<30)
        #expect(
            words { _ = try signals.cleaned(confounds: many.columns(0..<40), keeping: few) }.contains("30"))
        var broken = Matrix<Double>(rows: 80, columns: 2)
        broken[0, 1] = .nan
        #expect(words { _ = try signals.cleaned(confounds: broken) }.contains("column 1, sample 0"))
        #expect(words { _ = try signals.cleaned(keeping: [3, 2]) }.contains("ascending"))
        #expect(words { _ = try signals.cleaned(keeping: [3, 80]) }.contains("80"))
        #expect(
            words { _ = try signals.cleaned(filter: .butterworth(lowPass: 0.3, repetitionTime: 2)) }.contains(
                "0.25 Hz"))
        #expect(
            words {
                _ = try signals.rows(0..<20).cleaned(
                    filter: .butterworth(highPass: 0.01, lowPass: 0.1, repetitionTime: 2))
            }
            .contains("more than 33"))
        #expect(words { _ = try signals.cleaned(runs: Runs(lengths: [3])) }.contains("80"))
    }
}
