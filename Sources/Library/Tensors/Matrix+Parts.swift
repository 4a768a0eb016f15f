import Foundation

extension Matrix {
    /// The elements, row after row.
    public var elements: [Element] { withUnsafeBufferPointer { Array($0) } }

    /// The elements of row `i`.
    public func row(_ i: Int) -> [Element] {
        require(i >= 0 && i < rows, "row \(i) is outside a \(rows) x \(columns) matrix")
        return withUnsafeBufferPointer { Array($0[i * columns..<(i + 1) * columns]) }
    }

    /// The elements of column `j`.
    public func column(_ j: Int) -> [Element] {
        require(j >= 0 && j < columns, "column \(j) is outside a \(rows) x \(columns) matrix")
        return withUnsafeBufferPointer { source in
            Array(unsafeUninitializedCapacity: rows) { target, count in
                for i in 0..<rows { target.initializeElement(at: i, to: source[i * columns + j]) }
                count = rows
            }
        }
    }

    /// The rows of a range; they share this matrix's memory until one of the two is written.
    public func rows(_ range: Range<Int>) -> Matrix {
        require(
            range.lowerBound >= 0 && range.upperBound <= rows,
            "rows \(range) are outside a \(rows) x \(columns) matrix")
        let offset = range.lowerBound * columns * MemoryLayout<Element>.stride
        return Matrix(
            rows: range.count, columns: columns,
            storage: Storage(borrowing: storage.base + offset, from: storage))
    }

    /// The rows at `indices`, in their order; an index may come more than once.
    public func rows(at indices: [Int]) -> Matrix {
        Matrix(rows: indices.count, columns: columns) { target in
            withUnsafeBufferPointer { source in
                guard columns > 0, let to = target.baseAddress, let from = source.baseAddress else { return }
                for (position, i) in indices.enumerated() {
                    require(i >= 0 && i < rows, "row \(i) is outside a \(rows) x \(columns) matrix")
                    (to + position * columns).update(from: from + i * columns, count: columns)
                }
            }
        }
    }

    /// The columns of a range.
    public func columns(_ range: Range<Int>) -> Matrix {
        require(
            range.lowerBound >= 0 && range.upperBound <= columns,
            "columns \(range) are outside a \(rows) x \(columns) matrix")
        return Matrix(rows: rows, columns: range.count) { target in
            withUnsafeBufferPointer { source in
                guard !range.isEmpty, let to = target.baseAddress, let from = source.baseAddress else {
                    return
                }
                for i in 0..<rows {
                    (to + i * range.count).update(
                        from: from + i * columns + range.lowerBound, count: range.count)
                }
            }
        }
    }

    /// The columns at `indices`, in their order; an index may come more than once.
    public func columns(at indices: [Int]) -> Matrix {
        for j in indices {
            require(j >= 0 && j < columns, "column \(j) is outside a \(rows) x \(columns) matrix")
        }
        return Matrix(rows: rows, columns: indices.count) { target in
            withUnsafeBufferPointer { source in
                guard !indices.isEmpty, let to = target.baseAddress, let from = source.baseAddress else {
                    return
                }
                indices.withUnsafeBufferPointer { indices in
                    for i in 0..<rows {
                        let row = from + i * columns
                        let out = to + i * indices.count
                        for position in 0..<indices.count { out[position] = row[indices[position]] }
                    }
                }
            }
        }
    }

    /// The matrix with rows and columns exchanged.
    public func transposed() -> Matrix {
        Matrix(rows: columns, columns: rows) { target in
            withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                transpose(from, rows: rows, columns: columns, into: to)
            }
        }
    }

    /// The matrix in another precision.
    public func converted<T: Scalar>(to type: T.Type) -> Matrix<T> {
        if let same = self as? Matrix<T> { return same }
        return Matrix<T>(rows: rows, columns: columns) { target in
            withUnsafeBufferPointer { convert($0, into: target) }
        }
    }

    /// The rows of all `parts`, one below the other; they must have the same columns.
    public static func stacked(_ parts: [Matrix]) -> Matrix {
        if parts.count == 1 { return parts[0] }
        let columns = parts.first?.columns ?? 0
        for (index, part) in parts.enumerated() {
            require(
                part.columns == columns,
                "matrices of \(columns) columns are stacked, but number \(index) has \(part.columns)")
        }
        return Matrix(rows: parts.reduce(0) { $0 + $1.rows }, columns: columns) { target in
            guard var to = target.baseAddress else { return }
            for part in parts {
                part.withUnsafeBufferPointer { source in
                    if let from = source.baseAddress { to.update(from: from, count: source.count) }
                }
                to += part.count
            }
        }
    }

    /// The columns of this matrix and then those of `other`, which must have the same rows.
    public func beside(_ other: Matrix) -> Matrix {
        require(rows == other.rows, "a matrix of \(rows) rows cannot stand beside one of \(other.rows)")
        return Matrix(rows: rows, columns: columns + other.columns) { target in
            guard var to = target.baseAddress else { return }
            withUnsafeBufferPointer { left in
                other.withUnsafeBufferPointer { right in
                    for i in 0..<rows {
                        for (part, width) in [(left, columns), (right, other.columns)] {
                            if let from = part.baseAddress { to.update(from: from + i * width, count: width) }
                            to += width
                        }
                    }
                }
            }
        }
    }
}

/// Writes the transpose of `source`, a band of its columns on each thread.
func transpose<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Element>
) {
    guard rows > 0 else { return }
    let tile = 32
    let bands = (columns + tile - 1) / tile
    parallelFor(bands, grain: max(1, 65_536 / (rows * tile))) { part in
        transpose(
            source, rows: rows, columns: columns, tile: tile,
            band: part.lowerBound * tile..<min(part.upperBound * tile, columns), into: target)
    }
}

/// Writes the transpose of the columns in `band`, in tiles that stay in the first cache.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func transpose<Element: Scalar>(
    _ source: UnsafePointer<Element>, rows: Int, columns: Int, tile: Int, band: Range<Int>,
    into target: UnsafeMutablePointer<Element>
) {
    for left in stride(from: band.lowerBound, to: band.upperBound, by: tile) {
        let right = min(left + tile, band.upperBound)
        for top in stride(from: 0, to: rows, by: tile) {
            let bottom = min(top + tile, rows)
            for j in left..<right {
                let out = target + j * rows
                for i in top..<bottom { out[i] = source[i * columns + j] }
            }
        }
    }
}

/// Converts number by number, in vector instructions for the two pairs that there are.
@_specialize(where From == Float, To == Double)
@_specialize(where From == Double, To == Float)
func convert<From: Scalar, To: Scalar>(
    _ source: UnsafeBufferPointer<From>, into target: UnsafeMutableBufferPointer<To>
) {
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    for i in 0..<source.count { to[i] = To(from[i]) }
}
