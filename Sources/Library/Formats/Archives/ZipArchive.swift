import Foundation

/// The members of a zip file (`.npz`, PyTorch's `.pt`), each read when it is asked for and checked against its CRC-32.
///
/// Source: PKWARE's APPNOTE 6.3, with the 64-bit extension; encryption and parts over several disks are refused, and
/// so are two members of one name, which are ambiguous.
package struct ZipArchive: Sendable {
    package var url: URL { file.url }
    let file: OpenFile
    let members: [String: ZipMember]

    /// The names of the members in alphabetical order.
    package var names: [String] { members.keys.sorted() }

    /// Reads the directory of a zip file. Throws `FormatError` if it is malformed or cut short.
    package init(_ url: URL) throws {
        file = try OpenFile(url)
        let (count, region) = try ZipDirectory.find(in: file)
        let bytes = try region.bytes()
        var members: [String: ZipMember] = [:]
        var position = 0
        for number in 0..<count {
            guard let (member, next) = try ZipMember.read(bytes, at: position, in: file) else {
                throw FormatError(url, "member \(number) of \(count) in its directory is malformed")
            }
            guard members.updateValue(member, forKey: member.name) == nil else {
                throw FormatError(url, "has two members of the name \"\(member.name)\"")
            }
            position = next
        }
        guard position == bytes.count else {
            throw FormatError(
                url, "its directory of \(count) members", expected: "\(bytes.count) bytes long",
                found: "\(position)")
        }
        self.members = members
    }

    /// How many bytes a member has once it is unpacked; nil if no such name exists.
    package func size(of name: String) -> Int? { members[name]?.size }

    /// The bytes of one member. Throws `FormatError` if no such name exists or it is damaged.
    package func member(_ name: String) throws -> Bytes {
        let (member, region) = try region(of: name)
        let packed = try region.bytes()
        let bytes =
            member.isStored
            ? packed
            : try inflated(packed, size: member.size, url, "member \"\(name)\"")
        let found = withExtendedLifetime(bytes.owner) { crc32(of: bytes.buffer) }
        guard found == member.crc else {
            throw FormatError(
                url, "member \"\(name)\" is damaged: its CRC-32", expected: hexadecimal(member.crc),
                found: hexadecimal(found))
        }
        return bytes
    }

    /// Where the bytes of a member lie in the file if it is stored as it is; nil if it is compressed.
    package func storedRegion(of name: String) throws -> FileRegion? {
        let (member, region) = try region(of: name)
        return member.isStored ? region : nil
    }

    private func region(of name: String) throws -> (ZipMember, FileRegion) {
        guard let member = members[name] else { throw FormatError(url, "has no member \"\(name)\"") }
        return (member, try member.region(in: file))
    }
}

private func hexadecimal(_ crc: UInt32) -> String { "0x" + String(crc, radix: 16) }
