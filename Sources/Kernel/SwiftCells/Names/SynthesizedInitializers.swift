import SwiftSyntax

/// Initializers that the compiler synthesizes for a type, and that an extension in another cell declares itself.
///
/// In one module the compiler refuses the second one. Of two modules the one that is imported as a whole comes first.
extension NameTable {
    /// The modules of types whose synthesized initializers a living extension in another module declares.
    func modulesWithRedeclaredInitializers(besides removed: Set<Int>) -> Set<String> {
        let living = versions.values.filter { !removed.contains($0.id) }
        let extensions = living.filter { !$0.item.addedInitializers.isEmpty }
        guard !extensions.isEmpty else { return [] }
        let types = living.filter { type in
            !type.item.synthesizedInitializers.isEmpty
                && extensions.contains {
                    $0.module != type.module && $0.item.redeclaresInitializer(of: type.item)
                }
        }
        return Set(types.map(\.module))
    }
}

extension CellItem {
    /// Whether it is an extension that cannot be compiled in one module with a type, but can in another one.
    func redeclaresInitializer(of type: CellItem) -> Bool {
        !addedInitializers.isDisjoint(with: type.synthesizedInitializers)
    }
}

extension DeclSyntax {
    /// The initializers that the compiler may synthesize for types in a declaration, with the full names of those.
    func synthesizedInitializers(in outer: String = "") -> Set<String> {
        guard let group = self.asProtocol((any DeclGroupSyntax).self) else { return [] }
        let members = group.memberBlock.members.map(\.decl)
        var name = outer
        var found: Set<String> = []
        if let node = self.as(ExtensionDeclSyntax.self) {
            name += node.extendedType.compactText
        } else if let named = self.asProtocol((any NamedDeclSyntax).self) {
            name += named.name.text
            if !members.contains(where: { $0.is(InitializerDeclSyntax.self) }) {
                found = Set(synthesizedSignatures(members).map { "\(name) \($0)" })
            }
        }
        return members.reduce(into: found) { $0.formUnion($1.synthesizedInitializers(in: name + " . ")) }
    }

    /// The initializers that the compiler may synthesize for a type without one of its own.
    private func synthesizedSignatures(_ members: [DeclSyntax]) -> [String] {
        let isStructure = self.is(StructDeclSyntax.self)
        guard isStructure || self.is(ClassDeclSyntax.self) || self.is(ActorDeclSyntax.self) else { return [] }
        let variables = members.compactMap { $0.as(VariableDeclSyntax.self) }.filter { !$0.isOfType }
        let properties = variables.flatMap { variable in
            variable.bindings.filter { !$0.isComputed }.map { (variable, $0) }
        }
        var found: [String] = []
        if properties.allSatisfy({ hasInitialValue($0, $1) }) { found.append("init()") }
        if isStructure {
            let labels = properties.filter { $0.bindingSpecifier.text == "var" || $1.initializer == nil }
                .flatMap { $1.pattern.boundNames.map { $0.text.trimmingBackticks + ":" } }
            found.append("init(\(labels.joined()))")
        }
        return found
    }

    private func hasInitialValue(_ variable: VariableDeclSyntax, _ binding: PatternBindingSyntax) -> Bool {
        // A wrapper may give one.
        if binding.initializer != nil || !variable.attributes.isEmpty { return true }
        return variable.bindingSpecifier.text == "var"
            && binding.typeAnnotation?.type.is(OptionalTypeSyntax.self) == true
    }

    /// The initializers that an extension adds to all of a type, with the type's full name.
    var addedInitializers: Set<String> {
        guard let node = self.as(ExtensionDeclSyntax.self), node.genericWhereClause == nil else { return [] }
        let members = node.memberBlock.members.filter { $0.decl.is(InitializerDeclSyntax.self) }
        return Set(members.flatMap(\.decl.memberNames).map { "\(node.extendedType.compactText) \($0)" })
    }
}
