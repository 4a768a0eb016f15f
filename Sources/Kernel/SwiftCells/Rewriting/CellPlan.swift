/// What is to become of a cell's items and of those that it replaces.
struct CellPlan: Sendable {
    let cell: CellKey
    let source: String
    let items: [CellItem]
    /// The items that need not be made again, by index, with the versions that stay as they are.
    var kept: [Int: Int] = [:]
    /// The items that are compiled again though they say what they said.
    var same: [Int: Int] = [:]
    /// The conformances whose bodies replace those of earlier ones.
    var replaced: [Int: Int] = [:]
    /// What those add to the earlier ones, as items of their own.
    var additions: [Int: CellItem] = [:]
    /// Additions of conformances that stay as they are.
    var keptAdditions: Set<Int> = []
    /// The versions that are gone once the cell has run.
    var removed: Set<Int> = []
    /// Declarations of other cells that are compiled along with this one.
    var brought: [Brought] = []
    /// For each item the earlier variables that it reads before the cell declares them again.
    var earlier: [Int: Set<Int>] = [:]
    /// The storage that nothing needs any more once the cell has ended.
    var releases: [Past.Storage] = []
    /// The part of it that nothing needs even before the cell runs.
    var earlyReleases: [Past.Storage] = []
    /// What the user should know of types that cannot be brought up to date.
    var notices: [String] = []
    var told: Set<Int> = []
    /// Types that stay though they use what is gone, since there are values of them.
    var accepted: Set<Int> = []
    /// What an earlier run of a cell without an id declared besides what the cell declares now.
    var remnant: Remnant?
    /// What does not compile with what there is now.
    var misfits = Misfits()
    /// Whether its statements have no lasting effect.
    var isQuestion = false
    /// Whether it only brings declarations of a cell up to date.
    var isRefresh = false
    /// The warnings of items, with lines counted from the first of each.
    var warnings: [Int: [Diagnostic]] = [:]

    /// Declarations of other cells that do not compile with what a cell declares, and must not keep it from running.
    struct Misfits: Equatable, Sendable {
        /// Conformances that stay though they use what is gone: a type has them once and for all.
        var left: Set<Int> = []
        /// Other declarations that are in no module until something mentions them, or what they add.
        var postponed: Set<Int> = []
    }

    /// Declarations that nobody declares again. Without an id no one can tell whether their cell was edited or another
    /// one was run, and a name that is lost is worse than one too many: they live on as a cell of their own.
    struct Remnant: Sendable {
        let cell: CellKey
        let versions: Set<Int>
    }

    /// A declaration of another cell.
    struct Brought: Sendable {
        let version: Version
        /// Its source with what is no longer part of it left out.
        let text: String
        /// Whether it only moves to another module.
        let isSame: Bool
        /// Whether its bodies replace those of a conformance that stays where it is.
        var replacesBodies = false
        /// Why it is compiled again: a declaration that it uses and that is gone.
        let cause: Version?
    }

    /// The items that are compiled.
    var compiled: [CellItem] { items.filter { kept[$0.index] == nil } }

    /// The names of the variables that have no value before the cell comes to one of its items.
    func variables(notSetBefore index: Int) -> Set<String> {
        let variables = items.filter { $0.role == .variable || $0.role == .other }
        let below = variables.filter { $0.index >= index }.flatMap(\.declarations)
            .filter { $0.kind == .variable }.map(\.name)
        // Some get their values by statements that follow their declarations.
        let pending = variables.flatMap { variable in
            ValuelessVariables.names(in: variable).filter { name in
                !items.contains {
                    variable.index < $0.index && $0.index < index && $0.uses.names.contains(name)
                }
            }
        }
        return Set(below + pending)
    }
}

extension NameTable {
    /// The cell without an id that a cell without an id is a further run of.
    ///
    /// It is one with the same text, or one that declares the same names. A console's user who declares one name of many
    /// again means no rerun; there a name simply goes to the cell that ran last.
    func predecessor(of items: [CellItem], source: String) -> CellKey? {
        let keys = keys(of: items)
        let candidates = cells.filter { $0.key.isAnonymous && !$0.value.keys.isEmpty }
            .sorted { $0.value.order > $1.value.order }
        if let same = candidates.first(where: { $0.value.source == source }) { return same.key }
        // Of a cell that declares much, an edit may rename some.
        return candidates.first { _, cell in
            let shared = cell.keys.intersection(keys).count
            let isMostOfIt = shared == cell.keys.count || 2 * shared >= max(keys.count, cell.keys.count)
            return cell.keys == keys || shared > 1 && isMostOfIt
        }?.key
    }

    /// What a cell without an id declared besides what it declares now; nil if there is nothing.
    ///
    /// Extensions of a type that it declares are a part of that, and go with it. Of others it replaces members.
    func remnant(of cell: CellKey, besides items: [CellItem]) -> CellPlan.Remnant? {
        guard cell.isAnonymous else { return nil }
        let keys = keys(of: items)
        let effects = items.reduce(into: Set<String>()) { $0.formUnion($1.effects) }
        let texts = Set(items.map(\.text))
        func isDeclaredAgain(_ version: Version) -> Bool {
            if let name = version.name { return keys.contains(name) }
            let item = version.item
            if let type = item.extendedType, keys.contains(type) { return true }
            if item.isConformance { return !effects.isDisjoint(with: item.effects) }
            return texts.contains(item.text) || self.keys(of: [item]).isSubset(of: keys)
        }
        let left = versions(of: cell).filter { version in
            // What was added to a conformance stays with it.
            let whole = version.addition.flatMap { versions[$0] } ?? version
            return !isDeclaredAgain(whole)
        }
        guard !left.isEmpty else { return nil }
        return CellPlan.Remnant(cell: .anonymous(anonymousCount), versions: Set(left.map(\.id)))
    }

    /// The versions of other cells that an item replaces.
    ///
    /// A function, or a member of an extension, takes that of an overload only if it says the same, or where no front end
    /// tells whether it is the edited one. What stood in a part of the cell that is still to be run may stand in
    /// this one by now.
    func displaced(by item: CellItem, of cell: CellKey) -> Set<Int> {
        var found: Set<Int> = []
        for declaration in item.declarations {
            for owner in owners(of: declaration.name) where owner.cell != cell {
                let mayBeEdited =
                    cell.isAnonymous && owner.cell.isAnonymous || cell.precedes(owner.cell)
                guard declaration.kind == .function, let old = owner.declaration, old.kind == .function else {
                    found.insert(owner.id)
                    // An extension in the type's own cell is a part of what it was.
                    if mayBeEdited, item.role == .type {
                        found.formUnion(extensions(of: declaration.name, in: owner.cell))
                    }
                    continue
                }
                if old.signature == declaration.signature || mayBeEdited { found.insert(owner.id) }
            }
        }
        for effect in item.effects {
            if let id = effectOwners[effect], let owner = versions[id], owner.cell != cell {
                found.insert(id)
            }
        }
        if cell.isAnonymous, item.role == .extension || item.role == .operatorFunction {
            let new = replacement(by: [item], of: cell)
            for version in versions.values where version.cell != cell && version.item.role == item.role {
                if !effects(of: version, replacedBy: new).isEmpty { found.insert(version.id) }
            }
        }
        return found
    }

    private func extensions(of type: String, in cell: CellKey) -> [Int] {
        versions(of: cell).filter { $0.item.role == .extension && $0.item.extendedType == type }.map(\.id)
    }
}
