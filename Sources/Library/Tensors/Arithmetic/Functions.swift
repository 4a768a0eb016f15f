/// A function of the C library.
enum MathFunction: Int32 {
    case exp, expm1, log, log2, log10, log1p, sin, cos, tan, asin,
        acos, atan, sinh, cosh, tanh
}

// Methods, and not functions such as `exp(x)`: each further `exp` or `sin` in scope slows down the checking of cells
// that call Foundation's, until `sin(Double($0) / 10) + 0.1 * Double($0 % 7)` is refused as too complex. An array has
// none, since a method `sqrt` would hide the function in users' own extensions of `Array`; `x.map(sqrt)` does it.
extension ElementwiseArithmetic {
    /// e to the power of each element.
    public consuming func exp() -> Self { evaluated(.exp) }
    /// e to the power of each element, less 1, exact near zero.
    public consuming func expm1() -> Self { evaluated(.expm1) }
    /// The natural logarithm; of zero it is minus infinity, below zero NaN.
    public consuming func log() -> Self { evaluated(.log) }
    /// The logarithm to base 2.
    public consuming func log2() -> Self { evaluated(.log2) }
    /// The logarithm to base 10.
    public consuming func log10() -> Self { evaluated(.log10) }
    /// The natural logarithm of 1 plus each element, exact near zero.
    public consuming func log1p() -> Self { evaluated(.log1p) }
    /// The sine of each element, in radians.
    public consuming func sin() -> Self { evaluated(.sin) }
    /// The cosine of each element, in radians.
    public consuming func cos() -> Self { evaluated(.cos) }
    /// The tangent of each element, in radians.
    public consuming func tan() -> Self { evaluated(.tan) }
    /// The arc sine in radians; NaN outside -1...1.
    public consuming func asin() -> Self { evaluated(.asin) }
    /// The arc cosine in radians; NaN outside -1...1.
    public consuming func acos() -> Self { evaluated(.acos) }
    /// The arc tangent in radians.
    public consuming func atan() -> Self { evaluated(.atan) }
    /// The hyperbolic sine.
    public consuming func sinh() -> Self { evaluated(.sinh) }
    /// The hyperbolic cosine.
    public consuming func cosh() -> Self { evaluated(.cosh) }
    /// The hyperbolic tangent.
    public consuming func tanh() -> Self { evaluated(.tanh) }

    /// The square root; NaN below zero.
    public consuming func sqrt() -> Self { transformed(.squareRoot) }
    /// Each element times itself.
    public consuming func square() -> Self { transformed(.square) }
    /// The absolute value.
    public consuming func abs() -> Self { transformed(.absolute) }
    /// -1, 0 or 1 as the element is below, at or above zero; NaN stays.
    public consuming func sign() -> Self { transformed(.sign) }
    /// The largest whole number that is not above the element.
    public consuming func floor() -> Self { transformed(.floor) }
    /// The smallest whole number that is not below the element.
    public consuming func ceil() -> Self { transformed(.ceiling) }
    /// The nearest whole number, of two the even one, as in numpy.
    public consuming func round() -> Self { transformed(.roundEven) }

    /// Each element to the power of `exponent`; NaN where it is below zero and the exponent is not whole.
    public consuming func pow(_ exponent: Element) -> Self {
        self ** exponent
    }

    private consuming func evaluated(_ function: MathFunction) -> Self {
        let kernel = Element._kernels.function
        return _rewritten { from, to, count in
            parallelFor(count, grain: functionGrain) { part in
                kernel(function.rawValue, from + part.lowerBound, to + part.lowerBound, part.count)
            }
        }
    }
}

/// From how many numbers on a function such as exp is shared among threads.
private let functionGrain = 32_768

extension Elementwise {
    /// Each element, but `low` where it is below and `high` where it is above; NaN stays.
    ///
    /// Stops if `low` is above `high`.
    public consuming func clip(_ low: Element, _ high: Element) -> Self {
        require(low <= high, "numbers cannot be clipped to between \(low) and \(high)")
        return transformed(.clip, low: low, high: high)
    }

    /// Each element, or `number` where that is larger; NaN stays.
    public consuming func maximum(_ number: Element) -> Self { _combined(.larger, with: number) }
    /// Each element, or `number` where that is smaller; NaN stays.
    public consuming func minimum(_ number: Element) -> Self { _combined(.smaller, with: number) }
    /// The larger of each pair, NaN where one of them is; shapes broadcast.
    public consuming func maximum(_ other: consuming Self) -> Self { Self._combined(.larger, self, other) }
    /// The smaller of each pair, NaN where one of them is; shapes broadcast.
    public consuming func minimum(_ other: consuming Self) -> Self { Self._combined(.smaller, self, other) }

    /// Each element to the power of `exponent`: `(X - mean) ** 2`.
    public static func ** (base: consuming Self, exponent: Element) -> Self {
        if exponent == 2 { return base.transformed(.square) }
        if exponent == 0.5 { return base.transformed(.squareRoot) }
        return base.raised(to: exponent)
    }

    /// `base` to the power of each element.
    public static func ** (base: Element, exponents: consuming Self) -> Self {
        let kernel = Element._kernels.power
        return exponents._rewritten { from, to, count in
            parallelFor(count, grain: functionGrain) { part in
                withUnsafePointer(to: base) {
                    kernel($0, 0, from + part.lowerBound, 1, to + part.lowerBound, part.count)
                }
            }
        }
    }

    consuming func raised(to exponent: Element) -> Self {
        let kernel = Element._kernels.power
        return _rewritten { from, to, count in
            parallelFor(count, grain: functionGrain) { part in
                withUnsafePointer(to: exponent) {
                    kernel(from + part.lowerBound, 1, $0, 0, to + part.lowerBound, part.count)
                }
            }
        }
    }
}
