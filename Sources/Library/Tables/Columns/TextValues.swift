/// The texts of a column in one piece of memory, as UTF-8, and which of them are missing.
struct TextValues: Sendable {
    /// All texts, one after another.
    private(set) var bytes: [UInt8] = []
    /// Where each text ends in `bytes`.
    private(set) var ends: [Int] = []
    /// One flag a row, or none if nothing is missing.
    private(set) var missing: [Bool] = []

    init() {}

    init(_ texts: some Sequence<String?>) {
        for text in texts { append(text) }
    }

    var count: Int { ends.count }

    func isMissing(_ row: Int) -> Bool { !missing.isEmpty && missing[row] }

    /// Where the text of a row lies in `bytes`.
    func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

    subscript(row: Int) -> String? {
        isMissing(row) ? nil : String(decoding: bytes[range(row)], as: UTF8.self)
    }

    mutating func reserve(rows: Int, bytes count: Int) {
        ends.reserveCapacity(rows)
        bytes.reserveCapacity(count)
    }

    mutating func append(_ text: String?) {
        guard let text else { return appendMissing() }
        bytes += text.utf8
        ends.append(bytes.count)
        if !missing.isEmpty { missing.append(false) }
    }

    mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        if !missing.isEmpty { missing.append(false) }
    }

    /// Appends a text in which a doubled quote stands for one.
    mutating func append(_ text: UnsafeBufferPointer<UInt8>, undoubling quote: UInt8) {
        var position = 0
        while position < text.count {
            bytes.append(text[position])
            position += text[position] == quote ? 2 : 1
        }
        ends.append(bytes.count)
        if !missing.isEmpty { missing.append(false) }
    }

    mutating func appendMissing() {
        if missing.isEmpty { missing = [Bool](repeating: false, count: count) }
        ends.append(bytes.count)
        missing.append(true)
    }

    /// The given rows; a negative one is a missing value.
    func taking(_ rows: [Int]) -> TextValues {
        var taken = TextValues()
        taken.ends.reserveCapacity(rows.count)
        bytes.withUnsafeBufferPointer { all in
            for row in rows {
                if row < 0 || isMissing(row) {
                    taken.appendMissing()
                } else {
                    taken.append(UnsafeBufferPointer(rebasing: all[range(row)]))
                }
            }
        }
        return taken
    }

    mutating func append(contentsOf other: TextValues) {
        if !missing.isEmpty || !other.missing.isEmpty {
            if missing.isEmpty { missing = [Bool](repeating: false, count: count) }
            missing += other.missing.isEmpty ? [Bool](repeating: false, count: other.count) : other.missing
        }
        let offset = bytes.count
        bytes += other.bytes
        ends.append(contentsOf: other.ends.lazy.map { offset + $0 })
    }

    /// Whether the text of one row comes before that of another in the order of Unicode's scalars.
    func isBefore(_ left: Int, _ right: Int) -> Bool {
        bytes[range(left)].lexicographicallyPrecedes(bytes[range(right)])
    }
}

extension TextValues: Equatable {
    static func == (left: TextValues, right: TextValues) -> Bool {
        guard left.count == right.count else { return false }
        if left.missing.isEmpty, right.missing.isEmpty {
            return left.ends == right.ends && left.bytes == right.bytes
        }
        return (0..<left.count).allSatisfy { row in
            left.isMissing(row) == right.isMissing(row)
                && (left.isMissing(row) || left.bytes[left.range(row)] == right.bytes[right.range(row)])
        }
    }
}
