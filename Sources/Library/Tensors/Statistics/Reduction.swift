internal import CTensorKernels

/// A number that sums up many.
enum Statistic: Sendable {
    case sum, mean, least, greatest, median
    case variance(ddof: Int)
    case deviation(ddof: Int)
    case quantile(Double)
}

/// A statistic along one dimension, of all numbers or of those that are not NaN.
struct Reduction {
    let statistic: Statistic
    var skipsNaN = false

    /// How many numbers a partial sum is over, whatever the number of threads: the result is the same for each.
    private static let chunk = 131_072

    /// The statistic of numbers side by side.
    func of<Element: Scalar>(_ x: UnsafeBufferPointer<Element>) -> Element {
        guard let base = x.baseAddress, !x.isEmpty else { return ofNone() }
        switch statistic {
        case .sum: return Element(sum(base, x.count))
        case .mean: return Element(mean(base, x.count))
        case .variance(let ddof): return Element(variance(base, x.count, ddof))
        case .deviation(let ddof): return Element(variance(base, x.count, ddof).squareRoot())
        case .least, .greatest:
            var result: Element = 0
            Element._kernels.extreme(extremeKind, base, x.count, &result)
            return result
        case .median: return quantile(of: x, 0.5, skipsNaN: skipsNaN, isMedian: true)
        case .quantile(let share): return quantile(of: x, share, skipsNaN: skipsNaN)
        }
    }

    private func ofNone<Element: Scalar>() -> Element {
        switch statistic {
        case .sum: return 0
        // As of numbers that are all passed over, and as arrays have it.
        case .least where skipsNaN, .greatest where skipsNaN: return .nan
        case .least, .greatest: fatalError("no numbers have no smallest and no largest")
        default: return .nan
        }
    }

    private var extremeKind: Int32 {
        if case .least = statistic {
            return Int32(skipsNaN ? kernel_least_valid : kernel_least)
        }
        return Int32(skipsNaN ? kernel_greatest_valid : kernel_greatest)
    }

    private var valueKind: Int32 {
        Int32(skipsNaN ? kernel_sum_valid : kernel_sum_values)
    }

    private var squareKind: Int32 {
        Int32(skipsNaN ? kernel_sum_valid_squares : kernel_sum_squares)
    }
}

// Numbers side by side
extension Reduction {
    private func sum<Element: Scalar>(_ x: UnsafePointer<Element>, _ count: Int) -> Double {
        total(valueKind, x, count, shift: 0)
    }

    private func valid<Element: Scalar>(_ x: UnsafePointer<Element>, _ count: Int) -> Double {
        skipsNaN ? total(Int32(kernel_sum_valid_count), x, count, shift: 0) : Double(count)
    }

    private func mean<Element: Scalar>(_ x: UnsafePointer<Element>, _ count: Int) -> Double {
        Self.quotient(sum(x, count), valid(x, count))
    }

    private func variance<Element: Scalar>(_ x: UnsafePointer<Element>, _ count: Int, _ ddof: Int) -> Double {
        let valid = valid(x, count)
        let squares = total(squareKind, x, count, shift: sum(x, count) / valid)
        return Self.quotient(squares, Self.freedom(valid, ddof, skipsNaN))
    }

    /// A quotient whose NaN has no sign: that of 0 / 0 has one, and is shown as "-nan".
    fileprivate static func quotient(_ sum: Double, _ count: Double) -> Double {
        let quotient = sum / count
        return quotient.isNaN ? .nan : quotient
    }

    /// The divisor of a variance. numpy gives NaN where too few numbers are left beside NaN, and else divides by zero.
    fileprivate static func freedom(_ count: Double, _ ddof: Int, _ skipsNaN: Bool) -> Double {
        let freedom = count - Double(ddof)
        return freedom > 0 ? freedom : skipsNaN ? .nan : 0
    }

    private func total<Element: Scalar>(
        _ kind: Int32, _ x: UnsafePointer<Element>, _ count: Int, shift: Double
    ) -> Double {
        let kernel = Element._kernels.sum
        var result = 0.0
        if count <= Self.chunk {
            kernel(kind, x, count, shift, &result)
            return result
        }
        let chunks = (count + Self.chunk - 1) / Self.chunk
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: chunks) { sums in
            guard let to = sums.baseAddress else { return 0 }
            parallelFor(chunks, grain: 1) { part in
                for index in part {
                    let start = index * Self.chunk
                    kernel(kind, x + start, min(Self.chunk, count - start), shift, to + index)
                }
            }
            Double._kernels.sum(Int32(kernel_sum_values), to, chunks, 0, &result)
            return result
        }
    }
}

