import Foundation

/// How the blood answers a brief burst of neural activity: a peak after 5 s and an undershoot after 15 s.
///
/// The double-gamma function of SPM with its default parameters (peak 6, undershoot 16, ratio 1/6).
/// Source: Friston et al., NeuroImage 7 (1998), 30-40.
public enum HaemodynamicResponse {
    /// The response at 0, 1, 2, … repetitions, for 32 s; its sum is 1.
    ///
    /// - Parameter repetitionTime: seconds from one volume to the next; above 0.
    public static func canonical(repetitionTime: Double) -> [Double] {
        precondition(repetitionTime > 0, "a repetition time must be above 0 s; got \(repetitionTime)")
        func gamma(_ t: Double, _ shape: Double) -> Double { pow(t, shape - 1) * exp(-t) / tgamma(shape) }
        let samples = (0...Int(32 / repetitionTime)).map { step -> Double in
            let t = Double(step) * repetitionTime
            return gamma(t, 6) - gamma(t, 16) / 6
        }
        let sum = samples.reduce(0, +)
        return sum == 0 ? samples : samples.map { $0 / sum }
    }
}
