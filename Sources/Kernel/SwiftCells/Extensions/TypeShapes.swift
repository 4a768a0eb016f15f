import SwiftSyntax

/// The types that cells declared, as their sources show them, with what later extensions added.
struct TypeShapes: Sendable {
    /// What an extension gave a type.
    private struct Addition: Sendable {
        let module: String
        let type: String
        let protocols: [String]
        let members: Set<String>
    }

    /// By the name with those of the types around it (`Outer.Inner`).
    private var shapes: [String: TypeShape] = [:]
    private var aliases: [String: String] = [:]
    private var additions: [Addition] = []
    /// The private names of each module, by which a cell asks to see what is private there.
    private var privateNames: [String: Set<String>] = [:]

    /// Adds a cell that ran.
    mutating func commit(_ syntax: CellSyntax, module: String, plan: CellPlan) {
        for brought in plan.brought where !brought.replacesBodies {
            let moved = CellSyntax(brought.text)
            leave(brought.version.module, ShapeCollector(moved.file))
            commit(ShapeCollector(moved.file), moved.declarations, module: module)
        }
        commit(
            ShapeCollector(syntax.file, omitting: Set(plan.kept.keys)), plan.compiled.flatMap(\.declarations),
            module: module)
    }

    /// Forgets the extensions that are compiled again elsewhere.
    private mutating func leave(_ module: String, _ collector: ShapeCollector) {
        for moved in collector.extensions {
            let type = name(of: moved.type)
            additions.removeAll {
                $0.module == module && $0.type == type && $0.members == moved.members
                    && $0.protocols == moved.protocols
            }
        }
    }

    private mutating func commit(
        _ collector: ShapeCollector, _ declarations: [Declaration], module: String
    ) {
        for name in declarations.filter(\.kind.isType).map(\.name) { forget(name) }
        shapes.merge(collector.shapes) { $1 }
        aliases.merge(collector.aliases) { $1 }
        additions += collector.extensions.map {
            Addition(
                module: module, type: name(of: $0.type), protocols: $0.protocols, members: $0.members)
        }
        if !collector.privateNames.isEmpty {
            privateNames[module, default: []].formUnion(collector.privateNames)
        }
    }

    private mutating func forget(_ name: String) {
        shapes = shapes.filter { $0.key != name && !$0.key.hasPrefix(name + ".") }
        aliases[name] = nil
        additions.removeAll { $0.type == name || $0.type.hasPrefix(name + ".") }
    }

    /// The shape of the type that an extension extends; nil for types that no cell declared.
    func shape(of type: String) -> TypeShape? { shapes[name(of: type)] }

    private func name(of type: String) -> String {
        let plain = type.filter { $0 != " " && $0 != "`" }.prefix { $0 != "<" }
        return aliases[String(plain)] ?? String(plain)
    }

    /// Whether a type conforms to a protocol, or has a member, by its own source or an extension in a living module.
    func conforms(_ type: String, to wanted: String, isAlive: (String) -> Bool) -> Bool {
        let own = shape(of: type).map { expanded($0.inherited) } ?? []
        return own.contains(wanted)
            || living(additions, of: type, isAlive).contains { expanded($0.protocols).contains(wanted) }
    }

    /// Whether an extension in a living module gave a type a protocol without naming it, by one that implies it.
    func isImplied(_ wanted: String, of type: String, isAlive: (String) -> Bool) -> Bool {
        living(additions, of: type, isAlive).contains {
            let named = expanded($0.protocols.filter { $0 == "Codable" }).union($0.protocols)
            return !named.contains(wanted) && expanded($0.protocols).contains(wanted)
        }
    }

    func hasMember(_ member: String, _ type: String, isAlive: (String) -> Bool) -> Bool {
        shape(of: type)?.members.contains(member) == true
            || living(additions, of: type, isAlive).contains { $0.members.contains(member) }
    }

    private func living(_ additions: [Addition], of type: String, _ isAlive: (String) -> Bool) -> [Addition] {
        let name = name(of: type)
        return additions.filter { $0.type == name && isAlive($0.module) }
    }

    /// The protocols with all that they imply.
    func expanded(_ protocols: [String]) -> Set<String> {
        var found: Set<String> = []
        var pending = protocols
        while let next = pending.popLast() {
            guard found.insert(next).inserted else { continue }
            pending += Self.implied[next] ?? []
            if let shape = shapes[next], shape.kind == .protocolType { pending += shape.inherited }
        }
        return found
    }

    private static let implied = [
        "Codable": ["Encodable", "Decodable"], "Hashable": ["Equatable"], "Comparable": ["Equatable"],
    ]

    /// The import lines of a cell; those of modules whose private names it mentions let it see them.
    ///
    /// Not all do: a subclass may have a member of its own that is named like a private one of its superclass.
    func showingPrivateNames(_ lines: [String], mentions: Set<String>, subclassMembers: Set<String>)
        -> [String]
    {
        lines.map { line in
            let words = line.split(separator: " ")
            guard line.hasPrefix("@testable import "), let path = words.last else { return line }
            let module = String(path.prefix { $0 != "." })
            guard let names = privateNames[module],
                !names.isDisjoint(with: mentions), names.isDisjoint(with: subclassMembers)
            else { return line }
            return "@_private(sourceFile: \"\(module).swift\") " + line
        }
    }
}

