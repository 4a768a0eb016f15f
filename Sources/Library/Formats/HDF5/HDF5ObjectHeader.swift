import Foundation

/// The messages of which the header of an object is made.
///
/// Source: HDF5 file format specification 3.0, section IV.A.
struct HDF5ObjectHeader {
    struct Message {
        let kind: Int
        /// Whether what it says lies elsewhere in the file.
        let isShared: Bool
        let bytes: [UInt8]

        func number(at offset: Int, _ size: Int) -> UInt64 {
            bytes.withUnsafeBytes { $0.number(at: offset, size) }
        }
    }

    private(set) var messages: [Message] = []
    let file: HDF5RawFile
    let what: String
    private static let blockLimit = 10_000
    static let (shape, type, attribute, attributes) = (1, 3, 12, 21)
    private static let (oldFill, fill, layout, continuation) = (4, 5, 8, 16)
    /// Those that are kept, as the bits of a number.
    private static let kinds = [shape, type, oldFill, fill, layout, attribute, continuation, attributes]
        .reduce(0) { $0 | 1 << $1 }

    /// The header at `address`; without messages if no header is there, of which the library says so itself.
    ///
    /// Throws `FormatError` if a message is not in the file.
    init(at address: UInt64, in file: HDF5RawFile, _ what: String) throws {
        self.file = file
        self.what = what
        guard let head = try file.read(address, 16) else { return }
        let length = Int(head.number(at: 8, 4))
        if head.first == 1 {
            try read([(address + 16, length)], isNew: false, hasOrder: false)
        } else if head.prefix(5).elementsEqual([79, 72, 68, 82, 2]) {
            let flags = head.number(at: 5, 1)
            let sizeBytes = 1 << Int(flags & 3)
            let prefix = 6 + (flags & 0x20 == 0 ? 0 : 16) + (flags & 0x10 == 0 ? 0 : 4)
            guard let size = try file.read(address + UInt64(prefix), sizeBytes),
                let length = Int(exactly: size.number(at: 0, sizeBytes))
            else { throw damaged }
            try read(
                [(address + UInt64(prefix + sizeBytes), length)], isNew: true, hasOrder: flags & 4 != 0)
        }
    }

    private var damaged: FormatError { FormatError(file.url, "is damaged: the header of \(what)") }

    /// Reads blocks of messages, and the blocks that continue them.
    private mutating func read(_ blocks: [(start: UInt64, length: Int)], isNew: Bool, hasOrder: Bool) throws {
        var blocks = blocks
        var next = 0
        let headSize = isNew ? (hasOrder ? 6 : 4) : 8
        while next < blocks.count {
            guard next < Self.blockLimit, let block = try file.read(blocks[next].start, blocks[next].length)
            else { throw damaged }
            next += 1
            var place = 0
            while place + headSize <= block.count {
                let kind = Int(block.number(at: place, isNew ? 1 : 2))
                let size = Int(block.number(at: place + (isNew ? 1 : 2), 2))
                let flags = block.number(at: place + (isNew ? 3 : 4), 1)
                guard place + headSize + size <= block.count, isNew || size % 8 == 0, Self.canBe(flags: flags)
                else { throw damaged }
                if kind < 32, Self.kinds >> kind & 1 != 0 {
                    let bytes = Array(block[place + headSize..<place + headSize + size])
                    let message = Message(kind: kind, isShared: flags & 2 != 0, bytes: bytes)
                    if kind == Self.continuation { blocks.append(try continued(message, isNew)) }
                    messages.append(message)
                }
                place += headSize + size
            }
        }
    }

    /// Whether the flags of a message do not contradict one another, which libhdf5 refuses: both shared and never to be,
    /// or unknown to its writer, but not marked as such.
    private static func canBe(flags: UInt64) -> Bool {
        flags & 6 != 6 && (flags & 0x20 == 0 || flags & 0x18 == 0x10)
    }

    /// The block of messages to which a continuation leads.
    private func continued(_ message: Message, _ isNew: Bool) throws -> (UInt64, Int) {
        let (addressSize, lengthSize) = (file.addressSize, file.lengthSize)
        guard message.bytes.count >= addressSize + lengthSize else { throw damaged }
        let address = message.number(at: 0, addressSize)
        guard let length = Int(exactly: message.number(at: addressSize, lengthSize)),
            file.bytes(after: address) ?? 0 >= length
        else { throw damaged }
        guard isNew else { return (address, length) }
        // Its signature precedes the messages, and its checksum follows them.
        guard length >= 8 else { throw damaged }
        return (address + 4, length - 8)
    }

    /// The values of elements that were never written, as they lie in the file.
    ///
    /// Throws `FormatError` if they lie elsewhere.
    func fills() throws -> [[UInt8]] {
        try messages.compactMap { message in
            let bytes = message.bytes
            guard message.kind == Self.oldFill || message.kind == Self.fill else { return nil }
            guard !message.isShared else {
                throw FormatError(
                    file.url, "\(what) shares its value of what was never written, which is not read")
            }
            let place: Int
            switch (message.kind, bytes.first) {
            case (Self.oldFill, _): place = 0
            case (_, 1): place = 4
            case (_, 2):
                guard bytes.count > 3, bytes[3] != 0 else { return nil }
                place = 4
            default:
                guard bytes.count > 1, bytes[1] & 0x20 != 0 else { return nil }
                place = 2
            }
            guard bytes.count >= place + 4 else { return nil }
            let size = Int(message.number(at: place, 4))
            guard size > 0, size <= bytes.count - place - 4 else { return nil }
            return Array(bytes[(place + 4)...].prefix(size))
        }
    }

    /// The datatype that the header describes itself; nil if there is none.
    var type: [UInt8]? { messages.first { $0.kind == Self.type && !$0.isShared }?.bytes }

    /// The references to the lists of the parts that make up a virtual dataset: an address and an object's number.
    var virtualLists: [(address: UInt64, number: Int)] {
        messages.compactMap { message in
            let (bytes, size) = (message.bytes, file.addressSize)
            guard message.kind == Self.layout, bytes.count >= 6 + size, bytes[0] >= 3, bytes[1] == 3 else {
                return nil
            }
            let address = message.number(at: 2, size)
            // Otherwise nothing is mapped.
            guard file.isAddress(address) else { return nil }
            return (address, Int(message.number(at: 2 + size, 4)))
        }
    }
}
