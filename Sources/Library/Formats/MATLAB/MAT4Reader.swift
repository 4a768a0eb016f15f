import Foundation

/// The head of a matrix of version 4: five numbers of 32 bits.
struct MAT4Header {
    let isBigEndian: Bool
    let type: NumberType
    /// 0 is full, 1 text, 2 sparse.
    let kind: Int
    let rows: Int
    let columns: Int
    let isComplex: Bool
    let nameLength: Int

    static let length = 20
    private static let types: [NumberType] = [.float64, .float32, .int32, .int16, .uint16, .uint8]

    /// The head at a place; nil if what is there is none. The thousands of its first number tell the order of bytes.
    init?(_ bytes: Bytes, at offset: Int) {
        func number(_ index: Int, _ bigEndian: Bool) -> Int? {
            bytes.number(at: offset + 4 * index, as: Int32.self, bigEndian: bigEndian).map(Int.init)
        }
        guard let little = number(0, false), let big = number(0, true) else { return nil }
        let isBigEndian = !(0..<1000).contains(little)
        let code = isBigEndian ? big : little
        let (machine, zero, precision, kind) = (code / 1000, code / 100 % 10, code / 10 % 10, code % 10)
        // Files of VAX and Cray computers (2, 3, 4) have numbers that are not IEEE's.
        guard code >= 0, machine == (isBigEndian ? 1 : 0), zero == 0, precision < Self.types.count, kind <= 2,
            let rows = number(1, isBigEndian), let columns = number(2, isBigEndian),
            let imaginary = number(3, isBigEndian), let length = number(4, isBigEndian), rows >= 0,
            columns >= 0, imaginary == 0 || imaginary == 1, length >= 1, length <= 4096
        else { return nil }
        self.isBigEndian = isBigEndian
        type = Self.types[precision]
        self.kind = kind
        self.rows = rows
        self.columns = columns
        isComplex = imaginary == 1
        nameLength = length
    }

    /// How many bytes the numbers take, or nil if that overflows.
    var dataSize: Int? {
        byteCount(of: [rows, columns, isComplex ? 2 : 1], type)
    }
}

/// Reads files of version 4, in which matrices stand one after another.
enum MAT4Reader {
    static func variables(_ file: OpenFile) throws -> [MATFile.Variable] {
        var variables: [MATFile.Variable] = []
        var position = 0
        while position < file.count {
            let head = try file.bytes(at: position, count: min(20 + 4096, file.count - position))
            guard let head, let header = MAT4Header(head, at: 0),
                let name = head.part(at: MAT4Header.length, count: header.nameLength)
            else {
                throw FormatError(
                    file.url, "byte \(position)", expected: "the head of a matrix of MATLAB's version 4",
                    found: "something else (the file may be cut short or damaged)")
            }
            let text = String(decoding: name.data.prefix { $0 != 0 }, as: UTF8.self)
            let start = position + MAT4Header.length + header.nameLength
            guard let size = header.dataSize, size <= file.count - start else {
                throw FormatError(
                    file.url, "\"\(text)\" of \(header.rows) x \(header.columns) \(header.type.rawValue)",
                    expected: "inside the file",
                    found: "longer than the \(max(0, file.count - start)) bytes that follow")
            }
            let place = MATPlace(url: file.url, path: text)
            variables.append(
                MATFile.Variable(
                    name: text, className: header.kind == 1 ? "char" : header.kind == 2 ? "sparse" : "double",
                    shape: header.kind == 2 ? nil : [header.rows, header.columns]
                ) {
                    guard let data = try file.bytes(at: start, count: size) else {
                        throw place.error("lies outside the file")
                    }
                    return try value(header, data, place)
                })
            position = start + size
        }
        return variables
    }

    private static func value(_ header: MAT4Header, _ data: Bytes, _ place: MATPlace) throws -> MATValue {
        let shape = [header.rows, header.columns]
        let half = header.isComplex ? data.count / 2 : data.count
        func numbers(at offset: Int) throws -> StoredNumbers {
            guard let part = data.part(at: offset, count: half) else { throw place.error("is cut short") }
            return StoredNumbers(
                bytes: part, type: header.type, shape: shape, isFortran: true,
                isBigEndian: header.isBigEndian, url: place.url, what: place.what)
        }
        let real = try numbers(at: 0)
        switch header.kind {
        case 1:
            let codes = try real.tensor(as: Double.self).reversingDimensions().elements
            return MATValue(
                className: "char", shape: shape,
                content: .text(codes.map { UInt16(clamping: Int(clampingCode: $0)) }),
                place: place)
        case 2: return try sparse(real, place)
        default:
            return MATValue(
                className: "double", shape: shape,
                content: .numbers(
                    .memory(real), imaginary: header.isComplex ? .memory(try numbers(at: half)) : nil),
                place: place)
        }
    }

    /// A sparse matrix: rows of (row, column, number), of which the last has the extents; complex ones have four columns.
    private static func sparse(_ numbers: StoredNumbers, _ place: MATPlace) throws -> MATValue {
        let (count, width) = (numbers.shape[0], numbers.shape[1])
        guard count >= 1, width == 3 || width == 4 else {
            throw place.error(
                "is a sparse matrix stored as \(count) x \(width) numbers; 3 or 4 columns were expected")
        }
        let table = try numbers.tensor(as: Double.self).matrix
        func whole(_ row: Int, _ column: Int) throws -> Int {
            guard let integer = Int(exactly: table[row, column]), integer >= 0 else {
                throw place.error("is a sparse matrix with the index \(table[row, column])")
            }
            return integer
        }
        let shape = [try whole(count - 1, 0), try whole(count - 1, 1)]
        let entries = try (0..<count - 1).map {
            (row: try whole($0, 0) - 1, column: try whole($0, 1) - 1, index: $0)
        }
        // Starts of columns for as many columns as there can be only if they fit into memory.
        guard let size = byteCount(of: [shape[1], 1], .float64) else {
            throw place.error("is a sparse matrix of \(shape[1]) columns, which do not fit into memory")
        }
        guard shape[1] <= 1 << 20 || shape[1] / 1000 <= count else {
            throw place.error("is a sparse matrix that claims \(shape[1]) columns for \(count - 1) numbers")
        }
        try requireMemory(size, for: place.what, place.url)
        if let bad = entries.first(where: { $0.column < 0 || $0.column >= shape[1] }) {
            throw place.error(
                "is a sparse matrix of \(shape[1]) columns with a number in column \(bad.column)")
        }
        let ordered = entries.sorted { ($0.column, $0.row, $0.index) < ($1.column, $1.row, $1.index) }
        var starts = [Int](repeating: 0, count: shape[1] + 1)
        for entry in ordered { starts[entry.column + 1] += 1 }
        for column in 0..<shape[1] { starts[column + 1] += starts[column] }
        let content = try MATSparse(
            rows: ordered.map(\.row), starts: starts, values: ordered.map { table[$0.index, 2] },
            imaginary: width == 4 ? ordered.map { table[$0.index, 3] } : nil, shape: shape, place)
        return MATValue(className: "double", shape: shape, content: .sparse(content), place: place)
    }
}

extension Int {
    /// A character's code that a file has as a number of any type; 0 if it is none.
    fileprivate init(clampingCode value: Double) { self = value >= 0 && value < 65536 ? Int(value) : 0 }
}
