/// Finds the declarations of other cells that must be compiled along with a cell.
///
/// There are two kinds. Some only move: they share a module with something that the cell replaces, and whoever imports
/// that module would see both. Others use something that was declared again: a function that calls the `g` of a cell that
/// was edited is compiled with the new one when a cell mentions it, as if its own cell had been run again.
struct Companions {
    private(set) var plan: CellPlan
    private let table: NameTable
    private var gone: Set<Int>
    private var brought: [Int: CellPlan.Brought] = [:]
    /// Types that stay although they use what is gone, since there are values of them.
    private var accepted: Set<Int> = []

    init(plan: CellPlan, table: NameTable) {
        self.plan = plan
        self.table = table
        gone = plan.removed.union(plan.misfits.postponed)
        accepted = plan.misfits.left
    }

    mutating func find() {
        repeat {
            while moveSurvivors() {}
        } while refreshStale() || remakeConformances() || remakeNeighbors()
        noticeAccepted()
        noticeConditional()
        noticeClosures()
        plan.accepted = accepted
        plan.removed = gone
        plan.brought = brought.values.sorted { $0.version.id < $1.version.id }
    }

    /// Finds what must move along with declarations that are compiled again.
    mutating func findSurvivors() {
        brought = Dictionary(plan.brought.map { ($0.version.id, $0) }) { first, _ in first }
        repeat { while moveSurvivors() {} } while remakeNeighbors()
        plan.removed = gone
        plan.brought = brought.values.sorted { $0.version.id < $1.version.id }
    }

    /// The versions that stay where they are.
    private var stays: Set<Int> {
        Set(plan.kept.values).union(plan.replaced.values).union(plan.keptAdditions)
    }

    // MARK: what moves

    /// Moves what is still declared out of modules that must be hidden; whether there was anything.
    private mutating func moveSurvivors() -> Bool {
        var found: [Survivor] = []
        var hidden: Set<String> = []
        var names: Set<String> = []
        let new = table.replacement(by: plan.compiled, of: plan.cell)
        for id in gone {
            guard var version = table.versions[id] else { continue }
            if version.item.isVisibleByModule, !version.module.isEmpty { hidden.insert(version.module) }
            if version.item.role == .function, let name = version.name { names.insert(name) }
            if let rest = remainder(of: version, new), let item = CellSyntax(rest).items.first {
                version.item = item.moved(to: version.item)
                found.append(Survivor(version, text: rest, isWhole: false))
            }
        }
        for module in hidden {
            for version in table.versions.values
            where version.module == module && version.item.isVisibleByModule && !gone.contains(version.id) {
                // A conformance is there once and for all.
                guard !version.item.isConformance, !stays.contains(version.id) else { continue }
                found.append(Survivor(version))
            }
        }
        for name in names {
            let overloads = (table.ownerIDs[name] ?? []).compactMap { table.versions[$0] }
                .filter { $0.item.role == .function }
            let modules = Set(overloads.filter { gone.contains($0.id) }.map(\.module)).subtracting([""])
            for version in overloads where modules.contains(version.module) && !gone.contains(version.id) {
                found.append(Survivor(version))
            }
        }
        found += operatorsBesideFormerNames().map { Survivor($0) }
        found.removeAll {
            brought[$0.version.id] != nil || ($0.version.cell == plan.cell && !plan.isRefresh)
        }
        for survivor in found { move(survivor) }
        return !found.isEmpty
    }

    /// What moves to the cell's module: a declaration, or what is left of one.
    private struct Survivor {
        let version: Version
        let text: String
        let isWhole: Bool

        init(_ version: Version) { self.init(version, text: version.item.text, isWhole: true) }

        init(_ version: Version, text: String, isWhole: Bool) {
            (self.version, self.text, self.isWhole) = (version, text, isWhole)
        }
    }

    private mutating func move(_ survivor: Survivor) {
        let version = survivor.version
        // Who used what is left out has something else to use now.
        brought[version.id] = .init(
            version: version, text: survivor.text, isSame: survivor.isWhole, cause: nil)
        gone.insert(version.id)
    }

    /// What is left of an extension of another cell some of whose members this cell declares.
    private func remainder(of version: Version, _ new: NameTable.Replacement) -> String? {
        guard version.item.role == .extension, version.cell != plan.cell, brought[version.id] == nil else {
            return nil
        }
        let replaced = table.effects(of: version, replacedBy: new)
        guard !replaced.isEmpty, replaced != version.item.effects else { return nil }
        return CellSyntax.leaving(out: replaced, of: version.item.text)
    }

