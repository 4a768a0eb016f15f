import Display

extension Delays: CustomStringConvertible {
    /// The delays in samples.
    public var description: String {
        if case .range(let range) = given, Double(range.upperBound) - Double(range.lowerBound) > 20 {
            return "delays by \(range.lowerBound) to \(range.upperBound) samples"
        }
        return "delays by \(delays.map(String.init).joined(separator: ", ")) samples"
    }
}

extension Drift: CustomStringConvertible {
    /// What the drift is made of.
    public var description: String {
        switch self {
        case .polynomial(let degree): "polynomial of degree \(degree)"
        case .cosine(let period, let repetitionTime):
            "cosines slower than \(Number.short(period)) s, sampled every \(Number.short(repetitionTime)) s"
        case .savitzkyGolay(let window, let degree):
            "Savitzky-Golay of degree \(degree) over \(window) samples"
        }
    }
}

extension Detrend: CustomStringConvertible {
    /// What is removed.
    public var description: String { "drift removed: \(drift)" }
}

extension HemodynamicResponse: Displayable, CustomStringConvertible {
    /// The parameters of the response.
    public var mimeBundle: MIMEBundle {
        let rows = [
            ("peak", "delay \(Number.short(delay)) s, dispersion \(Number.short(dispersion))"),
            (
                "undershoot",
                "delay \(Number.short(undershoot)) s, dispersion \(Number.short(undershootDispersion)), "
                    + "\(Number.short(ratio)) of the peak"
            ),
            ("length", "\(Number.short(length)) s"),
        ]
        let name = self == .spm ? " (SPM's)" : self == .glover ? " (Glover's)" : ""
        return Table("Hemodynamic response\(name)", [.text("", rows.map(\.0)), .text("", rows.map(\.1))])
            .mimeBundle
    }
}

extension HemodynamicConvolution: CustomStringConvertible {
    /// The name of the response if it has one, and the repetition time.
    public var description: String {
        let name = response == .spm ? "SPM's" : response == .glover ? "Glover's" : "a"
        return
            "convolved with \(name) hemodynamic response, repetition time \(Number.short(repetitionTime)) s"
    }
}

extension StandardScaler: CustomStringConvertible {
    /// What is done to the columns.
    public var description: String {
        let kinds = [centers ? "centered" : nil, scales ? "scaled to unit deviation" : nil].compactMap { $0 }
        return "columns "
            + (kinds.isEmpty ? "left as they are" : kinds.joined(separator: " and "))
            + (byRun ? ", each run by itself" : "")
    }
}

extension ScalerFit: CustomStringConvertible {
    /// How many columns' means and deviations were learned.
    public var description: String {
        "means and deviations of \(Number.counted(means.count, "column")), learned"
    }
}

extension PCASize: CustomStringConvertible {
    /// How many components, or how much of the variance.
    public var description: String {
        switch self {
        case .count(let count): Number.counted(count, "component")
        case .variance(let share): "components for \(Number.short(100 * share)) % of the variance"
        }
    }
}

extension PCA: CustomStringConvertible {
    /// How many components are kept.
    public var description: String { "PCA: \(size)" }
}

extension PCAFit: Displayable, CustomStringConvertible {
    /// The share of the variance of the first components, and of all together.
    public var mimeBundle: MIMEBundle {
        let shown = min(8, varianceShares.count)
        var sum = 0.0
        let sums = varianceShares.map { share -> Double in
            sum += share
            return sum
        }
        let names = (0..<shown).map { "\($0)" } + (varianceShares.count > shown ? ["all"] : [])
        let shares = Array(varianceShares.prefix(shown)) + (varianceShares.count > shown ? [sum] : [])
        let totals = Array(sums.prefix(shown)) + (varianceShares.count > shown ? [sum] : [])
        var table = Table(
            "PCA: \(Number.counted(components.rows, "component")) of \(Number.counted(components.columns, "feature"))",
            [
                .text("component", names), .numbers("share of variance", shares, decimals: 4),
                .numbers("together", totals, decimals: 4),
            ]
        )
        table.isExcerpt = varianceShares.count > shown
        return table.mimeBundle
    }
}
