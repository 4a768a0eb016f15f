/// The names that are spelled most like another, the nearest first: those that contain it, or that few letters tell
/// from it.
///
/// Letters are compared without regard to capitals, and `_`, `.` and a space as one.
func nearNames(to name: String, among names: [String], atMost count: Int = 3) -> [String] {
    let wanted = plain(name)
    guard !wanted.isEmpty else { return [] }
    let distances = names.map { candidate -> (name: String, distance: Int) in
        let candidate = (plain: plain(candidate), name: candidate)
        let isPart = candidate.plain.count > wanted.count && contains(candidate.plain, wanted)
        return (candidate.name, isPart ? 1 : editDistance(wanted, candidate.plain))
    }
    return distances.enumerated()
        .filter { $0.element.distance <= max(2, wanted.count / 3) }
        .sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
        .prefix(count).map(\.element.name)
}

private func plain(_ name: String) -> [Character] {
    name.lowercased().filter { $0 != "*" }.map { "_.".contains($0) ? " " : $0 }
}

private func contains(_ name: [Character], _ part: [Character]) -> Bool {
    (0...name.count - part.count).contains { name[$0..<$0 + part.count].elementsEqual(part) }
}

/// How many letters must be put in, left out or changed (Levenshtein 1966).
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, right) in b.enumerated() {
            let changed = diagonal + (left == right ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
