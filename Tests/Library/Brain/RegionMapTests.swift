import Brain
import Encoding
import Figures
import Foundation
import Tables
import Tensors
import Testing

/// Answers of numpy, scipy, neuromaps and brainspace; made by `Tests/Oracles/region_maps.py`.
private struct Answers: Decodable {
    struct Summary: Decodable {
        struct Region: Decodable {
            let count: Int
            let mean, median, sd, sem, share: Double
            let quartiles, interval: [Double]
        }
        let regions: [String]
        let scores: [Double?]
        let answers: [Region]
    }
    struct Spins: Decodable {
        struct Answer: Decodable {
            let order: [[Int32]]
            let r, p: Double
        }
        let places: [[Double]]
        let right: [Int]
        let first, second: [Double]
        let answers: [String: Answer]
    }
    struct Moran: Decodable {
        let places, surrogates: [[Double]]
        let values, other, eigenvalues: [Double]
        let r, p: Double
    }
    struct FlatMap: Decodable {
        let values, curvature, regions: [Double]
        let picture: [Double?]
        let width, height: Int
    }
    let summary: Summary
    let spins: Spins
    let moran: Moran
    let flatMap: FlatMap

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")
    static let loaded = Result {
        try JSONDecoder().decode(
            Answers.self, from: Data(contentsOf: folder.appendingPathComponent("region-maps.json")))
    }
}

private func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(1, abs(b))
}

