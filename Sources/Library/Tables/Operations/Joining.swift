import Display

extension DataTable {
    /// Which rows a join keeps that have no partner.
    public enum JoinKind: String, Sendable, CaseIterable {
        /// None.
        case inner
        /// Those of the left table.
        case left
        /// Those of the right table.
        case right
        /// Those of both.
        case outer
    }

    /// The table with the columns of another, in the rows that have the same values in the named columns.
    ///
    /// ```swift
    /// try trials.joined(with: participants, on: "participant_id", kind: .left)
    /// ```
    ///
    /// Rows come in the order of the left table, then those that the right one has alone. A missing value has no partner.
    /// Columns of the right table whose names are taken get "_right" after them.
    ///
    /// - Parameters:
    ///   - other: The right table.
    ///   - names: The columns that both have, by which rows are matched.
    ///   - kind: Which rows without a partner are kept.
    ///   - manyToMany: Whether the same values may be there several times on both sides, so that all pairs are made.
    ///
    /// Throws `TableError` if there is no such column, the columns are of types that cannot be compared (text and
    /// numbers), or values repeat on both sides and `manyToMany` is false.
    public func joined(
        with other: DataTable, on names: String..., kind: JoinKind = .inner, manyToMany: Bool = false
    ) throws -> DataTable {
        try joined(with: other, on: names.map { ($0, $0) }, kind, manyToMany)
    }

    /// The table joined with another on columns that have other names there, from the name here to the name there.
    ///
    /// - Parameters:
    ///   - other: the other table.
    ///   - names: from the column here to the column there whose values must be equal.
    ///   - kind: which rows are kept that the other table lacks.
    ///   - manyToMany: whether a row may match several in both directions, which is refused otherwise.
    public func joined(
        with other: DataTable, matching names: KeyValuePairs<String, String>, kind: JoinKind = .inner,
        manyToMany: Bool = false
    ) throws -> DataTable {
        try joined(with: other, on: names.map { ($0.key, $0.value) }, kind, manyToMany)
    }

    private func joined(
        with other: DataTable, on names: [(String, String)], _ kind: JoinKind, _ manyToMany: Bool
    ) throws -> DataTable {
        guard !names.isEmpty else { throw TableError("a join needs the name of a column") }
        let keys = try names.map { left, right in
            let (a, b) = (try self[left], try other[right])
            guard let both = a.storage.appending(b.storage),
                a.type.joined(with: b.type) != nil || a.missingCount == a.count || b.missingCount == b.count
            else {
                // Numbers of two types match where Double holds them.
                let wouldRound = a.type.isNumeric && b.type.isNumeric
                throw TableError(
                    column: left,
                    "is of \(a.type) here and of \(b.type) there, "
                        + (wouldRound
                            ? "and " + a.storage.conflict(with: b.storage)
                            : "so no value matches; converting(_:to:) makes them alike"))
            }
            return both
        }
        let codes = KeyCodes(keys, rowCount: rowCount + other.rowCount)
        let hasMissing = (0..<rowCount + other.rowCount).map { row in keys.contains { $0.isMissing(row) } }
        var partners = [[Int]](repeating: [], count: codes.keyCount)
        for row in 0..<other.rowCount where !hasMissing[rowCount + row] {
            partners[codes.codes[rowCount + row]].append(row)
        }
        if !manyToMany { try refuseManyToMany(codes, partners, hasMissing, names) }
        var (left, right): ([Int], [Int]) = ([], [])
        var isMatched = [Bool](repeating: false, count: other.rowCount)
        for row in 0..<rowCount {
            let found = hasMissing[row] ? [] : partners[codes.codes[row]]
            for partner in found {
                left.append(row)
                right.append(partner)
                isMatched[partner] = true
            }
            if found.isEmpty, kind == .left || kind == .outer {
                left.append(row)
                right.append(-1)
            }
        }
        if kind == .right || kind == .outer {
            for row in 0..<other.rowCount where !isMatched[row] {
                left.append(-1)
                right.append(row)
            }
        }
        return try assembled(other, names, keys, left, right)
    }

    /// The columns of the result; a key has the value of whichever side is there.
    private func assembled(
        _ other: DataTable, _ names: [(String, String)], _ keys: [ColumnStorage], _ left: [Int],
        _ right: [Int]
    ) throws -> DataTable {
        let either = zip(left, right).map { $0 >= 0 ? $0 : rowCount + $1 }
        var columns: [Column] = self.columns.map { column in
            if let key = names.firstIndex(where: { $0.0 == column.name }) {
                return Column(name: column.name, keys[key].taking(either))
            }
            return column.taking(left)
        }
        let keysThere = Set(names.map(\.1))
        for column in other.columns where !keysThere.contains(column.name) {
            var name = column.name
            while columns.contains(where: { $0.name == name }) { name += "_right" }
            columns.append(Column(name: name, column.storage.taking(right)))
        }
        return with(DataTable(fitting: columns, rowCount: left.count))
    }

    private func refuseManyToMany(
        _ codes: KeyCodes, _ partners: [[Int]], _ hasMissing: [Bool], _ names: [(String, String)]
    ) throws {
        var counts = [Int](repeating: 0, count: codes.keyCount)
        for row in 0..<rowCount where !hasMissing[row] { counts[codes.codes[row]] += 1 }
        guard let key = counts.indices.first(where: { counts[$0] > 1 && partners[$0].count > 1 }) else {
            return
        }
        let row = codes.codes.firstIndex(of: key) ?? 0
        let values = try names.map { "\($0.0) = \(try self[$0.0][row])" }.joined(separator: ", ")
        throw TableError(
            "\(values) is there \(counts[key]) times on the left and \(partners[key].count) times on the right: "
                + "many-to-many, which gives every pair; say manyToMany: true if that is meant")
    }
}
