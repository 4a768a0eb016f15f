internal import CHDF5Support

/// The attributes of an object that has many, or large ones: they lie in a heap, and their names in a tree.
///
/// All blocks of both have checksums. libhdf5 1.10 compares them too, but if one is not right it frees what it never
/// made of the attributes.
///
/// Source: HDF5 file format specification 3.0, sections III.A.2, III.G and IV.A.2.v.
struct HDF5DenseAttributes {
    private let file: HDF5RawFile
    private let heap: UInt64
    private let tree: UInt64
    private static let depthLimit = 16

    /// Takes a message apart; nil if it leads to no heap. Throws `HDF5MessageDamage` if it is cut short.
    init?(_ bytes: UnsafeRawBufferPointer, in file: HDF5RawFile) throws {
        var reader = HDF5MessageReader(bytes, "a note about its attributes")
        let (version, flags) = (try reader.small(1), try reader.next(1))
        guard version == 0 else { throw HDF5MessageDamage("a note about its attributes", version: version) }
        if flags & 1 != 0 { try reader.skip(2) }
        self.file = file
        heap = try reader.next(file.addressSize)
        tree = try reader.next(file.addressSize)
        if flags & 2 != 0 { try reader.skip(file.addressSize) }
        guard file.isAddress(heap) else { return nil }
    }

    /// Throws `HDF5MessageDamage` if a block is not there, or has another checksum.
    func check() throws {
        try checkHeap()
        try checkTree(tree) { _ in }
    }

    private static func damaged(_ address: UInt64) -> HDF5MessageDamage {
        HDF5MessageDamage("has attributes in a heap, whose block at address \(address) is damaged")
    }

    /// The bytes of a block with a signature, whose checksum follows them or is at an offset in them.
    private func block(
        _ address: UInt64, _ signature: String, _ size: Int, checksumAt place: Int? = nil
    ) throws -> [UInt8] {
        guard size > 8, var bytes = try file.read(address, size + (place == nil ? 4 : 0)).map(Array.init),
            bytes.starts(with: signature.utf8)
        else { throw Self.damaged(address) }
        let offset = place ?? size
        guard offset + 4 <= bytes.count else { throw Self.damaged(address) }
        let checksum = bytes.withUnsafeBytes { $0.number(at: offset, 4) }
        // Inside of a block it is zero while it is computed.
        if place != nil { bytes.replaceSubrange(offset..<offset + 4, with: [0, 0, 0, 0]) }
        guard UInt64(gyrus_h5_checksum(bytes, size)) == checksum else { throw Self.damaged(address) }
        return bytes
    }

    // MARK: - The heap

    private struct Table {
        let width: Int
        let startBytes: Int
        let largestDirect: Int
        let offsetBytes: Int
        let hasChecksums: Bool

        var isSound: Bool {
            width.nonzeroBitCount == 1 && startBytes > 0 && startBytes.nonzeroBitCount == 1
                && (startBytes..<1 << 32).contains(largestDirect)
        }

        /// How many bytes a block of a row has.
        func blockBytes(row: Int) -> Int { row < 2 ? startBytes : startBytes << (row - 1) }

        /// How many rows a block has that stands for `count` bytes.
        func rows(of count: Int) -> Int {
            count.trailingZeroBitCount - startBytes.trailingZeroBitCount - width.trailingZeroBitCount + 1
        }
    }

    private func checkHeap() throws {
        let (address, length) = (file.addressSize, file.lengthSize)
        let size = 22 + 3 * address + 12 * length
        guard let start = try file.read(heap, size + 4), start.starts(with: "FRHP".utf8) else {
            throw Self.damaged(heap)
        }
        // What is compressed is left to the library.
        guard start.number(at: 7, 2) == 0 else { return }
        let (table, root, rows, large) = try block(heap, "FRHP", size).withUnsafeBytes { bytes in
            let place = 14 + 2 * address + 10 * length
            let table = Table(
                width: Int(bytes.number(at: place, 2)),
                startBytes: Int(clamping: bytes.number(at: place + 2, length)),
                largestDirect: Int(clamping: bytes.number(at: place + 2 + length, length)),
                offsetBytes: Int(bytes.number(at: place + 2 + 2 * length, 2) + 7) / 8,
                hasChecksums: bytes[9] & 2 != 0)
            return (
                table, bytes.number(at: place + 6 + 2 * length, address),
                Int(bytes.number(at: place + 6 + 2 * length + address, 2)),
                bytes.number(at: 14 + length, address)
            )
        }
        guard table.isSound, rows <= 64 else { throw Self.damaged(heap) }
        if file.isAddress(large) { try checkTree(large, checkLarge) }
        guard file.isAddress(root) else { return }
        if rows == 0 {
            try checkDirect(root, table.startBytes, table)
        } else {
            try checkIndirect(root, rows: rows, table, depth: 0)
        }
    }

