/// One view of a brain: a slice, a projection or a flattened cortex, in mm or in any one unit.
///
/// Coordinates grow to the right and upwards. A grid's first value is its upper left pixel, row after row.
package struct BrainPanel: Sendable, Equatable {
    /// The edges of what the panel shows.
    package struct Bounds: Sendable, Equatable {
        package var left, right, bottom, top: Double

        package init(left: Double, right: Double, bottom: Double, top: Double) {
            (self.left, self.right, self.bottom, self.top) = (left, right, bottom, top)
        }

        package var width: Double { right - left }
        package var height: Double { top - bottom }

        /// The smallest bounds that hold both.
        package func joined(_ other: Bounds) -> Bounds {
            Bounds(
                left: min(left, other.left), right: max(right, other.right),
                bottom: min(bottom, other.bottom), top: max(top, other.top))
        }
    }

    /// A line or an area through points.
    package struct Curve: Sendable, Equatable {
        package enum Kind: Sendable { case outline, sulcus, border, section }
        package var kind: Kind
        package var xs: [Double]
        package var ys: [Double]

        package init(_ kind: Kind, xs: [Double], ys: [Double]) {
            (self.kind, self.xs, self.ys) = (kind, xs, ys)
        }
    }

    /// What stands above the panel, for instance "x = -42 mm".
    package var title = ""
    /// What is shown.
    package var bounds: Bounds
    /// What lies at the left and the right edge, for instance "L" and "R".
    package var sides: [String] = []
    /// The pixels of the grid.
    package var columns = 0
    package var rows = 0
    /// Where the grid lies.
    package var grid: Bounds
    /// The values; NaN lets what is below show.
    package var values: [Double] = []
    /// The second of two values that a color stands for; empty where there is one.
    package var seconds: [Double] = []
    /// How opaque each value is, 0 to 1; empty where all are.
    package var opacities: [Double] = []
    /// The anatomy below, in shades of gray; empty for none. NaN is empty.
    package var anatomy: [Double] = []
    /// The anatomy's values that are dark gray and white; nil for its own 2nd and 98th percentile.
    package var anatomyRange: ClosedRange<Double>?
    /// How dark a line or a letter is over each pixel, 0 to 1; empty for none.
    package var ink: [Double] = []
    /// Lines and areas.
    package var curves: [Curve] = []
    /// What is said of places on hover: x and y in the panel's coordinates.
    package var spots: [(x: Double, y: Double, text: String, value: Double)] = []

    package init(bounds: Bounds, grid: Bounds? = nil) {
        self.bounds = bounds
        self.grid = grid ?? bounds
    }

    package static func == (left: BrainPanel, right: BrainPanel) -> Bool {
        left.title == right.title && left.bounds == right.bounds && left.grid == right.grid
            && left.columns == right.columns && left.curves == right.curves
            && zip(left.values, right.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
}
