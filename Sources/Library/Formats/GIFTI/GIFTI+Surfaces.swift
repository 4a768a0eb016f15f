import Foundation
import Tensors

extension GIFTI {
    /// The mesh of a surface file: its one array of positions and its one array of faces.
    ///
    /// Throws `FormatError` if there is not one of each, they are not positions and triangles, or a face names a vertex
    /// that is not there.
    public func mesh() throws -> SurfaceMesh {
        let points = try only("NIFTI_INTENT_POINTSET", "vertices' positions")
        let triangles = try only("NIFTI_INTENT_TRIANGLE", "faces")
        let positions = try points.tensor(as: Float.self)
        let corners = try triangles.integers()
        let vertices = positions.withUnsafeBufferPointer { from in
            (0..<from.count / 3).map { SIMD3(from[3 * $0], from[3 * $0 + 1], from[3 * $0 + 2]) }
        }
        let faces = try (0..<corners.count / 3).map { face in
            try SIMD3(vertex(corners[3 * face]), vertex(corners[3 * face + 1]), vertex(corners[3 * face + 2]))
        }
        return try SurfaceMesh(vertices: vertices, faces: faces, of: url.path)
    }

    private func vertex(_ index: Int) throws -> UInt32 {
        guard let vertex = UInt32(exactly: index) else {
            throw FormatError(url, "a face's vertex", expected: "a number of at least 0", found: "\(index)")
        }
        return vertex
    }

    private func only(_ intent: String, _ what: String) throws -> GIFTIArray {
        let found = arrays.filter { $0.intent == intent }
        guard found.count == 1 else {
            let intents = arrays.map(\.intent)
            throw FormatError(
                url, "the arrays of \(what) (\(intent))", expected: "one, as a surface file has",
                found: "\(found.count), among the arrays \(Set(intents).sorted().joined(separator: ", "))")
        }
        guard found[0].shape.count == 2, found[0].shape[1] == 3 else {
            throw FormatError(
                url, "the shape of the \(what)", expected: "n x 3", found: "\(found[0].shape)")
        }
        return found[0]
    }

    /// The numbers of the vertices: a row for each map or time point, a column for each vertex.
    ///
    /// An array of one dimension is a row; one of two, vertices x maps, gives a row for each of its columns. Positions and
    /// faces are left out. Throws `FormatError` if there is nothing else, the arrays differ in their number of vertices,
    /// or a number does not fit into a `Float`.
    public func maps() throws -> Matrix<Float> {
        let parts = try maps(of: arrays.filter { !Self.geometry.contains($0.intent) })
        guard let vertices = parts.first?.columns else {
            throw FormatError(url, "the arrays", expected: "numbers of vertices", found: "a surface alone")
        }
        if let other = parts.first(where: { $0.columns != vertices }) {
            throw FormatError(
                url, "an array", expected: "of \(vertices) vertices, as the first has",
                found: "of \(other.columns)")
        }
        return .stacked(parts)
    }

    static let geometry: Set = ["NIFTI_INTENT_POINTSET", "NIFTI_INTENT_TRIANGLE"]

    private func maps(of arrays: [GIFTIArray]) throws -> [Matrix<Float>] {
        try arrays.map { array in
            let tensor = try array.tensor(as: Float.self)
            switch tensor.shape.count {
            case 1: return tensor.reshaped(to: [1, tensor.count]).matrix
            case 2: return tensor.reversingDimensions().matrix
            default:
                throw FormatError(
                    url, "an array's shape", expected: "vertices, or vertices x maps",
                    found: "\(tensor.shape)")
            }
        }
    }
}
