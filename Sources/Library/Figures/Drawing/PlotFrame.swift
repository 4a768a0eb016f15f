/// What is drawn beside a plot: to its right, or a legend below it.
enum SideNote {
    case none
    case legend(Legend)
    case colorBar(ColorBar)
    case colorSquare(ColorSquare)

    /// What it takes to the right of the plot.
    var width: Double {
        switch self {
        case .none: 0
        case .legend(let legend): legend.isBelow ? 0 : legend.width
        case .colorBar(let bar): bar.width
        case .colorSquare(let square): square.width
        }
    }

    /// How tall it is to the right of a plot.
    func height(besides plotHeight: Double) -> Double {
        switch self {
        case .none: 0
        case .legend(let legend): legend.isBelow ? 0 : legend.height
        case .colorBar(let bar): bar.height(besides: plotHeight)
        case .colorSquare(let square): square.height
        }
    }

    /// What it takes below the plot and its axis.
    var heightBelow: Double {
        if case .legend(let legend) = self, legend.isBelow { legend.height + 12 } else { 0 }
    }
}

/// Where the parts of a figure lie: the plot itself, its axes, the title above, the legend beside it.
struct PlotFrame {
    /// The upper left corner of the plot.
    let x: Double
    let y: Double
    /// The size of the plot.
    let width: Double
    let height: Double
    let totalWidth: Double
    let totalHeight: Double
    let side: SideNote
    private let sideOffset: Double
    private let bottom: Double
    private let edge: Double
    private let titleLines: [String]
    private let noteLines: [String]

    /// Makes room around a plot of the given size; `left` and `bottom` are what the axes take, `top` and `right`
    /// what labels of reference lines take.
    init(
        title: String, note: String, width: Double, height: Double, left: Double, bottom: Double,
        top: Double = 0, right: Double = 0, side: SideNote = .none, in room: Room
    ) {
        let measure = TextMeasure()
        edge = room.edge
        sideOffset = right + PlotFrame.sideGap
        let across = left + width + PlotFrame.beside(right: right, side)
        let textWidth = room.width.map { $0 - 2 * room.edge } ?? max(across, 260)
        titleLines = title.isEmpty ? [] : measure.wrapped(title, .title, to: textWidth)
        noteLines = note.isEmpty ? [] : measure.wrapped(note, .note, to: textWidth)
        self.width = width
        self.height = height
        self.side = side
        self.bottom = bottom
        let above = Double(titleLines.count) * 19 + Double(noteLines.count) * 15
        x = edge + left
        // Half of the uppermost label of an axis stands above the plot.
        y = edge + above + (above > 0 ? 8 : room.width == nil ? 0 : 5) + top
        let header = max(measure.width(titleLines, .title), measure.width(noteLines, .note))
        totalWidth = room.width ?? 2 * edge + max(across, header)
        totalHeight = y + max(height + bottom + side.heightBelow, side.height(besides: height)) + edge
    }

    private static let sideGap = 18.0

    /// What lies to the right of a plot.
    static func beside(right: Double, _ side: SideNote) -> Double {
        side.width > 0 ? right + sideGap + side.width : right + 6
    }

    /// Draws title, note, and what is beside the plot.
    func drawHeader(on canvas: any Canvas) {
        var line = edge
        for text in titleLines {
            canvas.text(text, edge, line + 9, .title)
            line += 19
        }
        for text in noteLines {
            canvas.text(text, edge, line + 7, .note)
            line += 15
        }
        switch side {
        case .none: break
        case .legend(let legend) where legend.isBelow:
            legend.draw(on: canvas, x: x, y: y + height + bottom + 10)
        case .legend(let legend): legend.draw(on: canvas, x: x + width + sideOffset, y: y)
        case .colorBar(let bar): bar.draw(on: canvas, x: x + width + sideOffset, y: y, besides: height)
        case .colorSquare(let square): square.draw(on: canvas, x: x + width + sideOffset, y: y)
        }
    }
}

// MARK: - Axes

extension PlotFrame {
    /// What a value axis takes on the left.
    static func left(_ axis: ValueAxis) -> Double {
        TextMeasure().width(axis.labels, .label) + 9 + (axis.title.isEmpty ? 0 : 20)
    }

    /// What a category axis takes on the left.
    static func left(_ axis: CategoryAxis) -> Double { axis.reach + 8 + (axis.title.isEmpty ? 0 : 20) }

    /// The same above a value axis, whose first label may reach beyond the plot.
    static func left(_ axis: CategoryAxis, above bottom: ValueAxis) -> Double {
        guard let first = bottom.ticks.first, bottom.fraction(first) < 0.1 else { return left(axis) }
        return max(left(axis), TextMeasure().width(bottom.labels.first ?? "", .label) / 2)
    }

