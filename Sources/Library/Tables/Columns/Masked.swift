/// The values of a column of fixed size, and which of them are missing.
struct Masked<Value: Sendable & Equatable>: Sendable {
    /// One value for each row; any value where it is missing.
    var values: [Value]
    /// One flag a row, or none if nothing is missing.
    var missing: [Bool]

    init(_ values: [Value], missing: [Bool] = []) {
        self.values = values
        self.missing = missing
    }

    /// The values of an array of optionals; `placeholder` takes the place of nil.
    init(_ values: [Value?], placeholder: Value) {
        self.init(values.map { $0 ?? placeholder })
        if values.contains(nil) { missing = values.map { $0 == nil } }
    }

    /// Parts of the given lengths one below the other; one that is nil has no values.
    init(joining counts: [Int], placeholder: Value, _ part: () -> Masked?) {
        let rows = counts.reduce(0, +)
        var missing: [Bool] = []
        let values = [Value](unsafeUninitializedCapacity: rows) { target, filled in
            for count in counts {
                let part = part()
                if let part {
                    _ = target[filled..<filled + count].initialize(fromContentsOf: part.values)
                } else {
                    target[filled..<filled + count].initialize(repeating: placeholder)
                }
                let hasGaps = part?.missing.isEmpty == false || part == nil && count > 0
                if hasGaps {
                    if missing.isEmpty { missing = [Bool](repeating: false, count: rows) }
                    for row in 0..<count { missing[filled + row] = part?.missing[row] ?? true }
                }
                filled += count
            }
        }
        self.init(values, missing: missing)
    }

    var count: Int { values.count }

    func isMissing(_ row: Int) -> Bool { !missing.isEmpty && missing[row] }

    subscript(row: Int) -> Value? { isMissing(row) ? nil : values[row] }

    /// The given rows; a negative one is a missing value.
    func taking(_ rows: [Int], placeholder: Value) -> Masked {
        var taken = Masked(rows.map { $0 < 0 ? placeholder : values[$0] })
        if !missing.isEmpty || rows.contains(where: { $0 < 0 }) {
            let flags = rows.map { $0 < 0 || isMissing($0) }
            if flags.contains(true) { taken.missing = flags }
        }
        return taken
    }

    mutating func append(contentsOf other: Masked) {
        if !missing.isEmpty || !other.missing.isEmpty {
            if missing.isEmpty { missing = [Bool](repeating: false, count: count) }
            missing += other.missing.isEmpty ? [Bool](repeating: false, count: other.count) : other.missing
        }
        values += other.values
    }
}

extension Masked: Equatable {
    static func == (left: Masked, right: Masked) -> Bool {
        guard left.count == right.count else { return false }
        if left.missing.isEmpty, right.missing.isEmpty { return left.values == right.values }
        return (0..<left.count).allSatisfy { left[$0] == right[$0] }
    }
}
