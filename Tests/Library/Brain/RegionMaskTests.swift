import Brain
import Formats
import Foundation
import Tensors
import Testing

@Suite("Masks and selections of regions")
struct RegionMaskTests {
    private static func space() throws -> VoxelSpace {
        // Four voxels along x at -3, -1, 1, 3 mm, two along y at 0 and 2 mm.
        try VoxelSpace(
            shape: [4, 2, 1], indices: Array(0..<8), affine: [[2, 0, 0, -3], [0, 2, 0, 0], [0, 0, 2, 0]])
    }

    @Test func masksAreCombined() throws {
        let first = try RegionMask("a", voxels: [3, 1, 1, 2], of: 8)
        let second = try RegionMask("b", voxels: [2, 5], of: 8)
        #expect(first.voxels == [1, 2, 3])
        #expect(try first.union(second).voxels == [1, 2, 3, 5] && first.union(second).name == "a + b")
        #expect(try first.intersection(second).voxels == [2])
        #expect(try first.subtracting(second).named("c") == RegionMask("c", voxels: [1, 3], of: 8))
        #expect(throws: BrainError.self) { try first.union(RegionMask("x", voxels: [0], of: 7)) }
        #expect(throws: BrainError.self) { try RegionMask("x", voxels: [8], of: 8) }
        #expect(throws: BrainError.self) { try RegionMask("x", voxels: [-1], of: 8) }
    }

    @Test func overlappingMasksBecomeSets() throws {
        let masks = try [
            RegionMask("a", voxels: [0, 1], of: 8), RegionMask("b", voxels: [1, 2], of: 8),
            RegionMask("c", voxels: [3], of: 8),
        ]
        let error = #expect(throws: BrainError.self) { try Regions(masks: masks) }
        #expect(error?.description.hasPrefix("the voxel 1 is in both masks, a and b, but must be") == true)
        let sets = try RegionSet.sets(of: masks)
        #expect(sets.map(\.name) == ["masks 1", "masks 2"])
        #expect(sets[0].regions.names == ["a", "c"] && sets[1].regions.names == ["b"])
        #expect(try sets[0].regions.mask(of: "c").voxels == [3])
        #expect(throws: BrainError.self) { try Regions(masks: [masks[0], masks[2].named("a")]) }
    }

