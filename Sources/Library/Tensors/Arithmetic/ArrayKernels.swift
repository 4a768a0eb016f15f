internal import CTensorKernels

/// The C kernels of one precision; see `CElementwise.h`, `CFunctions.h` and `CReductions.h`.
public struct _ArrayKernels<Element: Scalar>: Sendable {
    typealias Operand = UnsafePointer<Element>
    typealias Result = UnsafeMutablePointer<Element>

    let combine: @Sendable (Int32, Operand?, Int, Int, Operand?, Int, Int, Result?, Int, Int) -> Void
    let compare:
        @Sendable (Int32, Operand?, Int, Int, Operand?, Int, Int, UnsafeMutablePointer<UInt8>?, Int, Int) ->
            Void
    let transform: @Sendable (Int32, Operand?, Result?, Int, Element, Element) -> Void
    let function: @Sendable (Int32, Operand?, Result?, Int) -> Void
    let power: @Sendable (Operand?, Int, Operand?, Int, Result?, Int) -> Void
    let sum: @Sendable (Int32, Operand?, Int, Double, UnsafeMutablePointer<Double>?) -> Void
    let sumColumns:
        @Sendable (Int32, Operand?, Int, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    let extreme: @Sendable (Int32, Operand?, Int, Result?) -> Void
    let extremeColumns: @Sendable (Int32, Operand?, Int, Int, Result?) -> Void
}

extension Float {
    public static let _kernels = _ArrayKernels<Float>(
        combine: kernel_combine_f32, compare: kernel_compare_f32, transform: kernel_transform_f32,
        function: kernel_function_f32, power: kernel_power_f32, sum: kernel_sum_f32,
        sumColumns: kernel_sum_columns_f32, extreme: kernel_extreme_f32,
        extremeColumns: kernel_extreme_columns_f32)
}

extension Double {
    public static let _kernels = _ArrayKernels<Double>(
        combine: kernel_combine_f64, compare: kernel_compare_f64, transform: kernel_transform_f64,
        function: kernel_function_f64, power: kernel_power_f64, sum: kernel_sum_f64,
        sumColumns: kernel_sum_columns_f64, extreme: kernel_extreme_f64,
        extremeColumns: kernel_extreme_columns_f64)
}
