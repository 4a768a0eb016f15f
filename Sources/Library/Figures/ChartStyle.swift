/// How a figure looks, whatever it shows; every figure has one.
///
/// ```swift
/// try fit.scores.map(minus: scores, space, style: .diverging)     // zero is marked
/// var chart = comparison.chart()
/// chart.style.font = "DejaVu Sans"
/// ```
public struct ChartStyle: Sendable, Equatable {
    /// The colors of cells and voxels; nil for the figure's own choice.
    public var colorMap: ColorMap?
    /// The values at the ends of the color map; nil for the smallest and the largest value. A diverging map reaches as
    /// far below zero as above, whatever the values.
    public var domain: ClosedRange<Double>?
    /// The colors of series, one after the other; empty for those of Okabe and Ito, which color-blind people tell apart.
    public var palette: [Color]
    /// Whether lines and points of several series differ in dashes and markers too, not in color alone.
    public var variesMarkers: Bool
    /// Whether lines of the grid are drawn.
    public var showsGrid: Bool
    /// The name of an installed font; nil for Arial or, if it is not installed, the nearest (Liberation Sans).
    public var font: String?
    /// The size of labels in points where a figure is saved with a width; nil for 7 (single column) to 8 (page).
    public var fontSize: Double?

    /// A style; what is not given has its default.
    ///
    /// - Parameters:
    ///   - colorMap: the colors of cells and voxels; nil for the figure's own choice.
    ///   - domain: the values at the ends of the color map; nil for the smallest and the largest value.
    ///   - palette: the colors of series, one after the other; empty for those of Okabe and Ito.
    ///   - variesMarkers: whether lines and points of several series differ in dashes and markers too.
    ///   - showsGrid: whether lines of the grid are drawn.
    ///   - font: the name of an installed font; nil for Arial or the nearest to it.
    ///   - fontSize: the size of labels in points if a figure is saved with a width; nil for 7 to 8.
    public init(
        colorMap: ColorMap? = nil, domain: ClosedRange<Double>? = nil, palette: [Color] = [],
        variesMarkers: Bool = true, showsGrid: Bool = true, font: String? = nil, fontSize: Double? = nil
    ) {
        self.colorMap = colorMap
        self.domain = domain
        self.palette = palette
        self.variesMarkers = variesMarkers
        self.showsGrid = showsGrid
        self.font = font
        self.fontSize = fontSize
    }

    /// The default look.
    public static let standard = ChartStyle()

    /// For numbers whose sign matters, as differences: colors about zero, as far below it as above.
    public static let diverging = ChartStyle(colorMap: .vik)
}

extension ChartStyle {
    /// The color, marker and dashes of each series.
    func entries(_ names: [String]) -> [Legend.Entry] {
        zip(names, Palette.colors(max(1, names.count), own: palette)).enumerated().map { index, pair in
            Legend.Entry(
                name: pair.0, color: pair.1, marker: variesMarkers ? .of(index) : .circle,
                dash: variesMarkers ? LineDash.of(index) : [])
        }
    }
}
