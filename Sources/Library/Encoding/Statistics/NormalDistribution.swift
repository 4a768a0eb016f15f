import Foundation

/// The share of the standard normal distribution below `z`.
func normalProbability(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

/// The z below which a share `p` of the standard normal distribution lies.
///
/// Newton's steps (Halley's, of third order) from a rational approximation that is right to 5e-4
/// (Abramowitz & Stegun 26.2.23).
func normalQuantile(_ p: Double) -> Double {
    if p <= 0 { return p == 0 ? -.infinity : .nan }
    if p >= 1 { return p == 1 ? .infinity : .nan }
    let t = (-2 * log(min(p, 1 - p))).squareRoot()
    let numerator: Double = 2.515517 + t * (0.802853 + t * 0.010328)
    let denominator: Double = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var z = t - numerator / denominator
    if p < 0.5 { z = -z }
    for _ in 0..<4 {
        let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
        let step = (normalProbability(z) - p) / density
        z -= step / (1 + z * step / 2)
    }
    return z
}
