/// A triangle mesh of one hemisphere's cortex: where its vertices lie and which three make a face.
public struct SurfaceMesh: Sendable, Equatable {
    /// The vertices' positions in mm (right, anterior, superior).
    public let vertices: [SIMD3<Float>]
    /// The faces: indices of three vertices each, counterclockwise seen from outside.
    public let faces: [SIMD3<UInt32>]

    /// A mesh of vertices (mm) and faces.
    ///
    /// - Parameters:
    ///   - vertices: their positions in mm.
    ///   - faces: the indices of the three vertices of each triangle, from zero.
    ///
    /// Throws `FormatError` if a face names a vertex that is not there, or a position is not finite.
    public init(vertices: [SIMD3<Float>], faces: [SIMD3<UInt32>]) throws {
        try self.init(vertices: vertices, faces: faces, of: "the mesh")
    }

    /// The same, read from a file: errors name it.
    package init(vertices: [SIMD3<Float>], faces: [SIMD3<UInt32>], of source: String) throws {
        if let face = faces.firstIndex(where: { $0.max() >= vertices.count }) {
            throw FormatError(
                named: source, "face \(face)", expected: "vertices below \(vertices.count)",
                found: "\(faces[face].max())")
        }
        if let vertex = vertices.firstIndex(where: { !($0.x + $0.y + $0.z).isFinite }) {
            let position = vertices[vertex]
            throw FormatError(
                named: source, "vertex \(vertex)", expected: "a finite position in mm",
                found: "(\(position.x), \(position.y), \(position.z))")
        }
        self.vertices = vertices
        self.faces = faces
    }
}
