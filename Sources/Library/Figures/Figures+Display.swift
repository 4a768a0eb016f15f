import Display

extension Color: CustomStringConvertible {
    /// The color as HTML writes it.
    public var description: String { hex }
}

extension ColorMap: CustomStringConvertible {
    /// The name and the ends.
    public var description: String {
        "\(name): \(stops.count) colors from \(stops.first.map(\.hex) ?? "") to \(stops.last.map(\.hex) ?? "")"
            + (isDiverging ? ", diverging" : "")
    }
}

extension ChartStyle: CustomStringConvertible {
    /// What differs from the usual style.
    public var description: String {
        var parts: [String] = []
        if let colorMap { parts.append("color map \(colorMap.name)") }
        if let domain {
            parts.append("\(Number.short(domain.lowerBound)) to \(Number.short(domain.upperBound))")
        }
        if !palette.isEmpty { parts.append(palette.map(\.hex).joined(separator: ", ")) }
        if !variesMarkers { parts.append("markers alike") }
        if !showsGrid { parts.append("no grid") }
        if let font { parts.append(font) }
        if let fontSize { parts.append("labels of \(Number.short(fontSize)) points") }
        return "chart style: " + (parts.isEmpty ? "standard" : parts.joined(separator: "; "))
    }
}

extension ReferenceLine: CustomStringConvertible {
    /// The label and the value.
    public var description: String { "\(label): \(Number.short(value))" }
}

extension BarChart.Bar: CustomStringConvertible {
    /// The category, the series if there is one, and the value.
    public var description: String {
        category + (series.isEmpty ? "" : ", \(series)") + ": \(Number.short(value))" + plusOrMinus(error)
    }
}

extension LineChart.Series: CustomStringConvertible {
    /// The name and how many points there are.
    public var description: String { "\(name): \(Number.counted(points.count, "point"))" }
}

extension LineChart.Series.Point: CustomStringConvertible {
    /// The place and the value.
    public var description: String { "(\(Number.short(x)), \(Number.short(y)))" + plusOrMinus(error) }
}

extension ScatterPlot.Point: CustomStringConvertible {
    /// The name if there is one, and the place.
    public var description: String {
        (name.isEmpty ? "" : "\(name) ") + "(\(Number.short(x)), \(Number.short(y)))"
    }
}

extension Heatmap.Place: CustomStringConvertible {
    /// Row and column, from zero.
    public var description: String { "row \(row), column \(column)" }
}

extension ScoreMap.Slice: CustomStringConvertible {
    /// The title if there is one, and the size.
    public var description: String {
        let filled = values.count(where: \.isFinite)
        return (title.isEmpty ? "slice" : title)
            + ": \(width) x \(height) pixels, \(Number.counted(filled, "value"))"
    }
}

extension CorticalSurface.HemisphereMeshes: CustomStringConvertible {
    /// How many vertices there are, and the shapes.
    public var description: String {
        let names = shapes.keys.map(\.rawValue).sorted().joined(separator: ", ")
        return "\(Number.grouped(vertexCount)) vertices: \(names)" + (sulci == nil ? "" : ", with sulci")
    }
}

extension SurfaceMap.Layer: CustomStringConvertible {
    /// The name, and how many values there are.
    public var description: String {
        let values = left + right
        return (name.isEmpty ? "layer" : name)
            + ": \(Number.grouped(values.count(where: \.isFinite))) of \(Number.grouped(values.count)) vertices with a value"
    }
}

private func plusOrMinus(_ error: Double?) -> String { error.map { " +/- \(Number.short($0))" } ?? "" }
