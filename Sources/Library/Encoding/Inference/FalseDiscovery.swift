extension [Double] {
    /// The false discovery rate at which each of these p values would just be called significant (`q`), by Benjamini
    /// and Hochberg.
    ///
    /// A NaN stays NaN and does not count as a test. The same as `multipletests(method="fdr_bh")` of statsmodels.
    /// Throws `EncodingError` if a p is below 0 or above 1.
    public func falseDiscoveryRates() throws -> [Double] {
        if let index = firstIndex(where: { $0 < 0 || $0 > 1 }) {
            throw EncodingError.parameter(
                name: "p value number \(index)", value: "\(self[index])", expected: "from 0 to 1, or NaN")
        }
        return benjaminiHochberg(self)
    }
}

/// The same for p values that this library has computed.
func benjaminiHochberg(_ p: [Double]) -> [Double] {
    let order = p.indices.filter { !p[$0].isNaN }.sorted { p[$0] < p[$1] }
    var q = [Double](repeating: .nan, count: p.count)
    var smallest = 1.0
    for (rank, index) in order.enumerated().reversed() {
        smallest = min(smallest, p[index] * Double(order.count) / Double(rank + 1))
        q[index] = smallest
    }
    return q
}
