/// Why the library of a cell could not be loaded, in words that a user knows.
enum LoadProblem {
    /// What the dynamic linker said, without the library's place and with names as they are written.
    static func text(_ problem: String) -> String {
        guard let match = problem.firstMatch(of: /undefined symbol: (\S+)/) else {
            return "the compiled cell could not be loaded: "
                + problem.replacing(/\/\S*\/(Cell\d+\.so):?/, with: "").trimmingPrefix(" ")
        }
        let symbol = String(match.1).trimmingSuffix(",")
        guard symbol.hasPrefix("$s") else { return "the cell uses '\(symbol)', which no loaded library has" }
        let name = Symbolizer.demangled(symbol)
        return symbol.contains(/^\$s\d+Cell\d/)
            ? "the cell uses '\(name)' of an earlier cell, which is not in memory; run that cell again"
            : "the cell uses '\(name)', which no loaded library has"
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
