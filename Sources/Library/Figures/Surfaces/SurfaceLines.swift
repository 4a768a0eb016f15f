import Formats

/// A place on a mesh: the mean of up to three of its vertices.
package struct SurfacePlace: Sendable, Equatable {
    package let vertices: SIMD3<UInt32>
    package let shares: SIMD3<Float>

    /// A place between two vertices, a part of the way from the first to the second.
    package init(_ first: UInt32, _ second: UInt32, _ part: Float = 0.5) {
        vertices = SIMD3(first, second, second)
        shares = SIMD3(1 - part, part, 0)
    }

    /// The middle of a face.
    package init(middle face: SIMD3<UInt32>) {
        vertices = face
        shares = SIMD3(repeating: 1 / 3)
    }

    package func mixed(_ places: UnsafeBufferPointer<SIMD3<Float>>) -> SIMD3<Float> {
        places[Int(vertices.x)] * shares.x + places[Int(vertices.y)] * shares.y + places[Int(vertices.z)]
            * shares.z
    }
}

/// Lines on a mesh, each straight within one face.
package struct SurfaceLines: Sendable, Equatable {
    package var lines: [(start: SurfacePlace, end: SurfacePlace)] = []

    package static func == (one: SurfaceLines, other: SurfaceLines) -> Bool {
        one.lines.count == other.lines.count
            && zip(one.lines, other.lines).allSatisfy { $0.start == $1.start && $0.end == $1.end }
    }

    /// Where regions meet: halfway between vertices of different regions; what has no region counts as one.
    package init(borders labels: [Int?], _ mesh: SurfaceMesh) {
        for face in mesh.faces {
            let (a, b, c) = (labels[Int(face.x)], labels[Int(face.y)], labels[Int(face.z)])
            if a == b, b == c { continue }
            var ends: [SurfacePlace] = []
            if a != b { ends.append(SurfacePlace(face.x, face.y)) }
            if b != c { ends.append(SurfacePlace(face.y, face.z)) }
            if c != a { ends.append(SurfacePlace(face.z, face.x)) }
            if ends.count == 2 {
                lines.append((ends[0], ends[1]))
            } else {
                let middle = SurfacePlace(middle: face)
                for end in ends { lines.append((end, middle)) }
            }
        }
    }

    /// Where values mixed along the edges pass `level`; faces with a corner without a value have no line.
    package init(level: Double, of values: [Double], _ mesh: SurfaceMesh) {
        for face in mesh.faces {
            var ends: [SurfacePlace] = []
            for (first, second) in [(face.x, face.y), (face.y, face.z), (face.z, face.x)] {
                let (low, high) = (values[Int(first)], values[Int(second)])
                guard low.isFinite, high.isFinite, (low < level) != (high < level) else { continue }
                ends.append(SurfacePlace(first, second, Float((level - low) / (high - low))))
            }
            if ends.count == 2, face.allFinite(values) { lines.append((ends[0], ends[1])) }
        }
    }
}

extension SIMD3<UInt32> {
    fileprivate func allFinite(_ values: [Double]) -> Bool {
        values[Int(x)].isFinite && values[Int(y)].isFinite && values[Int(z)].isFinite
    }
}
