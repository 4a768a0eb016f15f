/// The false discovery rate at which each test would just be called significant (`q`), by Benjamini and Hochberg.
///
/// NaN stays NaN and counts as no test. The same as `multipletests(method="fdr_bh")` of statsmodels.
public func falseDiscoveryRates(_ p: [Double]) -> [Double] {
    let order = p.indices.filter { !p[$0].isNaN }.sorted { p[$0] < p[$1] }
    var q = [Double](repeating: .nan, count: p.count)
    var smallest = 1.0
    for (rank, index) in order.enumerated().reversed() {
        smallest = min(smallest, p[index] * Double(order.count) / Double(rank + 1))
        q[index] = smallest
    }
    return q
}