    /// The functions of operators in modules that also declare a name which is mentioned and means something else by now: an
    /// operator is only seen by an import of the whole module, and that shows the name too.
    private func operatorsBesideFormerNames() -> [Version] {
        let uses = plan.compiled.map(\.uses) + brought.values.map(\.version.item.uses)
        let mentioned = uses.reduce(into: Set<String>()) { $0.formUnion($1.names) }
        return table.versions.values.filter { version in
            guard version.item.role == .operatorFunction, !gone.contains(version.id),
                !stays.contains(version.id), let module = table.modules[version.module]
            else { return false }
            return module.names.intersection(mentioned).contains { name in
                !table.owners(of: name).contains { $0.module == module.name && !gone.contains($0.id) }
            }
        }
    }

    // MARK: what is stale

    /// Brings what the cell mentions up to date; whether there was anything.
    private mutating func refreshStale() -> Bool {
        acceptHeldTypes()
        var stale = Staleness(table: table, gone: gone)
        stale.accepted = accepted
        let excluded = usedTooEarly(&stale)
        var found = false
        let replaced = Set(plan.replaced.values)
        for id in mentioned()
        where !gone.contains(id) && !excluded.contains(id) && !replaced.contains(id) && stale.isStale(id) {
            guard let version = table.versions[id], version.item.isPureDeclaration, brought[id] == nil,
                !redeclaresOwnInitializer(version)
            else { continue }
            if version.item.isConformance, !extendsGoneType(version) {
                found = refreshBodies(of: version, stale) || found
                continue
            }
            found = true
            bring(version, stale)
        }
        return found
    }

    /// Whether an extension has an initializer that the compiler synthesizes for a type of the cell: it waits for the
    /// cells that follow, as it did when the cell first ran.
    private func redeclaresOwnInitializer(_ version: Version) -> Bool {
        plan.compiled.contains { version.item.redeclaresInitializer(of: $0) }
    }

    /// Finds the types that stay, before anything that uses them is taken for stale.
    private mutating func acceptHeldTypes() {
        var found = true
        while found {
            var stale = Staleness(table: table, gone: gone)
            stale.accepted = accepted
            let held = mentioned().filter { id in
                guard let version = table.versions[id], version.item.role == .type, !gone.contains(id) else {
                    return false
                }
                return stale.isStale(id) && !canRefresh(version, stale)
            }
            found = !held.isEmpty
            accepted.formUnion(held)
        }
    }

    /// Whether the type or a protocol of a conformance is gone: it is then no longer that of its successor.
    private func extendsGoneType(_ version: Version) -> Bool {
        table.typesAndProtocols(of: version).contains { gone.contains($0) || table.versions[$0] == nil }
    }

    /// Makes the conformances again whose bodies were to be replaced before their types were found to go; whether there
    /// were any.
    private mutating func remakeConformances() -> Bool {
        let stale = Staleness(table: table, gone: gone)
        let foreign = brought.values.filter { $0.replacesBodies && extendsGoneType($0.version) }
        for companion in foreign { bring(companion.version, stale) }
        let own = plan.replaced.filter { table.versions[$0.value].map(extendsGoneType) ?? true }
        for (index, id) in own {
            plan.replaced[index] = nil
            plan.additions[index] = nil
            gone.insert(id)
        }
        return !foreign.isEmpty || !own.isEmpty
    }

    /// Makes again what shares a module with an extension that is made again or replaced and has types in it: whoever sees
    /// the former module would find those twice. Whether there was any. Where there are values of such a type, an extension
    /// stays as it is. Variables stay; see `VariableBridge`.
    private mutating func remakeNeighbors() -> Bool {
        let stale = Staleness(table: table, gone: gone)
        var found = false
        for version in madeAgain() where !version.item.nestedTypes.isEmpty {
            // The types in the extension of another type are others.
            guard extendsWhatThereIs(version) else { continue }
            let neighbors = neighbors(of: version)
            let types = neighbors.filter { $0.item.role == .type }
            guard types.allSatisfy({ canRefresh($0, stale) }) else {
                if let companion = brought[version.id], !plan.isRefresh, !companion.isSame {
                    brought[version.id] = nil
                    gone.remove(version.id)
                    found = accepted.insert(version.id).inserted || found
                }
                continue
            }
            for type in types { bring(type, stale) }
            let movable = neighbors.filter { [.function, .computed, .alias].contains($0.item.role) }
            for neighbor in movable { move(Survivor(neighbor)) }
            found = found || !types.isEmpty || !movable.isEmpty
        }
        return found
    }

