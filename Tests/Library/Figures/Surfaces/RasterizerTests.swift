import Figures
import Formats
import Foundation
import Testing

@Suite struct RasterizerTests {
    private let white = ColorTable(columns: 2) { _, _ in SIMD4(1, 1, 1, 1) }

    private func scene(_ points: [SIMD3<Float>], _ faces: [SIMD3<UInt32>], grays: [Float]) -> SurfaceScene {
        var scene = SurfaceScene()
        scene.points = points
        scene.corners = grays.map { SurfaceCorner(light: 1, gray: $0) }
        scene.faces = faces
        return scene
    }

    private func covered(_ picture: Picture) -> [[Int]] {
        (0..<picture.height).map { y in (0..<picture.width).map { Int(picture[$0, y].w) } }
    }

    /// A pixel belongs to a triangle if its middle does; on the slanted edge the middles of none.
    @Test func aTriangleHasTheseAndNoOtherPixels() {
        let triangle = scene([[1, 1, 0], [5, 1, 0], [1, 5, 0]], [[0, 1, 2]], grays: [1, 1, 1])
        let picture = Rasterizer(samples: 1).picture(of: triangle, width: 6, height: 6, colors: white)
        #expect(
            covered(picture) == [
                [0, 0, 0, 0, 0, 0], [0, 255, 255, 255, 0, 0], [0, 255, 255, 0, 0, 0], [0, 255, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0],
            ])
    }

    /// Triangles that share an edge cover each pixel once: neither gaps nor doubled edges, whatever the order.
    @Test func neighborsShareAnEdgeWithoutGapOrOverlap() {
        let points: [SIMD3<Float>] = [[1, 1, 0], [5, 1, 0], [5, 5, 0], [1, 5, 0]]
        for faces in [[[0, 1, 3], [1, 2, 3]], [[3, 2, 1], [3, 1, 0]]] as [[SIMD3<UInt32>]] {
            let picture = Rasterizer(samples: 1).picture(
                of: scene(points, faces, grays: [1, 1, 1, 1]), width: 6, height: 6, colors: white)
            #expect(covered(picture).joined().count { $0 == 255 } == 16)
            #expect(covered(picture).joined().count { $0 != 0 && $0 != 255 } == 0)
        }
        // A fan with corners between pixels: every pixel within is covered exactly once.
        var fan: [SIMD3<Float>] = [[20.3, 20.7, 0]]
        for step in 0..<40 {
            let turn = Float(step) / 40 * 2 * .pi
            fan.append(SIMD3<Float>(20.3 + 18 * cos(turn), 20.7 + 18 * sin(turn), 0))
        }
        let faces = (0..<40).map { (step: Int) -> SIMD3<UInt32> in
            let next = step + 1
            return SIMD3<UInt32>(0, UInt32(next), UInt32(next % 40 + 1))
        }
        let picture = Rasterizer(samples: 2).picture(
            of: scene(fan, faces, grays: fan.map { _ in 1 }), width: 41, height: 42, colors: white)
        for y in 0..<42 {
            for x in 0..<41 {
                let away = hypot(Float(x) + 0.5 - 20.3, Float(y) + 0.5 - 20.7)
                if away < 16.5 { #expect(picture[x, y].w == 255) }
                if away > 19 { #expect(picture[x, y].w == 0) }
            }
        }
    }

    @Test func theNearerTriangleIsSeenWhateverTheOrder() {
        let points: [SIMD3<Float>] = [
            [0, 0, 1], [8, 0, 1], [0, 8, 1], [0, 0, 2], [4, 0, 2], [0, 4, 2],
        ]
        for faces in [[[0, 1, 2], [3, 4, 5]], [[3, 4, 5], [0, 1, 2]]] as [[SIMD3<UInt32>]] {
            let picture = Rasterizer(samples: 1).picture(
                of: scene(points, faces, grays: [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]), width: 8, height: 8,
                colors: white)
            #expect(picture[0, 0].x == 204 && picture[5, 1].x == 51)
        }
        // Two that cross: each in front on its side, the cut at the middle.
        let crossing: [SIMD3<Float>] = [
            [0, 0, 0], [20, 0, 2], [0, 20, 0], [0, 0, 2], [20, 0, 0], [0, 20, 2],
        ]
        let picture = Rasterizer(samples: 1).picture(
            of: scene(crossing, [[0, 1, 2], [3, 4, 5]], grays: [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]), width: 20,
            height: 20, colors: white)
        #expect(picture[8, 0].x == 204 && picture[11, 0].x == 51)
    }

    /// Values mix between corners and not the colors: halfway between the ends of the table lies its middle.
    @Test func valuesMixAndCornersWithoutOneTakeNoPart() {
        let table = ColorTable(columns: 101) { part, _ in
            part > 0.45 && part < 0.55 ? SIMD4(0, 1, 0, 1) : SIMD4(1, 0, 0, 1)
        }
        var scene = SurfaceScene()
        scene.points = [[0, 0, 0], [100, 0, 0], [0, 100, 0], [100, 100, 0]]
        scene.corners = [0, 1, 0, 1].map { SurfaceCorner(light: 1, gray: 0, value: $0) }
        scene.faces = [[0, 1, 2], [2, 1, 3]]
        let picture = Rasterizer().picture(of: scene, width: 100, height: 100, colors: table)
        #expect(picture[50, 20] == [0, 255, 0, 255] && picture[50, 80] == [0, 255, 0, 255])
        #expect(picture[10, 50] == [255, 0, 0, 255])
        scene.corners[0] = SurfaceCorner(light: 1, gray: 1)
        let partial = Rasterizer().picture(of: scene, width: 100, height: 100, colors: table)
        // Near the corner without a value its gray is seen, untinted.
        #expect(partial[0, 0].y > 245)
    }

    /// A sphere is a disc of the right size, and as bright in each place as its normal says.
    @Test func aSphereHasItsOutlineAndItsShading() throws {
        let radius: Float = 90
        let mesh = try sphere(radius: radius, rings: 96)
        var scene = SurfaceScene()
        scene.points = mesh.vertices.map { SIMD3(100 + $0.x, 100 - $0.y, $0.z) }
        scene.corners = mesh.vertices.map { SurfaceCorner(light: Light.brightness($0 / radius), gray: 1) }
        scene.faces = mesh.faces
        let picture = Rasterizer().picture(of: scene, width: 200, height: 200, colors: white)
        let area = picture.pixels.reduce(0.0) { $0 + Double($1 >> 24) / 255 }
        #expect(abs(area - .pi * 90 * 90) < 0.004 * .pi * 90 * 90)
        for (x, y) in [(100, 100), (60, 60), (140, 70), (40, 120), (100, 180)] {
            let (right, up) = ((Float(x) + 0.5 - 100) / radius, (100 - Float(y) - 0.5) / radius)
            let normal = SIMD3(right, up, (1 - right * right - up * up).squareRoot())
            #expect(abs(Float(picture[x, y].x) - Light.brightness(normal) * 255) < 2.5)
        }
        #expect(picture[60, 60].x > picture[140, 140].x, "the lamp is at the upper left")
    }

    /// The picture does not depend on how many threads drew it, nor on what lies beside the page.
    @Test func degenerateAndDistantTrianglesAreLeftOut() {
        let points: [SIMD3<Float>] = [
            [1, 1, 0], [5, 1, 0], [1, 5, 0], [.nan, 0, 0], [1e30, 1e30, 0], [-50, -50, 9], [-40, -50, 9],
            [3, 1, 0],
        ]
        let faces: [SIMD3<UInt32>] = [[0, 1, 2], [0, 1, 3], [0, 7, 1], [5, 6, 5], [0, 0, 0]]
        let picture = Rasterizer(samples: 1).picture(
            of: scene(points, faces, grays: points.map { _ in 1 }), width: 6, height: 6, colors: white)
        #expect(covered(picture).joined().count { $0 == 255 } == 6)
        let none = Rasterizer().picture(of: SurfaceScene(), width: 0, height: 4, colors: white)
        #expect(none.pixels.isEmpty)
    }
}
