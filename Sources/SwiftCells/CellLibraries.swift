/// What every cell can import beyond the toolchain, and where it is found.
public struct CellLibraries: Sendable {
    /// The modules that each cell imports without being asked.
    public var imports: [String]
    /// Folders of Swift modules.
    public var modules: [String]
    /// Flags by which the C modules beneath them are found.
    public var clangFlags: [String]
    /// Libraries to load before the first cell.
    public var preload: [String]

    public init(imports: [String], modules: [String] = [], clangFlags: [String] = [], preload: [String] = [])
    {
        self.imports = imports
        self.modules = modules
        self.clangFlags = clangFlags
        self.preload = preload
    }
}
