import Foundation

/// The dictionary at the head of a `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumPyHeader {
    let type: NumPyType
    let isFortran: Bool
    let shape: [Int]

    /// The most bytes of a file that a header is looked for in; numpy writes headers of 128 bytes.
    static let limit = 1 << 16

    /// The header of a `.npy` file, and where the numbers begin; `head` is the file or its beginning.
    static func read(_ head: Bytes, _ url: URL, _ what: String) throws -> (header: NumPyHeader, start: Int) {
        let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
        guard head.count >= 10, head.buffer[..<6].elementsEqual(magic) else {
            let hint =
                head.number(at: 0, as: UInt32.self) == 0x0403_4b50 ? "; NumPyArchive reads .npz files" : ""
            throw FormatError(
                url, "\(what) does not begin as a NumPy array (.npy) does\(kindNote(head))\(hint)")
        }
        let version = head.buffer[6]
        let isLong = version == 2 || version == 3
        guard version == 1 || isLong, head.buffer[7] == 0,
            let length = isLong
                ? head.number(at: 8, as: UInt32.self).map(Int.init)
                : head.number(at: 8, as: UInt16.self).map(Int.init)
        else {
            throw FormatError(
                url, "the version of \(what)", expected: "1.0, 2.0 or 3.0",
                found: "\(version).\(head.buffer[7])")
        }
        let start = isLong ? 12 : 10
        guard let text = head.part(at: start, count: length) else {
            throw FormatError(
                url, "the header of \(what)", expected: "inside its first \(head.count) bytes",
                found: "\(length) bytes long (the file may be cut short)")
        }
        // Before version 3 the names of fields are in Latin-1.
        let words =
            version == 3
            ? String(decoding: text.data, as: UTF8.self)
            : String(String.UnicodeScalarView(text.buffer.map { Unicode.Scalar($0) }))
        return (try NumPyHeader(words, url, what), start + length)
    }

    private init(_ text: String, _ url: URL, _ what: String) throws {
        guard case .success(let header) = PythonLiteral.parse(text), let description = try? header["descr"],
            let order = try? header["fortran_order"], let extents = try? header["shape"]
        else {
            throw FormatError(
                url, "the header of \(what)", expected: "a dictionary of descr, fortran_order and shape",
                found: "\"\(text.prefix(200))\"")
        }
        guard let type = NumPyType(description) else {
            throw FormatError(
                url, "the type of \(what)", expected: "one of NumPy's", found: description.short)
        }
        guard let isFortran = order.boolean else {
            throw FormatError(url, "fortran_order of \(what)", expected: "True or False", found: order.short)
        }
        let shape = extents.elements.compactMap(\.integer)
        guard case .list(let all) = extents, all.count == shape.count, shape.count <= 64,
            shape.allSatisfy({ $0 >= 0 })
        else {
            throw FormatError(
                url, "the shape of \(what)", expected: "a tuple of counts", found: extents.short)
        }
        self.type = type
        self.isFortran = isFortran
        self.shape = shape
    }
}
