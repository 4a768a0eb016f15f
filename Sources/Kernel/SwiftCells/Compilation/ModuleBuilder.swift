import Foundation

/// Compiles and links the modules of cells with the toolchain's own programs.
final class ModuleBuilder {
    private let toolchain: Toolchain
    private let standby: StandbyTools
    private let folder: URL
    private let moduleCache: URL
    /// What cells can import.
    var libraries: CellLibraries
    /// The libraries that the last cell was linked with.
    private var lastLibraries: [String] = []
    /// The libraries to link, by the imports that users wrote: the same ones need the same libraries, and the modules
    /// of earlier cells are loaded already.
    private var autolinked: [[String]: [String]] = [:]
    /// What preloaded compilers wait for; nil where it could not be made.
    private let gate: GateModule?
    /// How many compilers were preloaded.
    private var preloads = 0
    /// The flags of the last module.
    private var lastFlags: [String] = []

    /// A quarter of a short compilation goes to page faults of malloc; large pages save half of them (8 % of a cell's
    /// time early in a session, 14 % at cell 400). Other C libraries ignore it.
    private static let allocation = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864"

    /// A builder that keeps its files in `folder` and compiled C modules in `moduleCache`; throws if they cannot be made.
    init(toolchain: Toolchain, libraries: CellLibraries, folder: URL, moduleCache: URL) throws {
        self.toolchain = toolchain
        self.libraries = libraries
        self.folder = folder
        self.moduleCache = moduleCache
        standby = StandbyTools(
            compiler: toolchain.frontend, linker: toolchain.linker, settings: [Self.allocation])
        for place in [folder, moduleCache] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        gate = GateModule(toolchain: toolchain, cache: moduleCache, folder: folder)
    }

    /// Where the files of a module lie, without their endings.
    func stem(_ module: String) -> String { folder.appending(path: module).path }
    func path(_ module: String, _ ending: String) -> String { "\(stem(module)).\(ending)" }

    /// Removes the files of a module.
    func discard(_ module: String) {
        for ending in ["swift", "o", "so", "swiftmodule", "swiftdoc", "dia"] {
            try? FileManager.default.removeItem(atPath: path(module, ending))
        }
    }

    /// Starts the compiler and the linker of the next cell, a `module` that will probably be compiled with one of some lists of
    /// flags; to be called when a cell has ended, so that they are in nobody's way.
    func prepare(_ module: String, flags: [[String]]) {
        let sorted = flags.filter { $0 == lastFlags } + flags.filter { $0 != lastFlags }
        standby.prepare(
            sorted.compactMap { preloading(module, flags: $0) },
            linkerArguments: linkerArguments(lastLibraries))
    }

    private func preloading(_ module: String, flags: [String]) -> StandbyTools.Compilation? {
        guard let gate else { return nil }
        preloads += 1
        let place = folder.appending(path: "next\(preloads)")
        let arguments = arguments(module, flags: flags)
        return StandbyTools.Compilation(arguments: arguments) {
            [frontend = toolchain.frontend, imports = libraries.imports] in
            PreloadedCompiler(
                frontend, settings: [Self.allocation], arguments: arguments, module: module, imports: imports,
                gate: gate, folder: place)
        }
    }

    /// Ends what was started ahead; any thread may call it.
    func close() { standby.close() }

    /// Makes the next compiler read what cells import again.
    func dropPreloaded() { standby.dropPreloaded() }

    /// The lines that every module begins with, and those of `prelude`.
    func header(_ prelude: [String]) -> String {
        (libraries.imports.map { "import \($0)" } + prelude).joined(separator: "\n") + "\n"
    }

    /// The flags that decide what a source means, to the compiler and to sourcekitd alike.
    var languageFlags: [String] {
        [
            "-target", toolchain.target, "-swift-version", "5", "-enable-bare-slash-regex", "-enable-testing",
            "-module-cache-path", moduleCache.path, "-resource-dir", toolchain.resources, "-I", folder.path,
        ] + libraries.modules.flatMap { ["-I", $0] } + libraries.clangFlags.flatMap { ["-Xcc", $0] }
            + libraries.compilerFlags
    }