/// Collects the types and extensions of a source, with those inside of others.
final class ShapeCollector: SyntaxVisitor {
    private(set) var shapes: [String: TypeShape] = [:]
    private(set) var aliases: [String: String] = [:]
    private(set) var extensions: [(type: String, protocols: [String], members: Set<String>)] = []
    /// The names of private members, and of types whose initializer is private for having such a property.
    private(set) var privateNames: Set<String> = []
    /// The names of all members of types and extensions.
    private(set) var memberNames: Set<String> = []
    /// Those of classes that inherit.
    private(set) var subclassMembers: Set<String> = []
    private var path: [String] = []

    init(_ file: SourceFileSyntax, omitting omitted: Set<Int> = []) {
        super.init(viewMode: .sourceAccurate)
        for (index, statement) in file.statements.enumerated() where !omitted.contains(index) {
            walk(statement)
        }
    }

    private func enter(
        _ node: some DeclGroupSyntax, _ kind: TypeShape.Kind, named name: String
    ) -> SyntaxVisitorContinueKind {
        path.append(name.trimmingBackticks)
        let shape = TypeShape(
            kind, inherited: node.inheritedNames, members: node.memberBlock.members)
        shapes[path.joined(separator: ".")] = shape
        note(node.memberBlock.members, of: name)
        if kind == .structure, !shape.members.contains(where: { $0.hasPrefix("init(") }),
            shape.properties.contains(where: { privateNames.contains($0.name) })
        {
            privateNames.insert(name.trimmingBackticks)
        }
        return .visitChildren
    }

    private func note(_ members: MemberBlockItemListSyntax, of type: String) {
        for member in members {
            memberNames.formUnion(member.decl.memberNames)
            let modifiers = member.decl.asProtocol((any WithModifiersSyntax).self)?.modifiers
            let isPrivate = modifiers?.contains { ["private", "fileprivate"].contains($0.name.text) }
            guard isPrivate == true else { continue }
            if member.decl.is(InitializerDeclSyntax.self) { privateNames.insert(type.trimmingBackticks) }
            privateNames.formUnion(member.decl.memberNames)
            if member.decl.is(SubscriptDeclSyntax.self) { privateNames.insert(type.trimmingBackticks) }
        }
    }

    override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, .structure, named: node.name.text)
    }
    override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, .enumeration, named: node.name.text)
    }
    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind {
        if node.inheritanceClause != nil {
            subclassMembers.formUnion(node.memberBlock.members.flatMap(\.decl.memberNames))
        }
        return enter(node, .classType, named: node.name.text)
    }
    override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, .classType, named: node.name.text)
    }
    override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, .protocolType, named: node.name.text)
    }
    override func visit(_ node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind {
        let type = node.extendedType.compactText.replacing(" ", with: "")
        note(node.memberBlock.members, of: type.split(separator: ".").last.map(String.init) ?? type)
        let members = Set(node.memberBlock.members.flatMap(\.decl.memberNames))
        extensions.append((type, node.inheritedNames, members))
        path.append(String(type.filter { $0 != "`" }.prefix { $0 != "<" }))
        return .visitChildren
    }
    override func visit(_ node: TypeAliasDeclSyntax) -> SyntaxVisitorContinueKind {
        if path.isEmpty, node.genericParameterClause == nil {
            aliases[node.name.text] = node.initializer.value.compactText.replacing(" ", with: "")
        }
        return .skipChildren
    }

    override func visitPost(_ node: StructDeclSyntax) { path.removeLast() }
    override func visitPost(_ node: EnumDeclSyntax) { path.removeLast() }
    override func visitPost(_ node: ClassDeclSyntax) { path.removeLast() }
    override func visitPost(_ node: ActorDeclSyntax) { path.removeLast() }
    override func visitPost(_ node: ProtocolDeclSyntax) { path.removeLast() }
    override func visitPost(_ node: ExtensionDeclSyntax) { path.removeLast() }

    // What is declared inside code is out of later cells' sight.
    override func visit(_ node: CodeBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
}

extension DeclGroupSyntax {
    /// The names of what it inherits, compositions taken apart.
    var inheritedNames: [String] {
        (inheritanceClause?.inheritedTypes ?? []).flatMap { inherited -> [String] in
            var type = inherited.type
            if let attributed = type.as(AttributedTypeSyntax.self) { type = attributed.baseType }
            let parts = type.as(CompositionTypeSyntax.self)?.elements.map(\.type) ?? [type]
            return parts.map { part in
                let name = part.compactText.replacing(" ", with: "")
                return name.hasPrefix("Swift.") ? String(name.dropFirst(6)) : name
            }
        }
    }
}
