internal import CTableKernels

/// Where a field lies, and whether quotes stood around it.
struct Field {
    fileprivate let raw: table_field

    /// No piece of a file that is read at once may be longer.
    static let limit = 1 << 30

    @inline(__always)
    init(_ range: Range<Int>, isQuoted: Bool = false, hasDoubledQuotes: Bool = false) {
        raw = table_field(
            start: UInt32(truncatingIfNeeded: range.lowerBound),
            length_and_flags: UInt32(truncatingIfNeeded: range.count) | (isQuoted ? 1 << 31 : 0)
                | (hasDoubledQuotes ? 1 << 30 : 0))
    }

    @inline(__always)
    fileprivate init(_ raw: table_field) { self.raw = raw }

    var isQuoted: Bool { raw.length_and_flags >> 31 == 1 }
    /// Whether doubled quotes in it stand for one.
    var hasDoubledQuotes: Bool { raw.length_and_flags >> 30 & 1 == 1 }
    var length: Int { Int(raw.length_and_flags & 0x3fff_ffff) }

    /// The text between the quotes, or all of it.
    @inline(__always)
    func text(in piece: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: piece.baseAddress.map { $0 + Int(raw.start) }, count: length)
    }
}

/// Fields one after another, in memory that is used again for the next piece of text.
final class FieldList {
    private(set) var memory: UnsafeMutableBufferPointer<table_field>
    var count = 0

    init(capacity: Int = 64) { memory = .allocate(capacity: max(capacity, 1)) }

    deinit { memory.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Field { Field(memory[index]) }

    func append(_ field: Field) {
        makeRoom(for: 1)
        memory[count] = field.raw
        count += 1
    }

    /// Makes room for that many more.
    func makeRoom(for more: Int) {
        guard memory.count - count < more else { return }
        let larger = UnsafeMutableBufferPointer<table_field>.allocate(
            capacity: max(2 * memory.count, count + more))
        _ = larger.update(fromContentsOf: memory[..<count])
        memory.deallocate()
        memory = larger
    }
}
