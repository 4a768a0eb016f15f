import Display
import Foundation
import JSON
import Tables

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
    /// The note below the title, before what the figure says of itself (error bars, tests, what was left out); nil for
    /// neither.
    var note: String? { get set }
    /// How the figure looks.
    var style: ChartStyle { get set }
    /// The numbers as text, aligned for a fixed-width face.
    var description: String { get }
    /// The figure in a few sentences for those who do not see it: what it is, its axes, its range.
    var altText: String { get }
    /// What the figure shows, one row for each bar, point, cell, region or voxel.
    ///
    /// `data.csv` and `data.json` are its text.
    var data: DataTable { get }
    /// The figure as a Vega-Lite v5 specification, in JSON; of a figure that has no picture (an error bar below zero) it
    /// says why.
    var vegaLite: String { get }
    /// The figure as a picture in PNG; `scale` is device pixels for each CSS pixel.
    ///
    /// Throws `FigureError`.
    func png(scale: Double) throws -> Data
    /// The figure as the bytes of a file; see `save`.
    ///
    /// - Parameters:
    ///   - format: the format of the file.
    ///   - width: in centimeters; nil for the size that the figure has on the screen.
    ///   - dpi: pixels per inch of a PNG.
    ///   - font: the name of an installed font; nil for that of the figure's style.
    func data(_ format: FigureFormat, width: Double?, dpi: Double, font: String?) throws -> Data
}

extension Figure {
    /// The figure as a picture in PNG with two device pixels for each CSS pixel, as front ends show it.
    ///
    /// Throws `FigureError`.
    public func png() throws -> Data { try png(scale: 2) }
}

/// What a figure type gives, from which the rest of `Figure` follows.
protocol DrawnFigure: Figure {
    /// The figure laid out in a width, and what draws it.
    func drawing(in room: Room) -> Drawing
    /// The Vega-Lite specification without schema and configuration.
    var specification: JSON { get }
    /// Throws `FigureError` if a number has no picture, such as an error bar below zero.
    func checkNumbers() throws
}

extension DrawnFigure {
    func checkNumbers() throws {}
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
            VegaLite.complete(checkedSpecification, altText: altText).encodedText
        }
    }

    /// The specification, or in its place why a number has no picture.
    private var checkedSpecification: JSON {
        do {
            try checkNumbers()
            return specification
        } catch {
            return EmptyPlot(title: title, message: "No picture", note: "\(error)").specification
        }
    }

    public func png(scale: Double) throws -> Data {
        try checkScale(scale)
        try checkNumbers()
        return try withFont(nil) { try pixels(drawing(in: .natural), scale: scale) }
    }

    private func pixels(_ drawing: Drawing, scale: Double) throws -> Data {
        try pixels(
            drawing, (drawing.width.rounded(.up) * scale).rounded(),
            (drawing.height.rounded(.up) * scale).rounded(), scale: scale, isGivenByScale: true)
    }

    /// The picture at twice the screen's resolution or, where that would be too many pixels, at the screen's own.
    private func shownPNG(_ drawing: Drawing) throws -> (png: Data, scale: Int) {
        try withFont(nil) {
            let isLarge =
                max(drawing.width, drawing.height) > 16_000 || drawing.width * drawing.height > 15e6
            return (try pixels(drawing, scale: isLarge ? 1 : 2), isLarge ? 1 : 2)
        }
    }

    public var mimeBundle: MIMEBundle {
        do {
            try checkNumbers()
        } catch {
            return MIMEBundle(["text/plain": .text("\(description)\nNo picture: \(error)")])
        }
        var bundle = MIMEBundle(["text/plain": .text(description)])
        let natural = Result { try withFont(nil) { drawing(in: .natural) } }
        // A chart that no browser draws would only make the notebook large.
        let length = (try? natural.get()).map { max($0.width, $0.height) } ?? 0
        if length <= mostPixelsOfACanvas {
            bundle.contents["application/vnd.vegalite.v5+json"] = .json(Data(vegaLite.utf8))
        }
        do {
            let (png, scale) = try shownPNG(natural.get())
            bundle.add(png, scale: scale, altText: altText)
        } catch {
            // A picture that cannot be drawn must not hide the chart and the numbers.
            bundle.contents["text/plain"] = .text("\(description)\nNo picture: \(error)")
        }
        return bundle
    }

    /// What browsers draw a chart on is nowhere longer.
    private var mostPixelsOfACanvas: Double { 65_535 }

    private func checkScale(_ scale: Double) throws {
        guard scale.isFinite, scale > 0 else {
            throw FigureError.value(what: "the scale of a picture", got: "\(scale)", expected: "above zero")
        }
    }
}

extension MIMEBundle {
    /// Adds a PNG with this many pixels for each of the screen, with the size at which it is shown and its text for
    /// those who do not see it.
    mutating func add(_ png: Data, scale: Int, altText: String) {
        let size = PNGFile.size(of: png)
        contents["image/png"] = .binary(png)
        metadata["image/png"] =
            JSON.object([
                "width": .integer(size.width / scale), "height": .integer(size.height / scale),
                "alt": .string(altText),
            ])
            .encoded()
    }
}