// Columns
extension Reduction {
    /// The statistic of each column of rows that lie side by side.
    func columns<Element: Scalar>(
        of x: UnsafePointer<Element>, rows: Int, columns: Int, into results: UnsafeMutablePointer<Element>
    ) {
        if rows == 0 {
            for j in 0..<columns { results[j] = ofNone() }
            return
        }
        switch statistic {
        case .sum: put(totals(valueKind, x, rows, columns), into: results)
        case .mean: put(means(x, rows, columns), into: results)
        case .variance(let ddof): put(variances(x, rows, columns, ddof), into: results)
        case .deviation(let ddof):
            put(variances(x, rows, columns, ddof).map { $0.squareRoot() }, into: results)
        case .least, .greatest: Element._kernels.extremeColumns(extremeKind, x, rows, columns, results)
        case .quantile, .median:
            forEachColumn(of: x, rows: rows, columns: columns) { column, numbers in
                results[column] = of(numbers)
            }
        }
    }

    private func put<Element: Scalar>(_ numbers: [Double], into results: UnsafeMutablePointer<Element>) {
        for (j, number) in numbers.enumerated() { results[j] = Element(number) }
    }

    private func valid<Element: Scalar>(_ x: UnsafePointer<Element>, _ rows: Int, _ columns: Int) -> [Double]
    {
        skipsNaN
            ? totals(Int32(kernel_sum_valid_count), x, rows, columns)
            : [Double](repeating: Double(rows), count: columns)
    }

    private func means<Element: Scalar>(_ x: UnsafePointer<Element>, _ rows: Int, _ columns: Int) -> [Double]
    {
        zip(totals(valueKind, x, rows, columns), valid(x, rows, columns)).map { Self.quotient($0, $1) }
    }

    private func variances<Element: Scalar>(
        _ x: UnsafePointer<Element>, _ rows: Int, _ columns: Int, _ ddof: Int
    ) -> [Double] {
        let valid = valid(x, rows, columns)
        let means = zip(totals(valueKind, x, rows, columns), valid).map { $0 / $1 }
        return zip(totals(squareKind, x, rows, columns, shifts: means), valid).map {
            Self.quotient($0, Self.freedom($1, ddof, skipsNaN))
        }
    }

    private func totals<Element: Scalar>(
        _ kind: Int32, _ x: UnsafePointer<Element>, _ rows: Int, _ columns: Int, shifts: [Double] = []
    ) -> [Double] {
        guard columns > 0 else { return [] }
        let kernel = Element._kernels.sumColumns
        let height = max(64, Self.chunk / columns)
        let chunks = (rows + height - 1) / height
        var sums = [Double](repeating: 0, count: chunks * columns)
        sums.withUnsafeMutableBufferPointer { sums in
            shifts.withUnsafeBufferPointer { shifts in
                guard let to = sums.baseAddress else { return }
                let shift = shifts.baseAddress
                parallelFor(chunks, grain: 1) { part in
                    for index in part {
                        let start = index * height
                        kernel(
                            kind, x + start * columns, min(height, rows - start), columns, shift,
                            to + index * columns)
                    }
                }
                for index in stride(from: 1, to: chunks, by: 1) {
                    for j in 0..<columns { to[j] += to[index * columns + j] }
                }
            }
        }
        return Array(sums.prefix(columns))
    }
}

/// Calls `body` with each column of rows that lie side by side, gathered, on all threads.
func forEachColumn<Element: Scalar>(
    of x: UnsafePointer<Element>, rows: Int, columns: Int,
    _ body: (_ column: Int, _ numbers: UnsafeBufferPointer<Element>) -> Void
) {
    // A cache line of columns at a time: each line of the source is read once.
    let width = 16
    parallelFor((columns + width - 1) / width, grain: max(1, 16_384 / max(rows * width, 1))) { part in
        let memory = allocateNumbers(byteCount: width * rows * MemoryLayout<Element>.stride)
        defer { memory.deallocate() }
        let gathered = memory.bindMemory(to: Element.self, capacity: width * rows)
        for group in part {
            let first = group * width
            let count = min(width, columns - first)
            gatherColumns(x + first, rows: rows, stride: columns, count: count, into: gathered)
            for k in 0..<count {
                body(first + k, UnsafeBufferPointer(start: gathered + k * rows, count: rows))
            }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func gatherColumns<Element: Scalar>(
    _ x: UnsafePointer<Element>, rows: Int, stride: Int, count: Int,
    into target: UnsafeMutablePointer<Element>
) {
    for i in 0..<rows {
        let row = x + i * stride
        for k in 0..<count { target[k * rows + i] = row[k] }
    }
}
