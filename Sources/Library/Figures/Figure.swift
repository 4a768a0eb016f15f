import Display
import Foundation
import JSON

/// A picture of numbers: one value that shows itself as an interactive chart, as a still picture and as text.
///
/// The bundle holds `application/vnd.vegalite.v5+json` with its data inline (JupyterLab and VS Code draw it with no
/// network), `image/png` drawn from the same value at twice the screen's resolution (for GitHub, nbconvert and mail),
/// and `text/plain` with the numbers.
///
/// ```swift
/// let chart = BarChart([.init("V1", 0.31, error: 0.04), .init("IT", 0.22, error: 0.05)], valueTitle: "Pearson r")
/// chart                                     // shows it
/// try chart.write(to: "regions.pdf")        // for the paper
/// ```
public protocol Figure: Displayable, Sendable, CustomStringConvertible {
    /// What the figure is called, above it.
    var title: String { get set }
    /// The numbers as text, aligned for a fixed-width face.
    var description: String { get }
    /// The figure as a Vega-Lite v5 specification, in JSON.
    var vegaLite: String { get }
    /// The figure as a picture in PNG; `scale` is device pixels for each CSS pixel.
    func png(scale: Double) throws -> Data
    /// Writes the figure in the format that the name ends in: `.png`, `.svg`, `.pdf` or `.vl.json`.
    func write(to path: String) throws
}

/// What a figure type gives, from which the rest of `Figure` follows.
protocol DrawnFigure: Figure {
    /// The size of the drawing in CSS pixels, and what draws it.
    func drawing() -> Drawing
    /// The Vega-Lite specification without schema and configuration.
    var specification: JSON { get }
}

/// A drawing that waits for a page of its size.
struct Drawing {
    let width: Double
    let height: Double
    let draw: (Canvas) -> Void

    func data(_ format: Canvas.Format) throws -> Data {
        let canvas = Canvas(width: width, height: height, format: format)
        draw(canvas)
        return try canvas.finish()
    }
}

extension DrawnFigure {
    public var vegaLite: String { VegaLite.complete(specification).encodedText }

    public func png(scale: Double = 2) throws -> Data {
        try drawing().data(.png(scale: scale))
    }

    public var mimeBundle: MIMEBundle {
        var bundle = MIMEBundle([
            "application/vnd.vegalite.v5+json": .json(Data(vegaLite.utf8)),
            "text/plain": .text(description),
        ])
        let drawing = drawing()
        // A picture that cairo cannot draw must not hide the chart and the numbers.
        if let png = try? drawing.data(.png(scale: 2)) {
            bundle.contents["image/png"] = .binary(png)
            bundle.metadata["image/png"] =
                JSON.object([
                    "width": .rounded(drawing.width.rounded(.up)),
                    "height": .rounded(drawing.height.rounded(.up)),
                ])
                .encoded()
        }
        return bundle
    }

    public func write(to path: String) throws {
        let data: Data
        if path.hasSuffix(".png") {
            data = try png(scale: 3)
        } else if path.hasSuffix(".svg") {
            data = try drawing().data(.svg)
        } else if path.hasSuffix(".pdf") {
            data = try drawing().data(.pdf)
        } else if path.hasSuffix(".vl.json") {
            data = Data(vegaLite.utf8)
        } else {
            throw FigureError.format(path: path)
        }
        try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
