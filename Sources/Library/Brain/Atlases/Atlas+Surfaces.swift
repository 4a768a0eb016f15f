import Figures
import Formats

extension Atlas {
    /// The region of each vertex of a surface, whose borders a `SurfaceMap` draws.
    ///
    /// ```swift
    /// let cortex = try CorticalSurface.fsaverage5()
    /// let parcels = try Atlas.desikan.regions(on: cortex)
    /// ```
    ///
    /// An atlas of the same meshes is taken as it is. Of a volume each vertex has the label that is most frequent between
    /// the pial surface and the white one, which must lie in the volume's space (fsaverage in MNI's); of a volume with
    /// FreeSurfer's names only the regions of the cortex are, and not the white matter or the ventricles. Throws
    /// `BrainError.value` if the atlas has neither, and what sampling throws.
    public func regions(on surface: CorticalSurface) throws -> SurfaceRegions {
        let names = Dictionary(
            table.regions.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let deep = table.belowCortex
        let sides = Hemisphere.allCases.filter { surface[$0] != nil }
        let isOfMeshes = sides.allSatisfy { vertices[$0]?.count == surface[$0]?.vertexCount }
        func named(_ side: Hemisphere) throws -> [String] {
            guard let meshes = surface[side] else { return [] }
            if isOfMeshes { return (vertices[side] ?? []).map { names[$0] ?? "" } }
            guard let image else {
                throw BrainError.value(
                    what: "the surface for the atlas \(name)",
                    got: "\(surface.name) with \(meshes.vertexCount) vertices (\(side.rawValue))",
                    expected: vertices.sorted { $0.key.rawValue < $1.key.rawValue }
                        .map { "one with \($0.value.count) vertices (\($0.key.rawValue))" }
                        .joined(separator: " and "))
            }
            let (mesh, places) = try meshes.folded()
            let labels = try image.labels(at: Array(0..<image.voxelCount))
            let (ny, nz) = (image.shape[1], image.shape[2])
            let sampler = try SurfaceSampler(
                image.grid, mesh, SurfaceSampling(places, rule: .mostFrequent), zIsFastest: true
            ) { !deep.contains(labels[($0.x * ny + $0.y) * nz + $0.z]) }
            let numbers = labels.map(Double.init)
            var found = [Double](repeating: .nan, count: sampler.vertexCount)
            numbers.withUnsafeBufferPointer { numbers in
                found.withUnsafeMutableBufferPointer { sampler.sample(numbers, into: $0) }
            }
            return found.map { $0.isFinite ? names[Int($0)] ?? "" : "" }
        }
        return SurfaceRegions(left: try named(.left), right: try named(.right))
    }
}

extension RegionTable {
    /// The numbers of what no vertex of the cortex lies in, where the names are FreeSurfer's: "ctx-lh-lingual" is of the
    /// cortex, "Left-Cerebral-White-Matter" and "ctx-lh-unknown" are not.
    var belowCortex: Set<Int> {
        func isOfCortex(_ region: Region) -> Bool {
            guard let range = region.name.range(of: "^ctx[-_][lr]h[-_]", options: .regularExpression) else {
                return false
            }
            return SurfaceLabel(key: region.id, name: String(region.name[range.upperBound...])).isRegion
        }
        guard regions.contains(where: isOfCortex) else { return [] }
        return Set(regions.filter { !isOfCortex($0) }.map(\.id))
    }
}
