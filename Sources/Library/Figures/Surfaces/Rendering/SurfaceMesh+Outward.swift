import Formats

extension SurfaceMesh {
    /// The direction in which each vertex faces, away from the middle of the mesh, of length 1.
    var outwardNormals: [SIMD3<Float>] {
        let normals = vertexNormals.map { SIMD3<Float>($0) }
        let middle = vertices.reduce(SIMD3<Float>.zero, +) / Float(max(1, vertices.count))
        // Files that list faces clockwise, or the other hemisphere's, have normals inward.
        let away = zip(normals, vertices).reduce(Float(0)) { $0 + ($1.0 * ($1.1 - middle)).sum() }
        return away < 0 ? normals.map { -$0 } : normals
    }
}
