/// The order of numbers, found by sorting their bits digit by digit: stable, and NaN comes last.
enum Order {
    /// The indices of `x` in ascending order; equal numbers keep theirs.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    static func ascending<Element: Scalar>(_ x: UnsafeBufferPointer<Element>) -> [Int] {
        guard x.count > 1 else { return Array(0..<x.count) }
        if x.count < 256 { return (0..<x.count).sorted { isBefore(x, $0, $1) } }
        require(x.count <= Int(UInt32.max), "\(x.count) numbers are too many to be ordered")
        let size = MemoryLayout<UInt64>.stride * x.count
        let memory = (allocateNumbers(byteCount: size), allocateNumbers(byteCount: size))
        defer {
            memory.0.deallocate()
            memory.1.deallocate()
        }
        let words = memory.0.bindMemory(to: UInt64.self, capacity: x.count)
        let scratch = memory.1.bindMemory(to: UInt64.self, capacity: x.count)
        // A word is the upper half of a number's key and its index, so that a pass moves half as many bytes.
        parallelFor(x.count, grain: 1 << 16) { range in
            for i in range { words[i] = key(x[i]) & upperHalf | UInt64(truncatingIfNeeded: i) }
        }
        sortByUpperHalf(words, x.count, scratch)
        if MemoryLayout<Element>.size == 8 { sortRuns(of: words, x, scratch) }
        return Array(unsafeUninitializedCapacity: x.count) { indices, initialized in
            for i in 0..<x.count { indices.initializeElement(at: i, to: Int(words[i] & lowerHalf)) }
            initialized = x.count
        }
    }

    @inline(__always)
    private static func isBefore<Element: Scalar>(_ x: UnsafeBufferPointer<Element>, _ i: Int, _ j: Int)
        -> Bool
    {
        if x[i] < x[j] { return true }
        if x[i].isNaN || x[j].isNaN { return !x[i].isNaN || (x[j].isNaN && i < j) }
        return x[i] == x[j] && i < j
    }

    private static var upperHalf: UInt64 { 0xFFFF_FFFF_0000_0000 }
    private static var lowerHalf: UInt64 { 0xFFFF_FFFF }

    /// Bits that are in the order of the numbers: negative ones reversed, both zeros one, NaN above all. Those of single
    /// precision are the upper half.
    @inline(__always)
    private static func key<Element: Scalar>(_ number: Element) -> UInt64 {
        if number != number { return .max }
        if MemoryLayout<Element>.size == 8 {
            let bits = Double(number + 0).bitPattern
            return bits >> 63 == 1 ? ~bits : bits | 1 << 63
        }
        let bits = Float(number + 0).bitPattern
        return UInt64(bits >> 31 == 1 ? ~bits : bits | 1 << 31) << 32
    }

    /// Orders words with equal upper halves by the lower halves of their keys.
    @inline(__always)
    private static func sortRuns<Element: Scalar>(
        of words: UnsafeMutablePointer<UInt64>, _ x: UnsafeBufferPointer<Element>,
        _ scratch: UnsafeMutablePointer<UInt64>
    ) {
        var first = 0
        while first < x.count {
            let upper = words[first] >> 32
            var next = first + 1
            while next < x.count, words[next] >> 32 == upper { next &+= 1 }
            if next > first + 1 {
                for i in first..<next {
                    let index = words[i] & lowerHalf
                    words[i] = key(x[Int(index)]) << 32 | index
                }
                sort(words + first, next - first, scratch)
            }
            first = next
        }
    }

    /// Sorts the words of a run, mostly two. No two are equal, since no two indices are: any sort keeps the order of
    /// equal numbers.
    private static func sort(
        _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ scratch: UnsafeMutablePointer<UInt64>
    ) {
        if count > 1024 { return sortByUpperHalf(words, count, scratch) }
        if count > 16 {
            var run = UnsafeMutableBufferPointer(start: words, count: count)
            return run.sort()
        }
        for i in 1..<count {
            let word = words[i]
            var index = i
            while index > 0, words[index - 1] > word {
                words[index] = words[index - 1]
                index -= 1
            }
            words[index] = word
        }
    }

    /// Sorts words by their upper halves, in three passes over digits of 11 bits; equal halves keep their order.
    ///
    /// Each thread moves the words of one part; a part's words of a digit go behind those of the parts before it.
    private static func sortByUpperHalf(
        _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ scratch: UnsafeMutablePointer<UInt64>
    ) {
        let width = 11
        let values = 1 << width
        let parts = max(1, min(threadCount, count >> 16))
        let bounds = { (part: Int) in count * part / parts }
        var from = words
        var to = scratch
        withUnsafeTemporaryAllocation(of: Int.self, capacity: parts * values) { starts in
            guard let starts = starts.baseAddress else { return }
            for shift in stride(from: UInt64(32), to: 64, by: width) {
                let (source, target) = (from, to)
                @inline(__always) func digit(_ i: Int) -> Int { Int(source[i] >> shift) & (values - 1) }
                parallelFor(parts, grain: 1) { range in
                    for part in range {
                        let counts = starts + part * values
                        counts.update(repeating: 0, count: values)
                        for i in bounds(part)..<bounds(part + 1) { counts[digit(i)] &+= 1 }
                    }
                }
                // A digit that all words share changes nothing.
                let first = digit(0)
                if (0..<parts).reduce(0, { $0 + starts[$1 * values + first] }) == count { continue }
                var sum = 0
                for value in 0..<values {
                    for part in 0..<parts {
                        let index = part * values + value
                        (starts[index], sum) = (sum, sum + starts[index])
                    }
                }
                parallelFor(parts, grain: 1) { range in
                    for part in range {
                        let next = starts + part * values
                        for i in bounds(part)..<bounds(part + 1) {
                            let value = digit(i)
                            target[next[value]] = source[i]
                            next[value] &+= 1
                        }
                    }
                }
                swap(&from, &to)
            }
        }
        if from != words { words.update(from: from, count: count) }
    }

    /// The ranks of `x` from 1 on; equal numbers share the mean of theirs. Any NaN makes all ranks NaN, as in scipy.
    static func ranks<Element: Scalar>(_ x: UnsafeBufferPointer<Element>) -> [Element] {
        if countNaN(x) > 0 { return [Element](repeating: .nan, count: x.count) }
        let order = ascending(x)
        var ranks = [Element](repeating: 0, count: x.count)
        var first = 0
        while first < order.count {
            var next = first + 1
            while next < order.count, x[order[next]] == x[order[first]] { next += 1 }
            for position in first..<next { ranks[order[position]] = Element(first + next + 1) / 2 }
            first = next
        }
        return ranks
    }

    /// The index of the first extreme, or of the first NaN if there is one.
    @_specialize(where Element == Float)
    @_specialize(where Element == Double)
    static func extreme<Element: Scalar>(_ x: UnsafeBufferPointer<Element>, greatest: Bool) -> Int {
        require(!x.isEmpty, "no numbers have no smallest and no largest")
        let block = 4096
        var best = x[0]
        var start = 0
        for first in stride(from: 0, to: x.count, by: block) {
            let part = UnsafeBufferPointer(rebasing: x[first..<min(first + block, x.count)])
            let value: Element = Reduction(statistic: greatest ? .greatest : .least).of(part)
            if value.isNaN || (greatest ? value > best : value < best) {
                best = value
                start = first
                if value.isNaN { break }
            }
        }
        for i in start..<x.count where x[i] == best || x[i].isNaN { return i }
        return start
    }
}

