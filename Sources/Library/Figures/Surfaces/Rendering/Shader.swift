/// Colors a place of a triangle.
struct Shader {
    let corners: UnsafeBufferPointer<SurfaceCorner>
    let table: UnsafeBufferPointer<SIMD4<Float>>
    let columns: Int
    let rows: Int

    /// Red, green, blue and 1 at a place in samples.
    @inline(__always) func color(_ triangle: Triangle, _ place: SIMD2<Float>) -> SIMD4<Float> {
        let offset = place - triangle.origin
        let second = triangle.secondStep.x * offset.x + triangle.secondStep.y * offset.y
        let third = triangle.thirdStep.x * offset.x + triangle.thirdStep.y * offset.y
        let mixed =
            corners[Int(triangle.corners.x)].numbers * (1 - second - third)
            + corners[Int(triangle.corners.y)].numbers * second
            + corners[Int(triangle.corners.z)].numbers * third
        var color = SIMD4<Float>(mixed[1], mixed[1], mixed[1], 1)
        let weight = min(1, mixed[2])
        if weight > 0.002 {
            let above = table[index(mixed[3] / mixed[2], mixed[4] / mixed[2])]
            color += (SIMD4(above.x, above.y, above.z, 1) - color) * (weight * above.w)
        }
        color *= min(1, max(0, mixed[0]))
        color.w = 1
        return color
    }

    @inline(__always) private func index(_ first: Float, _ second: Float) -> Int {
        let column = Shader.place(first, columns)
        return rows == 1 ? column : Shader.place(second, rows) * columns + column
    }

    @inline(__always) private static func place(_ value: Float, _ count: Int) -> Int {
        Int(min(1, max(0, value)) * Float(count - 1) + 0.5)
    }
}
