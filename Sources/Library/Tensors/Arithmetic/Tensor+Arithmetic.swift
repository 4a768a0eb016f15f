extension Tensor: ElementwiseArithmetic {
    public var _shapeInWords: String { "a tensor of shape \(shape)" }

    public var _extents: [Int] { shape }

    public static func _make(
        _ extents: [Int], _ body: (UnsafeMutableBufferPointer<Element>) -> Void
    ) -> Tensor { Tensor(shape: extents, initializingWith: body) }

    public func _withElements<R>(_ body: (UnsafeBufferPointer<Element>) -> R) -> R {
        withUnsafeBufferPointer(body)
    }

    public consuming func _rewritten(
        _ body: (UnsafePointer<Element>, UnsafeMutablePointer<Element>, Int) -> Void
    ) -> Tensor {
        let (shape, count) = (shape, count)
        return Tensor(shape: shape, storage: storage.rewritten(count: count, of: Element.self, body))
    }

    public static func _combined(
        _ operation: _Combination, _ left: consuming Tensor, _ right: consuming Tensor
    ) -> Tensor {
        let shapes = [left.shape, right.shape]
        guard let broadcast = Broadcast(shapes[0], shapes[1]) else {
            refuse(operation, left._shapeInWords, right._shapeInWords)
        }
        let storage = Storage.combined(
            broadcast, operation, of: Element.self, &left.storage, holdsResult: shapes[0] == broadcast.shape,
            &right.storage, holdsResult: shapes[1] == broadcast.shape)
        return Tensor(shape: broadcast.shape, storage: storage)
    }
}
