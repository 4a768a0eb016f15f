internal import CTensorKernels

/// The C kernels of one precision; see `CElementwise.h`.
public struct _ArrayKernels<Element: Scalar>: Sendable {
    typealias Operand = UnsafePointer<Element>
    typealias Result = UnsafeMutablePointer<Element>

    let combine: @Sendable (Int32, Operand?, Int, Int, Operand?, Int, Int, Result?, Int, Int) -> Void
    let compare:
        @Sendable (Int32, Operand?, Int, Int, Operand?, Int, Int, UnsafeMutablePointer<UInt8>?, Int, Int) -> Void
    let transform: @Sendable (Int32, Operand?, Result?, Int, Element, Element) -> Void
}

extension Float {
    public static let _kernels = _ArrayKernels<Float>(
        combine: kernel_combine_f32, compare: kernel_compare_f32, transform: kernel_transform_f32)
}

extension Double {
    public static let _kernels = _ArrayKernels<Double>(
        combine: kernel_combine_f64, compare: kernel_compare_f64, transform: kernel_transform_f64)
}
