import SwiftSyntax

/// A member of an extension whose body another one can replace, under another name.
struct ReplaceableMember {
    private let member: DeclSyntax
    /// How the replacement names it.
    private let reference: String
    /// What gives the replacement its own name.
    private let renaming: [SourceEdit]

    init?(_ member: DeclSyntax) {
        self.member = member
        if let function = member.as(FunctionDeclSyntax.self) {
            let parameters = function.signature.parameterClause.parameters
            // The parameters of an operator have no labels.
            let labels =
                function.isOperator
                ? parameters.map { _ in "_:" } : parameters.map { $0.firstName.text + ":" }
            reference = "\(function.name.text)(\(labels.joined()))"
            // Filtering a collection makes a new one, whose members have other positions.
            let fixity = Array(function.modifiers).filter { ["prefix", "postfix"].contains($0.name.text) }
            renaming =
                function.isOperator
                ? fixity.map { .replacing($0, with: "") } + [
                    .replacing(function.name, with: "_anew_operator")
                ]
                : [.inserting("_anew_", before: function.name)]
        } else if let variable = member.as(VariableDeclSyntax.self) {
            guard variable.bindings.count == 1, let binding = variable.bindings.first, variable.isComputed,
                let pattern = binding.pattern.as(IdentifierPatternSyntax.self)
            else { return nil }
            reference = pattern.identifier.text
            renaming = [.inserting("_anew_", before: pattern.identifier)]
        } else if let node = member.as(SubscriptDeclSyntax.self) {
            let parameters = node.parameterClause.parameters
            guard let first = parameters.first else { return nil }
            let labels = parameters.map { ($0.secondName == nil ? "_" : $0.firstName.text) + ":" }
            reference = "subscript(\(labels.joined()))"
            renaming = [Self.relabeling(first, isUnlabeled: first.secondName == nil)]
        } else if let node = member.as(InitializerDeclSyntax.self) {
            guard let first = node.signature.parameterClause.parameters.first else {
                guard let bare = BareInitializer(node) else { return nil }
                reference = "init(\(BareInitializer.label):)"
                renaming = [bare.parameter]
                return
            }
            let labels = node.signature.parameterClause.parameters.map { $0.firstName.text + ":" }
            reference = "init(\(labels.joined()))"
            renaming = [Self.relabeling(first, isUnlabeled: false)]
        } else {
            return nil
        }
    }

    /// Gives the first parameter another label, and the same name as before.
    private static func relabeling(_ parameter: FunctionParameterSyntax, isUnlabeled: Bool) -> SourceEdit {
        if isUnlabeled { return .inserting("_anew_ ", before: parameter.firstName) }
        if parameter.firstName.text == "_" { return .replacing(parameter.firstName, with: "_anew_") }
        let label = "_anew_" + parameter.firstName.text.trimmingBackticks
        return parameter.secondName == nil
            ? .inserting(label + " ", before: parameter.firstName)
            : .replacing(parameter.firstName, with: label)
    }

    /// What a member's own code calls the member; nil for one that is never replaced, and is called as it is written.
    static func name(of member: DeclSyntax) -> String? {
        guard let parent = member.parent?.parent?.parent?.parent, parent.is(ExtensionDeclSyntax.self),
            let reference = replacedName(of: member) ?? ReplaceableMember(member)?.reference
        else { return nil }
        return reference.replacing("\(BareInitializer.label):", with: "")
    }

    /// What a member replaces that is already written as a replacement.
    private static func replacedName(of member: DeclSyntax) -> String? {
        let attributes = member.asProtocol((any WithAttributesSyntax).self)?.attributes.map(
            \.trimmedDescription)
        let prefix = "@_dynamicReplacement(for: "
        return attributes?.first { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count).dropLast())
        }
    }

    /// The edits that make the member a replacement.
    var edits: [SourceEdit] {
        [.inserting("@_dynamicReplacement(for: \(reference)) ", before: member)] + renaming
    }
}

extension FunctionDeclSyntax {
    var isOperator: Bool {
        if case .identifier = name.tokenKind { return false }
        return true
    }
}

extension SourceEdit {
    fileprivate static func inserting(_ text: String, before node: some SyntaxProtocol) -> SourceEdit {
        SourceEdit(offset: node.positionAfterSkippingLeadingTrivia.utf8Offset, text: text)
    }

    fileprivate static func replacing(_ node: some SyntaxProtocol, with text: String) -> SourceEdit {
        let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
        let length = node.endPositionBeforeTrailingTrivia.utf8Offset - start
        return SourceEdit(offset: start, length: length, text: text)
    }
}
