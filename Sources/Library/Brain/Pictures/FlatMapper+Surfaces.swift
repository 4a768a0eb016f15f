import Figures
import Formats

extension FlatMapper {
    /// A mapper for voxels of any grid, or for vertices, made from the flat shape of a surface.
    ///
    /// ```swift
    /// let cortex = try CorticalSurface.fsaverage5()
    /// let mapper = try FlatMapper(cortex, of: study.space, regions: Atlas.desikan.regions(on: cortex))
    /// try mapper.flatMap(fit.scores.r, scoreName: "r", threshold: 0.1)
    /// ```
    ///
    /// Both hemispheres lie beside one another. A pixel is the mean of its face's three vertices by how near they are; a
    /// vertex is the mean of the voxels between the pial surface and the white one or, without both, along the normal.
    /// Throws `FigureError.value` for a surface without a flat shape, `BrainError` for a bare list of places or meshes that
    /// are not the space's, and what sampling throws.
    ///
    /// - Parameters:
    ///   - surface: the meshes, which must lie in the space of the grid.
    ///   - space: where the voxels are.
    ///   - regions: the region of each vertex, whose borders are drawn; nil for none.
    ///   - width: the width of the picture, in pixels.
    public init(
        _ surface: CorticalSurface, of space: VoxelSpace, regions: SurfaceRegions? = nil, width: Int = 1024
    ) throws {
        guard (16...8192).contains(width) else {
            throw BrainError.value(
                what: "the width of a flat map", got: "\(width)", expected: "16 to 8192 pixels")
        }
        try regions?.check(surface)
        let sides = Hemisphere.allCases.filter { surface[$0] != nil }
        let sheets = try sides.map { try Sheet(surface.mesh($0, .flat)) }
        let gap: Float = 10
        let whole = sheets.reduce(0) { $0 + $1.extent.x } + gap * Float(sheets.count - 1)
        let scale = Float(width) / max(whole, 1e-3)
        let tallest = sheets.reduce(Float(0)) { max($0, $1.extent.y) } * scale
        let height = max(1, Int(min(1e6, tallest.rounded(.up))))
        guard height <= 8192 else {
            throw BrainError.value(
                what: "the flat shape of \(surface.name)", got: "one that is far higher than wide",
                expected: "a sheet")
        }
        var (pixels, starts, columns, weights): ([Int], [Int], [Int], [Double]) = ([], [0], [], [])
        var folds = [Double](repeating: .nan, count: width * height)
        var places = [Int](repeating: -1, count: width * height)
        var left: Float = 0
        for (side, sheet) in zip(sides, sheets) {
            let meshes = surface[side]
            let voxels = try space.voxelsOfVertices(side, surface)
            // A narrow ramp from gyri to sulci, so that they have edges.
            let sizes = (meshes?.sulci ?? []).filter(\.isFinite).map(abs).sorted()
            let ramp = max(1e-6, sizes.isEmpty ? 1 : Double(sizes[sizes.count / 2]) * 0.3)
            let labels = regions?.labels(side)
            for (pixel, corners) in sheet.pixels(scale: scale, left: left, width: width, height: height) {
                guard places[pixel] == -1 else { continue }
                var sums: [Int: Double] = [:]
                for (vertex, weight) in corners {
                    let own = voxels[vertex]
                    for voxel in own { sums[voxel, default: 0] += weight / Double(own.count) }
                }
                // Vertices without a voxel do not count, so that values do not fade at the edge of a mask.
                let whole = sums.values.reduce(0, +)
                for (voxel, weight) in sums.sorted(by: { $0.key < $1.key }) {
                    columns.append(voxel)
                    weights.append(weight / whole)
                }
                pixels.append(pixel)
                starts.append(columns.count)
                let nearest = corners.max { $0.weight < $1.weight }?.vertex ?? 0
                places[pixel] = labels?[nearest] ?? -2
                if let sulci = meshes?.sulci {
                    let depth = corners.reduce(0) { $0 + $1.weight * Double(sulci[$1.vertex]) }
                    folds[pixel] = depth.isFinite ? 0.6 - 0.4 * min(1, max(-1, depth / ramp)) : 0.6
                }
            }
            left += sheet.extent.x + gap
        }
        let hasSulci = sides.allSatisfy { surface[$0]?.sulci != nil }
        self.init(
            voxelCount: space.count, width: width, height: height, pixels: pixels, starts: starts,
            columns: columns, weights: weights, curvature: hasSulci ? folds : nil,
            regions: regions == nil ? nil : FlatMapper.borders(places, width: width))
    }

