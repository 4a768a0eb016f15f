import SwiftSyntax

/// A module that shows a variable of a cell without what else that cell's own module shows.
///
/// An import of any name of a module also shows what its extensions add to types. Where such an extension is gone that has
/// types in it, these would be ambiguous beside those that took their place, and the variable, whose value is to be kept,
/// cannot move. So it is seen by way of a computed variable.
struct VariableBridge {
    let variable: Version
    private let name: String
    private let type: String

    /// The bridge of a variable whose type reads as `type`; nil if its type cannot be written in another module, or is not to
    /// be had without the variable's own.
    init?(_ variable: Version, type: String) {
        guard let name = variable.name, !type.contains(#/<<|\(extension |__C\.|\(unknown|\$s| in /#),
            !Self.modules(in: type).contains(variable.module)
        else { return nil }
        self.variable = variable
        self.name = name
        self.type = type
    }

    private static func modules(in type: String) -> Set<String> {
        Set(type.matches(of: /\b(Cell\d+)\./).map { String($0.1) })
    }

    /// The cells' modules that it needs.
    var dependencies: Set<String> { Self.modules(in: type).union([variable.module]) }

    var imports: [String] {
        Self.modules(in: type).sorted().map { "@testable import \($0)" }
            + ["@testable import var \(variable.module).`\(name)`"]
    }

    var source: String {
        let place = "\(variable.module).`\(name)`"
        let modify = isConstant ? "" : " _modify { yield &\(place) }"
        return "var `\(name)`: \(type) { get { \(place) }\(modify) }\n"
    }

    private var isConstant: Bool {
        guard case .decl(let node)? = CellSyntax(variable.item.text).file.statements.first?.item else {
            return true
        }
        return node.as(VariableDeclSyntax.self)?.bindingSpecifier.text != "var"
    }
}

extension NameTable {
    /// The variables that a cell mentions whose modules show types of extensions that are gone.
    func variablesBesideFormerTypes(_ syntax: CellSyntax, _ plan: CellPlan) -> [Version] {
        let replaced = plan.removed.compactMap { versions[$0] }.filter { !$0.item.nestedTypes.isEmpty }
        let shown = Set(modules.values.filter(\.hasDeadTypes).map(\.name)).union(replaced.map(\.module))
        guard !shown.isEmpty else { return [] }
        let mentions = plan.brought.reduce(syntax.mentions) { $0.union($1.version.item.uses.all) }
        let earlier = plan.earlier.values.reduce(into: Set<Int>()) { $0.formUnion($1) }
        return mentions.flatMap { owners(of: $0) }.filter { version in
            version.isVariable && version.bridge == nil && shown.contains(version.module)
                && (!plan.removed.contains(version.id) || earlier.contains(version.id))
        }.sorted { $0.id < $1.id }
    }
}

extension CellCompiler {
    /// Has the variables that a cell mentions seen without what their modules show besides, where that is ambiguous.
    func bridgeVariables(of syntax: CellSyntax, _ plan: CellPlan) {
        for variable in names.variablesBesideFormerTypes(syntax, plan)
        where !unbridgeable.contains(variable.id) {
            let type = variable.name.flatMap { variableTypes.type(of: $0, in: variable.module) }
            guard let bridge = type.flatMap({ VariableBridge(variable, type: $0) }),
                (try? make(bridge)) != nil
            else {
                unbridgeable.insert(variable.id)
                continue
            }
        }
    }

    private func make(_ bridge: VariableBridge) throws {
        let module = "Cell\(count + 1)"
        let label = bridge.variable.label
        let frame = ModuleFrame(
            prelude: Prelude(lines: bridge.imports, modules: bridge.dependencies),
            head: builder.header(names.imports + bridge.imports), tail: bridge.source,
            flags: optimization.flags(for: CellSyntax(""), isOptimized: nil))
        try make(module, label: label, frame)
        moduleLabels[module] = label
        count += 1
        let cell = CompiledCell(
            module: module, label: label, library: builder.path(module, "so"), warnings: [],
            showsResult: true, prerequisites: [], syntax: CellSyntax(""),
            dependencies: bridge.dependencies,
            plan: CellPlan(cell: bridge.variable.cell, source: "", items: []),
            itemLines: [], lines: [])
        names.bridge(
            bridge.variable.id,
            by: NameTable.Module(
                name: module, label: label, dependencies: bridge.dependencies,
                names: [bridge.variable.name ?? ""], hasTypes: false))
        prerequisites.append(cell)
    }
}
