import Foundation

/// The cleaning that CLIP's tokenizer does: characters are composed (NFC) and made small.
///
/// The reference also makes each run of white space a blank, which the splitting drops anyway.
struct ComposingNormalizer: Sendable, Equatable {
    /// Puts a letter and its accents together if Unicode has a character for both.
    var composes = false
    /// Makes letters small, each by itself.
    var lowercases = false

    /// The cleaned text, as UTF-8; nil if it is the text itself.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard composes || lowercases else { return nil }
        // Below U+0300 nothing composes.
        if text.allSatisfy({ $0 < 0x80 }) { return lowercases ? lowercasedASCII(text) : nil }
        let composed =
            composes && text.contains { $0 >= 0xCC }
            ? composed(String(decoding: text, as: UTF8.self)) : Array(text)
        guard lowercases else { return composed }
        return composed.withUnsafeBufferPointer { lowercased($0) }
    }

    private func lowercasedASCII(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        Array(unsafeUninitializedCapacity: text.count) { output, count in
            for byte in text {
                output[count] = byte >= 65 && byte <= 90 ? byte | 32 : byte
                count += 1
            }
        }
    }

    private func lowercased(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 8)
        var position = 0
        while position < text.count {
            let (scalar, length) = decodeScalar(text, at: position)
            if scalar.isASCII {
                let byte = text[position]
                output.append(byte >= 65 && byte <= 90 ? byte | 32 : byte)
            } else if scalar.properties.changesWhenLowercased {
                output.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            } else {
                output.append(contentsOf: text[position..<position + length])
            }
            position += length
        }
        return output
    }

    /// NFC as `tokenizers` does it, to which a character that Unicode 9 did not have stands by itself.
    ///
    /// Its bugs are not followed: it takes a character beyond U+FFFF with an accent after it for the one 65,536 below.
    private func composed(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var known = String.UnicodeScalarView()
        func flush() {
            output.append(contentsOf: String(known).precomposedStringWithCanonicalMapping.utf8)
            known.removeAll(keepingCapacity: true)
        }
        for scalar in text.unicodeScalars {
            if scalar.value < 0x300 || (scalar.properties.age?.major ?? .max) <= 9 {
                known.append(scalar)
            } else {
                flush()
                output.append(scalar)
            }
        }
        flush()
        return output
    }
}
