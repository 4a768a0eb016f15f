import Display
import Figures
import Tables

extension FlatMapper {
    /// The flattened cortex with a color for each voxel's value, over its folds, with the outlines of its regions.
    ///
    /// - Parameters:
    ///   - values: one for each voxel of the subject.
    ///   - scoreName: what the scores are, for titles and axes.
    ///   - second: further values, for colors of two: A against B.
    ///   - secondName: what the further values are.
    ///   - threshold: values below it let the folds show; where signs matter, those nearer to zero.
    ///   - fades: whether values below the threshold fade towards zero instead of being hidden.
    ///   - showsRegions: whether lines and names of regions are drawn, where the file holds them.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - plane: the colors of two values.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if the counts differ or the threshold is not a number.
    public func flatMap(
        _ values: [Double], scoreName: String = "score", against second: [Double]? = nil,
        secondName: String = "second score", threshold: Double? = nil, fades: Bool = false,
        showsRegions: Bool = true, title: String? = "", note: String? = "", plane: ColorPlane = .purpleTeal,
        style: ChartStyle = .standard
    ) throws -> BrainPicture {
        try ShownValues.check(threshold, fades: fades)
        let isSigned = ShownValues.isSigned(values, second: second, style: style)
        let picture = try pixels(of: values)
        let beside = try second.map { try pixels(of: $0) }
        let bounds = BrainPanel.Bounds(left: 0, right: Double(width), bottom: 0, top: Double(height))
        var panel = BrainPanel(bounds: bounds)
        (panel.columns, panel.rows) = (width, height)
        panel.values = picture.elements
        panel.seconds = beside?.elements ?? []
        panel.anatomy =
            curvature.map { folds in
                var shown = [Double](repeating: .nan, count: width * height)
                for pixel in pixels { shown[pixel] = folds[pixel] }
                return shown
            } ?? shownCortex
        // Folds lie between 0 and 1; neither black nor white, so that values and lines stand out.
        panel.anatomyRange = -0.7...1.2
        if let threshold {
            panel.opacities = panel.values.indices.map { index in
                var strength = isSigned ? abs(panel.values[index]) : panel.values[index]
                if let beside { strength = max(strength, beside.elements[index]) }
                guard strength < threshold else { return strength.isNaN ? 0 : 1 }
                return fades && strength > 0 ? (strength / threshold) * (strength / threshold) : 0
            }
            for index in panel.values.indices where panel.opacities[index] == 0 { panel.values[index] = .nan }
        }
        if showsRegions, let regions { panel.ink = regions }
        let what = second == nil ? scoreName : "\(scoreName) or \(secondName)"
        let said =
            threshold.map {
                "\(fades ? "Colors fade below" : "Shown: \(what) of at least") \(Number.short($0))\(isSigned ? " above or below zero" : "")."
            } ?? ""
        var columns = [
            DataTable.Column("voxel", Array(values.indices)), DataTable.Column(scoreName, values),
        ]
        if let second { columns.append(DataTable.Column(secondName, second)) }
        return BrainPicture(
            "Flat map", [panel], columns: 1, values: values.filter(\.isFinite),
            seconds: (second ?? []).filter(\.isFinite), data: DataTable(shown: columns),
            title: title == ""
                ? "\(scoreName)\(second == nil ? "" : " and \(secondName)") on the flattened cortex" : title,
            note: note, automaticNote: said, valueTitle: scoreName, secondTitle: secondName,
            plane: second == nil ? nil : plane,
            style: ShownValues.styled(style, isSigned: isSigned))
    }

    /// Even gray where the cortex is, for a file without folds.
    private var shownCortex: [Double] {
        var shown = [Double](repeating: .nan, count: width * height)
        for pixel in pixels { shown[pixel] = 0.5 }
        return shown
    }
}
