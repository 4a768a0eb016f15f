/// The classes of characters as Hugging Face's `tokenizers` sees them.
///
/// Its tables (the Rust crates `unicode_categories` and `unicode-normalization-alignments`) are those of Unicode 8:
/// a character that came later is a letter to it, whatever it is today. Checked against `tokenizers` 0.23.3 for every
/// scalar (`foundation_models_tokenizers.py scalars`).
enum UnicodeClasses {
    /// Control, format, private use and surrogate characters; tab and line ends, which are white space, excepted.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
        switch scalar.properties.generalCategory {
        case .control, .privateUse, .surrogate: return true
        case .format: return isKnown(scalar)
        default: return false
        }
    }

    /// ASCII's symbols and all punctuation.
    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isASCIIPunctuation(UInt8(truncatingIfNeeded: scalar.value)) }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return isKnown(scalar)
        default:
            // Punctuation in Unicode 8: Canadian syllabics chi sign, Sharada sandhi mark.
            return scalar.value == 0x166D || scalar.value == 0x111C9
        }
    }

    /// `!` to `/`, `:` to `@`, `[` to `` ` ``, `{` to `~`.
    static func isASCIIPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case 33...47, 58...64, 91...96, 123...126: true
        default: false
        }
    }

    /// Accents and other marks that take no room of their own.
    static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x300: return false
        // Spacing marks since, nonspacing in Unicode 8: Hanunoo pamudpod, Ahom medial ra.
        case 0x1734, 0x1171E: return true
        // Nonspacing since, letters or spacing marks then: Mongolian baluda, Javanese pengkal, Sharada sandhi mark.
        case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
        default: return scalar.properties.generalCategory == .nonspacingMark && isKnown(scalar)
        }
    }

    /// The blocks of CJK ideographs; the fifth begins 256 characters late, as it does in `tokenizers`.
    static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// Whether Unicode 8 had the character.
    static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return age.major <= 8
    }
}
