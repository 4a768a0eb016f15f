extension NameTable {
    /// The warnings of a cell: those of the compiler, and those that it gave before for items that are not compiled again.
    func warnings(of plan: inout CellPlan, new: [Diagnostic], label: String) -> [Diagnostic] {
        var all = new
        for item in plan.items {
            if let id = plan.kept[item.index] {
                all += (versions[id]?.warnings ?? []).map { $0.moved(by: item.line - 1, to: label) }
            } else {
                plan.warnings[item.index] = new.filter { (item.line...item.endLine).contains($0.line) }
                    .map { $0.moved(by: 1 - item.line, to: label) }
            }
        }
        return all.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(
            \.element)
    }

    /// What can be released once a cell has run by its plan.
    func releasable(after plan: CellPlan) -> [Past.Storage] {
        guard !past.versions.isEmpty || !plan.removed.isEmpty else { return [] }
        var next = self
        let module = Module(name: "", label: "", dependencies: [], names: [], hasTypes: false)
        next.commit(plan, module: module, label: "", imports: [], reached: nil)
        return next.past.releasable(in: next)
    }

    /// Which of those values nothing can reach as it is: cells that stopped did not come to release them.
    func releasable(before plan: CellPlan) -> [Past.Storage] {
        guard !plan.releases.isEmpty, !past.versions.isEmpty else { return [] }
        let unreachable = Set(past.releasable(in: self))
        return plan.releases.filter(unreachable.contains)
    }
}

extension Diagnostic {
    /// The diagnostic on other lines of a cell, with another label.
    fileprivate func moved(by lines: Int, to label: String) -> Diagnostic {
        var moved = self
        moved.line += lines
        if moved.file.hasPrefix("In[") { moved.file = label }
        moved.notes = notes.map { $0.file == file ? $0.moved(by: lines, to: label) : $0 }
        for index in moved.fixIts.indices {
            moved.fixIts[index].line += lines
            moved.fixIts[index].endLine += lines
        }
        return moved
    }
}
