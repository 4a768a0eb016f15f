import Display
import Formats

/// The cortex with a color for each vertex's value, over its sulci: lit, from several sides, with borders of regions.
///
/// Shows itself as a view that can be turned, with the picture beside it for where no script runs. Without a color map
/// values that reach more than half as far below zero as above it have colors about zero, as in the pictures of voxels.
///
/// ```swift
/// let surface = try CorticalSurface.fsaverage5()
/// var map = try SurfaceMap(left: leftScores, right: rightScores, on: surface, valueTitle: "Pearson r", threshold: 0.1)
/// map = try map.outlining(parcellation)                     // draws the borders of its regions
/// try map.save("scores.pdf", width: 17)
/// ```
public struct SurfaceMap: DrawnFigure {
    /// A value for each vertex, for instance the scores of one layer of a network; NaN is none.
    public struct Layer: Sendable, Equatable {
        /// What the layer is called.
        public var name: String
        /// A value for each vertex of the left hemisphere; empty where the surface has none.
        public let left: [Double]
        /// A value for each vertex of the right hemisphere; empty where the surface has none.
        public let right: [Double]

        /// Values with a name.
        ///
        /// - Parameters:
        ///   - name: what the values are, for instance the name of a layer.
        ///   - left: the values of the left hemisphere's vertices, NaN for none.
        ///   - right: those of the right hemisphere's.
        public init(_ name: String = "", left: [Double] = [], right: [Double] = []) {
            self.name = name
            self.left = left
            self.right = right
        }

        /// The values of both hemispheres' vertices in one list, the left hemisphere's first.
        ///
        /// - Parameters:
        ///   - name: what the values are, for instance the name of a layer.
        ///   - values: one for each vertex, the left hemisphere's first; NaN for none.
        ///   - surface: the meshes.
        ///
        /// Throws `FigureError.count` if there is not one for each vertex of the surface.
        public init(_ name: String = "", _ values: [Double], on surface: CorticalSurface) throws {
            guard values.count == surface.vertexCount else {
                throw FigureError.count(
                    of: "values for the vertices of \(surface.name)", expected: surface.vertexCount,
                    got: values.count)
            }
            let cut = surface.left?.vertexCount ?? 0
            self.init(name, left: Array(values[..<cut]), right: Array(values[cut...]))
        }

        func values(_ side: Hemisphere) -> [Double] { side == .left ? left : right }
    }

    /// A number for each region that is shown with its name, for instance a q or how many voxels it has.
    struct Detail: Sendable, Equatable {
        let title: String
        let values: [String: Double]
    }

    /// What each region did over time, for instance its measured response.
    struct Course: Sendable, Equatable {
        let title: String
        let values: [String: [Double]]
    }

    public var title: String?
    public var note: String?
    public var style: ChartStyle
    /// What the values lie on.
    public let surface: CorticalSurface
    /// The values: the picture shows the first, the live view each of them.
    public let layers: [Layer]
    /// A second value for each vertex, where two are compared by a two-dimensional color map.
    public let second: Layer?
    /// The colors of two values; see `second`.
    public var pairColors = ColorPlane.orangeBlue
    /// What the values are, for instance "Pearson r".
    public var valueTitle: String
    /// The shape that the picture shows.
    public private(set) var shape: SurfaceShape
    /// From where the picture shows it.
    public var views: [SurfaceView]
    /// Whether all views are in one row.
    public var isOneRow: Bool
    /// Values below it fade the more the lower they are, and a line is drawn at it; where signs matter it holds for their
    /// size. Nil shows all equally.
    public var threshold: Double?
    /// Whether values reach more than half as far below zero as above it.
    private let reachesBelowZero: Bool
    /// A region for each vertex: their borders are drawn, and the live view tells them.
    public private(set) var regions: SurfaceRegions?
    /// Whether the borders of the regions are drawn.
    public var showsBorders = true
    /// What lies below the cortex, drawn under it.
    var below: BrainPicture?
    var details: [Detail] = []
    var courses: [Course] = []
    var vertexCourses: [VertexCourses] = []

