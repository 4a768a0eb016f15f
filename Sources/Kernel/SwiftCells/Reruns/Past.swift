/// What cells declared that is no longer declared, and the statements that ran: what is needed to know which of the
/// former values no code can reach any more.
///
/// A global variable has no count of references, so this is told from the sources: who mentions it, and what could hold
/// code that mentions it. Where that is not certain the value is kept.
struct Past: Sendable {
    /// Declarations that are gone. Of variables only those whose values are still held.
    var versions: [Int: Version] = [:]
    /// The statements that may have put code into a variable or handed it on; their bindings include what they declare.
    private(set) var statements: [Version] = []

    /// A variable's storage.
    struct Storage: Hashable, Sendable {
        let id: Int
        let module: String
        let name: String
    }

    /// Notes a statement that ran.
    mutating func note(_ statement: Version, among table: NameTable) {
        let named = statement.bindings.compactMap { table.versions[$0] ?? versions[$0] }
        let variables = named.count(where: \.isVariable)
        let isHarmless = statement.item.isReport && variables == named.count
        guard
            !statement.item.uses.inClosures.isEmpty || (variables > 1 && !isHarmless)
                || variables < named.count
        else {
            return
        }
        statements.append(statement)
    }

    /// Notes that values were released.
    mutating func release(_ storages: [Storage]) {
        for storage in storages { versions[storage.id] = nil }
    }

    /// Forgets the code that nothing can reach, and the statements all of whose variables are gone.
    mutating func forgetUnreachable(in table: NameTable) {
        guard !versions.isEmpty else { return }
        let reach = Reach(from: table, past: self)
        versions = versions.filter {
            $0.value.isVariable
                ? $0.value.item.isReleasable : reach.code.contains($0.key) || $0.value.item.isConformance
        }
        let known = Set(versions.keys)
        statements.removeAll { statement in
            !statement.item.uses.handsOverClosure && statement.item.uses.handedOver.isEmpty
                && !statement.bindings.contains { table.versions[$0] != nil || known.contains($0) }
        }
    }

    /// The storage of former variables that no code can reach.
    func releasable(in table: NameTable) -> [Storage] {
        let variables = versions.values.filter { $0.isVariable && $0.item.isReleasable }
        guard !variables.isEmpty else { return [] }
        let reach = Reach(from: table, past: self)
        return variables.filter { !reach.used.contains($0.id) }.sorted { $0.id < $1.id }.compactMap {
            version in
            version.name.map { Storage(id: version.id, module: version.module, name: $0) }
        }
    }

    /// Former variables whose values are held, with what may still use them.
    func held(in table: NameTable) -> [(variable: Version, users: [Version])] {
        let reach = Reach(from: table, past: self)
        return versions.values.filter { $0.isVariable && reach.used.contains($0.id) }.sorted { $0.id < $1.id }
            .map { variable in
                let users = reach.code.compactMap { table.versions[$0] ?? versions[$0] }
                    .filter { $0.bindings.contains(variable.id) }
                let keepers = statements.filter {
                    $0.bindings.contains(variable.id) && !$0.item.uses.inClosures.isEmpty
                }
                return (variable, (users + keepers).sorted { $0.id < $1.id })
            }
    }
}

/// What code can still be called, and which variables it mentions.
struct Reach {
    private(set) var code: Set<Int> = []
    private(set) var used: Set<Int> = []
    private var variables: Set<Int> = []
    private var statements: Set<Int> = []
    private let table: NameTable
    private let past: Past
    /// For each variable the statements that mention it.
    private var touching: [Int: [Int]] = [:]

    init(from table: NameTable, past: Past) {
        self.table = table
        self.past = past
        for (place, statement) in past.statements.enumerated() {
            for id in statement.bindings { touching[id, default: []].append(place) }
        }
        for version in table.versions.values {
            if version.isVariable { visitVariable(version.id) } else { visitCode(version.id) }
        }
        // Whoever asks whether a value conforms finds the first conformance forever.
        for version in past.versions.values where version.item.isConformance { visitCode(version.id) }
        for place in past.statements.indices { visitHandedOver(place) }
    }

