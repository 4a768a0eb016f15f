/// Which cell of a notebook a declaration belongs to, however often it is run.
public enum CellKey: Hashable, Sendable {
    /// A cell that the front end has a name for. What magics separate are parts of it.
    case named(String, part: Int)
    /// A cell of a front end that sends no names.
    case anonymous(Int)

    var isAnonymous: Bool {
        if case .anonymous = self { return true }
        return false
    }

    /// Whether it is a part of the same cell as another one, and runs before that.
    func precedes(_ other: CellKey) -> Bool {
        guard case .named(let cell, let part) = self, case .named(cell, let later) = other else {
            return false
        }
        return part < later
    }
}
