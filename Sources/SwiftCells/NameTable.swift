/// Which cell's module owns which name, and what a new cell must import to see it.
public struct NameTable: Sendable {
    /// A module that a cell became.
    struct Module: Sendable {
        let name: String
        let label: String
        let dependencies: Set<String>
        let effects: Set<String>
        let types: [Declaration]
        /// Whether a later module declares all that this one adds without a name.
        var isRetired = false
    }

    /// Who declares a name.
    struct Owner: Sendable {
        let module: String
        let label: String
        let declaration: Declaration

        var kind: DeclarationKind { declaration.kind }
        var signature: String { declaration.signature }
    }

    private(set) var modules: [String: Module] = [:]
    private var order: [String] = []
    private(set) var owners: [String: [Owner]] = [:]
    /// Names whose declaration was not reached, with the label of the cell that stopped.
    private(set) var uninitialised: [String: String] = [:]
    /// The import declarations of all cells, in order.
    private(set) var imports: [String] = []

    public init() {}

    /// The module that has a variable of this name.
    func variableOwner(_ name: String) -> String? {
        owners[name]?.last { $0.kind == .variable }?.module
    }

    /// The lines that bring the names of earlier cells into a cell, and the modules that they import.
    func prelude(for syntax: CellSyntax) -> (lines: [String], modules: Set<String>, stubs: [String]) {
        let retiring = Set(retired(by: syntax.effects))
        let declared = Set(syntax.declarations.filter { $0.kind != .function }.map(\.name))
        var wanted = Set(
            order.filter { name in modules[name].map { !$0.effects.isEmpty && !$0.isRetired } ?? false })
        var scoped: [String] = []
        for name in syntax.mentions.sorted() {
            let anew = syntax.declarations.filter { $0.name == name }
            let replaced = Set(
                (owners[name] ?? []).filter { old in anew.contains { $0.signature == old.signature } }.map(
                    \.module))
            for owner in owners[name] ?? [] {
                wanted.insert(owner.module)
                if !declared.contains(name), !replaced.contains(owner.module) {
                    scoped.append("@testable import \(owner.kind.rawValue) \(owner.module).`\(name)`")
                }
            }
        }
        var closure: Set<String> = []
        var pending = Array(wanted)
        while let next = pending.popLast() {
            if closure.insert(next).inserted { pending += modules[next]?.dependencies ?? [] }
        }
        var lines = imports
        for name in order where closure.contains(name) {
            guard let module = modules[name] else { continue }
            // The compiler finds what a module needs by itself; only members of types ask for an import of their own.
            // (Were the whole closure imported, each module would list it, and reading them would grow as its square.)
            guard wanted.contains(name) || !module.types.isEmpty else { continue }
            if module.isRetired || retiring.contains(name) {
                // Its extensions are out of sight, the types that it declares are not.
                for type in module.types
                where owners[type.name]?.contains(where: { $0.module == name }) == true {
                    scoped.append("@testable import \(type.kind.rawValue) \(name).`\(type.name)`")
                }
            } else {
                lines.append("@testable import \(name)")
            }
        }
        lines += scoped
        let stubs = uninitialised.keys.sorted().filter {
            syntax.mentions.contains($0) && owners[$0] == nil && !declared.contains($0)
        }
        // The global exists in its module, but was never set: this declaration hides it.
        for name in stubs { lines.append("@available(*, unavailable) var `\(name)`: Never { fatalError() }") }
        return (lines, closure, stubs)
    }

    /// The errors of a cell, with those that come of using an uninitialised name said as what they are.
    func naming(
        uninitialised stubs: [String], in syntax: CellSyntax, label: String, errors: [Diagnostic]
    ) -> [Diagnostic] {
        let own = stubs.compactMap { name -> Diagnostic? in
            guard let cell = uninitialised[name], let place = syntax.firstReference(to: name) else {
                return nil
            }
            return Diagnostic(
                severity: .error, message: "'\(name)' is not initialised: cell \(cell) stopped before it",
                file: label,
                line: place.line, column: place.column, length: name.utf8.count)
        }
        guard !own.isEmpty else { return errors }
        return own
            + errors.filter { !$0.message.contains("'Never'") && !$0.message.hasSuffix("is unavailable") }
    }

