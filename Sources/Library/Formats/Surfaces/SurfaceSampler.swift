import Display
import Tensors

/// Takes numbers of volumes on one grid to the vertices of one mesh: all pictures go through it.
package struct SurfaceSampler {
    private let shape: SIMD3<Int>
    /// How far the next voxel along x, y and z is in memory.
    private let strides: SIMD3<Int>
    private let rule: SurfaceSampling.Rule
    /// The places in voxels, those of a vertex one after another.
    private let places: [SIMD3<Double>]
    /// Where each vertex's places begin, and the end.
    private let starts: [Int]

    /// How many vertices there are.
    package var vertexCount: Int { starts.count - 1 }

    /// A sampler; `isInside` says of a voxel whether the mask has it, and `transform` takes the mesh's mm to the grid's.
    ///
    /// Throws `GridError` if the grid's affine has no inverse, the sampling has no place or another mesh's vertices, a
    /// place is not finite, or there are more places than fit memory.
    package init(
        _ grid: ImageGrid, _ mesh: SurfaceMesh, _ sampling: SurfaceSampling, zIsFastest: Bool = false,
        transform: Affine? = nil, mask isInside: ((SIMD3<Int>) -> Bool)? = nil
    ) throws {
        shape = SIMD3(grid.shape[0], grid.shape[1], grid.shape[2])
        strides =
            zIsFastest ? SIMD3(shape.y * shape.z, shape.z, 1) : SIMD3(1, shape.x, shape.x * shape.y)
        rule = sampling.rule
        let inverse = try grid.affine.inverse()
        let map = transform.map { inverse * $0 } ?? inverse
        let candidates = try Self.places(of: mesh, sampling)
        let each = mesh.vertices.isEmpty ? 0 : candidates.count / mesh.vertices.count
        let rounded = sampling.rule != .linear
        let extents = SIMD3<Double>(Double(shape.x), Double(shape.y), Double(shape.z))
        var places: [SIMD3<Double>] = []
        places.reserveCapacity(candidates.count)
        var starts = [0]
        starts.reserveCapacity(mesh.vertices.count + 1)
        for vertex in mesh.vertices.indices {
            for place in candidates[vertex * each..<(vertex + 1) * each] {
                var voxel = Self.apply(map, place)
                if rounded { voxel = voxel.rounded(.toNearestOrEven) }
                guard all(voxel .>= 0), all(voxel .< extents) else { continue }
                if let isInside, !isInside(SIMD3<Int>(voxel.rounded(.down))) { continue }
                places.append(voxel)
            }
            starts.append(places.count)
        }
        self.places = places
        self.starts = starts
    }

    private static func apply(_ map: Affine, _ place: SIMD3<Double>) -> SIMD3<Double> {
        func row(_ row: Int) -> Double {
            map[row, 0] * place.x + map[row, 1] * place.y + map[row, 2] * place.z + map[row, 3]
        }
        return SIMD3(row(0), row(1), row(2))
    }

    /// The places in the mesh's mm, as many of each vertex.
    private static func places(of mesh: SurfaceMesh, _ sampling: SurfaceSampling) throws -> [SIMD3<Double>] {
        if let problem = sampling.problem { throw GridError(problem) }
        let vertices = mesh.vertices.map { SIMD3<Double>($0) }
        switch sampling.places {
        case .vertex: return vertices
        case .offsets(let offsets):
            try check(offsets.flatMap { [$0.x, $0.y, $0.z] }, "the places around a vertex")
            try checkMemory(offsets.count, vertices.count)
            return vertices.flatMap { vertex in offsets.map { vertex + $0 } }
        case .normal(let offsets):
            try check(offsets, "the places along a normal")
            try checkMemory(offsets.count, vertices.count)
            return zip(vertices, mesh.vertexNormals).flatMap { vertex, normal in
                offsets.map { vertex + normal * $0 }
            }
        case .ribbon(let inner, let depths):
            try check(depths, "the depths")
            try checkMemory(depths.count, vertices.count)
            guard inner.vertices.count == vertices.count else {
                let found = Number.counted(inner.vertices.count, "vertex", "vertices")
                throw GridError("the inner mesh has \(found), but the outer one \(vertices.count)")
            }
            return zip(vertices, inner.vertices).flatMap { outer, inner in
                depths.map { outer + (SIMD3<Double>(inner) - outer) * $0 }
            }
        }
    }

    private static func check(_ numbers: [Double], _ what: String) throws {
        guard !numbers.isEmpty, numbers.allSatisfy(\.isFinite) else {
            throw GridError("\(what) are \(numbers.isEmpty ? "none" : "not all finite"); some mm are needed")
        }
    }

    /// Throws if the places of all vertices, which are held twice, do not fit memory.
    private static func checkMemory(_ each: Int, _ vertices: Int) throws {
        let (count, overflow) = each.multipliedReportingOverflow(by: vertices)
        guard overflow || count > 1 << 20 else { return }
        guard !overflow, count <= availableMemory() / (2 * MemoryLayout<SIMD3<Double>>.stride) else {
            throw GridError("\(each) places at each of \(vertices) vertices take more memory than there is")
        }
    }

    /// Where in the volume's memory the voxels at a vertex's places are; a voxel that holds several is there as often.
    ///
    /// The sampler's rule has to be one of the nearest voxels, whose places are whole numbers.
    package func voxels(of vertex: Int) -> [Int] {
        precondition(rule != .linear)
        return places[starts[vertex]..<starts[vertex + 1]].map { index(of: $0) }
    }

    /// The vertices' numbers; NaN where no place is inside. The volume has as many numbers as the grid.
    package func sample(
        _ volume: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(volume.count == shape.x * shape.y * shape.z && result.count == vertexCount)
        parallelFor(vertexCount, grain: 512) { range in
            for vertex in range { result[vertex] = value(of: vertex, volume) }
        }
    }

    /// The same, rounded to single precision.
    package func sample(
        _ volume: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(volume.count == shape.x * shape.y * shape.z && result.count == vertexCount)
        parallelFor(vertexCount, grain: 512) { range in
            for vertex in range { result[vertex] = Float(value(of: vertex, volume)) }
        }
    }

    @inline(__always)
    private func value(of vertex: Int, _ volume: UnsafeBufferPointer<Double>) -> Double {
        let own = starts[vertex]..<starts[vertex + 1]
        return rule == .mostFrequent ? mostFrequent(volume, own) : mean(volume, own)
    }

    private func mean(_ volume: UnsafeBufferPointer<Double>, _ range: Range<Int>) -> Double {
        var sum = 0.0
        var count = 0
        for index in range {
            let value = rule == .linear ? linear(volume, places[index]) : nearest(volume, places[index])
            // As nilearn's mean: what is NaN in the volume counts as outside.
            guard !value.isNaN else { continue }
            sum += value
            count += 1
        }
        return count == 0 ? .nan : sum / Double(count)
    }

    private func mostFrequent(_ volume: UnsafeBufferPointer<Double>, _ range: Range<Int>) -> Double {
        let values = range.map { nearest(volume, places[$0]) }.filter { !$0.isNaN }.sorted()
        var best: (value: Double, count: Int)?
        var start = 0
        while start < values.count {
            let end = values[start...].firstIndex { $0 != values[start] } ?? values.count
            if end - start > best?.count ?? 0 { best = (values[start], end - start) }
            start = end
        }
        return best?.value ?? .nan
    }

    @inline(__always)
    private func nearest(_ volume: UnsafeBufferPointer<Double>, _ place: SIMD3<Double>) -> Double {
        volume[index(of: place)]
    }

    /// Where in the volume's memory a voxel is.
    @inline(__always)
    private func index(of place: SIMD3<Double>) -> Int { (SIMD3<Int>(place) &* strides).wrappedSum() }

    /// Straight lines between the eight voxels around; within a voxel's width beyond the last center they continue, as
    /// in scipy's `RegularGridInterpolator` without a fill value.
    @inline(__always)
    private func linear(_ volume: UnsafeBufferPointer<Double>, _ place: SIMD3<Double>) -> Double {
        let most = (shape &- 2).clamped(lowerBound: .zero, upperBound: shape)
        let voxel = SIMD3<Int>(place).clamped(lowerBound: .zero, upperBound: most)
        var weight = place - SIMD3<Double>(voxel)
        var steps = strides
        // An axis of one voxel has no line.
        for axis in 0..<3 where shape[axis] == 1 { (weight[axis], steps[axis]) = (0, 0) }
        let first = (voxel &* strides).wrappedSum()
        var sum = 0.0
        for corner in 0..<8 {
            let (x, y, z) = (corner & 1, corner >> 1 & 1, corner >> 2)
            let factor =
                (x == 1 ? weight.x : 1 - weight.x) * (y == 1 ? weight.y : 1 - weight.y)
                * (z == 1 ? weight.z : 1 - weight.z)
            sum += factor * volume[first + x * steps.x + y * steps.y + z * steps.z]
        }
        return sum
    }
}

