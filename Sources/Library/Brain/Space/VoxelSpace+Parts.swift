import Formats
import Tensors

extension VoxelSpace {
    /// Vertices of the cortex.
    ///
    /// - Parameter surfaces: the vertices of each hemisphere.
    ///
    /// Throws `BrainError.value` if there are none, or a hemisphere occurs twice.
    public init(surfaces: [SurfaceVertices]) throws {
        let sorted = surfaces.sorted { $0.hemisphere == .left && $1.hemisphere == .right }
        guard !sorted.isEmpty, Set(sorted.map(\.hemisphere)).count == sorted.count else {
            throw BrainError.value(
                what: "the surfaces of a voxel space", got: "\(surfaces.map(\.hemisphere.rawValue))",
                expected: "one hemisphere or both")
        }
        self.init(checked: [0, 0, 0], surfaces: sorted)
    }

    /// The vertices of both hemispheres' meshes, those of the medial wall left out if they are given.
    ///
    /// ```swift
    /// let walls = (try SurfaceLabels.open("lh.aparc.annot").medialWall, try SurfaceLabels.open("rh.aparc.annot").medialWall)
    /// let space = try VoxelSpace(
    ///     left: SurfaceMesh.open("lh.pial"), right: SurfaceMesh.open("rh.pial"), leavingOut: walls)
    /// ```
    ///
    /// - Parameters:
    ///   - left: the mesh of the left hemisphere.
    ///   - right: the mesh of the right hemisphere.
    ///   - medialWall: the indices of the vertices that are left out, from zero.
    ///
    /// Throws `BrainError.value` if a vertex that is left out is not in the mesh.
    public init(
        left: SurfaceMesh, right: SurfaceMesh, leavingOut medialWall: (left: [Int], right: [Int]) = ([], [])
    ) throws {
        try self.init(surfaces: [
            SurfaceVertices(.left, left, leavingOut: medialWall.left),
            SurfaceVertices(.right, right, leavingOut: medialWall.right),
        ])
    }

    /// All vertices of both hemispheres' meshes, which have these counts.
    init(left: Int, right: Int) throws {
        try self.init(surfaces: [SurfaceVertices(.left, of: left), SurfaceVertices(.right, of: right)])
    }

    /// A bare list of places in mm: right, anterior, superior.
    ///
    /// - Parameter coordinates: for each voxel right, anterior, superior in mm.
    ///
    /// Throws `BrainError.value` if there is none, or one does not have three finite coordinates.
    public init(coordinates: [[Double]]) throws {
        guard !coordinates.isEmpty,
            let points = Optional(coordinates.filter { $0.count == 3 && $0.allSatisfy(\.isFinite) }),
            points.count == coordinates.count
        else {
            let wrong = coordinates.first { $0.count != 3 || !$0.allSatisfy(\.isFinite) }
            throw BrainError.value(
                what: "a place", got: wrong.map { "\($0)" } ?? "missing",
                expected: "three finite coordinates in mm")
        }
        self.init(points: points.map { SIMD3($0[0], $0[1], $0[2]) })
    }

    /// The grayordinates of a CIFTI file, in its order; with meshes their places are known.
    ///
    /// - Parameters:
    ///   - cifti: a file of grayordinates.
    ///   - left: the mesh of the left cortex; nil if it is not known.
    ///   - right: the mesh of the right cortex; nil if it is not known.
    ///
    /// Throws `FormatError` if the file has no grayordinates, and `BrainError` if they are in another order than the left
    /// cortex, the right cortex, and voxels, or a mesh has another number of vertices.
    public init(cifti: CIFTI, left: SurfaceMesh? = nil, right: SurfaceMesh? = nil) throws {
        var surfaces: [SurfaceVertices] = []
        var indices: [Int] = []
        var grid: ImageGrid?
        for model in try cifti.brainModels {
            switch model.place {
            case .voxels(let voxels, let itsGrid):
                grid = itsGrid
                indices += voxels.map { ($0.x * itsGrid.shape[1] + $0.y) * itsGrid.shape[2] + $0.z }
            case .vertices(let vertices, let count):
                let hemisphere: Hemisphere? = ["CORTEX_LEFT": .left, "CORTEX_RIGHT": .right][model.structure]
                guard let hemisphere, indices.isEmpty, surfaces.isEmpty || hemisphere == .right else {
                    throw BrainError.value(
                        what: "the structure \(model.structure) of \(cifti.url.lastPathComponent)",
                        got: "a surface behind \(surfaces.count) others",
                        expected: "the left cortex, the right cortex, and then voxels")
                }
                let bare = try SurfaceVertices(hemisphere, of: count, vertices: vertices)
                let mesh = hemisphere == .left ? left : right
                surfaces.append(try mesh.map { try bare.placed(on: $0) } ?? bare)
            }
        }
        var parts: [VoxelSpace] = []
        if !surfaces.isEmpty { parts.append(try VoxelSpace(surfaces: surfaces)) }
        if let grid {
            parts.append(try VoxelSpace(shape: grid.shape, indices: indices, affine: grid.affine.rows))
        }
        try self.init(joining: parts)
    }

