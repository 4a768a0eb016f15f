import SwiftSyntax

/// A top-level item of a cell, as far as its place among the other items of a notebook is concerned.
struct CellItem: Sendable {
    enum Role: Sendable {
        /// It runs once.
        case statement
        /// It declares stored variables, by a `let`, a `var` or a `guard`.
        case variable
        /// A variable without storage.
        case computed
        case function
        case operatorFunction
        case type, alias
        case `extension`
        /// An operator or a precedence group.
        case operatorDeclaration
        case importing
        /// Conditional compilation that only the compiler decides, or what is not allowed at the top level.
        case other
    }

    let index: Int
    let role: Role
    /// The source, without what comes before and after it.
    let text: String
    /// The line (from 1) on which it begins.
    var line: Int
    /// Its bytes in the cell, with its semicolon.
    let range: Range<Int>
    let declarations: [Declaration]
    /// What it adds to the notebook without a name of its own: extension members, conformances, operators.
    private(set) var effects: Set<String>
    /// What others find it by, other than its names: members, operators, and the type that it makes conform.
    private(set) var provided: Set<String>
    /// For a protocol: the names of what it requires.
    let requirements: Set<String>
    /// The initializers that the compiler may synthesize for its types, and those that it adds to another type.
    let synthesizedInitializers: Set<String>
    let addedInitializers: Set<String>
    /// For an extension: the type that it extends.
    let extendedType: String?
    /// The types that it declares inside of the type that it extends. A name that two modules declare so is ambiguous, even
    /// where one of them is the module that is compiled.
    let nestedTypes: Set<String>
    /// Whether it is an extension that makes a type conform to a protocol.
    let isConformance: Bool
    var uses: Uses
    /// The functions that it declares which keep arguments as code.
    let autoclosures: Set<String>
    /// For a function: whether what it returns can hold no code.
    let returnsPlainValue: Bool

    /// For a variable: whether its value can be released once nothing uses it.
    let isReleasable: Bool

    /// Whether running its cell again begins state again that it keeps.
    let hasStaticState: Bool
    /// Whether it has static constants that may have other values when its cell is run again.
    let hasChangingConstants: Bool
    /// Whether it is a call that only shows or checks values.
    let isReport: Bool

    /// The line on which it ends.
    var endLine: Int { line + text.utf8.count { $0 == 0x0A } }

    /// Whether running the cell again need not make it again if it says the same: a type has an identity, and what an
    /// extension adds cannot be hidden from those who see its module.
    var isLasting: Bool { [.type, .extension, .operatorDeclaration].contains(role) }

    /// Whether it only declares, so that it can be compiled again beside another cell.
    var isPureDeclaration: Bool {
        isLasting || [.function, .operatorFunction, .computed, .alias].contains(role)
    }

    /// Whether it is code without an identity or state of its own.
    var isCodeAlone: Bool {
        isPureDeclaration && !isTypeOrAlias && role != .operatorDeclaration && !isConformance
            && nestedTypes.isEmpty && !hasStaticState
    }

    var isTypeOrAlias: Bool { role == .type || role == .alias }

    /// Whether it is seen by all who see its module.
    var isVisibleByModule: Bool { !effects.isEmpty }

    /// The item as far as it provides what another one does.
    func providing(only other: CellItem?) -> CellItem {
        var item = self
        if let other {
            item.effects = other.effects
            item.provided = other.provided
        }
        return item
    }

    /// The item, made of a part of another one, in its place.
    func moved(to other: CellItem) -> CellItem {
        CellItem(
            index: other.index, role: role, text: text, line: other.line, range: other.range,
            declarations: declarations, effects: effects, provided: provided, requirements: requirements,
            synthesizedInitializers: synthesizedInitializers, addedInitializers: addedInitializers,
            extendedType: extendedType, nestedTypes: nestedTypes,
            isConformance: isConformance, uses: uses, autoclosures: autoclosures,
            returnsPlainValue: returnsPlainValue,
            isReleasable: isReleasable, hasStaticState: hasStaticState,
            hasChangingConstants: hasChangingConstants, isReport: isReport)
    }

