/// How wide a figure may be, in units of its drawing; without a width it takes what its parts need.
struct Room: Sendable {
    let width: Double?

    /// As wide as the figure's parts need, as on the screen.
    static let natural = Room(width: nil)

    /// The empty border of a figure: hardly any on paper, where the journal sets it.
    var edge: Double { width == nil ? 10 : 3 }

    /// How wide a label may be: `natural`, or a share of the figure's width if that is less.
    func limit(_ natural: Double, share: Double) -> Double {
        width.map { min(natural, $0 * share) } ?? natural
    }

    /// The width of the plot itself: `natural`, or what axes and legend leave of the figure's width.
    func plotWidth(natural: Double, left: Double, right: Double = 0, side: SideNote = .none) -> Double {
        guard let width else { return natural }
        return max(1, width - 2 * edge - left - PlotFrame.beside(right: right, side))
    }

    /// The height of a plot that is `size` on the screen, at another width.
    func plotHeight(natural size: (width: Double, height: Double), width: Double) -> Double {
        self.width == nil
            ? size.height : min(1.25 * size.height, max(0.5 * size.height, size.height * width / size.width))
    }
}