    /// What a value axis takes at the bottom.
    static func bottom(_ axis: ValueAxis) -> Double { 20 + (axis.title.isEmpty ? 0 : 20) }

    /// How far the last label of a value axis at the bottom reaches beyond the plot, less what is empty there anyway.
    static func right(_ axis: ValueAxis) -> Double {
        guard let last = axis.ticks.last, axis.fraction(last) > 0.9 else { return 0 }
        return max(0, TextMeasure().width(axis.labels.last ?? "", .label) / 2 - 6)
    }

    /// What a category axis takes at the bottom.
    static func bottom(_ axis: CategoryAxis) -> Double { axis.reach + 8 + (axis.title.isEmpty ? 0 : 20) }

    /// The place of a value on the horizontal axis.
    func x(_ value: Double, _ axis: ValueAxis) -> Double { x + axis.fraction(value) * width }

    /// The place of a value on the vertical axis.
    func y(_ value: Double, _ axis: ValueAxis) -> Double { y + height - axis.fraction(value) * height }

    func drawBottom(_ axis: ValueAxis, on canvas: any Canvas) {
        let base = y + height
        let apart = labelsApart(axis)
        for (index, (tick, label)) in zip(axis.ticks, axis.labels).enumerated() {
            let place = x(tick, axis)
            if axis.showsGrid { canvas.line([(place, y), (place, base)], tick == 0 ? .axis : .grid) }
            canvas.line([(place, base), (place, base + 4)], .axis)
            if index.isMultiple(of: apart) { canvas.text(label, place, base + 12, .label, anchor: .middle) }
        }
        canvas.line([(x, base), (x + width, base)], .axis)
        write(axis.title, below: 32, on: canvas)
    }

    /// Every how many ticks of a value axis at the bottom have a label, so that no two meet: doubled as Vega does.
    private func labelsApart(_ axis: ValueAxis) -> Int {
        guard axis.ticks.count > 1 else { return 1 }
        let step = x(axis.ticks[1], axis) - x(axis.ticks[0], axis)
        let widest = TextMeasure().width(axis.labels, .label)
        var apart = 1
        while apart < axis.ticks.count, Double(apart) * step < widest + 4 { apart *= 2 }
        return apart
    }

    func drawBottom(_ axis: CategoryAxis, on canvas: any Canvas) {
        let base = y + height
        for (index, label) in axis.labels.enumerated() {
            let place = x + axis.center(index)
            if axis.angle == 0 {
                canvas.text(label, place, base + 12, .label, anchor: .middle)
            } else {
                canvas.text(label, place, base + 8, .label, anchor: .end, angle: axis.angle)
            }
        }
        canvas.line([(x, base), (x + width, base)], .axis)
        write(axis.title, below: axis.reach + 20, on: canvas)
    }

    func drawLeft(_ axis: ValueAxis, on canvas: any Canvas) {
        for (tick, label) in zip(axis.ticks, axis.labels) {
            let place = y(tick, axis)
            if axis.showsGrid { canvas.line([(x, place), (x + width, place)], tick == 0 ? .axis : .grid) }
            canvas.line([(x - 4, place), (x, place)], .axis)
            canvas.text(label, x - 7, place, .label, anchor: .end)
        }
        canvas.line([(x, y), (x, y + height)], .axis)
        write(axis.title, besides: PlotFrame.left(axis), on: canvas)
    }

    func drawLeft(_ axis: CategoryAxis, on canvas: any Canvas) {
        for (index, label) in axis.labels.enumerated() {
            canvas.text(label, x - 6, y + axis.center(index), .label, anchor: .end)
        }
        canvas.line([(x, y), (x, y + height)], .axis)
        write(axis.title, besides: PlotFrame.left(axis), on: canvas)
    }

    /// The title of an axis, shortened where the figure is narrower than it.
    private func write(_ title: String, below: Double, on canvas: any Canvas) {
        let shown = TextMeasure().shortened(title, .axisTitle, to: totalWidth - 2 * edge)
        let half = TextMeasure().width(shown, .axisTitle) / 2
        let place = min(max(x + width / 2, edge + half), totalWidth - edge - half)
        canvas.text(shown, place, y + height + below, .axisTitle, anchor: .middle)
    }

    private func write(_ title: String, besides: Double, on canvas: any Canvas) {
        // Beside the plot and the labels below it, but not over the note above and the title of the axis below.
        let (top, end) = (y - 4, y + height + max(4, bottom - 24))
        let shown = TextMeasure().shortened(title, .axisTitle, to: end - top)
        let half = TextMeasure().width(shown, .axisTitle) / 2
        let place = min(max(y + height / 2, top + half), max(top + half, end - half))
        canvas.text(shown, x - besides + 8, place, .axisTitle, anchor: .middle, angle: -90)
    }
}
