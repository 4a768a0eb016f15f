import Brain
import Encoding
import Figures
import Foundation
import Tensors
import Testing

/// Answers of scipy and statsmodels; made by `Tests/Oracles/region_tests.py`.
private struct Answers: Decodable {
    struct Outcome: Decodable {
        let statistic: [Double]
        let p: [Double]
    }
    struct Errors: Decodable {
        let sd: [Double]
        let sem: [Double]
        let interval: [Double]
    }
    let first: [Double?]
    let second: [Double?]
    let subjects: Int
    let regions: Int
    let differences: [Double]
    let low: [Double]
    let high: [Double]
    let tests: [String: Outcome]
    let p: [Double?]
    let corrected: [String: [Double?]]
    let error: Errors
    let chance: [Double]

    static let loaded = Result {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/region-tests.json")
        return try JSONDecoder().decode(Answers.self, from: Data(contentsOf: file))
    }

    func matrix(_ values: [Double?]) -> Matrix<Double> {
        Matrix(rows: subjects, columns: regions, elements: values.map { $0 ?? .nan })
    }
    var names: [String] { (0..<regions).map { "R\($0)" } }

    func comparison(_ test: RegionTest, _ correction: PValueCorrection = .benjaminiHochberg) throws
        -> RegionComparison
    {
        try RegionComparison(
            [("a", matrix(first)), ("b", matrix(second))], regions: names, test: test, correction: correction)
    }
}

private func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    a.isNaN && b.isNaN || abs(a - b) <= tolerance * max(1, abs(b))
}

