/// What stands to the right of a plot.
enum SideNote {
    case none
    case legend(Legend)
    case colorBar(ColorBar)

    var width: Double {
        switch self {
        case .none: 0
        case .legend(let legend): legend.width
        case .colorBar(let bar): bar.width
        }
    }

    func height(besides plotHeight: Double) -> Double {
        switch self {
        case .none: 0
        case .legend(let legend): legend.height
        case .colorBar(let bar): bar.height(besides: plotHeight)
        }
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
    /// The room between the plot and what stands to its right.
    let sideOffset: Double
    private let titleLines: [String]
    private let noteLines: [String]
    private static let edge = 10.0

    /// Makes room around a plot of the given size; `left` and `bottom` are what the axes take, `top` and `right`
    /// what labels of reference lines take.
    init(
        title: String, note: String, width: Double, height: Double, left: Double, bottom: Double,
        top: Double = 0,
        right: Double = 0, side: SideNote = .none
    ) {
        let measure = TextMeasure()
        sideOffset = right + 18
        let across = left + width + (side.width > 0 ? sideOffset + side.width : right + 6)
        let textWidth = max(across, 260)
        titleLines = title.isEmpty ? [] : measure.wrapped(title, .title, to: textWidth)
        noteLines = note.isEmpty ? [] : measure.wrapped(note, .note, to: textWidth)
        self.width = width
        self.height = height
        self.side = side
        let above = Double(titleLines.count) * 19 + Double(noteLines.count) * 15
        x = PlotFrame.edge + left
        y = PlotFrame.edge + above + (above > 0 ? 8 : 0) + top
        let header = max(measure.width(titleLines, .title), measure.width(noteLines, .note))
        totalWidth = 2 * PlotFrame.edge + max(across, header)
        totalHeight = y + max(height + bottom, side.height(besides: height)) + PlotFrame.edge
    }

    /// Where to put the title and the note.
    func drawHeader(on canvas: Canvas) {
        var line = PlotFrame.edge
        for text in titleLines {
            canvas.text(text, PlotFrame.edge, line + 9, .title)
            line += 19
        }
        for text in noteLines {
            canvas.text(text, PlotFrame.edge, line + 7, .note)
            line += 15
        }
        switch side {
        case .none: break
        case .legend(let legend): legend.draw(on: canvas, x: x + width + sideOffset, y: y)
        case .colorBar(let bar): bar.draw(on: canvas, x: x + width + sideOffset, y: y, besides: height)
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

    /// What a value axis takes at the bottom.
    static func bottom(_ axis: ValueAxis) -> Double { 20 + (axis.title.isEmpty ? 0 : 20) }

    /// What a category axis takes at the bottom.
    static func bottom(_ axis: CategoryAxis) -> Double { axis.reach + 8 + (axis.title.isEmpty ? 0 : 20) }

    /// The place of a value on the horizontal axis.
    func x(_ value: Double, _ axis: ValueAxis) -> Double { x + axis.fraction(value) * width }

    /// The place of a value on the vertical axis.
    func y(_ value: Double, _ axis: ValueAxis) -> Double { y + height - axis.fraction(value) * height }

    func drawBottom(_ axis: ValueAxis, on canvas: Canvas) {
        let base = y + height
        for (tick, label) in zip(axis.ticks, axis.labels) {
            let place = x(tick, axis)
            if axis.showsGrid { canvas.line([(place, y), (place, base)], tick == 0 ? .axis : .grid) }
            canvas.line([(place, base), (place, base + 4)], .axis)
            canvas.text(label, place, base + 12, .label, anchor: .middle)
        }
        canvas.line([(x, base), (x + width, base)], .axis)
        canvas.text(axis.title, x + width / 2, base + 32, .axisTitle, anchor: .middle)
    }

    func drawLeft(_ axis: ValueAxis, on canvas: Canvas) {
        for (tick, label) in zip(axis.ticks, axis.labels) {
            let place = y(tick, axis)
            if axis.showsGrid { canvas.line([(x, place), (x + width, place)], tick == 0 ? .axis : .grid) }
            canvas.line([(x - 4, place), (x, place)], .axis)
            canvas.text(label, x - 7, place, .label, anchor: .end)
        }
        canvas.line([(x, y), (x, y + height)], .axis)
        let titleX = x - PlotFrame.left(axis) + 8
        canvas.text(axis.title, titleX, y + height / 2, .axisTitle, anchor: .middle, angle: -90)
    }

    func drawLeft(_ axis: CategoryAxis, on canvas: Canvas) {
        for (index, label) in axis.labels.enumerated() {
            canvas.text(label, x - 6, y + axis.center(index), .label, anchor: .end)
        }
        canvas.line([(x, y), (x, y + height)], .axis)
        let titleX = x - PlotFrame.left(axis) + 8
        canvas.text(axis.title, titleX, y + height / 2, .axisTitle, anchor: .middle, angle: -90)
    }

    func drawBottom(_ axis: CategoryAxis, on canvas: Canvas) {
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
        canvas.text(axis.title, x + width / 2, base + axis.reach + 20, .axisTitle, anchor: .middle)
    }
}
