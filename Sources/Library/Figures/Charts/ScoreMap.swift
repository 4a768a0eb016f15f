import Display
import Foundation

/// Slices of the brain with a color for each voxel's score, over an image of the anatomy in gray.
///
/// ```swift
/// let values = (0..<800).map { sin(Double($0) / 40) }                 // row after row, NaN for none
/// let slice = try ScoreMap.Slice(width: 40, height: 20, values: values)
/// ScoreMap([slice], title: "Where the model predicts", valueTitle: "Pearson r")
/// ```
public struct ScoreMap: DrawnFigure {
    /// One slice; the first value is the pixel in the upper left corner, row after row.
    public struct Slice: Sendable, Equatable {
        /// The text above the slice, for instance "z = 12 mm".
        public var title: String
        /// How many pixels lie beside one another.
        public let width: Int
        /// How many pixels lie below one another.
        public let height: Int
        /// The scores, row after row; NaN lets the anatomy show.
        public let values: [Double]
        /// The anatomy, row after row; NaN and, in an image without negative values, what is nearly black are white.
        public let background: [Double]?
        /// The size of a pixel, across and down, in mm or in any one unit.
        public var pixelSize: (width: Double, height: Double) { (pixelWidth, pixelHeight) }
        private let pixelWidth: Double
        private let pixelHeight: Double
        /// What the left and the right edge are, for instance "L" and "R".
        public var sides: [String]

        /// A slice of `width` times `height` pixels; throws `FigureError.count` for another count.
        ///
        /// - Parameters:
        ///   - width: how many pixels lie beside one another.
        ///   - height: how many pixels lie below one another.
        ///   - values: the scores, row after row from the upper left; NaN lets the anatomy show.
        ///   - background: the anatomy, row after row; nil for white.
        ///   - title: the text above the slice, for instance "z = 12 mm".
        ///   - pixelSize: the size of a pixel, across and down, in mm or in any one unit.
        ///   - sides: what the left and the right edge are, for instance "L" and "R"; empty for none.
        ///
        /// Throws `FigureError.value` for a negative size, pixels without a size, or one side without the other.
        public init(
            width: Int, height: Int, values: [Double], background: [Double]? = nil, title: String = "",
            pixelSize: (width: Double, height: Double) = (1, 1), sides: [String] = []
        ) throws {
            for (what, size) in [("width", width), ("height", height)] where !(0...100_000).contains(size) {
                throw FigureError.value(
                    what: "the \(what) of a slice", got: "\(size)", expected: "0 to 100,000 pixels")
            }
            for size in [pixelSize.width, pixelSize.height] where !(size > 0 && size <= 1e9) {
                throw FigureError.value(
                    what: "the size of a pixel", got: "\(size)", expected: "above zero and at most 1e9")
            }
            guard sides.isEmpty || sides.count == 2 else {
                throw FigureError.count(of: "sides of a slice", expected: 2, got: sides.count)
            }
            for (what, count) in [("scores", values.count), ("anatomy", background?.count ?? width * height)]
            where count != width * height {
                throw FigureError.count(
                    of: "\(what) of a slice of \(width) x \(height) pixels", expected: width * height,
                    got: count)
            }
            self.width = width
            self.height = height
            self.values = values
            self.background = background
            self.title = title
            pixelWidth = pixelSize.width
            pixelHeight = pixelSize.height
            self.sides = sides
        }
    }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// The slices, from the upper left.
    public let slices: [Slice]
    /// What the values are, for instance "Pearson r".
    public var valueTitle: String

    /// A map of one or several slices.
    ///
    /// - Parameters:
    ///   - slices: the slices, from the upper left.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - valueTitle: what the values are, for instance "Pearson r".
    ///   - style: colors, fonts and grid.
    public init(
        _ slices: [Slice], title: String? = nil, note: String? = "", valueTitle: String = "",
        style: ChartStyle = .standard
    ) {
        self.slices = slices
        self.title = title
        self.note = note
        self.valueTitle = valueTitle
        self.style = style
    }

    var hasValues: Bool { slices.contains { $0.values.contains(where: \.isFinite) } }
    /// What is said where no voxel has a value; nil for that there is none, for instance because a threshold hides them.
    package var reasonOfEmptiness: String?
    var emptyMessage: String {
        slices.isEmpty ? "No slices to show" : reasonOfEmptiness ?? "No voxel has a finite score"
    }

