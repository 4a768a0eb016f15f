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
        // Declarations that use each other are stale together, so those on the way are known only if none is.
        var seen: Set<Int> = []
        var pending = [id]
        while let next = pending.popLast() {
            if known[next] == false { continue }
            guard let version = table.versions[next], !version.isVariable, !accepted.contains(next),
                seen.insert(next).inserted
            else { continue }
            if known[next] == true || version.bindings.contains(where: isGone) {
                known[id] = true
                return true
            }
            pending += version.bindings
        }
        known[id] = false
        for other in seen { known[other] = false }
        return false
    }

    /// The first thing of those that a declaration uses that is gone.
    func cause(of version: Version) -> Version? { causes(of: version).first }

    /// The first thing that is gone of those that a declaration uses, itself or by way of functions.
    func distantCause(of version: Version) -> Version? {
        code(of: version).lazy.compactMap { cause(of: $0) }.first
    }

    /// The first variable that a stopped cell has not set of those that a declaration uses, itself or by way of
    /// functions, with what uses it.
    func unsetVariable(of version: Version) -> (user: Version, name: String)? {
        code(of: version).lazy.compactMap { user in user.unset.map { (user: user, name: $0) } }.first
    }

    /// A declaration with the functions and computed variables that it was compiled with, directly or by way of others.
    private func code(of version: Version) -> [Version] {
        var found = [version]
        var seen: Set<Int> = [version.id]
        var place = 0
        while place < found.count {
            for id in found[place].bindings.sorted() where seen.insert(id).inserted {
                guard let used = table.versions[id] ?? table.past.versions[id],
                    [.function, .operatorFunction, .computed].contains(used.item.role)
                else { continue }
                found.append(used)
            }
            place += 1
        }
        return found
    }

    /// What of that which a declaration uses is gone.
    func causes(of version: Version) -> [Version] {
        version.bindings.filter(isGone).sorted().compactMap { table.versions[$0] ?? table.past.versions[$0] }
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

    /// A function that a closure in a variable still calls though it was declared again, with what took its place.
    func formerCallee(of variable: Version) -> (former: Version, now: Version)? {
        let statement = past.statements.last {
            $0.module == variable.module && $0.item.index == variable.item.index
                && $0.bindings.contains(variable.id)
        }
        guard let statement, let name = variable.name,
            types?.type(of: name, in: variable.module)?.contains("->") ?? false
        else { return nil }
        let called = statement.item.uses.inClosures.union(statement.item.uses.values)
        for id in statement.bindings.sorted() where versions[id] == nil {
            guard let former = past.versions[id], former.item.role == .function,
                let callee = former.name, called.contains(callee),
                let now = owners(of: callee).last(where: { $0.item.role == .function }),
                now.item.text != former.item.text
            else { continue }
            return (former, now)
        }
        return nil
    }
}
