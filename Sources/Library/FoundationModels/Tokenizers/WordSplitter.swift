/// How a byte-level tokenizer cuts text into the words inside which tokens are merged.
enum WordSplitter: Sendable {
    /// GPT-2 and RoBERTa: a word keeps the blank before it.
    ///
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    case gpt2
    /// CLIP: white space is dropped, and every digit is a word.
    ///
    /// `'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`
    case clip

    /// Calls `body` with the bytes of each word.
    func split(_ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        CharacterClass.table.withUnsafeBufferPointer { table in
            let scanner = Scanner(text: text, table: table)
            var position = 0
            while position < text.count {
                let word =
                    switch self {
                    case .gpt2: scanner.gpt2Word(at: position)
                    case .clip: scanner.clipWord(at: position)
                    }
                if !word.isEmpty { body(UnsafeBufferPointer(rebasing: text[word])) }
                position = word.upperBound
            }
        }
    }
}

/// The next word at a place; the regular expressions above by hand, since an engine would cost more than the merging.
private struct Scanner {
    let text: UnsafeBufferPointer<UInt8>
    let table: UnsafeBufferPointer<CharacterClass>

    func gpt2Word(at start: Int) -> Range<Int> {
        if let end = contraction(at: start) { return start..<end }
        let (first, length) = character(at: start)
        guard first == .space else { return start..<run(of: first, from: start + length) }
        if text[start] == 0x20, start + 1 < text.count {
            let (next, length) = character(at: start + 1)
            if next != .space { return start..<run(of: next, from: start + 1 + length) }
        }
        // White space before a word leaves its last character to the word, or to itself if it is not a blank.
        var last = start
        var end = start + length
        while end < text.count {
            let (next, length) = character(at: end)
            if next != .space { return start..<(last > start ? last : end) }
            last = end
            end += length
        }
        return start..<end
    }

    /// The next word, or an empty range after white space.
    func clipWord(at start: Int) -> Range<Int> {
        if let end = contraction(at: start) { return start..<end }
        let (first, length) = character(at: start)
        switch first {
        case .space: return start + length..<start + length
        case .number: return start..<start + length
        case .letter, .other: return start..<run(of: first, from: start + length)
        }
    }

    @inline(__always)
    private func run(of wanted: CharacterClass, from start: Int) -> Int {
        var position = start
        while position < text.count {
            let (found, length) = character(at: position)
            guard found == wanted else { break }
            position += length
        }
        return position
    }

    @inline(__always)
    private func character(at position: Int) -> (CharacterClass, length: Int) {
        let byte = text[position]
        if byte < 0x80 { return (table[Int(byte)], 1) }
        let (scalar, length) = decodeScalar(text, at: position)
        let value = Int(scalar.value)
        return (value < table.count ? table[value] : CharacterClass(scalar), length)
    }

    /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`.
    @inline(__always)
    private func contraction(at start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
        switch text[start + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"): return second(UInt8(ascii: "e"), start)
        case UInt8(ascii: "l"): return second(UInt8(ascii: "l"), start)
        default: return nil
        }
    }

    private func second(_ byte: UInt8, _ start: Int) -> Int? {
        start + 2 < text.count && text[start + 2] == byte ? start + 3 : nil
    }
}
