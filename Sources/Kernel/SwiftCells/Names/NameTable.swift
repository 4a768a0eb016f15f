/// What the cells of a notebook declare now, and which module has it.
///
/// What a cell declares belongs to that cell: run again, it replaces what it declared before. Where the front end sends
/// no cell ids, a cell is taken for one that ran before if it has the same text or declares the same names
/// (`NameTable.predecessor`), and a name that another cell declares goes to the one that ran last. What such a cell does
/// not declare again stays (`NameTable.remnant`).
public struct NameTable: Sendable {
    /// A module that a cell became.
    struct Module: Sendable {
        let name: String
        let label: String
        let dependencies: Set<String>
        /// All names that it declares, living or not.
        let names: Set<String>
        let hasTypes: Bool
        /// Whether something of it is gone that an import of it would still show.
        var hasDeadEffects = false
        /// The same of an operator's function, which is only seen by an import of the whole module.
        var hasDeadOperators = false
        /// Whether an extension of it that is gone has types in it.
        var hasDeadTypes = false
    }

    /// What a cell was when it last ran.
    struct Cell: Sendable {
        let source: String
        let keys: Set<String>
        let order: Int
    }

    private(set) var modules: [String: Module] = [:]
    private(set) var order: [String] = []
    /// All that is declared now.
    private(set) var versions: [Int: Version] = [:]
    /// For each name, what it stands for; only functions can be several.
    private(set) var ownerIDs: [String: [Int]] = [:]
    /// For members of extensions, operators, and types that are extended: what provides them.
    private(set) var providers: [String: Set<Int>] = [:]
    /// What adds an extension member, a conformance or an operator.
    private(set) var effectOwners: [String: Int] = [:]
    /// The versions of each cell.
    private(set) var versionsOfCell: [CellKey: Set<Int>] = [:]
    private(set) var cells: [CellKey: Cell] = [:]
    /// Names whose declaration was not reached, with the cell that stopped.
    private(set) var uninitialized: [String: (label: String, cell: CellKey)] = [:]
    /// The import declarations of all cells, in order.
    private(set) var imports: [String] = []
    /// What is no longer declared but may still be reached.
    var past = Past()
    /// The types of which the user was told that they use what is no longer declared.
    var told: Set<Int> = []
    /// What was provided by declarations of operators and precedence groups that are gone.
    private(set) var goneOperators: Set<String> = []
    private var lastID = 0
    private(set) var anonymousCount = 0

    /// The types of the cells' variables; nil if they were not compiled.
    let types: VariableTypes?

    public init() { types = nil }

    init(types: VariableTypes) { self.types = types }

    /// For each name what declares it.
    var owners: [String: [Version]] { ownerIDs.mapValues { $0.compactMap { versions[$0] } } }

    func owners(of name: String) -> [Version] { (ownerIDs[name] ?? []).compactMap { versions[$0] } }

    /// The module that shows a variable of this name.
    func variableOwner(_ name: String) -> String? {
        owners(of: name).last { $0.declaration?.kind == .variable }?.source
    }

    /// Whether a name is that of an earlier cell's class that may override something, or of what may contain one or stand for
    /// one.
    func mayOverride(_ name: String) -> Bool {
        owners(of: name).contains {
            $0.item.role == .alias
                || $0.item.role == .type && $0.kind != .protocolType && !$0.item.uses.inherited.isEmpty
        }
    }

    /// The versions of a cell.
    func versions(of cell: CellKey) -> [Version] {
        (versionsOfCell[cell] ?? []).sorted().compactMap { versions[$0] }
    }

    // MARK: changes

    /// Has no other cell take the number of a cell without an id, which may run beside others.
    mutating func reserve(_ cell: CellKey) {
        if case .anonymous(let number) = cell { anonymousCount = max(anonymousCount, number + 1) }
    }

    /// Makes a cell of its own of what a cell without an id declared before and does not declare now.
    mutating func detach(_ remnant: CellPlan.Remnant) {
        reserve(remnant.cell)
        for id in remnant.versions {
            guard let cell = versions[id]?.cell else { continue }
            versions[id]?.cell = remnant.cell
            versionsOfCell[cell]?.remove(id)
            versionsOfCell[remnant.cell, default: []].insert(id)
        }
    }

