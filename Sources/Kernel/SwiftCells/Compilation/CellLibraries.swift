import Foundation

/// What every cell can import beyond the toolchain, and where it is found.
public struct CellLibraries: Sendable {
    /// The modules that each cell imports without being asked.
    public var imports: [String]
    /// Folders of Swift modules.
    public var modules: [String]
    /// Flags by which the C modules beneath them are found.
    public var clangFlags: [String]
    /// Further flags for the compiler.
    public var compilerFlags: [String]
    /// Libraries to load before the first cell.
    public var preload: [String]

    public init(
        imports: [String], modules: [String] = [], clangFlags: [String] = [], compilerFlags: [String] = [],
        preload: [String] = []
    ) {
        self.imports = imports
        self.modules = modules
        self.clangFlags = clangFlags
        self.compilerFlags = compilerFlags
        self.preload = preload
    }

    /// Adds what further libraries offer; theirs is found after this one's.
    public mutating func add(_ further: CellLibraries) {
        imports += further.imports
        modules += further.modules
        clangFlags += further.clangFlags
        compilerFlags += further.compilerFlags
        preload += further.preload
    }

    /// A hash of all that a compiler could read here: it changes when one of the modules or libraries does.
    func contentHash(with toolchain: Toolchain) -> String {
        let hash = ContentHash()
        // What this program does with the same text may change with it.
        hash.add(contentsOf: "/proc/self/exe")
        for word in [toolchain.version, toolchain.root, toolchain.target] { hash.add(word) }
        for word in toolchain.macroFlags + imports + clangFlags + compilerFlags { hash.add(word) }
        for folder in modules {
            hash.add(folder)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? [] {
                hash.add(name)
                hash.add(contentsOf: "\(folder)/\(name)")
            }
        }
        for library in preload { hash.add(contentsOf: library) }
        return hash.finish()
    }
}
