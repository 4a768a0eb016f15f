import Brain
import Encoding
import Formats
import Foundation
import Tensors
import Testing

@Suite struct FileTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func aStudyComesBackAsItWasWritten() throws {
        let space = try VoxelSpace(
            shape: [2, 2, 1], indices: [3, 0, 1], affine: [[2, 0, 0, 1], [0, 2, 0, 2], [0, 0, 3, 4]])
        let study = try Study(
            name: "sub-01", stimuli: ["ein Hund", "naïve 狗", "", "a"],
            responses: Matrix([[1, 2, 3], [4, 5, .nan], [7, 8, 9], [0, 1, 0]]), runs: Runs(lengths: [3, 1]),
            space: space, regions: Regions(names: ["V1", "", "IT"], groups: ["V1": "early"]))
        try withFolder { folder in
            let path = folder.appendingPathComponent("sub-01.h5").path
            try study.write(to: path)
            let read = try Study.open(path)
            #expect(read.name == "sub-01" && read.stimuli == study.stimuli && read.runs == study.runs)
            #expect(try read.space == study.space)
            #expect(try read.regions == study.regions)
            #expect(read.responses.row(0) == [1, 2, 3] && read.responses[1, 2].isNaN)
        }
    }

    /// Regions keep their order, numbers, groups and colors, and two of one name stay two.
    @Test func regionsComeBackAsTheyWereWritten() throws {
        let table = RegionTable(
            name: "test",
            regions: [
                Region(id: 7, name: "TE1", group: "temporal", color: SIMD4(1, 0.5, 0, 1)),
                Region(id: 3, name: "V1", group: "left"), Region(id: 2001, name: "V1", group: "right"),
            ])
        let regions = try Regions(labels: [2001, 0, 3, 7], table: table)
        let study = try Study(
            name: "sub-03", responses: Matrix([[1, 2, 3, 4]]), regions: regions,
            regionSets: [RegionSet("again", regions)])
        try withFolder { folder in
            let url = folder.appendingPathComponent("sub-03.h5")
            try study.write(to: url)
            let read = try Study.open(url)
            #expect(try read.regions == regions)
            #expect(try read.regions(inSet: "again") == regions)
            // Names that another program has changed do not fit the table any more.
            try HDF5File.create(url) { file in
                try file.write(study.responses, to: "/responses")
                try file.write(["V1", "", "V2", "TE1"], to: "/regions")
                try file.write([7, 3], to: "/regions_table/ids")
                try file.write(["TE1", "V1"], to: "/regions_table/names")
                try file.write(["", ""], to: "/regions_table/groups")
                try file.write(Matrix<Float>(rows: 2, columns: 4), to: "/regions_table/colors")
                try file.write([1, -1, 1, 0], to: "/regions_table/places")
            }
            let error = try #require(throws: FormatError.self) { try Study.open(url) }
            #expect("\(error)".contains("/regions_table/"))
        }
    }

    @Test func regionsThatShareANumberComeBack() throws {
        let all = [Region(id: 2, name: "A"), Region(id: 3, name: "A_R"), Region(id: 2, name: "B_L")]
        let halves = Regions(all, places: [0, 1, 2])
        let study = try Study(name: "sub-04", responses: Matrix([[1, 2, 3]]), regions: halves)
        try withFolder { folder in
            let url = folder.appendingPathComponent("sub-04.h5")
            try study.write(to: url)
            #expect(try Study.open(url).regions == halves)
        }
    }

    @Test func aStudyWithoutRegionsOrSpaceSaysSo() throws {
        let study = try Study(name: "sub-02", responses: Matrix([[1, 2], [3, 4]]))
        let regions = try #require(throws: BrainError.self) { try study.regions }
        #expect(
            "\(regions)" == "the study sub-02 is without regions, but must be made with regions (`regions:`)")
        let space = try #require(throws: BrainError.self) { try study.space }
        #expect("\(space)".contains("sub-02") && "\(space)".contains("`space:`"))
    }

    @Test func whatIsMissingIsNamed() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("empty.h5")
            try HDF5File.create(url) { try $0.write([1, 2], to: "/runs") }
            let error = try #require(throws: FormatError.self) { try Study.open(url.path) }
            #expect("\(error)".contains("/responses") && "\(error)".contains("empty.h5"))
        }
    }

    @Test func aMapComesBackFromNIfTI() throws {
        let space = try VoxelSpace(
            shape: [2, 3, 2], mask: [0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1],
            affine: [[-3, 0, 0, 10], [0, 3, 0, -5], [0, 0, 4, 2]])
        try withFolder { folder in
            let path = folder.appendingPathComponent("map.nii.gz").path
            try space.write([0.1, 0.2, 0.3, 0.4], to: path)
            let image = try NIfTI.open(URL(fileURLWithPath: path))
            #expect(try image.grid == space.grid)
            // A map of scores is no mask.
            #expect(throws: FormatError.self) { try VoxelSpace(mask: image) }
            #expect(try image.voxelsByTime(at: space.indices).elements == [0.1, 0.2, 0.3, 0.4])
            let mean = try image.meanVolume()
            #expect(
                zip(mean, [0, 0.1, 0.2, 0, 0, 0, 0.3, 0, 0, 0, 0, 0.4]).allSatisfy { abs($0 - $1) < 1e-7 })
        }
    }
}
