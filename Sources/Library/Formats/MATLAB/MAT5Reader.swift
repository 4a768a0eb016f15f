import Foundation

/// Reads files of version 5: a head of 128 bytes, and elements of which each is a variable, compressed or not.
enum MAT5Reader {
    private static let headLength = 128

    /// Whether numbers begin with their highest byte; nil if the file is not of version 5.
    static func byteOrder(_ head: Bytes) -> Bool? {
        guard let mark = head.part(at: 126, count: 2)?.data, let low = head.part(at: 124, count: 2)?.data
        else { return nil }
        if mark.elementsEqual("IM".utf8), low.elementsEqual([0, 1]) { return false }
        if mark.elementsEqual("MI".utf8), low.elementsEqual([1, 0]) { return true }
        return nil
    }

    static func variables(_ file: OpenFile, bigEndian: Bool) throws -> [MATFile.Variable] {
        var variables: [MATFile.Variable] = []
        var position = headLength
        while position < file.count {
            guard let head = try file.bytes(at: position, count: min(8, file.count - position)),
                let tag = MAT5Tag(head, at: 0, bigEndian: bigEndian)
            else {
                throw FormatError(
                    file.url, "is cut short: \(file.count - position) bytes follow its last variable")
            }
            guard tag.type == MAT5Element.matrix || tag.type == MAT5Element.compressed, !tag.isSmall else {
                throw FormatError(
                    file.url, "byte \(position)", expected: "the beginning of a variable",
                    found: "an element of type \(tag.type)")
            }
            guard let region = FileRegion(file, at: position + 8, count: tag.count) else {
                throw FormatError(
                    file.url, "the variable at byte \(position)", expected: "\(tag.count) bytes long",
                    found: "\(file.count - position - 8) to the end of the file (which may be cut short)")
            }
            let isCompressed = tag.type == MAT5Element.compressed
            if let variable = try variable(region, isCompressed: isCompressed, bigEndian: bigEndian) {
                variables.append(variable)
            }
            // Compressed elements are not filled up to a multiple of 8 bytes.
            position += 8 + (isCompressed ? tag.count : (tag.count + 7) & ~7)
        }
        return variables
    }

    /// A variable; nil of what has no name, in which MATLAB keeps the workspaces of function handles.
    private static func variable(
        _ region: FileRegion, isCompressed: Bool, bigEndian: Bool
    ) throws -> MATFile.Variable? {
        let url = region.file.url
        let place = MATPlace(url: url, path: "the variable at byte \(region.offset - 8)")
        let head: Bytes
        if isCompressed {
            head = try MATZlib.beginning(of: region, count: 4096, place)
        } else {
            guard let part = region.part(at: 0, count: min(4096, region.count)) else { return nil }
            head = try part.bytes()
        }
        var elements = MAT5Elements(head, bigEndian: bigEndian, place)
        if isCompressed {
            guard let tag = MAT5Tag(head, at: 0, bigEndian: bigEndian), tag.type == MAT5Element.matrix,
                !tag.isSmall, let rest = head.part(at: 8, count: min(tag.count, head.count - 8))
            else { throw place.error("is damaged: what it unpacks to is no variable") }
            elements = MAT5Elements(rest, bigEndian: bigEndian, place)
        }
        guard elements.left > 0 else { return nil }
        let description = try MAT5Description(&elements)
        guard !description.name.isEmpty else { return nil }
        guard description.name.utf8.allSatisfy({ $0 < 128 }) else {
            throw place.error(
                "is damaged: \"\(description.name)\" is no name of MATLAB's, which are of ASCII")
        }
        let own = MATPlace(url: url, path: description.name)
        return MATFile.Variable(
            name: description.name, className: description.className, shape: description.shape
        ) {
            let data =
                isCompressed ? try MATZlib.unpacked(region, bigEndian: bigEndian, own) : try region.bytes()
            return try MAT5Matrix.value(data, bigEndian: bigEndian, own, depth: 0)
        }
    }
}

/// What the first elements of a matrix say: its class, flags, extents and name.
struct MAT5Description {
    let code: Int
    let isComplex: Bool
    let isLogical: Bool
    /// Nil of an object of a class, which has none.
    let shape: [Int]?
    let name: String

    static let (cell, structure, object, char, sparse) = (1, 2, 3, 4, 5)
    static let (function, opaque) = (16, 17)
    private static let names = [
        1: "cell", 2: "struct", 3: "object", 4: "char", 5: "double", 6: "double", 7: "single", 8: "int8",
        9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32", 14: "int64", 15: "uint64",
        16: "function_handle", 17: "object",
    ]

