import SwiftParser
import SwiftSyntax

/// What a cell says, as far as the kernel must know: its declarations, its imports, the names that it mentions.
struct CellSyntax {
    /// The cell, without conditions of compilation that are decided; see `Parser.parse(cell:)`.
    let file: SourceFileSyntax
    let converter: SourceLocationConverter
    var declarations: [Declaration] = []
    /// The import declarations; those under a condition with it.
    var imports: [String] = []
    /// What each item adds without a name of its own: extension members, conformances, operators.
    private(set) var itemEffects: [Int: Set<String>] = [:]
    /// The extensions that make types conform to protocols.
    private(set) var conformances: [Conformance] = []
    /// For the items that replace the bodies of earlier conformances, the edits that make them do so.
    private(set) var replacements: [Int: [SourceEdit]] = [:]
    /// Every identifier and operator in the cell.
    var mentions: Set<String> = []
    /// What puts earlier results where the cell refers to them.
    private(set) var resultEdits: [SourceEdit] = []

    init(_ source: String) {
        file = Parser.parse(cell: source)
        converter = SourceLocationConverter(fileName: "", tree: file)
        for token in file.tokens(viewMode: .sourceAccurate) {
            switch token.tokenKind {
            case .identifier(let text): mentions.insert(text.trimmingBackticks)
            case .binaryOperator(let text), .prefixOperator(let text), .postfixOperator(let text):
                mentions.insert(text)
            default: break
            }
        }
        imports = file.statements.compactMap(\.item.importText)
        for (index, statement) in file.statements.enumerated() { collect(statement.item, index) }
    }

    private mutating func collect(_ item: CodeBlockItemSyntax.Item, _ index: Int) {
        if case .stmt(let statement) = item, let guarded = statement.as(GuardStmtSyntax.self) {
            for name in guarded.boundNames { declare(.variable, name.text, index) }
            return
        }
        guard case .decl(let declaration) = item else { return }
        if let node = declaration.as(VariableDeclSyntax.self) {
            for binding in node.bindings {
                for name in binding.pattern.boundNames { declare(.variable, name.text, index) }
            }
        } else if let node = declaration.as(FunctionDeclSyntax.self) {
            collect(node, index)
        } else if let node = declaration.as(StructDeclSyntax.self) {
            declare(.structure, node.name.text, index)
        } else if let node = declaration.as(ClassDeclSyntax.self) {
            declare(.classType, node.name.text, index)
        } else if let node = declaration.as(ActorDeclSyntax.self) {
            declare(.classType, node.name.text, index)
        } else if let node = declaration.as(EnumDeclSyntax.self) {
            declare(.enumeration, node.name.text, index)
        } else if let node = declaration.as(ProtocolDeclSyntax.self) {
            declare(.protocolType, node.name.text, index)
        } else if let node = declaration.as(TypeAliasDeclSyntax.self) {
            declare(.typealiasType, node.name.text, index)
        } else if let node = declaration.as(ExtensionDeclSyntax.self) {
            collect(node, index)
        } else if let node = declaration.as(OperatorDeclSyntax.self) {
            add("operator \(node.fixitySpecifier.text) \(node.name.text)", index)
        } else if let node = declaration.as(PrecedenceGroupDeclSyntax.self) {
            add("precedencegroup \(node.name.text)", index)
        } else if let node = declaration.as(IfConfigDeclSyntax.self) {
            for clause in node.possibleClauses {
                if case .statements(let items)? = clause.elements {
                    for inner in items { collect(inner.item, index) }
                }
            }
        }
    }

    private mutating func collect(_ node: FunctionDeclSyntax, _ index: Int) {
        if case .identifier = node.name.tokenKind {
            declare(
                .function, node.name.text, index, signature: node.overloadSignature,
                source: node.trimmedDescription,
                line: node.startLocation(converter: converter).line)
        } else {
            add("func \(node.name.text)\(node.overloadSignature)", index)
        }
    }

