extension SurfaceMesh {
    /// The outward normal at each vertex: the mean of those of the faces around it, each of the same weight.
    ///
    /// A vertex without a face has a normal of zeros.
    public var vertexNormals: [SIMD3<Double>] {
        var normals = [SIMD3<Double>](repeating: .zero, count: vertices.count)
        for face in faces {
            let (a, b, c) = (Int(face.x), Int(face.y), Int(face.z))
            let first = SIMD3<Double>(vertices[b]) - SIMD3<Double>(vertices[a])
            let second = SIMD3<Double>(vertices[c]) - SIMD3<Double>(vertices[a])
            let normal = Self.unit(Self.cross(first, second))
            normals[a] += normal
            normals[b] += normal
            normals[c] += normal
        }
        return normals.map(Self.unit)
    }

    private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }

    private static func unit(_ vector: SIMD3<Double>) -> SIMD3<Double> {
        let length = (vector * vector).sum().squareRoot()
        return length > 0 ? vector / length : .zero
    }
}
