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
/// chart                                              // shows it
/// try chart.save("regions.pdf", width: 8.5)          // for the paper: one column, 8.5 cm
/// ```
public protocol Figure: Displayable, Sendable, CustomStringConvertible {
    /// What the figure is called, above it; nil for none.
    var title: String? { get set }
    /// What stands below the title, before what the figure says of itself (error bars, tests, what was left out); nil for
    /// neither.
    var note: String? { get set }
    /// How the figure looks.
    var style: ChartStyle { get set }
    /// The numbers as text, aligned for a fixed-width face.
    var description: String { get }
    /// The figure in a few sentences for those who do not see it: what it is, its axes, its range.
    var altText: String { get }
    /// The figure as a Vega-Lite v5 specification, in JSON.
    var vegaLite: String { get }
    /// The figure as a picture in PNG; `scale` is device pixels for each CSS pixel.
    ///
    /// Throws `FigureError`.
    func png(scale: Double) throws -> Data
    /// The figure as the bytes of a file; see `save`.
    func data(_ format: FigureFormat, width: Double?, dpi: Double, font: String?) throws -> Data
}

/// What a figure type gives, from which the rest of `Figure` follows.
protocol DrawnFigure: Figure {
    /// The figure laid out in a width, and what draws it.
    func drawing(in room: Room) -> Drawing
    /// The Vega-Lite specification without schema and configuration.
    var specification: JSON { get }
}

/// A drawing that waits for a page of its size.
struct Drawing {
    let width: Double
    let height: Double
    /// Whether its parts have the room that they need to be read.
    var isLegible = true
    let draw: (any Canvas) -> Void
}

extension DrawnFigure {
    public var vegaLite: String {
        Typeface.$current.withValue(style.font ?? Typeface.standard) {
            VegaLite.complete(specification, altText: altText).encodedText
        }
    }

    public func png(scale: Double = 2) throws -> Data {
        try checkScale(scale)
        return try withFont(nil) {
            let drawing = drawing(in: .natural)
            return try pixels(
                drawing, Int((drawing.width.rounded(.up) * scale).rounded()),
                Int((drawing.height.rounded(.up) * scale).rounded()), scale: scale)
        }
    }

    public var mimeBundle: MIMEBundle {
        var bundle = MIMEBundle([
            "application/vnd.vegalite.v5+json": .json(Data(vegaLite.utf8)),
            "text/plain": .text(description),
        ])
        do {
            let png = try png(scale: 2)
            let size = PNGFile.size(of: png)
            bundle.contents["image/png"] = .binary(png)
            bundle.metadata["image/png"] =
                JSON.object([
                    "width": .integer(size.width / 2), "height": .integer(size.height / 2),
                    "alt": .string(altText),
                ])
                .encoded()
        } catch {
            // A picture that cannot be drawn must not hide the chart and the numbers.
            bundle.contents["text/plain"] = .text("\(description)\nNo picture: \(error)")
        }
        return bundle
    }

    private func checkScale(_ scale: Double) throws {
        guard scale.isFinite, scale > 0 else {
            throw FigureError.value(what: "the scale of a picture", got: "\(scale)", expected: "above zero")
        }
    }
}
