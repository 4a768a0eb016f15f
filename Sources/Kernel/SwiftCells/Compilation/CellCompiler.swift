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

    public private(set) var names: NameTable
    private let variableTypes: VariableTypes
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
    var labels: Set<String> = []
    /// How the user knows each cell's module.
    var moduleLabels: [String: String] = [:]
    private(set) var shapes = TypeShapes()
    var missed = MissedNames()
    /// The cells that were compiled and have not ended, with what they release.
    private var inFlight: [String: Set<Int>] = [:]
    /// Modules that must be loaded before the next cell.
    private var prerequisites: [CompiledCell] = []

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
        variableTypes = VariableTypes(folder: folder)
        names = NameTable(types: variableTypes)
        self.moduleCache = moduleCache
        self.cache = cache
        standby = StandbyTools(
            compiler: toolchain.frontend, linker: toolchain.linker, settings: [Self.allocation])
        for place in [folder, moduleCache] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
    }

    /// Compiles a throwaway cell, bypassing the cache, so that the user's first cell does not pay for the compiler's cold start.
    public func warmUp() throws {
        try build(
            "Cell0", text: header([]) + "1 + 1\n", source: EditedSource("", edits: []), label: "In[0]",
            imports: [], flags: ["-Onone"])
        _ = surroundings
    }

    /// Compiles and links a cell; throws `Failure` or `LaunchFailure`.
    public func compile(_ source: String, label: String, options: CellOptions = CellOptions()) throws
        -> CompiledCell
    {
        let source = CellText.normalized(source)
        let cache = options.isGlance ? nil : self.cache
        labels.insert(label)
        var syntax = CellSyntax(source)
        let unscoped = AsyncLets.errors(in: syntax.file, syntax.converter, label: label)
        guard unscoped.isEmpty else {
            throw Failure.source(unscoped, lines: EditedSource(source, edits: []).originalLines)
        }
        syntax.useResults(results) { names.declares($0) }
        let unwrapped = syntax
        if options.wrapping != nil { syntax.forgetDeclarations() }
        var plan = Planner.plan(syntax, source: source, cell: options.cell, table: names)
        while !options.isGlance, let refresh = names.refresh(before: plan) {
            try compileAgain(refresh)
            plan = Planner.plan(syntax, source: source, cell: options.cell, table: names)
        }
        plan.isQuestion = options.isQuestion
        let module = options.isGlance ? "Glance\(glances + 1)" : "Cell\(count + 1)"
        moduleLabels[module] = label
        syntax.replace(items: Set(plan.replaced.keys))
        let omitted = plan.items.filter { plan.kept[$0.index] != nil }
        let kept = Set(omitted.map(\.index))
        let members = ShapeCollector(syntax.file, omitting: kept)
        let own = Set(plan.compiled.flatMap(\.declarations).filter(\.kind.isType).map(\.name))
        let here = own.union(
            plan.brought.compactMap { $0.version.item.role == .type ? $0.version.name : nil })
        let isAlive = { [names, plan] in names.isAlive($0, beside: plan) }
        let extensions = ExtensionEdits(
            syntax, omitting: kept, declared: here, shapes: shapes, isAlive: isAlive)
        let companions = plan.brought.map {
            Companion($0, declared: here, shapes: shapes, isAlive: isAlive)
        }
        syntax.mentions.formUnion(extensions.mentions)
        if !options.isGlance, inFlight.isEmpty { plan.releases = names.releasable(after: plan) }
        try checkNothingIsReleased(plan, label: label)
        let frame = frame(
            of: module, syntax, plan,
            ModuleParts(
                sources: [unwrapped], members: [members], mentions: extensions.members,
                needsSwift4: extensions.needsSwift4, companions: companions),
            isOptimized: options.isOptimized)
        let placeNames = PlaceNames.edits(in: syntax.file, label: label).filter { edit in
            !omitted.contains { $0.range.contains(edit.offset) }
        }
        let bytes = Array(source.utf8)
        let blanks = omitted.flatMap { SourceEdit.blanks(over: $0.range, in: bytes) }
        let ownEdits = placeNames + extensions.edits + blanks
        let edited: EditedSource
        var probe =
            options.showsResult && options.wrapping == nil ? CellResultSyntax(syntax.file)?.probe : nil
        if let wrapping = options.wrapping {
            edited = EditedSource(source, edits: syntax.edits(wrapping: wrapping) + ownEdits)
        } else {
            let edits = CellRewriter.edits(
                of: syntax, owners: names.variableOwner, showsResult: options.showsResult,
                pollsInLoops: frame.pollsInLoops, omitted: kept)
            let isCompiled = { (edit: SourceEdit) in
                !omitted.contains { $0.range.contains(edit.offset) }
            }
            edited = EditedSource(source, edits: edits.filter(isCompiled) + ownEdits)
        }
        let body = frame.head + Self.placed(edited.text, label: label, line: 1) + frame.tail
        var text = body + (probe.map { Self.placed($0, label: Self.probeLabel, line: 1) } ?? "")
        var key = contentHash(of: module, text: text, frame)
        if cache?.restore(key, to: stem(module)) != true {
            do {
                let imports = names.imports + syntax.imports
                do {
                    try build(
                        module, text: text, source: edited, label: label, imports: imports, flags: frame.flags
                    )
                } catch Failure.tool where probe != nil {
                    // What can stand at the top level may be impossible in the probe's function.
                    probe = nil
                    text = body
                    key = contentHash(of: module, text: text, frame)
                    try build(
                        module, text: text, source: edited, label: label, imports: imports, flags: frame.flags
                    )
                }
                store(module, as: key, in: cache)
            } catch Failure.source(let found, let lines) {
                let attempt = Attempt(
                    module: module, label: label, syntax: syntax, frame: frame,
                    plain: EditedSource(source, edits: ownEdits), plan: plan)
                let errors = explained(found, of: attempt, lines: lines)
                if !options.isGlance { missed.add(syntax, label: label, reason: .notCompiled) }
                throw Failure.source(errors, lines: lines)
            }
        }
        if options.isGlance {
            glances += 1
        } else {
            count += 1
            contents[module] = key
            inFlight[module] = Set(plan.releases.map(\.id))
        }
        let warnings = names.warnings(
            of: &plan, new: warnings(of: module, edited, label: label), label: label)
        defer { prerequisites = [] }
        return CompiledCell(
            module: module, label: label, library: path(module, "so"),
            warnings: warnings
                + PlaceNames.directives(in: syntax.file).map { ignored($0, syntax, label: label) },
            showsResult: probe == nil || warnsOfProbe(module, edited), prerequisites: prerequisites,
            syntax: syntax,
            dependencies: frame.prelude.modules, plan: plan,
            itemLines: syntax.file.statements.map { $0.startLocation(converter: syntax.converter).line },
            lines: edited.originalLines)
    }

    /// Compiles declarations of an earlier cell again that use what is gone, as if that cell had been run again.
    private func compileAgain(_ plan: CellPlan) throws {
        let module = "Cell\(count + 1)"
        let label = plan.brought.first?.version.label ?? ""
        moduleLabels[module] = label
        let here = Set(plan.brought.compactMap { $0.version.item.role == .type ? $0.version.name : nil })
        let companions = plan.brought.map {
            Companion($0, declared: here, shapes: shapes) { [names] in names.isAlive($0, beside: plan) }
        }
        let frame = frame(
            of: module, CellSyntax(""), plan, ModuleParts(companions: companions), isOptimized: nil)
        let text = frame.head + frame.tail
        let key = contentHash(of: module, text: text, frame)
        contents[module] = key
        if cache?.restore(key, to: stem(module)) != true {
            do {
                try build(
                    module, text: text, source: EditedSource("", edits: []), label: label,
                    imports: names.imports, flags: frame.flags)
            } catch Failure.source(let errors, let lines) {
                throw Failure.source(
                    plain(names.explaining(errors, of: plan, label: label)), lines: lines)
            }
            store(module, as: key, in: cache)
        }
        count += 1
        let cell = CompiledCell(
            module: module, label: label, library: path(module, "so"), warnings: [],
            showsResult: true, prerequisites: [], syntax: CellSyntax(""),
            dependencies: frame.prelude.modules, plan: plan,
            itemLines: [], lines: [])
        // Nothing in it runs, so nothing can stop it.
        names.commit(plan, module: cell.tableModule, label: label, imports: [], reached: nil)
        shapes.commit(cell.syntax, module: module, plan: plan)
        prerequisites.append(cell)
    }

    /// Stores a module for later sessions, behind the cell's back.
    private func store(_ module: String, as key: String, in cache: CellCache?) {
        guard let cache else { return }
        let stem = stem(module)
        stores.async { cache.store(key, from: stem) }
    }

    /// A cell that runs beside another one must not use what that one releases.
    private func checkNothingIsReleased(_ plan: CellPlan, label: String) throws {
        let releasing = inFlight.values.reduce(into: Set<Int>()) { $0.formUnion($1) }
        guard !releasing.isEmpty else { return }
        for item in plan.compiled {
            let used = names.meanings(of: item.uses).intersection(releasing)
            guard let version = used.first.flatMap({ names.versions[$0] }), let name = version.name else {
                continue
            }
            throw Failure.source(
                [
                    Diagnostic(
                        severity: .error,
                        message: "'\(name)' is being declared again by a cell that still runs",
                        file: label, line: item.line, column: 1, length: 1)
                ], lines: [])
        }
    }

    func header(_ prelude: [String]) -> String {
        (libraries.imports.map { "import \($0)" } + prelude).joined(separator: "\n") + "\n"
    }

    /// Everything that decides what the compiler makes of a module.
    private func contentHash(of module: String, text: String, _ frame: ModuleFrame) -> String {
        let hash = ContentHash()
        for part in [surroundings, module, text] + frame.flags + Self.linkerFlags { hash.add(part) }
        for name in frame.prelude.modules.sorted() { hash.add(contents[name] ?? "") }
        return hash.finish()
    }

    /// Compiles and links a module's whole text. `imports` are those that users wrote.
    func build(
        _ module: String, text: String, source: EditedSource, label: String, imports: [String],
        flags: [String]
    ) throws {
        let file = path(module, "swift")
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        let frontend = try startFrontend(module: module, file: file, flags: flags)
        do {
            try finish(frontend, module: module, source: source, label: label)
        } catch Failure.tool where frontend.wasKilled {
            // One that waited may have been killed meanwhile, as the system does when memory is short.
            let again = try startFrontend(module: module, file: file, flags: flags)
            try finish(again, module: module, source: source, label: label)
        }
        try link(module, imports: imports)
    }

    /// Source that the compiler takes for lines of a cell.
    static func placed(_ source: String, label: String, line: Int) -> String {
        let name = label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "#sourceLocation(file: \"\(name)\", line: \(line))\n\(source)\n"
    }

    /// Takes in a cell that ran, wholly or (`reached`) up to one of its top-level items.
    public func commit(_ cell: CompiledCell, reached: Int? = nil) {
        inFlight[cell.module] = nil
        names.commit(
            cell.plan, module: cell.tableModule, label: cell.label, imports: cell.syntax.imports,
            reached: reached)
        shapes.commit(cell.syntax, module: cell.module, plan: cell.plan)
        missed.remove(cell.syntax)
        onChange?(editorContext)
    }

    /// Says that a cell which is not committed has ended.
    public func abandon(_ cell: CompiledCell) { inFlight[cell.module] = nil }

    /// Forgets what cells declared that the user deleted.
    public func forget(cells: Set<String>) {
        guard !cells.isEmpty else { return }
        names.forgetCells {
            if case .named(let name, _) = $0 { return cells.contains(name) }
            return false
        }
        onChange?(editorContext)
    }

    /// Forgets the parts of a cell from one on: magics separated more of them when it last ran.
    public func forget(cell: String, from part: Int) {
        names.forgetCells {
            if case .named(cell, let number) = $0 { return number >= part }
            return false
        }
    }

    /// Forgets a variable. The next cell that ends releases its value if no code can reach it.
    public func forget(variable name: String) {
        names.forgetVersions { $0.isVariable && $0.name == name }
        onChange?(editorContext)
    }

    /// Takes in that a cell runs: subshells cannot see what it declares before it ends, and are told so.
    public func noteRunning(_ cell: CompiledCell) {
        missed.add(cell.syntax, label: cell.label, reason: .running)
    }

    /// Takes in that a cell, or a part of one, will not run: later cells that miss its names are told so.
    public func noteNotRun(_ source: String, label: String) {
        missed.add(CellSyntax(CellText.normalized(source)), label: label, reason: .notRun)
    }

    /// Forgets all cells, as after a restart of the runner.
    public func reset() {
        variableTypes.reset()
        names = NameTable(types: variableTypes)
        shapes = TypeShapes()
        missed = MissedNames()
        moduleLabels = [:]
        results.forgetResults()
        contents = [:]
        inFlight = [:]
        prerequisites = []
        // Counted from the start, the modules of cells that run again have the names under which the cache knows them.
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
            names: names, results: results, imports: libraries.imports, flags: languageFlags,
            versions: contents.values.sorted()
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
    func path(_ module: String, _ ending: String) -> String { "\(stem(module)).\(ending)" }

    /// Starts the compiler; throws `LaunchFailure`.
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
        let result = try frontend.finish()
        if result.status == 0 { return }
        let errors = errors(of: module, source, label: label)
        if errors.isEmpty {
            throw Failure.tool(CompilerCrash.text(result.output, status: result.status, label: label))
        }
        throw Failure.source(errors, lines: source.originalLines)
    }

    /// With the index by which the runner follows the stack of a cell that it takes out.
    private static let linkerFlags = ["-shared", "--eh-frame-hdr"]

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

    /// Starts the compiler and the linker of the next cell; to be called when one has ended, so that they are in nobody's
    /// way.
    public func prepare() { standby.prepare(linkerArguments: linkerArguments(lastLibraries)) }

    private func link(_ module: String, imports: [String]) throws {
        let object = path(module, "o")
        lastLibraries = try autolinked[imports] ?? extractLibraries(of: object)
        autolinked[imports] = lastLibraries
        let linker = try standby.link(linkerArguments(lastLibraries))
        linker.give(try Data(contentsOf: URL(fileURLWithPath: object)))
        let result = try linker.finish()
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
