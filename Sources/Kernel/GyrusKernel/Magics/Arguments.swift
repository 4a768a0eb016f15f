/// The words of a magic's line: options at its beginning, then the rest.
struct Arguments {
    /// What has not been taken yet.
    private(set) var rest: Substring

    init(_ text: String) { rest = Substring(text) }

    /// The next word, if it is an option.
    var flag: Substring? {
        let word = rest.prefix { !$0.isWhitespace }
        return word.count > 1 && word.hasPrefix("-") && word.dropFirst().first?.isLetter == true ? word : nil
    }

    /// The next word, if it is an option of one letter or of several (`--no-stdout`).
    var flagWord: Substring? {
        let word = rest.prefix { !$0.isWhitespace }
        return flag ?? (word.hasPrefix("--") && word.count > 2 ? word : nil)
    }

    /// Takes an option without a value, if it comes next.
    mutating func takes(_ option: String) -> Bool {
        guard let flag = flagWord, flag == option else { return false }
        rest = rest.dropFirst(flag.count).drop(while: \.isWhitespace)
        return true
    }

    /// Takes an option with a value (`-n 10`), if it comes next; throws `MagicError` if it has none.
    mutating func value(of option: String) throws -> String? {
        guard let flag, flag.hasPrefix(option) else { return nil }
        var text = rest.dropFirst(option.count).drop(while: \.isWhitespace)
        let word = text.prefix { !$0.isWhitespace }
        guard !word.isEmpty else { throw MagicError("\(option) needs a value") }
        text = text.dropFirst(word.count).drop(while: \.isWhitespace)
        rest = text
        return String(word)
    }

    /// Takes an option whose value is a count of at least one.
    mutating func number(of option: String) throws -> Int? {
        guard let word = try value(of: option) else { return nil }
        guard let number = Int(word), number > 0 else {
            throw MagicError("\(option) needs a whole number of at least 1, not \(word)")
        }
        return number
    }

    /// The words of the rest; quotes keep a word with white space together.
    var words: [String] {
        rest.matches(of: /"([^"]*)"|'([^']*)'|(\S+)/).map { String($0.1 ?? $0.2 ?? $0.3 ?? "") }
    }
}
