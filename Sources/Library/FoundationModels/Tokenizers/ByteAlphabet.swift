/// The characters that stand for bytes in the vocabularies of byte-level tokenizers.
///
/// Printable bytes of Latin-1 stand for themselves; the other 68 are the characters from U+0100 on, in their order.
/// Source: `bytes_to_unicode` of GPT-2.
enum ByteAlphabet {
    /// The character of each byte.
    static let scalars: [Unicode.Scalar] = {
        var others: UInt32 = 0
        return (UInt32(0)..<256).map { byte in
            switch byte {
            case 33...126, 161...172, 174...255: return Unicode.Scalar(byte) ?? " "
            default:
                others += 1
                return Unicode.Scalar(255 + others) ?? " "
            }
        }
    }()

    /// How a vocabulary spells each byte, with `suffix` after it.
    static func spellings(suffix: [UInt8] = []) -> [[UInt8]] {
        scalars.map { Array(String(Character($0)).utf8) + suffix }
    }
}