    /// The declarations of other cells that are compiled along with this one, or whose place it takes.
    private func madeAgain() -> [Version] {
        let displaced = gone.compactMap { table.versions[$0] }.filter {
            $0.cell != plan.cell && brought[$0.id] == nil
        }
        return brought.values.map(\.version) + displaced
    }

    /// What shares a module with a version of another cell, or did before that was taken out of it.
    private func neighbors(of version: Version) -> [Version] {
        let module = version.module.isEmpty ? version.formerModule : version.module
        return table.versions.values.filter {
            $0.module == module && !gone.contains($0.id) && ($0.cell != plan.cell || plan.isRefresh)
        }
    }

    /// Whether the type that an extension extends is no cell's, or the one that it was compiled with.
    private func extendsWhatThereIs(_ version: Version) -> Bool {
        let types = table.owners(of: version.item.extendedType ?? "").filter(\.item.isTypeOrAlias)
        return types.allSatisfy { version.bindings.contains($0.id) && !gone.contains($0.id) }
    }

    /// Brings a conformance up to date whose type stays.
    private mutating func refreshBodies(of version: Version, _ stale: Staleness) -> Bool {
        let text = version.item.text
        guard let conformance = Conformance(ofSource: text) else { return false }
        if conformance.canReplace(conformance, providing: version.item.effects) {
            let edits = conformance.edits(
                replacing: version.item.effects, in: Array(text.utf8), keepsAdditions: false)
            brought[version.id] = .init(
                version: version, text: EditedSource(text, edits: edits).text, isSame: true,
                replacesBodies: true,
                cause: stale.cause(of: version))
            return true
        }
        let roots = table.roots(of: version)
        guard !roots.isEmpty, roots.allSatisfy({ canRefresh($0, stale) }) else {
            return accepted.insert(version.id).inserted
        }
        // What it belongs to is stale without it, and follows.
        bring(version, stale)
        return true
    }

    private mutating func bring(_ version: Version, _ stale: Staleness) {
        var version = version
        let additions = table.versions.values.filter { $0.addition == version.id }
        if !additions.isEmpty, let whole = CellSyntax(version.item.text).items.first {
            version.item = whole.moved(to: version.item)
            gone.formUnion(additions.map(\.id))
        }
        brought[version.id] = .init(
            version: version, text: version.item.text, isSame: false, cause: stale.cause(of: version))
        gone.insert(version.id)
    }

    /// What the cell and its companions mention, directly or by way of others.
    private func mentioned() -> Set<Int> {
        var found: Set<Int> = []
        for item in plan.compiled { found.formUnion(table.meanings(of: item.uses)) }
        for companion in brought.values { found.formUnion(table.meanings(of: companion.version.item.uses)) }
        return reachable(from: found)
    }

    /// What some versions use, with all that this uses; `byName` leaves out what is found by a member or without its name, which
    /// may be that of another type.
    private func reachable(from ids: Set<Int>, byName: Bool = false) -> Set<Int> {
        var found: Set<Int> = []
        var pending = Array(ids)
        while let next = pending.popLast() {
            guard found.insert(next).inserted, let version = table.versions[next], !version.isVariable else {
                continue
            }
            let uses = version.item.uses
            pending +=
                byName ? Set(uses.names.flatMap { table.ownerIDs[$0] ?? [] }) : table.meanings(of: uses)
        }
        return found
    }

    /// Stale declarations that a statement of the cell uses before the cell has declared a variable that they mention.
    private func usedTooEarly(_ stale: inout Staleness) -> Set<Int> {
        var place: [String: Int] = [:]
        for item in plan.items where item.role == .variable || item.role == .other {
            for declaration in item.declarations where declaration.kind == .variable {
                place[declaration.name] = item.index
            }
        }
        guard !place.isEmpty else { return [] }
        var excluded: Set<Int> = []
        for item in plan.items where [.statement, .variable, .other].contains(item.role) {
            for id in reachable(from: table.meanings(of: item.uses)) where stale.isStale(id) {
                guard let version = table.versions[id], !version.isVariable else { continue }
                // A conformance that only might use the variable must not be missing.
                let used = reachable(from: [id], byName: version.item.isConformance)
                let names = used.compactMap { table.versions[$0] }.filter { !$0.isVariable }
                    .reduce(into: Set<String>()) { $0.formUnion($1.item.uses.names) }
                if names.contains(where: { place[$0].map { $0 >= item.index } ?? false }) {
                    excluded.insert(id)
                }
            }
        }
        return excluded
    }

