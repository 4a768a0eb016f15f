extension Matrix {
    /// Where the left is smaller.
    public static func .< (left: Matrix, right: Matrix) -> MatrixMask { compare(.less, left, right) }
    /// Where the element is below `right`.
    public static func .< (left: Matrix, right: Element) -> MatrixMask { compare(.less, left, one(right)) }
    /// Where the element is above `left`.
    public static func .< (left: Element, right: Matrix) -> MatrixMask { compare(.less, one(left), right) }

    /// Where the left is smaller or equal.
    public static func .<= (left: Matrix, right: Matrix) -> MatrixMask { compare(.lessOrEqual, left, right) }
    /// Where the element is at most `right`.
    public static func .<= (left: Matrix, right: Element) -> MatrixMask {
        compare(.lessOrEqual, left, one(right))
    }
    /// Where the element is at least `left`.
    public static func .<= (left: Element, right: Matrix) -> MatrixMask {
        compare(.lessOrEqual, one(left), right)
    }

    /// Where the left is larger.
    public static func .> (left: Matrix, right: Matrix) -> MatrixMask {
        compare(.less, left, right, reversed: true)
    }
    /// Where the element is above `right`.
    public static func .> (left: Matrix, right: Element) -> MatrixMask { compare(.less, one(right), left) }
    /// Where the element is below `left`.
    public static func .> (left: Element, right: Matrix) -> MatrixMask { compare(.less, right, one(left)) }

    /// Where the left is larger or equal.
    public static func .>= (left: Matrix, right: Matrix) -> MatrixMask {
        compare(.lessOrEqual, left, right, reversed: true)
    }
    /// Where the element is at least `right`.
    public static func .>= (left: Matrix, right: Element) -> MatrixMask {
        compare(.lessOrEqual, one(right), left)
    }
    /// Where the element is at most `left`.
    public static func .>= (left: Element, right: Matrix) -> MatrixMask {
        compare(.lessOrEqual, right, one(left))
    }

    /// Where the two are equal; a NaN equals nothing.
    public static func .== (left: Matrix, right: Matrix) -> MatrixMask { compare(.equal, left, right) }
    /// Where the element equals `right`.
    public static func .== (left: Matrix, right: Element) -> MatrixMask { compare(.equal, left, one(right)) }

    /// Where the two differ; a NaN differs from everything.
    public static func .!= (left: Matrix, right: Matrix) -> MatrixMask { compare(.notEqual, left, right) }
    /// Where the element differs from `right`.
    public static func .!= (left: Matrix, right: Element) -> MatrixMask {
        compare(.notEqual, left, one(right))
    }

    /// Where the element is NaN.
    public func isNaN() -> MatrixMask { Matrix.compare(.notEqual, self, self) }

    /// Where the element is neither NaN nor infinite.
    public func isFinite() -> MatrixMask {
        MatrixMask(rows: rows, columns: columns, elements: withUnsafeBufferPointer { finite($0) })
    }

    /// Where the element is infinite, of either sign.
    public func isInfinite() -> MatrixMask { Matrix.compare(.equal, abs(), Matrix.one(.infinity)) }

    private static func one(_ number: Element) -> Matrix { Matrix(rows: 1, columns: 1, repeating: number) }

    private static func compare(
        _ comparison: Comparison, _ left: Matrix, _ right: Matrix, reversed: Bool = false
    ) -> MatrixMask {
        guard let broadcast = Broadcast(left._extents, right._extents) else {
            refuse(.smaller, left._shapeInWords, right._shapeInWords)
        }
        if reversed { return compare(comparison, right, left) }
        let elements = left.withUnsafeBufferPointer { a in
            right.withUnsafeBufferPointer { b in comparisons(broadcast, comparison, a, b) }
        }
        return MatrixMask(rows: broadcast.shape[0], columns: broadcast.shape[1], elements: elements)
    }
}

extension Array where Element: Scalar {
    /// Where the left is smaller.
    public static func .< (left: [Element], right: [Element]) -> [Bool] { compare(.less, left, right) }
    /// Where the element is below `right`.
    public static func .< (left: [Element], right: Element) -> [Bool] { compare(.less, left, right) }
    /// Where the element is above `left`.
    public static func .< (left: Element, right: [Element]) -> [Bool] { compare(.less, left, right) }

    /// Where the left is smaller or equal.
    public static func .<= (left: [Element], right: [Element]) -> [Bool] {
        compare(.lessOrEqual, left, right)
    }
    /// Where the element is at most `right`.
    public static func .<= (left: [Element], right: Element) -> [Bool] { compare(.lessOrEqual, left, right) }
    /// Where the element is at least `left`.
    public static func .<= (left: Element, right: [Element]) -> [Bool] { compare(.lessOrEqual, left, right) }

