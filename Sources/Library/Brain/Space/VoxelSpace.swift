import Formats
import Foundation

/// Where the voxels of a response matrix lie: in a grid, on the surface of the cortex, in both, or at places in mm.
///
/// ```swift
/// let space = try VoxelSpace(mask: NIfTI.open("mask.nii.gz"))
/// let volume = try space.volume(of: fit.scores.r)     // one value per voxel of the grid, NaN outside the mask
/// let cortex = try VoxelSpace(left: SurfaceMesh.open("lh.pial.gii"), right: SurfaceMesh.open("rh.pial.gii"))
/// let whole = try VoxelSpace(cifti: CIFTI.open("rest.dtseries.nii"))
/// ```
///
/// Vertices of the cortex come first, the left hemisphere's before the right one's, then voxels of a grid, then places.
public struct VoxelSpace: Sendable, Equatable {
    /// What the voxels are.
    public enum Kind: String, Sendable, CaseIterable {
        /// Voxels of a grid.
        case volume
        /// Vertices of the cortex.
        case surface
        /// Vertices of the cortex and voxels below it, as in CIFTI.
        case grayordinates
        /// Places in mm, for instance those of electrodes or of regions.
        case points
    }

    /// The voxels of the grid along its three axes; zeros if there is no grid.
    public let shape: [Int]
    /// The index of each voxel of the grid: `(x * shape[1] + y) * shape[2] + z`, the order of `NIfTI.maskIndices()`,
    /// of `data[mask]` in numpy and of nilearn's maskers.
    public let indices: [Int]
    /// Rows 1 to 3 of the matrix that takes voxel (x, y, z, 1) to mm, right, anterior and superior positive; that of the
    /// identity if it is not known.
    public let affine: [[Double]]
    /// Whether the affine is known. If it is not, what needs places in mm (atlases, spheres, hemispheres, surfaces, images
    /// on the same grid) throws.
    public let hasKnownAffine: Bool
    /// The vertices of the cortex, left before right; empty in a volume.
    public let surfaces: [SurfaceVertices]
    /// The places in mm of a bare list.
    package let points: [SIMD3<Double>]

