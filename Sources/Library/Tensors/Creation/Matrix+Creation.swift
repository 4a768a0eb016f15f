extension Matrix: ExpressibleByArrayLiteral {
    /// `let m: Matrix<Double> = [[1, 2], [3, 4]]`: rows of one length.
    ///
    /// - Parameter rows: the rows, of one length.
    public init(arrayLiteral rows: [Element]...) { self.init(rows) }
}

extension Matrix {
    /// A matrix of zeros.
    public static func zeros(_ rows: Int, _ columns: Int) -> Matrix { Matrix(rows: rows, columns: columns) }

    /// A matrix of ones.
    public static func ones(_ rows: Int, _ columns: Int) -> Matrix {
        Matrix(rows: rows, columns: columns, repeating: 1)
    }

    /// The matrix that has ones on its diagonal and zeros elsewhere; stops if the order is negative.
    public static func identity(_ order: Int) -> Matrix {
        require(order >= 0, "an identity matrix cannot have \(order) rows")
        return diagonal([Element](repeating: 1, count: order))
    }

    /// The square matrix with `elements` on its diagonal and zeros elsewhere.
    public static func diagonal(_ elements: [Element]) -> Matrix {
        var result = Matrix(rows: elements.count, columns: elements.count)
        for (i, element) in elements.enumerated() { result[i, i] = element }
        return result
    }

    /// The elements on the diagonal.
    public var diagonal: [Element] { (0..<Swift.min(rows, columns)).map { self[$0, $0] as Element } }

    /// The sum over the diagonal.
    public var trace: Element { diagonal.sum() }

    /// The matrix with rows and columns exchanged, as `transposed()` gives it.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public var T: Matrix { transposed() }

    /// The shape: rows and columns.
    public var shape: [Int] { [rows, columns] }

    /// The same elements, row after row, in another shape of the same count, not copied.
    public func reshaped(_ rows: Int, _ columns: Int) -> Matrix {
        requireShape(rows, columns)
        require(
            rows * columns == count,
            "\(_shapeInWords) (\(count) elements) cannot take the shape \(rows) x \(columns)")
        return Matrix(rows: rows, columns: columns, storage: storage)
    }

    /// The elements, row after row, as an array: `elements` under numpy's name.
    public func flatten() -> [Element] { elements }

    /// What `transform` makes of each element: `X.map(exp)`.
    public func map<R: Scalar>(_ transform: (Element) throws -> R) rethrows -> Matrix<R> {
        try Matrix<R>(rows: rows, columns: columns) { target in
            try withUnsafeBufferPointer { source in
                for i in 0..<source.count { target[i] = try transform(source[i]) }
            }
        }
    }

    /// Each row of which `isIncluded` is true.
    public func rows(where isIncluded: ([Element]) throws -> Bool) rethrows -> Matrix {
        rows(at: try (0..<rows).filter { try isIncluded(row($0)) })
    }

    /// Matrices one below the other (`axis` 0, of the same columns) or side by side (1, of the same rows).
    public static func concatenated(_ parts: [Matrix], axis: Int = 0) -> Matrix {
        if Axis(axis) == .down { return stacked(parts) }
        guard let first = parts.first else { return Matrix(rows: 0, columns: 0) }
        for (index, part) in parts.enumerated() {
            require(
                part.rows == first.rows,
                "matrices of \(first.rows) rows stand side by side, but number \(index) has \(part.rows)")
        }
        let columns = parts.reduce(0) { $0 + $1.columns }
        var result = Matrix(rows: first.rows, columns: columns)
        var start = 0
        for part in parts {
            result[0..<first.rows, start..<start + part.columns] = part
            start += part.columns
        }
        return result
    }
}

extension Array where Element: Scalar {
    /// `count` numbers at equal distances from `first` to `last`, both included, as `numpy.linspace` gives them.
    ///
    /// `let t: [Double] = .linspace(0, 1, count: 5)` is 0, 0.25, 0.5, 0.75, 1. Stops if the count is negative.
    ///
    /// - Parameters:
    ///   - first: the first number.
    ///   - last: the last number.
    ///   - count: how many numbers there are.
    public static func linspace(_ first: Element, _ last: Element, count: Int = 50) -> [Element] {
        require(count >= 0, "an array cannot have \(count) elements")
        guard count > 1 else { return count == 0 ? [] : [first] }
        let step = (last - first) / Element(count - 1)
        return (0..<count).map { $0 == count - 1 ? last : Element($0) * step + first }
    }

    /// The numbers from `first` on in steps of `step`, up to but without `end`, as `numpy.arange` gives them.
    ///
    /// `[Double].arange(0, 1, step: 0.25)` is 0, 0.25, 0.5, 0.75. Stops if the step is zero or not finite.
    ///
    /// - Parameters:
    ///   - first: the first number.
    ///   - end: where the numbers end; it is not among them.
    ///   - step: from one number to the next; negative to count down.
    public static func arange(_ first: Element, _ end: Element, step: Element = 1) -> [Element] {
        require(step != 0 && step.isFinite, "the step from one number to the next cannot be \(step)")
        let count = ((end - first) / step).rounded(.up)
        require(count.isFinite, "there is no last number between \(first) and \(end)")
        guard count > 0 else { return [] }
        // The second number is rounded, and what lies between it and the first is numpy's step.
        let second = first + step
        let distance = second - first
        var numbers = (0..<Int(count)).map { first + Element($0) * distance }
        numbers[0] = first
        if numbers.count > 1 { numbers[1] = second }
        return numbers
    }

    /// The numbers 0, 1, … below `end`.
    public static func arange(_ end: Element) -> [Element] { arange(0, end) }
}
