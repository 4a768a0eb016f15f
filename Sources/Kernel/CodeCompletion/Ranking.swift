/// The order in which suggestions are shown.
package enum Ranking {
    /// Those first that begin exactly as what is typed, then what is nearer, then by name.
    package static func ranked(_ suggestions: [Suggestion], prefix: String, limit: Int) -> [Suggestion] {
        let keyed = suggestions.map { suggestion in
            (
                isInexact: !suggestion.text.hasPrefix(prefix) && !name(suggestion.text).hasPrefix(prefix),
                distance: suggestion.distance.rawValue,
                folded: suggestion.text.lowercased(), suggestion: suggestion
            )
        }
        let sorted = keyed.sorted {
            if $0.isInexact != $1.isInexact { return $1.isInexact }
            return ($0.distance, $0.folded, $0.suggestion.text) < ($1.distance, $1.folded, $1.suggestion.text)
        }
        return sorted.prefix(limit).map(\.suggestion)
    }

    /// The text without what precedes the name (`?.`, a back-tick).
    private static func name(_ text: String) -> Substring {
        text.drop { !($0.isLetter || $0 == "_" || $0.isNumber) }
    }
}
