import Display

extension TemporalFilter: CustomStringConvertible {
    /// The kind and the frequencies in Hz.
    public var description: String {
        switch self {
        case .cosine(let highPass, let time):
            return "cosines above \(Number.short(highPass)) Hz kept, a sample every \(Number.short(time)) s"
        case .butterworth(let highPass, let lowPass, let order, let time):
            let low = highPass.map { " from \(Number.short($0)) Hz" } ?? ""
            let high = lowPass.map { " to \(Number.short($0)) Hz" } ?? ""
            return "Butterworth of order \(order)\(low)\(high), a sample every \(Number.short(time)) s"
        }
    }
}

extension SignalCleaning: CustomStringConvertible {
    /// The steps in their order.
    public var description: String {
        let scaling =
            switch scale {
            case .zScore: "z-scores"
            case .percentChange: "percent of the mean"
            case .none: "own unit"
            }
        let steps = [
            detrends ? "a line removed" : nil, filter?.description, "confounds regressed out", scaling,
        ]
        return "Cleaning by run: " + steps.compactMap { $0 }.joined(separator: "; ")
    }
}