    @Test func spheresAndPlaces() throws {
        let space = try Self.space()
        #expect(try RegionMask.sphere(at: [-3, 0, 0], radius: 2, in: space).voxels == [0, 1, 2])
        #expect(try RegionMask.sphere(at: [1, 2, 0], radius: 0.5, in: space, name: "peak").name == "peak")
        let wrong: [(place: [Double], radius: Double)] = [
            ([0, 0], 2), ([0, 0, 0], 0), ([0, 0, 0], .nan), ([90, 0, 0], 3),
        ]
        for (place, radius) in wrong {
            #expect(throws: BrainError.self) { try RegionMask.sphere(at: place, radius: radius, in: space) }
        }
        let regions = Regions(names: ["A", "A", "A", "", "B", "B_L", "", "A"], groups: ["A": "one"])
        #expect(try regions.region(at: [-2.9, 0.1, 1], in: space)?.name == "A")
        #expect(try regions.region(at: [-1, 2, 0], in: space) == nil)
        #expect(try regions.region(at: [30, 0, 0], in: space) == nil)
        #expect(try regions.region(at: [30, 0, 0], in: space, within: 40)?.name == nil)
        for limit in [-5, Double.nan] {
            #expect(throws: BrainError.self) {
                try regions.region(at: [-2.9, 0.1, 1], in: space, within: limit)
            }
        }
        #expect(try regions.centroids(in: space)[0] == [-1, 1, 0])
        #expect(throws: BrainError.self) { try Regions(names: ["A"]).centroids(in: space) }
        #expect(regions.atLeast(voxels: 2).names == ["A"])
        #expect(try regions.inGroup("one").names == ["A"])
        #expect(throws: BrainError.unknownGroup("two", known: ["one"])) { try regions.inGroup("two") }
        let plain = #expect(throws: BrainError.self) { try Regions(names: ["A"]).inGroup("two") }
        #expect(plain?.description == "there is no group \"two\"; no region is of a group")
        #expect(try regions.selecting(["b l"]).names == ["B_L"])
        let sides = try regions.dividedByHemisphere(in: space)
        #expect(sides.names == ["A_L", "A_R", "B_R", "B_L"])
        #expect(try sides.voxels(in: "A_R") == [7])
        let large = RegionTable(name: "large", regions: [Region(id: .max, name: "A")])
        let numbered = try Regions(labels: [Int](repeating: .max, count: space.count), table: large)
        #expect(try numbered.dividedByHemisphere(in: space).names == ["A_L", "A_R"])
        #expect(try regions.hemisphere(.right, in: space).unlabelledCount == 5)
    }

    @Test(
        "names are found in any spelling, and one that several have is refused",
        arguments: [
            ("Temporal_Sup_L", ["Temporal_Sup_L", "temporal sup l", "left temporal-sup", "L.Temporal.Sup"]),
            (
                "ctx-lh-superiortemporal",
                ["lh_superiortemporal", "superior temporal left", "superiortemporal_L"]
            ),
            ("L_V1_ROI", ["L_V1", "V1 left", "lh.v1"]), ("Cerebelum_6_R", ["Cerebellum 6 right"]),
        ])
    func spelling(_ name: String, _ others: [String]) throws {
        let regions = Regions(names: ["x", name, "Temporal_Sup_R", "rh.superiortemporal", "R_V1_ROI"])
        for other in others { #expect(try regions.voxels(in: other) == [1], "\(other)") }
        #expect(throws: BrainError.self) { try regions.voxels(in: "V2") }
        #expect(throws: BrainError.self) { try regions.voxels(in: "") }
        #expect(throws: BrainError.self) { try Regions(names: ["A_L", "A_R"]).voxels(in: "A") }
        // Two regions of one name, of which the first was taken.
        let table = RegionTable(
            name: "both", regions: [Region(id: 1, name: "V1", group: "left"), Region(id: 2, name: "V1")])
        let twice = try Regions(labels: [1, 2, 2], table: table)
        let error = #expect(throws: BrainError.self) { try twice.voxels(in: "V1") }
        #expect(error?.description.contains("the 2 regions names of their own") == true)
    }

    @Test("divided regions stay in the atlas's order, each with a number of its own")
    func numbersOfDividedRegions() throws {
        let space = try VoxelSpace(coordinates: [-1, 1, -2, 2, -3, 3].map { [$0, 0, 0] })
        let regions = Regions(names: ["A", "A", "B_L", "B_R", "C", "C"])
        let halves = try regions.dividedByHemisphere(in: space)
        let names = ["A_L", "A_R", "B_L", "B_R", "C_L", "C_R"]
        #expect(halves.names == names && Set(halves.regions.map(\.id)).count == 6)
        let scores = try RegionScores(
            [1, 2, 3, 4, 5, 6], regions: halves, selected: Array(repeating: true, count: 6), rule: "all")
        #expect(scores.sorted(by: .score).sorted(by: .anatomy).rows.map(\.region.name) == names)
        // Regions that all tell their side keep the atlas's numbers.
        let sided = Regions(names: ["A_L", "A_R", "B_L", "B_R", "B_L", "B_R"])
        #expect(try sided.dividedByHemisphere(in: space) == sided)
    }

    @Test("of two regions of one name neither is taken silently")
    func regionsOfOneName() throws {
        let table = RegionTable(
            name: "both", regions: [Region(id: 1, name: "V1"), Region(id: 2, name: "V1")])
        let twice = try Regions(labels: [1, 2, 2], table: table)
        let courses = #expect(throws: BrainError.self) { try twice.meanCourses(of: Matrix([[1, 2, 3]])) }
        #expect(courses?.description.contains("2 regions names of their own") == true)
        let scores = try RegionScores(
            [1, 2, 4], regions: twice, selected: [true, true, true], rule: "all")
        #expect(scores.means == ["V1 (1 of 2)": 1, "V1 (2 of 2)": 3])
        let row = #expect(throws: BrainError.self) { try scores.row(of: "V1") }
        #expect(row?.description.contains("2 regions names of their own") == true)
    }

    @Test("places that are all at distance 1 have no spatial structure to keep")
    func placesAtOneDistance() throws {
        func distances(_ distance: Double) -> Matrix<Double> {
            Matrix((0..<5).map { row in (0..<5).map { $0 == row ? 0 : distance } })
        }
        let error = #expect(throws: BrainError.self) { try MoranSurrogates(distances: distances(1)) }
        #expect(error?.description.contains("no spatial structure") == true)
        let other = try MoranSurrogates(distances: distances(2))
        #expect(try other.surrogates(of: [1, 2, 3, 4, 6], count: 3, seed: 1).columns == 5)
    }

    @Test func aFolderOfMasks() throws {
        let space = try Self.space()
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: BrainError.self) { try RegionMask.folder(folder, in: space) }
        #expect(throws: BrainError.self) { try RegionMask.folder(folder.appending(path: "no"), in: space) }
        try space.write([1, 1, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "rFFA.nii.gz"))
        try space.write([0, 1, 1, 0, 0, 0, 0, 0], to: folder.appending(path: "PPA.nii"))
        try Data("x".utf8).write(to: folder.appending(path: "notes.txt"))
        let masks = try RegionMask.folder(folder.path, in: space)
        #expect(masks.map(\.name) == ["PPA", "rFFA"] && masks[1].voxels == [0, 1])
        let part = try VoxelSpace(shape: [4, 2, 1], indices: [7], affine: space.affine)
        #expect(throws: BrainError.self) { try RegionMask.folder(folder, in: part) }
        let other = try VoxelSpace(
            shape: [4, 2, 1], indices: [0, 1], affine: [[2, 0, 0, 9], [0, 2, 0, 0], [0, 0, 2, 0]])
        #expect(throws: FormatError.self) { try RegionMask.folder(folder, in: other) }
        let unknown = try VoxelSpace(shape: [4, 2, 1], indices: [0, 1])
        #expect(throws: BrainError.self) { try RegionMask.folder(folder, in: unknown) }
    }
}
