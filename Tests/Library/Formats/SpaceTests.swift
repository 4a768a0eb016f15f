import Formats
import Foundation
import Tensors
import Testing

@Suite struct SpaceTests {
    /// What nibabel says of an affine.
    struct Expected: Decodable {
        let affine: [[Double]]
        let inverse: [[Double]]?
        let orientation: String
        let sizes: [Double]
        let position: [Double]
    }

    static func image(_ name: String) throws -> NIfTI { try NIfTI.open(fixture("space/\(name).nii.gz")) }

    @Test func affinesAreThoseOfNibabel() throws {
        let cases = try JSONDecoder().decode(
            [Expected].self, from: Data(contentsOf: fixture("space/affines.json")))
        #expect(cases.count > 50)
        for expected in cases {
            let affine = try Affine(rows: expected.affine)
            #expect(affine.orientation == expected.orientation, "\(affine)")
            #expect(zip(affine.voxelSizes, expected.sizes).allSatisfy { abs($0 - $1) < 1e-12 })
            let position = affine.position(ofVoxel: [3, 1.5, -2])
            #expect(zip(position, expected.position).allSatisfy { abs($0 - $1) < 1e-11 })
            guard let right = expected.inverse else {
                #expect(throws: GridError.self) { try affine.inverse() }
                continue
            }
            let inverse = try affine.inverse()
            for (a, b) in zip(inverse.elements, right.flatMap(\.self)) {
                #expect(abs(a - b) < 1e-9 * max(1, abs(b)))
            }
            #expect(zip(try affine.voxel(at: position), [3, 1.5, -2]).allSatisfy { abs($0 - $1) < 1e-9 })
            #expect(
                zip((affine * inverse).elements, Affine.identity.elements).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    @Test func whatIsNoAffineIsRefused() throws {
        #expect(throws: GridError.self) { try Affine(rows: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]) }
        #expect(throws: GridError.self) {
            try Affine(rows: [[1, 0, 0, .nan], [0, 1, 0, 0], [0, 0, 1, 0]])
        }
        #expect(throws: GridError.self) { try Affine(Matrix(rows: 4, columns: 4)) }
        #expect(throws: GridError.self) { try ImageGrid(shape: [2, 0, 1], affine: .identity) }
    }

    @Test(
        arguments: ["decimal", "map", "oblique", "holes", "labels", "series"], VolumeInterpolation.allCases)
    func resamplingGivesTheNumbersOfNilearn(_ source: String, _ interpolation: VolumeInterpolation) throws {
        let results = try NumPyArchive.open(fixture("space/resampled.npz"))
        let image = try Self.image(source)
        let targets =
            source == "decimal"
            ? ["decimal-flipped", "decimal-shifted", "decimal-coarser", "decimal-finer"]
            : ["same", "flipped", "shifted", "larger", "finer", "coarser", "permuted", "turned"]
        for target in targets {
            let grid = try Self.image("to-\(target)")
            let result = try image.resampled(to: grid, interpolation)
            let expected: Tensor<Float> = try results.array("\(source) \(target) \(interpolation.rawValue)")
                .tensor()
            #expect(result.grid.matches(grid.grid) && result.volumeCount == image.volumeCount)
            let found = try result.tensor()
            #expect(found.shape == expected.shape)
            let worst = zip(found.elements, expected.elements).map { a, b -> Float in
                a == b || a.isNaN && b.isNaN ? 0 : abs(a - b) / max(1, abs(b))
            }.map { $0.isNaN ? .infinity : $0 }.max()
            #expect(try #require(worst) < 1e-5, "\(source) to \(target), \(interpolation)")
        }
    }

    @Test func aResampledMaskOrMapHasTheGridOfTheImage() throws {
        let (labels, turned) = (try Self.image("labels"), try Self.image("to-turned"))
        #expect(throws: FormatError.self) { try turned.voxelsByTime(mask: labels.above(0)) }
        let nearest = try labels.resampled(to: turned, .nearest)
        let mask = try nearest.above(0)
        #expect(try turned.voxelsByTime(mask: mask).columns == mask.maskIndices().count)
        #expect(Set(try nearest.labels(at: mask.maskIndices())) == [1, 2, 3, 4])
        // Between voxels the labels are none.
        let error = #expect(throws: FormatError.self) { try labels.resampled(to: turned).maskIndices() }
        #expect(error?.description.contains("a map of probabilities becomes a mask by a threshold") == true)
    }

    @Test("large numbers between whole ones are no labels, either")
    func fractionsAreNoLabels() throws {
        try withFolder { folder in
            let file = folder.appending(path: "labels.nii")
            let image = Tensor<Float>(
                shape: [4, 1, 1], elements: [1_000_000, 1_000_000.5, 0.9999999, 0.999])
            try NIfTI.write(image, affine: .identity, to: file)
            let labels = try NIfTI.open(file)
            #expect(try labels.labels(at: [0, 2]) == [1_000_000, 1])
            for index in [1, 3] {
                let error = #expect(throws: FormatError.self) { try labels.labels(at: [index]) }
                #expect(error?.description.contains("a label") == true)
            }
        }
    }

    @Test func aSliceIsFoundInSpiteOfRoundings() throws {
        try withFolder { folder in
            let file = folder.appending(path: "slice.nii")
            let slice = Tensor<Float>(shape: [4, 3, 1], elements: (0..<12).map(Float.init))
            let rows = [[-3.1, 0, 0, 60.45], [0, 4, 0, -36], [0, 0, 3.7, 0.3]]
            try NIfTI.write(slice, affine: Affine(rows: rows), to: file)
            let turned = [[3.1, 0, 0, 51.15], [0, 4, 0, -36], [0, 0, 3.7, 0.3000004]]
            let grid = try ImageGrid(shape: [4, 3, 1], affine: Affine(rows: turned))
            let found = try NIfTI.open(file).resampled(to: grid, .nearest).tensor().elements
            #expect(Array(found[3..<9]) == [6, 7, 8, 3, 4, 5])
        }
    }

    @Test func imagesThatShareNoPlaceAreNotResampled() throws {
        let image = try Self.image("map")
        let far = try ImageGrid(
            shape: [4, 4, 4], affine: Affine(rows: [[1, 0, 0, 500], [0, 1, 0, 0], [0, 0, 1, 0]]))
        let error = #expect(throws: FormatError.self) { try image.resampled(to: far) }
        #expect(error?.description.contains("shares no place") == true)
        let huge = try ImageGrid(shape: [100_000, 100_000, 10_000], affine: far.affine)
        let memory = #expect(throws: FormatError.self) { try image.resampled(to: huge) }
        #expect(memory?.description.contains("of memory") == true)
    }

    @Test func affinesAreEqualToWithinTheRoundingOfHeaders() throws {
        let rows = [[-3.3, 0.02, 0.1, 90.7], [0.03, 3.1, 0.3, -126.3], [-0.1, -0.3, 3.3, -72.1]]
        let grid = try ImageGrid(shape: [64, 64, 33], affine: Affine(rows: rows))
        let single = try ImageGrid(
            shape: [64, 64, 33], affine: Affine(rows: rows.map { $0.map { Double(Float($0)) } }))
        #expect(grid != single && grid.matches(single) && single.matches(grid))
        for (row, column, change) in [(0, 3, 0.01), (1, 1, 0.001), (2, 0, 0.01), (0, 0, 6.6)] {
            var other = rows
            other[row][column] += change
            #expect(!grid.matches(try ImageGrid(shape: [64, 64, 33], affine: Affine(rows: other))))
        }
        #expect(!grid.matches(try ImageGrid(shape: [64, 33, 64], affine: Affine(rows: rows))))
    }

    /// Writes a series of ones and a mask, whose affines are given, and has the mask taken.
    func masked(
        _ series: [[Double]], _ mask: [[Double]], shape: [Int] = [3, 4, 2], values: [Float]? = nil
    ) throws -> Matrix<Float> {
        try withFolder { folder in
            let (seriesFile, maskFile) = (
                folder.appending(path: "bold.nii"), folder.appending(path: "mask.nii")
            )
            let image = Tensor<Float>(shape: [3, 4, 2, 5], elements: (0..<120).map(Float.init))
            try NIfTI.write(image, affine: Affine(rows: series), to: seriesFile)
            let count = shape.reduce(1, *)
            try NIfTI.write(
                Tensor(shape: shape, elements: values ?? (0..<count).map { Float($0 % 2) }),
                affine: Affine(rows: mask), to: maskFile)
            return try NIfTI.open(seriesFile).voxelsByTime(mask: NIfTI.open(maskFile))
        }
    }

    let las = [[-3.0, 0, 0, 90], [0, 3, 0, -126], [0, 0, 3, -72]]
    let ras = [[3.0, 0, 0, 84], [0, 3, 0, -126], [0, 0, 3, -72]]

    @Test func aMaskOfTheOtherOrientationIsRefusedWithBothAffines() throws {
        #expect(try masked(las, las).columns == 12)
        let error = try #require(throws: FormatError.self) { try masked(las, ras) }
        let text = error.description
        #expect(
            text.contains(
                "the mask's affine should be that of bold.nii, LAS [-3 0 0 90; 0 3 0 -126; 0 0 3 -72]"))
        #expect(text.contains("but is RAS [3 0 0 84; 0 3 0 -126; 0 0 3 -72]"))
        #expect(text.contains("resampled(to: …, .nearest)"))
    }

