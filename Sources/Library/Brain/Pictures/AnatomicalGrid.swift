import Display
import Figures
import Formats

/// The voxels of a space on a grid along the axes of anatomy: right, anterior, superior.
///
/// Where the space's own grid lies along these axes, turned or mirrored as it may be, every voxel is one cell; where it is
/// oblique, each cell holds the voxel whose center is nearest.
struct AnatomicalGrid {
    /// Cells along the three axes.
    let shape: [Int]
    /// The center of the first cell, in mm.
    let origin: [Double]
    /// The size of a cell, in mm.
    let step: [Double]
    /// The number of the voxel in each cell, `(x * shape[1] + y) * shape[2] + z`; -1 for none.
    let voxels: [Int32]
    /// The index of each cell in the space's own grid; -1 outside it.
    private let places: [Int32]

    /// Throws `GridError` if the affine of the space has no inverse, `BrainError.value` for a space without voxels, one
    /// whose affine is not known, and one that leans so far that no memory holds its cells.
    init(_ space: VoxelSpace) throws {
        try space.requireVolume(for: "a picture of slices or a glass brain")
        let inverse = try space.grid.affine.inverse()
        guard space.count > 0 else {
            throw BrainError.value(what: "the voxel space", got: "without voxels", expected: "of some voxels")
        }
        var low = SIMD3<Double>(repeating: .infinity)
        var high = -low
        for position in space.voxelCenters {
            low = pointwiseMin(low, position)
            high = pointwiseMax(high, position)
        }
        let size = space.voxelSize
        let step = (0..<3).map { size[space.gridAxis(along: $0)] }
        // One cell of air around, so that outlines are closed.
        let origin = (0..<3).map { axis -> Double in low[axis] - step[axis] }
        let cells = (0..<3).map { axis -> Double in
            let extent: Double = high[axis] - low[axis]
            return (extent / step[axis]).rounded() + 3
        }
        // A grid that leans, of voxels far longer than wide, may need far more upright cells than it has voxels.
        let count = cells.reduce(1, *)
        guard count <= 1e8 || count <= min(Double(Int32.max), Double(availableMemory()) / 12) else {
            throw BrainError.value(
                what: "the affine of a voxel space for a picture",
                got:
                    "\(space.affine), whose voxels lean so that \(Number.short(count)) upright ones cover them",
                expected:
                    "one along right, anterior and superior (resample the image), or `map`, which draws the grid"
            )
        }
        let shape = cells.map { Int($0) }
        var number = [Int32](repeating: -1, count: space.shape.reduce(1, *))
        for (voxel, index) in space.indices.enumerated() { number[index] = Int32(voxel) }
        var places = [Int32](repeating: -1, count: shape.reduce(1, *))
        func column(_ axis: Int) -> SIMD3<Double> {
            SIMD3(inverse[0, axis], inverse[1, axis], inverse[2, axis])
        }
        func coordinate(_ index: Int, _ axis: Int) -> Double { origin[axis] + Double(index) * step[axis] }
        let (right, anterior, superior, start) = (column(0), column(1), column(2), column(3))
        let grid = SIMD3(Double(space.shape[0]), Double(space.shape[1]), Double(space.shape[2]))
        let (plane, line) = (space.shape[1] * space.shape[2], space.shape[2])
        places.withUnsafeMutableBufferPointer { places in
            var cell = 0
            for x in 0..<shape[0] {
                let alongX: SIMD3<Double> = start + right * coordinate(x, 0)
                for y in 0..<shape[1] {
                    let alongY: SIMD3<Double> = alongX + anterior * coordinate(y, 1)
                    for z in 0..<shape[2] {
                        let exact: SIMD3<Double> = alongY + superior * coordinate(z, 2)
                        let place = exact.rounded(.toNearestOrAwayFromZero)
                        if all(place .>= 0), all(place .< grid) {
                            places[cell] = Int32(Int(place.x) * plane + Int(place.y) * line + Int(place.z))
                        }
                        cell += 1
                    }
                }
            }
        }
        (self.shape, self.origin, self.step, self.places) = (shape, origin, step, places)
        voxels = places.map { $0 < 0 ? -1 : number[Int($0)] }
    }

    /// The coordinate of a cell along an axis, in mm.
    func coordinate(_ index: Int, _ axis: Int) -> Double { origin[axis] + Double(index) * step[axis] }

    /// The cell along an axis that is nearest to a coordinate.
    func index(_ coordinate: Double, _ axis: Int) -> Int {
        min(shape[axis] - 1, max(0, Int(((coordinate - origin[axis]) / step[axis]).rounded())))
    }

    /// The edges of a picture across two axes.
    func bounds(across: Int, up: Int) -> BrainPanel.Bounds {
        func edge(_ axis: Int, _ index: Double) -> Double { origin[axis] + index * step[axis] }
        return BrainPanel.Bounds(
            left: edge(across, -0.5), right: edge(across, Double(shape[across]) - 0.5),
            bottom: edge(up, -0.5), top: edge(up, Double(shape[up]) - 0.5))
    }

    /// The cells of a slice, the upper left one first, row after row.
    func cells(across: Int, up: Int, along: Int, at index: Int) -> [Int] {
        let steps = [shape[1] * shape[2], shape[2], 1]
        return (0..<shape[up]).flatMap { row in
            let start = index * steps[along] + (shape[up] - 1 - row) * steps[up]
            return (0..<shape[across]).map { start + $0 * steps[across] }
        }
    }

    /// The values of an image of the space's whole grid in some cells; NaN outside it.
    func values(_ volume: [Double], in cells: [Int]) -> [Double] {
        cells.map { places[$0] < 0 ? .nan : volume[Int(places[$0])] }
    }
}

extension VoxelSpace {
    /// The center of each voxel in mm.
    var voxelCenters: [SIMD3<Double>] {
        let (plane, line, side) = (shape[1] * shape[2], shape[2], shape[1])
        func column(_ axis: Int) -> SIMD3<Double> {
            SIMD3(affine[0][axis], affine[1][axis], affine[2][axis])
        }
        let (x, y, z, origin) = (column(0), column(1), column(2), column(3))
        return indices.map { index -> SIMD3<Double> in
            var place: SIMD3<Double> = origin
            place += x * Double(index / plane)
            place += y * Double(index / line % side)
            place += z * Double(index % line)
            return place
        }
    }
}
