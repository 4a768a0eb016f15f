internal import CTensorKernels

/// Numbers that are calculated with one by one: an `Array`, a `Matrix` or a `Tensor` of `Float` or `Double`.
///
/// All of them have the operators `.+ .- .* ./` and `**`, and `clip`. A `Matrix` and a `Tensor` have `+ - * /` too, and
/// functions such as `X.exp()`, `X.sqrt()`, `X.abs()`; between arrays `+` joins them, so it is `.+` that adds, and
/// `x.map(exp)` applies a function.
///
/// ```swift
/// [1.0, 2, 3] .+ [10.0, 20, 30]   // [11, 22, 33]
/// [1.0, 2, 3] .* 2                // [2, 4, 6]
/// [1.0, 2, 3] + [10.0, 20, 30]    // Swift's own: [1, 2, 3, 10, 20, 30]
/// ```
public protocol Elementwise {
    /// The precision of the numbers.
    associatedtype Element: Scalar

    /// The numbers after `body` wrote them from those of this value, in this value's own memory if no other has it.
    consuming func _rewritten(
        _ body: (_ from: UnsafePointer<Element>, _ to: UnsafeMutablePointer<Element>, _ count: Int) -> Void
    ) -> Self

    /// The numbers of two values, combined pair by pair; stops if the shapes do not fit.
    static func _combined(_ operation: _Combination, _ left: consuming Self, _ right: consuming Self) -> Self
}

/// What is done with two numbers.
@frozen
public enum _Combination: Int32, Sendable {
    case add, subtract, multiply, divide, smaller, larger

    /// The operation among words such as "cannot be added".
    var participle: String {
        switch self {
        case .add: "added"
        case .subtract: "subtracted"
        case .multiply: "multiplied element by element"
        case .divide: "divided"
        case .smaller, .larger: "compared"
        }
    }
}

/// What is done with one number.
enum Transformation: Int32 {
    case negate, absolute, square, squareRoot, floor, ceiling, roundEven, sign, clip
}

/// From how many numbers on a second thread is worth its waking.
let elementwiseGrain = 131_072

extension Elementwise {
    consuming func transformed(
        _ operation: Transformation, low: Element = 0, high: Element = 0
    ) -> Self {
        let kernel = Element._kernels.transform
        return _rewritten { from, to, count in
            parallelFor(count, grain: elementwiseGrain) { part in
                kernel(
                    operation.rawValue, from + part.lowerBound, to + part.lowerBound, part.count, low, high)
            }
        }
    }

    @usableFromInline
    consuming func _combined(_ operation: _Combination, with number: Element) -> Self {
        let kernel = Element._kernels.combine
        return _rewritten { from, to, count in
            parallelFor(count, grain: elementwiseGrain) { part in
                withUnsafePointer(to: number) {
                    kernel(
                        operation.rawValue, from + part.lowerBound, 0, 1, $0, 0, 0, to + part.lowerBound, 1,
                        part.count)
                }
            }
        }
    }

    @usableFromInline
    consuming func _combined(_ operation: _Combination, after number: Element) -> Self {
        let kernel = Element._kernels.combine
        return _rewritten { from, to, count in
            parallelFor(count, grain: elementwiseGrain) { part in
                withUnsafePointer(to: number) {
                    kernel(
                        operation.rawValue, $0, 0, 0, from + part.lowerBound, 0, 1, to + part.lowerBound, 1,
                        part.count)
                }
            }
        }
    }
}
