import Formats
import Foundation
import Tensors
import Testing

/// CIFTI-2 of every kind (Tests/Oracles/surfaces.py), as nibabel reads it.
@Suite("CIFTI-2")
struct CIFTITests {
    struct Expected: Decodable {
        struct Model: Decodable {
            let structure: String
            let offset: Int
            let vertices: [Int]?
            let voxels: [Int]?
        }
        let matrix: [Int]?
        let values: [Double]?
        let models: [Model]?
        let names: [String?]?
    }

    static func file(_ name: String) -> URL { fixture("surfaces/\(name)") }

    @Test func numbersAndModelsAreNibabels() throws {
        let all = try JSONDecoder().decode(
            [String: Expected].self, from: Data(contentsOf: Self.file("expected.json")))
        var compared = 0
        for (name, right) in all {
            guard let matrix = right.matrix, let models = right.models else { continue }
            let cifti = try CIFTI.open(Self.file(name))
            #expect(cifti.shape == matrix, "\(name)")
            #expect(try cifti.tensor(as: Double.self).elements == right.values, "\(name)")
            #expect(cifti.mapNames == (right.names ?? []).compactMap { $0 }, "\(name)")
            if models.isEmpty {
                #expect(throws: FormatError.self) { try cifti.brainModels }
            } else {
                let found = try cifti.brainModels
                #expect(found.map(\.structure) == models.map(\.structure), "\(name)")
                #expect(found.map(\.offset) == models.map(\.offset), "\(name)")
                for (model, right) in zip(found, models) {
                    switch model.place {
                    case .vertices(let vertices, let most): #expect(vertices == right.vertices && most == 12)
                    case .voxels(let voxels, let grid):
                        #expect(voxels.flatMap { [$0.x, $0.y, $0.z] } == right.voxels)
                        #expect(grid.shape == [4, 3, 5] && grid.affine.rows[0] == [-0.9, 0.1, 0, 30])
                    }
                }
            }
            compared += 1
        }
        #expect(compared == 6)
    }

    @Test func labelsSeriesAndParcels() throws {
        let labels = try CIFTI.open(Self.file("grayordinates.dlabel.nii"))
        let (keys, table) = try labels.labels()
        #expect(Set(keys) == [0, 3, 4] && table.map(\.name) == ["???", "V1", "V2 & V3"])
        #expect(table[1] == SurfaceLabel(key: 3, name: "V1", color: SIMD4(0.5, 0.25, 0, 1)))
        #expect(try labels.labels(map: 1).labels.map(\.key) == [0, 9])
        #expect(throws: FormatError.self) { try labels.labels(map: 2) }
        let series = try CIFTI.open(Self.file("grayordinates.dtseries.nii"))
        #expect(series.repetitionTime == 0.72 && series.mapNames.isEmpty)
        #expect(series.dimensions[0] == .series(.init(count: 7, start: 3, step: 0.72, unit: "SECOND")))
        #expect(throws: FormatError.self) { try series.labels() }
        let parcels = try CIFTI.open(Self.file("parcels.ptseries.nii"))
        guard case .parcels(let list) = parcels.dimensions[1] else {
            Issue.record("no parcels")
            return
        }
        #expect(list.map(\.name) == ["frontal", "the rest"])
        #expect(list[0].vertices == ["CORTEX_LEFT": [0, 1, 2, 4, 5]])
    }

    @Test(arguments: [
        "SeriesStep=\"0\" SeriesUnit=\"SECOND\" />", "SeriesStep=\"-2\" SeriesUnit=\"SECOND\"/>",
    ])
    func aStepThatIsNotAboveZeroIsNoRepetitionTime(_ step: String) throws {
        var data = try Data(contentsOf: Self.file("parcels.ptseries.nii"))
        // Of the same length, so that the sizes of the file stay true.
        let own = try #require(data.range(of: Data("SeriesStep=\"2\" SeriesUnit=\"SECOND\" />".utf8)))
        data.replaceSubrange(own, with: Data(step.utf8))
        try withFolder { folder in
            let url = folder.appending(path: "x.ptseries.nii")
            try data.write(to: url)
            #expect(try CIFTI.open(url).repetitionTime == nil)
        }
    }

