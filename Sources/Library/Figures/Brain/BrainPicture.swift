import Display
import Foundation
import Tables

/// Where in the brain values are high: a glass brain, a mosaic of slices or a flattened cortex.
///
/// ```swift
/// let picture = try fit.scores.onGlassBrain(study, threshold: 0.1)
/// picture                                   // shows it
/// picture.data                              // a row for each voxel
/// try picture.save("glass.pdf", width: 17)
/// ```
///
/// `VoxelSpace.glassBrain`, `VoxelSpace.mosaic` and `FlatMapper.flatMap` make such pictures.
public struct BrainPicture: DrawnFigure {
    /// A place where values are highest about.
    package struct Peak: Sendable, Equatable {
        package let value: Double
        package let second: Double?
        package let position: SIMD3<Double>
        package let region: String

        package init(value: Double, second: Double?, position: SIMD3<Double>, region: String) {
            (self.value, self.second, self.position, self.region) = (value, second, position, region)
        }
    }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// What the values are, for instance "Pearson r".
    public var valueTitle: String
    /// The colors of two values; nil where there is one, whose colors are the style's.
    public var plane: ColorPlane?
    /// What the second of two values is.
    public var secondTitle: String
    /// A row for each voxel: where it lies and its values.
    public let data: DataTable
    /// What kind of picture it is, for the alternative text, for instance "Glass brain".
    let kind: String
    let panels: [BrainPanel]
    /// How many panels are side by side.
    let columns: Int
    let peaks: [Peak]
    /// What the picture says of itself, after its note.
    let automaticNote: String
    /// All values, which the scale of colors covers.
    let values: [Double]
    let seconds: [Double]

    package init(
        _ kind: String, _ panels: [BrainPanel], columns: Int, values: [Double], seconds: [Double] = [],
        data: DataTable, peaks: [Peak] = [], title: String?, note: String?, automaticNote: String = "",
        valueTitle: String, secondTitle: String = "", plane: ColorPlane? = nil, style: ChartStyle
    ) {
        self.kind = kind
        self.panels = panels
        self.columns = max(1, columns)
        self.values = values
        self.seconds = seconds
        self.data = data
        self.peaks = peaks
        self.title = title
        self.note = note
        self.automaticNote = automaticNote
        self.valueTitle = valueTitle
        self.secondTitle = secondTitle
        self.plane = plane
        self.style = style
    }

    var hasValues: Bool { values.contains(where: \.isFinite) }
    var emptyMessage: String { "No finite values to show" }
    var shownNote: String { fullNote(note, automaticNote) }

    /// plasma has no gray, so that values stand out over the anatomy.
    var scale: ColorScale {
        ColorScale(map: style.colorMap ?? .plasma, domain: style.domain, values: values)
    }

    var square: ColorSquare? {
        plane.map { plane in
            func domain(_ values: [Double]) -> ClosedRange<Double> {
                let high = values.filter(\.isFinite).max() ?? 1
                return 0...(high > 0 ? high : 1)
            }
            let given = style.domain.flatMap { $0.upperBound > $0.lowerBound ? $0 : nil }
            return ColorSquare(
                plane: plane, domains: (given ?? domain(values), given ?? domain(seconds)),
                titles: (valueTitle, secondTitle))
        }
    }

    /// The color of a pixel.
    func color(_ value: Double, _ second: Double?, _ scale: ColorScale, _ square: ColorSquare?) -> Color {
        if let square, let second { return square.color(value, second) }
        return scale.color(of: value)
    }
}

// MARK: - Text

extension BrainPicture {
    public var description: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).description }
        let finite = values.filter(\.isFinite)
        var lines = [
            "\(kind): \(Number.counted(finite.count, "voxel")), "
                + AltText.range(valueTitle.orElse("values"), ends(finite))
        ]
        if !seconds.isEmpty {
            lines.append(AltText.range(secondTitle.orElse("second values"), ends(seconds)))
        }
        if !shownNote.isEmpty { lines.append(shownNote) }
        let heading = [title ?? ""].filter { !$0.isEmpty }
        guard !peaks.isEmpty else { return (heading + lines).joined(separator: "\n") }
        var columns: [Table.Column] = [.shown(valueTitle.orElse("value"), peaks.map(\.value))]
        if !seconds.isEmpty {
            columns.append(.shown(secondTitle.orElse("second"), peaks.map { $0.second ?? .nan }))
        }
        for (axis, name) in ["x", "y", "z"].enumerated() {
            columns.append(.numbers(name, peaks.map { $0.position[axis].rounded() }, decimals: 0))
        }
        if peaks.contains(where: { !$0.region.isEmpty }) {
            columns.append(.text("region", peaks.map(\.region)))
        }
        return (heading + lines + [Table("Peaks (mm)", columns).description]).joined(separator: "\n")
    }

    /// The lowest and the highest of values, without names.
    private func ends(_ values: [Double]) -> [(String, Double)] {
        [("", values.min() ?? .nan), ("", values.max() ?? .nan)]
    }

    public var altText: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText(kind, title: title)
        // Rows of a mosaic are filled up with empty panels.
        let views = panels.count { $0.columns > 0 }
        text.add(
            "\(Number.counted(views, "view")) of \(Number.counted(values.count(where: \.isFinite), "voxel"))"
        )
        text.add("Values: " + AltText.range(valueTitle.orElse("values"), ends(values)))
        if !seconds.isEmpty {
            text.add(
                "Beside: " + AltText.range(secondTitle.orElse("second values"), ends(seconds)))
        }
        for peak in peaks.prefix(3) {
            let place = (0..<3).map { Number.fixed(peak.position[$0], 0) }.joined(separator: ", ")
            text.add(
                "Peak \(Number.short(peak.value)) at \(place) mm"
                    + (peak.region.isEmpty ? "" : " (\(peak.region))"))
        }
        text.add(note: shownNote)
        return text.text
    }
}
