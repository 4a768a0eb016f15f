import Formats
import Foundation
import Tensors
import Testing

@Suite struct NIfTITests {
    /// What nibabel says of each fixture.
    struct Expected: Decodable {
        let shape: [Int]
        let affine: [[Double]]
        let zooms: [Double]
        let tr: Double?
        let data: [Double]
        let masked: [[Double]]
    }

    static func expected() throws -> [String: Expected] {
        try JSONDecoder().decode([String: Expected].self, from: Data(contentsOf: fixture("nifti.json")))
    }

    @Test(arguments: [
        "series.nii.gz", "scaled.nii.gz", "qform.nii", "neither.nii", "big.nii", "float64.nii.gz",
        "uint8.nii",
        "milliseconds.nii.gz", "flipped.nii",
    ])
    func everythingIsAsNibabelHasIt(_ name: String) throws {
        let expected = try #require(try Self.expected()[name])
        let image = try NIfTI.open(fixture(name))
        #expect(image.shape == expected.shape)
        #expect(zip(image.voxelSizes, expected.zooms).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(image.repetitionTime.map { abs($0 - (expected.tr ?? .nan)) < 1e-6 } ?? (expected.tr == nil))
        // Header numbers are in single precision; nibabel computes with them in double precision, as we do.
        for i in 0..<4 { for j in 0..<4 { #expect(abs(image.affine[i, j] - expected.affine[i][j]) < 1e-5) } }
        let data = try image.tensor().elements
        #expect(data.count == expected.data.count)
        for (found, right) in zip(data, expected.data) { #expect(found == Float(right)) }
        // By place, since the affines of the fixtures differ.
        let voxels = try image.voxelsByTime(at: NIfTI.open(fixture("mask.nii.gz")).maskIndices())
        #expect(voxels.rows == image.volumeCount)
        for (t, row) in expected.masked.enumerated() { #expect(voxels.row(t) == row.map { Float($0) }) }
    }

    @Test func mapsAreWrittenAndReadBack() throws {
        let mask = try NIfTI.open(fixture("mask.nii.gz"))
        let indices = try mask.maskIndices()
        let values = indices.indices.map { Float($0) + 0.5 }
        let map = try NIfTI.volume(of: values, at: indices, shape: mask.shape, background: .nan)
        try withFolder { folder in
            for name in ["map.nii", "map.nii.gz"] {
                let url = folder.appendingPathComponent(name)
                try NIfTI.write(map, affine: mask.affine, to: url)
                let read = try NIfTI.open(url)
                #expect(read.shape == mask.shape)
                for (a, b) in zip(read.affine.elements, mask.affine.elements) { #expect(abs(a - b) < 1e-6) }
                #expect(try read.voxelsByTime(mask: mask).elements == values)
                #expect(try read.tensor().elements.filter(\.isNaN).count == mask.voxelCount - indices.count)
            }
            #expect(throws: FormatError.self) {
                try NIfTI.write(
                    Tensor(shape: [2, 2]), affine: mask.affine, to: folder.appendingPathComponent("x.nii"))
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.sorted() == ["map.nii", "map.nii.gz"])
        }
    }

    @Test func aRepetitionTimeIsWrittenAsItIsOrNotAtAll() throws {
        let series = Tensor<Float>(shape: [2, 2, 1, 3])
        try withFolder { folder in
            let url = folder.appendingPathComponent("x.nii")
            for time in [nil, 0.8, 2] {
                try NIfTI.write(series, affine: .identity, repetitionTime: time, to: url)
                let read = try NIfTI.open(url).repetitionTime
                #expect(read == time.map { Double(Float($0)) })
            }
            // Of a spectrum (Hz, ppm, rad) the step is no time.
            for (units, expected) in [
                (UInt8(8), Optional(2.0)), (16, 0.002), (32, nil), (40, nil), (48, nil),
            ] {
                var data = try Data(contentsOf: url)
                data[123] = 2 | units
                let other = folder.appendingPathComponent("y.nii")
                try data.write(to: other)
                #expect(try NIfTI.open(other).repetitionTime == expected)
            }
            for time in [0, -2, Double.nan, .infinity, 1e300, 1e-300] {
                let error = #expect(throws: FormatError.self) {
                    try NIfTI.write(series, affine: .identity, repetitionTime: time, to: url)
                }
                #expect(error?.description.contains("the repetition time") == true)
            }
        }
    }

    @Test func whatNIfTICannotHoldIsNotWritten() throws {
        let map = Tensor<Float>(shape: [2, 2, 1])
        try withFolder { folder in
            for name in ["x.mgz", "x.mgh", "x.img", "x.hdr.gz", "x.GII", "x.nii.bz2"] {
                let url = folder.appendingPathComponent(name)
                let error = #expect(throws: FormatError.self) {
                    try NIfTI.write(map, affine: .identity, to: url)
                }
                #expect(error?.description.contains(".nii.gz") == true)
            }
            for (row, column, value) in [(3, 0, 1.0), (3, 3, 2.0), (0, 0, Double.nan), (1, 3, 1e300)] {
                var matrix = Affine.identity.matrix
                matrix[row, column] = value
                #expect(throws: FormatError.self) {
                    try NIfTI.write(map, affine: matrix, to: folder.appendingPathComponent("x.nii"))
                }
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test func aMaskOfAnotherShapeOrWithoutVoxelsIsRefused() throws {
        let image = try NIfTI.open(fixture("series.nii.gz"))
        let error = #expect(throws: FormatError.self) {
            try image.voxelsByTime(mask: NIfTI.open(fixture("othershape.nii.gz")))
        }
        #expect(error?.description.contains("the mask's shape should be that of series.nii.gz") == true)
        #expect(throws: FormatError.self) { try image.voxelsByTime(at: [image.voxelCount]) }
    }

    @Test func anImageOfSeveralNumbersIsNoMaskUntilItIsCutAtAThreshold() throws {
        let anatomy = try NIfTI.open(fixture("uint8.nii"))
        let values = try anatomy.tensor()
        try #require(Set(values.elements.filter { $0 != 0 }).count > 1)
        let error = #expect(throws: FormatError.self) { try anatomy.maskIndices() }
        #expect(error?.description.contains("above(0)") == true)
        let (shape, limit) = (
            anatomy.shape, try #require(values.elements.sorted().dropFirst(values.count / 2).first)
        )
        #expect(throws: FormatError.self) { try anatomy.above(.nan) }
        #expect(throws: FormatError.self) { try anatomy.labelsOfMaximum(threshold: .nan) }
        let mask = try anatomy.above(Double(limit))
        let expected = (0..<anatomy.voxelCount).filter { index in
            let (x, rest) = index.quotientAndRemainder(dividingBy: shape[1] * shape[2])
            return values[x, rest / shape[2], rest % shape[2]] > limit
        }
        #expect(try mask.maskIndices() == expected && !expected.isEmpty)
        #expect(try anatomy.voxelsByTime(mask: mask).columns == expected.count)
        try withFolder { folder in
            let place = folder.path + "/mask.nii.gz"
            try mask.write(to: place)
            let read = try NIfTI.open(place)
            #expect(try read.maskIndices() == expected && read.grid.matches(anatomy.grid))
        }
    }

    /// A copy of the uncompressed fixture with some bytes of its header replaced.
    func changed(_ offset: Int, _ bytes: [UInt8], _ body: (URL) throws -> Void) throws {
        try withFolder { folder in
            var data = try Data(contentsOf: fixture("uint8.nii"))
            data.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            let url = folder.appendingPathComponent("x.nii")
            try data.write(to: url)
            try body(url)
        }
    }

    @Test(
        arguments: [
            (0, [28, 2, 0, 0], "NIfTI-2"), (0, [1, 2, 3, 4], "NIfTI-1 header"),
            (344, [110, 105, 49], "two files"),
            (344, [0, 0, 0], "magic word"), (40, [9, 0], "dim[0]"), (42, [255, 255], "positive extents"),
            (42, [255, 127], "cut short"), (70, [32, 0], "datatype"), (108, [0, 0, 192, 127], "vox_offset"),
            (108, [0, 0, 0, 0], "vox_offset"), (108, [0, 0, 128, 78], "cut short"),
            (112, [0, 0, 128, 63, 0, 0, 192, 127], "scl_inter"),
        ] as [(Int, [UInt8], String)])
    func malformedHeadersAreRefused(_ offset: Int, _ bytes: [UInt8], _ message: String) throws {
        try changed(offset, bytes) { url in
            let error = #expect(throws: FormatError.self) { try NIfTI.open(url) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    /// Writing needs the numbers a second time, in the file's order.
    @Test func anImageThatDoesNotFitIntoMemoryTwiceIsNotWritten() throws {
        let memory = Storage(byteCount: 64)
        // More than there is: nothing of it may be read.
        let huge = Tensor<Float>(
            shape: [32_767, 32_767, 32_767], storage: Storage(borrowing: memory.base, from: memory))
        try withFolder { folder in
            let url = folder.appendingPathComponent("huge.nii")
            let error = #expect(throws: FormatError.self) {
                try NIfTI.write(huge, affine: .identity, to: url)
            }
            #expect(error?.description.contains("of memory") == true, "\(error?.description ?? "")")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: ["uint8.nii", "scaled.nii.gz", "qform.nii"])
    func damagedImagesNeverTrap(_ name: String) throws {
        try fuzz(fixture(name)) { url in
            let image = try NIfTI.open(url)
            _ = try image.tensor().count
            _ = try image.voxelsByTime(at: image.above(0).maskIndices())
        }
    }
}
