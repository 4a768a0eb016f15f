extension Array: Elementwise where Element: Scalar {
    public consuming func _rewritten(
        _ body: (UnsafePointer<Element>, UnsafeMutablePointer<Element>, Int) -> Void
    ) -> [Element] {
        let source = self
        return Array(unsafeUninitializedCapacity: source.count) { target, count in
            count = source.count
            source.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                body(from, to, source.count)
            }
        }
    }

    public static func _combined(
        _ operation: _Combination, _ left: consuming [Element], _ right: consuming [Element]
    ) -> [Element] {
        let other = right
        require(
            left.count == other.count,
            "arrays of \(left.count) and \(other.count) elements cannot be \(operation.participle)")
        return left._rewritten { from, to, count in
            other.withUnsafeBufferPointer { other in
                guard let with = other.baseAddress else { return }
                let kernel = Element._kernels.combine
                parallelFor(count, grain: elementwiseGrain) { part in
                    kernel(
                        operation.rawValue, from + part.lowerBound, 0, 1, with + part.lowerBound, 0, 1,
                        to + part.lowerBound, 1, part.count)
                }
            }
        }
    }
}