    /// What an extension provides that may hold default implementations of a protocol's requirements.
    static func defaults(of name: String) -> String { "defaults \(name)" }
}

extension CellSyntax {
    /// The top-level items of the cell.
    var items: [CellItem] {
        file.statements.enumerated().map { index, statement in
            item(statement, index, declarations.filter { $0.item == index }, itemEffects[index] ?? [])
        }
    }

    private func item(
        _ statement: CodeBlockItemSyntax, _ index: Int, _ declarations: [Declaration], _ effects: Set<String>
    ) -> CellItem {
        let start = statement.positionAfterSkippingLeadingTrivia.utf8Offset
        let end = statement.endPositionBeforeTrailingTrivia.utf8Offset
        return CellItem(
            index: index, role: Self.role(of: statement.item), text: statement.item.trimmedDescription,
            line: statement.startLocation(converter: converter).line, range: start..<end,
            declarations: declarations, effects: effects, provided: Self.provided(by: statement.item),
            requirements: Self.requirements(of: statement.item),
            synthesizedInitializers: statement.item.as(DeclSyntax.self)?.synthesizedInitializers() ?? [],
            addedInitializers: statement.item.as(DeclSyntax.self)?.addedInitializers ?? [],
            extendedType: Self.extendedType(of: statement.item),
            nestedTypes: Self.nestedTypes(of: statement.item),
            isConformance: Self.isConformance(statement.item),
            uses: Uses(of: statement), autoclosures: AutoclosureFinder.functions(in: statement),
            returnsPlainValue: Self.returnsPlainValue(statement.item),
            isReleasable: Self.isReleasable(statement.item),
            hasStaticState: StaticState.exists(in: statement.item),
            hasChangingConstants: StaticConstants.mayChange(in: statement.item),
            isReport: Self.isReport(statement.item))
    }

    private static func role(of item: CodeBlockItemSyntax.Item) -> CellItem.Role {
        guard case .decl(let node) = item else {
            if case .stmt(let statement) = item, statement.is(GuardStmtSyntax.self) { return .variable }
            return .statement
        }
        switch node.kind {
        case .variableDecl:
            return node.as(VariableDeclSyntax.self)?.isComputed == true ? .computed : .variable
        case .functionDecl:
            guard case .identifier? = node.as(FunctionDeclSyntax.self)?.name.tokenKind else {
                return .operatorFunction
            }
            return .function
        case .structDecl, .classDecl, .actorDecl, .enumDecl, .protocolDecl: return .type
        case .typeAliasDecl: return .alias
        case .extensionDecl: return .extension
        case .operatorDecl, .precedenceGroupDecl: return .operatorDeclaration
        case .importDecl: return .importing
        default: return .other
        }
    }

    private static func provided(by item: CodeBlockItemSyntax.Item) -> Set<String> {
        guard case .decl(let node) = item else { return [] }
        if let node = node.as(FunctionDeclSyntax.self), case .identifier = node.name.tokenKind { return [] }
        if let node = node.as(FunctionDeclSyntax.self) { return [node.name.text] }
        if let node = node.as(OperatorDeclSyntax.self) { return [node.name.text] }
        if let node = node.as(PrecedenceGroupDeclSyntax.self) { return ["precedencegroup \(node.name.text)"] }
        guard let node = node.as(ExtensionDeclSyntax.self) else { return [] }
        let members = node.memberBlock.members.map(\.decl)
        let type = node.extendedTypeName
        var names = Set(members.flatMap(\.memberNames))
        names.formUnion(members.flatMap { ImplicitUse.keys(of: $0, in: type) })
        names.insert(CellItem.defaults(of: type))
        if node.inheritanceClause != nil { names.insert("extension \(type)") }
        return names
    }

    private static func requirements(of item: CodeBlockItemSyntax.Item) -> Set<String> {
        guard case .decl(let node) = item, let node = node.as(ProtocolDeclSyntax.self) else { return [] }
        return Set(node.memberBlock.members.flatMap(\.decl.memberNames))
    }

    private static func extendedType(of item: CodeBlockItemSyntax.Item) -> String? {
        guard case .decl(let node) = item else { return nil }
        return node.as(ExtensionDeclSyntax.self)?.extendedTypeName
    }

