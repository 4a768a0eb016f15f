/// Numbers with `+ - * /`, element by element: a `Matrix` or a `Tensor`.
///
/// ```swift
/// let z = (X - X.mean(axis: 0)) / X.std(axis: 0)   // each column less its mean, over its deviation
/// let change = 100 * (after / before - 1)
/// X *= 2
/// ```
///
/// Shapes broadcast as in numpy: an extent of 1 is repeated, so that a 1 x n matrix is a row for each row and an m x 1
/// matrix a column for each column. Shapes that do not fit stop the cell with both shapes, as an index beyond an
/// `Array` does. The memory of an operand that nobody else holds is used for the result.
///
/// A function that is generic over the precision has these operators too, but `number .* X` instead of `number * X`.
public protocol ElementwiseArithmetic: Elementwise {
    /// The words for the shape in a message, such as "a 3 x 2 matrix".
    var _shapeInWords: String { get }
    /// The extent of each dimension, the slowest first.
    var _extents: [Int] { get }
    /// A value whose elements `body` writes, every one.
    static func _make(_ extents: [Int], _ body: (UnsafeMutableBufferPointer<Element>) -> Void) -> Self
    /// Calls `body` with the elements, the last dimension fastest.
    func _withElements<R>(_ body: (UnsafeBufferPointer<Element>) -> R) -> R
}

// The compiler tries every `+` that is in scope, and generic ones cost it most: in Swift 6.3 three of them an operator
// stop `(0..<n).map { Double($0 * 7 % 11) + 0.5 * Double($0) }` from being checked "in reasonable time", while the
// concrete ones of `ConcreteOperators.swift`, which it prefers, cost nothing that can be measured.
extension ElementwiseArithmetic {
    /// The sum, element by element.
    @_disfavoredOverload
    public static func + (left: consuming Self, right: consuming Self) -> Self {
        _combined(.add, left, right)
    }
    /// Each element and `right` added.
    @_disfavoredOverload
    public static func + (left: consuming Self, right: Element) -> Self {
        left._combined(.add, with: right)
    }

    /// The difference, element by element.
    @_disfavoredOverload
    public static func - (left: consuming Self, right: consuming Self) -> Self {
        _combined(.subtract, left, right)
    }
    /// Each element less `right`.
    @_disfavoredOverload
    public static func - (left: consuming Self, right: Element) -> Self {
        left._combined(.subtract, with: right)
    }

    /// The product, element by element.
    @_disfavoredOverload
    public static func * (left: consuming Self, right: consuming Self) -> Self {
        _combined(.multiply, left, right)
    }
    /// Each element times `right`.
    @_disfavoredOverload
    public static func * (left: consuming Self, right: Element) -> Self {
        left._combined(.multiply, with: right)
    }

    /// The quotient, element by element.
    @_disfavoredOverload
    public static func / (left: consuming Self, right: consuming Self) -> Self {
        _combined(.divide, left, right)
    }
    /// Each element divided by `right`.
    @_disfavoredOverload
    public static func / (left: consuming Self, right: Element) -> Self {
        left._combined(.divide, with: right)
    }

    /// Each element with its sign changed.
    public static prefix func - (value: consuming Self) -> Self { value.transformed(.negate) }

    /// Adds in place; the right is broadcast if it must be, the shape of the left stays.
    public static func += (left: inout Self, right: consuming Self) { left._update(.add, right) }
    /// Adds a number to each element.
    public static func += (left: inout Self, right: Element) { left._update(.add, right) }
    /// Subtracts in place; the right is broadcast if it must be, the shape of the left stays.
    public static func -= (left: inout Self, right: consuming Self) { left._update(.subtract, right) }
    /// Subtracts a number from each element.
    public static func -= (left: inout Self, right: Element) { left._update(.subtract, right) }
    /// Multiplies in place; the right is broadcast if it must be, the shape of the left stays.
    public static func *= (left: inout Self, right: consuming Self) { left._update(.multiply, right) }
    /// Multiplies each element by a number.
    public static func *= (left: inout Self, right: Element) { left._update(.multiply, right) }
    /// Divides in place; the right is broadcast if it must be, the shape of the left stays.
    public static func /= (left: inout Self, right: consuming Self) { left._update(.divide, right) }
    /// Divides each element by a number.
    public static func /= (left: inout Self, right: Element) { left._update(.divide, right) }
}

extension ElementwiseArithmetic {
    mutating func _update(_ operation: _Combination, _ right: consuming Self) {
        // Checked before `self` is handed over: a cell that stops here must find its variable as it was.
        require(
            Broadcast(_extents, right._extents)?.shape == _extents,
            "\(_shapeInWords) keeps its shape, so \(right._shapeInWords) cannot be \(operation.participle) in place"
        )
        // Handed over, the memory has one holder and is written in place.
        self = Self._combined(operation, consume self, right)
    }

    mutating func _update(_ operation: _Combination, _ right: Element) {
        self = (consume self)._combined(operation, with: right)
    }
}
