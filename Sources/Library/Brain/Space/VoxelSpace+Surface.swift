import Figures
import Formats

extension VoxelSpace {
    /// Values of the space's voxels as values of a surface's vertices, to be shown by a `SurfaceMap`.
    ///
    /// Vertices of the cortex go where they are, those that the space leaves out (the medial wall) have none. Voxels of a
    /// grid are read between the pial surface and the white one or, without both, along the normals of the folded shape,
    /// the mean of the nearest voxels of the space; the surface must lie in the grid's space.
    ///
    /// ```swift
    /// let layer = try space.layer(fit.scores.r, on: .fsaverage5())
    /// ```
    ///
    /// - Parameters:
    ///   - values: one for each voxel of the space.
    ///   - surface: the meshes.
    ///   - name: what the values are called.
    ///   - sampling: where around a vertex a grid is read; nil for the default described above.
    ///
    /// Throws `BrainError` if there is not one value for each voxel, the space's meshes have other vertices than the
    /// surface's, or the space is a bare list of places, and what sampling throws.
    public func layer(
        _ values: [Double], on surface: CorticalSurface, name: String = "", sampling: SurfaceSampling? = nil
    ) throws -> SurfaceMap.Layer {
        try check(values)
        func side(_ side: Hemisphere) throws -> [Double] {
            guard let meshes = surface[side] else { return [] }
            switch kind {
            case .surface, .grayordinates: return try vertexValues(values, side, meshes, surface.name)
            case .volume: return try sampledValues(values, meshes, sampling)
            case .points:
                throw BrainError.value(
                    what: "the space of values that are put onto a surface", got: "a list of places",
                    expected: "vertices of the cortex or voxels of a grid")
            }
        }
        return try SurfaceMap.Layer(name, left: side(.left), right: side(.right))
    }

    private func vertexValues(
        _ values: [Double], _ side: Hemisphere, _ meshes: CorticalSurface.HemisphereMeshes, _ name: String
    ) throws -> [Double] {
        guard let own = surfaces.first(where: { $0.hemisphere == side }) else {
            return [Double](repeating: .nan, count: meshes.vertexCount)
        }
        guard own.meshVertexCount == meshes.vertexCount else {
            throw BrainError.count(
                what: "vertices of the \(side.rawValue) hemisphere of \(name)", got: meshes.vertexCount,
                expected: own.meshVertexCount, of: "vertices of the space's mesh")
        }
        return try self.values(values, on: side)
    }

    private func sampledValues(
        _ values: [Double], _ meshes: CorticalSurface.HemisphereMeshes, _ sampling: SurfaceSampling?
    ) throws -> [Double] {
        let sampler = try sampler(meshes, sampling)
        let volume = try volume(of: values)
        var numbers = [Double](repeating: .nan, count: sampler.vertexCount)
        volume.withUnsafeBufferPointer { volume in
            numbers.withUnsafeMutableBufferPointer { sampler.sample(volume, into: $0) }
        }
        return numbers
    }

    /// Where around the vertices the grid is read; only voxels of the space are.
    private func sampler(
        _ meshes: CorticalSurface.HemisphereMeshes, _ sampling: SurfaceSampling?
    ) throws -> SurfaceSampler {
        let (mesh, usual) = try meshes.folded()
        // The nearest voxels, since at the edge of the mask straight lines would reach beyond it.
        let places = sampling ?? SurfaceSampling(usual, rule: .nearest)
        var inside = [Bool](repeating: false, count: shape.reduce(1, *))
        for index in indices { inside[index] = true }
        let (ny, nz) = (shape[1], shape[2])
        return try SurfaceSampler(grid, mesh, places, zIsFastest: true) {
            inside[($0.x * ny + $0.y) * nz + $0.z]
        }
    }
}

extension CorticalSurface.HemisphereMeshes {
    /// The folded mesh, and where a volume is read around it: between the pial surface and the white one or, without both,
    /// along the normals.
    func folded() throws -> (mesh: SurfaceMesh, places: SurfaceSampling.Places) {
        let folded = [SurfaceShape.pial, "midthickness", .white].lazy.compactMap { shapes[$0] }.first
        guard let mesh = folded else {
            throw BrainError.value(
                what: "the surface onto which a grid is put",
                got: "one of the shapes \(shapes.keys.map(\.rawValue).sorted().joined(separator: ", "))",
                expected: "one with a folded shape: pial, midthickness or white")
        }
        if shapes[.pial] != nil, let white = shapes[.white] {
            return (mesh, SurfaceSampling.ribbon(to: white).places)
        }
        return (mesh, SurfaceSampling.line().places)
    }
}

extension VoxelSpace {
    /// The columns whose mean each vertex of a hemisphere shows; throws as `layer`.
    func voxelsOfVertices(_ side: Hemisphere, _ surface: CorticalSurface) throws -> [[Int]] {
        guard let meshes = surface[side] else { return [] }
        if kind == .volume {
            let sampler = try sampler(meshes, nil)
            var columns = [Int32](repeating: -1, count: shape.reduce(1, *))
            for (column, index) in indices.enumerated() { columns[index] = Int32(column) }
            return (0..<sampler.vertexCount).map { sampler.voxels(of: $0).map { Int(columns[$0]) } }
        }
        // Each column's own number, as a value of its vertex.
        let numbers = try layer((0..<count).map(Double.init), on: surface)
        return (side == .left ? numbers.left : numbers.right).map { $0.isNaN ? [] : [Int($0)] }
    }
}
