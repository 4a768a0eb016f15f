/// What is wrong with a message of an object's header, in words that follow its name.
struct HDF5MessageDamage: Error {
    let words: String
    /// Whether a newer HDF5 may have written it so.
    private(set) var isNewer = false
    /// The part of the object that it is about; nil if it is about the object.
    var part: String?

    init(_ words: String) { self.words = words }

    /// Of a part whose version libhdf5 1.10 does not know.
    init(_ part: String, version: Int) {
        words =
            "has \(part) of version \(version), which this HDF5 library does not know (\(HDF5Library.newer))"
        isNewer = true
    }
}

/// Takes numbers and texts out of a message in turn; throws `HDF5MessageDamage` at its end.
struct HDF5MessageReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var place = 0
    private let what: String

    init(_ bytes: UnsafeRawBufferPointer, _ what: String) {
        self.bytes = bytes
        self.what = what
    }

    var left: Int { bytes.count - place }

    mutating func next(_ size: Int) throws -> UInt64 {
        let start = place
        try skip(size)
        return bytes.number(at: start, size)
    }

    /// A number that has at most 4 bytes.
    mutating func small(_ size: Int) throws -> Int { Int(try next(size)) }

    mutating func skip(_ count: Int) throws {
        guard count <= left else { throw HDF5MessageDamage("has \(what) that goes beyond its end") }
        place += count
    }

    /// A reader of the next bytes, which are passed over; they may be padded to a multiple of eight.
    mutating func part(_ count: Int, isPadded: Bool, _ what: String) throws -> HDF5MessageReader {
        let start = place
        try skip(isPadded ? (count + 7) / 8 * 8 : count)
        return HDF5MessageReader(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]), what)
    }

    /// Passes over a text up to its zero byte, or up to the multiple of eight that has it.
    mutating func skipText(isPadded: Bool) throws {
        let start = place
        while try next(1) != 0 {}
        if isPadded { try skip((place - start + 7) / 8 * 8 - (place - start)) }
    }

    /// The bytes that are left, as text; it ends at a zero byte, which must be the last.
    func wholeText() throws -> String {
        guard bytes.last == 0, bytes.dropLast().allSatisfy({ $0 != 0 }) else {
            throw HDF5MessageDamage("has \(what) that does not end where it should")
        }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }
}
