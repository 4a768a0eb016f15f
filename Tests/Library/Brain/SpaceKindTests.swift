import Brain
import Formats
import Foundation
import Tensors
import Testing

/// Spaces of every kind, and regions over them.
@Suite("Spaces on surfaces")
struct SpaceKindTests {
    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../Formats/Fixtures/surfaces").standardizedFileURL

    static func file(_ name: String) -> URL { fixtures.appending(path: name) }

    private static func triangle(_ x: Float) throws -> SurfaceMesh {
        try SurfaceMesh(
            vertices: [[x, 0, 0], [x, 1, 0], [x, 0, 1], [x, 1, 1]], faces: [[0, 1, 2], [1, 3, 2]])
    }

    private static func cortex() throws -> VoxelSpace {
        try VoxelSpace(left: triangle(-10), right: triangle(10), leavingOut: ([1], [0, 3]))
    }

    @Test func verticesOfBothHemispheres() throws {
        let space = try Self.cortex()
        #expect(space.kind == .surface && space.count == 5)
        #expect(space.range(of: .left) == 0..<3 && space.range(of: .right) == 3..<5)
        #expect(space.surfaces[1].vertices == [1, 2])
        #expect(try space.positions()[3] == [10, 1, 0])
        let left = try space.values([1, 2, 3, 4, 5], on: .left)
        #expect(left[0] == 1 && left[1].isNaN && left[2...] == [2, 3])
        #expect(try space.values([1, 2, 3, 4, 5], on: .right, fill: 0) == [0, 4, 5, 0])
        #expect(throws: BrainError.self) { try space.values([1], on: .left) }
    }

    @Test func aMeshHasNoFewerVerticesThanNone() throws {
        for count in [-5, Int.max] {
            #expect(throws: BrainError.self) { try SurfaceVertices(.left, of: count) }
        }
        #expect(throws: BrainError.self) { try SurfaceVertices(.left, of: -5, vertices: []) }
        let claimed = try VoxelSpace(surfaces: [SurfaceVertices(.left, of: 1 << 50, vertices: [0])])
        #expect(throws: BrainError.self) { try claimed.values([1], on: .left) }
        let none = try VoxelSpace(surfaces: [SurfaceVertices(.left, of: 0)])
        #expect(try none.values([], on: .left).isEmpty)
    }

