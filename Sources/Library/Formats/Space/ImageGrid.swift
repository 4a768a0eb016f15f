/// Where the voxels of an image lie: how many along each axis, and the map from their indices to mm.
///
/// Two images can be compared voxel by voxel if their grids match.
public struct ImageGrid: Sendable, Equatable {
    /// The voxels along x, y and z.
    public let shape: [Int]
    /// From voxel indices to mm.
    public let affine: Affine

    /// A grid; throws `GridError` if the shape is not three positive numbers.
    ///
    /// - Parameters:
    ///   - shape: how many voxels it has along x, y and z.
    ///   - affine: from voxel indices to mm.
    public init(shape: [Int], affine: Affine) throws {
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }), byteCount(of: shape, .float64) != nil else {
            throw GridError(
                "the shape of a grid is three positive numbers that fit into memory, not \(shape)")
        }
        self.init(unchecked: shape, affine)
    }

    init(unchecked shape: [Int], _ affine: Affine) {
        self.shape = shape
        self.affine = affine
    }

    /// How many voxels there are.
    public var voxelCount: Int { shape.reduce(1, *) }

    /// Whether the other grid has as many voxels at the same places, to a thousandth of a voxel.
    ///
    /// Headers hold single precision, and a sform and a qform of the same grid differ by their roundings: some 1e-5 of
    /// a voxel. What is farther apart is another grid.
    public func matches(_ other: ImageGrid) -> Bool {
        guard shape == other.shape else { return false }
        // A header without meaning is equal to itself.
        if affine == other.affine
            || zip(affine.elements, other.affine.elements).allSatisfy({ $0 == $1 || $0.isNaN && $1.isNaN })
        {
            return true
        }
        let tolerance = 1e-3 * (affine.voxelSizes + other.affine.voxelSizes).reduce(.infinity, min)
        // The two maps are linear: nothing between the corners is farther apart than a corner.
        return corners.allSatisfy { corner in
            zip(affine.position(ofVoxel: corner), other.affine.position(ofVoxel: corner))
                .allSatisfy { abs($0 - $1) <= tolerance }
        }
    }

    private var corners: [[Double]] {
        (0..<8).map { corner in (0..<3).map { corner >> $0 & 1 == 0 ? 0 : Double(shape[$0] - 1) } }
    }
}

extension ImageGrid: CustomStringConvertible {
    public var description: String {
        "\(shape.map(String.init).joined(separator: " x ")) voxels, \(affine.orientation), affine \(affine)"
    }
}
