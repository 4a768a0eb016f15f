// Draws a map of the cortex, still and live, and prints the seconds and bytes of each: one JSON object.
//
// Usage: FiguresBenchmark FOLDER (where the pictures are written)
import Figures
import Formats
import Foundation

/// The shortest of several times, in seconds.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    try (0..<5).map { _ in
        let took = try ContinuousClock().measure(body)
        return Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    }.min() ?? .nan
}

let folder = URL(fileURLWithPath: CommandLine.arguments[1])
let surface = try CorticalSurface.fsaverage5()

/// A smooth map of either sign, as peer.py makes it.
func wave(_ side: Hemisphere) throws -> [Double] {
    try surface.mesh(side, .pial).vertices.map { sin(Double($0.y) / 18) * cos(Double($0.z) / 22) }
}

let map = try SurfaceMap(
    left: wave(.left), right: wave(.right), on: surface, title: "Difference of scores",
    valueTitle: "difference of r", threshold: 0.4, style: .diverging)
var (png, html) = (Data(), "")
let still = try seconds { png = try map.data(.png, width: 17, dpi: 300, font: nil) }
let live = try seconds { html = try map.html }
try png.write(to: folder.appendingPathComponent("gyrus.png"))
try Data("<!DOCTYPE html><meta charset=\"utf-8\">\(html)".utf8).write(
    to: folder.appendingPathComponent("gyrus.html"))
print(
    "{\"still, s\": \(still), \"still, bytes\": \(png.count), \"live, s\": \(live), "
        + "\"live, bytes\": \(html.utf8.count)}")