@Suite struct RegionMapTests {
    @Test func summaryIsThatOfNumpyAndScipy() throws {
        let answers = try Answers.loaded.get().summary
        let scores = try RegionScores(
            answers.scores.map { $0 ?? .nan }, regions: Regions(names: answers.regions), scoreName: "r")
        let table = try scores.summary(chance: 0.05, level: 0.9, resamples: 500, seed: 3)
        #expect(table.rowCount == 3)
        #expect(try table["without score", as: Int.self] == [1, 0, 0])
        let names = [
            "mean", "median", "SD", "SEM", "lower quartile", "upper quartile", "share above 0.050",
            "90 % interval from", "90 % interval to",
        ]
        let columns = try names.map { try table[$0, as: Double.self] }
        for (row, answer) in answers.answers.enumerated() {
            let expected =
                [answer.mean, answer.median, answer.sd, answer.sem] + answer.quartiles + [answer.share]
                + answer.interval
            for (column, value) in zip(columns, expected) { #expect(isClose(column[row], value)) }
            #expect(try table["voxels", as: Int.self][row] == answer.count)
        }
        // One voxel has a mean, but neither a deviation nor an interval.
        #expect(columns[2][2].isNaN && columns[7][2].isNaN && columns[0][2].isFinite)
        #expect(throws: (any Error).self) { try scores.summary(level: 2) }
        #expect(throws: (any Error).self) { try scores.summary(chance: .nan) }
        #expect(throws: (any Error).self) { try scores.summary(resamples: 0) }
    }

    @Test func selectionsAreThoseOfThePaper() throws {
        let responses = Matrix<Float>([[1, 0, 2, 1, .nan], [-1, 0, 1, 1, 1], [3, 0, 1, 1, 1]])
        let regions = Regions(names: ["Calcarine_L", "Calcarine_L", "Cerebelum_6_L", "", "Calcarine_L"])
        let study = try Study(name: "s", responses: responses, regions: regions)
        let r2 = [0.2, 0.1, 0.3, 0.1, 0.1]
        #expect(try VoxelSelection.all.isSelected(r2: r2, in: study) == [true, false, true, true, false])
        #expect(
            try VoxelSelection.pos.isSelected(r2: [0.2, 0.1, -0.3, .nan, 1], in: study)
                == [true, false, false, false, false])
        #expect(try VoxelSelection.pos90.isSelected(r2: r2, in: study) == [true, false, false, false, false])
        let ceiling = try NoiseCeiling(explainableVariance: [0.5, 0, 0.01, .nan, 0.9], repeats: 1)
        #expect(
            try VoxelSelection.pos.and(.ceiling(ceiling, atLeast: 0.2)).isSelected(r2: r2, in: study)
                == [true, false, false, false, false])
        #expect(VoxelSelection.pos.description == "a response other than 0, R² > 0")
        // Standardized responses have a sum of 0, some to the last digit.
        let standardized = Matrix<Float>([[1, 0, 1], [-1, 0, -2], [0, 0, .infinity]])
        let scored = try Study(name: "s", responses: standardized)
        #expect(try VoxelSelection.all.isSelected(r2: [1, 1, 1], in: scored) == [true, false, true])
        #expect(try VoxelSelection.pos.isSelected(r2: [1, 1, 0], in: scored) == [true, false, false])
        let own = try Study(name: "s", responses: responses, regions: Regions(names: ["V1", "", "", "", ""]))
        #expect(throws: BrainError.self) { try VoxelSelection.pos90.isSelected(r2: r2, in: own) }
        #expect(throws: BrainError.self) { try VoxelSelection.all.isSelected(r2: [1], in: study) }
        let scores = try RegionScores(
            r2, regions: regions, selected: [true, false, true, true, false], rule: "some")
        #expect(scores.rows.map(\.count) == [1, 1] && scores.unlabelledCount == 1)
        #expect(scores.sorted(by: .score).rule == "some")
    }

    @Test(arguments: ["nearest", "onceEach"]) func spinsAreThoseOfNeuromaps(_ name: String) throws {
        let spins = try Answers.loaded.get().spins
        let answer = try #require(spins.answers[name])
        let made = try SpinRotations(
            sphere: Matrix(spins.places), isRight: spins.right.map { $0 == 1 }, count: 40,
            matching: name == "nearest" ? .nearest : .onceEach, seed: 17)
        #expect(made.rearrangements == answer.order)
        let test = try MapCorrelation(spins.first, spins.second, spins: made)
        #expect(isClose(test.r, answer.r) && isClose(test.p, answer.p))
        #expect(made.duplicates == 0 && test.nulls.count == 40)
        let rearranged = try MapCorrelation(
            spins.first, spins.second, nulls: made.rearranged(spins.first), method: "")
        #expect(rearranged.nulls == test.nulls && rearranged.p == test.p)
        #expect(throws: BrainError.self) { try MapCorrelation([1, 2, 3], [1, 2, 3], spins: made) }
    }

    @Test func nearestPlacesAreThoseOfASearchOfAll() throws {
        var random = NumpyRandom(seed: 8)
        let places = (0..<700).map { _ in (0..<3).map { _ in random.gaussian() } }
        // Far beyond the places, too, and of places in a plane.
        for flat in [1.0, 0] {
            let points = places.map { [$0[0], $0[1], $0[2] * flat] }
            let spins = try SpinRotations(
                sphere: Matrix(points), isRight: Array(repeating: false, count: 700), count: 1, seed: 3)
            #expect(Set(spins.rearrangements[0]).count > 100)
        }
    }

    @Test func spinsRefuseWhatIsNoSphere() throws {
        let two = Matrix<Double>([[0, 0, 1], [1, 0, 0]])
        #expect(throws: BrainError.self) { try SpinRotations(sphere: two, isRight: [true], seed: 1) }
        #expect(throws: BrainError.self) {
            try SpinRotations(sphere: Matrix<Double>([[0, 1], [1, 0]]), isRight: [true, true], seed: 1)
        }
        #expect(throws: BrainError.self) {
            try SpinRotations(sphere: two, isRight: [true, true], count: 0, seed: 1)
        }
        #expect(throws: BrainError.self) {
            try SpinRotations(
                sphere: Matrix<Double>([[0, 0, .nan], [1, 0, 0]]), isRight: [true, true], seed: 1)
        }
        let many = [Bool](repeating: false, count: 300_000)
        #expect(throws: BrainError.self) {
            try SpinRotations(
                sphere: Matrix<Double>(rows: 300_000, columns: 3), isRight: many, count: 1_000_000, seed: 1)
        }
        let few = try SpinRotations(
            sphere: two, isRight: [true, true], count: 3, matching: .onceEach, seed: 1)
        #expect(few.rearrangements.count == 3 && few.duplicates >= 2)
    }

    @Test func moranSurrogatesAreThoseOfBrainspace() throws {
        let answer = try Answers.loaded.get().moran
        let moran = try MoranSurrogates(coordinates: Matrix(answer.places))
        #expect(moran.eigenvalues.count == 49)
        // brainspace's eigenvalues are of single precision.
        for (mine, theirs) in zip(moran.eigenvalues, answer.eigenvalues) {
            #expect(abs(mine - theirs) < 1e-4)
        }
        let surrogates = try moran.surrogates(of: answer.values, count: 30, seed: 5)
        for (row, expected) in answer.surrogates.enumerated() {
            for (mine, theirs) in zip(surrogates.row(row), expected) { #expect(isClose(mine, theirs, 1e-8)) }
        }
        let test = try MapCorrelation(answer.values, answer.other, moran: moran, count: 30, seed: 5)
        #expect(isClose(test.r, answer.r) && isClose(test.p, answer.p))
        #expect(throws: BrainError.self) {
            try MoranSurrogates(coordinates: Matrix<Double>([[0, 0, 0], [0, 0, 0], [1, 0, 0]]))
        }
        #expect(throws: BrainError.self) {
            try MoranSurrogates(distances: Matrix<Double>([[0, 1, 2], [1, 0, 3], [2, 4, 0]]))
        }
        #expect(throws: BrainError.self) { try moran.surrogates(of: [1, 2], seed: 1) }
    }

    @Test func flatMapIsTheSparseProduct() throws {
        let answer = try Answers.loaded.get().flatMap
        let mapper = try FlatMapper.open(Answers.folder.appendingPathComponent("flat-mapper.h5"))
        #expect(mapper.width == answer.width && mapper.height == answer.height && mapper.voxelCount == 25)
        let picture = try mapper.pixels(of: answer.values)
        for (mine, theirs) in zip(picture.elements, answer.picture) { #expect(isClose(mine, theirs ?? .nan)) }
        // A voxel without a value leaves its pixels to the others.
        var holed = answer.values
        holed[0] = .nan
        let with = try mapper.pixels(of: holed).elements
        #expect(zip(with, picture.elements).contains { $0.isNaN != $1.isNaN || $0 != $1 })
        #expect(try mapper.pixels(of: Array(repeating: .nan, count: 25)).elements.allSatisfy(\.isNaN))
        #expect(throws: BrainError.self) { try mapper.pixels(of: [1]) }
        let figure = try mapper.flatMap(answer.values, scoreName: "R²", threshold: 0.1)
        #expect(figure.data.rowCount == 25)
        #expect(figure.vegaLite.contains("data:image/png"))
    }
}
