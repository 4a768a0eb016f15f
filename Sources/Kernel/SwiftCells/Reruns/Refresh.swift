extension NameTable {
    /// The plan by which declarations of one earlier cell are compiled again before a cell, since they use what is gone; nil
    /// if there are none.
    ///
    /// They become a module of their own, as they would if their cell were run again. Those that use what the new cell
    /// itself declares can only be compiled together with it.
    func refresh(before plan: CellPlan) -> CellPlan? {
        var stale = Staleness(table: self, gone: [])
        stale.accepted = plan.accepted
        let extensions = plan.compiled + plan.brought.map(\.version.item)
        var candidates = plan.brought.filter { brought in
            let isApart = extensions.contains { $0.redeclaresInitializer(of: brought.version.item) }
            return !brought.isSame && (isApart || stale.isStale(brought.version.id))
        }
        let names = Set(plan.compiled.flatMap(\.declarations).map(\.name))
        var isSettled = false
        while !isSettled {
            let ids = Set(candidates.map(\.version.id))
            let others = Set(plan.brought.map(\.version.id)).subtracting(ids)
            let free = candidates.filter {
                let uses = $0.version.item.uses
                return names.isDisjoint(with: uses.names) && !mayFind(uses, amongMembersOf: plan.compiled)
                    && others.isDisjoint(with: meanings(of: uses).subtracting([$0.version.id]))
            }
            isSettled = free.count == candidates.count
            candidates = free
        }
        let cells = Set(candidates.map(\.version.cell))
        for cell in cells.sorted(by: { first($0, candidates) < first($1, candidates) }) {
            let own = candidates.filter { $0.version.cell == cell }
            let needed = own.reduce(into: Set<Int>()) { $0.formUnion(meanings(of: $1.version.item.uses)) }
            let others = candidates.filter { $0.version.cell != cell }.map(\.version.id)
            guard needed.isDisjoint(with: others) else { continue }
            var refresh = CellPlan(cell: cell, source: "", items: [])
            refresh.isRefresh = true
            refresh.misfits = plan.misfits
            refresh.brought = own
            refresh.removed = Set(own.filter { !$0.replacesBodies }.map(\.version.id))
            var companions = Companions(plan: refresh, table: self)
            companions.findSurvivors()
            return companions.plan
        }
        return nil
    }

    private func first(_ cell: CellKey, _ candidates: [CellPlan.Brought]) -> Int {
        candidates.filter { $0.version.cell == cell }.map(\.version.id).min() ?? 0
    }
}
