import Foundation
import SwiftSyntax

/// Makes a loadable library of a cell's source.
///
/// Each cell becomes a module of its own (`Cell3`), compiled as a script, so that its top-level variables are globals
/// that later cells import. Not thread safe: a session compiles one cell at a time.
public final class CellCompiler {
    /// Why a cell could not be compiled.
    public enum Failure: Error {
        /// The cell is wrong; the diagnostics say where.
        case source([Diagnostic], lines: [String])
        /// The compiler or the linker itself failed, with what it printed.
        case tool(String)
    }

    public private(set) var names = NameTable()
    /// The libraries to load, in this order, before the first cell.
    public var preload: [String] { toolchain.commonLibraries + libraries.preload }
    /// When cells are compiled with `-O`.
    public var optimization = Optimization.auto
    /// The results of earlier cells that cells can speak of.
    public var results = ResultTable()
    private let toolchain: Toolchain
    /// What cells can import.
    public var libraries: CellLibraries {
        didSet {
            surroundings = libraries.contentHash(with: toolchain)
            onChange?(editorContext)
        }
    }
    private let standby: StandbyTools
    /// The libraries that the last cell was linked with.
    private var lastLibraries: [String] = []
    private let folder: URL
    private let moduleCache: URL
    private var count = 0
    private var glances = 0
    /// The libraries to link, by the imports that users wrote: the same ones need the same libraries, and the modules
    /// of earlier cells are loaded already.
    private var autolinked: [[String]: [String]] = [:]
    private let cache: CellCache?
    /// Where cells are put into the cache, while they run.
    private let stores = DispatchQueue(label: "cell cache", qos: .utility)
    /// What each module was made of, by its name, as a hash.
    private var contents: [String: String] = [:]
    private lazy var surroundings = libraries.contentHash(with: toolchain)
    private var labels: Set<String> = []

    /// A quarter of a short compilation goes to page faults of malloc; large pages save half of them (8 % of a cell's
    /// time early in a session, 14 % at cell 400). Other C libraries ignore it.
    private static let allocation = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864"

    /// A compiler that keeps its files in `folder`, compiled C modules in `moduleCache`, and cells for later sessions
    /// in `cache`.
    public init(
        toolchain: Toolchain, libraries: CellLibraries, folder: URL, moduleCache: URL, cache: CellCache? = nil
    ) throws {
        self.toolchain = toolchain
        self.libraries = libraries
        self.folder = folder
        self.moduleCache = moduleCache
        self.cache = cache
        standby = StandbyTools(
            compiler: toolchain.frontend, linker: toolchain.linker, settings: [Self.allocation])
        for place in [folder, moduleCache] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
    }

    /// Compiles a cell for nothing, and never from the cache: what a session compiles first is slow.
    public func warmUp() throws {
        try build(
            "Cell0", text: header([]) + "1 + 1\n", source: EditedSource("", edits: []), label: "In[0]",
            imports: [], flags: ["-Onone"])
        _ = surroundings
    }

