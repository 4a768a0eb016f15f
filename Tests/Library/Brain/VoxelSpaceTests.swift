import Brain
import Foundation
import Tensors
import Testing

@Suite struct VoxelSpaceTests {
    @Test func valuesGoToTheirPlaces() throws {
        let space = try VoxelSpace(shape: [2, 2, 1], mask: [0, 1, 1, 0])
        #expect(space.indices == [1, 2])
        #expect(try space.volume(of: [5, 6], fill: 0) == [0, 5, 6, 0])
        #expect(throws: BrainError.count(what: "values", got: 1, expected: 2, of: "voxels of the space")) {
            try space.volume(of: [5])
        }
    }

    @Test("without an affine, what needs millimeters is refused, and slices are told by their indices")
    func unknownAffine() throws {
        let space = try VoxelSpace(shape: [2, 2, 2], mask: [0, 1, 1, 0, 0, 0, 0, 1])
        let known = try VoxelSpace(shape: space.shape, indices: space.indices, affine: space.affine)
        #expect(!space.hasKnownAffine && known.hasKnownAffine && space != known)
        let regions = Regions(names: ["A", "A", "B"])
        let image = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).nii")
        let calls: [() throws -> Void] = [
            { _ = try space.positions() }, { _ = try space.grid }, { _ = try space.mosaic([1, 2, 3]) },
            { _ = try space.glassBrain([1, 2, 3]) }, { try space.write([1, 2, 3], to: image) },
            { _ = try regions.dividedByHemisphere(in: space) }, { _ = try regions.centroids(in: space) },
            { _ = try space.voxels.positions() }, { _ = try VoxelSpace(joining: [space]).positions() },
        ]
        for call in calls {
            let error = #expect(throws: BrainError.self) { try call() }
            #expect(error?.description.contains("affine is not known") == true)
        }
        #expect(!FileManager.default.fileExists(atPath: image.path))
        #expect(space.name(of: 1, in: space.naturalPlane) == "axis 2, slice 1")
        #expect(space.naturalPlane.sides.isEmpty)
        _ = try space.map([1, 2, 3])
        let study = try Study(name: "s", responses: Matrix(rows: 2, columns: 3), space: space)
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).h5")
        defer { try? FileManager.default.removeItem(at: url) }
        try study.write(to: url)
        #expect(try Study.open(url).space == space)
    }

    @Test func badSpacesAreRefused() throws {
        #expect(throws: BrainError.voxelOutside(index: 4, shape: [2, 2, 1])) {
            try VoxelSpace(shape: [2, 2, 1], indices: [4])
        }
        #expect(throws: BrainError.self) { try VoxelSpace(shape: [2, 2], indices: []) }
        #expect(throws: BrainError.self) { try VoxelSpace(shape: [2, 2, 1], indices: [1, 2, 1]) }
        #expect(throws: BrainError.self) { try VoxelSpace(shape: [2, 2, 1], mask: [0.2, 0.9, 0, 1]) }
        #expect(try VoxelSpace(shape: [2, 2, 1], mask: [0.5, 0, .nan, 0.5]).indices == [0, 3])
        #expect(throws: BrainError.self) { try VoxelSpace(shape: [2, 2, 1], mask: [1]) }
        #expect(throws: BrainError.self) { try VoxelSpace(shape: [1 << 20, 1 << 20, 1 << 20], indices: [0]) }
        // As a matrix that is multiplied from the left has it.
        let turned: [[Double]] = [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [-90, -126, -72, 1]]
        let error = #expect(throws: BrainError.self) {
            try VoxelSpace(shape: [2, 2, 1], indices: [0], affine: turned)
        }
        #expect(error?.description.contains("last row is [-90.0, -126.0, -72.0, 1.0]") == true)
        let whole = Array(turned.prefix(3)) + [[0, 0, 0, 1]]
        #expect(try VoxelSpace(shape: [2, 2, 1], indices: [0], affine: whole).voxelSize == [2, 2, 2])
        for number in [Double.nan, .infinity, -1e30] {
            #expect(throws: BrainError.self) {
                try VoxelSpace(
                    shape: [2, 2, 1], indices: [0],
                    affine: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, number]])
            }
        }
    }

    /// A grid whose first axis runs to the left: its pictures are turned so that left is left.
    @Test func picturesShowLeftAtTheLeftAndUpAtTheTop() throws {
        let space = try VoxelSpace(
            shape: [3, 2, 1], indices: Array(0..<6), affine: [[-2, 0, 0, 10], [0, 3, 0, 0], [0, 0, 4, 8]])
        #expect(space.voxelSize == [2, 3, 4])
        let plane = space.naturalPlane
        #expect(plane.sides == ["L", "R"])
        #expect(plane.size(in: space) == (3, 2))
        #expect(plane.pixelSize(in: space) == (2, 3))
        // Stored x by x: x = 0 (the right side) is 0 1, the second of which lies further forward.
        #expect(plane.pixels(of: [0, 1, 2, 3, 4, 5], slice: 0, in: space) == [5, 3, 1, 4, 2, 0])
        #expect(space.name(of: 0, in: plane) == "z = 8 mm")
    }

    @Test func axesAreFoundFromTheAffine() throws {
        // Grid axes: superior, left to right, anterior to posterior.
        let space = try VoxelSpace(
            shape: [2, 2, 2], indices: Array(0..<8), affine: [[0, 1, 0, 0], [0, 0, -1, 0], [1, 0, 0, 0]])
        let sagittal = try space.plane(cutting: 1)
        #expect(sagittal.sides == ["P", "A"])
        // Up is the first axis; forwards is against the third. The place is 4 s + 2 r + p.
        #expect(sagittal.pixels(of: [0, 1, 2, 3, 4, 5, 6, 7], slice: 0, in: space) == [5, 4, 1, 0])
    }
}
