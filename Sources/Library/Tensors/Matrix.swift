import Foundation

/// A matrix of `Float` or `Double`, row-major and contiguous, with the value semantics of `Array`.
///
/// Copies share their memory until one of them is written.
///
/// ```swift
/// var features = Matrix<Float>(rows: 1000, columns: 768)   // zeros: samples x features
/// features[0, 3] = 1
/// features.rows(0..<100)                                    // the first 100 samples, not copied
/// ```
@frozen
public struct Matrix<Element: Scalar>: Sendable {
    /// How many rows there are.
    public let rows: Int
    /// How many columns there are.
    public let columns: Int
    @usableFromInline package var storage: Storage

    /// A matrix over memory that already holds its elements.
    @usableFromInline
    package init(rows: Int, columns: Int, storage: Storage) {
        self.rows = rows
        self.columns = columns
        self.storage = storage
    }

    /// How many elements there are.
    @inlinable public var count: Int { rows * columns }
}

extension Matrix {
    /// A matrix of zeros.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    public init(rows: Int, columns: Int) {
        requireShape(rows, columns)
        self.init(
            rows: rows, columns: columns,
            storage: .zeros(byteCount: rows * columns * MemoryLayout<Element>.stride))
    }

    /// A matrix whose every element is `value`.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - value: the value of every element.
    public init(rows: Int, columns: Int, repeating value: Element) {
        self.init(rows: rows, columns: columns) { $0.update(repeating: value) }
    }

    /// A matrix of `elements`, row after row; their count must be `rows * columns`.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - elements: row after row.
    public init(rows: Int, columns: Int, elements: [Element]) {
        requireShape(rows, columns)
        require(
            elements.count == rows * columns,
            "a \(rows) x \(columns) matrix needs \(rows * columns) elements; \(elements.count) were given")
        self.init(rows: rows, columns: columns) { target in
            elements.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0) }
        }
    }

    /// A matrix of the given rows, which must be of one length.
    ///
    /// - Parameter rows: the rows, from the top.
    public init(_ rows: [[Element]]) {
        let columns = rows.first?.count ?? 0
        self.init(rows: rows.count, columns: columns) { target in
            for (index, row) in rows.enumerated() {
                require(
                    row.count == columns,
                    "row \(index) of a matrix has \(row.count) elements and row 0 has \(columns)")
                for (column, value) in row.enumerated() { target[index * columns + column] = value }
            }
        }
    }

    /// A matrix whose memory `body` fills; it must write every element, since none is initialized.
    ///
    /// - Parameters:
    ///   - rows: how many rows there are.
    ///   - columns: how many columns there are.
    ///   - body: is called once with the memory for rows * columns elements, row after row.
    public init(
        rows: Int, columns: Int, initializingWith body: (UnsafeMutableBufferPointer<Element>) throws -> Void
    ) rethrows {
        requireShape(rows, columns)
        let count = rows * columns
        let storage = Storage(byteCount: count * MemoryLayout<Element>.stride)
        try body(
            UnsafeMutableBufferPointer(
                start: storage.base.bindMemory(to: Element.self, capacity: count), count: count))
        self.init(rows: rows, columns: columns, storage: storage)
    }
}

extension Matrix {
    /// The element at a row and a column.
    @inlinable
    public subscript(row: Int, column: Int) -> Element {
        get {
            if row < 0 || row >= rows || column < 0 || column >= columns {
                outOfRange(row, column, rows, columns)
            }
            return storage.base.assumingMemoryBound(to: Element.self)[row * columns + column]
        }
        set {
            if row < 0 || row >= rows || column < 0 || column >= columns {
                outOfRange(row, column, rows, columns)
            }
            makeUnique()
            storage.base.assumingMemoryBound(to: Element.self)[row * columns + column] = newValue
        }
    }

    /// Calls `body` with the elements, row after row; the pointer must not leave it.
    @inlinable
    public func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Element>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(
                UnsafeBufferPointer(
                    start: storage.base.assumingMemoryBound(to: Element.self), count: rows * columns))
        }
    }

    /// Calls `body` with the elements to change in place, row after row; the pointer must not leave it.
    @inlinable
    public mutating func withUnsafeMutableBufferPointer<R>(
        _ body: (UnsafeMutableBufferPointer<Element>) throws -> R
    ) rethrows -> R {
        makeUnique()
        return try withExtendedLifetime(storage) {
            try body(
                UnsafeMutableBufferPointer(
                    start: storage.base.assumingMemoryBound(to: Element.self), count: rows * columns))
        }
    }

    /// Makes sure that no other value sees what is about to be written.
    @inlinable
    mutating func makeUnique() {
        if storage.owner != nil || !isKnownUniquelyReferenced(&storage) {
            storage = storage.copy(byteCount: count * MemoryLayout<Element>.stride)
        }
    }
}

extension Matrix: Equatable {
    /// Whether shapes and elements are equal; as with numbers, a NaN equals nothing.
    public static func == (left: Matrix, right: Matrix) -> Bool {
        guard left.rows == right.rows, left.columns == right.columns else { return false }
        return left.withUnsafeBufferPointer { a in right.withUnsafeBufferPointer { a.elementsEqual($0) } }
    }
}

@usableFromInline @inline(never)
func outOfRange(_ row: Int, _ column: Int, _ rows: Int, _ columns: Int) -> Never {
    fatalError("element (\(row), \(column)) is outside a \(rows) x \(columns) matrix")
}

func requireShape(_ rows: Int, _ columns: Int) {
    require(rows >= 0 && columns >= 0, "a matrix cannot have the shape \(rows) x \(columns)")
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    require(
        !overflow && count <= Int.max / MemoryLayout<Double>.stride,
        "a \(rows) x \(columns) matrix is larger than memory")
}