    /// Compiles and links a cell; throws `Failure` or `CommandFailure`.
    public func compile(_ source: String, label: String, options: CellOptions = CellOptions()) throws
        -> CompiledCell
    {
        let module = options.isGlance ? "Glance\(glances + 1)" : "Cell\(count + 1)"
        let cache = options.isGlance ? nil : self.cache
        labels.insert(label)
        var syntax = CellSyntax(source)
        syntax.useResults(results) { names.declares($0) }
        let conforms = !syntax.conformances.isEmpty || syntax.effects.contains { $0.contains(": ") }
        let declared = Set(syntax.declarations.map(\.name))
        syntax.replace { names.hasConformance($0, declared: declared) }
        // A later cell may replace the bodies of a conformance; see ConformanceReplacement.
        // To the compiler a type of an earlier cell is public, and would need public members for a conformance.
        let flags =
            optimization.flags(for: syntax, isOptimized: options.isOptimized)
            + (conforms ? ["-disable-access-control", "-enable-implicit-dynamic"] : [])
        let edited: EditedSource
        if let wrapping = options.wrapping {
            edited = EditedSource(source, edits: syntax.edits(wrapping: wrapping))
            syntax.forgetDeclarations()
        } else {
            edited = CellRewriter.rewritten(
                syntax, of: source, owners: names.variableOwner, showsResult: options.showsResult,
                pollsInLoops: flags.contains("-O"))
        }
        let prelude = names.prelude(for: syntax)
        let survivors = names.survivors(of: syntax)
        let text =
            header(prelude.lines) + Self.placed(edited.text, label: label, line: 1)
            + survivors.map { Self.placed($0.declaration.source, label: $0.label, line: $0.declaration.line) }
            .joined()
        let key = contentHash(of: module, text: text, flags: flags, dependencies: prelude.modules)
        if cache?.restore(key, to: stem(module)) != true {
            do {
                try build(
                    module, text: text, source: edited, label: label, imports: names.imports + syntax.imports,
                    flags: flags)
                if let cache {
                    let stem = stem(module)
                    stores.async { cache.store(key, from: stem) }
                }
            } catch Failure.source(let errors, let lines) {
                throw Failure.source(
                    names.naming(uninitialised: prelude.stubs, in: syntax, label: label, errors: errors),
                    lines: lines)
            }
        }
        if options.isGlance {
            glances += 1
        } else {
            count += 1
            contents[module] = key
        }
        return CompiledCell(
            module: module, label: label, library: path(module, "so"),
            warnings: warnings(of: module, edited, label: label), syntax: syntax,
            dependencies: prelude.modules, survivors: survivors,
            itemLines: syntax.file.statements.map { $0.startLocation(converter: syntax.converter).line },
            lines: edited.originalLines)
    }

    private func header(_ prelude: [String]) -> String {
        (libraries.imports.map { "import \($0)" } + prelude).joined(separator: "\n") + "\n"
    }

    /// Everything that decides what the compiler makes of a module.
    private func contentHash(of module: String, text: String, flags: [String], dependencies: Set<String>)
        -> String
    {
        let hash = ContentHash()
        for part in [surroundings, module, text] + flags { hash.add(part) }
        for name in dependencies.sorted() { hash.add(contents[name] ?? "") }
        return hash.finish()
    }

    /// Compiles and links a module's whole text. `imports` are those that users wrote.
    private func build(
        _ module: String, text: String, source: EditedSource, label: String, imports: [String],
        flags: [String]
    ) throws {
        let file = path(module, "swift")
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        let frontend = try startFrontend(module: module, file: file, flags: flags)
        try finish(frontend, module: module, source: source, label: label)
        try link(module, imports: imports)
    }

    /// Source that the compiler takes for lines of a cell.
    private static func placed(_ source: String, label: String, line: Int) -> String {
        let name = label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "#sourceLocation(file: \"\(name)\", line: \(line))\n\(source)\n"
    }

    /// Takes in a cell that ran, wholly or (`reached`) up to one of its top-level items.
    public func commit(_ cell: CompiledCell, reached: Int? = nil) {
        names.commit(cell, reached: reached)
        onChange?(editorContext)
    }

    /// Forgets all cells, as after a restart of the runner.
    public func reset() {
        names = NameTable()
        results = ResultTable()
        contents = [:]
        // Counted anew, the modules of cells that run again have the names under which the cache knows them.
        count = 0
        onChange?(editorContext)
    }

    /// Removes the files of a cell that is not committed and has run.
    public func discard(_ cell: CompiledCell) {
        for ending in ["swift", "o", "so", "swiftmodule", "swiftdoc", "dia"] {
            try? FileManager.default.removeItem(atPath: path(cell.module, ending))
        }
    }

    /// Is told what the next cell can see whenever that has changed.
    public var onChange: (@Sendable (EditorContext) -> Void)?

    /// What the next cell can see.
    public var editorContext: EditorContext {
        EditorContext(
            names: names, imports: libraries.imports, flags: languageFlags, versions: contents.values.sorted()
        )
    }

    /// The flags that decide what a source means, to the compiler and to sourcekitd alike.
    private var languageFlags: [String] {
        [
            "-target", toolchain.target, "-swift-version", "5", "-enable-bare-slash-regex", "-enable-testing",
            "-module-cache-path", moduleCache.path, "-resource-dir", toolchain.resources, "-I", folder.path,
        ] + libraries.modules.flatMap { ["-I", $0] } + libraries.clangFlags.flatMap { ["-Xcc", $0] }
            + libraries.compilerFlags
    }

    /// Ends what was started ahead, and waits for what is being stored; any thread may call it.
    public func close() {
        standby.close()
        stores.sync {}
    }