    @Test func masksOfOneVolumeAreTakenAndOthersRefused() throws {
        #expect(try masked(las, las, shape: [3, 4, 2, 1]).columns == 12)
        for (shape, values) in [
            ([3, 4, 2, 2], (0..<48).map { Float($0 % 2) }), ([3, 4, 2], (0..<24).map { Float($0) / 24 }),
            ([3, 4, 2], [Float](repeating: 0, count: 24)),
        ] {
            #expect(throws: FormatError.self) { try masked(las, las, shape: shape, values: values) }
        }
        // Two values are a mask whatever they are; NaN is outside.
        let half = (0..<24).map { $0 < 6 ? Float(0.5) : $0 < 12 ? .nan : 0 }
        #expect(try masked(las, las, values: half).columns == 6)
    }

    @Test func longVectorsOfFreeSurferAreReadAsNibabelReadsThem() throws {
        for count in [163_842, 40_962, 20_484] {
            let surface = try Self.image("surface-\(count)")
            #expect(surface.shape == [count, 1, 1])
            let numbers = try surface.tensor().elements
            #expect(numbers.count == count && numbers.indices.allSatisfy { numbers[$0] == Float($0 % 251) })
        }
        let series = try Self.image("surface-series")
        #expect(series.shape == [40_962, 1, 1, 2])
        let expected = (0..<40_962 * 2).map { Float($0 % 251) }
        #expect(try series.tensor().elements == expected)
    }

