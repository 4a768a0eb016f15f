import SwiftSyntax

/// A conformance that a cell declares anew.
///
/// The runtime keeps the first conformance of a type for ever, so a second one would never be found by `as?` or
/// `print`. The extension therefore becomes one that replaces the bodies of the first (`@_dynamicReplacement`).
struct ConformanceReplacement {
    /// Which of the cell's top-level items it is.
    let item: Int
    let node: ExtensionDeclSyntax
    /// What the extension would add if it were a new one.
    let effects: Set<String>

    /// The extension of an item, where all that it holds can be replaced: functions and computed properties.
    init?(_ node: ExtensionDeclSyntax, item: Int, effects: Set<String>) {
        guard node.inheritanceClause != nil, !node.memberBlock.members.isEmpty,
            node.memberBlock.members.allSatisfy({ Self.name(of: $0.decl) != nil })
        else { return nil }
        self.item = item
        self.node = node
        self.effects = effects
    }

    /// The types and protocols that the extension speaks of.
    var typeNames: [String] {
        let types = [node.extendedType] + (node.inheritanceClause?.inheritedTypes.map(\.type) ?? [])
        return types.map(\.compactText)
    }

    /// Whether the bodies of an extension that ran can be replaced.
    static func isReplaceable(_ item: CellItem) -> Bool { !CellSyntax(item.text).conformances.isEmpty }

    /// The edits that turn the conformance into a replacement of the earlier one.
    var edits: [SourceEdit] {
        var edits: [SourceEdit] = []
        if let clause = node.inheritanceClause {
            let start = clause.positionAfterSkippingLeadingTrivia.utf8Offset
            let length = clause.endPositionBeforeTrailingTrivia.utf8Offset - start
            edits.append(SourceEdit(offset: start, length: length, text: ""))
        }
        for member in node.memberBlock.members {
            guard let (token, reference) = Self.name(of: member.decl) else { continue }
            let start = token.positionAfterSkippingLeadingTrivia.utf8Offset
            let isOperator = member.decl.as(FunctionDeclSyntax.self)?.isOperator ?? false
            let length = isOperator ? token.endPositionBeforeTrailingTrivia.utf8Offset - start : 0
            edits.append(
                SourceEdit(
                    offset: member.decl.positionAfterSkippingLeadingTrivia.utf8Offset,
                    text: "@_dynamicReplacement(for: \(reference)) "))
            edits.append(
                SourceEdit(offset: start, length: length, text: isOperator ? "_anew_operator" : "_anew_"))
        }
        return edits
    }

    /// The name of a replaceable member, and the reference by which a replacement names it.
    private static func name(of member: DeclSyntax) -> (token: TokenSyntax, reference: String)? {
        if let function = member.as(FunctionDeclSyntax.self) {
            let isUnary = function.modifiers.contains { ["prefix", "postfix"].contains($0.name.text) }
            guard !isUnary else { return nil }
            let name = function.name.text
            // The parameters of an operator have no labels.
            let labels = function.signature.parameterClause.parameters.map {
                function.isOperator ? "_:" : $0.firstName.text + ":"
            }
            return (function.name, "\(name)(\(labels.joined()))")
        }
        if let variable = member.as(VariableDeclSyntax.self), variable.bindings.count == 1,
            let binding = variable.bindings.first, binding.accessorBlock != nil,
            let pattern = binding.pattern.as(IdentifierPatternSyntax.self)
        {
            return (pattern.identifier, pattern.identifier.text)
        }
        return nil
    }
}

extension FunctionDeclSyntax {
    fileprivate var isOperator: Bool {
        if case .identifier = name.tokenKind { return false }
        return true
    }
}
