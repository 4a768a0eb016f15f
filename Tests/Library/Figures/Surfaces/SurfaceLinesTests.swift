import Figures
import Formats
import Foundation
import Testing

@Suite struct SurfaceLinesTests {
    private let square = try? SurfaceMesh(
        vertices: [[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0]], faces: [[0, 1, 2], [0, 2, 3]])

    private func places(_ lines: SurfaceLines, _ mesh: SurfaceMesh) -> [[SIMD3<Float>]] {
        mesh.vertices.withUnsafeBufferPointer { vertices in
            lines.lines.map { [$0.start.mixed(vertices), $0.end.mixed(vertices)] }
        }
    }

    @Test func bordersRunHalfwayBetweenRegions() throws {
        let mesh = try #require(square)
        let lines = places(SurfaceLines(borders: [0, 0, 1, 1], mesh), mesh)
        #expect(lines == [[[2, 1, 0], [1, 1, 0]], [[1, 1, 0], [0, 1, 0]]])
        #expect(SurfaceLines(borders: [3, 3, 3, 3], mesh).lines.isEmpty)
        #expect(SurfaceLines(borders: [nil, nil, nil, nil], mesh).lines.isEmpty)
        // Where three meet, all lines end in the middle of the face.
        let three = places(SurfaceLines(borders: [0, 1, nil, nil], mesh), mesh)
        #expect(three.count == 4)
        #expect(three.prefix(3).allSatisfy { abs($0[1].x - 4 / 3) < 1e-6 && abs($0[1].y - 2 / 3) < 1e-6 })
    }

    /// Around a cap of a sphere the border is one closed line: every end is the end of exactly two.
    @Test func theBorderOfACapIsClosed() throws {
        let mesh = try sphere(rings: 24)
        let labels = mesh.vertices.map { $0.z > 20 ? 1 : nil as Int? }
        var ends: [SIMD3<Int>: Int] = [:]
        for line in places(SurfaceLines(borders: labels, mesh), mesh) {
            for place in line { ends[SIMD3<Int>(SIMD3<Double>(place) * 1000), default: 0] += 1 }
        }
        #expect(ends.count > 40 && ends.values.allSatisfy { $0 == 2 })
    }

    @Test func levelsAreFoundWhereMixedValuesPassThem() throws {
        let mesh = try #require(square)
        let lines = places(SurfaceLines(level: 0.5, of: [0, 2, 2, 0], mesh), mesh)
        #expect(lines.count == 2 && lines.joined().allSatisfy { abs($0.x - 0.5) < 1e-6 })
        #expect(SurfaceLines(level: 0.5, of: [0, 2, .nan, 0], mesh).lines.isEmpty)
        #expect(SurfaceLines(level: 5, of: [0, 2, 2, 0], mesh).lines.isEmpty)
    }
}
