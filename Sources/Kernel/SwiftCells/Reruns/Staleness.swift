/// Whether declarations use something that is gone.
struct Staleness {
    private let table: NameTable
    private let gone: Set<Int>
    /// Types that are known to be stale and stay as they are.
    var accepted: Set<Int> = []
    private var known: [Int: Bool] = [:]

    init(table: NameTable, gone: Set<Int>) {
        self.table = table
        self.gone = gone
    }

    /// Whether a declaration, or one that it uses, was compiled with something that is gone.
    mutating func isStale(_ id: Int) -> Bool {
        if let answer = known[id] { return answer }
        // Functions that call each other: the others decide.
        known[id] = false
        guard let version = table.versions[id], !version.isVariable, !accepted.contains(id) else {
            return false
        }
        let answer = version.bindings.contains { isGone($0) || isStale($0) }
        known[id] = answer
        return answer
    }

    /// The first thing of those that a declaration uses that is gone.
    func cause(of version: Version) -> Version? {
        version.bindings.sorted().first(where: isGone).flatMap {
            table.versions[$0] ?? table.past.versions[$0]
        }
    }

    func isGone(_ id: Int) -> Bool { gone.contains(id) || table.versions[id] == nil }
}

extension NameTable {
    /// All that the declarations of a notebook other than `excluded` use, directly or by way of others.
    func dependencies(ofAllBut excluded: Set<Int>) -> Set<Int> {
        var found: Set<Int> = []
        var pending: [Int] = []
        for version in versions.values where !excluded.contains(version.id) { pending += version.bindings }
        // A statement may have put a value into a variable that is still there.
        for statement in past.statements
        where statement.bindings.contains(where: {
            !excluded.contains($0) && versions[$0]?.isVariable == true
        }) {
            pending += statement.bindings
        }
        while let next = pending.popLast() {
            if found.insert(next).inserted { pending += versions[next]?.bindings ?? [] }
        }
        return found
    }
}