    var className: String { isLogical ? "logical" : Self.names[code] ?? "" }

    init(_ elements: inout MAT5Elements) throws {
        let place = elements.place
        let flags = try elements.next("flags")
        guard flags.type == MAT5Element.uint32, flags.data.count == 8,
            let word = flags.data.number(at: 0, as: UInt32.self, bigEndian: elements.isBigEndian)
        else { throw place.error("is damaged: its flags should be two numbers of 32 bits") }
        code = Int(word & 0xff)
        isComplex = word & 0x0800 != 0
        isLogical = word & 0x0200 != 0
        guard Self.names[code] != nil else {
            throw place.error("is damaged: MATLAB has no class of the number \(code)")
        }
        guard code != Self.opaque else {
            shape = nil
            name = try elements.name("name")
            return
        }
        let shape = try elements.integers("extents")
        guard (2...32).contains(shape.count), shape.allSatisfy({ $0 >= 0 }),
            byteCount(of: shape, .float64) != nil
        else { throw place.error("is damaged: it has the extents \(shape.prefix(8))") }
        self.shape = shape
        name = try elements.name("name")
    }
}

/// Compressed variables.
enum MATZlib {
    /// The first bytes of what a region unpacks to.
    static func beginning(of region: FileRegion, count: Int, _ place: MATPlace) throws -> Bytes {
        guard let packed = region.part(at: 0, count: min(max(4096, 2 * count), region.count)) else {
            throw place.error("lies outside the file")
        }
        let input = try packed.bytes()
        let stream = try InflateStream(.zlib, place.url)
        return try withExtendedLifetime(input.owner) {
            try Bytes(count: count) { target in
                stream.feed(input.buffer)
                return try stream.unpack(into: target)
            }
        }
    }

    /// All that a region unpacks to, without the tag at its beginning, by which its length is known before.
    static func unpacked(_ region: FileRegion, bigEndian: Bool, _ place: MATPlace) throws -> Bytes {
        let head = try beginning(of: region, count: 8, place)
        guard let tag = MAT5Tag(head, at: 0, bigEndian: bigEndian), tag.type == MAT5Element.matrix,
            !tag.isSmall
        else { throw place.error("is damaged: what it unpacks to is no variable") }
        // Deflate shrinks by at most 1,032 to 1, so a larger claim is false; it must not be believed with memory.
        guard tag.count / 1032 <= region.count else {
            throw place.error(
                "claims \(tag.count) bytes, more than its \(region.count) compressed bytes can hold")
        }
        try requireMemory(tag.count, for: place.what, place.url)
        let whole = try unpack(region, count: 8 + tag.count, place)
        guard let data = whole.part(at: 8, count: tag.count) else { throw place.error("is cut short") }
        return data
    }

    /// Unpacks piece by piece, so that the packed bytes are never in memory as a whole.
    private static func unpack(_ region: FileRegion, count: Int, _ place: MATPlace) throws -> Bytes {
        let stream = try InflateStream(.zlib, place.url)
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { input.deallocate() }
        var (read, written) = (0, 0)
        let bytes = try Bytes(count: count) { target in
            while !stream.isAtEnd {
                if stream.unused == 0 {
                    try Task.checkCancellation()
                    let part = UnsafeMutableRawBufferPointer(
                        rebasing: input[..<min(input.count, region.count - read)])
                    guard part.count > 0 else {
                        throw place.error("is cut short: its compressed data has no end")
                    }
                    try region.file.read(at: region.offset + read, into: part)
                    read += part.count
                    stream.feed(UnsafeRawBufferPointer(part))
                }
                var spare: UInt8 = 0
                let before = stream.unused
                let got =
                    written < count
                    ? try stream.unpack(
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: target[written..<min(count, written + (1 << 22))]))
                    : try withUnsafeMutableBytes(of: &spare) { try stream.unpack(into: $0) }
                written += got
                guard written <= count else {
                    throw place.error("is damaged: it unpacks to more than the \(count) bytes that it claims")
                }
                guard got > 0 || stream.unused != before || stream.unused == 0 || stream.isAtEnd else {
                    throw place.error("is damaged: its compressed data comes to no end")
                }
            }
            return written
        }
        guard written == count, stream.unused == 0, read == region.count else {
            throw place.error(
                "is damaged: it unpacks to \(written) bytes, and claims \(count), or something follows its data"
            )
        }
        return bytes
    }
}
