/// What items find of others without an import of its own: members, operators, conformances, default implementations.
extension NameTable {
    /// What names mean now.
    func meanings(of uses: Uses) -> Set<Int> {
        var found: Set<Int> = []
        for name in uses.names {
            found.formUnion(ownerIDs[name] ?? [])
            found.formUnion(providers[name] ?? [])
            found.formUnion(providers["extension \(name)"] ?? [])
        }
        for name in uses.members { found.formUnion(providers[name] ?? []) }
        for name in uses.implicit { found.formUnion(providers[name] ?? []) }
        for name in uses.inherited {
            for id in providers[CellItem.defaults(of: name)] ?? [] {
                if let version = versions[id], implements(version.item, requirementsOf: name) {
                    found.insert(id)
                }
            }
        }
        return found
    }

    /// Whether what uses some names may find something that items provide.
    func mayFind(_ uses: Uses, amongMembersOf items: [CellItem]) -> Bool {
        items.contains { item in
            uses.touch(item.provided)
                || item.extendedType.map {
                    uses.inherited.contains($0) && implements(item, requirementsOf: $0)
                } ?? false
        }
    }

    /// Whether an extension of a protocol may have a default implementation of what that requires.
    private func implements(_ item: CellItem, requirementsOf name: String) -> Bool {
        guard owners(of: name).contains(where: { $0.kind == .protocolType }) else { return false }
        return requirements(of: name).map { !$0.isDisjoint(with: item.provided) } ?? true
    }

    /// The names of what a protocol and those that it inherits from require; nil if one is not known.
    func requirements(of name: String) -> Set<String>? {
        var found: Set<String> = []
        var seen: Set<String> = []
        var pending = [name]
        while let next = pending.popLast() {
            guard seen.insert(next).inserted else { continue }
            if let known = Self.requirements[next] {
                found.formUnion(known)
            } else if let own = owners(of: next).last(where: { $0.kind == .protocolType }) {
                found.formUnion(own.item.requirements)
                pending += own.item.uses.inherited
            } else {
                return nil
            }
        }
        return found
    }

    private static let requirements: [String: Set<String>] = [
        "AnyObject": [], "Sendable": [], "Error": [], "Copyable": [],
        "CustomStringConvertible": ["description"],
        "CustomDebugStringConvertible": ["debugDescription"], "Equatable": ["=="],
        "Hashable": ["==", "hash", "hashValue"], "Comparable": ["==", "<", ">", "<=", ">="],
        "Identifiable": ["id", "ID"], "CaseIterable": ["allCases", "AllCases"],
    ]

    /// The declarations that must be made again where a conformance goes that cannot be replaced: its type, or where no
    /// cell declares that, its protocols.
    func roots(of conformance: Version) -> [Version] {
        guard conformance.item.isConformance, let type = conformance.item.extendedType else { return [] }
        let types = owners(of: type).filter { $0.item.role == .type }
        guard types.isEmpty else { return types }
        return conformance.item.uses.inherited.sorted().flatMap { owners(of: $0) }.filter {
            $0.kind == .protocolType
        }
    }

    /// The versions of the type that a conformance extends and of its protocols, as they were when it was compiled.
    func typesAndProtocols(of conformance: Version) -> Set<Int> {
        var names = conformance.item.uses.inherited
        if let type = conformance.item.extendedType { names.insert(type) }
        return conformance.bindings.filter { id in
            // One that is gone without a trace may have been either.
            guard let version = versions[id] ?? past.versions[id] else { return true }
            return version.item.isTypeOrAlias && names.contains(version.name ?? "")
        }
    }

    /// For declarations that were made, the types that depend on conformances, with those.
    func conformancesOfTypes(among made: [Int]) -> [(type: Int, conformance: Int)] {
        let made = Set(made)
        let moved = made.contains { versions[$0]?.item.role == .type }
        let conformances = moved ? Set(versions.keys) : made
        return conformances.compactMap { versions[$0] }.filter(\.item.isConformance).flatMap { conformance in
            roots(of: conformance).filter { conformance.bindings.contains($0.id) }
                .map { (type: $0.id, conformance: conformance.id) }
        }
    }
}
