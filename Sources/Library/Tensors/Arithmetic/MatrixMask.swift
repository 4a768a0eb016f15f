/// Which elements of a matrix something holds for: what comparisons such as `X .> 0` give.
///
/// ```swift
/// let mask = (X .> 0) .& (X .< 3)     // also .| .^ and the prefix .!
/// X[mask]                             // the elements where it is true, row after row
/// X[mask] = 0
/// mask.trueCount; mask.any(); mask.all(axis: 0)
/// ```
public struct MatrixMask: Sendable, Equatable {
    /// How many rows there are.
    public let rows: Int
    /// How many columns there are.
    public let columns: Int
    /// The elements, row after row.
    public internal(set) var elements: [Bool]

    /// A mask of `elements`, row after row; their count must be `rows * columns`.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - elements: row after row.
    public init(rows: Int, columns: Int, elements: [Bool]) {
        requireShape(rows, columns)
        require(
            elements.count == rows * columns,
            "a \(rows) x \(columns) mask needs \(rows * columns) elements; \(elements.count) were given")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// The element at a row and a column.
    public subscript(row: Int, column: Int) -> Bool {
        get { elements[index(row, column)] }
        set { elements[index(row, column)] = newValue }
    }

    private func index(_ row: Int, _ column: Int) -> Int {
        if row < 0 || row >= rows || column < 0 || column >= columns {
            outOfRange(row, column, rows, columns)
        }
        return row * columns + column
    }
}

extension MatrixMask {
    /// Where both are true.
    public static func .& (left: MatrixMask, right: MatrixMask) -> MatrixMask {
        left.joined(right) { $0 && $1 }
    }

    /// Where one or both are true.
    public static func .| (left: MatrixMask, right: MatrixMask) -> MatrixMask {
        left.joined(right) { $0 || $1 }
    }

    /// Where exactly one is true.
    public static func .^ (left: MatrixMask, right: MatrixMask) -> MatrixMask {
        left.joined(right) { $0 != $1 }
    }

    /// Where it is false.
    public static prefix func .! (mask: MatrixMask) -> MatrixMask {
        MatrixMask(rows: mask.rows, columns: mask.columns, elements: mask.elements.map { !$0 })
    }

    private func joined(_ other: MatrixMask, _ body: (Bool, Bool) -> Bool) -> MatrixMask {
        require(
            rows == other.rows && columns == other.columns,
            "a \(rows) x \(columns) mask and a \(other.rows) x \(other.columns) mask cannot be joined")
        return MatrixMask(
            rows: rows, columns: columns,
            elements: Array(unsafeUninitializedCapacity: elements.count) { target, count in
                count = elements.count
                elements.withUnsafeBufferPointer { left in
                    other.elements.withUnsafeBufferPointer { right in
                        for i in 0..<count { target.initializeElement(at: i, to: body(left[i], right[i])) }
                    }
                }
            })
    }
}

extension MatrixMask {
    /// How many elements are true.
    public var trueCount: Int { elements.withUnsafeBufferPointer { $0.reduce(0) { $0 + ($1 ? 1 : 0) } } }

    /// How many are true in each column (`axis` 0) or each row (1).
    public func trueCount(axis: Int) -> [Int] {
        let axis = Axis(axis)
        var counts = [Int](repeating: 0, count: axis == .down ? columns : rows)
        for row in 0..<rows {
            for column in 0..<columns where elements[row * columns + column] {
                counts[axis == .down ? column : row] += 1
            }
        }
        return counts
    }

    /// Whether one element or more is true.
    public func any() -> Bool { elements.contains(true) }

    /// Whether all elements are true; of none, they all are.
    public func all() -> Bool { !elements.contains(false) }

    /// Whether one or more is true in each column (`axis` 0) or each row (1).
    public func any(axis: Int) -> [Bool] { trueCount(axis: axis).map { $0 > 0 } }

    /// Whether all are true in each column (`axis` 0) or each row (1).
    public func all(axis: Int) -> [Bool] {
        let length = Axis(axis) == .down ? rows : columns
        return trueCount(axis: axis).map { $0 == length }
    }

    @available(*, unavailable, message: "`trueCount` counts what is true; all elements are `rows * columns`")
    public var count: Int { rows * columns }
}

/// Along which dimension of a matrix a calculation runs.
enum Axis {
    /// Down the rows: one result per column; numpy's axis 0.
    case down
    /// Along the columns: one result per row; numpy's axis 1.
    case along

    init(_ number: Int) {
        require(
            number == 0 || number == 1,
            "a matrix has axis 0 (down the rows: a result a column) and axis 1 (a result a row), not axis \(number)"
        )
        self = number == 0 ? .down : .along
    }
}

extension MatrixMask: CustomStringConvertible {
    /// The shape, and how many elements are true.
    public var description: String { "\(rows) x \(columns) mask, \(trueCount) of \(elements.count) true" }
}
