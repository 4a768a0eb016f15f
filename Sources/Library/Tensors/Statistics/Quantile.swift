/// The number below which a share of numbers lies, interpolated linearly between the two nearest; NaN where one is NaN,
/// or where none is left without those.
///
/// A median is the mean of the two in the middle, which an infinite one of them leaves infinite, as in numpy.
func quantile<Element: Scalar>(
    of x: UnsafeBufferPointer<Element>, _ share: Double, skipsNaN: Bool, isMedian: Bool = false
) -> Element {
    let invalid = countNaN(x)
    if invalid > 0 {
        guard skipsNaN else { return .nan }
        let valid = x.filter { !$0.isNaN }
        return valid.withUnsafeBufferPointer {
            quantile(of: $0, share, skipsNaN: false, isMedian: isMedian)
        }
    }
    guard !x.isEmpty else { return .nan }
    let position = share * Double(x.count - 1)
    let lower = Int(position.rounded(.down))
    let (a, b) = select(x, lower)
    let fraction = Element(position - Double(lower))
    // numpy's form: exact at both ends.
    if fraction == 0 || a == b { return a }
    if isMedian { return (a + b) / 2 }
    return fraction >= 0.5 ? b - (b - a) * (1 - fraction) : a + (b - a) * fraction
}

/// How many numbers are NaN.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func countNaN<Element: Scalar>(_ x: UnsafeBufferPointer<Element>) -> Int {
    guard let base = x.baseAddress else { return 0 }
    var count = 0
    for i in 0..<x.count { count &+= base[i] != base[i] ? 1 : 0 }
    return count
}

/// The number at `rank` (0 is the smallest) of numbers without NaN, and the one after it, or it again if it is the last.
///
/// Two numbers of a sorted sample enclose the one that is looked for, most likely; one pass collects what lies between
/// them, which is sorted where it is small (Floyd and Rivest 1975).
@_specialize(where Element == Float)
@_specialize(where Element == Double)
func select<Element: Scalar>(_ x: UnsafeBufferPointer<Element>, _ rank: Int) -> (Element, Element) {
    let small = 2048
    let next = min(rank + 1, x.count - 1)
    if x.count <= small {
        let sorted = x.sorted()
        return (sorted[rank], sorted[next])
    }
    let sample = stride(from: 0, to: x.count, by: x.count / 1024).map { x[$0] }.sorted()
    let middle = Double(rank) / Double(x.count) * Double(sample.count)
    var margin = 48
    while true {
        let low = Int(middle) - margin >= 0 ? sample[Int(middle) - margin] : -Element.infinity
        let high = Int(middle) + margin < sample.count ? sample[Int(middle) + margin] : Element.infinity
        var below = 0
        var inside = 0
        let between = [Element](unsafeUninitializedCapacity: x.count + 1) { kept, count in
            for i in 0..<x.count {
                let number = x[i]
                // Written whether it is kept or not, so that there is no branch to guess.
                kept[inside] = number
                inside &+= number >= low && number <= high ? 1 : 0
                below &+= number < low ? 1 : 0
            }
            count = inside
        }
        if rank >= below, next < below + inside {
            if low == high { return (low, low) }
            // A constant run would be collected whole again and again.
            if inside > x.count / 2 {
                let sorted = between.sorted()
                return (sorted[rank - below], sorted[next - below])
            }
            return between.withUnsafeBufferPointer { inner in
                let found = select(inner, rank - below)
                if next > rank, rank - below + 1 == inner.count { return (found.0, found.0) }
                return found
            }
        }
        margin *= 8
    }
}
