/// A declaration of the notebook as it was when its cell was last run, or a statement that ran.
///
/// A declaration that is compiled again without a change of what it says or of what its names mean stays the same version;
/// so what uses it need not be compiled again.
struct Version: Sendable {
    let id: Int
    var cell: CellKey
    /// The cell's label in its last run.
    var label: String
    /// The module that has the newest copy of its code, or its storage; empty while it is in none.
    var module: String
    /// For what is in no module: the one that it was taken out of, which still shows it.
    var formerModule: String?
    /// For a variable: the module that shows it without what else its own module does; see `VariableBridge`.
    var bridge: String?
    var item: CellItem
    /// The name and kind; nil for what has none.
    let declaration: Declaration?
    /// The versions that its names meant when it was compiled.
    var bindings: Set<Int>
    /// The conformance to which it adds members that the first of its kind did not have.
    var addition: Int?
    /// What the compiler warned of, with lines counted from the item's first.
    var warnings: [Diagnostic] = []
    /// A variable that its code uses and that its cell, which stopped, has not set.
    var unset: String?

    /// The module that those who mention it import.
    var source: String { bridge ?? module }
    var isVariable: Bool { item.role == .variable }
    var name: String? { declaration?.name }
    var kind: DeclarationKind? { declaration?.kind }

    /// What the user calls it.
    var title: String { name ?? item.text.prefix { $0 != "{" && !$0.isNewline }.trimmingSuffix(" ") }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(_ end: Character) -> String {
        var text = self[...]
        while text.last == end { text.removeLast() }
        return String(text)
    }
}
