import Foundation

/// Base64 as it comes: line ends and spaces are passed over, anything else is refused.
///
/// Source: RFC 4648, section 4.
struct Base64Decoder {
    private static let space: UInt8 = 64
    private static let padding: UInt8 = 65
    private static let table: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, letter) in alphabet.utf8.enumerated() { table[Int(letter)] = UInt8(value) }
        for letter in " \t\r\n".utf8 { table[Int(letter)] = space }
        table[Int(UInt8(ascii: "="))] = padding
        return table
    }()

    /// The digits that do not make three bytes yet, and how many they are.
    private var bits: UInt32 = 0
    private var digits = 0
    private var paddings = 0

    /// Whether what came so far is a whole text.
    var isWhole: Bool { digits == 0 && paddings == 0 || digits + paddings == 4 }

    /// Decodes the next part of the text and returns how many bytes that gave, at most three for each four letters and
    /// three more; a letter that is none of base64 is returned as an error.
    mutating func decode(
        _ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>
    ) throws(Base64Error) -> Int {
        var written = 0
        var index = 0
        let table = Self.table
        let failure: Base64Error? = table.withUnsafeBufferPointer { table in
            while index < text.count {
                if digits == 0, paddings == 0, index + 4 <= text.count {
                    let a = table[Int(text[index])]
                    let b = table[Int(text[index + 1])]
                    let c = table[Int(text[index + 2])]
                    let d = table[Int(text[index + 3])]
                    if (a | b | c | d) < 64 {
                        target[written] = a << 2 | b >> 4
                        target[written + 1] = b << 4 | c >> 2
                        target[written + 2] = c << 6 | d
                        written += 3
                        index += 4
                        continue
                    }
                }
                let value = table[Int(text[index])]
                switch value {
                case Self.space: break
                case Self.padding:
                    paddings += 1
                    guard digits >= 2, digits + paddings <= 4 else { return .misplaced }
                    if digits + paddings == 4 {
                        if digits == 3 { bits <<= 6 } else { bits <<= 12 }
                        target[written] = UInt8(truncatingIfNeeded: bits >> 16)
                        written += 1
                        if digits == 3 {
                            target[written] = UInt8(truncatingIfNeeded: bits >> 8)
                            written += 1
                        }
                    }
                case 0..<64:
                    guard paddings == 0 else { return .misplaced }
                    bits = bits << 6 | UInt32(value)
                    digits += 1
                    if digits == 4 {
                        target[written] = UInt8(truncatingIfNeeded: bits >> 16)
                        target[written + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                        target[written + 2] = UInt8(truncatingIfNeeded: bits)
                        written += 3
                        (bits, digits) = (0, 0)
                    }
                default: return .letter(text[index])
                }
                index += 1
            }
            return nil
        }
        if let failure { throw failure }
        return written
    }
}

/// What is wrong with a text that should be base64.
enum Base64Error: Error {
    /// A letter that base64 does not have.
    case letter(UInt8)
    /// `=` elsewhere than at the end, or something after it.
    case misplaced

    var description: String {
        switch self {
        case .letter(let letter): "the letter \"\(Character(UnicodeScalar(letter)))\""
        case .misplaced: "\"=\" before its end"
        }
    }
}