extension Collection where Element: BinaryFloatingPoint {
    /// The indices, counted from 0, that put the numbers in ascending order; equal ones keep theirs, NaN comes last.
    public func argsort() -> [Int] {
        withNumbers(double: { Order.ascending($0) }, single: { Order.ascending($0) })
    }

    /// The index of the largest number, of several the first; of a NaN if there is one. Stops if there are none.
    public func argmax() -> Int {
        withNumbers(
            double: { Order.extreme($0, greatest: true) }, single: { Order.extreme($0, greatest: true) })
    }

    /// The index of the smallest number, of several the first; of a NaN if there is one. Stops if there are none.
    public func argmin() -> Int {
        withNumbers(
            double: { Order.extreme($0, greatest: false) }, single: { Order.extreme($0, greatest: false) })
    }

    /// The ranks from 1 on; equal numbers share the mean of theirs. A NaN makes all ranks NaN.
    public func ranks() -> [Element] {
        withNumbers(
            double: { Order.ranks($0).map { Element($0) } }, single: { Order.ranks($0).map { Element($0) } })
    }

    /// The different numbers, ascending; NaN comes last, once.
    public func unique() -> [Element] {
        let numbers = Array(self)
        let order = numbers.argsort()
        var result: [Element] = []
        for index in order {
            let number = numbers[index]
            if let last = result.last, last == number || (last.isNaN && number.isNaN) { continue }
            result.append(number)
        }
        return result
    }

