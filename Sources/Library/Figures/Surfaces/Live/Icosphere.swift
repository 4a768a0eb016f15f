/// The faces of an icosahedron that was subdivided several times, numbered as in FreeSurfer's fsaverage meshes.
///
/// Each step puts a vertex on every edge and makes four faces of each. Vertices are nested: the coarser mesh's come first.
/// So neither the faces need be stored, nor much of the vertices: each lies about halfway between two earlier ones.
package struct Icosphere: Sendable {
    /// A vertex on an edge: the edge's ends, the corners of the two faces beside it, and those of the four beyond.
    package struct Child: Sendable {
        let ends: (Int, Int)
        let beside: (Int, Int)
        let beyond: (Int, Int, Int, Int)
    }

    package let faces: [SIMD3<UInt32>]
    /// The vertices after the first 12, in order.
    package let children: [Child]
    package var vertexCount: Int { children.count + Icosphere.first }

    /// The vertices of the icosahedron itself.
    package static let first = 12
    private static let base: [SIMD3<UInt32>] = [
        [0, 3, 4], [0, 4, 5], [0, 5, 1], [0, 1, 2], [0, 2, 3], [3, 2, 8], [3, 8, 9], [3, 9, 4], [4, 9, 10],
        [4, 10, 5], [5, 10, 6], [5, 6, 1], [1, 6, 7], [1, 7, 2], [2, 7, 8], [8, 11, 9], [9, 11, 10],
        [10, 11, 6], [6, 11, 7], [7, 11, 8],
    ]

    /// How many steps give a mesh of this many vertices and faces; nil where none does.
    package static func steps(vertices: Int, faces: Int) -> Int? {
        (0...8).first { 10 << (2 * $0) + 2 == vertices && 20 << (2 * $0) == faces }
    }

    package init(steps: Int) {
        var faces = Icosphere.base
        var children: [Child] = []
        for _ in 0..<steps {
            var corner: [UInt64: Int] = [:]
            corner.reserveCapacity(faces.count * 3)
            func key(_ from: UInt32, _ to: UInt32) -> UInt64 { UInt64(from) << 32 | UInt64(to) }
            for face in faces {
                corner[key(face.x, face.y)] = Int(face.z)
                corner[key(face.y, face.z)] = Int(face.x)
                corner[key(face.z, face.x)] = Int(face.y)
            }
            func opposite(_ from: Int, _ to: Int) -> Int { corner[key(UInt32(from), UInt32(to))] ?? from }
            var middles: [UInt64: UInt32] = [:]
            middles.reserveCapacity(faces.count * 3 / 2)
            func middle(_ from: UInt32, _ to: UInt32) -> UInt32 {
                let key = key(min(from, to), max(from, to))
                if let known = middles[key] { return known }
                let (a, b) = (Int(from), Int(to))
                let (c, d) = (opposite(a, b), opposite(b, a))
                let vertex = UInt32(children.count + Icosphere.first)
                children.append(
                    Child(
                        ends: (a, b), beside: (c, d),
                        beyond: (opposite(c, b), opposite(a, c), opposite(d, a), opposite(b, d))))
                middles[key] = vertex
                return vertex
            }
            // The numbers are given in the order of the faces, by the edges third-first, second-third, first-second.
            let edges = faces.map { face in
                let (ca, bc) = (middle(face.z, face.x), middle(face.y, face.z))
                return SIMD3(middle(face.x, face.y), bc, ca)
            }
            var next = zip(faces, edges).map { SIMD3($0.x, $1.x, $1.z) }
            next.reserveCapacity(faces.count * 4)
            for (face, edge) in zip(faces, edges) {
                next.append(SIMD3(edge.z, edge.y, face.z))
                next.append(SIMD3(edge.x, edge.y, edge.z))
                next.append(SIMD3(edge.x, face.y, edge.y))
            }
            faces = next
        }
        self.faces = faces
        self.children = children
    }
}
