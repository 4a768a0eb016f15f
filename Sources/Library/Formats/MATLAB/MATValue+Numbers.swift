import Foundation
import Tensors

extension MATValue {
    /// The numbers as a tensor of the value's shape, the last dimension fastest; a sparse matrix with its zeros.
    ///
    /// Throws `FormatError` if the value holds no numbers, complex ones (`realPart`, `imaginaryPart`), or one that does
    /// not fit: an integer from 2^24 (2^53) on that would be rounded, or a `Double` that is too large for a `Float`.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        guard !isComplex else {
            throw place.error("holds complex numbers; ask for its realPart and imaginaryPart")
        }
        return try realTensor(as: element)
    }

    /// The numbers as a matrix, rows x columns.
    ///
    /// Throws `FormatError` if the value has more than two dimensions, and as `tensor` does.
    public func matrix<Element: Scalar>(as element: Element.Type = Float.self) throws -> Matrix<Element> {
        guard shape.count == 2 else {
            throw place.error("has the shape \(shape), and a matrix has two dimensions; ask for its tensor()")
        }
        return try tensor(as: element).matrix
    }

    /// The numbers of a row, a column, or a number alone.
    ///
    /// Throws `FormatError` if more than one extent is above 1, and as `tensor` does.
    public func vector<Element: Scalar>(as element: Element.Type = Double.self) throws -> [Element] {
        guard shape.count(where: { $0 != 1 }) <= 1 || count == 0 else {
            throw place.error(
                "has the shape \(shape), and a vector has one extent above 1; ask for its matrix()")
        }
        return try tensor(as: element).elements
    }

    /// The numbers as integers, row after row; MATLAB keeps counts and indices as whole doubles, which are converted.
    ///
    /// Throws `FormatError` if the value holds no numbers, or one that is not whole or that `Int` cannot hold.
    public func integers() throws -> [Int] {
        if case .numbers(let numbers, imaginary: nil) = content, let integers = try numbers.integers() {
            return integers
        }
        return try tensor(as: Double.self).elements.enumerated().map { index, value in
            guard let integer = Int(exactly: value) else {
                throw place.error("holds \(value) as its element \(index), which is no whole number")
            }
            return integer
        }
    }

    /// The truth values of a logical array, row after row.
    ///
    /// Throws `FormatError` if the value is not logical.
    public func booleans() throws -> [Bool] {
        guard className == "logical" else { throw wrong(expected: "logical") }
        return try tensor(as: Float.self).elements.map { $0 != 0 }
    }

    /// The one number; nil if the value is something else.
    public var number: Double? { count == 1 && isNumeric ? try? tensor(as: Double.self).elements.first : nil }

    /// The one whole number; nil if the value is something else.
    public var integer: Int? { count == 1 && isNumeric ? try? integers().first : nil }

    /// Whether it holds numbers or truth values, in full or sparse.
    public var isNumeric: Bool {
        switch content {
        case .numbers, .sparse: true
        default: false
        }
    }

    /// Whether the numbers are complex.
    public var isComplex: Bool {
        switch content {
        case .numbers(_, let imaginary): imaginary != nil
        case .sparse(let sparse): sparse.imaginary != nil
        default: false
        }
    }

    /// Whether the numbers are stored as a sparse matrix.
    public var isSparse: Bool { if case .sparse = content { true } else { false } }

    /// The real parts of complex numbers; real numbers as they are.
    public var realPart: MATValue {
        switch content {
        case .numbers(let numbers, _): with(.numbers(numbers, imaginary: nil))
        case .sparse(let sparse): with(.sparse(sparse.real))
        default: self
        }
    }

    /// The imaginary parts of complex numbers. Throws `FormatError` if the value holds no complex numbers.
    public var imaginaryPart: MATValue {
        get throws {
            switch content {
            case .numbers(_, let imaginary?): return with(.numbers(imaginary, imaginary: nil))
            case .sparse(let sparse):
                if let imaginary = sparse.imaginaryOnly { return with(.sparse(imaginary)) }
            default: break
            }
            throw wrong(expected: "complex numbers")
        }
    }

    private func with(_ content: Content) -> MATValue {
        MATValue(className: className, shape: shape, content: content, place: place)
    }

    private func realTensor<Element: Scalar>(as element: Element.Type) throws -> Tensor<Element> {
        switch content {
        case .numbers(let numbers, _): return try numbers.tensor(as: element, shape: shape)
        case .sparse(let sparse):
            guard let size = byteCount(of: shape, .float64) else {
                throw place.error("is a sparse matrix of shape \(shape), which does not fit into memory")
            }
            try requireMemory(size, for: "\(place.what) with its zeros", place.url)
            if let value = sparse.values.first(where: { $0.isFinite && !Element($0).isFinite }) {
                throw place.error("holds \(value), which \(Element.self) cannot hold; ask for Double")
            }
            return sparse.dense(sparse.values, shape: shape)
        default: throw wrong(expected: "numbers")
        }
    }

    /// That the value is something other than was asked for, or why it cannot be read.
    func wrong(expected: String) -> FormatError {
        if case .unreadable(let reason) = content { return place.error("cannot be read: \(reason)") }
        return FormatError(place.url, place.what, expected: expected, found: summary)
    }
}

extension MATSparse {
    private init(rows: [Int], starts: [Int], real values: [Double]) {
        self.rows = rows
        self.starts = starts
        self.values = values
        imaginary = nil
    }

    var real: MATSparse { MATSparse(rows: rows, starts: starts, real: values) }
    var imaginaryOnly: MATSparse? { imaginary.map { MATSparse(rows: rows, starts: starts, real: $0) } }
}
