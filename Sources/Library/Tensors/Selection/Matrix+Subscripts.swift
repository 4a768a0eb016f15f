/// Parts of a matrix, to read and to assign.
///
/// ```swift
/// X[0..<10, 3...]             // ten rows, the columns from the fourth on: a matrix
/// X[..., 2]                   // a column as a matrix of one column; `X.column(2)` is it as an array
/// X[[4, 0, 0], ...]           // rows in any order, again and again; also X[rows: [4, 0, 0]]
/// X[rows: categories.map { $0 == "face" }]
/// X[0..<10, 3...] = 0         // or a matrix of the part's shape, or one that broadcasts to it
/// X[..., 2] = .all(X.mean())  // a number that is no literal
/// X[..., 2] *= 3
/// X[X .< 0] = 0               // where a mask is true
/// ```
///
/// An index outside the matrix stops the cell; negative ones do not count from the end.
extension Matrix {
    /// The elements in the selected rows and columns.
    public subscript<Rows: MatrixIndices, Columns: MatrixIndices>(rows: Rows, columns: Columns) -> Matrix {
        get {
            part(rows._selection(among: self.rows, .rows), columns._selection(among: self.columns, .columns))
        }
        set {
            assign(
                newValue, to: rows._selection(among: self.rows, .rows),
                columns._selection(among: self.columns, .columns))
        }
    }

    /// The elements of all rows in the selected columns: `X[..., 0..<3]`.
    public subscript<Columns: MatrixIndices>(rows: (UnboundedRange_) -> Void, columns: Columns) -> Matrix {
        get { self[0..<self.rows, columns] }
        set { self[0..<self.rows, columns] = newValue }
    }

    /// The elements of the selected rows in all columns: `X[0..<3, ...]`.
    public subscript<Rows: MatrixIndices>(rows: Rows, columns: (UnboundedRange_) -> Void) -> Matrix {
        get { self[rows, 0..<self.columns] }
        set { self[rows, 0..<self.columns] = newValue }
    }

    /// The selected rows.
    public subscript<Rows: MatrixIndices>(rows rows: Rows) -> Matrix {
        get { self[rows, 0..<columns] }
        set { self[rows, 0..<columns] = newValue }
    }

    /// The selected columns.
    public subscript<Columns: MatrixIndices>(columns columns: Columns) -> Matrix {
        get { self[0..<rows, columns] }
        set { self[0..<rows, columns] = newValue }
    }

    /// The elements where `mask` is true, row after row.
    public subscript(mask: MatrixMask) -> [Element] {
        get {
            check(mask)
            return withUnsafeBufferPointer { selected(from: $0, where: mask.elements) }
        }
        set {
            check(mask)
            require(
                newValue.count == mask.trueCount,
                "\(newValue.count) elements cannot be assigned where a mask is true \(mask.trueCount) times")
            withUnsafeMutableBufferPointer { replace($0, where: mask.elements, with: newValue) }
        }
    }

    private func check(_ mask: MatrixMask) {
        require(
            mask.rows == rows && mask.columns == columns,
            "a \(mask.rows) x \(mask.columns) mask cannot select from a \(rows) x \(columns) matrix")
    }
}

/// One number for all elements of a part: a literal, or `.all(number)`.
///
/// Not the element's own type: `X[0..<2, ...] * 2` could then be a number times 2, which the compiler prefers.
public struct _MatrixFill<Element: Scalar>: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    let number: Element

    public init(floatLiteral value: Double) { number = Element(value) }
    public init(integerLiteral value: Int) { number = Element(value) }
    init(number: Element) { self.number = number }

    /// The number, for every element: `X[..., 2] = .all(mean)`.
    public static func all(_ number: Element) -> _MatrixFill { _MatrixFill(number: number) }
}

