import Foundation

/// BERT's cleaning of raw text before it is split into words.
///
/// Source: `BertNormalizer` of Hugging Face's `tokenizers`.
struct BERTNormalizer: Sendable, Equatable {
    /// Drops control characters and makes every white space a blank.
    var cleansText = true
    /// Puts blanks around CJK ideographs, so that each is a word.
    var separatesIdeographs = true
    /// Decomposes (NFD) and drops the accents.
    var stripsAccents = true
    /// Makes letters small.
    var lowercases = true

    /// The cleaned text, as UTF-8.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        if let ascii = normalizeASCII(text) { return ascii }
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 2)
        var marks = MarkBuffer()
        var position = 0
        while position < text.count {
            let (scalar, length) = decodeScalar(text, at: position)
            position += length
            guard let cleaned = clean(scalar) else { continue }
            let isIdeograph = separatesIdeographs && UnicodeClasses.isIdeograph(cleaned)
            if isIdeograph { emit(" ", to: &output, &marks) }
            emit(cleaned, to: &output, &marks)
            if isIdeograph { emit(" ", to: &output, &marks) }
        }
        marks.flush { finish($0, to: &output) }
        return output
    }

    /// The cleaned text if all of it is ASCII.
    private func normalizeASCII(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.allSatisfy({ $0 < 0x80 }) else { return nil }
        return Array(unsafeUninitializedCapacity: text.count) { output, count in
            for byte in text {
                var byte = byte
                if cleansText {
                    switch byte {
                    case 9, 10, 13: byte = 32
                    case 0..<32, 127: continue
                    default: break
                    }
                }
                if lowercases, byte >= 65, byte <= 90 { byte |= 32 }
                output[count] = byte
                count += 1
            }
        }
    }

    private func clean(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        guard cleansText else { return scalar }
        if scalar == "\0" || scalar == "\u{FFFD}" || UnicodeClasses.isControl(scalar) { return nil }
        return scalar.properties.isWhitespace ? " " : scalar
    }

    private func emit(_ scalar: Unicode.Scalar, to output: inout [UInt8], _ marks: inout MarkBuffer) {
        guard stripsAccents else { return finish(scalar, to: &output) }
        decompose(scalar) { part in marks.add(part) { finish($0, to: &output) } }
    }

    private func finish(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        if stripsAccents, UnicodeClasses.isNonspacingMark(scalar) { return }
        if !lowercases { return output.append(scalar) }
        if scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            output.append(byte >= 65 && byte <= 90 ? byte | 32 : byte)
        } else if scalar.properties.changesWhenLowercased {
            output.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
        } else {
            output.append(scalar)
        }
    }
}

/// Calls `body` with the scalars of the canonical decomposition, one after the other.
private func decompose(_ scalar: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
    switch scalar.value {
    case 0..<0xC0, 0x3400...0x4DBF, 0x4E00...0x9FFF: body(scalar)
    default:
        guard UnicodeClasses.isKnown(scalar) else { return body(scalar) }
        String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars.forEach(body)
    }
}

/// Puts combining marks into canonical order: those after one base are sorted by their class, equals as they came.
private struct MarkBuffer {
    private var marks: [(order: UInt8, scalar: Unicode.Scalar)] = []
    private var isSorted = true

    mutating func add(_ scalar: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
        let order = scalar.value < 0x300 ? 0 : scalar.properties.canonicalCombiningClass.rawValue
        if order == 0 {
            flush(body)
            return body(scalar)
        }
        isSorted = isSorted && (marks.last?.order ?? 0) <= order
        marks.append((order, scalar))
    }

    mutating func flush(_ body: (Unicode.Scalar) -> Void) {
        guard !marks.isEmpty else { return }
        // Swift's sort keeps the order of equals.
        if !isSorted { marks.sort { $0.order < $1.order } }
        for mark in marks { body(mark.scalar) }
        marks.removeAll(keepingCapacity: true)
        isSorted = true
    }
}
