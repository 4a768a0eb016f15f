import Foundation

/// The probability that Student's t is as far from 0 as `t`, on either side.
package func studentTwoSided(_ t: Double, degrees: Double) -> Double {
    if t.isNaN { return .nan }
    if t.isInfinite { return 0 }
    return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/// The t below which a share `p` (above 0.5) of Student's distribution lies, by bisection.
func studentQuantile(_ p: Double, degrees: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while studentTwoSided(high, degrees: degrees) > 2 * (1 - p) { high *= 2 }
    for _ in 0..<200 where high - low > 1e-14 * high {
        let middle = (low + high) / 2
        if studentTwoSided(middle, degrees: degrees) > 2 * (1 - p) { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

/// The regularized incomplete beta function, by Lentz's continued fraction (Numerical Recipes, 6.4).
private func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let complete: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let powers: Double = a * log(x) + b * log(1 - x)
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var fraction = d
    for step in 1...1000 {
        let m = Double(step)
        let base = a + 2 * m
        let even: Double = m * (b - m) * x / ((base - 1) * base)
        let odd: Double = -(a + m) * (a + b + m) * x / (base * (base + 1))
        for numerator in [even, odd] {
            d = 1 / nonzero(1 + numerator * d)
            c = nonzero(1 + numerator / c)
            fraction *= d * c
        }
        if abs(d * c - 1) < 1e-16 { break }
    }
    return exp(complete + powers) / a * fraction
}

private func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
