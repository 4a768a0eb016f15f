import Foundation

/// An n-dimensional array of `Float` or `Double`, row-major and contiguous, with the value semantics of `Array`.
///
/// ```swift
/// let image = Tensor<Float>(shape: [3, 224, 224])   // zeros: channels x height x width
/// image.reshaped(to: [3, 224 * 224]).matrix          // the same memory as a matrix
/// ```
@frozen
public struct Tensor<Element: Scalar>: Sendable {
    /// The extent of each dimension, the slowest first.
    public let shape: [Int]
    /// How many elements there are.
    public let count: Int
    @usableFromInline package var storage: Storage

    /// A tensor over memory that already holds its elements.
    @usableFromInline
    package init(shape: [Int], storage: Storage) {
        self.shape = shape
        self.count = elementCount(of: shape)
        self.storage = storage
    }

    /// How many dimensions there are.
    @inlinable public var rank: Int { shape.count }
}

extension Tensor {
    /// A tensor of zeros.
    ///
    /// - Parameter shape: the extents, the slowest dimension first.
    public init(shape: [Int]) {
        self.init(
            shape: shape, storage: .zeros(byteCount: elementCount(of: shape) * MemoryLayout<Element>.stride))
    }

    /// A tensor of `elements`, the last dimension fastest; their count must be the product of `shape`.
    ///
    /// - Parameters:
    ///   - shape: the extents, the slowest dimension first.
    ///   - elements: the last dimension fastest.
    public init(shape: [Int], elements: [Element]) {
        require(
            elements.count == elementCount(of: shape),
            "a tensor of shape \(shape) needs \(elementCount(of: shape)) elements; \(elements.count) were given"
        )
        self.init(shape: shape) { target in
            elements.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0) }
        }
    }

    /// A tensor whose memory `body` fills; it must write every element, since none is initialized.
    ///
    /// - Parameters:
    ///   - shape: the extents, the slowest dimension first.
    ///   - body: is called once with the memory for all elements, the last dimension fastest.
    public init(
        shape: [Int], initializingWith body: (UnsafeMutableBufferPointer<Element>) throws -> Void
    ) rethrows {
        let count = elementCount(of: shape)
        let storage = Storage(byteCount: count * MemoryLayout<Element>.stride)
        try body(
            UnsafeMutableBufferPointer(
                start: storage.base.bindMemory(to: Element.self, capacity: count), count: count))
        self.init(shape: shape, storage: storage)
    }

    /// The elements of a matrix as a tensor of two dimensions, not copied.
    ///
    /// - Parameter matrix: rows x columns.
    public init(_ matrix: Matrix<Element>) {
        self.init(shape: [matrix.rows, matrix.columns], storage: matrix.storage)
    }
}

extension Tensor {
    /// The element at one index per dimension.
    public subscript(indices: Int...) -> Element {
        get { storage.base.assumingMemoryBound(to: Element.self)[offset(of: indices)] }
        set {
            makeUnique()
            storage.base.assumingMemoryBound(to: Element.self)[offset(of: indices)] = newValue
        }
    }

    /// The elements, the last dimension fastest.
    public var elements: [Element] { withUnsafeBufferPointer { Array($0) } }

    /// The same elements in another shape of the same count, not copied.
    public func reshaped(to shape: [Int]) -> Tensor {
        require(
            elementCount(of: shape) == count,
            "a tensor of shape \(self.shape) (\(count) elements) cannot take the shape \(shape)")
        return Tensor(shape: shape, storage: storage)
    }

    /// The same memory as a matrix; the tensor must have two dimensions.
    public var matrix: Matrix<Element> {
        require(rank == 2, "a tensor of shape \(shape) is no matrix; reshape it to two dimensions first")
        return Matrix(rows: shape[0], columns: shape[1], storage: storage)
    }

    /// The tensor in another precision.
    public func converted<T: Scalar>(to type: T.Type) -> Tensor<T> {
        if let same = self as? Tensor<T> { return same }
        return Tensor<T>(shape: shape) { target in withUnsafeBufferPointer { convert($0, into: target) } }
    }

    /// Calls `body` with the elements, the last dimension fastest; the pointer must not leave it.
    @inlinable
    public func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Element>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(
                UnsafeBufferPointer(start: storage.base.assumingMemoryBound(to: Element.self), count: count))
        }
    }

    /// Calls `body` with the elements to change in place; the pointer must not leave it.
    @inlinable
    public mutating func withUnsafeMutableBufferPointer<R>(
        _ body: (UnsafeMutableBufferPointer<Element>) throws -> R
    ) rethrows -> R {
        makeUnique()
        return try withExtendedLifetime(storage) {
            try body(
                UnsafeMutableBufferPointer(
                    start: storage.base.assumingMemoryBound(to: Element.self), count: count))
        }
    }

    @inlinable
    mutating func makeUnique() {
        if storage.owner != nil || !isKnownUniquelyReferenced(&storage) {
            storage = storage.copy(byteCount: count * MemoryLayout<Element>.stride)
        }
    }

    private func offset(of indices: [Int]) -> Int {
        require(
            indices.count == rank,
            "a tensor of shape \(shape) needs \(rank) indices; \(indices.count) were given")
        var offset = 0
        for (index, extent) in zip(indices, shape) {
            require(index >= 0 && index < extent, "element \(indices) is outside a tensor of shape \(shape)")
            offset = offset * extent + index
        }
        return offset
    }
}

extension Tensor: Equatable {
    /// Whether shapes and elements are equal; as with numbers, a NaN equals nothing.
    public static func == (left: Tensor, right: Tensor) -> Bool {
        guard left.shape == right.shape else { return false }
        return left.withUnsafeBufferPointer { a in right.withUnsafeBufferPointer { a.elementsEqual($0) } }
    }
}

/// The product of the extents of `shape`.
@usableFromInline
func elementCount(of shape: [Int]) -> Int {
    var count = 1
    for extent in shape {
        require(extent >= 0, "a tensor cannot have the shape \(shape)")
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        require(
            !overflow && product <= Int.max / MemoryLayout<Double>.stride,
            "a tensor of shape \(shape) is larger than memory")
        count = product
    }
    return count
}
