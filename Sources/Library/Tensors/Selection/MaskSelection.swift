/// The elements where a mask of as many is true, in their order.
///
/// No branch asks whether an element is wanted: the processor would guess wrong for half of a random mask.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func selected<Element: Scalar>(from source: UnsafeBufferPointer<Element>, where mask: [Bool]) -> [Element] {
    mask.withUnsafeBufferPointer { mask in
        let wanted = mask.reduce(0) { $0 + ($1 ? 1 : 0) }
        return Array(unsafeUninitializedCapacity: wanted) { target, count in
            count = wanted
            guard let from = source.baseAddress, let to = target.baseAddress, let keeps = mask.baseAddress
            else { return }
            var (next, index) = (0, 0)
            // Behind the last wanted element there is no room for one that is not.
            while next < wanted {
                to[next] = from[index]
                next += keeps[index] ? 1 : 0
                index += 1
            }
        }
    }
}

/// Puts `values`, as many as a mask of the target's count is true, where it is true.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func replace<Element: Scalar>(
    _ target: UnsafeMutableBufferPointer<Element>, where mask: [Bool], with values: [Element]
) {
    mask.withUnsafeBufferPointer { mask in
        values.withUnsafeBufferPointer { values in
            guard let to = target.baseAddress, let from = values.baseAddress, let keeps = mask.baseAddress
            else { return }
            var (next, index) = (0, 0)
            while next < values.count {
                to[index] = keeps[index] ? from[next] : to[index]
                next += keeps[index] ? 1 : 0
                index += 1
            }
        }
    }
}
