import CTensorKernels

// The kernels of arithmetic, functions and reductions, each in both precisions.

extension KernelCheck {
    static var arithmeticChecks: [KernelCheck] {
        ArithmeticKernels<Float>(
            suffix: "f32", rounding: 0x1p-23, combine: kernel_combine_f32, compare: kernel_compare_f32,
            transform: kernel_transform_f32, function: kernel_function_f32, power: kernel_power_f32,
            sum: kernel_sum_f32, sumColumns: kernel_sum_columns_f32, extreme: kernel_extreme_f32,
            extremeColumns: kernel_extreme_columns_f32
        ).checks
            + ArithmeticKernels<Double>(
                suffix: "f64", rounding: 0x1p-52, combine: kernel_combine_f64, compare: kernel_compare_f64,
                transform: kernel_transform_f64, function: kernel_function_f64, power: kernel_power_f64,
                sum: kernel_sum_f64, sumColumns: kernel_sum_columns_f64, extreme: kernel_extreme_f64,
                extremeColumns: kernel_extreme_columns_f64
            ).checks
    }
}

/// The kernels of one precision and what they are run on.
private struct ArithmeticKernels<Number: BinaryFloatingPoint & PairResult> {
    typealias Numbers = UnsafePointer<Number>
    typealias Results = UnsafeMutablePointer<Number>

    let suffix: String
    /// A unit in the last place of 1.
    let rounding: Double
    let combine: (Int32, Numbers?, Int, Int, Numbers?, Int, Int, Results?, Int, Int) -> Void
    let compare:
        (Int32, Numbers?, Int, Int, Numbers?, Int, Int, UnsafeMutablePointer<UInt8>?, Int, Int) -> Void
    let transform: (Int32, Numbers?, Results?, Int, Number, Number) -> Void
    let function: (Int32, Numbers?, Results?, Int) -> Void
    let power: (Numbers?, Int, Numbers?, Int, Results?, Int) -> Void
    let sum: (Int32, Numbers?, Int, Double, UnsafeMutablePointer<Double>?) -> Void
    let sumColumns: (Int32, Numbers?, Int, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    let extreme: (Int32, Numbers?, Int, Results?) -> Void
    let extremeColumns: (Int32, Numbers?, Int, Int, Results?) -> Void

    private let rows = 7
    private let columns = 83

    /// Numbers up to 12, with all that is not finite.
    private var x: [Number] {
        var x = CheckNumbers.doubles(rows * columns, seed: 31).map { Number(12 * $0) }
        x.replaceSubrange(0..<7, with: [.nan, .infinity, -.infinity, 0, -0.0, Number(0.5), -Number(0.5)])
        return x
    }

    private var y: [Number] { CheckNumbers.doubles(rows * columns, seed: 32).map { Number($0) } }

    /// How an operand lies: numbers side by side, one row for all, a number for each row, one for all.
    private var layouts: [(row: Int, column: Int)] { [(columns, 1), (0, 1), (1, 0), (0, 0)] }

    var checks: [KernelCheck] {
        [
            KernelCheck(name: "kernel_combine_" + suffix, tolerance: 0) {
                pairs(6, Number(0), combine)
            },
            KernelCheck(name: "kernel_compare_" + suffix, tolerance: 0) {
                pairs(4, UInt8(0), compare)
            },
            KernelCheck(name: "kernel_transform_" + suffix, tolerance: 0) {
                let x = x
                return (0..<9).flatMap { operation in
                    var out = x
                    transform(Int32(operation), x, &out, x.count, Number(-0.75), Number(1.5))
                    return out.map { Double($0) }
                }
            },
            // The C library's vectors are within four units in the last place at each level.
            KernelCheck(name: "kernel_function_" + suffix, tolerance: 8 * rounding) {
                let x = x
                return (0..<15).flatMap { operation in
                    var out = x
                    function(Int32(operation), x, &out, x.count)
                    return out.map { Double($0) }
                }
            },
            KernelCheck(name: "kernel_power_" + suffix, tolerance: 8 * rounding) {
                let (x, y) = (x, y)
                return [(1, 1), (1, 0), (0, 1)].flatMap { xStep, yStep in
                    var out = x
                    power(
                        xStep == 0 ? [Number(1.7)] : x, xStep, yStep == 0 ? [Number(3)] : y, yStep, &out,
                        x.count)
                    return out.map { Double($0) }
                }
            },
        ] + reductionChecks
    }

    private var reductionChecks: [KernelCheck] {
        [
            // Sums are made in double precision, in another order at each level.
            KernelCheck(name: "kernel_sum_" + suffix, tolerance: 1e-12) {
                [x, y, many].flatMap { x in
                    (0..<5).map { kind in
                        var result = 0.0
                        sum(Int32(kind), x, x.count, 0.25, &result)
                        return result
                    }
                }
            },
            KernelCheck(name: "kernel_sum_columns_" + suffix, tolerance: 1e-12) {
                let shifts = CheckNumbers.doubles(columns, seed: 33)
                return [x, y].flatMap { x in
                    (0..<5).flatMap { kind in
                        var sums = [Double](repeating: 1, count: columns)
                        sumColumns(Int32(kind), x, rows, columns, shifts, &sums)
                        return sums
                    }
                }
            },
            KernelCheck(name: "kernel_extreme_" + suffix, tolerance: 0) {
                [x, y, [.nan]].flatMap { x in
                    (0..<4).map { kind in
                        var result = Number(0)
                        extreme(Int32(kind), x, x.count, &result)
                        return Double(result)
                    }
                }
            },
            KernelCheck(name: "kernel_extreme_columns_" + suffix, tolerance: 0) {
                [x, y].flatMap { x in
                    (0..<4).flatMap { kind in
                        var results = [Number](repeating: 0, count: columns)
                        extremeColumns(Int32(kind), x, rows, columns, &results)
                        return results.map { Double($0) }
                    }
                }
            },
        ]
    }

    /// More numbers than the blocks of a pairwise sum.
    private var many: [Number] { CheckNumbers.doubles(5000, seed: 34).map { Number($0) } }

    /// All operations on all layouts of two operands.
    private func pairs<Out: PairResult>(
        _ operations: Int, _ zero: Out,
        _ kernel: (Int32, Numbers?, Int, Int, Numbers?, Int, Int, UnsafeMutablePointer<Out>?, Int, Int) ->
            Void
    ) -> [Double] {
        let (x, y) = (x, y)
        return (0..<operations).flatMap { operation in
            layouts.flatMap { left in
                layouts.flatMap { right in
                    var out = [Out](repeating: zero, count: rows * columns)
                    kernel(
                        Int32(operation), x, left.row, left.column, y, right.row, right.column, &out, rows,
                        columns)
                    return out.map(\.number)
                }
            }
        }
    }
}

/// What a kernel of pairs writes.
private protocol PairResult {
    var number: Double { get }
}

extension UInt8: PairResult {
    fileprivate var number: Double { Double(self) }
}

extension Float: PairResult {
    fileprivate var number: Double { Double(self) }
}

extension Double: PairResult {
    fileprivate var number: Double { self }
}
