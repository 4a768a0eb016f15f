import Formats

/// One picture of a surface map: one hemisphere, or both, from one side.
struct SurfacePanel {
    /// A hemisphere of a panel, and how far it is moved to the right so that inflated hemispheres do not overlap, in mm.
    struct Part {
        let side: Hemisphere
        let mesh: SurfaceMesh
        let shift: Float
    }

    let title: String
    let view: SurfaceView
    let parts: [Part]
    /// What the panel shows, in mm in the view.
    let low: SIMD2<Float>
    let high: SIMD2<Float>

    var width: Double { Double(high.x - low.x) }
    var height: Double { Double(high.y - low.y) }

    init(title: String, view: SurfaceView, parts: [Part]) {
        self.title = title
        self.view = view
        self.parts = parts
        var (low, high) = (SIMD2<Float>(repeating: .infinity), SIMD2<Float>(repeating: -.infinity))
        for part in parts {
            let camera = view.camera(part.side)
            part.mesh.vertices.withUnsafeBufferPointer { vertices in
                // Only what a face uses: a flat mesh keeps the vertices that were cut away where they were.
                for face in part.mesh.faces {
                    for corner in 0..<3 {
                        let seen = camera.seen(vertices[Int(face[corner])] + SIMD3(part.shift, 0, 0))
                        low = pointwiseMin(low, SIMD2(seen.x, seen.y))
                        high = pointwiseMax(high, SIMD2(seen.x, seen.y))
                    }
                }
            }
        }
        if !(low.x < high.x && low.y < high.y) { (low, high) = (SIMD2(-1, -1), SIMD2(1, 1)) }
        self.low = low
        self.high = high
    }
}

extension SurfaceMap {
    /// The panels row by row.
    func panels() -> [[SurfacePanel]] {
        let meshes = surface.hemispheres.map { side, hemisphere in
            (side: side, mesh: hemisphere.shapes[shape])
        }.compactMap { item in item.mesh.map { (side: item.side, mesh: $0) } }
        // A flat hemisphere has one side.
        let isFlat = shape == .flat
        let views = isFlat ? [SurfaceView(name: "flat", direction: SurfaceView.dorsal.direction)] : views
        let rows = views.map { view -> [SurfacePanel] in
            if view.isByHemisphere || isFlat {
                return meshes.map { side, mesh in
                    SurfacePanel(
                        title: "\(side.rawValue) \(view.name)", view: view,
                        parts: [.init(side: side, mesh: mesh, shift: 0)])
                }
            }
            return [SurfacePanel(title: view.name, view: view, parts: SurfaceMap.apart(meshes))]
        }
        guard isOneRow else { return SurfaceMap.joiningSingles(rows) }
        // Mirrored about the middle: left from outside, then from the midline, the right hemisphere the other way about.
        let left = rows.compactMap { $0.count > 1 ? $0[0] : nil }
        let right = rows.compactMap { $0.count > 1 ? $0[1] : nil }
        return [left + right.reversed() + rows.filter { $0.count == 1 }.joined()]
    }

    /// Rows of one panel, two to a row.
    private static func joiningSingles(_ rows: [[SurfacePanel]]) -> [[SurfacePanel]] {
        rows.reduce(into: []) { joined, row in
            if row.count == 1, joined.last?.count == 1 {
                joined[joined.count - 1] += row
            } else {
                joined.append(row)
            }
        }
    }

    /// Both hemispheres beside one another, moved apart where they would overlap.
    static func apart(_ meshes: [(side: Hemisphere, mesh: SurfaceMesh)]) -> [SurfacePanel.Part] {
        func reach(_ mesh: SurfaceMesh) -> ClosedRange<Float> {
            let across = mesh.vertices.map(\.x)
            return (across.min() ?? 0)...(across.max() ?? 0)
        }
        guard meshes.count == 2 else { return meshes.map { .init(side: $0.side, mesh: $0.mesh, shift: 0) } }
        let overlap = reach(meshes[0].mesh).upperBound - reach(meshes[1].mesh).lowerBound
        let shift = overlap > 4 ? overlap / 2 + 2 : 0
        return [
            .init(side: meshes[0].side, mesh: meshes[0].mesh, shift: -shift),
            .init(side: meshes[1].side, mesh: meshes[1].mesh, shift: shift),
        ]
    }
}