@Suite struct RegionTestTests {
    @Test(arguments: [("pairedT", RegionTest.pairedT), ("wilcoxon", .wilcoxon), ("permutation", .signFlip)])
    func testsAreScipys(_ name: String, _ test: RegionTest) throws {
        let answers = try Answers.loaded.get()
        let expected = try #require(answers.tests[name])
        let differences = try #require(try answers.comparison(test).differences)
        #expect(differences.rows.map(\.count) == [9, 8, 9, 9, 9], "one subject lacks a region")
        for (index, row) in differences.rows.enumerated() {
            #expect(near(row.difference, answers.differences[index]))
            #expect(
                near(row.statistic, expected.statistic[index]) && near(row.p, expected.p[index]), "\(row)")
            let interval = try #require(row.interval)
            #expect(
                near(interval.lowerBound, answers.low[index])
                    && near(interval.upperBound, answers.high[index]))
        }
    }

    @Test(arguments: PValueCorrection.allCases)
    func correctionsAreThoseOfStatsmodels(_ correction: PValueCorrection) throws {
        let answers = try Answers.loaded.get()
        let p = answers.p.map { $0 ?? .nan }
        let expected = try answers.corrected[correction.rawValue].map { $0.map { $0 ?? .nan } } ?? p
        for (got, want) in zip(try correction.corrected(p), expected) { #expect(near(got, want)) }
        #expect(throws: EncodingError.self) { try correction.corrected([1.5]) }
        #expect(try correction.corrected([]).isEmpty && correction.corrected([.nan])[0].isNaN)
    }

    @Test func verdictsSayWhichIsBetter() throws {
        let answers = try Answers.loaded.get()
        let differences = try #require(try answers.comparison(.pairedT).differences)
        #expect(
            differences.rows.map(\.verdict) == [
                "a better", "no difference shown", "no difference shown", "b better", "no difference shown",
            ])
        let text = differences.table.description
        for part in [
            "a less b, by region", "95 % interval", "verdict", "Benjamini-Hochberg over 5 regions",
            "8 to 9 subjects",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test func errorBarsAreThoseOfScipy() throws {
        let answers = try Answers.loaded.get()
        let scores = try RegionScores(answers.matrix(answers.second), regions: answers.names)
        for (index, row) in scores.rows.enumerated() {
            #expect(near(ErrorBar.sd.length(row), answers.error.sd[index]))
            #expect(near(ErrorBar.sem.length(row), answers.error.sem[index]))
            #expect(near(ErrorBar.interval(0.9).length(row), answers.error.interval[index]))
        }
        #expect(ErrorBar.interval(0.9).meaning(of: scores) == "90 % interval over 9 subjects")
        let found = try scores.tested(.pairedT, against: 0.28)
        for (got, want) in zip(found.p, answers.chance) { #expect(near(got, want)) }
    }

    @Test func pairsAreAllOrThoseAgainstOne() throws {
        let answers = try Answers.loaded.get()
        let (a, b) = (answers.matrix(answers.first), answers.matrix(answers.second))
        let all = try RegionComparison([("a", a), ("b", b), ("c", b)], regions: answers.names)
        #expect(all.differences?.rows.count == 15)
        #expect(all.differences?.rows[2].p.isNaN == true, "b and c are the same")
        #expect(all.differences?.rows[2].verdict == "not tested")
        let one = try RegionComparison([("a", a), ("b", b), ("c", b)], regions: answers.names, against: "b")
        #expect(one.differences?.rows.prefix(2).map { [$0.first, $0.second] } == [["a", "b"], ["c", "b"]])
        #expect(throws: BrainError.self) {
            try RegionComparison([("a", a), ("b", b)], regions: answers.names, against: "d")
        }
    }

    /// Subjects have voxels of their own; their regions are matched by name.
    @Test func subjectsAreComparedByTheirRegions() throws {
        let first = try RegionComparison(
            [("a", [0.4, 0.2, 0.5]), ("b", [0.1, 0.1, 0.3])], regions: Regions(names: ["V1", "V1", "IT"]))
        let second = try RegionComparison(
            [("a", [0.5, 0.1]), ("b", [0.3, 0.2])], regions: Regions(names: ["IT", "V1"]))
        let third = try RegionComparison([("a", [0.3]), ("b", [0.1])], regions: Regions(names: ["V1"]))
        let group = try RegionComparison(subjects: [first, second, third])
        #expect(group.regions.map(\.name) == ["V1", "IT"] && group.scores[0].unit == .subject)
        let rows = try #require(group.differences).rows
        #expect(rows.map(\.count) == [3, 2])
        // V1: 0.3 - 0.1, 0.1 - 0.2, 0.3 - 0.1.
        #expect(near(rows[0].difference, 0.1) && near(rows[1].difference, 0.2))
        #expect(throws: BrainError.self) { try RegionComparison(subjects: [first]) }
        let other = try RegionComparison([("c", [0.3])], regions: Regions(names: ["V1"]))
        #expect(throws: BrainError.self) { try RegionComparison(subjects: [first, other]) }
    }

    /// The mean over blocks is R2, and the test is that of `modelExchangeTest` for a region of one voxel.
    @Test func blocksOfTimeAreExchanged() throws {
        var random = NumpyRandom(seed: 7)
        func noise() -> Double {
            (0..<12).reduce(-6) { sum, _ in sum + Double(random.nextUInt32()) / 4_294_967_296 }
        }
        let samples = 120
        let signal = (0..<samples).map { _ in noise() }
        let y = Matrix<Double>(signal.map { [$0 + noise(), $0 + noise(), noise()] })
        let good = Matrix<Double>(signal.map { [0.5 * $0, 0.5 * $0, 0] })
        let poor = Matrix<Double>(signal.map { [0.1 * $0, 0.1 * $0, 0] })
        let regions = Regions(names: ["V1", "V4", "IT"])
        let comparison = try RegionComparison(
            predictions: [("good", good), ("poor", poor)], responses: y, regions: regions, blockLength: 10)
        let exchange = try PermutationTest.modelExchange(
            first: good, second: poor, responses: y, blockLength: 10)
        let rows = try #require(comparison.differences).rows
        let r2 = try VoxelScores(predictions: good, responses: y).r2
        for voxel in 0..<2 {
            #expect(near(comparison.scores[0].rows[voxel].mean, r2[voxel], 1e-6))
            #expect(rows[voxel].count == 12 && near(rows[voxel].difference, exchange.effects[voxel], 1e-6))
            #expect(near(rows[voxel].p, exchange.p[voxel], 1e-9))
        }
        #expect(rows[0].verdict == "good better" && rows[2].verdict == "not tested")
        #expect(comparison.differences?.table.description.contains("Blocks of 10 samples") == true)
    }

    /// The second of two regions of one name keeps what is shown of it: its outline and its bracket.
    @Test func regionsOfOneNameAreShownApart() throws {
        let table = RegionTable(
            name: "both", regions: [Region(id: 1, name: "V1"), Region(id: 2, name: "V1")])
        let regions = try Regions(labels: [1, 2], table: table)
        let best = try RegionComparison([("a", [0.4, 0.1]), ("b", [0.1, 0.4])], regions: regions)
        #expect(best.heatmap().outlined == [.init(row: 0, column: 0), .init(row: 1, column: 1)])
        let y = Matrix<Double>((0..<120).map { [sin(Double($0 * $0)), sin(Double(3 * $0 * $0))] })
        let good = Matrix<Double>((0..<120).map { [0, y[$0, 1]] })
        let comparison = try RegionComparison(
            predictions: [("good", good), ("none", Matrix(rows: 120, columns: 2))], responses: y,
            regions: regions, blockLength: 10)
        #expect(comparison.chart().categories == ["V1", "V1 (2)"])
        #expect(comparison.chart().brackets.map(\.first.category) == ["V1 (2)"])
    }

    @Test func whatCannotBeTestedIsRefused() throws {
        let regions = Regions(names: ["V1", "V4"])
        let voxels = try RegionComparison([("a", [1, 2]), ("b", [2, 1])], regions: regions)
        #expect(voxels.differences == nil)
        #expect(throws: BrainError.self) { try voxels.scores[0].tested() }
        let two = Matrix<Double>([[1, 2], [2, 3]])
        let three = Matrix<Double>([[1, 2], [2, 3], [3, 4]])
        func refuses(_ words: String, _ body: () throws -> Void) {
            #expect {
                try body()
            } throws: { error in
                "\(error)".contains(words)
            }
        }
        let names = ["V1", "V4"]
        refuses("the rows of b number 3") {
            _ = try RegionComparison([("a", two), ("b", three)], regions: names)
        }
        refuses("the regions number 1") {
            _ = try RegionComparison([("a", two), ("b", two)], regions: ["V1"])
        }
        refuses("the list of regions") {
            _ = try RegionComparison([("a", two), ("b", two)], regions: ["V1", "V1"])
        }
        refuses("voxels share noise") {
            _ = try RegionComparison([("a", two), ("b", two)], regions: names, unit: .voxel)
        }
        refuses("the level of an interval") {
            _ = try RegionComparison([("a", two), ("b", two)], regions: names, error: .interval(95))
        }
        let one = Matrix<Double>([[1, 2]])
        refuses("the number of subjects is 1") {
            _ = try RegionComparison([("a", one), ("b", one)], regions: names)
        }
        refuses("the number of subjects is 1") { _ = try RegionScores(one, regions: names).tested() }
        refuses("the number of candidates is 1") { _ = try RegionComparison([("a", two)], regions: names) }
        for flips in [0, -5] {
            refuses("the number of sign flips") {
                _ = try RegionComparison(
                    [("a", two), ("b", two)], regions: names, test: .signFlip(count: flips))
            }
            refuses("the number of sign flips") {
                _ = try RegionScores(two, regions: names).tested(.signFlip(count: flips))
            }
        }
    }

    /// Scores of `subjects` subjects in `regions` regions, the first of two models always the better one.
    private func unlike(subjects: Int, regions: Int) -> [(name: String, scores: Matrix<Double>)] {
        let rows = (0..<subjects).map { subject in
            (0..<regions).map { 0.3 + Double(subject * 7 + $0) / 100 }
        }
        return [("a", Matrix<Double>(rows)), ("b", Matrix<Double>(rows.map { $0.map { 0.5 * $0 } }))]
    }

    /// Five subjects have 32 ways of signs, so that p is at least 1/16; nine have 512, which 24 tests use up.
    @Test func whatNoScoresCouldShowIsTold() throws {
        func note(_ subjects: Int, _ regions: Int, _ test: RegionTest, _ correction: PValueCorrection) throws
            -> String
        {
            try #require(
                RegionComparison(
                    unlike(subjects: subjects, regions: regions), regions: (0..<regions).map { "R\($0)" },
                    test: test, correction: correction
                ).chart().note)
        }
        let few = "With n = 5 the smallest p of this test is 0.0625"
        #expect(try note(5, 1, .wilcoxon, .none).contains("\(few): none can be below 0.05."))
        #expect(try note(5, 3, .signFlip, .benjaminiHochberg).contains(few))
        #expect(try note(9, 24, .signFlip, .holm).contains("0.0039, 0.0938 once corrected: none can be"))
        #expect(try note(20, 24, .signFlip(count: 100), .bonferroni).contains("none can be below 0.05"))
        for (subjects, regions, test) in [(6, 1, RegionTest.wilcoxon), (9, 12, .signFlip), (2, 24, .pairedT)]
        {
            #expect(try !note(subjects, regions, test, .holm).contains("none can be"), "\(subjects) \(test)")
        }
        let scores = try RegionScores(unlike(subjects: 4, regions: 2)[0].scores, regions: ["V1", "V4"])
        #expect(
            try scores.chart(significance: scores.tested(.wilcoxon)).note?.contains("none can be") == true)
        #expect(
            try scores.tested(.pairedT).test == "Difference from 0: Student's one-sample t over 4 subjects")
    }

    @Test func scoresThatAreMissingEverywhereAreNotTested() throws {
        let none = Matrix<Double>(rows: 8, columns: 2, repeating: .nan)
        let comparison = try RegionComparison(
            [("a", none), ("b", none)], regions: ["V1", "V4"], test: .wilcoxon)
        #expect(comparison.differences?.rows.map(\.verdict) == ["not tested", "not tested"])
        #expect(comparison.chart().note?.contains("no region could be tested") == true)
    }

    /// The 116 regions of AAL fit a page only one below the other.
    @Test func manyRegionsGoDownAHeatMap() throws {
        let names = (0..<116).map { "R\($0)" }
        let comparison = try RegionComparison(unlike(subjects: 8, regions: 116), regions: names)
        #expect(comparison.heatmap().rows == names && comparison.heatmap().columns == ["a", "b"])
        #expect(try comparison.differenceHeatmap().rows == names)
        #expect(throws: Never.self) {
            try comparison.differenceHeatmap().data(.pdf, width: 8.5, dpi: 300, font: nil)
        }
    }
}
