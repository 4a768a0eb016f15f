/// The colors of values from 0 to 1, with how far each covers what lies below; of pairs of values where it has rows.
package struct ColorTable: Sendable {
    package let columns: Int
    package let rows: Int
    /// Red, green, blue and opacity from 0 to 1; row after row, the columns are the first value's.
    package let colors: [SIMD4<Float>]

    /// A table whose color `color` gives for the middle of each column and row.
    package init(columns: Int, rows: Int = 1, color: (_ first: Double, _ second: Double) -> SIMD4<Float>) {
        self.columns = columns
        self.rows = rows
        colors = (0..<columns * rows).map {
            color(
                Double($0 % columns) / Double(max(1, columns - 1)),
                Double($0 / columns) / Double(max(1, rows - 1)))
        }
    }
}