    /// Compiles a module's whole text; what the compiler said if it failed. Throws `LaunchFailure`.
    func compile(_ module: String, text: String, flags: [String]) throws -> Subprocess.Result? {
        lastFlags = flags
        let arguments = arguments(module, flags: flags)
        let text = Data(text.utf8)
        var result = try standby.preloaded(for: arguments)?.compile(text)
        if result == nil {
            let file = path(module, "swift")
            try text.write(to: URL(fileURLWithPath: file))
            let all = ["-frontend", "-primary-file", file] + arguments
            let frontend = try standby.compile(all)
            result = try frontend.finish()
            // One that waited may have been killed meanwhile, as the system does when memory is short.
            if frontend.wasKilled { result = try standby.compile(all).finish() }
        }
        return result?.status == 0 ? nil : result
    }

    /// Whether a file is the source of a module.
    static func isSource(_ file: String, of module: String) -> Bool { file.hasSuffix("/\(module).swift") }

    /// What the compiler is told to do with a module, but for the place of its source.
    private func arguments(_ module: String, flags: [String]) -> [String] {
        [
            "-c", "-disable-objc-interop", "-module-name", module,
            "-entry-point-function-name", module + "_main",
            "-emit-module", "-emit-module-path", path(module, "swiftmodule"),
            // For the comments on its declarations.
            "-emit-module-doc-path", path(module, "swiftdoc"),
            "-diagnostic-style", "llvm", "-no-color-diagnostics", "-gline-tables-only",
            // Without: each module repeats the search paths, and the compiler reads them all.
            "-no-serialize-debugging-options", "-serialize-diagnostics-path", path(module, "dia"),
            "-typo-correction-limit", "20",
            "-o", path(module, "o"),
        ] + languageFlags + toolchain.macroFlags + flags
    }

    static let linkerFlags = ["-shared", "--eh-frame-hdr"]

    /// Where the linker writes: the same for all cells, so that one that waits fits whichever comes next.
    private var linked: String { folder.appending(path: "linked.so").path }

    /// The linker's arguments, with the object on its standard input.
    private func linkerArguments(_ libraries: [String]) -> [String] {
        Self.linkerFlags + [
            // A cell is so small that starting threads takes longer than they save.
            "--threads=1", "/dev/stdin", toolchain.registrar, "-L", toolchain.libraries, "-rpath",
            toolchain.libraries,
        ] + libraries + ["-o", linked]
    }

    /// Links a compiled module. `imports` are those that users wrote.
    func link(_ module: String, imports: [String]) throws {
        let object = path(module, "o")
        lastLibraries = try autolinked[imports] ?? extractLibraries(of: object)
        autolinked[imports] = lastLibraries
        let linker = try standby.link(linkerArguments(lastLibraries))
        linker.give(try Data(contentsOf: URL(fileURLWithPath: object)))
        let result = try linker.finish()
        guard result.status == 0 else {
            throw CellCompiler.Failure.tool("the linker failed:\n\(result.output.suffix(4000))")
        }
        guard rename(linked, path(module, "so")) == 0 else {
            throw CellCompiler.Failure.tool(
                "\(linked) could not be renamed: \(String(cString: strerror(errno)))")
        }
    }

    /// The toolchain's libraries that an object asks for and that were not loaded before the first cell.
    private func extractLibraries(of object: String) throws -> [String] {
        let list = object + ".autolink"
        let result = try Subprocess.run(toolchain.autolinkExtract, [object, "-o", list])
        guard result.status == 0, let text = try? String(contentsOfFile: list, encoding: .utf8) else {
            return []
        }
        return text.split(separator: "\n").map(String.init).filter { flag in
            flag.hasPrefix("-l") && !Toolchain.commonNames.contains(String(flag.dropFirst(2)))
                && FileManager.default.fileExists(atPath: "\(toolchain.libraries)/lib\(flag.dropFirst(2)).so")
        }
    }
}