    /// Adds a cell that ran. `reached` is the item that a stopped cell did not complete; nil for one that ended well.
    mutating func commit(_ plan: CellPlan, module: Module, label: String, imports: [String], reached: Int?) {
        let unreached = reached.map(plan.variables(notSetBefore:)) ?? []
        if let remnant = plan.remnant { detach(remnant) }
        for id in plan.removed {
            guard let version = versions[id] else { continue }
            if plan.misfits.postponed.contains(id) {
                postpone(id)
                continue
            }
            // A variable that the stopped cell would have declared again keeps its value.
            if version.kind == .variable, let name = version.name, unreached.contains(name) { continue }
            remove(id)
        }
        // What an earlier run did not come to may have another name by now.
        if !plan.isRefresh { uninitialized = uninitialized.filter { $0.value.cell != plan.cell } }
        modules[module.name] = module
        order.append(module.name)
        for line in imports where !self.imports.contains(line) { self.imports.append(line) }
        var made: [Int] = []
        for brought in plan.brought {
            reserve(brought.version.cell)
            made.append(brought.version.id)
            if brought.replacesBodies {
                versions[brought.version.id]?.bindings = []
                versions[brought.version.id]?.unset = nil
            } else {
                var version = brought.version
                version.module = module.name
                version.bindings = []
                version.unset = nil
                made.append(adopt(version, as: brought.isSame ? version.id : nil))
            }
        }
        // Statements can use what is declared below them.
        let runs = { (item: CellItem) in item.role == .statement || item.role == .variable }
        for item in plan.items where !runs(item) { made += declare(item, plan, module, label, unreached) }
        for item in plan.items where runs(item) { made += run(item, plan, module, label, unreached) }
        // Now that all names are known, those of functions that call each other too.
        for id in made {
            guard let uses = versions[id]?.item.uses else { continue }
            let meanings = meanings(of: uses)
            versions[id]?.bindings.formUnion(meanings)
            settle(id)
        }
        for (type, conformance) in conformancesOfTypes(among: made) {
            versions[type]?.bindings.insert(conformance)
        }
        reconsiderUsers(of: made, outside: module.name)
        postponeUsers(of: unreached, in: module.name)
        told.formUnion(plan.told)
        if reached == nil { past.release(plan.releases) }
        past.forgetUnreachable(in: self)
        guard !plan.isRefresh else { return }
        let keys = keys(of: plan.items)
        cells[plan.cell] = keys.isEmpty ? nil : Cell(source: plan.source, keys: keys, order: order.count)
    }

    /// Adds a declaration other than a variable, unless that is conditional.
    private mutating func declare(
        _ item: CellItem, _ plan: CellPlan, _ module: Module, _ label: String, _ unreached: Set<String>
    ) -> [Int] {
        if item.role == .importing { return [] }
        if let id = plan.kept[item.index] ?? plan.replaced[item.index] {
            versions[id]?.label = label
            guard plan.replaced[item.index] != nil else {
                versions[id]?.item = item
                settle(id)
                return []
            }
            let former = versions[id]?.item
            versions[id]?.item = item.providing(only: former)
            versions[id]?.bindings = []
            versions[id]?.unset = nil
            guard let addition = plan.additions[item.index] else { return [id] }
            var added = version(of: addition, nil, plan, module, label, [])
            added.addition = id
            return [id, adopt(added, as: nil)]
        }
        let declarations: [Declaration?] = item.declarations.isEmpty ? [nil] : item.declarations
        var made: [Int] = []
        for declaration in declarations {
            if item.role == .other, let declaration, isUnset(declaration, unreached, plan, label) { continue }
            let version = version(of: item, declaration, plan, module, label, [])
            made.append(adopt(version, as: plan.same[item.index]))
        }
        return made
    }

    /// Whether a stopped cell did not come to a variable, which then has no value.
    private mutating func isUnset(
        _ declaration: Declaration, _ unreached: Set<String>, _ plan: CellPlan, _ label: String
    ) -> Bool {
        guard declaration.kind == .variable, unreached.contains(declaration.name) else { return false }
        if ownerIDs[declaration.name] == nil { uninitialized[declaration.name] = (label, plan.cell) }
        return true
    }

