import Display

/// The orientation of slices through a voxel grid: up is superior or anterior, right is the subject's right; where the
/// affine is not known, they are the grid's own axes.
public struct SlicePlane: Sendable, Equatable {
    /// The axis of the grid that is cut (0, 1 or 2).
    public let cut: Int
    let across: Int
    let up: Int
    /// Whether the picture runs against the grid, so that it grows to the right and upwards in mm.
    let flipsAcross: Bool
    let flipsUp: Bool
    /// What lies at the left and the right edge ("L" and "R", or "P" and "A"); empty if the affine is not known.
    public let sides: [String]

    /// How many pixels the picture has across and down.
    package func size(in space: VoxelSpace) -> (width: Int, height: Int) {
        (space.shape[across], space.shape[up])
    }

    /// The size of a pixel in mm, across and down.
    package func pixelSize(in space: VoxelSpace) -> (width: Double, height: Double) {
        (space.voxelSize[across], space.voxelSize[up])
    }

    /// How many slices the grid has.
    package func count(in space: VoxelSpace) -> Int { space.shape[cut] }

    /// One slice of a volume, the upper left pixel first, row after row.
    package func pixels(of volume: [Double], slice: Int, in space: VoxelSpace) -> [Double] {
        let steps = [space.shape[1] * space.shape[2], space.shape[2], 1]
        let (width, height) = size(in: space)
        return (0..<height).flatMap { row in
            (0..<width).map { column in
                let a = flipsAcross ? width - 1 - column : column
                // Rows count downwards in a picture, the grid upwards.
                let u = flipsUp ? row : height - 1 - row
                return volume[slice * steps[cut] + a * steps[across] + u * steps[up]]
            }
        }
    }
}

extension VoxelSpace {
    /// The plane that cuts the grid along its thinnest axis, or horizontally if none is thinner than half.
    public var naturalPlane: SlicePlane {
        let thinnest = (0..<3).min { shape[$0] < shape[$1] } ?? 2
        let others = shape.indices.filter { $0 != thinnest }.map { shape[$0] }
        let isThin = others.allSatisfy { shape[thinnest] * 2 < $0 }
        return plane(cut: isThin ? thinnest : gridAxis(along: 2))
    }

    /// The plane that cuts an axis of the grid (0, 1 or 2).
    ///
    /// Throws `BrainError.value` for another axis.
    public func plane(cutting axis: Int) throws -> SlicePlane {
        guard (0..<3).contains(axis) else {
            throw BrainError.value(
                what: "the axis that a plane cuts", got: "\(axis)", expected: "0, 1 or 2, an axis of the grid"
            )
        }
        return plane(cut: axis)
    }

    private func plane(cut axis: Int) -> SlicePlane {
        let rest = [0, 1, 2].filter { $0 != axis }.sorted { anatomicalAxis(of: $0) < anatomicalAxis(of: $1) }
        let (across, up) = (rest[0], rest[1])
        let names = [["L", "R"], ["P", "A"], ["I", "S"]][anatomicalAxis(of: across)]
        return SlicePlane(
            cut: axis, across: across, up: up, flipsAcross: direction(of: across) < 0,
            flipsUp: direction(of: up) < 0, sides: hasKnownAffine ? names : [])
    }

    /// Which anatomical axis (0 left to right, 1 posterior to anterior, 2 inferior to superior) a grid axis follows.
    private func anatomicalAxis(of axis: Int) -> Int { anatomicalAxes[axis] }

    /// The axis of the grid that runs most nearly along an anatomical one: right (0), anterior (1), superior (2).
    func gridAxis(along anatomical: Int) -> Int { anatomicalAxes.firstIndex(of: anatomical) ?? 2 }

    private func direction(of axis: Int) -> Double { affine[anatomicalAxes[axis]][axis] }

    /// The assignment of grid axes to anatomical ones with the largest cosines, each used once.
    private var anatomicalAxes: [Int] {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        func fit(_ order: [Int]) -> Double {
            (0..<3).reduce(0) { $0 + abs(affine[order[$1]][$1]) / max(voxelSize[$1], .leastNormalMagnitude) }
        }
        return orders.max { fit($0) < fit($1) } ?? [0, 1, 2]
    }

    /// The position of a slice in mm along the anatomical axis that it cuts, for instance "z = 12 mm"; its index in the
    /// grid if the affine is not known, for instance "axis 2, slice 12".
    public func name(of slice: Int, in plane: SlicePlane) -> String {
        let axis = plane.cut
        guard hasKnownAffine else { return "axis \(axis), slice \(slice)" }
        var voxel = shape.map { $0 / 2 }
        voxel[axis] = slice
        let anatomical = anatomicalAxes[axis]
        let place = position(voxel[0], voxel[1], voxel[2])[anatomical]
        return "\(["x", "y", "z"][anatomical]) = \(Number.fixed(place.rounded(), 0)) mm"
    }
}
