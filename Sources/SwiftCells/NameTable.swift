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
    struct Owner: Sendable, Equatable {
        let module: String
        let kind: DeclarationKind
        let signature: String
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
    func prelude(for syntax: CellSyntax) -> (lines: [String], modules: Set<String>) {
        let retiring = Set(retired(by: syntax.effects))
        let declared = Set(syntax.declarations.filter { $0.kind != .function }.map(\.name))
        var wanted = Set(order.filter { name in modules[name].map { !$0.effects.isEmpty && !$0.isRetired } ?? false })
        var scoped: [String] = []
        for name in syntax.mentions.sorted() {
            for owner in owners[name] ?? [] {
                wanted.insert(owner.module)
                let isRedeclared = syntax.declarations.contains { $0.name == name && $0.signature == owner.signature }
                if !declared.contains(name), !isRedeclared {
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
            if module.isRetired || retiring.contains(name) {
                // Its extensions are out of sight, the types that it declares are not.
                for type in module.types where owners[type.name]?.contains(where: { $0.module == name }) == true {
                    scoped.append("@testable import \(type.kind.rawValue) \(name).`\(type.name)`")
                }
            } else {
                lines.append("@testable import \(name)")
            }
        }
        lines += scoped
        for (name, label) in uninitialised.sorted(by: { $0.key < $1.key })
        where syntax.mentions.contains(name) && owners[name] == nil && !declared.contains(name) {
            lines.append(
                "@available(*, unavailable, message: \"not initialised: cell \(label) stopped before it\") "
                    + "var `\(name)`: Never { fatalError() }")
        }
        return (lines, closure)
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
            adopt(declaration, of: cell.module)
        }
    }

    private mutating func adopt(_ declaration: Declaration, of module: String) {
        let owner = Owner(module: module, kind: declaration.kind, signature: declaration.signature)
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
    /// The names of all variables, in alphabetical order.
    public var variableNames: [String] {
        owners.filter { $0.value.contains { $0.kind == .variable } }.keys.sorted()
    }
}
