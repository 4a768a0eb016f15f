extension Matrix {
    /// Where the largest element is; of several the first, row after row. Stops if there is none.
    public func argmax() -> (row: Int, column: Int) { place(greatest: true) }

    /// Where the smallest element is; of several the first, row after row. Stops if there is none.
    public func argmin() -> (row: Int, column: Int) { place(greatest: false) }

    /// The index of the largest element of each column (`axis` 0) or each row (1).
    public func argmax(axis: Int) -> [Int] { perLane(axis) { Order.extreme($0, greatest: true) } }

    /// The index of the smallest element of each column (`axis` 0) or each row (1).
    public func argmin(axis: Int) -> [Int] { perLane(axis) { Order.extreme($0, greatest: false) } }

    /// For each column (`axis` 0) or each row (1) the indices that put it in ascending order; see `argsort` of arrays.
    public func argsort(axis: Int) -> [[Int]] { perLane(axis) { Order.ascending($0) } }

    /// The ranks within each column (`axis` 0) or each row (1) from 1 on; equal elements share the mean of theirs.
    public func ranks(axis: Int) -> Matrix {
        let ranks = perLane(axis) { Order.ranks($0) }
        let rows = Matrix(rows: ranks.count, columns: Axis(axis) == .down ? self.rows : columns) { target in
            for (index, lane) in ranks.enumerated() {
                for (position, rank) in lane.enumerated() { target[index * lane.count + position] = rank }
            }
        }
        return Axis(axis) == .down ? rows.transposed() : rows
    }

    /// The different elements, ascending; NaN comes last, once.
    public func unique() -> [Element] { elements.unique() }

    /// The sums of the first element, the first two, and so on, down each column (`axis` 0) or along each row (1).
    public func cumsum(axis: Int) -> Matrix {
        let direction = Axis(axis)
        var result = self
        result.withUnsafeMutableBufferPointer { elements in
            guard let base = elements.baseAddress else { return }
            for i in 0..<rows {
                let row = base + i * columns
                switch direction {
                case .down where i > 0: addPrevious(row, columns)
                case .down: break
                case .along: accumulate(row, columns)
                }
            }
        }
        return result
    }

    private func place(greatest: Bool) -> (row: Int, column: Int) {
        require(count > 0, "\(_shapeInWords) has no smallest and no largest element")
        let index = withUnsafeBufferPointer { Order.extreme($0, greatest: greatest) }
        return (index / columns, index % columns)
    }

    private func perLane<R: Sendable>(_ axis: Int, _ body: (UnsafeBufferPointer<Element>) -> R) -> [R] {
        let rows = Axis(axis) == .down ? transposed() : self
        return (0..<rows.rows).map { index in
            rows.withUnsafeBufferPointer { elements in
                body(
                    UnsafeBufferPointer(rebasing: elements[index * rows.columns..<(index + 1) * rows.columns])
                )
            }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func addPrevious<Element: Scalar>(_ row: UnsafeMutablePointer<Element>, _ columns: Int) {
    let previous = row - columns
    for j in 0..<columns { row[j] += previous[j] }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func accumulate<Element: Scalar>(_ row: UnsafeMutablePointer<Element>, _ columns: Int) {
    var sum: Element = 0
    for j in 0..<columns {
        sum += row[j]
        row[j] = sum
    }
}
