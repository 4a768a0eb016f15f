import Formats

/// Draws the panels of a surface map; what they share is made once.
struct SurfacePainter {
    /// What a hemisphere has in every view.
    private struct Ready {
        let normals: [SIMD3<Float>]
        let grays: [Float]
        let values: [Float]
        let seconds: [Float]
        let lines: [(SurfaceLines, width: Float, gray: Float)]
    }

    private let ready: [Hemisphere: Ready]
    private let colors: ColorTable

    init(_ map: SurfaceMap) {
        colors = map.colorTable(columns: 1024, rows: 128)
        let scale = map.scale
        var ready: [Hemisphere: Ready] = [:]
        for (side, hemisphere) in map.surface.hemispheres {
            guard let mesh = hemisphere.shapes[map.shape] else { continue }
            var lines = map.contours(side, mesh).map { ($0, width: Float(0.9), gray: Float(0.1)) }
            if let regions = map.regions, map.showsBorders {
                lines.append((SurfaceLines(borders: regions.labels(side), mesh), 1.1, 0.12))
            }
            ready[side] = Ready(
                normals: mesh.outwardNormals, grays: SurfaceMap.grays(hemisphere),
                values: map.places(map.layers[0].values(side), in: scale),
                seconds: map.second.map { map.places($0.values(side), in: scale) } ?? [],
                lines: lines)
        }
        self.ready = ready
    }

    /// The picture of a panel; lines are as wide as they would be at `pixelsPerUnit` CSS pixels.
    func picture(of panel: SurfacePanel, pixelsPerMM: Double, pixelsPerUnit: Double) -> Picture {
        var scene = SurfaceScene()
        let density = Float(pixelsPerMM)
        // A margin of a pixel, for what the edges of lines cover.
        let origin = SIMD2(panel.low.x, panel.high.y)
        for part in panel.parts {
            guard let ready = ready[part.side] else { continue }
            let camera = panel.view.camera(part.side)
            let first = UInt32(scene.points.count)
            let turn = facing(part, ready, camera)
            let points = part.mesh.vertices.map { vertex -> SIMD3<Float> in
                let seen = camera.seen(vertex + SIMD3(part.shift, 0, 0))
                return SIMD3((seen.x - origin.x) * density + 1, (origin.y - seen.y) * density + 1, seen.z)
            }
            scene.points += points
            scene.corners += part.mesh.vertices.indices.map { vertex in
                SurfaceCorner(
                    light: Light.brightness(camera.seen(ready.normals[vertex]) * turn),
                    gray: ready.grays[vertex], value: ready.values[vertex],
                    second: ready.seconds.isEmpty ? 0.5 : ready.seconds[vertex])
            }
            scene.faces += part.mesh.faces.map { $0 &+ SIMD3(repeating: first) }
            points.withUnsafeBufferPointer { points in
                for (lines, width, gray) in ready.lines {
                    for line in lines.lines {
                        scene.add(
                            lineFrom: line.start.mixed(points), to: line.end.mixed(points),
                            width: width * Float(pixelsPerUnit), lift: 0.8, gray: gray)
                    }
                }
            }
        }
        let width = Int((panel.width * pixelsPerMM).rounded(.up)) + 2
        let height = Int((panel.height * pixelsPerMM).rounded(.up)) + 2
        return Rasterizer().picture(of: scene, width: width, height: height, colors: colors)
    }

    /// -1 where a mesh without a volume, as a flat one, would turn its back to the viewer.
    private func facing(_ part: SurfacePanel.Part, _ ready: Ready, _ camera: Camera) -> Float {
        guard part.mesh.isFlat else { return 1 }
        return ready.normals.reduce(Float(0)) { $0 + camera.seen($1).z } < 0 ? -1 : 1
    }
}

extension SurfaceMesh {
    /// Whether its faces lie in one plane.
    fileprivate var isFlat: Bool {
        let normals = faces.prefix(4096).map { face -> SIMD3<Float> in
            let (a, b, c) = (vertices[Int(face.x)], vertices[Int(face.y)], vertices[Int(face.z)])
            let (u, v) = (b - a, c - a)
            return SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
        }
        let sum = normals.reduce(SIMD3<Float>.zero, +)
        let length = (sum * sum).sum().squareRoot()
        let whole = normals.reduce(Float(0)) { $0 + ($1 * $1).sum().squareRoot() }
        return whole > 0 && length > 0.95 * whole
    }
}

extension SurfaceMap {
    /// The lines at the threshold: at both signs where size counts.
    func contours(_ side: Hemisphere, _ mesh: SurfaceMesh) -> [SurfaceLines] {
        guard let threshold else { return [] }
        var values = layers[0].values(side)
        if let second {
            values = zip(values, second.values(side)).map { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
        }
        return (isSigned ? [threshold, -threshold] : [threshold]).map {
            SurfaceLines(level: $0, of: values, mesh)
        }
    }
}
