/// Some rows of a picture while they are drawn: the nearest triangle of each sample, then the color of each pixel.
struct Band {
    private let rows: Range<Int>
    private let width: Int
    private let samples: Int
    private let columns: Int
    private let depths: UnsafeMutablePointer<Float>
    private let nearest: UnsafeMutablePointer<Int32>

    init(rows: Range<Int>, width: Int, samples: Int) {
        self.rows = rows
        self.width = width
        self.samples = samples
        columns = width * samples
        let count = columns * rows.count * samples
        depths = .allocate(capacity: count)
        depths.initialize(repeating: -.infinity, count: count)
        nearest = .allocate(capacity: count)
        nearest.initialize(repeating: -1, count: count)
    }

    func deallocate() {
        depths.deallocate()
        nearest.deallocate()
    }

    /// Draws the part of a triangle that lies in these rows: a sample belongs to it if its middle does, and on an edge to
    /// the triangle on the right of it or below.
    func draw(_ index: Int, _ triangles: Triangles) {
        triangles.items.withUnsafeBufferPointer { draw(Int32(index), $0[index]) }
    }

    private func draw(_ index: Int32, _ triangle: Triangle) {
        let start = rows.lowerBound * samples
        let end = rows.upperBound * samples
        let (top, middle, bottom) = (triangle.top, triangle.middle, triangle.bottom)
        let long = Edge(top, bottom)
        let upper = Edge(top, middle)
        let lower = Edge(middle, bottom)
        let first = max(Band.first(top.y), start)
        let last = min(Band.first(bottom.y), end)
        guard first < last else { return }
        let turn = Band.first(middle.y)
        for row in first..<last {
            let y = Double(row) + 0.5
            let one = long.x(at: y)
            let other = row < turn ? upper.x(at: y) : lower.x(at: y)
            let left = max(Band.first(min(one, other)), 0)
            let right = min(Band.first(max(one, other)), columns)
            guard left < right else { continue }
            let offset = SIMD2(Float(left) + 0.5, Float(row) + 0.5) - triangle.origin
            var depth =
                triangle.depth + triangle.depthStep.x * offset.x + triangle.depthStep.y * offset.y
            let line = (row - start) * columns
            for place in line + left..<line + right {
                if depth > depths[place] {
                    depths[place] = depth
                    nearest[place] = index
                }
                depth += triangle.depthStep.x
            }
        }
    }

    /// The first sample whose middle is not before `place`.
    @inline(__always) private static func first(_ place: Double) -> Int {
        // Rounded up without a call into the library of mathematics.
        let before = max(-1e9, min(1e9, place)) - 0.5
        let whole = Int(before)
        return Double(whole) < before ? whole + 1 : whole
    }

    /// Writes the color of each pixel: the mean of its samples'.
    func resolve(
        _ triangles: Triangles, _ shader: Shader, into pixels: UnsafeMutableBufferPointer<UInt32>
    ) {
        triangles.items.withUnsafeBufferPointer { triangles in
            for row in rows {
                let line = (row - rows.lowerBound) * samples * columns
                for column in 0..<width {
                    let pixel = color(line + column * samples, column, row, triangles, shader)
                    pixels[row * width + column] = pixel
                }
            }
        }
    }

    @inline(__always) private func color(
        _ corner: Int, _ column: Int, _ row: Int, _ triangles: UnsafeBufferPointer<Triangle>, _ shader: Shader
    ) -> UInt32 {
        let count = samples * samples
        let single = nearest[corner]
        if isAll(single, from: corner) {
            guard single >= 0 else { return 0 }
            let middle = SIMD2(Float(column) + 0.5, Float(row) + 0.5) * Float(samples)
            return Band.packed(shader.color(triangles[Int(single)], middle))
        }
        var sum = SIMD4<Float>(repeating: 0)
        // Each triangle that the pixel shows is colored once, in the middle of its samples.
        var done: UInt64 = 0
        for sample in 0..<count where done >> UInt64(sample) & 1 == 0 {
            let index = nearest[corner + sample / samples * columns + sample % samples]
            guard index >= 0 else { continue }
            var (place, shown) = (SIMD2<Float>(repeating: 0), Float(0))
            for other in sample..<count {
                let (down, across) = (other / samples, other % samples)
                guard nearest[corner + down * columns + across] == index else { continue }
                done |= 1 << UInt64(other)
                place += SIMD2(Float(across), Float(down))
                shown += 1
            }
            place = place / shown + SIMD2(Float(column * samples) + 0.5, Float(row * samples) + 0.5)
            sum += shader.color(triangles[Int(index)], place) * shown
        }
        guard sum.w > 0 else { return 0 }
        return Band.packed(sum / Float(count))
    }

    /// Whether all samples of a pixel show the same triangle, or none.
    @inline(__always) private func isAll(_ index: Int32, from corner: Int) -> Bool {
        for down in 0..<samples {
            for across in 0..<samples where nearest[corner + down * columns + across] != index {
                return false
            }
        }
        return true
    }

    /// Red, green, blue and alpha from 0 to 1 as a pixel.
    @inline(__always) private static func packed(_ color: SIMD4<Float>) -> UInt32 {
        @inline(__always) func byte(_ part: Float) -> UInt32 { UInt32(max(0, min(1, part)) * 255 + 0.5) }
        return byte(color.w) << 24 | byte(color.x) << 16 | byte(color.y) << 8 | byte(color.z)
    }
}

/// An edge of a triangle, from its upper end to its lower.
private struct Edge {
    private let start: SIMD2<Double>
    private let slope: Double

    init(_ start: SIMD2<Double>, _ end: SIMD2<Double>) {
        self.start = start
        slope = end.y > start.y ? (end.x - start.x) / (end.y - start.y) : 0
    }

    @inline(__always) func x(at y: Double) -> Double { start.x + (y - start.y) * slope }
}
