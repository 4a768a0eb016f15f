/// By what a cell without an id is known again when it is edited and run again.
extension NameTable {
    /// What identifies a cell by its names: all that some items declare, functions by their base name.
    func keys(of items: [CellItem]) -> Set<String> {
        var keys: Set<String> = []
        for item in items {
            for declaration in item.declarations { keys.insert(declaration.name) }
            guard item.isVisibleByModule else { continue }
            for effect in item.effects { keys.insert(key(of: effect, among: items)) }
        }
        return keys
    }

    /// What some items of a cell add, which may replace what extensions of other cells do.
    struct Replacement {
        let items: [CellItem]
        let effects: Set<String>
        /// The keys of the members, by which an edited one is known in a cell without an id; none in a cell with one.
        let keys: Set<String>
    }

    /// What some items of a cell may replace.
    func replacement(by items: [CellItem], of cell: CellKey) -> Replacement {
        // A conformance is edited in its own cell.
        let members = cell.isAnonymous ? items.filter { !$0.isConformance }.flatMap(\.effects) : []
        return Replacement(
            items: items, effects: items.reduce(into: []) { $0.formUnion($1.effects) },
            keys: Set(members.map { key(of: $0, among: items) }))
    }

    /// What an extension provides that the items of another cell replace.
    func effects(of version: Version, replacedBy new: Replacement) -> Set<String> {
        let found = version.item.effects.intersection(new.effects)
        guard !new.keys.isEmpty, version.cell.isAnonymous, !version.item.isConformance else { return found }
        return found.union(version.item.effects.filter { new.keys.contains(key(of: $0, among: new.items)) })
    }

    /// The base name of a member or an operator; of those whose name is the language's and not the user's, with what tells them
    /// apart: another of that name is no edit of the first. Results tell none apart: a function whose result type is edited is
    /// the same one.
    private func key(of effect: String, among items: [CellItem]) -> String {
        let name = ParameterClause.name(before: effect)
        let clause = ParameterClause(effect.dropFirst(name.count))
        let base = name.split(separator: " ").last ?? ""
        if Self.namesOfTheLanguage.contains(String(base)) { return name + clause.labels }
        guard name.hasSuffix("func \(base)"), let first = base.first, !first.isLetter, first != "_",
            first != "`", !declaresOperator(String(base), among: items)
        else { return name }
        return name + clause.types
    }

    private static let namesOfTheLanguage: Set<String> = [
        "subscript", "init", "appendInterpolation", "callAsFunction",
    ]

    /// Whether an operator is one of the notebook's own.
    private func declaresOperator(_ name: String, among items: [CellItem]) -> Bool {
        let others = (providers[name] ?? []).lazy.compactMap { versions[$0]?.item }
        return (items + others).contains {
            $0.role == .operatorDeclaration && $0.provided.contains(name)
        }
    }
}

/// The parameters of a declaration, read from the text of its clause with spaces between all tokens.
private struct ParameterClause {
    private(set) var labels = ""
    private(set) var types = ""

    /// What precedes the clause of a declaration, which begins with the one parenthesis that no space precedes; others
    /// are those of types. What is conditional is known by all of its text, and by what precedes its first parenthesis.
    static func name(before effect: String) -> String {
        if effect.hasSuffix("#endif") { return String(effect.prefix { $0 != "(" }) }
        var last: Character = " "
        return String(
            effect.prefix { character in
                defer { last = character }
                return character != "(" || last == " "
            })
    }

    init(_ text: Substring) {
        var depth = 0
        var isName = true
        for word in text.split(separator: " ") {
            if [")", "]", "}", ">"].contains(word) { depth -= 1 }
            if depth == 0, word == ")" { return }
            if depth == 1, word == "," {
                isName = true
            } else if depth == 1, isName, word == ":" {
                labels += ":"
                types += ":"
                isName = false
            } else if depth > 0 {
                if isName { labels += "\(word) " } else { types += "\(word) " }
            }
            if ["(", "[", "{", "<"].contains(word) { depth += 1 }
        }
    }
}
