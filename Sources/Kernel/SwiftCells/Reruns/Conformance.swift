import SwiftSyntax

/// An extension that makes a type conform to protocols, and how it replaces an earlier one.
///
/// The runtime keeps the first conformance of a type forever, so a second one would never be found by `as?` or `print`.
/// The extension therefore becomes one that replaces the bodies of the first (`@_dynamicReplacement`). What has no body to
/// replace stays in the first extension, and must be as it was.
struct Conformance {
    /// Which of the cell's top-level items it is.
    let item: Int
    let node: ExtensionDeclSyntax
    /// What the extension adds.
    let effects: Set<String>

    init?(_ node: ExtensionDeclSyntax, item: Int, effects: Set<String>) {
        guard node.inheritanceClause != nil else { return nil }
        self.item = item
        self.node = node
        self.effects = effects
    }

    /// The conformance of a source with one extension.
    init?(ofSource source: String) {
        guard let found = CellSyntax(source).conformances.first else { return nil }
        self = found
    }

    /// The types and protocols that the extension mentions.
    var typeNames: [String] {
        let types = [node.extendedType] + (node.inheritanceClause?.inheritedTypes.map(\.type) ?? [])
        return types.map(\.compactText)
    }

    private var head: String { node.effectiveType }

    /// By what a member is known among the effects.
    private func key(_ member: MemberBlockItemSyntax) -> String {
        "extension \(head) \(member.decl.memberKey)"
    }

    /// The names of the members that are not among some effects.
    func names(ofMembersBesides effects: Set<String>) -> Set<String> {
        Set(node.memberBlock.members.filter { !effects.contains(key($0)) }.flatMap(\.decl.memberNames))
    }

    /// Whether it can replace an earlier one that provides `effects` and now reads as `former`.
    func canReplace(_ former: Conformance, providing effects: Set<String>) -> Bool {
        guard effects.isSubset(of: self.effects),
            !self.effects.subtracting(effects).contains(where: { $0.hasPrefix("extension \(head): ") })
        else { return false }
        let interfaces = Set(former.node.memberBlock.members.map(\.decl.interface))
        return node.memberBlock.members.filter { effects.contains(key($0)) }.allSatisfy {
            (ReplaceableMember($0.decl) != nil || $0.decl.hasNoBody) && interfaces.contains($0.decl.interface)
        }
    }

    /// The edits that turn the extension into a replacement of an earlier one that provides `effects`. What it adds to
    /// that stays in it or is left out.
    func edits(replacing effects: Set<String>, in bytes: [UInt8], keepsAdditions: Bool) -> [SourceEdit] {
        var edits: [SourceEdit] = []
        if let clause = node.inheritanceClause { edits += SourceEdit.blanks(over: clause, in: bytes) }
        for member in node.memberBlock.members {
            if !effects.contains(key(member)) {
                if !keepsAdditions { edits += SourceEdit.blanks(over: member, in: bytes) }
            } else if let replaceable = ReplaceableMember(member.decl) {
                edits += replaceable.edits
            } else {
                edits += SourceEdit.blanks(over: member, in: bytes)
            }
        }
        return edits
    }

    /// The source of an extension with what this one has beyond `effects`; nil if that is nothing.
    func additions(to effects: Set<String>) -> String? {
        let added = node.memberBlock.members.filter { !effects.contains(key($0)) }
        guard !added.isEmpty else { return nil }
        let block = node.memberBlock.with(\.members, added)
        return node.with(\.inheritanceClause, nil).with(\.memberBlock, block).trimmedDescription
    }
}

extension DeclSyntax {
    /// All of a member that cannot be replaced.
    fileprivate var interface: String {
        if let node = self.as(FunctionDeclSyntax.self) { return node.with(\.body, nil).compactText }
        if let node = self.as(InitializerDeclSyntax.self) { return node.with(\.body, nil).compactText }
        if let node = self.as(SubscriptDeclSyntax.self) {
            return node.with(\.accessorBlock, nil).compactText + (node.accessorBlock?.kinds ?? "")
        }
        if let node = self.as(VariableDeclSyntax.self), node.isComputed, let binding = node.bindings.first {
            return node.modifiers.compactText + binding.with(\.accessorBlock, nil).compactText
                + (binding.accessorBlock?.kinds ?? "")
        }
        return compactText
    }

    /// Whether a member is what it is by its text alone: a type, or a constant of the type.
    fileprivate var hasNoBody: Bool {
        if let node = self.as(VariableDeclSyntax.self) { return node.bindingSpecifier.text == "let" }
        return self.asProtocol((any DeclGroupSyntax).self) != nil || self.is(TypeAliasDeclSyntax.self)
    }
}

extension AccessorBlockSyntax {
    /// The accessors that there are, with their effects.
    fileprivate var kinds: String {
        guard case .accessors(let accessors) = accessors else { return "get" }
        return accessors.map { $0.with(\.body, nil).compactText }.sorted().joined(separator: " ")
    }
}