    /// An attribute that is too large for a block lies alone, without checksum; a record has its address and length.
    private func checkLarge(_ record: UnsafeRawBufferPointer) throws {
        guard record.count >= file.addressSize + file.lengthSize else { throw Self.damaged(heap) }
        let address = record.number(at: 0, file.addressSize)
        let length = Int(clamping: record.number(at: file.addressSize, file.lengthSize))
        guard let bytes = try file.read(address, length).map(Array.init) else { throw Self.damaged(address) }
        _ = try bytes.withUnsafeBytes { try HDF5AttributeMessage($0, in: file) }
    }

    private func checkDirect(_ address: UInt64, _ size: Int, _ table: Table) throws {
        guard table.hasChecksums else { return }
        _ = try block(
            address, "FHDB", size, checksumAt: 5 + file.addressSize + table.offsetBytes)
    }

    private func checkIndirect(_ address: UInt64, rows: Int, _ table: Table, depth: Int) throws {
        let head = 5 + file.addressSize + table.offsetBytes
        guard depth < Self.depthLimit, (1...64).contains(rows) else { throw Self.damaged(address) }
        let bytes = try block(address, "FHIB", head + rows * table.width * file.addressSize)
        for index in 0..<rows * table.width {
            let child = bytes.withUnsafeBytes {
                $0.number(at: head + index * file.addressSize, file.addressSize)
            }
            guard file.isAddress(child) else { continue }
            let size = table.blockBytes(row: index / table.width)
            if size <= table.largestDirect {
                try checkDirect(child, size, table)
            } else {
                try checkIndirect(child, rows: table.rows(of: size), table, depth: depth + 1)
            }
        }
    }

    // MARK: - The trees

    private struct Tree {
        let nodeBytes: Int
        let recordBytes: Int
        let body: (UnsafeRawBufferPointer) throws -> Void
    }

    /// Calls `body` with each record of the leaves and nodes of a tree.
    private func checkTree(
        _ address: UInt64, _ body: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let head = try block(address, "BTHD", 18 + file.addressSize + file.lengthSize)
        let (tree, depth, root, count) = head.withUnsafeBytes { bytes in
            (
                Tree(
                    nodeBytes: Int(bytes.number(at: 6, 4)), recordBytes: Int(bytes.number(at: 10, 2)),
                    body: body),
                Int(bytes.number(at: 12, 2)), bytes.number(at: 16, file.addressSize),
                Int(bytes.number(at: 16 + file.addressSize, 2))
            )
        }
        guard tree.recordBytes >= 8, tree.nodeBytes > 10 + tree.recordBytes, depth < Self.depthLimit else {
            throw Self.damaged(address)
        }
        if file.isAddress(root) { try checkNode(root, count, depth, tree) }
    }

    private func checkNode(_ address: UInt64, _ count: Int, _ depth: Int, _ tree: Tree) throws {
        let head = 6 + count * tree.recordBytes
        let (countBytes, totalBytes) = pointerBytes(depth, tree)
        let childBytes = depth == 0 ? 0 : file.addressSize + countBytes + totalBytes
        let node = try block(
            address, depth == 0 ? "BTLF" : "BTIN", head + (depth == 0 ? 0 : count + 1) * childBytes)
        try node.withUnsafeBytes { bytes in
            for index in 0..<count {
                let start = 6 + index * tree.recordBytes
                try tree.body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + tree.recordBytes]))
            }
            guard depth > 0 else { return }
            for place in stride(from: head, through: head + count * childBytes, by: childBytes) {
                try checkNode(
                    bytes.number(at: place, file.addressSize),
                    Int(bytes.number(at: place + file.addressSize, countBytes)), depth - 1, tree)
            }
        }
    }

    /// How many bytes the number of records of a child has, and the number of those in all nodes below it: as many as the
    /// largest needs.
    private func pointerBytes(_ depth: Int, _ tree: Tree) -> (count: Int, total: Int) {
        func bytes(_ number: Int) -> Int { (number.bitWidth - number.leadingZeroBitCount + 7) / 8 }
        var most = (tree.nodeBytes - 10) / tree.recordBytes
        let count = bytes(most)
        var (inAll, total) = (most, 0)
        for _ in 1..<max(1, depth) {
            let child = file.addressSize + count + total
            most = (tree.nodeBytes - 10 - child) / (tree.recordBytes + child)
            inAll = (most + 1) * min(inAll, 1 << 32) + most
            total = bytes(inAll)
        }
        return (count, total)
    }
}
