/// The classes `\p{L}`, `\p{N}` and `\s` of the regular expressions by which Hugging Face's `tokenizers` split text.
///
/// Its engine (Oniguruma) knows Unicode 16; a character that came later belongs to none of them. Checked for every
/// scalar (`bpe.py` writes classes.json).
package enum CharacterClass: UInt8, Sendable {
    case other, letter, number, space

    /// The class of a character.
    package init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = (properties.age?.major ?? 0) <= 16 ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber:
            self = (properties.age?.major ?? 0) <= 16 ? .number : .other
        default: self = properties.isWhitespace ? .space : .other
        }
    }

    /// The classes of the first 65,536 code points; looked up here, a character costs no search.
    static let table: [CharacterClass] = (UInt32(0)..<0x10000).map { value in
        Unicode.Scalar(value).map { CharacterClass($0) } ?? .other
    }
}
