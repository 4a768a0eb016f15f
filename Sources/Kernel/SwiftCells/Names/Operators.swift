/// Operators and precedence groups that were declared more than once.
extension NameTable {
    /// The declarations that a module must repeat: an import of one name of a module shows all of its operators, also
    /// those that are gone, and a declaration in the module itself comes before all of them.
    func operatorLines(_ mentions: Set<String>, _ plan: CellPlan?) -> [String] {
        let local = (plan?.compiled ?? []) + (plan?.brought ?? []).map(\.version.item)
        let declared = local.filter { $0.role == .operatorDeclaration }.reduce(into: Set<String>()) {
            $0.formUnion($1.provided)
        }
        let removed = plan?.removed ?? []
        let going = removed.compactMap { versions[$0] }.filter { $0.item.role == .operatorDeclaration }
        let gone = going.reduce(into: goneOperators) { $0.formUnion($1.item.provided) }
        guard !gone.isEmpty else { return [] }
        var lines: [String] = []
        var seen = declared
        var pending = Array(mentions.union(local.flatMap(\.uses.members)).intersection(gone))
        while let name = pending.popLast() {
            guard seen.insert(name).inserted else { continue }
            for id in (providers[name] ?? []).sorted() where !removed.contains(id) {
                guard let item = versions[id]?.item, item.role == .operatorDeclaration else { continue }
                lines.append(item.text)
                // A group that an operator names may have been declared again, too.
                pending += item.uses.members.filter { providers[$0] != nil }
            }
        }
        return lines
    }
}
