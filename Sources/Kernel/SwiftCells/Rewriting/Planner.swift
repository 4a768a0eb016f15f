import SwiftSyntax

/// Decides what becomes of a cell's items: which are made again, which stay, and what must be compiled along.
struct Planner {
    /// What there is, with what the cell leaves to another one; see `CellPlan.Remnant`.
    private let table: NameTable
    private let items: [CellItem]
    private let conformances: [Int: Conformance]
    /// What the cell declared when it last ran.
    private let former: [Version]
    private var plan: CellPlan
    /// The items whose text and meaning are unchanged, with their versions.
    private var unchanged: [Int: Int] = [:]

    init(_ syntax: CellSyntax, source: String, cell: CellKey?, table: NameTable, misfits: CellPlan.Misfits) {
        items = syntax.items
        conformances = Dictionary(syntax.conformances.map { ($0.item, $0) }) { first, _ in first }
        let key =
            cell ?? table.predecessor(of: items, source: source) ?? .anonymous(table.anonymousCount)
        plan = CellPlan(cell: key, source: source, items: items)
        var parted = table
        let remnant = table.remnant(of: key, besides: items)
        if let remnant { parted.detach(remnant) }
        self.table = parted
        former = parted.versions(of: key)
        plan.remnant = remnant
        plan.misfits = misfits
    }

    /// The plan of a cell. Those of other cells' declarations that are `left` stay as they are.
    static func plan(
        _ syntax: CellSyntax, source: String, cell: CellKey?, table: NameTable,
        misfits: CellPlan.Misfits = .init()
    ) -> CellPlan {
        var planner = Planner(syntax, source: source, cell: cell, table: table, misfits: misfits)
        return planner.make()
    }

    private mutating func make() -> CellPlan {
        match()
        dropChangingConstants()
        settle()
        dropUnneeded()
        plan.replaced = replaceable()
        findAdditions()
        for (index, id) in unchanged {
            if items[index].isLasting { plan.kept[index] = id } else { plan.same[index] = id }
        }
        let stays = Set(plan.kept.values).union(plan.replaced.values).union(plan.keptAdditions)
        plan.removed = Set(former.map(\.id)).union(displaced()).subtracting(stays)
        findEarlierVariables()
        var companions = Companions(plan: plan, table: table)
        companions.find()
        return companions.plan
    }

    // MARK: what is unchanged

    /// Finds for each declaration the former one with the same text.
    private mutating func match() {
        var left = former.filter { $0.addition == nil }
        for item in items where item.isPureDeclaration && !item.hasStaticState {
            let place = left.firstIndex { $0.item.role == item.role && $0.item.text == item.text }
            if let place { unchanged[item.index] = left.remove(at: place).id }
        }
    }

    /// Has static constants computed again that may have other values by now, where this leaves no values or state of
    /// other cells with a former type.
    private mutating func dropChangingConstants() {
        for (index, id) in unchanged where items[index].hasChangingConstants && !items[index].isConformance {
            // Where an extension goes, all that its module shows is made again.
            let module = table.versions[id]?.module
            let types = unchanged.values.filter { other in
                table.versions[other].map { $0.module == module && $0.item.role == .type } ?? false
            }
            if !isHeld(id), !types.contains(where: isHeld) { unchanged[index] = nil }
        }
    }

    /// Whether another cell has variables that may hold values of what uses a declaration, or a type with state that
    /// uses it.
    private func isHeld(_ id: Int) -> Bool {
        table.versions.values.contains { version in
            version.cell != plan.cell && (version.isVariable || version.item.hasStaticState)
                && table.mayHold(id, version)
        }
    }

    private func displaced() -> Set<Int> {
        items.filter { unchanged[$0.index] == nil }.reduce(into: []) {
            $0.formUnion(table.displaced(by: $1, of: plan.cell))
        }
    }

    /// Drops the items whose names mean something else now, and those that share a module with what must be hidden.
    private mutating func settle() {
        var isSettled = false
        while !isSettled {
            isSettled = true
            let staying = Set(unchanged.values).union(additions(toAnyOf: unchanged.values).map(\.id))
                .union(replaceable().values)
            let gone = Set(former.map(\.id)).union(displaced()).subtracting(staying)
            var stale = Staleness(table: table, gone: gone)
            let others = items.filter { unchanged[$0.index] == nil }
            let names = Set(others.flatMap(\.declarations).map(\.name))
            let hidden = modulesToHide(gone)
            for (index, id) in unchanged {
                guard let version = table.versions[id] else { continue }
                let uses = items[index].uses
                // A conformance is seen in any case.
                let isHidden =
                    items[index].isLasting && !items[index].isConformance && hidden.contains(version.module)
                    || additions(toAnyOf: [id]).contains { hidden.contains($0.module) }
                if isHidden || stale.isStale(id) || !names.isDisjoint(with: uses.names)
                    || table.mayFind(uses, amongMembersOf: others)
                {
                    unchanged[index] = nil
                    isSettled = false
                }
            }
        }
    }

