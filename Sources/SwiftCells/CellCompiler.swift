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
    private let toolchain: Toolchain
    /// What cells can import.
    public var libraries: CellLibraries {
        didSet {
            surroundings = libraries.contentHash(with: toolchain)
            onChange?(editorContext)
        }
    }
    private let folder: URL
    private let moduleCache: URL
    private var count = 0
    private var glances = 0
    /// The libraries to link, by the imports that users wrote: the same ones need the same libraries, and the modules
    /// of earlier cells are loaded already.
    private var autolinked: [[String]: [String]] = [:]
    private let cache: CellCache?
    /// What each module was made of, by its name, as a hash.
    private var contents: [String: String] = [:]
    private lazy var surroundings = libraries.contentHash(with: toolchain)
    private var labels: Set<String> = []
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
        labels.insert(label)
        var syntax = CellSyntax(source)
        let unwrapped = syntax
        if options.wrapping != nil { syntax.forgetDeclarations() }
        var plan = Planner.plan(syntax, source: source, cell: options.cell, table: names)
        while !options.isGlance, let refresh = names.refresh(before: plan) {
            try compileAgain(refresh)
            plan = Planner.plan(syntax, source: source, cell: options.cell, table: names)
        }
        plan.isQuestion = options.isQuestion
        let module = options.isGlance ? "Glance\(glances + 1)" : "Cell\(count + 1)"
        syntax.replace(items: Set(plan.replaced.keys))
        let flags = flags(for: [unwrapped], plan, isOptimized: options.isOptimized)
        let edited: EditedSource
        if let wrapping = options.wrapping {
            edited = EditedSource(source, edits: syntax.edits(wrapping: wrapping))
        } else {
            edited = CellRewriter.rewritten(
                syntax, of: source, owners: names.variableOwner, showsResult: options.showsResult,
                pollsInLoops: flags.contains("-O"), omitted: plan.items.filter { plan.kept[$0.index] != nil })
        }
        let prelude = names.prelude(for: syntax, plan: plan)
        if !options.isGlance, inFlight.isEmpty { plan.releases = names.releasable(after: plan) }
        try checkNothingIsReleased(plan, label: label)
        do {
            try make(
                module, plan, prelude, edited, label: label, imports: syntax.imports, flags: flags,
                cache: options.isGlance ? nil : cache)
        } catch Failure.source(let errors, let lines) {
            throw Failure.source(
                names.naming(uninitialised: prelude.stubs, in: syntax, label: label, errors: errors),
                lines: lines)
        }
        if options.isGlance {
            glances += 1
        } else {
            count += 1
            inFlight[module] = Set(plan.releases.map(\.id))
        }
        let warnings = names.warnings(
            of: &plan, new: warnings(of: module, edited, label: label), label: label)
        defer { prerequisites = [] }
        return CompiledCell(
            module: module, label: label, library: path(module, "so"), warnings: warnings,
            prerequisites: prerequisites, syntax: syntax, dependencies: prelude.modules, plan: plan,
            itemLines: syntax.file.statements.map { $0.startLocation(converter: syntax.converter).line },
            lines: edited.originalLines)
    }

    /// Compiles declarations of an earlier cell again that use what is gone, as if that cell had been run again.
    private func compileAgain(_ plan: CellPlan) throws {
        let module = "Cell\(count + 1)"
        let label = plan.brought.first?.version.label ?? ""
        let prelude = names.prelude(for: CellSyntax(""), plan: plan)
        let flags = flags(for: [], plan, isOptimized: nil)
        try make(
            module, plan, prelude, EditedSource("", edits: []), label: label, imports: [], flags: flags,
            cache: cache)
        count += 1
        let cell = CompiledCell(
            module: module, label: label, library: path(module, "so"), warnings: [], prerequisites: [],
            syntax: CellSyntax(""), dependencies: prelude.modules, plan: plan, itemLines: [], lines: [])
        // Nothing in it runs, so nothing can stop it.
        names.commit(plan, module: cell.tableModule, label: label, imports: [], reached: nil)
        prerequisites.append(cell)
    }

    /// Builds the module of a plan, or takes it from the cache.
    private func make(
        _ module: String, _ plan: CellPlan, _ prelude: Prelude, _ edited: EditedSource, label: String,
        imports: [String], flags: [String], cache: CellCache?
    ) throws {
        let text =
            header(prelude.lines + anchor(of: module, plan)) + Self.placed(edited.text, label: label, line: 1)
            + release(plan.releases)
            + plan.brought.map { companion($0, polls: flags.contains("-O")) }.joined()
        let key = contentHash(of: module, text: text, flags: flags, dependencies: prelude.modules)
        contents[module] = key
        if cache?.restore(key, to: stem(module)) == true { return }
        do {
            try build(
                module, text: text, source: edited, label: label, imports: names.imports + imports,
                flags: flags)
            cache?.store(key, from: stem(module))
        } catch Failure.source(let errors, let lines) {
            throw Failure.source(names.explaining(errors, of: plan, label: label), lines: lines)
        }
    }

    /// The flags of a cell and of what is compiled along with it.
    private func flags(for sources: [CellSyntax], _ plan: CellPlan, isOptimized: Bool?) -> [String] {
        // A later cell may replace the bodies of a conformance; see ConformanceReplacement.
        // To the compiler a type of an earlier cell is public, and would need public members for a conformance.
        let conforms =
            sources.contains { !$0.conformances.isEmpty }
            || (plan.items + plan.brought.map(\.version.item)).contains(where: \.isConformance)
        let all = sources + plan.brought.map { CellSyntax($0.text) }
        let choices = all.map { optimization.flags(for: $0, isOptimized: isOptimized) }
        return (choices.first { $0.contains("-O") } ?? choices.first ?? [])
            + (conforms ? ["-disable-access-control", "-enable-implicit-dynamic"] : [])
    }

    /// A declaration of another cell that is compiled along, at its own lines.
    private func companion(_ brought: CellPlan.Brought, polls: Bool) -> String {
        let version = brought.version
        let text =
            brought.replacesBodies
            ? brought.text
            : CellRewriter.rewritten(
                CellSyntax(brought.text), of: brought.text, owners: { _ in nil }, showsResult: false,
                pollsInLoops: polls
            ).text
        return Self.placed(text, label: version.label, line: version.item.line)
    }

    /// What a module is imported by where none of its names is wanted.
    private func anchor(of module: String, _ plan: CellPlan) -> [String] {
        let isSeen = (plan.compiled + plan.brought.map(\.version.item)).contains {
            $0.isTypeOrAlias || $0.isVisibleByModule || $0.role == .other
        }
        return isSeen ? ["enum \(Prelude.anchor(module)) {}"] : []
    }

    /// The code that releases what the cell has made superfluous.
    private func release(_ storages: [Past.Storage]) -> String {
        storages.map { "_gyrusRelease(\"\($0.module)\", \"\($0.name)\")\n" }.joined()
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
        try runFrontend(module: module, file: file, source: source, label: label, flags: flags)
        try link(module, imports: imports)
    }

    /// Source that the compiler takes for lines of a cell.
    private static func placed(_ source: String, label: String, line: Int) -> String {
        let name = label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "#sourceLocation(file: \"\(name)\", line: \(line))\n\(source)\n"
    }

    /// Takes in a cell that ran, wholly or (`reached`) up to one of its top-level items.
    public func commit(_ cell: CompiledCell, reached: Int? = nil) {
        inFlight[cell.module] = nil
        names.commit(
            cell.plan, module: cell.tableModule, label: cell.label, imports: cell.syntax.imports,
            reached: reached)
        onChange?(editorContext)
    }

    /// Says that a cell which is not committed has ended.
    public func abandon(_ cell: CompiledCell) { inFlight[cell.module] = nil }

    /// Forgets what cells declared that the user deleted.
    public func forget(cells: Set<String>) {
        guard !cells.isEmpty else { return }
        names.forget {
            if case .named(let name, _) = $0 { return cells.contains(name) }
            return false
        }
        onChange?(editorContext)
    }

    /// Forgets the parts of a cell from one on: magics separated more of them when it last ran.
    public func forget(cell: String, from part: Int) {
        names.forget {
            if case .named(cell, let number) = $0 { return number >= part }
            return false
        }
    }

    /// Forgets a variable. The next cell that ends releases its value if no code can reach it.
    public func forget(variable name: String) {
        names.forget { $0.isVariable && $0.name == name }
        onChange?(editorContext)
    }

    /// Forgets all cells, as after a restart of the runner.
    public func reset() {
        variableTypes.reset()
        names = NameTable(types: variableTypes)
        contents = [:]
        inFlight = [:]
        prerequisites = []
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

    private func stem(_ module: String) -> String { folder.appending(path: module).path }
    private func path(_ module: String, _ ending: String) -> String { "\(stem(module)).\(ending)" }

    /// Runs the compiler; throws `Failure`.
    private func runFrontend(
        module: String, file: String, source: EditedSource, label: String, flags: [String]
    ) throws {
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
        let result = try Subprocess.run(toolchain.frontend, arguments, settings: [Self.allocation])
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
    }

    private func link(_ module: String, imports: [String]) throws {
        let object = path(module, "o")
        let flags = try autolinked[imports] ?? extractLibraries(of: object)
        autolinked[imports] = flags
        let result = try Subprocess.run(
            toolchain.linker,
            [
                "-shared", object, toolchain.registrar, "-L", toolchain.libraries, "-rpath",
                toolchain.libraries,
            ] + flags + ["-o", path(module, "so")])
        guard result.status == 0 else {
            throw Failure.tool("the linker failed:\n\(result.output.suffix(4000))")
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
