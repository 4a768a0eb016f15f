import Brain
import Formats
import Foundation
import Tensors
import Testing

/// Published numberings of AAL, and images that meet on one grid or not.
@Suite struct AtlasTests {
    private func names(_ table: RegionTable) -> [Int: String] {
        Dictionary(uniqueKeysWithValues: table.regions.map { ($0.id, $0.name) })
    }

    @Test func aal2HasTheNumbersOfItsImage() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/aal2.json")
        let published = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))
        let found = names(.aal2SPM12)
        #expect(published.count == 120 && found.count == 120)
        for (number, name) in published { #expect(found[try #require(Int(number))] == name) }
        // The same regions in the same order, from 1 on.
        #expect(RegionTable.aal2.regions.map(\.name) == RegionTable.aal2SPM12.regions.map(\.name))
        #expect(RegionTable.aal2.regions.map(\.id) == Array(1...120))
    }

    @Test func everyNumberingIsATableOfItsOwn() {
        #expect(RegionTable.aalSPM12.regions.map(\.name) == RegionTable.aal116.regions.map(\.name))
        let spm = names(.aalSPM12)
        // nilearn's documentation of fetch_atlas_aal, and the ends of the list.
        let known = [
            2001: "Precentral_L", 5021: "Lingual_L", 2111: "Frontal_Sup_Orb_L", 8302: "Temporal_Inf_R",
            9170: "Vermis_10",
        ]
        for (id, name) in known { #expect(spm[id] == name) }
        let (first, second, third) = (names(.aal116), names(.aal2), names(.aal3))
        #expect(first[81] == "Temporal_Sup_L" && second[81] == "Thalamus_L" && third[81] == "Thalamus_L")
        #expect(
            third.count == 170 && third[121] == "Thal_AV_L" && third[131] == "Thal_IL_L"
                && third[151] == "ACC_sub_L")
        #expect(
            third[158] == "N_Acc_R" && third[169] == "Raphe_D" && third[170] == "Raphe_M"
                && third[95] == "Cerebellum_Crus1_L")
    }

    @Test func labelsOfAnotherNumberingAreNamedAndSoIsTheirTable() throws {
        let error = try #require(throws: BrainError.self) {
            try Regions(labels: [0, 2001, 2002, 2111, 9170], table: .aal116)
        }
        #expect(
            error.description
                == "the table AAL-116 does not have the labels 2001, 2002, 2111, 9170; all labels are in the table .aalSPM12"
        )
        let third = try #require(throws: BrainError.self) { try Regions(labels: [81, 170], table: .aal116) }
        #expect(third.description.contains("the label 170") && third.description.contains(".aal3"))
        let own = try #require(throws: BrainError.self) { try Regions(labels: [-3], table: .aal116) }
        #expect(
            own.description.hasSuffix("leave such voxels out by `Regions(labels:table:leavingOutOthers:)`"))
        #expect(try Regions(labels: [2001, 2801], table: .aal2SPM12).names == ["Precentral_L", "OFCmed_L"])
        let many = try #require(throws: BrainError.self) {
            try Regions(labels: Array(500...600), table: .aal3)
        }
        #expect(many.description.contains("507, … 600 (101 in all)"))
    }

    /// Calls `body` with images of 4 x 3 x 2 voxels: a series in LAS, and a maker of others.
    private func withImages(_ body: (NIfTI, (String, [Float], [[Double]]) throws -> NIfTI) throws -> Void)
        throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ values: [Float], _ affine: [[Double]]) throws -> NIfTI {
            let file = folder.appending(path: name)
            let shape = [4, 3, 2] + (values.count > 24 ? [values.count / 24] : [])
            try NIfTI.write(Tensor(shape: shape, elements: values), affine: Affine(rows: affine), to: file)
            return try NIfTI.open(file)
        }
        try body(write("bold.nii", (0..<24 * 6).map(Float.init), las), write)
    }

    private let las = [[-3.0, 0, 0, 6], [0, 3, 0, -3], [0, 0, 3, 0]]
    private let ras = [[3.0, 0, 0, -3], [0, 3, 0, -3], [0, 0, 3, 0]]

    @Test func anAtlasMustLieOnTheGridOfTheSpace() throws {
        try withImages { series, write in
            let mask = try write("mask.nii", (0..<24).map { $0 < 12 ? 1 : 0 }, las)
            let space = try VoxelSpace(mask: mask)
            let labels = (0..<24).map { Float($0 < 6 ? 2001 : 5021) }
            let atlas = try write("atlas.nii", labels, las)
            #expect(try Regions(atlas: atlas, in: space, table: .aalSPM12).voxels.map(\.count) == [6, 6])
            let mirrored = try write("mirrored.nii", labels, ras)
            let error = try #require(throws: FormatError.self) {
                try Regions(atlas: mirrored, in: space, table: .aalSPM12)
            }
            #expect(error.description.contains("the atlas's affine should be that of the voxel space, LAS"))
            let there = try mirrored.resampled(to: space, .nearest)
            #expect(try Regions(atlas: there, in: space, table: .aalSPM12).names == ["Lingual_L"])
            let likely = try write("likely.nii", (0..<24).map { Float($0) / 30 }, las)
            #expect(throws: FormatError.self) { try Regions(atlas: likely, in: space, table: .aalSPM12) }
            #expect(throws: FormatError.self) { try VoxelSpace(mask: likely) }
            #expect(throws: FormatError.self) { try VoxelSpace(mask: series) }
        }
    }

    @Test func aStudyIsMadeOfImagesOnOneGrid() throws {
        try withImages { series, write in
            let mask = try write("mask.nii", (0..<24).map { $0 % 2 == 0 ? 1 : 0 }, las)
            let study = try Study(name: "sub", images: [series, series], mask: mask)
            #expect(study.runs.lengths == [6, 6] && study.responses.columns == 12)
            #expect(study.responses[6, 0] == 0 && study.responses[7, 1] == 13)
            let other = try write("other.nii", (0..<48).map(Float.init), ras)
            #expect(throws: FormatError.self) { try Study(name: "sub", images: [series, other], mask: mask) }
            #expect(throws: BrainError.self) { try Study(name: "sub", images: [], mask: mask) }
            #expect(throws: FormatError.self) { try other.voxelsByTime(in: VoxelSpace(mask: mask)) }
            #expect(try VoxelSpace(mask: mask).meanVolume(of: series).count == 24)
            #expect(throws: FormatError.self) { try VoxelSpace(mask: mask).meanVolume(of: other) }
        }
    }
}
