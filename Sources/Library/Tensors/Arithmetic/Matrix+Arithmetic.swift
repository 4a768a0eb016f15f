extension Matrix: ElementwiseArithmetic {
    public var _shapeInWords: String { "a \(rows) x \(columns) matrix" }

    public var _extents: [Int] { [rows, columns] }

    public static func _make(
        _ extents: [Int], _ body: (UnsafeMutableBufferPointer<Element>) -> Void
    ) -> Matrix { Matrix(rows: extents[0], columns: extents[1], initializingWith: body) }

    public func _withElements<R>(_ body: (UnsafeBufferPointer<Element>) -> R) -> R {
        withUnsafeBufferPointer(body)
    }

    public consuming func _rewritten(
        _ body: (UnsafePointer<Element>, UnsafeMutablePointer<Element>, Int) -> Void
    ) -> Matrix {
        let (rows, columns) = (rows, columns)
        return Matrix(
            rows: rows, columns: columns,
            storage: storage.rewritten(count: rows * columns, of: Element.self, body))
    }

    public static func _combined(
        _ operation: _Combination, _ left: consuming Matrix, _ right: consuming Matrix
    ) -> Matrix {
        let shapes = [left._extents, right._extents]
        guard let broadcast = Broadcast(shapes[0], shapes[1]) else {
            refuse(operation, left._shapeInWords, right._shapeInWords)
        }
        let shape = broadcast.shape
        let storage = Storage.combined(
            broadcast, operation, of: Element.self, &left.storage, holdsResult: shapes[0] == shape,
            &right.storage, holdsResult: shapes[1] == shape)
        return Matrix(rows: shape[0], columns: shape[1], storage: storage)
    }
}

extension Matrix {
    /// A matrix of one row, which broadcasts down the rows of another: `X - .row(means)`.
    public static func row(_ elements: [Element]) -> Matrix {
        Matrix(rows: 1, columns: elements.count, elements: elements)
    }

    /// A matrix of one column, which broadcasts along the columns of another: `X / .column(norms)`.
    public static func column(_ elements: [Element]) -> Matrix {
        Matrix(rows: elements.count, columns: 1, elements: elements)
    }
}

func refuse(_ operation: _Combination, _ left: String, _ right: String) -> Never {
    fatalError(
        "\(left) and \(right) cannot be \(operation.participle): extents must be equal, or one of them 1, which is repeated"
    )
}

extension Storage {
    /// Whether no other value sees this memory, so that it may be written.
    static func isOnlyHolder(of storage: inout Storage) -> Bool {
        storage.owner == nil && isKnownUniquelyReferenced(&storage)
    }

    /// This memory, or new memory where it is shared, after `body` wrote `count` numbers from it.
    consuming func rewritten<Element: Scalar>(
        count: Int, of type: Element.Type,
        _ body: (UnsafePointer<Element>, UnsafeMutablePointer<Element>, Int) -> Void
    ) -> Storage {
        var source = self
        let target =
            Storage.isOnlyHolder(of: &source)
            ? source : Storage(byteCount: count * MemoryLayout<Element>.stride)
        withExtendedLifetime(source) {
            body(
                source.base.assumingMemoryBound(to: Element.self),
                target.base.bindMemory(to: Element.self, capacity: count), count)
        }
        return target
    }

    /// The memory of the result of an operation: that of an operand which holds as many numbers and which nobody else
    /// sees, or new memory.
    static func combined<Element: Scalar>(
        _ broadcast: Broadcast, _ operation: _Combination, of type: Element.Type, _ left: inout Storage,
        holdsResult leftFits: Bool, _ right: inout Storage, holdsResult rightFits: Bool
    ) -> Storage {
        let count = broadcast.shape.reduce(1, *)
        let target: Storage
        if leftFits, isOnlyHolder(of: &left) {
            target = left
        } else if rightFits, isOnlyHolder(of: &right) {
            target = right
        } else {
            target = Storage(byteCount: count * MemoryLayout<Element>.stride)
        }
        if count > 0 {
            broadcast.combine(
                operation, left.base.assumingMemoryBound(to: Element.self),
                right.base.assumingMemoryBound(to: Element.self),
                into: target.base.bindMemory(to: Element.self, capacity: count))
        }
        return target
    }
}
