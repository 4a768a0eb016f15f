extension Heatmap {
    struct Layout {
        let columnAxis: CategoryAxis
        let rowAxis: CategoryAxis
        let scale: ColorScale
        let bar: ColorBar
        let showsNumbers: Bool
        /// Digits after the point of the numbers in the cells.
        let decimals: Int

        var left: Double { max(PlotFrame.left(rowAxis), columnAxis.overhang) }
        var isLegible: Bool { columnAxis.step >= 9 }
    }

    /// The layout on the screen.
    var layout: Layout { layout(in: .natural) }

    func layout(in room: Room) -> Layout {
        let scale = ColorScale(map: style.colorMap ?? .viridis, domain: style.domain, values: values)
        let bar = ColorBar(title: valueTitle, scale: scale, in: room)
        let rowStep = rows.count > 40 ? 15.0 : 24
        let rowAxis = CategoryAxis(
            rowTitle, names: rows.toldApart(), step: rowStep, side: .left, in: room)
        let names = columns.toldApart()
        let natural = max(12, min(56, 760 / Double(max(1, columns.count)))) * Double(columns.count)
        var left = PlotFrame.left(rowAxis)
        func columnAxis() -> CategoryAxis {
            let width = room.plotWidth(natural: natural, left: left, side: .colorBar(bar))
            return CategoryAxis(
                columnTitle, names: names, step: width / Double(max(1, columns.count)), side: .bottom,
                in: room)
        }
        for _ in 0..<2 { left = max(left, columnAxis().overhang) }
        let axis = columnAxis()
        let decimals = decimals
        return Layout(
            columnAxis: axis, rowAxis: rowAxis, scale: scale, bar: bar,
            showsNumbers: rowStep >= 13 && numbersFit(axis.step, decimals), decimals: decimals)
    }

    private func numbersFit(_ step: Double, _ decimals: Int) -> Bool {
        // No number is narrower, and large maps have too many to measure them all.
        guard step > 12 else { return false }
        let numbers = places.filter { value($0).isFinite }.map {
            Digits.text(value($0), decimals) + sign($0)
        }
        return TextMeasure().width(numbers, .small) + 4 <= step
    }
}
