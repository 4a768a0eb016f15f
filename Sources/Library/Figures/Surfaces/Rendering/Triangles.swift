/// One triangle, in samples: its edges from top to bottom, its plane of depth, and how its corners mix.
struct Triangle {
    /// The corners by row, then by column: a shared edge is computed the same way in both triangles.
    var top: SIMD2<Double>
    var middle: SIMD2<Double>
    var bottom: SIMD2<Double>
    /// The depth at the first corner, and how it grows by a column and by a row.
    var depth: Float
    var depthStep: SIMD2<Float>
    /// The first corner, and how the shares of the second and the third grow by a column and by a row.
    var origin: SIMD2<Float>
    var secondStep: SIMD2<Float>
    var thirdStep: SIMD2<Float>
    var corners: SIMD3<UInt32>
}

/// The triangles of a scene that have an area and lie on the page.
struct Triangles {
    let items: [Triangle]

    /// `scale` is samples a pixel; `width` and `height` are those of the page in samples.
    init(_ scene: SurfaceScene, scale: Float, width: Int, height: Int) {
        let (right, bottom) = (Float(width), Float(height))
        items = scene.points.withUnsafeBufferPointer { points in
            scene.faces.compactMap { face -> Triangle? in
                let corners = (points[Int(face.x)], points[Int(face.y)], points[Int(face.z)])
                return Triangle(corners, face, scale: scale, right: right, bottom: bottom)
            }
        }
    }

    /// The triangles of each band of `rows` rows of samples, in their order.
    func bins(bands: Int, rows: Int) -> Bins {
        func touched(_ triangle: Triangle) -> ClosedRange<Int> {
            let last = Double(bands * rows - 1)
            func band(_ row: Double) -> Int { Int(min(max(row, 0), last)) / rows }
            return band(triangle.top.y)...band(triangle.bottom.y)
        }
        var starts = [Int](repeating: 0, count: bands + 1)
        for triangle in items { for band in touched(triangle) { starts[band + 1] += 1 } }
        for band in 0..<bands { starts[band + 1] += starts[band] }
        var next = starts
        var indices = [Int32](repeating: 0, count: starts[bands])
        for (index, triangle) in items.enumerated() {
            for band in touched(triangle) {
                indices[next[band]] = Int32(index)
                next[band] += 1
            }
        }
        return Bins(starts: starts, indices: indices)
    }
}

/// Which triangles touch which band.
struct Bins {
    let starts: [Int]
    let indices: [Int32]

    func triangles(of band: Int, _ body: (Int) -> Void) {
        indices.withUnsafeBufferPointer { indices in
            for place in starts[band]..<starts[band + 1] { body(Int(indices[place])) }
        }
    }
}

extension Triangle {
    /// Nil for a triangle without an area, with a corner that is not finite, or beside the page.
    fileprivate init?(
        _ points: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>), _ face: SIMD3<UInt32>, scale: Float,
        right: Float, bottom: Float
    ) {
        let a = SIMD2(points.0.x, points.0.y) * scale
        let b = SIMD2(points.1.x, points.1.y) * scale
        let c = SIMD2(points.2.x, points.2.y) * scale
        let (low, high) = (pointwiseMin(pointwiseMin(a, b), c), pointwiseMax(pointwiseMax(a, b), c))
        guard high.x > 0, high.y > 0, low.x < right, low.y < bottom else { return nil }
        let (first, second) = (b - a, c - a)
        let area = first.x * second.y - first.y * second.x
        guard abs(area) > 1e-9, area.isFinite, (points.0.z + points.1.z + points.2.z).isFinite else {
            return nil
        }
        var (one, two, three) = (SIMD2<Double>(a), SIMD2<Double>(b), SIMD2<Double>(c))
        if Triangle.isBelow(one, two) { swap(&one, &two) }
        if Triangle.isBelow(two, three) { swap(&two, &three) }
        if Triangle.isBelow(one, two) { swap(&one, &two) }
        (top, middle, self.bottom) = (one, two, three)
        origin = a
        secondStep = SIMD2(second.y, -second.x) / area
        thirdStep = SIMD2(-first.y, first.x) / area
        depth = points.0.z
        depthStep = secondStep * (points.1.z - points.0.z) + thirdStep * (points.2.z - points.0.z)
        corners = face
    }

    private static func isBelow(_ one: SIMD2<Double>, _ two: SIMD2<Double>) -> Bool {
        one.y > two.y || (one.y == two.y && one.x > two.x)
    }
}