    @Test("what needs a volume says so of every other space")
    func volumes() throws {
        let image = try NIfTI.open(Self.file("int16-3-3.mgh"))
        for space in [
            try Self.cortex(), try VoxelSpace(cifti: CIFTI.open(Self.file("grayordinates.dscalar.nii"))),
            try VoxelSpace(coordinates: [[1, 2, 3]]),
        ] {
            let values = [Double](repeating: 1, count: space.count)
            let calls: [() throws -> Void] = [
                { _ = try space.volume(of: values) }, { _ = try space.map(values) },
                { try space.write(values, to: "/nowhere/x.nii") }, { _ = try image.voxelsByTime(in: space) },
                { _ = try space.meanVolume(of: image) },
            ]
            for call in calls {
                let error = #expect(throws: BrainError.self) { try call() }
                #expect(
                    error?.description.contains(space.kind.rawValue) == true, "\(String(describing: error))")
            }
            #expect(space.naturalPlane.count(in: space) >= 0)
        }
        #expect(throws: BrainError.self) { try Self.cortex().grid }
        #expect(throws: BrainError.self) { try Self.cortex().voxels }
    }

    @Test func grayordinatesOfACIFTIFile() throws {
        let cifti = try CIFTI.open(Self.file("grayordinates.dlabel.nii"))
        let space = try VoxelSpace(cifti: cifti)
        #expect(space.kind == .grayordinates && space.count == 20)
        #expect(
            space.range(of: .left) == 0..<8 && space.range(of: .right) == 8..<12 && space.gridRange == 12..<20
        )
        #expect(space.shape == [4, 3, 5])
        // Voxel (1, 1, 2) comes first.
        #expect(space.indices[0] == (1 * 3 + 1) * 5 + 2)
        #expect(throws: BrainError.self) { try space.positions() }
        let mesh = try SurfaceMesh.open(Self.file("lh.white"))
        let placed = try space.placed(on: [.left: mesh, .right: mesh])
        #expect(try placed.positions().count == 20)
        let fourth = mesh.vertices[4]
        #expect(try placed.positions()[3] == [Double(fourth.x), Double(fourth.y), Double(fourth.z)])
        #expect(throws: BrainError.self) { try space.placed(on: [.left: Self.triangle(0)]) }
        let below = try space.voxels
        #expect(below.kind == .volume && below.count == 8)
        let regions = try Regions(cifti: cifti)
        #expect(regions.voxelCount == 20 && Set(regions.names).isSubset(of: ["V1", "V2 & V3"]))
        #expect(regions.regions.first { $0.name == "V1" }?.color == SIMD4(0.5, 0.25, 0, 1))
        let structures = try Regions(structuresOf: cifti)
        #expect(structures.names == ["CORTEX_LEFT", "CORTEX_RIGHT", "THALAMUS_LEFT", "BRAIN_STEM"])
        #expect(try structures.voxels(in: "left thalamus") == [12, 13, 14, 15])
    }

    @Test func annotationsGiveRegionsOfBothSides() throws {
        let labels = try SurfaceLabels.open(Self.file("lh.two.annot"))
        let mesh = try SurfaceMesh.open(Self.file("lh.white"))
        let wall = labels.medialWall
        #expect(wall == [0, 8, 11])
        let space = try VoxelSpace(left: mesh, right: mesh, leavingOut: (wall, []))
        let regions = try Regions(labels: [.left: labels, .right: labels], in: space)
        #expect(
            regions.names.prefix(3) == ["bankssts_L", "caudalanteriorcingulate_L", "caudalmiddlefrontal_L"])
        #expect(regions.regions.count == 6 && regions.unlabelledCount == 3)
        #expect(try regions.voxels(in: "lh.bankssts") == [0, 1, 7])
        #expect(throws: BrainError.self) { try regions.voxels(in: "bankssts") }
        #expect(regions.hemisphere(.left).regions.count == 3)
        #expect(throws: BrainError.self) { try Regions(labels: [.left: labels], in: space) }
        let atlas = try Atlas(name: "own", left: labels, right: labels)
        #expect(try atlas.regions(in: space).places == regions.places)
        let error = #expect(throws: BrainError.self) {
            try atlas.regions(in: VoxelSpace(coordinates: [[0, 0, 0]]))
        }
        let count = labels.keys.count
        let expected = "must be meshes of \(count) vertices (left) and \(count) vertices (right)"
        #expect(error?.description.hasSuffix(expected) == true)
        #expect(throws: BrainError.self) { try atlas.region(at: [0, 0, 0]) }
    }

    @Test func spacesAreCheckedWhereTheyAreMade() throws {
        #expect(throws: BrainError.self) { try VoxelSpace(surfaces: []) }
        #expect(throws: BrainError.self) { try SurfaceVertices(.left, of: 3, vertices: [0, 3]) }
        #expect(throws: BrainError.self) { try SurfaceVertices(.left, of: 3, vertices: [1, 1]) }
        #expect(try SurfaceVertices(.left, of: 1 << 50, vertices: [0, 7]).vertices == [0, 7])
        #expect(throws: BrainError.self) { try SurfaceVertices(.left, of: -3, vertices: [0]) }
        #expect(throws: BrainError.self) { try SurfaceVertices(.left, of: 3, vertices: [1], positions: []) }
        #expect(throws: BrainError.self) {
            try VoxelSpace(surfaces: [SurfaceVertices(.left, of: 3), SurfaceVertices(.left, of: 3)])
        }
        #expect(throws: BrainError.self) { try VoxelSpace(coordinates: []) }
        #expect(throws: BrainError.self) { try VoxelSpace(coordinates: [[1, 2]]) }
        #expect(throws: BrainError.self) { try VoxelSpace(coordinates: [[1, 2, .nan]]) }
        #expect(throws: FormatError.self) {
            try VoxelSpace(cifti: CIFTI.open(Self.file("parcels.pscalar.nii")))
        }
    }

    @Test("a study keeps spaces of every kind and its sets of regions")
    func studies() throws {
        let cifti = try CIFTI.open(Self.file("grayordinates.dscalar.nii"))
        let mesh = try SurfaceMesh.open(Self.file("lh.white"))
        let gray = try VoxelSpace(cifti: cifti)
        let spaces = [
            try Self.cortex(), gray, try gray.placed(on: [.left: mesh, .right: mesh]),
            try VoxelSpace(coordinates: [[1, 2, 3], [-4, 5.5, 6]]),
        ]
        for space in spaces {
            let responses = Matrix<Float>(rows: 3, columns: space.count)
            let names = (0..<space.count).map { $0 % 2 == 0 ? "even" : "" }
            let sets = [
                RegionSet("first", Regions(names: names, groups: ["even": "numbers"])),
                RegionSet("second", Regions(names: names.map { _ in "all" })),
            ]
            let study = try Study(name: "s", responses: responses, space: space, regionSets: sets)
            let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).h5")
            defer { try? FileManager.default.removeItem(at: url) }
            try study.write(to: url)
            let read = try Study.open(url)
            #expect(try read.space == space, "\(space.kind)")
            #expect(read.regionSets == sets)
            #expect(try read.regions(inSet: "second").names == ["all"])
            #expect(throws: BrainError.self) { try read.regions(inSet: "third") }
            #expect(throws: BrainError.self) { try read.regions }
            #expect(throws: BrainError.self) {
                try Study(name: "s", responses: responses, regionSets: [sets[0], sets[0]])
            }
            #expect(throws: BrainError.self) {
                try Study(
                    name: "s", responses: responses, regionSets: [RegionSet("x", Regions(names: ["a"]))])
            }
        }
    }
}