    /// The modules of which something would be seen that is gone.
    private func modulesToHide(_ gone: Set<Int>) -> Set<String> {
        var hidden = Set(table.modules.values.filter(\.hasDeadEffects).map(\.name))
        for id in gone {
            guard let version = table.versions[id], version.item.isLasting, version.item.isVisibleByModule
            else { continue }
            hidden.insert(version.module)
        }
        return hidden
    }

    /// The versions that hold what earlier runs added to conformances.
    private func additions(toAnyOf ids: some Collection<Int>) -> [Version] {
        former.filter { version in version.addition.map { ids.contains($0) } ?? false }
    }

    // MARK: what stays

    /// Makes types and extensions again where no one else has a use for the former ones: the compiler can then optimize the
    /// cell as a whole.
    private mutating func dropUnneeded() {
        let ids = Set(former.map(\.id))
        let outside = table.dependencies(ofAllBut: ids.union(displaced()))
        var modules: [String: Bool] = [:]
        for (index, id) in unchanged where items[index].isLasting {
            guard let version = table.versions[id] else { continue }
            let isNeeded = outside.contains(id) || version.item.isConformance && !extendsOwnType(version)
            modules[version.module, default: false] = modules[version.module, default: false] || isNeeded
        }
        let dropped = unchanged.filter { index, id in
            items[index].isLasting && modules[table.versions[id]?.module ?? ""] != true
        }
        guard !dropped.isEmpty else { return }
        for index in dropped.keys { unchanged[index] = nil }
        settle()
    }

    /// Whether a type of the same cell is what an extension extends.
    private func extendsOwnType(_ version: Version) -> Bool {
        version.bindings.contains { id in
            former.contains {
                $0.id == id && $0.item.role == .type && version.item.uses.names.contains($0.name ?? "")
            }
        }
    }

    /// The conformances whose bodies can replace those of earlier ones, with the versions of these.
    private func replaceable() -> [Int: Int] {
        let removed = Set(former.map(\.id)).subtracting(unchanged.values).union(displaced())
        let newNames = Set(items.filter { unchanged[$0.index] == nil }.flatMap(\.declarations).map(\.name))
        var found: [Int: Int] = [:]
        for (index, conformance) in conformances where unchanged[index] == nil && !items[index].hasStaticState
        {
            let id = items[index].effects.compactMap { table.effectOwners[$0] }.filter {
                table.versions[$0]?.item.isConformance ?? false
            }.min()
            guard let id, let version = table.versions[id], newNames.isDisjoint(with: conformance.typeNames),
                let former = Conformance(ofSource: version.item.text),
                conformance.canReplace(former, providing: version.item.effects),
                addsNoRequirement(conformance, to: version),
                table.typesAndProtocols(of: version).isDisjoint(with: removed),
                conformance.typeNames.allSatisfy({ name in
                    (table.ownerIDs[name] ?? []).allSatisfy { version.bindings.contains($0) }
                })
            else { continue }
            found[index] = id
        }
        return found
    }

    /// Whether what a conformance adds to an earlier one cannot be what its protocols ask for.
    private func addsNoRequirement(_ conformance: Conformance, to version: Version) -> Bool {
        let added = conformance.names(ofMembersBesides: version.item.effects)
        return added.isEmpty
            || items[conformance.item].uses.inherited.allSatisfy {
                table.requirements(of: $0)?.isDisjoint(with: added) ?? false
            }
    }

    /// Finds what replacements add, and what is kept of earlier additions.
    private mutating func findAdditions() {
        for (index, id) in plan.replaced {
            guard let effects = table.versions[id]?.item.effects,
                let text = conformances[index]?.additions(to: effects)
            else { continue }
            plan.additions[index] = CellSyntax(text).items.first?.moved(to: items[index])
        }
        plan.keptAdditions = Set(additions(toAnyOf: unchanged.values).map(\.id))
    }

    /// Items that read a variable of an earlier run before this one declares it again.
    private mutating func findEarlierVariables() {
        var place: [String: Int] = [:]
        for item in items where item.role == .variable || item.role == .other {
            for declaration in item.declarations where declaration.kind == .variable {
                place[declaration.name] = item.index
            }
        }
        for item in items {
            for name in namesOfOthers(in: item) where place[name].map({ $0 >= item.index }) ?? false {
                let old = table.owners(of: name).filter { $0.kind == .variable }.map(\.id)
                plan.earlier[item.index, default: []].formUnion(old)
            }
        }
    }

    /// The names that an item uses, without those that it has declared itself by then: in `let a = 1, f = { a }` the
    /// closure sees the new `a`.
    private func namesOfOthers(in item: CellItem) -> Set<String> {
        let own = Set(item.declarations.map(\.name))
        guard own.count > 1, !own.isDisjoint(with: item.uses.names),
            case .decl(let node)? = CellSyntax(item.text).file.statements.first?.item,
            let variable = node.as(VariableDeclSyntax.self)
        else { return item.uses.names }
        var declared: Set<String> = []
        var found = Uses(of: variable.attributes).names
        for binding in variable.bindings {
            found.formUnion(Uses(of: binding).names.subtracting(declared))
            declared.formUnion(binding.pattern.boundNames.map { $0.text.trimmingBackticks })
        }
        return found
    }
}