    /// A map of one value for each vertex.
    ///
    /// - Parameters:
    ///   - left: the values of the left hemisphere's vertices, NaN for none; empty where the surface has none.
    ///   - right: the values of the right hemisphere's vertices.
    ///   - surface: the meshes.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - valueTitle: what the values are, for instance "Pearson r".
    ///   - threshold: values below it fade; where signs matter, those nearer to zero.
    ///   - shape: which of the surface's shapes; nil for the inflated one or, without it, the first.
    ///   - views: from where the surface is seen.
    ///   - isOneRow: whether all views are in one row.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `FigureError` if there is not one value for each vertex, the surface lacks the shape, no view is given, or
    /// the threshold is not above zero.
    public init(
        left: [Double] = [], right: [Double] = [], on surface: CorticalSurface, title: String? = nil,
        note: String? = "", valueTitle: String = "", threshold: Double? = nil, shape: SurfaceShape? = nil,
        views: [SurfaceView] = [.lateral, .medial], isOneRow: Bool = false, style: ChartStyle = .standard
    ) throws {
        try self.init(
            [Layer(left: left, right: right)], nil, on: surface, title: title, note: note,
            valueTitle: valueTitle, threshold: threshold, shape: shape, views: views, isOneRow: isOneRow,
            style: style)
    }

    /// A map of several values for each vertex, as the scores of layers: the picture shows the first, the live view has a
    /// slider; throws as the map of one value, and `FigureError.tooFew` without a layer.
    ///
    /// - Parameters:
    ///   - layers: the values of each layer; the picture shows the first.
    ///   - surface: the meshes.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - valueTitle: what the values are, for instance "Pearson r".
    ///   - threshold: values below it fade; nil shows all.
    ///   - shape: which of the surface's shapes; nil for the inflated one or, without it, the first.
    ///   - views: from where the surface is seen.
    ///   - isOneRow: whether all views are in one row.
    ///   - style: colors, fonts and grid.
    public init(
        layers: [Layer], on surface: CorticalSurface, title: String? = nil, note: String? = "",
        valueTitle: String = "", threshold: Double? = nil, shape: SurfaceShape? = nil,
        views: [SurfaceView] = [.lateral, .medial], isOneRow: Bool = false, style: ChartStyle = .standard
    ) throws {
        try self.init(
            layers, nil, on: surface, title: title, note: note, valueTitle: valueTitle, threshold: threshold,
            shape: shape, views: views, isOneRow: isOneRow, style: style)
    }

    /// A map of two values for each vertex at once, in the colors of a square; throws as the map of one value.
    ///
    /// - Parameters:
    ///   - first: the values of the first map.
    ///   - second: the values of the second.
    ///   - surface: the meshes.
    ///   - title: the text above the figure; nil for none.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - valueTitle: what the values are, for instance "Pearson r".
    ///   - threshold: values below it fade; nil shows all.
    ///   - shape: which of the surface's shapes; nil for the inflated one or, without it, the first.
    ///   - colors: the colors of two values.
    ///   - views: from where the surface is seen.
    ///   - isOneRow: whether all views are in one row.
    ///   - style: colors, fonts and grid.
    public init(
        comparing first: Layer, with second: Layer, on surface: CorticalSurface, title: String? = nil,
        note: String? = "", valueTitle: String = "", threshold: Double? = nil, shape: SurfaceShape? = nil,
        colors: ColorPlane = .orangeBlue, views: [SurfaceView] = [.lateral, .medial],
        isOneRow: Bool = false, style: ChartStyle = .standard
    ) throws {
        try self.init(
            [first], second, on: surface, title: title, note: note, valueTitle: valueTitle,
            threshold: threshold, shape: shape, views: views, isOneRow: isOneRow, style: style)
        pairColors = colors
    }

