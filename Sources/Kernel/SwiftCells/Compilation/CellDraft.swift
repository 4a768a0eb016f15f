import SwiftSyntax

/// A cell as it is about to be compiled.
struct CellDraft {
    let module: String
    let label: String
    let syntax: CellSyntax
    let plan: CellPlan
    let frame: ModuleFrame
    /// The cell with all edits.
    let edited: EditedSource
    /// The cell with its statements as the user wrote them.
    let plain: EditedSource
    /// Code by which the compiler tells whether all variables have a value; see `ValuelessVariables.checks`.
    let checks: String
    /// Code by which the compiler tells whether the result is meant to be seen; see `CellResultSyntax.probe`.
    var probe: String?

    /// The module's whole text.
    var text: String {
        whole(edited) + (probe.map { CellCompiler.placed($0, label: CellCompiler.probeLabel, line: 1) } ?? "")
    }

    /// The text of a module with a form of the cell.
    func whole(_ source: EditedSource) -> String {
        frame.head + CellCompiler.placed(source.text, label: label, line: 1) + checks + frame.tail
    }
}

extension CellCompiler {
    /// Decides what becomes of a cell's items, and compiles declarations of earlier cells again that must be loaded before
    /// it; throws `Failure`.
    func plan(_ syntax: CellSyntax, source: String, _ options: CellOptions, misfits: CellPlan.Misfits) throws
        -> CellPlan
    {
        var syntax = syntax
        if options.wrapping != nil { syntax.forgetDeclarations() }
        func replan() -> CellPlan {
            Planner.plan(syntax, source: source, cell: options.cell, table: names, misfits: misfits)
        }
        var plan = replan()
        var refreshed: Set<[String]> = []
        // What is stale again at once goes into the cell's own module.
        while !options.isGlance, let refresh = names.refresh(before: plan),
            refreshed.insert(refresh.brought.map { "\($0.version.cell) \($0.text)" }).inserted
        {
            try compileAgain(refresh, for: plan)
            plan = replan()
        }
        if !options.isGlance { bridgeVariables(of: syntax, plan) }
        plan.isQuestion = options.isQuestion
        // To the compiler what follows an unfinished statement would be a part of it.
        if !options.isGlance, inFlight.isEmpty, !syntax.file.hasError {
            plan.releases = names.releasable(after: plan)
            plan.earlyReleases = names.releasable(before: plan)
        }
        return plan
    }

    /// The text of a cell's module and all that goes with it.
    func draft(
        of module: String, label: String, _ whole: CellSyntax, _ plan: CellPlan, _ options: CellOptions
    ) -> CellDraft {
        var syntax = whole
        if options.wrapping != nil { syntax.forgetDeclarations() }
        syntax.replace(plan.replaced.mapValues { names.versions[$0]?.item.effects ?? [] })
        let omitted = plan.items.filter { plan.kept[$0.index] != nil }
        let kept = Set(omitted.map(\.index))
        let own = Set(plan.compiled.flatMap(\.declarations).filter(\.kind.isType).map(\.name))
        let here = own.union(
            plan.brought.compactMap { $0.version.item.role == .type ? $0.version.name : nil })
        let isAlive = { [names] in names.isAlive($0, beside: plan) }
        let extensions = ExtensionEdits(
            syntax, omitting: kept, declared: here, shapes: shapes, isAlive: isAlive)
        syntax.mentions.formUnion(extensions.mentions)
        let frame = frame(
            of: module, syntax, plan,
            ModuleParts(
                sources: [whole], members: [ShapeCollector(syntax.file, omitting: kept)],
                mentions: extensions.members, needsSwift4: extensions.needsSwift4,
                companions: companions(of: plan, declared: here)),
            isOptimized: options.isOptimized)

        func isCompiled(_ edit: SourceEdit) -> Bool { !omitted.contains { $0.range.contains(edit.offset) } }
        let bytes = Array(syntax.file.description.utf8)
        let ownEdits =
            PlaceNames.edits(in: syntax.file, syntax.converter, label: label).filter(isCompiled)
            + extensions.edits + omitted.flatMap { SourceEdit.blanks(over: $0.range, in: bytes) }
        let edits =
            options.wrapping.map(syntax.edits)
            ?? CellRewriter.edits(
                of: syntax, owners: names.variableOwner, showsResult: options.showsResult,
                pollsInLoops: frame.pollsInLoops, omitted: kept
            ).filter(isCompiled)
        let source = syntax.file.description
        return CellDraft(
            module: module, label: label, syntax: syntax, plan: plan, frame: frame,
            edited: EditedSource(source, edits: edits + ownEdits),
            plain: EditedSource(source, edits: ownEdits),
            checks: options.wrapping == nil && !syntax.file.hasError
                ? ValuelessVariables.checks(of: syntax, label: label) : "",
            probe: options.showsResult && options.wrapping == nil ? CellResultSyntax(syntax.file)?.probe : nil
        )
    }

