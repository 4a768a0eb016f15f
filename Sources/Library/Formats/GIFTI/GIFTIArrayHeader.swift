import Foundation

/// What the attributes of a `DataArray` element say of its numbers.
struct GIFTIArrayHeader {
    enum Encoding: String, CaseIterable {
        case ascii = "ASCII"
        case base64 = "Base64Binary"
        case gzipped = "GZipBase64Binary"
        case external = "ExternalFileBinary"
    }

    /// NIfTI's names of the types, without `NIFTI_TYPE_`. GIFTI 1.0 has UINT8, INT32 and FLOAT32; programs write others.
    private static let types: [String: NumberType] = [
        "UINT8": .uint8, "INT16": .int16, "INT32": .int32, "FLOAT32": .float32, "FLOAT64": .float64,
        "INT8": .int8, "UINT16": .uint16, "UINT32": .uint32, "INT64": .int64, "UINT64": .uint64,
    ]

    let intent: String
    let type: NumberType
    let shape: [Int]
    let encoding: Encoding
    let isBigEndian: Bool
    let isFortran: Bool
    /// How many numbers there are, and their bytes.
    let count: Int
    let byteCount: Int
    let url: URL
    /// What errors call the array.
    let what: String
    private let attributes: [String: String]

    init(_ attributes: [String: String], _ url: URL, _ what: String) throws {
        self.url = url
        self.what = what
        self.attributes = attributes
        func one<Value>(
            _ name: String, of values: [String: Value], or others: [String: Value] = [:],
            default missing: String? = nil
        ) throws -> Value {
            let text = attributes[name] ?? missing
            guard let value = text.flatMap({ values[$0] ?? others[$0] }) else {
                throw FormatError(
                    url, "\(name) of \(what)", expected: values.keys.sorted().joined(separator: ", "),
                    found: text.map { "\"\($0.prefix(60))\"" } ?? "missing")
            }
            return value
        }
        intent = attributes["Intent"] ?? "NIFTI_INTENT_NONE"
        type = try one(
            "DataType",
            of: Dictionary(uniqueKeysWithValues: Self.types.map { ("NIFTI_TYPE_\($0.key)", $0.value) }))
        // Some programs write the C library's own names.
        encoding = try one(
            "Encoding", of: Dictionary(uniqueKeysWithValues: Encoding.allCases.map { ($0.rawValue, $0) }),
            or: [
                "GIFTI_ENCODING_ASCII": .ascii, "GIFTI_ENCODING_B64BIN": .base64,
                "GIFTI_ENCODING_B64GZ": .gzipped, "GIFTI_ENCODING_EXTBIN": .external,
            ])
        shape = try Self.shape(attributes, url, what)
        isFortran = try one(
            "ArrayIndexingOrder", of: ["RowMajorOrder": false, "ColumnMajorOrder": true],
            default: shape.count < 2 ? "RowMajorOrder" : nil)
        // A text has no order of bytes, nor have bytes.
        let hasNoEnd = encoding == .ascii || type.byteCount == 1
        isBigEndian = try one(
            "Endian", of: ["LittleEndian": false, "BigEndian": true],
            or: ["GIFTI_ENDIAN_LITTLE": false, "GIFTI_ENDIAN_BIG": true]
                .merging(hasNoEnd ? ["Undef": false, "GIFTI_ENDIAN_UNDEF": false] : [:]) { first, _ in first
                },
            default: hasNoEnd ? "LittleEndian" : nil)
        guard let byteCount = Formats.byteCount(of: shape, type) else {
            throw FormatError(
                url, "the shape of \(what)", expected: "one that fits memory", found: "\(shape)")
        }
        self.byteCount = byteCount
        count = byteCount / type.byteCount
    }

    private static func shape(_ attributes: [String: String], _ url: URL, _ what: String) throws -> [Int] {
        func whole(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
            guard let text = attributes[name], let value = Int(text), range.contains(value) else {
                throw FormatError(
                    url, "\(name) of \(what)",
                    expected: range.upperBound < 100
                        ? "a whole number from \(range.lowerBound) to \(range.upperBound)"
                        : "a whole number of at least \(range.lowerBound)",
                    found: attributes[name].map { "\"\($0.prefix(40))\"" } ?? "missing")
            }
            return value
        }
        return try (0..<whole("Dimensionality", 1...6)).map { try whole("Dim\($0)", 0...Int.max) }
    }

    /// The name and the place of the numbers in another file.
    ///
    /// Throws `FormatError` for a file outside of this one's folder: who sends a file shall not choose what is read.
    func externalFile() throws -> (name: String, offset: Int) {
        let name = attributes["ExternalFileName"] ?? ""
        guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
            throw FormatError(
                url, "ExternalFileName of \(what)", expected: "a file in the same folder or below it",
                found: name.isEmpty ? "missing" : "\"\(name.prefix(200))\"")
        }
        let text = attributes["ExternalFileOffset"] ?? ""
        guard let offset = text.isEmpty ? 0 : Int(text), offset >= 0 else {
            throw FormatError(
                url, "ExternalFileOffset of \(what)", expected: "a whole number of at least 0",
                found: "\"\(text.prefix(40))\"")
        }
        return (name, offset)
    }

    func numbers(_ bytes: Bytes, isFortran: Bool, isBigEndian: Bool) -> StoredNumbers {
        StoredNumbers(
            bytes: bytes, type: type, shape: shape, isFortran: isFortran, isBigEndian: isBigEndian, url: url,
            what: what)
    }
}
