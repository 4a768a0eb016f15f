import SwiftSyntax

/// What a type's source says of its making: enough to write out what the compiler would synthesize in the same file.
struct TypeShape: Sendable {
    enum Kind: Sendable { case structure, enumeration, classType, protocolType }

    /// A stored property of an instance.
    struct Property: Sendable {
        /// The name in code; that of a lazy property's storage if `isLazy`.
        let name: String
        let isLet: Bool
        let isLazy: Bool
        /// The source of its initial value, on one line.
        let initial: String?
    }

    /// A case of an enumeration, with the labels of its values.
    struct Case: Sendable {
        let name: String
        let labels: [String?]
    }

    let kind: Kind
    private(set) var properties: [Property] = []
    private(set) var cases: [Case] = []
    /// The list after the colon: protocols, a superclass, the type of raw values.
    let inherited: [String]
    /// The names of its members.
    private(set) var members: Set<String> = []
    /// The cases of its own `CodingKeys`.
    private(set) var codingKeys: [String]?

    init(_ kind: Kind, inherited: [String], members: MemberBlockItemListSyntax) {
        self.kind = kind
        self.inherited = inherited
        for member in members { collect(member.decl) }
    }

    private mutating func collect(_ declaration: DeclSyntax) {
        members.formUnion(declaration.memberNames)
        if let node = declaration.as(EnumCaseDeclSyntax.self) {
            for element in node.elements {
                let parameters = element.parameterClause?.parameters
                cases.append(
                    Case(
                        name: element.name.text,
                        labels: parameters?.map { $0.firstName?.text }.map { $0 == "_" ? nil : $0 } ?? []))
            }
        } else if let node = declaration.as(EnumDeclSyntax.self), node.name.text == "CodingKeys" {
            codingKeys = TypeShape(.enumeration, inherited: [], members: node.memberBlock.members).cases
                .map(\.name)
        } else if let node = declaration.as(VariableDeclSyntax.self), !node.isOfType {
            properties += node.storedProperties
        }
    }

    /// The values of an enumeration's cases are all that is compared.
    var hasValues: Bool { cases.contains { !$0.labels.isEmpty } }
}

extension DeclSyntax {
    /// The names by which a member is told from others; an initializer's has its labels.
    var memberNames: [String] {
        if let node = self.as(VariableDeclSyntax.self) {
            return node.bindings.flatMap(\.pattern.boundNames).map(\.text.trimmingBackticks)
        }
        if let node = self.as(EnumCaseDeclSyntax.self) {
            return node.elements.map(\.name.text.trimmingBackticks)
        }
        if let node = self.as(InitializerDeclSyntax.self) {
            return [
                "init(\(node.signature.parameterClause.parameters.map { $0.firstName.text + ":" }.joined()))"
            ]
        }
        if self.is(SubscriptDeclSyntax.self) { return ["subscript"] }
        return self.asProtocol((any NamedDeclSyntax).self).map { [$0.name.text.trimmingBackticks] } ?? []
    }
}

extension WithModifiersSyntax {
    /// Whether it belongs to the type rather than to its instances.
    var isOfType: Bool { modifiers.contains { ["static", "class"].contains($0.name.text) } }
}

extension VariableDeclSyntax {
    fileprivate var storedProperties: [TypeShape.Property] {
        let isLet = bindingSpecifier.text == "let"
        let isLazy = modifiers.contains { $0.name.text == "lazy" }
        var found: [TypeShape.Property] = []
        // In `var a, b: Int?` the type is that of both.
        var type: TypeSyntax?
        for binding in bindings.reversed() {
            type = binding.typeAnnotation?.type ?? (binding.initializer == nil ? type : nil)
            if binding.isComputed { continue }
            guard let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier else {
                // The initial value of a tuple is that of none of its names.
                found += binding.pattern.boundNames.reversed().map {
                    TypeShape.Property(name: $0.text, isLet: isLet, isLazy: false, initial: nil)
                }
                continue
            }
            var initial = binding.initializer?.value.textOnOneLine
            if initial == nil, !isLet, binding.initializer == nil, type?.is(OptionalTypeSyntax.self) == true {
                initial = "nil"
            }
            found.append(
                isLazy
                    ? .init(
                        name: "$__lazy_storage_$_\(name.text)", isLet: false, isLazy: true, initial: "nil")
                    : .init(name: name.text, isLet: isLet, isLazy: false, initial: initial))
        }
        return found.reversed()
    }
}

extension ExprSyntax {
    /// The source on one line; nil where line breaks may have a meaning.
    fileprivate var textOnOneLine: String? {
        let text = trimmedDescription
        guard text.contains(where: \.isNewline) else { return text }
        let mayMatter = ["{", "//", "\"\"\""].contains { text.contains($0) }
        return mayMatter ? nil : String(text.map { $0.isNewline ? " " : $0 })
    }
}

extension PatternBindingSyntax {
    /// Whether it has accessors other than observers.
    var isComputed: Bool {
        switch accessorBlock?.accessors {
        case .getter: true
        case .accessors(let list):
            !list.allSatisfy { ["willSet", "didSet"].contains($0.accessorSpecifier.text) }
        default: false
        }
    }
}
