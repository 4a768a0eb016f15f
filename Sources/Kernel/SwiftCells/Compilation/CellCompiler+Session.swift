/// What becomes of cells after they were compiled.
extension CellCompiler {
    /// Records a cell that ran, completely or (`reached`) up to one of its top-level items.
    public func commit(_ cell: CompiledCell, reached: Int? = nil) {
        inFlight[cell.module] = nil
        names.commit(
            cell.plan, module: cell.tableModule, label: cell.label, imports: cell.syntax.imports,
            reached: reached)
        shapes.commit(cell.syntax, module: cell.module, plan: cell.plan)
        missed.forget(cell.plan.cell)
        missed.remove(cell.syntax)
        onChange?(editorContext)
    }

    /// Says that a cell which is not committed has ended.
    public func abandon(_ cell: CompiledCell) { inFlight[cell.module] = nil }

    /// Takes back a cell that will not run: what was compiled again for it is to be loaded before the next one.
    public func withdraw(_ cell: CompiledCell) {
        abandon(cell)
        prerequisites = cell.prerequisites + prerequisites
    }

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

    /// Forgets a variable. The next cell that runs releases its value first if no code can reach it.
    public func forget(variable name: String) {
        names.forgetVersions { $0.kind == .variable && $0.name == name && !$0.item.isVisibleByModule }
        onChange?(editorContext)
    }

    /// Notes that a cell runs: subshells cannot see what it declares before it ends, and are told so.
    public func noteRunning(_ cell: CompiledCell) {
        missed.add(cell.syntax, of: cell.plan.cell, label: cell.label, reason: .running)
    }

    /// Notes that a cell, or a part of one, will not run: later cells that miss its names are told so.
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
        unbridgeable = []
        // Counted again, the modules of cells that run again have the names under which the cache knows them.
        count = 0
        onChange?(editorContext)
    }

    /// Removes the files of a cell that is not committed and has run.
    public func discard(_ cell: CompiledCell) { builder.discard(cell.module) }

    /// What the next cell can see.
    public var editorContext: EditorContext {
        EditorContext(
            names: names, results: results, imports: libraries.imports, flags: builder.languageFlags,
            versions: contents.values.sorted())
    }
}