    /// 1 where the pixel to the right or the one below is in another region.
    private static func borders(_ places: [Int], width: Int) -> [Double] {
        places.indices.map { pixel in
            let beside = (pixel + 1) % width == 0 ? [pixel + width] : [pixel + 1, pixel + width]
            let isBorder = beside.contains { other in
                other < places.count && places[pixel] != -1 && places[other] != -1
                    && places[pixel] != places[other]
            }
            return isBorder ? 1 : 0
        }
    }
}

/// The flat mesh of a hemisphere.
private struct Sheet {
    let mesh: SurfaceMesh
    let low: SIMD2<Float>
    let extent: SIMD2<Float>

    init(_ mesh: SurfaceMesh) {
        self.mesh = mesh
        var (low, high) = (SIMD2<Float>(repeating: .infinity), SIMD2<Float>(repeating: -.infinity))
        // Only what a face uses: a flat mesh keeps the vertices that were cut away where they were.
        for face in mesh.faces {
            for corner in 0..<3 {
                let place = Sheet.flat(mesh.vertices[Int(face[corner])])
                (low, high) = (pointwiseMin(low, place), pointwiseMax(high, place))
            }
        }
        self.low = mesh.faces.isEmpty ? .zero : low
        extent = mesh.faces.isEmpty ? .zero : high - low
    }

    private static func flat(_ place: SIMD3<Float>) -> SIMD2<Float> { SIMD2(place.x, place.y) }

    /// The pixels whose centers lie in a face, and how much of each of its vertices they show.
    func pixels(
        scale: Float, left: Float, width: Int, height: Int
    ) -> [(pixel: Int, corners: [(vertex: Int, weight: Double)])] {
        var found: [(pixel: Int, corners: [(vertex: Int, weight: Double)])] = []
        let top = (Float(height) + extent.y * scale) / 2
        func place(_ vertex: UInt32) -> SIMD2<Float> {
            let moved = (Sheet.flat(mesh.vertices[Int(vertex)]) - low + SIMD2(left, 0)) * scale
            return SIMD2(moved.x, top - moved.y) - 0.5
        }
        for face in mesh.faces {
            let (a, b, c) = (place(face.x), place(face.y), place(face.z))
            let area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)
            guard abs(area) > 1e-12 else { continue }
            let low = pointwiseMax(pointwiseMin(pointwiseMin(a, b), c).rounded(.up), .zero)
            let high = pointwiseMin(
                pointwiseMax(pointwiseMax(a, b), c).rounded(.down),
                SIMD2(Float(width - 1), Float(height - 1)))
            guard low.x <= high.x, low.y <= high.y else { continue }
            for y in Int(low.y)...Int(high.y) {
                for x in Int(low.x)...Int(high.x) {
                    let center = SIMD2(Float(x), Float(y))
                    let (toB, toC) = (b - a, c - a)
                    let away = center - a
                    let second = (away.x * toC.y - toC.x * away.y) / area
                    let third = (toB.x * away.y - away.x * toB.y) / area
                    let first = 1 - second - third
                    guard first >= 0, second >= 0, third >= 0 else { continue }
                    found.append(
                        (
                            y * width + x,
                            [
                                (Int(face.x), Double(first)), (Int(face.y), Double(second)),
                                (Int(face.z), Double(third)),
                            ]
                        ))
                }
            }
        }
        return found
    }
}