    /// The sums of the first number, the first two, and so on.
    public func cumsum() -> [Element] {
        let numbers = Array(self)
        return [Element](unsafeUninitializedCapacity: numbers.count) { target, count in
            numbers.withUnsafeBufferPointer { source in
                // In the precision of the numbers, without a call by protocol for each.
                let (from, to) = (UnsafeRawBufferPointer(source), UnsafeMutableRawBufferPointer(target))
                if Element.self == Double.self {
                    sumUp(from.assumingMemoryBound(to: Double.self), to.assumingMemoryBound(to: Double.self))
                } else if Element.self == Float.self {
                    sumUp(from.assumingMemoryBound(to: Float.self), to.assumingMemoryBound(to: Float.self))
                } else {
                    sumUp(source, target)
                }
            }
            count = numbers.count
        }
    }
}

extension Collection where Element: Comparable {
    /// The different elements, ascending.
    public func unique() -> [Element] {
        var result: [Element] = []
        for element in sorted() where result.last != element { result.append(element) }
        return result
    }
}

extension Collection where Element == Bool {
    /// How many are true.
    public var trueCount: Int { reduce(0) { $0 + ($1 ? 1 : 0) } }
    /// Whether one or more is true.
    public func any() -> Bool { contains(true) }
    /// Whether all are true; of none, they all are.
    public func all() -> Bool { !contains(false) }
}

extension Array {
    /// The elements where `mask` is true: `voxels[where: r .> 0.1]`. Stops if the mask has another count.
    // With a label: one more unlabelled subscript of arrays slows the checking of every `a[i]` in cells.
    public subscript(where mask: [Bool]) -> [Element] {
        require(mask.count == count, "a mask of \(mask.count) elements cannot select among \(count)")
        return indices.filter { mask[$0] }.map { self[$0] }
    }
}

extension Array where Element: Scalar {
    /// The numbers where `mask` is true: `r[where: r .> 0.1]`. Stops if the mask has another count.
    public subscript(where mask: [Bool]) -> [Element] {
        require(mask.count == count, "a mask of \(mask.count) elements cannot select among \(count)")
        return withUnsafeBufferPointer { selected(from: $0, where: mask) }
    }
}

/// Fills `sums` with the sums of the first number, the first two, and so on.
@inline(__always)
private func sumUp<Element: BinaryFloatingPoint>(
    _ numbers: UnsafeBufferPointer<Element>, _ sums: UnsafeMutableBufferPointer<Element>
) {
    var sum: Element = 0
    for i in 0..<numbers.count {
        sum += numbers[i]
        sums.initializeElement(at: i, to: sum)
    }
}