    private mutating func collect(_ node: ExtensionDeclSyntax, _ index: Int) {
        var effects: Set<String> = []
        defer {
            itemEffects[index, default: []].formUnion(effects)
            if let conformance = Conformance(node, item: index, effects: effects) {
                conformances.append(conformance)
            }
        }
        let type = node.effectiveType
        for inherited in node.inheritanceClause?.inheritedTypes ?? [] {
            effects.insert("extension \(type): \(inherited.type.compactText)")
        }
        for member in node.memberBlock.members {
            effects.insert("extension \(type) \(member.decl.memberKey)")
        }
        if effects.isEmpty { effects.insert("extension \(type)") }
    }

    private mutating func add(_ effect: String, _ index: Int) {
        itemEffects[index, default: []].insert(effect)
    }

    private mutating func declare(
        _ kind: DeclarationKind, _ name: String, _ index: Int, signature: String = "", source: String = "",
        line: Int = 0
    ) {
        let name = name.trimmingBackticks
        guard name != "_" else { return }
        declarations.append(
            Declaration(kind: kind, name: name, signature: signature, item: index, source: source, line: line)
        )
    }
}

extension CellSyntax {
    /// Makes replacements of the conformances of some items; for each what the earlier one provides.
    mutating func replace(_ provided: [Int: Set<String>]) {
        guard !provided.isEmpty else { return }
        let bytes = Array(file.description.utf8)
        for conformance in conformances {
            guard let effects = provided[conformance.item] else { continue }
            replacements[conformance.item] = conformance.edits(
                replacing: effects, in: bytes, keepsAdditions: true)
        }
    }

    /// Finds where the cell refers to earlier results; names that the cell or an earlier one declares are those.
    ///
    /// `isGuess` takes the type of a result for what its name means now.
    mutating func useResults(_ results: ResultTable, isGuess: Bool = false, isDeclared: (String) -> Bool) {
        // Few cells do: looking for that costs less than a walk.
        guard
            mentions.contains("Out") || mentions.contains("In")
                || file.tokens(viewMode: .sourceAccurate).contains(where: { $0.text.hasPrefix("_") })
        else { return }
        let own = Set(declarations.map(\.name)).union(localNamesOfResults)
        resultEdits = withoutActuallyEscaping(isDeclared) { isDeclared in
            ResultReferences.edits(in: file, results, isGuess: isGuess) { own.contains($0) || isDeclared($0) }
        }
    }

    /// `In` and `Out` where something inside of the cell is called so, as a generic parameter may be.
    private var localNamesOfResults: Set<String> {
        let names = file.tokens(viewMode: .sourceAccurate).filter { token in
            guard ["In", "Out"].contains(token.text), let parent = token.parent else { return false }
            return ![.declReferenceExpr, .identifierType, .memberType].contains(parent.kind)
        }
        return Set(names.map(\.text))
    }

    /// Takes the cell for the body of a closure: what it declares is no one else's.
    mutating func forgetDeclarations() {
        declarations = []
        itemEffects = [:]
        conformances = []
        replacements = [:]
    }

    /// The edits that put code before and after the whole cell, on its own lines, and have all of its values used.
    func edits(wrapping: (before: String, after: String)) -> [SourceEdit] {
        guard let first = file.statements.first, let last = file.statements.last else { return [] }
        return [
            SourceEdit(
                offset: first.positionAfterSkippingLeadingTrivia.utf8Offset, text: wrapping.before + " ")
        ] + KeptValues.edits(in: file) + resultEdits + [
            SourceEdit(offset: last.endPositionBeforeTrailingTrivia.utf8Offset, text: " " + wrapping.after)
        ]
    }

    /// Line and column (bytes, from 1) at which the cell first uses a name.
    func firstReference(to name: String) -> (line: Int, column: Int)? {
        let token = file.tokens(viewMode: .sourceAccurate).first {
            $0.text.trimmingBackticks == name && $0.parent?.is(DeclReferenceExprSyntax.self) == true
        }
        return token.map { $0.startLocation(converter: converter) }.map { ($0.line, $0.column) }
    }
}

