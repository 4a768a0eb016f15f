import Foundation

/// The tokens of a tokenizer and their ids, byte by byte as the file has them.
///
/// Tokens are bytes, not strings: to Swift two strings that Unicode deems equivalent are one key, to a tokenizer two.
struct Vocabulary: Sendable {
    /// Every token and its id.
    let entries: [(bytes: [UInt8], id: Int32)]
    private let spellings: [[UInt8]]

    init(_ entries: [(bytes: [UInt8], id: Int32)]) {
        self.entries = entries
        var spellings: [[UInt8]] = Array(repeating: [], count: Int(entries.map(\.id).max() ?? -1) + 1)
        for (bytes, id) in entries { spellings[Int(id)] = bytes }
        self.spellings = spellings
    }

    /// The vocabulary of a `vocab.txt`: the line's number is the id.
    init(lines data: Data) {
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        self.init(
            lines.enumerated().map { number, line in
                let end = line.lastIndex { $0 != 32 && $0 != 13 && $0 != 9 }.map { $0 + 1 } ?? line.startIndex
                return (Array(line[..<end]), Int32(number))
            })
    }

    /// The vocabulary of a `vocab.json`: an object of tokens and ids.
    init(jsonFile file: URL) throws {
        guard let members = try readJSON(file).members else {
            throw FoundationModelError.file(path: file.path, problem: "is not an object of tokens and ids")
        }
        try self.init(members: members, path: file.path)
    }

    /// The vocabulary of an object in a JSON file.
    init(members: [(key: [UInt8], value: OrderedJSON)], path: String) throws {
        self.init(
            try members.map { key, value in
                guard let id = value.integer, (0..<Self.maximumCount).contains(id) else {
                    throw FoundationModelError.file(
                        path: path,
                        problem:
                            "the id of \"\(String(decoding: key, as: UTF8.self))\" is not a number of an id"
                    )
                }
                return (key, Int32(id))
            })
    }

    /// More ids than any vocabulary has; a larger one would make the table of spellings fill the memory.
    static let maximumCount = 1 << 24

    /// One more than the highest id.
    var count: Int { spellings.count }

    /// The spelling of an id.
    func token(of id: Int32) -> String? {
        spellings.indices.contains(Int(id)) ? String(decoding: spellings[Int(id)], as: UTF8.self) : nil
    }

    /// The id of a token; looks at every one, so not for hot loops.
    func id(of token: String) -> Int32? {
        let bytes = Array(token.utf8)
        return entries.last { $0.bytes == bytes }?.id
    }
}
