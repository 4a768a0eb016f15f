import Foundation

/// The text of values in a file, with all their digits.
struct FieldText {
    let separator: UInt8
    let decimal: UInt8
    /// What is written for a missing value.
    let missing: [UInt8]
    /// Texts that would be read as a missing value, unless quotes stand around them.
    private let markers = MissingMarkers(nil)

    init(separator: UInt8, decimal: UInt8, missing: String) {
        self.separator = separator
        self.decimal = decimal
        self.missing = Array(missing.utf8)
    }

    func append(_ storage: ColumnStorage, _ row: Int, to line: inout [UInt8]) {
        switch storage {
        case .int(let values):
            guard let value = values[row] else { break }
            return line.append(contentsOf: String(value).utf8)
        case .double(let values):
            guard !values[row].isNaN else { break }
            return append(values[row], to: &line)
        case .string(let texts):
            guard !texts.isMissing(row) else { break }
            return texts.bytes.withUnsafeBufferPointer {
                append(UnsafeBufferPointer(rebasing: $0[texts.range(row)]), to: &line)
            }
        case .bool(let values):
            guard let value = values[row] else { break }
            return line.append(contentsOf: (value ? "true" : "false").utf8)
        case .date(let values):
            guard let value = values[row] else { break }
            return line.append(contentsOf: DateText.text(value).utf8)
        }
        line += missing
    }

    func append(_ text: String, to line: inout [UInt8]) {
        var text = text
        text.withUTF8 { append($0, to: &line) }
    }

    /// The shortest digits that give the same number again.
    private func append(_ value: Double, to line: inout [UInt8]) {
        let start = line.count
        line.append(contentsOf: value.description.utf8)
        guard decimal != UInt8(ascii: ".") else { return }
        for index in start..<line.count where line[index] == UInt8(ascii: ".") { line[index] = decimal }
    }

    /// A text, in quotes where it would be read otherwise than it is.
    private func append(_ text: UnsafeBufferPointer<UInt8>, to line: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let isPlain =
            text.allSatisfy { $0 != separator && $0 != quote && $0 != 10 && $0 != 13 }
            && text.first != 32 && text.last != 32 && text.first != UInt8(ascii: "#")
            && !text.starts(with: [0xef, 0xbb, 0xbf])
            && !markers.contains(text) && !text.elementsEqual(missing)
        guard !isPlain else { return line.append(contentsOf: text) }
        line.append(quote)
        for byte in text {
            if byte == quote { line.append(quote) }
            line.append(byte)
        }
        line.append(quote)
    }
}
