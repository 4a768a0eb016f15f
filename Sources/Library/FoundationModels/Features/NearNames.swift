import Text

/// The names that are spelled most like another, the nearest first: those that contain it, or that few letters tell
/// from it.
///
/// Letters are compared without regard to capitals, and `_`, `.` and a space as one.
func nearNames(to name: String, among names: [String], atMost count: Int = 3) -> [String] {
    let wanted = plain(name)
    guard !wanted.isEmpty else { return [] }
    // The short name of a layer may be its long one.
    var seen: Set<String> = []
    let names = names.filter { seen.insert($0).inserted }
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
