import Tensors

/// Draws triangles with a depth buffer, each pixel from `samples` x `samples` places within it.
///
/// Bands of rows are drawn at once, one per thread. The same scene gives the same picture with any number of threads.
package struct Rasterizer {
    /// The places across and down a pixel.
    package let samples: Int

    package init(samples: Int = 2) { self.samples = samples }

    /// Rows of pixels of a band: its buffers stay in a core's own cache.
    private static let bandRows = 24

    /// The picture of a scene; what no triangle covers is transparent.
    package func picture(of scene: SurfaceScene, width: Int, height: Int, colors: ColorTable) -> Picture {
        var picture = Picture(width: width, height: height)
        guard width > 0, height > 0 else { return picture }
        let triangles = Triangles(
            scene, scale: Float(samples), width: width * samples, height: height * samples)
        let bandRows = Rasterizer.bandRows
        let bands = (height + bandRows - 1) / bandRows
        let bins = triangles.bins(bands: bands, rows: bandRows * samples)
        let samples = samples
        picture.pixels.withUnsafeMutableBufferPointer { pixels in
            let pixels = UncheckedPointer(pixels)
            scene.corners.withUnsafeBufferPointer { corners in
                colors.colors.withUnsafeBufferPointer { table in
                    let shader = Shader(
                        corners: corners, table: table, columns: colors.columns, rows: colors.rows)
                    parallelEach(bands) { band, _ in
                        let rows = band * bandRows..<min((band + 1) * bandRows, height)
                        let drawing = Band(rows: rows, width: width, samples: samples)
                        bins.triangles(of: band) { drawing.draw($0, triangles) }
                        drawing.resolve(triangles, shader, into: pixels.buffer)
                        drawing.deallocate()
                    }
                }
            }
        }
        return picture
    }
}

/// A pointer to pixels of which no two threads write the same.
private struct UncheckedPointer: @unchecked Sendable {
    // Each band writes its own rows.
    let buffer: UnsafeMutableBufferPointer<UInt32>
    init(_ buffer: UnsafeMutableBufferPointer<UInt32>) { self.buffer = buffer }
}
