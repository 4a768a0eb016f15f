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
    /// The versions that are gone once the cell has run.
    var removed: Set<Int> = []
    /// Declarations of other cells that are compiled along with this one.
    var brought: [Brought] = []
    /// For each item the earlier variables that it reads before the cell declares them again.
    var earlier: [Int: Set<Int>] = [:]
    /// The storage that nothing needs any more once the cell has ended.
    var releases: [Past.Storage] = []
    /// What the user should know of types that cannot be brought up to date.
    var notices: [String] = []
    var told: Set<Int> = []
    /// Types that stay though they use what is gone, since there are values of them.
    var accepted: Set<Int> = []
    /// Whether its statements leave nothing behind.
    var isQuestion = false
    /// Whether it only brings declarations of a cell up to date.
    var isRefresh = false
    /// The warnings of items, with lines counted from the first of each.
    var warnings: [Int: [Diagnostic]] = [:]

    /// A declaration of another cell.
    struct Brought: Sendable {
        let version: Version
        /// Its source with what is no longer part of it left out.
        let text: String
        /// Whether it only moves to another module.
        let isSame: Bool
        /// Whether its bodies take the place of those of a conformance that stays where it is.
        var replacesBodies = false
        /// Why it is compiled again: a declaration that it uses and that is gone.
        let cause: Version?
    }

    /// The items that are compiled.
    var compiled: [CellItem] { items.filter { kept[$0.index] == nil } }

    /// What identifies a cell by its names: all that it declares, functions by their base name.
    var keys: Set<String> { Self.keys(of: items) }

    static func keys(of items: [CellItem]) -> Set<String> {
        var keys: Set<String> = []
        for item in items {
            for declaration in item.declarations { keys.insert(declaration.name) }
            guard item.isVisibleByModule else { continue }
            for effect in item.effects {
                // The base name of a member.
                keys.insert(String(effect.prefix { $0 != "(" }))
            }
        }
        return keys
    }

    /// The ways in which the cell's functions can be called, by their names.
    var shapes: [String: [CallShape]] {
        var shapes: [String: [CallShape]] = [:]
        for item in items where item.role == .function {
            guard let shape = item.shape, let name = item.declarations.first?.name else { continue }
            shapes[name, default: []].append(shape)
        }
        return shapes
    }
}

extension NameTable {
    /// The cell without an id that a cell without an id is a further run of.
    ///
    /// It is one with the same text, or one that declares the same names. A console's user who adds an overload, or declares
    /// one name of many again, means no rerun; there a name simply goes to the cell that ran last.
    func predecessor(of items: [CellItem], source: String) -> CellKey? {
        let keys = CellPlan.keys(of: items)
        let candidates = cells.filter { $0.key.isAnonymous && !$0.value.keys.isEmpty }
            .sorted { $0.value.order > $1.value.order }
        if let same = candidates.first(where: { $0.value.source == source }) { return same.key }
        return candidates.first { _, cell in
            let isLarger = cell.keys.count > 1 && cell.keys.isSubset(of: keys)
            guard cell.keys == keys || isLarger else { return false }
            let functions = items.filter { $0.role == .function }
            let hasOthers = items.contains {
                $0.role != .function && ($0.isPureDeclaration || $0.role == .variable)
            }
            return hasOthers
                || functions.contains { item in
                    guard let shape = item.shape, let name = item.declarations.first?.name else {
                        return false
                    }
                    return cell.shapes[name]?.contains { $0.overlaps(shape) } ?? false
                }
        }?.key
    }

    /// The versions of other cells that an item takes the place of.
    func displaced(by item: CellItem, of cell: CellKey) -> Set<Int> {
        var found: Set<Int> = []
        for declaration in item.declarations {
            for owner in owners(of: declaration.name) where owner.cell != cell {
                guard declaration.kind == .function, let old = owner.declaration, old.kind == .function else {
                    found.insert(owner.id)
                    continue
                }
                let isSameCall =
                    cell.isAnonymous && owner.cell.isAnonymous
                    && (item.shape.flatMap { shape in owner.item.shape.map(shape.overlaps) } ?? false)
                if old.signature == declaration.signature || isSameCall { found.insert(owner.id) }
            }
        }
        for effect in item.effects {
            if let id = effectOwners[effect], let owner = versions[id], owner.cell != cell {
                found.insert(id)
            }
        }
        return found
    }
}
