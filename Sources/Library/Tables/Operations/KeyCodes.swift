/// Numbers the different values of columns, so that rows can be compared by whole numbers.
struct KeyCodes {
    /// The number of each row's key, from zero in the order in which keys first come up.
    private(set) var codes: [Int] = []
    /// The row in which each key first comes up.
    private(set) var firstRows: [Int] = []

    var keyCount: Int { firstRows.count }

    /// The keys of rows of columns of one length.
    init(_ columns: [ColumnStorage], rowCount: Int) {
        codes = [Int](repeating: 0, count: rowCount)
        firstRows = rowCount == 0 ? [] : [0]
        for column in columns { refine(Self.codes(of: column)) }
    }

    /// Splits the keys by the codes of a further column.
    private mutating func refine(_ next: [Int]) {
        struct Pair: Hashable { let left: Int, right: Int }
        var numbers: [Pair: Int] = [:]
        firstRows = []
        for row in codes.indices {
            let pair = Pair(left: codes[row], right: next[row])
            if let number = numbers[pair] {
                codes[row] = number
            } else {
                codes[row] = firstRows.count
                numbers[pair] = firstRows.count
                firstRows.append(row)
            }
        }
    }

    /// A number for each value, the same for the same ones; missing values have one of their own.
    private static func codes(of storage: ColumnStorage) -> [Int] {
        switch storage {
        case .int(let values): numbered((0..<values.count).lazy.map { values[$0] })
        case .double(let values): numbered(values.lazy.map { $0.isNaN ? nil : $0 })
        case .string(let values): numbered((0..<values.count).lazy.map { values.bytesOfRow($0) })
        case .bool(let values): numbered((0..<values.count).lazy.map { values[$0] })
        case .date(let values): numbered((0..<values.count).lazy.map { values[$0] })
        }
    }

    private static func numbered<Key: Hashable>(_ keys: some Sequence<Key?>) -> [Int] {
        var numbers: [Key: Int] = [:]
        return keys.map { key in
            guard let key else { return -1 }
            if let number = numbers[key] { return number }
            numbers[key] = numbers.count
            return numbers.count - 1
        }
    }

    /// The rows of each key, in their order.
    var rowsOfKeys: [[Int]] {
        var rows = [[Int]](repeating: [], count: keyCount)
        for (row, code) in codes.enumerated() { rows[code].append(row) }
        return rows
    }
}

extension TextValues {
    /// The bytes of a row's text: unlike Strings, they tell apart what Unicode calls equivalent, and so lose nothing.
    fileprivate func bytesOfRow(_ row: Int) -> ArraySlice<UInt8>? { isMissing(row) ? nil : bytes[range(row)] }
}