    private init(
        _ layers: [Layer], _ second: Layer?, on surface: CorticalSurface, title: String?, note: String?,
        valueTitle: String, threshold: Double?, shape: SurfaceShape?, views: [SurfaceView], isOneRow: Bool,
        style: ChartStyle
    ) throws {
        guard !layers.isEmpty else {
            throw FigureError.tooFew(of: "layers of a surface map", least: 1, got: 0)
        }
        guard !views.isEmpty else { throw FigureError.tooFew(of: "views of a surface map", least: 1, got: 0) }
        for layer in layers + (second.map { [$0] } ?? []) {
            for side in Hemisphere.allCases {
                let expected = surface[side]?.vertexCount ?? 0
                guard layer.values(side).count == expected else {
                    let name = layer.name.isEmpty ? "" : " of \(layer.name)"
                    throw FigureError.count(
                        of: "values\(name) for the \(side.rawValue) hemisphere of \(surface.name)",
                        expected: expected, got: layer.values(side).count)
                }
            }
        }
        if let threshold, !(threshold > 0 && threshold.isFinite) {
            throw FigureError.value(
                what: "the threshold of a surface map", got: "\(threshold)", expected: "above zero")
        }
        let usual = surface.shapes.contains(.inflated) ? .inflated : surface.shapes[0]
        if let shape { try SurfaceMap.check(shape, of: surface) }
        self.layers = layers
        self.second = second
        let finite = layers.flatMap { $0.left + $0.right }.filter(\.isFinite)
        reachesBelowZero = -(finite.min() ?? 0) > 0.5 * max(0, finite.max() ?? 0)
        self.surface = surface
        self.title = title
        self.note = note
        self.valueTitle = valueTitle
        self.threshold = threshold
        self.shape = shape ?? usual
        self.views = views
        self.isOneRow = isOneRow
        self.style = style
    }

    /// The map on another shape of the surface; throws `FigureError.value` if no such name exists.
    public func showing(_ shape: SurfaceShape) throws -> SurfaceMap {
        try SurfaceMap.check(shape, of: surface)
        var map = self
        map.shape = shape
        return map
    }

    private static func check(_ shape: SurfaceShape, of surface: CorticalSurface) throws {
        for (side, _) in surface.hemispheres { _ = try surface.mesh(side, shape) }
    }

    /// The map with regions, whose borders it draws; throws `FigureError.count` if there is not one for each vertex.
    public func outlining(_ regions: SurfaceRegions) throws -> SurfaceMap {
        try regions.check(surface)
        var map = self
        map.regions = regions
        return map
    }

    /// The first layer's values, both hemispheres.
    var shownValues: [Double] { layers[0].left + layers[0].right }

    var hasValues: Bool { shownValues.contains(where: \.isFinite) }

    var emptyMessage: String {
        "No vertex has a finite value (\(Number.grouped(surface.vertexCount)) in all)"
    }

    /// Whether signs matter: as the style's color map says or, without one, if single values reach more than half as far
    /// below zero as above it, as in the pictures of voxels.
    var isSigned: Bool { second == nil && (style.colorMap?.isDiverging ?? reachesBelowZero) }

    /// The colors of single values.
    package var shownColors: ColorMap { style.colorMap ?? (isSigned ? .vik : .plasma) }

    /// The scale of all layers, so that they can be compared. plasma has no gray, so that values stand out over the sulci.
    var scale: ColorScale {
        let values = (layers + (second.map { [$0] } ?? [])).flatMap { $0.left + $0.right }
        if second != nil {
            // Pairs begin at zero: below it neither model predicts.
            let high = values.filter(\.isFinite).max() ?? 1
            return ColorScale(map: .viridis, domain: style.domain ?? 0...(high > 0 ? high : 1), values: [])
        }
        // With a threshold, what is below zero is not seen and needs no colors.
        let shown = threshold == nil || isSigned ? values : values.filter(\.isFinite).map { max(0, $0) }
        return ColorScale(map: shownColors, domain: style.domain, values: shown)
    }

    /// How far a value covers the sulci below it.
    func opacity(_ value: Double) -> Double {
        guard let threshold else { return 1 }
        let size = isSigned ? abs(value) : value
        // The square of the share of the threshold, as in Taylor et al. 2023 (doi:10.1016/j.neuroimage.2023.120138).
        return size >= threshold ? 1 : size <= 0 ? 0 : (size / threshold) * (size / threshold)
    }
}
