import SwiftSyntax

/// What makes the extensions of earlier cells' types mean what they would mean in those types' own file.
struct ExtensionEdits {
    private(set) var edits: [SourceEdit] = []
    /// Whether an initializer sets the properties of another module's structure one by one, which Swift 4 allowed.
    private(set) var needsSwift4 = false
    /// The names of members that the code which was put in mentions.
    private(set) var members: Set<String> = []
    /// The names that the initial values in it mention.
    private(set) var mentions: Set<String> = []

    /// The edits of a cell's extensions.
    ///
    /// The items `omitted` are not compiled, and the types `declared` are declared in the same module. `isAlive` tells
    /// whether what a module's extensions add is in sight.
    init(
        _ syntax: CellSyntax, omitting omitted: Set<Int>, declared: Set<String>, shapes: TypeShapes,
        isAlive: (String) -> Bool
    ) {
        let aliases = ShapeCollector(syntax.file).aliases
        for (index, statement) in syntax.file.statements.enumerated() where !omitted.contains(index) {
            guard case .decl(let declaration) = statement.item,
                let node = declaration.as(ExtensionDeclSyntax.self)
            else { continue }
            let written = node.extendedType.compactText.filter { $0 != " " && $0 != "`" }
            let type = aliases[written] ?? written
            if syntax.replacements[index] == nil {
                edits += BareInitializer.edits(
                    of: node, isOfClass: shapes.shape(of: type)?.kind == .classType)
            }
            guard !declared.contains(String(type.prefix { $0 != "." && $0 != "<" })),
                let shape = shapes.shape(of: type)
            else { continue }
            if syntax.replacements[index] == nil { synthesize(for: node, of: type, shape, shapes, isAlive) }
            if shape.kind == .structure { complete(initializersOf: node, shape) }
        }
    }

    private mutating func synthesize(
        for node: ExtensionDeclSyntax, of type: String, _ shape: TypeShape, _ shapes: TypeShapes,
        _ isAlive: (String) -> Bool
    ) {
        let own = TypeShape(.structure, inherited: node.inheritedNames, members: node.memberBlock.members)
        guard !own.inherited.isEmpty else { return }
        let named = shapes.expanded(own.inherited.filter { $0 == "Codable" }).union(own.inherited)
        let known = named.filter { shapes.isImplied($0, of: type, isAlive: isAlive) }
        if !known.isEmpty, own.members.isEmpty { leaveOut(known, of: node) }
        let synthesis = Synthesis(shape: shape, ownCodingKeys: own.codingKeys)
        var written: Set<String> = []
        var source = ""
        for name in shapes.expanded(own.inherited).sorted() {
            // What it only implies may be there already.
            let isThere = !named.contains(name) && shapes.conforms(type, to: name, isAlive: isAlive)
            if isThere || known.contains(name) { continue }
            for member in synthesis.members(for: name) {
                guard !own.members.contains(member.name), written.insert(member.name).inserted,
                    !shapes.hasMember(member.name, type, isAlive: isAlive)
                else { continue }
                source += " \(member.source);"
                if member.name == "init(from:)", shape.kind == .structure { needsSwift4 = true }
            }
        }
        guard !source.isEmpty else { return }
        insert(source, behind: node.memberBlock.leftBrace)
        members.formUnion(shape.properties.map(\.name) + ["CodingKeys"])
        note(initialValuesOf: shape)
    }

    /// Takes out of an extension's head what the type has already, though not by name.
    private mutating func leaveOut(_ protocols: Set<String>, of node: ExtensionDeclSyntax) {
        guard let clause = node.inheritanceClause else { return }
        let left = clause.inheritedTypes.filter { !protocols.contains($0.type.trimmedDescription) }
        let text = left.map(\.type.trimmedDescription).joined(separator: ", ")
        let start = clause.positionAfterSkippingLeadingTrivia.utf8Offset
        edits.append(
            SourceEdit(
                offset: start, length: clause.endPositionBeforeTrailingTrivia.utf8Offset - start,
                text: text.isEmpty ? "" : ": " + text))
    }

    /// Gives the properties their initial values where an initializer begins, as one in the type's own file does.
    private mutating func complete(initializersOf node: ExtensionDeclSyntax, _ shape: TypeShape) {
        for member in node.memberBlock.members {
            guard let initializer = member.decl.as(InitializerDeclSyntax.self), let body = initializer.body,
                !DelegationFinder.delegates(body)
            else { continue }
            needsSwift4 = true
            let values = shape.properties.compactMap(\.assignment).joined()
            if !values.isEmpty { insert(" " + values, behind: body.leftBrace) }
            members.formUnion(shape.properties.map(\.name))
            note(initialValuesOf: shape)
        }
    }

    private mutating func note(initialValuesOf shape: TypeShape) {
        for value in shape.properties.compactMap(\.initial) { mentions.formUnion(CellSyntax(value).mentions) }
    }

    private mutating func insert(_ text: String, behind brace: TokenSyntax) {
        edits.append(SourceEdit(offset: brace.endPositionBeforeTrailingTrivia.utf8Offset, text: text))
    }
}

/// Finds whether an initializer leaves the work to another one, or sets `self` as a whole.
private final class DelegationFinder: SyntaxVisitor {
    private var found = false

    static func delegates(_ body: CodeBlockSyntax) -> Bool {
        let finder = DelegationFinder(viewMode: .sourceAccurate)
        finder.walk(body)
        return finder.found
    }

    override func visit(_ node: MemberAccessExprSyntax) -> SyntaxVisitorContinueKind {
        if node.base?.trimmedDescription == "self", node.declName.baseName.text == "init" { found = true }
        return .visitChildren
    }

    override func visit(_ node: SequenceExprSyntax) -> SyntaxVisitorContinueKind {
        let elements = Array(node.elements)
        if elements.count > 1, elements[1].is(AssignmentExprSyntax.self),
            elements[0].trimmedDescription == "self"
        {
            found = true
        }
        return .visitChildren
    }
}
