/// How the numbers of two operands pair up: numpy's broadcasting, where an extent of 1 is repeated.
struct Broadcast {
    /// The shape of the result.
    let shape: [Int]
    /// The extents that are left when dimensions over which both operands run on without a gap are joined.
    private var extents: [Int] = []
    /// From one index to the next of each of `extents`, how many numbers of an operand are passed; 0 repeats.
    private var leftStrides: [Int] = []
    private var rightStrides: [Int] = []

    /// `nil` where the shapes do not fit.
    init?(_ left: [Int], _ right: [Int]) {
        let rank = max(left.count, right.count)
        let left = [Int](repeating: 1, count: rank - left.count) + left
        let right = [Int](repeating: 1, count: rank - right.count) + right
        var shape: [Int] = []
        for (a, b) in zip(left, right) {
            guard a == b || a == 1 || b == 1 else { return nil }
            shape.append(a == 1 ? b : a)
        }
        self.shape = shape
        var (leftStride, rightStride) = (1, 1)
        for d in stride(from: rank - 1, through: 0, by: -1) {
            let a = left[d] == 1 ? 0 : leftStride
            let b = right[d] == 1 ? 0 : rightStride
            leftStride *= left[d]
            rightStride *= right[d]
            if shape[d] == 1 { continue }
            if let extent = extents.first, let nextA = leftStrides.first, let nextB = rightStrides.first,
                a == extent * nextA, b == extent * nextB
            {
                extents[0] *= shape[d]
            } else {
                extents.insert(shape[d], at: 0)
                leftStrides.insert(a, at: 0)
                rightStrides.insert(b, at: 0)
            }
        }
    }

    /// A block of rows of the result, which a kernel works on at once: where it starts, and how its operands lie.
    struct Block {
        let start: Int, left: Int, right: Int
        let rows: Int, columns: Int
        let leftRow: Int, leftColumn: Int
        let rightRow: Int, rightColumn: Int
    }

    /// Calls `body` with blocks that together cover the result, on all threads.
    func forEachBlock(_ body: (Block) -> Void) {
        let columns = extents.last ?? 1
        let leftColumn = leftStrides.last ?? 0
        let rightColumn = rightStrides.last ?? 0
        guard extents.count > 1 else {
            return parallelFor(columns, grain: elementwiseGrain) { part in
                body(
                    Block(
                        start: part.lowerBound, left: part.lowerBound * leftColumn,
                        right: part.lowerBound * rightColumn, rows: 1, columns: part.count, leftRow: 0,
                        leftColumn: leftColumn, rightRow: 0, rightColumn: rightColumn))
            }
        }
        let last = extents.count - 2
        let rows = extents[last]
        let outer = extents[..<last].reduce(1, *)
        for index in 0..<outer {
            var (left, right, rest) = (0, 0, index)
            for d in stride(from: last - 1, through: 0, by: -1) {
                left += rest % extents[d] * leftStrides[d]
                right += rest % extents[d] * rightStrides[d]
                rest /= extents[d]
            }
            parallelFor(rows, grain: max(1, elementwiseGrain / max(columns, 1))) { part in
                body(
                    Block(
                        start: (index * rows + part.lowerBound) * columns,
                        left: left + part.lowerBound * leftStrides[last],
                        right: right + part.lowerBound * rightStrides[last], rows: part.count,
                        columns: columns, leftRow: leftStrides[last], leftColumn: leftColumn,
                        rightRow: rightStrides[last], rightColumn: rightColumn))
            }
        }
    }

    /// `to = left op right`; `to` may be the memory of an operand that has the shape of the result.
    func combine<Element: Scalar>(
        _ operation: _Combination, _ left: UnsafePointer<Element>, _ right: UnsafePointer<Element>,
        into to: UnsafeMutablePointer<Element>
    ) {
        apply(Element._kernels.combine, operation.rawValue, left, right, into: to)
    }

    /// `to = left op right`, a byte that is 0 or 1 for each pair.
    func compare<Element: Scalar>(
        _ operation: Comparison, _ left: UnsafePointer<Element>, _ right: UnsafePointer<Element>,
        into to: UnsafeMutablePointer<UInt8>
    ) {
        apply(Element._kernels.compare, operation.rawValue, left, right, into: to)
    }

    private func apply<Element, Result>(
        _ kernel:
            @Sendable (
                Int32, UnsafePointer<Element>?, Int, Int, UnsafePointer<Element>?, Int, Int,
                UnsafeMutablePointer<Result>?, Int, Int
            ) -> Void,
        _ operation: Int32, _ left: UnsafePointer<Element>, _ right: UnsafePointer<Element>,
        into to: UnsafeMutablePointer<Result>
    ) {
        forEachBlock { block in
            kernel(
                operation, left + block.left, block.leftRow, block.leftColumn, right + block.right,
                block.rightRow, block.rightColumn, to + block.start, block.rows, block.columns)
        }
    }
}

/// What is asked of two numbers.
enum Comparison: Int32 {
    case less, lessOrEqual, equal, notEqual
}