    /// Whether one earlier module has all that a conformance declares, for the types that are still alive.
    func hasConformance(_ conformance: ConformanceReplacement, declared: Set<String>) -> Bool {
        modules.values.contains { module in
            !module.isRetired && conformance.effects.isSubset(of: module.effects)
                && conformance.typeNames.allSatisfy { name in
                    !declared.contains(name)
                        && (owners[name] ?? []).allSatisfy {
                            $0.module == module.name || module.dependencies.contains($0.module)
                        }
                }
        }
    }

    /// The modules whose nameless additions a cell with these effects replaces.
    private func retired(by effects: Set<String>) -> [String] {
        guard !effects.isEmpty else { return [] }
        return order.filter { name in
            guard let module = modules[name], !module.isRetired, !module.effects.isEmpty else { return false }
            return module.effects.isSubset(of: effects)
        }
    }

    /// Takes in a cell that ran. `reached` is the item that a stopped cell did not complete; nil for one that ended well.
    mutating func commit(_ cell: CompiledCell, reached: Int?) {
        let syntax = cell.syntax
        for name in retired(by: syntax.effects) { modules[name]?.isRetired = true }
        modules[cell.module] = Module(
            name: cell.module, label: cell.label, dependencies: cell.dependencies, effects: syntax.effects,
            types: syntax.declarations.filter(\.kind.isType))
        order.append(cell.module)
        for line in syntax.imports where !imports.contains(line) { imports.append(line) }
        for declaration in syntax.declarations {
            if declaration.kind == .variable, let reached, declaration.item >= reached {
                if owners[declaration.name] == nil { uninitialised[declaration.name] = cell.label }
                continue
            }
            adopt(declaration, of: cell.module, label: cell.label)
        }
        for survivor in cell.survivors { adopt(survivor.declaration, of: cell.module, label: survivor.label) }
    }

    /// The overloads that a cell must repeat: those that share a module with one that the cell declares anew.
    ///
    /// A scoped import brings all functions of a name from a module, the replaced one with the others.
    func survivors(of syntax: CellSyntax) -> [Owner] {
        let functions = syntax.declarations.filter { $0.kind == .function }
        var found: [Owner] = []
        for name in Set(functions.map(\.name)) {
            let anew = Set(functions.filter { $0.name == name }.map(\.signature))
            let old = (owners[name] ?? []).filter { $0.kind == .function }
            let replaced = Set(old.filter { anew.contains($0.signature) }.map(\.module))
            found += old.filter { replaced.contains($0.module) && !anew.contains($0.signature) }
        }
        return found
    }

    private mutating func adopt(_ declaration: Declaration, of module: String, label: String) {
        let owner = Owner(module: module, label: label, declaration: declaration)
        var all = owners[declaration.name] ?? []
        if declaration.kind == .function {
            all.removeAll { $0.kind != .function || $0.signature == owner.signature }
        } else {
            all.removeAll()
        }
        all.append(owner)
        owners[declaration.name] = all
        uninitialised[declaration.name] = nil
    }
}

extension NameTable {
    /// Whether what a module's extensions add is in sight of the next cell.
    /// A cell with these effects is about to follow.
    func isAlive(_ module: String, beside effects: Set<String>) -> Bool {
        guard let known = modules[module], !known.isRetired else { return false }
        return known.effects.isEmpty || !known.effects.isSubset(of: effects)
    }

    /// Whether a cell declared a name, of whatever kind.
    public func declares(_ name: String) -> Bool { owners[name] != nil }

    /// The names of all variables, in alphabetical order.
    public var variableNames: [String] {
        owners.filter { $0.value.contains { $0.kind == .variable } }.keys.sorted()
    }
}