    /// Parts that were checked.
    package init(
        checked shape: [Int] = [0, 0, 0], indices: [Int] = [],
        affine: [[Double]] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], hasKnownAffine: Bool = true,
        surfaces: [SurfaceVertices] = [], points: [SIMD3<Double>] = []
    ) {
        self.shape = shape
        self.indices = indices
        self.affine = affine
        self.hasKnownAffine = hasKnownAffine
        self.surfaces = surfaces
        self.points = points
    }

    /// Voxels by their indices in the grid.
    ///
    /// - Parameters:
    ///   - shape: how many voxels the grid has along x, y and z.
    ///   - indices: the index of each voxel in the grid, from zero, z fastest.
    ///   - affine: 3 x 4, from voxel indices to mm; nil if it is not known, and then what needs mm throws.
    ///
    /// Throws `BrainError` if the shape is not three positive numbers, the affine not 3 x 4 finite numbers, or an index
    /// outside or there twice.
    public init(shape: [Int], indices: [Int], affine: [[Double]]? = nil) throws {
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
            throw BrainError.value(
                what: "the shape of a voxel space", got: "\(shape)", expected: "three positive numbers")
        }
        // A matrix turned about has the places in its last row.
        if let affine, affine.count > 3, affine.count > 4 || affine[3] != [0, 0, 0, 1] {
            throw BrainError.value(
                what: "the affine of a voxel space",
                got: affine.count > 4 ? "of \(affine.count) rows" : "one whose last row is \(affine[3])",
                expected: "3 rows of 4 numbers, or a fourth of 0, 0, 0, 1")
        }
        let isKnown = affine != nil
        let affine = affine.map { Array($0.prefix(3)) } ?? [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
        guard affine.count == 3, affine.allSatisfy({ $0.count == 4 }) else {
            throw BrainError.value(
                what: "the affine of a voxel space", got: "of \(affine.map(\.count)) numbers by row",
                expected: "3 or 4 rows of 4 numbers")
        }
        // A NaN is not below either.
        guard affine.allSatisfy({ row in row.allSatisfy { abs($0) < 1e9 } }) else {
            throw BrainError.value(
                what: "the affine of a voxel space", got: "\(affine)", expected: "of numbers in mm below 1e9")
        }
        guard let count = byteCount(of: shape, .uint8), count <= Int(Int32.max) else {
            throw BrainError.value(
                what: "the shape of a voxel space", got: "\(shape)",
                expected: "one that fits into memory, at most \(Int32.max) voxels")
        }
        if let outside = indices.first(where: { $0 < 0 || $0 >= count }) {
            throw BrainError.voxelOutside(index: outside, shape: shape)
        }
        guard Set(indices).count == indices.count else {
            let twice = Dictionary(grouping: indices, by: { $0 }).filter { $1.count > 1 }.keys.min() ?? 0
            throw BrainError.value(
                what: "the voxel index \(twice)", got: "there more than once", expected: "there once")
        }
        self.init(checked: shape, indices: indices, affine: affine, hasKnownAffine: isKnown)
    }

    /// The voxels where a mask is not zero; the mask lists the grid with z fastest.
    ///
    /// - Parameters:
    ///   - shape: how many voxels the grid has along x, y and z.
    ///   - mask: one number for each voxel of the grid, z fastest.
    ///   - affine: 3 x 4, from voxel indices to mm; nil if it is not known, and then what needs mm throws.
    ///
    /// Throws `BrainError` if the mask has another number of voxels than the grid, or several numbers other than zero.
    public init(shape: [Int], mask: [Double], affine: [[Double]]? = nil) throws {
        let count = byteCount(of: shape, .uint8) ?? .max
        guard mask.count == count else {
            throw BrainError.count(
                what: "voxels of the mask", got: mask.count, expected: count,
                of: "voxels of the grid")
        }
        if let (first, second) = secondMaskNumber(mask) {
            throw BrainError.value(
                what: "the mask", got: "an image of several numbers, \(first) and \(second) among them",
                expected: "0 outside and one other number inside")
        }
        try self.init(
            shape: shape, indices: mask.indices.filter { mask[$0] != 0 && !mask[$0].isNaN }, affine: affine)
    }

    /// How many voxels there are, vertices and places among them.
    public var count: Int { surfaces.reduce(indices.count + points.count) { $0 + $1.vertices.count } }

    /// What the voxels are.
    public var kind: Kind {
        guard surfaces.isEmpty else { return shape.contains(0) ? .surface : .grayordinates }
        return shape.contains(0) ? .points : .volume
    }

    /// Throws `BrainError.value` if the voxels are not all those of a grid; `what` is what needs one.
    func requireVolume(for what: String) throws {
        guard kind != .volume else { return }
        let advice =
            kind == .grayordinates
            ? "; `voxels` is the part below the cortex, `values(_:on:)` the cortex" : ""
        throw BrainError.value(
            what: "the voxel space for \(what)", got: "one of \(kind.rawValue)",
            expected: "a volume, with a grid and an affine\(advice)")
    }

    /// Throws `BrainError.value` if the voxels lie in a grid whose affine is not known; `what` is what needs it.
    func requireAffine(for what: String) throws {
        guard !hasKnownAffine else { return }
        throw BrainError.value(
            what: "the voxel space for \(what)", got: "one whose affine is not known",
            expected: "one with places in mm: give the affine where the space is made "
                + "(`VoxelSpace(shape:indices:affine:)`) or the study is read (`affine:`), for instance that of an "
                + "image on the same grid, `NIfTI.open(\"mask.nii.gz\").affine.rows`")
    }

    /// The size of a voxel along the three axes of the grid, in mm; 1 along each if the affine is not known.
    public var voxelSize: [Double] {
        (0..<3).map { axis in affine.reduce(0) { $0 + $1[axis] * $1[axis] }.squareRoot() }
    }

    /// The position of a voxel of the grid in mm: right, anterior, superior; its indices if the affine is not known.
    ///
    /// - Parameters:
    ///   - x: the index along the first axis, from zero.
    ///   - y: along the second.
    ///   - z: along the third.
    public func position(_ x: Int, _ y: Int, _ z: Int) -> [Double] {
        affine.map { $0[0] * Double(x) + $0[1] * Double(y) + $0[2] * Double(z) + $0[3] }
    }

    /// The values of the voxels as a volume of the whole grid, with `fill` elsewhere.
    ///
    /// Throws `BrainError.count` if there is not one value for each voxel, and `BrainError.value` if the space is not one
    /// of a volume.
    public func volume(of values: [Double], fill: Double = .nan) throws -> [Double] {
        try requireVolume(for: "a volume of values")
        try check(values)
        var volume = [Double](repeating: fill, count: shape.reduce(1, *))
        for (index, value) in zip(indices, values) { volume[index] = value }
        return volume
    }

    func check<Value>(_ values: [Value]) throws {
        guard values.count == count else {
            throw BrainError.count(
                what: "values", got: values.count, expected: count, of: "voxels of the space")
        }
    }
}
