import Formats

/// The vertices of one hemisphere's mesh that belong to a space; those of the medial wall are usually left out.
public struct SurfaceVertices: Sendable, Equatable {
    /// Which hemisphere it is.
    public let hemisphere: Hemisphere
    /// How many vertices the whole mesh has.
    public let meshVertexCount: Int
    /// The vertices that belong to the space, in its order.
    public let vertices: [Int]
    /// Where they lie in mm; nil if no mesh was given.
    public let positions: [SIMD3<Float>]?

    /// Vertices of a mesh.
    ///
    /// - Parameters:
    ///   - hemisphere: which hemisphere.
    ///   - meshVertexCount: how many vertices the whole mesh has.
    ///   - vertices: the indices of the vertices, from zero; nil for all.
    ///   - positions: where each lies in mm; nil if it is not known.
    ///
    /// Throws `BrainError` if a vertex is outside the mesh or repeated, or there is not one position for each.
    public init(
        _ hemisphere: Hemisphere, of meshVertexCount: Int, vertices: [Int]? = nil,
        positions: [SIMD3<Float>]? = nil
    ) throws {
        // A file may claim any number of vertices, but not that all of them are there.
        guard meshVertexCount >= 0, vertices != nil || meshVertexCount <= Int(Int32.max) else {
            throw BrainError.value(
                what: "the number of vertices of the \(hemisphere.rawValue) hemisphere's mesh",
                got: "\(meshVertexCount)", expected: "0 to \(Int32.max)")
        }
        let vertices = vertices ?? Array(0..<meshVertexCount)
        if let outside = vertices.first(where: { $0 < 0 || $0 >= meshVertexCount }) {
            throw BrainError.value(
                what: "a vertex of the \(hemisphere.rawValue) hemisphere", got: "\(outside)",
                expected: "one of the mesh's, 0 to \(meshVertexCount - 1)")
        }
        // A file may claim any number of vertices, so that nothing of that size is made.
        var seen: Set<Int> = []
        if let twice = vertices.first(where: { !seen.insert($0).inserted }) {
            throw BrainError.value(
                what: "the vertex \(twice) of the \(hemisphere.rawValue) hemisphere", got: "there twice",
                expected: "there once")
        }
        if let positions, positions.count != vertices.count {
            throw BrainError.count(
                what: "positions", got: positions.count, expected: vertices.count,
                of: "vertices of the \(hemisphere.rawValue) hemisphere")
        }
        self.hemisphere = hemisphere
        self.meshVertexCount = meshVertexCount
        self.vertices = vertices
        self.positions = positions
    }

    /// All vertices of a mesh but some.
    ///
    /// - Parameters:
    ///   - hemisphere: which hemisphere.
    ///   - mesh: its mesh.
    ///   - leavingOut: the indices of vertices that are left out, such as the medial wall, from zero.
    ///
    /// Throws `BrainError.value` if one of those to be left out is not in the mesh.
    public init(_ hemisphere: Hemisphere, _ mesh: SurfaceMesh, leavingOut: [Int] = []) throws {
        let count = mesh.vertices.count
        if let outside = leavingOut.first(where: { $0 < 0 || $0 >= count }) {
            throw BrainError.value(
                what: "a vertex that is left out", got: "\(outside)", expected: "one of the mesh's \(count)")
        }
        let out = Set(leavingOut)
        let vertices = (0..<count).filter { !out.contains($0) }
        try self.init(
            hemisphere, of: count, vertices: vertices, positions: vertices.map { mesh.vertices[$0] })
    }

    /// The same vertices with the positions of a mesh.
    ///
    /// Throws `BrainError.count` if the mesh has another number of vertices.
    public func placed(on mesh: SurfaceMesh) throws -> SurfaceVertices {
        guard mesh.vertices.count == meshVertexCount else {
            throw BrainError.count(
                what: "vertices of the mesh", got: mesh.vertices.count, expected: meshVertexCount,
                of: "vertices of the \(hemisphere.rawValue) hemisphere's own mesh")
        }
        return try SurfaceVertices(
            hemisphere, of: meshVertexCount, vertices: vertices, positions: vertices.map { mesh.vertices[$0] }
        )
    }
}

extension SurfaceLabels {
    /// How tables call what is no cortex.
    private static let medialWallNames: Set = [
        "unknown", "???", "medialwall", "freesurferdefinedmedialwall",
        "backgroundfreesurferdefinedmedialwall",
        "corpuscallosum", "background", "none",
    ]

    /// The vertices outside the cortex: without a label, or with that of the medial wall ("unknown", "Medial_wall", …).
    public var medialWall: [Int] {
        let wall = Set(
            labels.filter { label in
                Self.medialWallNames.contains(label.name.lowercased().filter { $0.isLetter || $0 == "?" })
            }.map(\.key))
        let known = Set(labels.map(\.key))
        return keys.indices.filter { wall.contains(keys[$0]) || !known.contains(keys[$0]) }
    }
}
