import Text

/// Names that a misspelled one may mean.
enum NearNames {
    /// The nearest of the names, if one or two slips lead to it; nil if none is near or two are equally so.
    ///
    /// A single letter with a slip could be any other: only its case may differ.
    static func nearest(to word: String, among names: some Sequence<String>) -> String? {
        let limit = word.count < 2 ? 0 : max(1, min(2, word.count / 3))
        var best: (name: String, distance: Int)?
        var isUnique = true
        for name in names where name != word && abs(name.utf8.count - word.utf8.count) <= 2 * limit {
            let distance = editDistance(word.lowercased(), name.lowercased())
            guard distance <= limit else { continue }
            if let known = best, known.distance <= distance {
                isUnique = isUnique && known.distance < distance
            } else {
                best = (name, distance)
                isUnique = true
            }
        }
        return isUnique ? best?.name : nil
    }
}
