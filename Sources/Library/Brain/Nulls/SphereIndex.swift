/// Which of many points is nearest to a place: points in the cells of a grid, searched outwards.
struct SphereIndex {
    private let points: [SIMD3<Double>]
    private let low: SIMD3<Double>
    private let size: Double
    private let sides: SIMD3<Int>
    /// Where the points of each cell begin in `order`.
    private let starts: [Int]
    private let order: [Int32]

    init(_ points: [SIMD3<Double>]) {
        self.points = points
        var (low, high) = (points.first ?? .zero, points.first ?? .zero)
        for point in points {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        let extent = high - low
        // About two points per cell on a surface, which fills about as many cells as the square of a side.
        let side = max(1, (Double(points.count) / 8).squareRoot().rounded())
        let size = max(extent.max() / side, 1e-9)
        let sides = SIMD3<Int>(
            Int(extent.x / size) + 1, Int(extent.y / size) + 1, Int(extent.z / size) + 1)
        (self.low, self.size, self.sides) = (low, size, sides)
        let cells = points.map { point -> Int in
            let place = (point - low) / size
            return (min(sides.x - 1, Int(place.x)) * sides.y + min(sides.y - 1, Int(place.y))) * sides.z
                + min(sides.z - 1, Int(place.z))
        }
        var starts = [Int](repeating: 0, count: sides.x * sides.y * sides.z + 1)
        for cell in cells { starts[cell + 1] += 1 }
        for cell in 1..<starts.count { starts[cell] += starts[cell - 1] }
        var next = starts
        var order = [Int32](repeating: 0, count: points.count)
        for (point, cell) in cells.enumerated() {
            order[next[cell]] = Int32(point)
            next[cell] += 1
        }
        (self.starts, self.order) = (starts, order)
    }

    /// The point nearest to a place; of points that are equally near the first.
    func nearest(to place: SIMD3<Double>) -> Int32 {
        let cell = (place - low) / size
        func held(_ value: Double, _ side: Int) -> Int { min(side - 1, max(0, Int(value.rounded(.down)))) }
        let center = SIMD3<Int>(held(cell.x, sides.x), held(cell.y, sides.y), held(cell.z, sides.z))
        var (best, bestDistance): (Int32, Double) = (-1, .infinity)
        for ring in 0...max(sides.x, sides.y, sides.z) {
            for x in max(0, center.x - ring)...min(sides.x - 1, center.x + ring) {
                for y in max(0, center.y - ring)...min(sides.y - 1, center.y + ring) {
                    let isEdge = abs(x - center.x) == ring || abs(y - center.y) == ring
                    // Within the ring only its lower and its upper side are new.
                    let step = isEdge || ring == 0 ? 1 : 2 * ring
                    for z in stride(from: center.z - ring, through: center.z + ring, by: step)
                    where z >= 0 && z < sides.z {
                        let index = (x * sides.y + y) * sides.z + z
                        for item in starts[index]..<starts[index + 1] {
                            let offset = points[Int(order[item])] - place
                            let distance = (offset * offset).sum()
                            if distance < bestDistance || (distance == bestDistance && order[item] < best) {
                                (best, bestDistance) = (order[item], distance)
                            }
                        }
                    }
                }
            }
            // What lies beyond the ring is at least this far; the place may lie outside the grid, which is farther still.
            let reach = Double(ring) * size
            if bestDistance.isFinite, bestDistance <= reach * reach { break }
        }
        return best
    }
}