    /// Adds a statement, or the variables of one that declares some.
    private mutating func run(
        _ item: CellItem, _ plan: CellPlan, _ module: Module, _ label: String, _ unreached: Set<String>
    ) -> [Int] {
        let bindings = meanings(of: item.uses).union(plan.earlier[item.index] ?? [])
        var item = item
        item.uses.settle(in: self, bindings: bindings)
        var statement = version(of: item, nil, plan, module, label, bindings)
        var made: [Int] = []
        for declaration in item.declarations {
            if isUnset(declaration, unreached, plan, label) { continue }
            made.append(adopt(version(of: item, declaration, plan, module, label, bindings), as: nil))
        }
        statement.bindings.formUnion(made)
        if !plan.isQuestion { past.note(statement, among: self) }
        return made
    }

    /// Decides which closures in a declaration may outlive what runs it.
    private mutating func settle(_ id: Int) {
        guard let version = versions[id] else { return }
        var uses = version.item.uses
        uses.settle(in: self, bindings: version.bindings)
        versions[id]?.item.uses = uses
    }

    private mutating func version(
        of item: CellItem, _ declaration: Declaration?, _ plan: CellPlan, _ module: Module, _ label: String,
        _ bindings: Set<Int>
    ) -> Version {
        lastID += 1
        return Version(
            id: lastID, cell: plan.cell, label: label, module: module.name, item: item,
            declaration: declaration,
            bindings: bindings, warnings: plan.warnings[item.index] ?? [])
    }

    /// Enters a version, as another of the same meaning if there is one.
    private mutating func adopt(_ new: Version, as id: Int?) -> Int {
        lastID += 1
        let version = Version(
            id: id ?? lastID, cell: new.cell, label: new.label, module: new.module, item: new.item,
            declaration: new.declaration, bindings: new.bindings, addition: new.addition,
            warnings: new.warnings)
        versions[version.id] = version
        past.versions[version.id] = nil
        versionsOfCell[version.cell, default: []].insert(version.id)
        if let name = version.name {
            removeTwins(of: version, named: name)
            ownerIDs[name, default: []].append(version.id)
            uninitialized[name] = nil
        }
        for name in version.item.provided { providers[name, default: []].insert(version.id) }
        for effect in version.item.effects { effectOwners[effect] = version.id }
        return version.id
    }

    /// Takes out what a cell that ran beside that of a version has declared meanwhile, and this one declares again.
    private mutating func removeTwins(of version: Version, named name: String) {
        for other in owners(of: name) where other.id != version.id && other.module != version.module {
            let areOverloads =
                version.kind == .function && other.kind == .function
                && version.declaration?.signature != other.declaration?.signature
            if !areOverloads { remove(other.id) }
        }
    }

    /// Takes a version out of the notebook.
    private mutating func remove(_ id: Int) {
        guard let version = versions.removeValue(forKey: id) else { return }
        versionsOfCell[version.cell]?.remove(id)
        if let name = version.name {
            ownerIDs[name]?.removeAll { $0 == id }
            if ownerIDs[name]?.isEmpty == true { ownerIDs[name] = nil }
        }
        for name in version.item.provided {
            providers[name]?.remove(id)
            if providers[name]?.isEmpty == true { providers[name] = nil }
        }
        for effect in version.item.effects where effectOwners[effect] == id { effectOwners[effect] = nil }
        if version.item.role == .operatorDeclaration { goneOperators.formUnion(version.item.provided) }
        hideEffects(of: version)
        past.versions[id] = version
    }

    /// Notes that a module shows what is no longer to be seen in it.
    private mutating func hideEffects(of version: Version) {
        if !version.item.nestedTypes.isEmpty { modules[version.module]?.hasDeadTypes = true }
        if version.item.role == .operatorFunction {
            modules[version.module]?.hasDeadOperators = true
        } else if version.item.isVisibleByModule {
            modules[version.module]?.hasDeadEffects = true
        }
    }

