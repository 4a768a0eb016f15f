import Brain
import Encoding
import Foundation
import Tensors
import Testing

@Suite struct ModalityComparisonTests {
    private let names = (0..<30).map { "R\($0)" }

    /// Scores of two models in subjects: in the first 5 regions the multimodal one is better, in the next 3 the unimodal.
    private func study(_ random: inout NumpyRandom, subjects: Int = 8, effect: Double = 0.02) throws
        -> [(multimodal: RegionScores, unimodal: RegionScores)]
    {
        try (0..<subjects).map { _ in
            let base = names.map { _ in 0.1 + 0.05 * random.gaussian() }
            func scores(_ shift: (Int) -> Double) throws -> RegionScores {
                let values = names.indices.map { base[$0] + shift($0) + 0.01 * random.gaussian() }
                return try RegionScores(Matrix([values]), regions: names, scoreName: "R²")
            }
            return (
                try scores { $0 < 5 ? effect : 0 }, try scores { (5..<8).contains($0) ? effect : 0 }
            )
        }
    }

    @Test func verdictsFollowTheTestAndTheRuleSaysSo() throws {
        var random = NumpyRandom(seed: 3)
        let comparison = try ModalityComparison(subjects: study(&random, effect: 0.1))
        #expect(Set(comparison.multisensory.map(\.name)).isSuperset(of: names.prefix(5)))
        #expect(comparison.rows[5..<8].allSatisfy { $0.verdict == .unimodal })
        #expect(comparison.rule.contains("q of at most 0.050"))
        #expect(comparison.rule.contains("paired t over 8 subjects"))
        let table = comparison.data
        #expect(table.rowCount == 30 && table.columnNames.contains("verdict"))
        for (row, region) in comparison.rows.enumerated() {
            #expect(abs(region.difference - (region.multimodal - region.unimodal)) < 1e-12)
            #expect(try table["q", as: Double.self][row] == region.q)
        }
        let chart = comparison.chart()
        #expect(chart.bars.count == 30 && chart.bars[0].value >= chart.bars[29].value)
        #expect(comparison.description.contains("multimodal better in"))
    }

    @Test func aSubjectMayLackARegion() throws {
        var random = NumpyRandom(seed: 4)
        var subjects = try study(&random)
        let few = Array(names.prefix(10))
        func cut(_ scores: RegionScores) throws -> RegionScores {
            try RegionScores(Matrix([scores.rows.prefix(10).map(\.mean)]), regions: few, scoreName: "R²")
        }
        subjects[0] = (try cut(subjects[0].multimodal), try cut(subjects[0].unimodal))
        let comparison = try ModalityComparison(subjects: subjects)
        #expect(comparison.rows[0].count == 8 && comparison.rows[20].count == 7)
        subjects[1].unimodal = try cut(subjects[1].unimodal)
        #expect(throws: BrainError.self) { try ModalityComparison(subjects: subjects) }
        #expect(throws: BrainError.self) { try ModalityComparison(subjects: [subjects[2]]) }
        #expect(throws: BrainError.self) { try ModalityComparison(subjects: study(&random), level: 0) }
    }

    /// The false discovery rate over simulated studies, with its standard error, and the share of true differences found.
    private func rates(_ studies: Int, _ compare: (inout NumpyRandom) throws -> ModalityComparison) rethrows
        -> (rate: Double, error: Double, power: Double)
    {
        var random = NumpyRandom(seed: 11)
        var (shares, found): ([Double], Double) = ([], 0)
        for _ in 0..<studies {
            let rows = try compare(&random).rows
            let isRight = rows.enumerated().map { place, row in
                place < 5 ? row.verdict == .multimodal : place < 8 ? row.verdict == .unimodal : false
            }
            let called = rows.count { [.multimodal, .unimodal].contains($0.verdict) }
            let right = isRight.count { $0 }
            shares.append(called == 0 ? 0 : Double(called - right) / Double(called))
            found += Double(right) / 8
        }
        let mean = shares.reduce(0, +) / Double(studies)
        let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(studies - 1)
        return (mean, (variance / Double(studies)).squareRoot(), found / Double(studies))
    }

    private var studies: Int { ProcessInfo.processInfo.environment["GYRUS_SOAK"] == "1" ? 200 : 60 }