extension CodeBlockItemSyntax.Item {
    /// The imports in it, with the conditions around them; nil if there are none.
    fileprivate var importText: String? {
        guard case .decl(let declaration) = self else { return nil }
        if declaration.is(ImportDeclSyntax.self) { return declaration.trimmedDescription }
        guard let node = declaration.as(IfConfigDeclSyntax.self) else { return nil }
        var lines: [String] = []
        var hasImports = false
        for clause in node.clauses {
            lines.append(clause.poundKeyword.text + " " + (clause.condition?.trimmedDescription ?? ""))
            guard case .statements(let items)? = clause.elements else { continue }
            let imports = items.compactMap(\.item.importText)
            hasImports = hasImports || !imports.isEmpty
            lines += imports
        }
        return hasImports ? (lines + ["#endif"]).joined(separator: "\n") : nil
    }
}

extension String {
    var trimmingBackticks: String {
        hasPrefix("`") && hasSuffix("`") && count > 2 ? String(dropFirst().dropLast()) : self
    }
}

extension SyntaxProtocol {
    /// The tokens with single spaces between them.
    var compactText: String { tokens(viewMode: .sourceAccurate).map(\.text).joined(separator: " ") }
}

extension FunctionDeclSyntax {
    /// Labels, types, result and generic clauses, with spaces between all tokens: what a second declaration must repeat in
    /// order to replace this one.
    var overloadSignature: String {
        let parameters = signature.parameterClause.parameters.map {
            "\(isOperator ? "_" : $0.firstName.text) : \($0.type.compactText)\($0.ellipsis == nil ? "" : " ...")"
        }
        let clauses = [
            signature.returnClause?.compactText, genericParameterClause?.compactText,
            genericWhereClause?.compactText,
        ]
        return (["( \(parameters.joined(separator: " , ")) )"] + clauses.compactMap { $0 })
            .joined(separator: " ")
    }
}

extension DeclSyntax {
    /// The keys that tell the members of an extension apart.
    var memberKey: String {
        if let node = self.as(FunctionDeclSyntax.self) {
            return "\(node.isOfType ? "static " : "")func \(node.name.text)\(node.overloadSignature)"
        }
        if let node = self.as(VariableDeclSyntax.self) {
            return (node.isOfType ? "static var " : "var ")
                + node.bindings.flatMap(\.pattern.boundNames).map(\.text).joined(separator: ",")
        }
        if let node = self.as(InitializerDeclSyntax.self) {
            return "init\(node.signature.parameterClause.compactText)"
                + Self.text(of: [node.genericParameterClause, node.genericWhereClause])
        }
        if let node = self.as(SubscriptDeclSyntax.self) {
            return "\(node.isOfType ? "static " : "")subscript\(node.parameterClause.compactText)"
                + Self.text(of: [node.returnClause, node.genericParameterClause, node.genericWhereClause])
        }
        if let node = self.asProtocol((any NamedDeclSyntax).self) { return "type \(node.name.text)" }
        return compactText
    }

    /// What distinguishes overloads after their parameters.
    private static func text(of clauses: [(any SyntaxProtocol)?]) -> String {
        clauses.compactMap { $0.map { " " + $0.compactText } }.joined()
    }
}

extension PatternSyntax {
    /// The names that the pattern binds.
    var boundNames: [TokenSyntax] { NameFinder.names(in: Syntax(self)) }
}

extension GuardStmtSyntax {
    /// The names that the guard's conditions bind for what follows it.
    var boundNames: [TokenSyntax] {
        conditions.flatMap { condition -> [TokenSyntax] in
            switch condition.condition {
            case .optionalBinding(let binding): binding.pattern.boundNames
            case .matchingPattern(let matching): matching.pattern.boundNames
            default: []
            }
        }
    }
}

/// Finds the identifiers of identifier patterns.
private final class NameFinder: SyntaxVisitor {
    private var found: [TokenSyntax] = []

    static func names(in node: Syntax) -> [TokenSyntax] {
        let finder = NameFinder(viewMode: .sourceAccurate)
        finder.walk(node)
        return finder.found
    }

    override func visit(_ node: IdentifierPatternSyntax) -> SyntaxVisitorContinueKind {
        found.append(node.identifier)
        return .skipChildren
    }
}
