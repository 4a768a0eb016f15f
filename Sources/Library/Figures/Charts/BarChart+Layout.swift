extension BarChart {
    /// What both renderers need to know.
    struct Layout {
        let isHorizontal: Bool
        let series: [String]
        let colors: [Color]
        /// Whether bars of one category are side by side.
        let isGrouped: Bool
        let categoryAxis: CategoryAxis
        let valueAxis: ValueAxis
        let valueLength: Double
        let side: SideNote
        /// The part of a category's band that stays empty.
        let gap: Double
        /// The room that labels of reference lines take above flat bars, and to the right of upright ones.
        let labelsAbove: Double
        let labelsBeside: Double
        let brackets: [PlacedBracket]

        var width: Double { isHorizontal ? valueLength : categoryAxis.length }
        var height: Double { isHorizontal ? categoryAxis.length : valueLength }
        /// The thickness of one bar.
        var thickness: Double { BarChart.thickness(categoryAxis.step, gap, isGrouped ? series.count : 1) }
        /// How much of it is drawn: bars that are side by side do not touch.
        var barThickness: Double { isGrouped ? thickness * 0.94 : thickness }

        /// Where the middle of a bar lies across.
        func middle(category: Int, lane: Int) -> Double {
            let shift = isGrouped ? (Double(lane) - Double(series.count - 1) / 2) * thickness : 0
            return categoryAxis.center(category) + shift
        }

        /// What the axis on the left takes.
        var left: Double {
            isHorizontal
                ? PlotFrame.left(categoryAxis, above: valueAxis)
                : max(PlotFrame.left(valueAxis), categoryAxis.overhang)
        }
        /// What labels take on the right.
        var right: Double { isHorizontal ? PlotFrame.right(valueAxis) : labelsBeside }
        var isLegible: Bool { isHorizontal ? width >= 90 : thickness >= 4 && categoryAxis.step >= 9 }
    }

    private static func thickness(_ step: Double, _ gap: Double, _ lanes: Int) -> Double {
        step * (1 - gap) / Double(lanes)
    }

    private static let gap = 0.25

    /// The layout on the screen.
    var layout: Layout { layout(in: .natural) }

    func layout(in room: Room) -> Layout {
        let (categories, series) = (categories, series)
        let perCategory = Dictionary(grouping: bars, by: \.category).values.map(\.count).max() ?? 1
        let isGrouped = perCategory > 1
        let measure = TextMeasure()
        let isHorizontal =
            switch orientation {
            case .horizontal: true
            case .vertical: false
            case .automatic: categories.count > 8 || measure.width(categories, .label) > 90
            }
        let legend = Legend(title: seriesTitle, entries: style.entries(series), symbol: .square, in: room)
        let side: SideNote = series.count > 1 ? .legend(legend) : .none
        let beside = isHorizontal ? 0 : measure.width(references.map(\.label), .note)
        let labelsBeside = beside > 0 ? beside + 6 : 0
        let naturalStep = naturalStep(isHorizontal, lanes: isGrouped ? series.count : 1, categories.count)

        // The length of the values' side decides how far brackets lie apart, and these how far the axis reaches.
        func valueAxis(length: Double, step: Double) -> (ValueAxis, [PlacedBracket]) {
            valueAxisAndBrackets(
                length: length, isHorizontal: isHorizontal,
                categories: categories, series: isGrouped ? series : [], step: step)
        }
        func categoryAxis(_ step: Double) -> CategoryAxis {
            CategoryAxis(
                categoryTitle, names: categories, step: step, side: isHorizontal ? .left : .bottom, in: room)
        }
        let category: CategoryAxis
        let length: Double
        if isHorizontal {
            category = categoryAxis(naturalStep)
            let values = valueAxis(length: 380, step: naturalStep).0
            length = room.plotWidth(
                natural: 380, left: PlotFrame.left(category, above: values),
                right: PlotFrame.right(values), side: side)
        } else {
            let natural = naturalStep * Double(categories.count)
            var left = PlotFrame.left(valueAxis(length: 240, step: naturalStep).0)
            func fitted() -> Double {
                let width = room.plotWidth(natural: natural, left: left, right: labelsBeside, side: side)
                return width / Double(categories.count)
            }
            // Turned labels stick out to the left, which leaves less room, which may turn them further.
            for _ in 0..<2 { left = max(left, categoryAxis(fitted()).overhang) }
            category = categoryAxis(fitted())
            length = room.plotHeight(natural: (max(natural, 300), 240), width: category.length)
        }
        let (axis, placed) = valueAxis(length: length, step: category.step)
        return Layout(
            isHorizontal: isHorizontal, series: series, colors: legend.entries.map(\.color),
            isGrouped: isGrouped, categoryAxis: category, valueAxis: axis, valueLength: length, side: side,
            gap: BarChart.gap, labelsAbove: isHorizontal && !references.isEmpty ? 16 : 0,
            labelsBeside: labelsBeside, brackets: placed)
    }

    /// The width of a category's band on the screen.
    private func naturalStep(_ isHorizontal: Bool, lanes: Int, _ categories: Int) -> Double {
        let lanes = Double(lanes)
        if isHorizontal {
            return lanes > 1 ? max(18, lanes * (lanes > 4 ? 8 : 11) + 8) : categories > 40 ? 15 : 22
        }
        return lanes > 1 ? max(44, lanes * 16 + 14) : max(44, min(90, 360 / Double(max(1, categories))))
    }

    private func valueAxisAndBrackets(
        length: Double, isHorizontal: Bool, categories: [String], series: [String], step: Double
    ) -> (ValueAxis, [PlacedBracket]) {
        let measure = TextMeasure()
        let ends = bars.flatMap {
            [$0.value, $0.value - ($0.error ?? 0), $0.value + ($0.error ?? 0), $0.ceiling ?? 0] + $0.points
        }.filter(\.isFinite)
        let span = max(0, ends.max() ?? 0) - min(0, ends.min() ?? 0)
        // Signs stand beyond the ends of bars, across them where bars lie flat.
        let sign = measure.width(bars.map(\.sign), .label)
        let signShare = sign == 0 ? 0 : (isHorizontal ? sign + 6 : 14) / length
        let reached =
            ends
            + bars.filter { !$0.sign.isEmpty }.flatMap { bar -> [Double] in
                let end = bar.tip
                return end.isFinite ? [end + (end < 0 ? -1 : 1) * min(0.5, signShare) * span] : []
            }
        let thickness = BarChart.thickness(step, BarChart.gap, max(1, series.count))
        func place(_ end: Bracket.End) -> Double {
            let lane =
                series.isEmpty
                ? 0 : Double(series.firstIndex(of: end.series) ?? 0) - Double(series.count - 1) / 2
            return (Double(categories.firstIndex(of: end.category) ?? 0) + 0.5) * step + lane * thickness
        }
        let widest = measure.width(brackets.map(\.label), .label)
        let room = isHorizontal ? widest + 14 : 20
        // The brackets' own room makes the axis longer and each step worth more; twice is near enough.
        var placed: [PlacedBracket] = []
        var covered = span
        for _ in 0..<3 where !brackets.isEmpty {
            placed = placedBrackets(
                step: max(covered, .leastNormalMagnitude) * room / length, place: place,
                reach: { isHorizontal ? 7 : measure.width($0, .label) / 2 + 2 })
            covered = max(
                span, (placed.map(\.level).max() ?? 0) + covered * room / length - min(0, ends.min() ?? 0))
        }
        let top = placed.map { $0.level + covered * room / length * 0.7 }
        let axis = ValueAxis(
            valueTitle, covering: reached + top + references.map(\.value), includingZero: true,
            count: length < 200 ? 4 : isHorizontal ? 7 : 5, showsGrid: style.showsGrid)
        return (axis, placed)
    }
}
