import Formats
import Foundation
import JSON

extension DataTable {
    /// Reads the words and their times that gentle, a forced aligner, has written (`align.json`): a row per word.
    ///
    /// ```swift
    /// let words = try DataTable.openAlignment("stimuli/gentle/pieman/align.json")
    /// try words["start", as: Double.self]              // seconds; NaN of a word that was not found in the sound
    /// ```
    ///
    /// The columns are those that the file has for its words, among them `word`, `alignedWord`, `case`, `start` and `end`
    /// (seconds); a word that was not found has no times. The phones within words are left out. Throws `FormatError` if
    /// the file is not JSON, or has no list of words.
    public static func openAlignment(_ file: some FileLocation) throws -> DataTable {
        let url = file.fileURL
        let data = try Bytes(reading: url).data
        let document: JSON
        do { document = try JSON(parsing: data) } catch {
            throw FormatError(url, "is no JSON text, or is cut short (\(error.localizedDescription))")
        }
        guard let words = document["words"]?.array, words.allSatisfy({ $0.object != nil }) else {
            throw FormatError(url, "has no list \"words\" of objects, as gentle writes it")
        }
        let usual = ["word", "alignedWord", "case", "start", "end", "startOffset", "endOffset"]
        let found = Set(words.flatMap { $0.object.map { Array($0.keys) } ?? [] })
        let names = usual.filter(found.contains) + found.subtracting(usual + ["phones"]).sorted()
        let columns = try names.map { name in
            try Column(
                name,
                values: try words.enumerated().map { index, word in try cell(word[name], name, index, url) })
        }
        return DataTable(fitting: columns, rowCount: words.count)
    }

    private static func cell(_ value: JSON?, _ name: String, _ index: Int, _ url: URL) throws -> Value {
        switch value {
        case nil, .null?: return .missing
        case .string(let text)?: return .string(text)
        case .bool(let bool)?: return .bool(bool)
        case .integer(let integer)?: return .int(Int(integer))
        case .number(let number)?: return .double(number)
        default:
            throw FormatError(
                url, "\"\(name)\" of word \(index)", expected: "text or a number",
                found: "a list or an object")
        }
    }
}