    @Test func falseDiscoveriesOverSubjectsStayAtTheirRate() throws {
        let (rate, error, power) = try rates(studies) { try ModalityComparison(subjects: study(&$0)) }
        print("over subjects: FDR \(rate) ± \(error), power \(power) in \(studies) studies")
        #expect(rate <= 0.05 + 2 * error)
        #expect(power > 0.5)
    }

    @Test func falseDiscoveriesOverBlocksOfTimeStayAtTheirRate() throws {
        let (samples, perRegion) = (240, 3)
        let voxels = names.count * perRegion
        let regions = Regions(names: (0..<voxels).map { names[$0 / perRegion] })
        let studies = studies == 200 ? 200 : 15
        let (rate, error, power) = try rates(studies) { random in
            // Signals and noise of every voxel drift slowly, so that samples are not independent.
            func drift(_ random: inout NumpyRandom) -> [Double] {
                var (value, series) = (0.0, [Double]())
                for _ in 0..<samples {
                    value = 0.5 * value + random.gaussian()
                    series.append(value)
                }
                return series
            }
            var (responses, multimodal, unimodal) = (
                Matrix<Double>(rows: samples, columns: voxels),
                Matrix<Double>(rows: samples, columns: voxels),
                Matrix<Double>(rows: samples, columns: voxels)
            )
            for voxel in 0..<voxels {
                let (own, common, noise) = (drift(&random), drift(&random), drift(&random))
                let region = voxel / perRegion
                let (a, b) = (drift(&random), drift(&random))
                for sample in 0..<samples {
                    responses[sample, voxel] = common[sample] + own[sample] + 1.5 * noise[sample]
                    let (more, less) = (common[sample] + 0.7 * own[sample], common[sample])
                    multimodal[sample, voxel] = (region < 5 ? more : less) + 0.3 * a[sample]
                    unimodal[sample, voxel] = ((5..<8).contains(region) ? more : less) + 0.3 * b[sample]
                }
            }
            return try ModalityComparison(
                multimodal: multimodal, unimodal: unimodal, responses: responses, regions: regions,
                permutations: 2_000)
        }
        print("over blocks of time: FDR \(rate) ± \(error), power \(power) in \(studies) studies")
        #expect(rate <= 0.05 + 2 * error)
        #expect(power > 0.5)
    }

    @Test func sharesOfBandsAreTestedAsThePartsAre() throws {
        var random = NumpyRandom(seed: 6)
        let (samples, voxels) = (200, 6)
        func noise() -> Matrix<Double> {
            Matrix(
                rows: samples, columns: voxels,
                elements: (0..<samples * voxels).map { _ in random.gaussian() })
        }
        let (first, second) = (noise(), noise())
        let responses = first + second * 0.3 + noise() + 7.0
        let regions = Regions(names: ["A", "A", "A", "B", "B", "B"])
        let split = try SplitScores(parts: [first, second], responses: responses)
        let comparison = try ModalityComparison(
            parts: (multimodal: first, unimodal: second), responses: responses, regions: regions,
            blockLength: 10)
        let voxelwise = try #require(comparison.voxels)
        for voxel in 0..<voxels {
            #expect(abs(voxelwise.differences[voxel] - (split.r2[0][voxel] - split.r2[1][voxel])) < 1e-9)
        }
        let mean = (0..<3).map { split.r2[0][$0] - split.r2[1][$0] }.reduce(0, +) / 3
        #expect(abs(comparison.rows[0].difference - mean) < 1e-9)
        #expect(comparison.multisensory.map(\.name) == ["A", "B"])

        let over = try ModalityComparison(
            splits: [split, split, split], regions: [regions, regions, regions])
        #expect(abs(over.rows[0].difference - mean) < 1e-9)
        #expect(throws: BrainError.self) {
            try ModalityComparison(splits: [split], regions: [regions], multimodal: 2)
        }
    }

    @Test func voxelsOfACommonSpaceAreTestedToo() throws {
        let regions = Regions(names: ["A", "A", "B"])
        let subjects = (0..<6).map { subject -> (multimodal: [Double], unimodal: [Double]) in
            let shift = Double(subject) / 100
            return ([0.3 + shift, 0.2, .nan], [0.1, 0.2 - shift * 0.001, 0.1])
        }
        let comparison = try ModalityComparison(subjects: subjects, regions: regions, scoreName: "r")
        let voxels = try #require(comparison.voxels)
        #expect(abs(voxels.differences[0] - 0.225) < 1e-12 && voxels.p[0] < 0.001 && voxels.p[2].isNaN)
        #expect(comparison.rows[1].verdict == .untested)
    }
}
