/// Names that a misspelt one may mean.
enum NearNames {
    /// The nearest of the names, if one or two slips lead to it; nil where none is near or two are equally so.
    static func nearest(to word: String, among names: some Sequence<String>) -> String? {
        let limit = max(1, min(2, word.count / 3))
        var best: (name: String, distance: Int)?
        var isUnique = true
        for name in names where name != word && abs(name.utf8.count - word.utf8.count) <= 2 * limit {
            let distance = distance(word.lowercased(), name.lowercased())
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

    /// How many letters were left out, put in or mistaken (Levenshtein).
    private static func distance(_ one: String, _ other: String) -> Int {
        let letters = Array(other)
        var row = Array(0...letters.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for place in letters.indices {
                let replaced = diagonal + (letters[place] == letter ? 0 : 1)
                diagonal = row[place + 1]
                row[place + 1] = min(replaced, row[place] + 1, diagonal + 1)
            }
        }
        return row[letters.count]
    }
}