    @Test("a parcel's voxels are inside the volume, each once", arguments: ["0 0 2", "0 0 1 0 0 1"])
    func voxelsOfParcels(_ voxels: String) throws {
        var data = try Data(contentsOf: Self.file("parcels.ptseries.nii"))
        let start = try #require(data.range(of: Data("<Surface ".utf8))).lowerBound
        let end = try #require(data.range(of: Data("</MatrixIndicesMap></Matrix>".utf8))).lowerBound
        let map = """
            <Volume VolumeDimensions="4,3,2"><TransformationMatrixVoxelIndicesIJKtoXYZ MeterExponent="-3">\
            1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1</TransformationMatrixVoxelIndicesIJKtoXYZ></Volume>\
            <Parcel Name="inner"><VoxelIndicesIJK>\(voxels)</VoxelIndicesIJK></Parcel><Parcel Name="b"></Parcel>
            """
        let padded = map.padding(toLength: end - start, withPad: " ", startingAt: 0)
        data.replaceSubrange(start..<end, with: Data(padded.utf8))
        try withFolder { folder in
            let url = folder.appending(path: "x.ptseries.nii")
            try data.write(to: url)
            let error = #expect(throws: FormatError.self) { _ = try CIFTI.open(url) }
            #expect(
                error?.problem.contains("a voxel of the parcel inner") == true, "\(String(describing: error))"
            )
        }
    }

    @Test("a CIFTI file as an image, an image as a CIFTI file, and what does not fit are refused by name")
    func refusals() throws {
        let image = #expect(throws: FormatError.self) {
            _ = try NIfTI.open(Self.file("grayordinates.dscalar.nii"))
        }
        #expect(image?.problem.contains("CIFTI") == true)
        let cifti = #expect(throws: FormatError.self) {
            _ = try CIFTI.open(Self.file("second-little-int16.nii"))
        }
        #expect(cifti?.problem.contains("NIfTI.open") == true)
        let data = try Data(contentsOf: Self.file("grayordinates.dscalar.nii"))
        for (from, to, word) in [
            ("IndexOffset=\"8\"", "IndexOffset=\"9\"", "IndexOffset"),
            ("IndexCount=\"8\"", "IndexCount=\"7\"", "IndexCount"),
            ("SurfaceNumberOfVertices=\"12\"", "SurfaceNumberOfVertices=\"11\"", "below 11"),
            ("CIFTI_MODEL_TYPE_VOXELS", "CIFTI_MODEL_TYPE_VOXELZ", "ModelType"),
            ("Version=\"2.0\"", "Version=\"1.0\"", "version"),
            ("4,3,5", "4,3,2", "inside the volume"),
            ("1 1 4\n3 0 1", "1 1 3\n3 0 1", "(1, 1, 3) twice"),
            ("CIFTI_INDEX_TYPE_SCALARS", "CIFTI_INDEX_TYPE_SCALARZ", "IndicesMapToDataType"),
            ("AppliesToMatrixDimension=\"0\"", "AppliesToMatrixDimension=\"7\"", "AppliesToMatrixDimension"),
            ("second &lt; third", "second &bad; third", "undefined entity"),
        ] {
            // Of the same length, so that the sizes of the file stay true.
            var text = data
            let range = try #require(text.range(of: Data(from.utf8)), "\(from)")
            text.replaceSubrange(
                range, with: Data(to.padding(toLength: from.count, withPad: " ", startingAt: 0).utf8))
            try withFolder { folder in
                let url = folder.appending(path: "x.dscalar.nii")
                try text.write(to: url)
                let error = #expect(throws: FormatError.self, "\(from)") { _ = try CIFTI.open(url) }
                #expect(error?.problem.contains(word) == true, "\(from): \(String(describing: error))")
            }
        }
    }
}