    private static func nestedTypes(of item: CodeBlockItemSyntax.Item) -> Set<String> {
        guard case .decl(let node) = item, let node = node.as(ExtensionDeclSyntax.self) else { return [] }
        let types = node.memberBlock.members.map(\.decl).filter {
            $0.asProtocol((any DeclGroupSyntax).self) != nil || $0.is(TypeAliasDeclSyntax.self)
        }
        return Set(types.flatMap(\.memberNames))
    }

    private static func isConformance(_ item: CodeBlockItemSyntax.Item) -> Bool {
        guard case .decl(let node) = item else { return false }
        return node.as(ExtensionDeclSyntax.self)?.inheritanceClause != nil
    }

    private static let reports: Set<String> = [
        "print", "display", "dump", "debugPrint", "assert", "precondition",
    ]

    private static func isReport(_ item: CodeBlockItemSyntax.Item) -> Bool {
        guard case .expr(let node) = item, let call = node.as(FunctionCallExprSyntax.self) else {
            return false
        }
        return call.calledExpression.as(DeclReferenceExprSyntax.self).map {
            reports.contains($0.baseName.text)
        } ?? false
    }

    private static func isReleasable(_ item: CodeBlockItemSyntax.Item) -> Bool {
        switch item {
        case .decl(let node): node.as(VariableDeclSyntax.self)?.isPlainStorage ?? false
        case .stmt(let node): node.is(GuardStmtSyntax.self)
        default: false
        }
    }

    /// Types whose values hold neither closures nor objects of the notebook's own types.
    static let plainTypes: Set<String> = [
        "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64", "Double",
        "Float",
        "Bool", "String", "Character", "Substring", "Void", "Data", "URL", "Date", "Matrix", "Array", "Set",
        "Dictionary", "Optional", "[", "]", "?", ":", ",", "(", ")", "<", ">", "->",
    ]

    private static func returnsPlainValue(_ item: CodeBlockItemSyntax.Item) -> Bool {
        guard case .decl(let node) = item, let function = node.as(FunctionDeclSyntax.self) else {
            return false
        }
        // The clause begins with an arrow; another one would be that of a closure.
        let words = function.signature.returnClause?.type.tokens(viewMode: .sourceAccurate).map(\.text) ?? []
        return words.allSatisfy { $0 != "->" && plainTypes.contains($0) }
    }
}

extension ExtensionDeclSyntax {
    /// The extended type with the conditions on it, the same for those that can be written in several ways.
    var effectiveType: String {
        let conditions = genericWhereClause?.compactText ?? ""
        if let array = extendedType.as(ArrayTypeSyntax.self) {
            return "Arraywhere Element == \(array.element.compactText)" + conditions
        }
        var type = extendedType.compactText
        if type.hasPrefix("Swift . ") { type.removeFirst("Swift . ".count) }
        return (Self.aliases[type] ?? type) + conditions
    }

    private static let aliases = [
        "String . StringInterpolation": "DefaultStringInterpolation", "Float64": "Double", "Float32": "Float",
        "TimeInterval": "Double",
    ]

    /// The first name of the extended type, which is the one that a cell declares.
    var extendedTypeName: String {
        let names = extendedType.tokens(viewMode: .sourceAccurate).map(\.text).filter {
            $0 != "Swift" && $0 != "."
        }
        return names.first.map { $0 == "[" ? "Array" : $0.trimmingBackticks } ?? ""
    }
}

extension VariableDeclSyntax {
    /// Whether it has no storage.
    var isComputed: Bool {
        bindings.contains { binding in
            switch binding.accessorBlock?.accessors {
            case .getter: true
            case .accessors(let accessors):
                !accessors.contains { ["willSet", "didSet"].contains($0.accessorSpecifier.text) }
            default: false
            }
        }
    }

    /// Whether the globals that it declares hold their values as they are, from its own line on.
    var isPlainStorage: Bool {
        let plain = ["private", "fileprivate", "internal", "public", "nonisolated"]
        return attributes.isEmpty && modifiers.allSatisfy { plain.contains($0.name.text) }
            && bindings.allSatisfy { $0.initializer != nil && $0.accessorBlock == nil }
    }
}
