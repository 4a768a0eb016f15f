import Formats
import Foundation

/// Where the voxels of a response matrix lie in a grid of the scanner or of a template.
///
/// ```swift
/// let space = try VoxelSpace(mask: NIfTI.open("mask.nii.gz"))
/// let volume = try space.volume(of: fit.scores.r)     // one value per voxel of the grid, NaN outside the mask
/// ```
public struct VoxelSpace: Sendable, Equatable {
    /// The voxels of the grid along its three axes.
    public let shape: [Int]
    /// The index of each voxel in the grid: `(x * shape[1] + y) * shape[2] + z`, the order of `NIfTI.maskIndices()`,
    /// of `data[mask]` in numpy and of nilearn's maskers.
    public let indices: [Int]
    /// Rows 1 to 3 of the matrix that takes voxel (x, y, z, 1) to mm, right, anterior and superior positive.
    public let affine: [[Double]]

    /// Voxels by their indices in the grid.
    ///
    /// Throws `BrainError` if the shape is not three positive numbers, the affine not 3 x 4, or an index outside or
    /// there twice.
    public init(shape: [Int], indices: [Int], affine: [[Double]]? = nil) throws {
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
            throw BrainError.value(
                what: "the shape of a voxel space", got: "\(shape)", expected: "three positive numbers")
        }
        let affine = affine.map { Array($0.prefix(3)) } ?? [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
        guard affine.count == 3, affine.allSatisfy({ $0.count == 4 }) else {
            throw BrainError.value(
                what: "the affine of a voxel space", got: "of \(affine.map(\.count)) numbers by row",
                expected: "3 or 4 rows of 4 numbers")
        }
        guard let count = byteCount(of: shape, .uint8) else {
            throw BrainError.value(
                what: "the shape of a voxel space", got: "\(shape)", expected: "one that fits into memory")
        }
        if let outside = indices.first(where: { $0 < 0 || $0 >= count }) {
            throw BrainError.voxelOutside(index: outside, shape: shape)
        }
        guard Set(indices).count == indices.count else {
            let twice = Dictionary(grouping: indices, by: { $0 }).filter { $1.count > 1 }.keys.min() ?? 0
            throw BrainError.value(
                what: "the voxel index \(twice)", got: "there more than once", expected: "there once")
        }
        self.shape = shape
        self.indices = indices
        self.affine = affine
    }

    /// The voxels where a mask is not zero; the mask lists the grid with z fastest.
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

    /// How many voxels there are.
    public var count: Int { indices.count }

    /// The size of a voxel along the three axes of the grid, in mm.
    public var voxelSize: [Double] {
        (0..<3).map { axis in affine.reduce(0) { $0 + $1[axis] * $1[axis] }.squareRoot() }
    }

    /// The position of a voxel of the grid in mm: right, anterior, superior.
    public func position(_ x: Int, _ y: Int, _ z: Int) -> [Double] {
        affine.map { $0[0] * Double(x) + $0[1] * Double(y) + $0[2] * Double(z) + $0[3] }
    }

    /// The values of the voxels as a volume of the whole grid, with `fill` elsewhere.
    ///
    /// Throws `BrainError.count` if there is not one value for each voxel.
    public func volume(of values: [Double], fill: Double = .nan) throws -> [Double] {
        guard values.count == count else {
            throw BrainError.count(
                what: "values", got: values.count, expected: count, of: "voxels of the space")
        }
        var volume = [Double](repeating: fill, count: shape.reduce(1, *))
        for (index, value) in zip(indices, values) { volume[index] = value }
        return volume
    }
}
