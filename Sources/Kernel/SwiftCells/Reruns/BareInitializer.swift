import SwiftSyntax

/// An initializer without parameters, in an extension that makes a type conform.
///
/// Nothing would tell it from one that replaces its body. It therefore leaves its work to an initializer with a
/// parameter, whose body is what is replaced.
struct BareInitializer {
    static let label = "_gyrusBare"
    private static let parameters = "\(label): ()"
    private let node: InitializerDeclSyntax
    private let body: CodeBlockSyntax

    init?(_ node: InitializerDeclSyntax) {
        guard node.signature.parameterClause.parameters.isEmpty, let body = node.body else { return nil }
        // A comment would hide what follows it on the line.
        guard !Self.head(of: node).contains("//") else { return nil }
        self.node = node
        self.body = body
    }

    private static func head(of node: InitializerDeclSyntax) -> String {
        let clauses: [String] =
            node.attributes.map(\.trimmedDescription) + node.modifiers.map(\.trimmedDescription)
            + ["init" + (node.optionalMark?.text ?? "") + "(\(parameters))"]
            + [
                node.signature.effectSpecifiers?.trimmedDescription,
                node.genericWhereClause?.trimmedDescription,
            ]
            .compactMap { $0 }
        return clauses.joined(separator: " ").replacing("\n", with: " ")
    }

    /// What makes it leave its work to another one.
    private var forwarding: SourceEdit {
        let effects = node.signature.effectSpecifiers
        let marks =
            (effects?.throwsClause == nil ? "" : "try ") + (effects?.asyncSpecifier == nil ? "" : "await ")
        return SourceEdit(
            offset: body.positionAfterSkippingLeadingTrivia.utf8Offset,
            text: "{ \(marks)self.init(\(Self.label): ()) }; \(Self.head(of: node)) ")
    }

    /// What gives a replacement its parameter.
    var parameter: SourceEdit {
        let parenthesis = node.signature.parameterClause.leftParen
        return SourceEdit(
            offset: parenthesis.endPositionBeforeTrailingTrivia.utf8Offset, text: "_anew_ \(Self.parameters)")
    }

    /// The edits that make those of a conformance replaceable.
    static func edits(of node: ExtensionDeclSyntax, isOfClass: Bool) -> [SourceEdit] {
        guard node.inheritanceClause != nil else { return [] }
        return node.memberBlock.members.compactMap { $0.decl.as(InitializerDeclSyntax.self) }
            // The compiler would say of both that a class needs a convenience initializer.
            .filter { !isOfClass || $0.modifiers.contains { $0.name.text == "convenience" } }
            .compactMap { BareInitializer($0)?.forwarding }
    }
}