    private func stem(_ module: String) -> String { folder.appending(path: module).path }
    private func path(_ module: String, _ ending: String) -> String { "\(stem(module)).\(ending)" }

    /// Starts the compiler; throws `CommandFailure`.
    private func startFrontend(module: String, file: String, flags: [String]) throws -> Subprocess {
        let arguments =
            [
                "-frontend", "-c", "-primary-file", file, "-disable-objc-interop", "-module-name", module,
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
        return try standby.compile(arguments)
    }

    /// Waits for the compiler; throws `Failure`.
    private func finish(_ frontend: Subprocess, module: String, source: EditedSource, label: String) throws {
        let result = frontend.finish()
        if result.status == 0 { return }
        // An error outside all cells is one of the installation, not of the user's code.
        let errors = diagnostics(of: module, source, label: label).filter {
            $0.severity == .error && labels.contains($0.file)
        }
        if errors.isEmpty {
            throw Failure.tool("the Swift compiler failed (\(result.status)):\n\(result.output.suffix(4000))")
        }
        throw Failure.source(errors, lines: source.originalLines)
    }

    private func diagnostics(of module: String, _ source: EditedSource, label: String) -> [Diagnostic] {
        SerializedDiagnostics.read(path(module, "dia"), of: source, label: label).map(withoutOwnNotes)
    }

    private func warnings(of module: String, _ source: EditedSource, label: String) -> [Diagnostic] {
        let hiddenLine = source.hiddenResultLine
        return diagnostics(of: module, source, label: label).filter {
            $0.severity == .warning && $0.file == label && !isOfRewriting($0)
                && !($0.line == hiddenLine && $0.message.contains("is unused"))
        }
    }

    /// Notes on lines that this compiler wrote itself, or that no user can see, tell a user nothing.
    private func withoutOwnNotes(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = diagnostic
        diagnostic.notes.removeAll {
            $0.file.contains(/\/Cell\d+\.swift$/)
                || (!labels.contains($0.file) && $0.message.hasSuffix("declared here"))
        }
        // A place in a generated interface ("Swift.Sequence.reversed:2:36") leads nowhere; the same words once are enough.
        var said: Set<String> = []
        diagnostic.notes = diagnostic.notes.compactMap { note in
            guard !labels.contains(note.file), !note.file.hasPrefix("/") else { return note }
            guard said.insert(note.message).inserted else { return nil }
            var note = note
            note.line = 0
            return note
        }
        return diagnostic
    }

    /// Whether a warning speaks of what the rewriting put around the user's code.
    private func isOfRewriting(_ warning: Diagnostic) -> Bool {
        warning.message == "will never be executed"
            || warning.message.hasPrefix("extension declares a conformance of imported type")
            || warning.message.hasPrefix("no calls to throwing functions occur")
            || warning.message.hasPrefix("'defer' statement at end of scope always executes immediately")
    }

    /// Where the linker writes: the same for all cells, so that one that waits fits whichever comes next.
    private var linked: String { folder.appending(path: "linked.so").path }

    /// The linker's arguments, with the object on its standard input.
    private func linkerArguments(_ libraries: [String]) -> [String] {
        [
            // A cell is so small that starting threads takes longer than they save.
            "-shared", "--threads=1", "/dev/stdin", toolchain.registrar, "-L", toolchain.libraries, "-rpath",
            toolchain.libraries,
        ] + libraries + ["-o", linked]
    }

    /// Starts the compiler and the linker of the next cell; to be called when one has ended, so that they are in nobody's
    /// way.
    public func prepare() { standby.prepare(linkerArguments: linkerArguments(lastLibraries)) }

    private func link(_ module: String, imports: [String]) throws {
        let object = path(module, "o")
        lastLibraries = try autolinked[imports] ?? extractLibraries(of: object)
        autolinked[imports] = lastLibraries
        let linker = try standby.link(linkerArguments(lastLibraries))
        linker.give(try Data(contentsOf: URL(fileURLWithPath: object)))
        let result = linker.finish()
        guard result.status == 0 else {
            throw Failure.tool("the linker failed:\n\(result.output.suffix(4000))")
        }
        guard rename(linked, path(module, "so")) == 0 else {
            throw Failure.tool("\(linked) could not be renamed: \(String(cString: strerror(errno)))")
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