extension Matrix {
    @_disfavoredOverload
    public subscript<Rows: MatrixIndices, Columns: MatrixIndices>(rows: Rows, columns: Columns)
        -> _MatrixFill<Element>
    {
        @available(*, unavailable, message: "a part of a matrix is read as a matrix")
        get { _MatrixFill(number: .nan) }
        set { self[rows, columns] = Matrix(rows: 1, columns: 1, repeating: newValue.number) }
    }

    @_disfavoredOverload
    public subscript<Columns: MatrixIndices>(rows: (UnboundedRange_) -> Void, columns: Columns)
        -> _MatrixFill<Element>
    {
        @available(*, unavailable, message: "a part of a matrix is read as a matrix")
        get { _MatrixFill(number: .nan) }
        set { self[0..<self.rows, columns] = Matrix(rows: 1, columns: 1, repeating: newValue.number) }
    }

    @_disfavoredOverload
    public subscript<Rows: MatrixIndices>(rows: Rows, columns: (UnboundedRange_) -> Void) -> _MatrixFill<
        Element
    > {
        @available(*, unavailable, message: "a part of a matrix is read as a matrix")
        get { _MatrixFill(number: .nan) }
        set { self[rows, 0..<self.columns] = Matrix(rows: 1, columns: 1, repeating: newValue.number) }
    }

    @_disfavoredOverload
    public subscript<Rows: MatrixIndices>(rows rows: Rows) -> _MatrixFill<Element> {
        @available(*, unavailable, message: "a part of a matrix is read as a matrix")
        get { _MatrixFill(number: .nan) }
        set { self[rows, 0..<columns] = Matrix(rows: 1, columns: 1, repeating: newValue.number) }
    }

    @_disfavoredOverload
    public subscript<Columns: MatrixIndices>(columns columns: Columns) -> _MatrixFill<Element> {
        @available(*, unavailable, message: "a part of a matrix is read as a matrix")
        get { _MatrixFill(number: .nan) }
        set { self[0..<rows, columns] = Matrix(rows: 1, columns: 1, repeating: newValue.number) }
    }

    /// One number where a mask is true: `X[X.isNaN()] = mean`.
    @_disfavoredOverload
    public subscript(mask: MatrixMask) -> Element {
        @available(*, unavailable, message: "a mask selects an array: write X[mask] = X[mask] .+ 1")
        get { .nan }
        set {
            let number = newValue
            self[mask] = [Element](repeating: number, count: mask.trueCount)
        }
    }
}

extension Matrix {
    private func part(_ rows: _Selection, _ columns: _Selection) -> Matrix {
        switch (rows, columns) {
        case (.range(let rows), .range(let columns)):
            let band = self.rows(rows)
            return columns == 0..<self.columns ? band : band.columns(columns)
        case (.list(let rows), .range(let columns)):
            return columns == 0..<self.columns ? self.rows(at: rows) : self.columns(columns).rows(at: rows)
        case (.range(let rows), .list(let columns)): return self.rows(rows).columns(at: columns)
        case (.list(let rows), .list(let columns)): return self.rows(at: rows).columns(at: columns)
        }
    }

    private mutating func assign(_ value: Matrix, to rows: _Selection, _ columns: _Selection) {
        let (height, width) = (rows.count, columns.count)
        require(
            (value.rows == height || value.rows == 1) && (value.columns == width || value.columns == 1),
            "\(value._shapeInWords) cannot be assigned to a part of \(height) x \(width) elements")
        guard height > 0, width > 0 else { return }
        let stride = self.columns
        value.withUnsafeBufferPointer { source in
            withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                rows.eachIndex { i, row in
                    let line = to + row * stride
                    let given = from + (value.rows == 1 ? 0 : i * value.columns)
                    switch columns {
                    case .range(let range) where value.columns == 1:
                        (line + range.lowerBound).update(repeating: given[0], count: width)
                    case .range(let range): (line + range.lowerBound).update(from: given, count: width)
                    case .list(let list):
                        for (j, column) in list.enumerated() {
                            line[column] = given[value.columns == 1 ? 0 : j]
                        }
                    }
                }
            }
        }
    }
}