extension NIfTI {
    /// The image's numbers on the vertices of a mesh: a row for each volume.
    ///
    /// ```swift
    /// let pial = try SurfaceMesh.open("lh.pial.surf.gii")
    /// let map = try NIfTI.open("r.nii.gz").sampled(on: pial).row(0)
    /// ```
    ///
    /// `transform` takes the mesh's coordinates (mm) to the image's, if they are in different spaces: of a mesh in MNI
    /// space over an image in a subject's, the map from MNI to the subject. The numbers are nilearn's `vol_to_surf` to
    /// single precision. Throws `FormatError` if the mask lies on another grid, `GridError` if the affine has no inverse or
    /// the sampling does not fit the mesh, and `CancellationError`.
    ///
    /// - Parameters:
    ///   - mesh: the mesh, in mm.
    ///   - sampling: where around a vertex the image is read, and how.
    ///   - mask: an image whose zeros are left out; nil for none.
    ///   - transform: from the mesh's coordinates to the image's, in mm; nil if they are the same.
    public func sampled(
        on mesh: SurfaceMesh, _ sampling: SurfaceSampling = .line(), mask: NIfTI? = nil,
        transform: Affine? = nil
    ) throws -> Matrix<Float> {
        var isInside: ((SIMD3<Int>) -> Bool)?
        if let mask {
            try require(mask, as: "mask", advising: .nearest)
            let (ny, nz) = (shape[1], shape[2])
            var inside = [Bool](repeating: false, count: voxelCount)
            for index in try mask.maskIndices() { inside[index] = true }
            isInside = { inside[($0.x * ny + $0.y) * nz + $0.z] }
        }
        let sampler = try SurfaceSampler(grid, mesh, sampling, transform: transform, mask: isInside)
        let count = voxelCount
        try requireMemory(
            8 * count + 4 * volumeCount * sampler.vertexCount, for: "the surface's numbers", url)
        return try Matrix(rows: volumeCount, columns: sampler.vertexCount) { target in
            try withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { volume in
                for index in 0..<volumeCount {
                    try Task.checkCancellation()
                    decode(index, into: volume)
                    let start = index * sampler.vertexCount
                    sampler.sample(
                        UnsafeBufferPointer(volume),
                        into: UnsafeMutableBufferPointer(
                            rebasing: target[start..<start + sampler.vertexCount]))
                }
            }
        }
    }
}