    private func version(_ id: Int) -> Version? { table.versions[id] ?? past.versions[id] }

    /// What a variable holds may come from any statement that mentions it.
    private mutating func visitVariable(_ id: Int) {
        guard variables.insert(id).inserted else { return }
        for place in touching[id] ?? [] { visitStatement(place) }
    }

    private mutating func visitStatement(_ place: Int) {
        guard statements.insert(place).inserted else { return }
        let uses = past.statements[place].item.uses
        for id in past.statements[place].bindings {
            guard let version = version(id) else { continue }
            let isInClosure = version.name.map(uses.inClosures.contains) ?? false
            if version.isVariable {
                if isInClosure { used.insert(id) }
                visitVariable(id)
            } else if isInClosure || !isOnlyCalled(version, uses) {
                visitCode(id)
            }
        }
    }

    /// Whether nothing of a function is left once a statement is done: it returns plain values, makes no closures that last,
    /// and mentions one variable at most, so that it puts nothing of one into another.
    private func isOnlyCalled(_ version: Version, _ uses: Uses) -> Bool {
        guard version.item.role == .function, version.item.returnsPlainValue,
            !(version.name.map(uses.values.contains) ?? true)
        else { return false }
        let parts = parts(of: version)
        let mentioned = parts.reduce(into: Set<Int>()) { $0.formUnion($1.bindings) }
        return parts.allSatisfy(\.item.uses.inClosures.isEmpty)
            && mentioned.count { self.version($0)?.isVariable ?? false } <= 1
    }

    /// A declaration and those that it uses, directly or by way of others, without variables.
    private func parts(of version: Version) -> [Version] {
        var found: [Int: Version] = [:]
        var pending = [version]
        while let next = pending.popLast() {
            guard !next.isVariable, found.updateValue(next, forKey: next.id) == nil else { continue }
            pending += next.bindings.compactMap { self.version($0) }
        }
        return Array(found.values)
    }

    /// Whether code may start something that goes on, with closures that mention the notebook's names.
    private func mayHandOver(_ version: Version) -> Bool {
        parts(of: version).contains { $0.item.uses.handsOverClosure && !$0.item.uses.inClosures.isEmpty }
    }

    /// Closures and functions that a statement gave away may be called at any time.
    private mutating func visitHandedOver(_ place: Int) {
        let uses = past.statements[place].item.uses
        for id in past.statements[place].bindings {
            guard let version = version(id) else { continue }
            if !version.isVariable, mayHandOver(version) { visitCode(id) }
            guard let name = version.name else { continue }
            let isInClosure = uses.handsOverClosure && uses.inClosures.contains(name)
            guard isInClosure || uses.handedOver.contains(name) else { continue }
            if version.isVariable {
                if isInClosure { used.insert(id) }
                visitVariable(id)
            } else {
                visitCode(id)
            }
        }
    }

    private mutating func visitCode(_ id: Int) {
        guard code.insert(id).inserted else { return }
        for other in version(id)?.bindings ?? [] {
            guard let version = version(other) else { continue }
            if version.isVariable {
                used.insert(other)
                visitVariable(other)
            } else {
                visitCode(other)
            }
        }
    }
}

extension NameTable {
    /// A variable that is no longer declared but whose value is held.
    public struct HeldVariable: Sendable {
        public let name: String
        /// The cell that declared it.
        public let label: String
        /// The module that has its storage.
        public let module: String
        /// What may still use it, with the cell of each.
        public let users: [String]
    }

    /// The former variables whose values are held, and by what.
    public var heldVariables: [HeldVariable] {
        past.held(in: self).compactMap { variable, users in
            variable.name.map { name in
                HeldVariable(
                    name: name, label: variable.label, module: variable.module,
                    users: users.map { "\($0.title) (\($0.label))" })
            }
        }
    }
}