    /// Whether a type can be made again: where a type that it uses was, or where no variable may hold a value of it.
    private func canRefresh(_ type: Version, _ stale: Staleness) -> Bool {
        let usesGoneType = type.bindings.contains { id in
            stale.isGone(id) && ((table.versions[id] ?? table.past.versions[id])?.item.isTypeOrAlias) ?? false
        }
        if usesGoneType { return true }
        let declared = Set(plan.items.flatMap(\.declarations).map(\.name))
        let holders = table.versions.values.filter { $0.isVariable && !declared.contains($0.name ?? "") }
        return !holders.contains { table.mayHold(type.id, $0) }
    }

    /// What is stale once all is found: what only moves is what it was.
    private var staleness: Staleness {
        let moved = Set(brought.values.filter(\.isSame).map(\.version.id))
        return Staleness(table: table, gone: gone.subtracting(moved))
    }

    private mutating func noticeAccepted() {
        let stale = Staleness(table: table, gone: gone)
        let replaced = staleness
        for id in accepted.union(formerTypesOfVariables(replaced)).subtracting(table.told).sorted() {
            guard let type = table.versions[id] else { continue }
            if let (user, name) = replaced.unsetVariable(of: type) {
                let reason = type.item.role == .type ? ": there are values of \(type.title)" : ""
                notice(type, Self.unset(name, in: user) + reason)
                continue
            }
            guard let cause = replaced.distantCause(of: type) ?? stale.cause(of: type) else { continue }
            notice(
                type, uses: cause,
                since: plan.misfits.left.contains(id) ? "it does not fit that" : "there are values of it")
        }
    }

    /// The types that use what is gone or was never set, and whose values are in variables that the cell mentions.
    private func formerTypesOfVariables(_ stale: Staleness) -> Set<Int> {
        let former = table.versions.values.filter {
            $0.item.role == .type && !gone.contains($0.id) && !table.told.contains($0.id)
                && (stale.distantCause(of: $0) != nil || stale.unsetVariable(of: $0) != nil)
        }
        guard !former.isEmpty else { return [] }
        let variables = mentioned().subtracting(gone).compactMap { table.versions[$0] }.filter(\.isVariable)
        let types = Set(variables.flatMap { table.types(heldBy: $0) })
        return reachable(from: types, byName: true).intersection(former.map(\.id))
    }

    /// Says that a declaration still uses what was declared again.
    private mutating func notice(_ user: Version, uses cause: Version, since reason: String) {
        let now =
            plan.items.contains { $0.declarations.contains { $0.name == cause.name } }
            ? "here" : "in " + (cause.name.flatMap { table.owners(of: $0).last?.label } ?? "another cell")
        notice(
            user,
            "still uses the \(cause.title) of \(cause.label), which was declared again \(now): \(reason)")
    }

    private static func unset(_ name: String, in user: Version) -> String {
        "uses a '\(name)' that never got a value, since \(user.label) stopped before it"
    }

    private mutating func notice(_ user: Version, _ words: String) {
        plan.notices.append(
            "\(user.title) (\(user.label)) \(words). Run the cell of \(user.title) again to bring it up to date."
        )
        plan.told.insert(user.id)
    }

    /// Says which functions and types that the cell mentions still use what was declared again: those that stand under a
    /// condition that only the compiler decides are not compiled again.
    private mutating func noticeConditional() {
        let stale = staleness
        for id in mentioned().subtracting(table.told).sorted() where !gone.contains(id) {
            guard let user = table.versions[id], user.item.role == .other,
                let declaration = user.declaration, declaration.kind != .variable
            else { continue }
            // What the others use is none of its own.
            let isFunction = declaration.kind == .function
            let names = isFunction ? Uses(ofSource: declaration.source).names : user.item.uses.names
            let cause = stale.causes(of: user).first { $0.name.map(names.contains) ?? false }
            guard let cause else { continue }
            notice(user, uses: cause, since: "it is not compiled again where it stands")
        }
    }

    /// Says which closures that the cell mentions still call what was declared again.
    private mutating func noticeClosures() {
        let declared = Set(plan.items.flatMap(\.declarations).map(\.name))
        let names = plan.compiled.reduce(into: Set<String>()) { $0.formUnion($1.uses.names) }
        let variables = names.subtracting(declared).flatMap { table.owners(of: $0) }.filter(\.isVariable)
        for variable in variables.sorted(by: { $0.id < $1.id }) where !table.told.contains(variable.id) {
            if let name = variable.unset {
                notice(variable, Self.unset(name, in: variable))
                continue
            }
            guard let (former, now) = table.formerCallee(of: variable) else { continue }
            notice(
                variable,
                "still calls the \(former.title) of \(former.label), which was declared again in \(now.label)"
            )
        }
    }
}