    /// Where the left is larger.
    public static func .> (left: [Element], right: [Element]) -> [Bool] {
        compare(.less, left, right, reversed: true)
    }
    /// Where the element is above `right`.
    public static func .> (left: [Element], right: Element) -> [Bool] { compare(.less, right, left) }
    /// Where the element is below `left`.
    public static func .> (left: Element, right: [Element]) -> [Bool] { compare(.less, right, left) }

    /// Where the left is larger or equal.
    public static func .>= (left: [Element], right: [Element]) -> [Bool] {
        compare(.lessOrEqual, left, right, reversed: true)
    }
    /// Where the element is at least `right`.
    public static func .>= (left: [Element], right: Element) -> [Bool] { compare(.lessOrEqual, right, left) }
    /// Where the element is at most `left`.
    public static func .>= (left: Element, right: [Element]) -> [Bool] { compare(.lessOrEqual, right, left) }

    /// Where the two are equal; a NaN equals nothing.
    public static func .== (left: [Element], right: [Element]) -> [Bool] { compare(.equal, left, right) }
    /// Where the element equals `right`.
    public static func .== (left: [Element], right: Element) -> [Bool] { compare(.equal, left, right) }

    /// Where the two differ; a NaN differs from everything.
    public static func .!= (left: [Element], right: [Element]) -> [Bool] { compare(.notEqual, left, right) }
    /// Where the element differs from `right`.
    public static func .!= (left: [Element], right: Element) -> [Bool] { compare(.notEqual, left, right) }

    /// Compares arrays of one count.
    private static func compare(
        _ comparison: Comparison, _ left: [Element], _ right: [Element], reversed: Bool = false
    ) -> [Bool] {
        require(
            left.count == right.count,
            "arrays of \(left.count) and \(right.count) elements cannot be compared")
        return reversed ? paired(comparison, right, left) : paired(comparison, left, right)
    }

    private static func compare(_ comparison: Comparison, _ left: [Element], _ right: Element) -> [Bool] {
        paired(comparison, left, [right])
    }

    private static func compare(_ comparison: Comparison, _ left: Element, _ right: [Element]) -> [Bool] {
        paired(comparison, [left], right)
    }

    private static func paired(_ comparison: Comparison, _ left: [Element], _ right: [Element]) -> [Bool] {
        guard let broadcast = Broadcast([left.count], [right.count]) else {
            fatalError("arrays of \(left.count) and \(right.count) elements cannot be compared")
        }
        return left.withUnsafeBufferPointer { a in
            right.withUnsafeBufferPointer { b in comparisons(broadcast, comparison, a, b) }
        }
    }
}

extension Array where Element == Bool {
    /// Where both are true.
    public static func .& (left: [Bool], right: [Bool]) -> [Bool] { joined(left, right) { $0 && $1 } }
    /// Where one or both are true.
    public static func .| (left: [Bool], right: [Bool]) -> [Bool] { joined(left, right) { $0 || $1 } }
    /// Where it is false.
    public static prefix func .! (mask: [Bool]) -> [Bool] { mask.map { !$0 } }

    private static func joined(_ left: [Bool], _ right: [Bool], _ body: (Bool, Bool) -> Bool) -> [Bool] {
        require(
            left.count == right.count, "masks of \(left.count) and \(right.count) elements cannot be joined")
        return zip(left, right).map { body($0, $1) }
    }
}

private func comparisons<Element: Scalar>(
    _ broadcast: Broadcast, _ comparison: Comparison, _ left: UnsafeBufferPointer<Element>,
    _ right: UnsafeBufferPointer<Element>
) -> [Bool] {
    let total = broadcast.shape.reduce(1, *)
    return Array(unsafeUninitializedCapacity: total) { target, count in
        count = total
        guard total > 0, let a = left.baseAddress, let b = right.baseAddress, let to = target.baseAddress
        else { return }
        // A `Bool` is a byte that is 0 or 1, which is what the kernels write.
        UnsafeMutableRawPointer(to).withMemoryRebound(to: UInt8.self, capacity: total) {
            broadcast.compare(comparison, a, b, into: $0)
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func finite<Element: Scalar>(_ elements: UnsafeBufferPointer<Element>) -> [Bool] {
    Array(unsafeUninitializedCapacity: elements.count) { target, count in
        count = elements.count
        for i in 0..<count { target.initializeElement(at: i, to: elements[i].isFinite) }
    }
}