    @Test(arguments: [[163_842, 1, 1], [40_962, 1, 1, 2], [32_768, 1, 1]])
    func longVectorsAreWrittenAndReadBack(_ shape: [Int]) throws {
        try withFolder { folder in
            let file = folder.appending(path: "surface.nii")
            let image = Tensor<Float>(
                shape: shape, elements: (0..<shape.reduce(1, *)).map { Float($0 % 1013) })
            try NIfTI.write(image, affine: .identity, to: file)
            let read = try NIfTI.open(file)
            #expect(try read.shape == shape && read.tensor() == image)
            #expect(throws: FormatError.self) {
                try NIfTI.write(Tensor(shape: [32_768, 2, 1]), affine: .identity, to: file)
            }
        }
    }

    @Test func aVolumeOfOtherVoxelsIsRefused() {
        #expect(throws: GridError.self) { try NIfTI.volume(of: [1, 2], at: [0], shape: [2, 2, 2]) }
        #expect(throws: GridError.self) { try NIfTI.volume(of: [1], at: [8], shape: [2, 2, 2]) }
        #expect(throws: GridError.self) { try NIfTI.volume(of: [1, 2], at: [3, 3], shape: [2, 2, 2]) }
        #expect(throws: GridError.self) {
            try NIfTI.volume(of: [1], at: [0], shape: [100_000, 100_000, 1000])
        }
    }
}