    public var description: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).description }
        let shown = slices.map { $0.values.filter(\.isFinite) }
        let table = Table(
            title ?? "",
            [
                .text("slice", slices.enumerated().map { $1.title.isEmpty ? "\($0 + 1)" : $1.title }),
                .counts("voxels", shown.map(\.count)),
                .shown("mean", shown.map { $0.isEmpty ? .nan : $0.reduce(0, +) / Double($0.count) }),
                .shown("min", shown.map { $0.min() ?? .nan }),
                .shown("max", shown.map { $0.max() ?? .nan }),
            ])
        let fullest = slices.indices.max { shown[$0].count < shown[$1].count } ?? 0
        let picture =
            max(slices[fullest].width, slices[fullest].height) <= 100 ? [shades(of: slices[fullest])] : []
        let own = fullNote(note)
        let caption = valueTitle.isEmpty ? [] : ["Values: \(valueTitle)."]
        return ([table.description] + caption + (own.isEmpty ? [] : [own]) + picture).joined(
            separator: "\n")
    }

    public var altText: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Brain map", title: title)
        let shown = slices.flatMap(\.values).filter(\.isFinite)
        text.add("\(Number.counted(slices.count, "slice")) with \(Number.counted(shown.count, "voxel"))")
        let named = slices.flatMap { slice in slice.values.map { (slice.title, $0) } }
        text.add("Values: " + AltText.range(valueTitle.isEmpty ? "scores" : valueTitle, named))
        let below = shown.count { $0 < 0 }
        text.add(below > 0 && below < shown.count ? "\(Number.counted(below, "voxel")) below zero" : "")
        text.add(note: fullNote(note))
        return text.text
    }

    /// A slice in shades of characters.
    private func shades(of slice: Slice) -> String {
        let levels = Array("·░▒▓█")
        let scale = scale
        return (0..<slice.height).map { row in
            let line = (0..<slice.width).map { column -> Character in
                let value = slice.values[row * slice.width + column]
                guard value.isFinite else { return " " }
                let span = scale.domain.upperBound - scale.domain.lowerBound
                let part = min(0.999, max(0, (value - scale.domain.lowerBound) / span))
                return levels[Int(part * Double(levels.count))]
            }
            return String(line)
        }.joined(separator: "\n")
    }

    /// plasma has no gray, so that scores stand out over the anatomy.
    var scale: ColorScale {
        ColorScale(map: style.colorMap ?? .plasma, domain: style.domain, values: slices.flatMap(\.values))
    }
}

// MARK: - Layout

extension ScoreMap {
    /// One pixel with a score, in CSS pixels of the plot.
    struct Pixel {
        let x: Double
        let y: Double
        let width: Double
        let height: Double
        let value: Double
        let slice: Int
        let column: Int
        let row: Int
    }

    struct Layout {
        /// The corner of each slice and the size of its pixels.
        let places: [(x: Double, y: Double, pixelWidth: Double, pixelHeight: Double)]
        let width: Double
        let height: Double
        let bar: ColorBar
    }

    private static let gap = 14.0
    private static let titleHeight = 18.0

    /// The layout on the screen.
    var layout: Layout { layout(in: .natural) }

    func layout(in room: Room) -> Layout {
        let bar = ColorBar(title: valueTitle, scale: scale, in: room)
        var columns =
            slices.count == 1 ? 1 : min(slices.count, slices.count <= 4 ? 2 : slices.count <= 9 ? 3 : 6)
        let natural = columns == 1 ? 440.0 : columns == 2 ? 320 : columns == 3 ? 230 : 130
        let heading = slices.contains { !$0.title.isEmpty } ? ScoreMap.titleHeight : 0
        let widest = slices.map { Double($0.width) * $0.pixelSize.width }.max() ?? 1
        let tallest = slices.map { Double($0.height) * $0.pixelSize.height }.max() ?? 1
        func size(beside columns: Int) -> Double {
            let gaps = Double(columns - 1) * ScoreMap.gap
            let whole = room.plotWidth(
                natural: natural * Double(columns) + gaps, left: 0, side: .colorBar(bar))
            let target = (whole - gaps) / Double(columns)
            // Pixels of one size in all slices, and no taller than wide pictures may be.
            return min(target / widest, target * 1.25 / tallest)
        }
        if room.width != nil {
            // Fewer beside one another where their titles would meet.
            let title = TextMeasure().width(slices.map(\.title), .label)
            while columns > 1, widest * size(beside: columns) + ScoreMap.gap < title + 8 { columns -= 1 }
        }
        let unit = size(beside: columns)
        var places: [(x: Double, y: Double, pixelWidth: Double, pixelHeight: Double)] = []
        let (cellWidth, cellHeight) = (widest * unit, tallest * unit)
        for (index, slice) in slices.enumerated() {
            places.append(
                (
                    Double(index % columns) * (cellWidth + ScoreMap.gap),
                    Double(index / columns) * (cellHeight + heading + ScoreMap.gap) + heading,
                    slice.pixelSize.width * unit, slice.pixelSize.height * unit
                ))
        }
        let rows = Double((slices.count + columns - 1) / columns)
        return Layout(
            places: places, width: Double(columns) * (cellWidth + ScoreMap.gap) - ScoreMap.gap,
            height: rows * (cellHeight + heading + ScoreMap.gap) - ScoreMap.gap,
            bar: bar)
    }

    /// The pixels that have a score.
    func pixels(_ layout: Layout) -> [Pixel] {
        zip(slices, layout.places).enumerated().flatMap { index, pair in
            let (slice, place) = pair
            return slice.values.enumerated().compactMap { position, value -> Pixel? in
                guard value.isFinite else { return nil }
                let (row, column) = position.quotientAndRemainder(dividingBy: slice.width)
                return Pixel(
                    x: place.x + Double(column) * place.pixelWidth,
                    y: place.y + Double(row) * place.pixelHeight,
                    width: place.pixelWidth, height: place.pixelHeight, value: value, slice: index,
                    column: column,
                    row: row)
            }
        }
    }
}
