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

    let syntax: CellSyntax
    let dependencies: Set<String>
    /// Overloads of earlier cells that this one repeats, since it replaces another one of their module.
    let survivors: [NameTable.Owner]
    /// The line (from 1) at which each top-level item begins.
    public let itemLines: [Int]
    public let lines: [String]
}