    /// Has a variable imported from another module than its own.
    mutating func bridge(_ id: Int, by module: Module) {
        modules[module.name] = module
        order.append(module.name)
        versions[id]?.bridge = module.name
    }

    /// Takes a version out of its module, to be compiled when it is mentioned.
    private mutating func postpone(_ id: Int) {
        guard let version = versions[id] else { return }
        hideEffects(of: version)
        if !version.module.isEmpty { versions[id]?.formerModule = version.module }
        versions[id]?.module = ""
        makeStale(id)
    }

    private mutating func makeStale(_ id: Int) {
        // No version has this number.
        versions[id]?.bindings.insert(-1)
    }

    /// Has code compiled again when it is used next if a name in it may mean what a cell adds, as it would in one file: an
    /// overload, a member, a function in place of the library's. Types and conformances stay: there may be values of them,
    /// and state in them.
    private mutating func reconsiderUsers(of new: [Int], outside module: String) {
        let added = new.compactMap { versions[$0] }.filter {
            [.function, .operatorFunction, .extension].contains($0.item.role)
        }
        guard !added.isEmpty else { return }
        let names = Set(added.compactMap(\.name))
        let provided = added.reduce(into: Set<String>()) { $0.formUnion($1.item.provided) }
        for user in versions.values where user.module != module && user.item.isCodeAlone {
            let uses = user.item.uses
            // Of all that there is, next to nothing mentions any of it.
            guard !names.isDisjoint(with: uses.names) || !provided.isEmpty && uses.touch(provided) else {
                continue
            }
            let mayMeanMore = added.contains { !user.bindings.contains($0.id) && uses.mayMean($0) }
            if mayMeanMore { makeStale(user.id) }
        }
    }

    /// Takes what uses variables that a stopped cell has not set out of the cell's module, where they never get a
    /// value. What cannot be moved stays, and who mentions it is told: a type of which there are values, a conformance, an
    /// extension with types in it, a closure in a variable.
    private mutating func postponeUsers(of unset: Set<String>, in module: String) {
        guard !unset.isEmpty else { return }
        for user in versions.values where user.module == module {
            let used = user.isVariable ? user.item.uses.inClosures : user.item.uses.names
            guard let name = unset.intersection(used).min() else { continue }
            if user.isVariable {
                versions[user.id]?.unset = name
                continue
            }
            guard user.item.isPureDeclaration else { continue }
            let isHeld =
                user.item.role == .type
                && versions.values.contains { $0.isVariable && mayHold(user.id, $0) }
            versions[user.id]?.unset = name
            if isHeld || user.item.isConformance || !user.item.nestedTypes.isEmpty {
                makeStale(user.id)
            } else {
                postpone(user.id)
            }
        }
    }

    /// Forgets some declarations.
    mutating func forgetVersions(where isGone: (Version) -> Bool) {
        for version in versions.values where isGone(version) { remove(version.id) }
    }

    /// Forgets cells; their names are gone.
    mutating func forgetCells(where isGone: (CellKey) -> Bool) {
        for key in versionsOfCell.keys where isGone(key) {
            for id in versionsOfCell[key] ?? [] { remove(id) }
            cells[key] = nil
        }
        uninitialized = uninitialized.filter { !isGone($0.value.cell) }
    }
}

extension NameTable {
    /// Whether what a module's extensions add is in sight of the cell with a plan.
    func isAlive(_ module: String, beside plan: CellPlan) -> Bool {
        versions.values.contains {
            $0.module == module && $0.item.isVisibleByModule && !plan.removed.contains($0.id)
        }
    }

    /// Whether a cell declared a name, of whatever kind.
    public func declares(_ name: String) -> Bool { ownerIDs[name] != nil }

    /// The names of the variables that are computed whenever they are read.
    public var computedVariableNames: Set<String> {
        Set(ownerIDs.filter { $0.value.contains { versions[$0]?.item.role == .computed } }.keys)
    }

    /// The names of all variables, in alphabetical order.
    public var variableNames: [String] {
        ownerIDs.filter { $0.value.contains { versions[$0]?.declaration?.kind == .variable } }.keys.sorted()
    }
}