    /// Several spaces one after another: the cortex, a grid, places.
    ///
    /// Throws `BrainError.value` if there is none, or they are not in that order, one of a kind.
    package init(joining parts: [VoxelSpace]) throws {
        let order: [Kind] = [.surface, .volume, .points]
        let places = parts.compactMap { order.firstIndex(of: $0.kind) }
        guard !parts.isEmpty, places.count == parts.count, zip(places, places.dropFirst()).allSatisfy(<)
        else {
            throw BrainError.value(
                what: "the parts of a voxel space", got: "\(parts.map(\.kind.rawValue))",
                expected: "a surface, a volume and points, in that order, each at most once")
        }
        let grid = parts.first { $0.kind == .volume }
        self.init(
            checked: grid?.shape ?? [0, 0, 0], indices: grid?.indices ?? [],
            affine: grid?.affine ?? [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]],
            hasKnownAffine: grid?.hasKnownAffine ?? true,
            surfaces: parts.first { $0.kind == .surface }?.surfaces ?? [],
            points: parts.first { $0.kind == .points }?.points ?? [])
    }
}

extension VoxelSpace {
    /// Which voxels of the space are the vertices of a hemisphere; empty if it is not part of it.
    public func range(of hemisphere: Hemisphere) -> Range<Int> {
        var start = 0
        for surface in surfaces {
            let end = start + surface.vertices.count
            if surface.hemisphere == hemisphere { return start..<end }
            start = end
        }
        return start..<start
    }

    /// Which voxels of the space lie in the grid.
    public var gridRange: Range<Int> {
        let start = surfaces.reduce(0) { $0 + $1.vertices.count }
        return start..<start + indices.count
    }

    /// The part that lies in a grid, for instance below the cortex: `values[space.gridRange]` are its values.
    ///
    /// Throws `BrainError.value` if there is no grid.
    public var voxels: VoxelSpace {
        get throws {
            if kind == .surface || kind == .points { try requireVolume(for: "its part in a grid") }
            return VoxelSpace(
                checked: shape, indices: indices, affine: affine, hasKnownAffine: hasKnownAffine)
        }
    }

    /// One value for each vertex of a hemisphere's whole mesh, with `fill` at those that are not in the space.
    ///
    /// - Parameters:
    ///   - values: one for each voxel of the space.
    ///   - hemisphere: which hemisphere.
    ///   - fill: the value of vertices that are not in the space.
    ///
    /// Throws `BrainError.count` if there is not one value for each voxel of the space, and `BrainError.value` if the
    /// hemisphere is not part of it.
    public func values(_ values: [Double], on hemisphere: Hemisphere, fill: Double = .nan) throws -> [Double]
    {
        try check(values)
        guard let surface = surfaces.first(where: { $0.hemisphere == hemisphere }) else {
            throw BrainError.value(
                what: "the voxel space for values on the \(hemisphere.rawValue) hemisphere",
                got: "one of \(kind.rawValue)", expected: "one with that hemisphere's surface")
        }
        guard surface.meshVertexCount <= Int(Int32.max) else {
            throw BrainError.value(
                what: "the number of vertices of the \(hemisphere.rawValue) hemisphere's mesh",
                got: "\(surface.meshVertexCount)", expected: "at most \(Int32.max), for a value of each")
        }
        var all = [Double](repeating: fill, count: surface.meshVertexCount)
        for (vertex, value) in zip(surface.vertices, values[range(of: hemisphere)]) { all[vertex] = value }
        return all
    }

    /// Where each voxel lies in mm: right, anterior, superior.
    ///
    /// Throws `BrainError.value` if the places of a surface's vertices (`placed(on:)` adds them) or a grid's affine are not
    /// known.
    public func positions() throws -> [[Double]] {
        try requireAffine(for: "places in mm")
        let onSurfaces = try surfaces.flatMap { surface in
            guard let positions = surface.positions else {
                throw BrainError.value(
                    what: "the \(surface.hemisphere.rawValue) hemisphere of the space",
                    got: "without the places of its vertices",
                    expected: "one with a mesh (`placed(on:)` adds it)")
            }
            return positions.map { [Double($0.x), Double($0.y), Double($0.z)] }
        }
        let inGrid = indices.map { index in
            position(index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2])
        }
        return onSurfaces + inGrid + points.map { [$0.x, $0.y, $0.z] }
    }

    /// The same space with the places of its vertices, from meshes of both hemispheres.
    ///
    /// Throws `BrainError.count` if a mesh has another number of vertices.
    public func placed(on meshes: [Hemisphere: SurfaceMesh]) throws -> VoxelSpace {
        VoxelSpace(
            checked: shape, indices: indices, affine: affine, hasKnownAffine: hasKnownAffine,
            surfaces: try surfaces.map { surface in
                try meshes[surface.hemisphere].map { try surface.placed(on: $0) } ?? surface
            }, points: points)
    }
}
