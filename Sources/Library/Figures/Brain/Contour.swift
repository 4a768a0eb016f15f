/// Lines of one level through a grid of values, by marching squares.
package enum Contour {
    /// The lines on which the values cross `level`, in columns and rows of the grid (pixel centers are whole numbers).
    ///
    /// The outermost pixels count as below the level, so that every line is closed. NaN counts as below, too.
    package static func lines(
        _ values: [Double], columns: Int, rows: Int, level: Double
    ) -> [[(x: Double, y: Double)]] {
        guard columns > 0, rows > 0, values.count == columns * rows else { return [] }
        func value(_ column: Int, _ row: Int) -> Double {
            guard column >= 0, column < columns, row >= 0, row < rows else { return -.infinity }
            let value = values[row * columns + column]
            return value.isNaN ? -.infinity : value
        }
        // Every crossing lies on an edge between two neighbors; each edge has a number, two for each grid point.
        let width = columns + 2
        func across(_ column: Int, _ row: Int) -> Int { 2 * ((row + 1) * width + column + 1) }
        func down(_ column: Int, _ row: Int) -> Int { across(column, row) + 1 }
        var next: [Int: Int] = [:]
        for row in -1..<rows {
            for column in -1..<columns {
                let (first, second) = (value(column, row) >= level, value(column + 1, row) >= level)
                let (third, fourth) = (value(column + 1, row + 1) >= level, value(column, row + 1) >= level)
                // Most squares have no line, and no array is made for them.
                if first == second, second == third, third == fourth { continue }
                let corners = [first, second, third, fourth]
                let edges = [
                    across(column, row), down(column + 1, row), across(column, row + 1), down(column, row),
                ]
                // Around the square: a line goes in where the level is left and out where it is reached again, so that
                // what is above lies on one side.
                let leaving = (0..<4).filter { corners[$0] && !corners[($0 + 1) % 4] }
                let entering = (0..<4).filter { !corners[$0] && corners[($0 + 1) % 4] }
                for edge in leaving {
                    // The next edge around at which the level is reached.
                    guard let end = (1...3).map({ (edge + $0) % 4 }).first(where: entering.contains) else {
                        continue
                    }
                    next[edges[edge]] = edges[end]
                }
            }
        }
        func point(_ edge: Int) -> (x: Double, y: Double) {
            let cell = edge / 2
            let (column, row) = (cell % width - 1, cell / width - 1)
            let isDown = edge % 2 == 1
            let (first, second) = (
                value(column, row), isDown ? value(column, row + 1) : value(column + 1, row)
            )
            // From outside the grid there is no slope to go by.
            let part =
                first.isFinite && second.isFinite && first != second
                ? (level - first) / (second - first) : 0.5
            return isDown ? (Double(column), Double(row) + part) : (Double(column) + part, Double(row))
        }
        var lines: [[(x: Double, y: Double)]] = []
        for start in next.keys.sorted() {
            guard var edge = next.removeValue(forKey: start) else { continue }
            var line = [point(start)]
            while edge != start {
                line.append(point(edge))
                guard let following = next.removeValue(forKey: edge) else { break }
                edge = following
            }
            line.append(line[0])
            lines.append(line)
        }
        return lines
    }

    /// The values, each mixed with its neighbors (1 2 1 in both directions); a mask's lines become smooth so.
    package static func smoothed(_ values: [Double], columns: Int, rows: Int) -> [Double] {
        guard columns > 0, rows > 0 else { return values }
        func blurred(_ values: [Double], count: Int, step: Int, starts: [Int]) -> [Double] {
            var result = values
            for start in starts {
                for index in 0..<count {
                    let here = values[start + index * step]
                    let before = index > 0 ? values[start + (index - 1) * step] : 0
                    let after = index < count - 1 ? values[start + (index + 1) * step] : 0
                    result[start + index * step] = (before + 2 * here + after) / 4
                }
            }
            return result
        }
        let across = blurred(
            values, count: columns, step: 1, starts: (0..<rows).map { $0 * columns })
        return blurred(across, count: rows, step: columns, starts: Array(0..<columns))
    }
}
