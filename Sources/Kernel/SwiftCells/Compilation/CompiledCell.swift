/// A cell that was compiled and linked, ready to be loaded.
public struct CompiledCell: Sendable {
    /// The name of its module (`Cell3`), which is also that of its image.
    public let module: String
    /// How the user knows it (`In[3]`).
    public let label: String
    /// The library to load.
    public let library: String
    /// The symbol to call.
    public var entry: String { module + "_main" }
    /// The warnings that the compiler gave for the cell's own lines.
    public let warnings: [Diagnostic]
    /// Whether the value of its last expression is meant to be seen.
    public let showsResult: Bool

    /// Modules of earlier cells' declarations, compiled again, that are to be loaded before it.
    public let prerequisites: [CompiledCell]

    let syntax: CellSyntax
    let dependencies: Set<String>
    let plan: CellPlan
    /// What the user should know of how it fits with earlier cells.
    public var notices: [String] { plan.notices }
    /// The line (from 1) at which each top-level item begins.
    public let itemLines: [Int]
    public let lines: [String]
}

extension CompiledCell {
    /// What the table of names must know of its module.
    var tableModule: NameTable.Module {
        let items = plan.compiled + plan.brought.map(\.version.item)
        let names = Set(items.flatMap(\.declarations).map(\.name))
        return NameTable.Module(
            name: module, label: label, dependencies: dependencies, names: names,
            hasTypes: items.contains { $0.declarations.contains { $0.kind.isType } })
    }
}
