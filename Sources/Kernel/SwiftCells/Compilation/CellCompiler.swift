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
        /// A file of what cells are compiled against is no longer what is loaded.
        case outdated(String)
    }

    public internal(set) var names: NameTable
    let variableTypes: VariableTypes
    /// The libraries to load, in this order, before the first cell.
    public var preload: [String] { toolchain.commonLibraries + libraries.preload }
    /// When cells are compiled with `-O`.
    public var optimization = Optimization.auto
    /// The results of earlier cells that cells can refer to.
    public var results = ResultTable()
    private let toolchain: Toolchain
    /// What cells can import.
    public var libraries: CellLibraries {
        didSet {
            builder.libraries = libraries
            surroundings = LoadedContent(of: libraries, with: toolchain)
            onChange?(editorContext)
        }
    }
    let builder: ModuleBuilder
    var count = 0
    private var glances = 0
    private let cache: CellCache?
    /// Where cells are put into the cache, while they run.
    private let stores = DispatchQueue(label: "cell cache", qos: .utility)
    /// What each module was made of, by its name, as a hash.
    var contents: [String: String] = [:]
    private lazy var surroundings = LoadedContent(of: libraries, with: toolchain)
    var labels: Set<String> = []
    /// How the user knows each cell's module.
    var moduleLabels: [String: String] = [:]
    var shapes = TypeShapes()
    var missed = MissedNames()
    /// The cells that were compiled and have not ended, with what they release.
    var inFlight: [String: Set<Int>] = [:]
    /// Modules that must be loaded before the next cell.
    var prerequisites: [CompiledCell] = []
    /// The variables that cannot be shown without what else their modules show.
    var unbridgeable: Set<Int> = []
    /// Called with what the next cell can see whenever that has changed.
    public var onChange: (@Sendable (EditorContext) -> Void)?

    /// A compiler that keeps its files in `folder`, compiled C modules in `moduleCache`, and cells for later sessions
    /// in `cache`.
    public init(
        toolchain: Toolchain, libraries: CellLibraries, folder: URL, moduleCache: URL, cache: CellCache? = nil
    ) throws {
        self.toolchain = toolchain
        self.libraries = libraries
        builder = try ModuleBuilder(
            toolchain: toolchain, libraries: libraries, folder: folder, moduleCache: moduleCache)
        variableTypes = VariableTypes(folder: folder)
        names = NameTable(types: variableTypes)
        self.cache = cache
    }

    /// Compiles a throwaway cell, bypassing the cache, so that the user's first cell does not pay for the compiler's cold
    /// start.
    public func warmUp() throws {
        try build(
            "Cell0", text: builder.header([]) + "1 + 1\n", source: EditedSource("", edits: []),
            label: "In[0]",
            imports: [], flags: ["-Onone"])
        _ = surroundings
    }

    /// Compiles and links a cell; throws `Failure` or `LaunchFailure`.
    public func compile(_ source: String, label: String, options: CellOptions = CellOptions()) throws
        -> CompiledCell
    {
        if try surroundings.hasNewFiles(libraries, with: toolchain) { builder.dropPreloaded() }
        let source = CellText.normalized(source)
        labels.insert(label)
        let syntax: CellSyntax
        do {
            syntax = try parse(source, label: label)
        } catch {
            let refused = CellSyntax(source)
            if !options.isGlance { missed.add(refused, of: options.cell, label: label, reason: .notCompiled) }
            throw error
        }
        var misfits = CellPlan.Misfits()
        var first: Failure?
        while true {
            do {
                return try compile(syntax, source: source, label: label, options, misfits)
            } catch let failure as CompanionFailure {
                // Without those that do not fit, others may turn out not to.
                first = first ?? failure.errors
                misfits = failure.misfits
            } catch Failure.source(let errors, let lines) {
                throw first ?? Failure.source(errors, lines: lines)
            }
        }
    }

    private func compile(
        _ syntax: CellSyntax, source: String, label: String, _ options: CellOptions,
        _ misfits: CellPlan.Misfits
    ) throws -> CompiledCell {
        let plan = try plan(syntax, source: source, options, misfits: misfits)
        let module = options.isGlance ? "Glance\(glances + 1)" : "Cell\(count + 1)"
        moduleLabels[module] = label
        try checkNothingIsReleased(plan, label: label)
        var draft = draft(of: module, label: label, syntax, plan, options)
        let key = try make(&draft, options)
        if options.isGlance {
            glances += 1
        } else {
            count += 1
            names.reserve(plan.cell)
            if let remnant = plan.remnant { names.reserve(remnant.cell) }
            contents[module] = key
            inFlight[module] = Set(plan.releases.map(\.id))
        }
        // A glance loads none, and may come between a cell that does not compile and the next one, which does.
        defer { if !options.isGlance { prerequisites = [] } }
        return compiled(draft, options)
    }

    /// What a cell says, with earlier results inserted where it refers to them; throws `Failure`.
    private func parse(_ source: String, label: String) throws -> CellSyntax {
        var syntax = CellSyntax(source)
        let errors =
            AsyncLets.errors(in: syntax.file, syntax.converter, label: label)
            + ValuelessVariables.errors(in: syntax.file, syntax.converter, label: label)
            + EarlyUses.errors(in: syntax, label: label) { names.variableOwner($0) != nil }
        guard errors.isEmpty else {
            throw Failure.source(errors, lines: EditedSource(source, edits: []).originalLines)
        }
        syntax.useResults(results) { names.declares($0) }
        return syntax
    }

    /// Compiles and links a draft unless the cache has it; what it was made of, as a hash. Throws `Failure`.
    private func make(_ draft: inout CellDraft, _ options: CellOptions) throws -> String {
        let cache = options.isGlance ? nil : self.cache
        let key = contentHash(of: draft)
        if cache?.restore(key, to: builder.stem(draft.module)) == true { return key }
        do {
            try build(draft)
        } catch Failure.tool where draft.probe != nil {
            // What is allowed at the top level may be impossible in the probe's function.
            draft.probe = nil
            try build(draft)
        } catch Failure.source(let found, let lines) {
            let errors = explained(found, of: draft, lines: lines)
            if !options.isGlance {
                missed.add(draft.syntax, of: draft.plan.cell, label: draft.label, reason: .notCompiled)
            }
            throw failure(errors, lines, of: draft.plan, for: draft.plan, label: draft.label)
        }
        let made = contentHash(of: draft)
        store(draft.module, as: made, in: cache)
        return made
    }

    private func build(_ draft: CellDraft) throws {
        try build(
            draft.module, text: draft.text, source: draft.edited, label: draft.label,
            imports: names.imports + draft.syntax.imports, flags: draft.frame.flags)
    }

    private func compiled(_ draft: CellDraft, _ options: CellOptions) -> CompiledCell {
        var plan = draft.plan
        let (module, label, syntax) = (draft.module, draft.label, draft.syntax)
        let new = warnings(of: draft, mayDiscardResult: options.mayDiscardResult)
        let warnings = names.warnings(of: &plan, new: new, label: label)
        return CompiledCell(
            module: module, label: label, library: builder.path(module, "so"),
            warnings: warnings
                + PlaceNames.directives(in: syntax.file).map { ignored($0, syntax, label: label) }
                + PythonHints.divisions(in: syntax, label: label),
            showsResult: draft.probe == nil || warnsOfProbe(module, draft.edited),
            prerequisites: prerequisites,
            syntax: syntax, dependencies: draft.frame.prelude.modules, plan: plan,
            itemLines: syntax.file.statements.map { $0.startLocation(converter: syntax.converter).line },
            lines: draft.edited.originalLines)
    }

    /// Everything that decides what the compiler makes of a module.
    private func contentHash(of module: String, text: String, _ frame: ModuleFrame) -> String {
        let hash = ContentHash()
        for part in [surroundings.hash, module, text] + frame.flags + ModuleBuilder.linkerFlags {
            hash.add(part)
        }
        for name in frame.prelude.modules.sorted() { hash.add(contents[name] ?? "") }
        return hash.finish()
    }

    private func contentHash(of draft: CellDraft) -> String {
        contentHash(of: draft.module, text: draft.text, draft.frame)
    }

    /// Makes a module that is no cell's own; throws `Failure`.
    func make(_ module: String, label: String, _ frame: ModuleFrame) throws {
        let text = frame.head + frame.tail
        let key = contentHash(of: module, text: text, frame)
        contents[module] = key
        if cache?.restore(key, to: builder.stem(module)) == true { return }
        try build(
            module, text: text, source: EditedSource("", edits: []), label: label, imports: names.imports,
            flags: frame.flags)
        store(module, as: key, in: cache)
    }

    /// Stores a module for later sessions, behind the cell's back.
    private func store(_ module: String, as key: String, in cache: CellCache?) {
        guard let cache else { return }
        let stem = builder.stem(module)
        stores.async { cache.store(key, from: stem) }
    }

    /// Compiles and links a module's whole text. `imports` are those that users wrote.
    func build(
        _ module: String, text: String, source: EditedSource, label: String, imports: [String],
        flags: [String]
    ) throws {
        if let failed = try builder.compile(module, text: text, flags: flags) {
            let errors = errors(of: module, source, label: label)
            guard !errors.isEmpty else {
                throw Failure.tool(CompilerCrash.text(failed.output, status: failed.status, label: label))
            }
            guard errors.contains(where: { $0.message.contains("ambiguous") }),
                try builder.compile(module, text: text, flags: flags + Self.membersOfImportsAlone) == nil
            else { throw Failure.source(errors, lines: source.originalLines) }
        }
        try builder.link(module, imports: imports)
    }

    /// The compiler finds members in all modules that it has read, and so in the former extensions beside something that is
    /// still used. It ranks those of one signature, but where that names a type within the extension, they are ambiguous.
    /// With these flags it looks only where the cell's own imports say; some members that a cell may use come without one,
    /// so this is no rule for all cells. Source: Swift evolution, SE-0444.
    private static let membersOfImportsAlone = ["-enable-upcoming-feature", "MemberImportVisibility"]

    /// Starts the compiler and the linker of the next cell; to be called when one has ended, so that they are in nobody's
    /// way.
    public func prepare() { builder.prepare("Cell\(count + 1)", flags: optimization.usualFlags) }

    /// Ends what was started ahead, and waits for what is being stored; any thread may call it.
    public func close() {
        builder.close()
        stores.sync {}
    }
}