    private func companions(of plan: CellPlan, declared: Set<String>) -> [Companion] {
        plan.brought.map {
            Companion($0, declared: declared, shapes: shapes) { [names] in names.isAlive($0, beside: plan) }
        }
    }

    /// Compiles declarations of an earlier cell again that use what is gone, as if that cell had been run again.
    private func compileAgain(_ plan: CellPlan, for next: CellPlan) throws {
        bridgeVariables(of: CellSyntax(""), plan)
        let module = "Cell\(count + 1)"
        let label = plan.brought.first?.version.label ?? ""
        moduleLabels[module] = label
        let here = Set(plan.brought.compactMap { $0.version.item.role == .type ? $0.version.name : nil })
        let frame = frame(
            of: module, CellSyntax(""), plan, ModuleParts(companions: companions(of: plan, declared: here)),
            isOptimized: nil)
        do {
            try make(module, label: label, frame)
        } catch Failure.source(let errors, let lines) {
            let named = names.naming(
                uninitialized: frame.prelude.stubs, in: CellSyntax(""), label: label, errors: errors)
            throw failure(
                plain(names.explaining(named, of: plan, label: label)), lines, of: plan, for: next,
                label: label)
        }
        count += 1
        let cell = CompiledCell(
            module: module, label: label, library: builder.path(module, "so"), warnings: [],
            showsResult: true, prerequisites: [], syntax: CellSyntax(""),
            dependencies: frame.prelude.modules, plan: plan, itemLines: [], lines: [])
        // Nothing in it runs, so nothing can stop it.
        names.commit(plan, module: cell.tableModule, label: label, imports: [], reached: nil)
        shapes.commit(cell.syntax, module: module, plan: plan)
        prerequisites.append(cell)
    }

    /// A cell that runs beside another one must not use what that one releases.
    func checkNothingIsReleased(_ plan: CellPlan, label: String) throws {
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

    /// Source that the compiler takes for lines of a cell.
    static func placed(_ source: String, label: String, line: Int) -> String {
        let name = label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "#sourceLocation(file: \"\(name)\", line: \(line))\n\(source)\n"
    }
}

/// The errors of a cell in declarations of other cells that were compiled again with it.
///
/// Among those are conformances, which are brought wherever their type is mentioned, with all that they use; extensions that
/// may provide a member of a name that is mentioned; and all that shared a module with what the cell replaces. One that does
/// not fit must not keep the very cell from running that fixes it: the cell can be compiled without them.
struct CompanionFailure: Error {
    let errors: CellCompiler.Failure
    let misfits: CellPlan.Misfits
}

extension CellCompiler {
    /// The failure that some errors are of what a plan compiles for a cell.
    func failure(
        _ errors: [Diagnostic], _ lines: [String], of plan: CellPlan, for cell: CellPlan, label: String
    ) -> any Error {
        let failure = Failure.source(errors, lines: lines)
        let wrong = plan.brought.filter { brought in
            let item = brought.version.item
            return errors.contains {
                $0.file == brought.version.label && (plan.isRefresh || $0.file != label)
                    && (item.line...item.endLine).contains($0.line)
            }
        }
        guard !wrong.isEmpty else { return failure }
        // What the cell itself asks for must fit. Others that ask for what is put off do not fit in their turn.
        let dispensable = wrong.map(\.version).filter { version in
            !version.item.isConformance && !cell.compiled.contains { $0.uses.mayMean(version) }
        }
        var misfits = cell.misfits
        misfits.postponed.formUnion(dispensable.map(\.id))
        if dispensable.isEmpty, wrong.contains(where: { !$0.isSame || $0.replacesBodies }) {
            let conformances = plan.brought.filter {
                (!$0.isSame || $0.replacesBodies) && $0.version.item.isConformance
            }
            misfits.left.formUnion(conformances.map(\.version.id))
        }
        return misfits == cell.misfits ? failure : CompanionFailure(errors: failure, misfits: misfits)
    }
}
