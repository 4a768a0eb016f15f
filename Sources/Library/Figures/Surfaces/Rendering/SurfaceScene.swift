/// Triangles on a page, with what is mixed between their corners.
package struct SurfaceScene: Sendable {
    /// Where the corners lie: x to the right and y down in pixels, z toward the viewer in any unit.
    package var points: [SIMD3<Float>] = []
    /// What each corner has.
    package var corners: [SurfaceCorner] = []
    /// The triangles: indices of three corners.
    package var faces: [SIMD3<UInt32>] = []

    package init() {}

    /// Adds the line between two places, as wide as `width` pixels everywhere, `lift` nearer to the viewer.
    package mutating func add(
        lineFrom start: SIMD3<Float>, to end: SIMD3<Float>, width: Float, lift: Float, gray: Float
    ) {
        var (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = (dx * dx + dy * dy).squareRoot()
        // A line toward the viewer is a point: a square.
        (dx, dy) = length > 1e-6 ? (dx / length * width / 2, dy / length * width / 2) : (width / 2, 0)
        // The ends reach half a width further, so that a chain of lines has no gaps at its bends.
        let first = UInt32(points.count)
        for (place, along) in [(start, Float(-0.5)), (end, Float(0.5))] {
            for side in [Float(-1), 1] {
                points.append(
                    SIMD3(
                        place.x + dx * along - dy * side, place.y + dy * along + dx * side, place.z + lift))
                corners.append(SurfaceCorner(light: 1, gray: gray))
            }
        }
        faces.append(SIMD3(first, first + 1, first + 2))
        faces.append(SIMD3(first + 2, first + 1, first + 3))
    }
}

/// What is mixed across a triangle: how bright it is lit, the gray below, and the values above it with their weight.
///
/// Values are stored times their weight, so that a corner without a value takes no part in the mix.
package struct SurfaceCorner: Sendable, Equatable {
    /// Light, gray, weight, first value times weight, second value times weight.
    package var numbers: SIMD8<Float>

    /// A corner; NaN is no value. Values are from 0 to 1, places in the color table.
    package init(light: Float, gray: Float, value: Float = .nan, second: Float = 0.5) {
        let weight: Float = value.isNaN || second.isNaN ? 0 : 1
        numbers = SIMD8(
            light, gray, weight, weight > 0 ? value : 0, weight > 0 ? second : 0, 0, 0, 0)
    }
}
