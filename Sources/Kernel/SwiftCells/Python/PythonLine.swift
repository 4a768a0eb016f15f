/// A line that is Python and no Swift, and how it is written here.
struct PythonLine: Equatable {
    /// Counted from 1.
    let number: Int
    /// What to write instead.
    let hint: String

    /// The lines of a cell that only Python has; a line inside of a text or a comment of Swift may be among them.
    static func all(in lines: [String]) -> [PythonLine] {
        lines.enumerated().compactMap { index, line in
            hint(for: line).map { PythonLine(number: index + 1, hint: $0) }
        }
    }

    /// How a line of Python is written in Swift; nil if it may well be Swift.
    static func hint(for line: String) -> String? {
        var text = line.trimmed
        // What follows a `#` in Python is a comment.
        if let comment = text.firstMatch(of: /\s#\s.*$/) {
            text = String(text[..<comment.range.lowerBound]).trimmed
        }
        return comment(text) ?? importing(text) ?? header(text) ?? expression(text)
    }

    // `#if`, `#available`, `#"raw"#` and the like are Swift's.
    private static func comment(_ text: String) -> String? {
        guard text.wholeMatch(of: /#(?:\s.*|)/) != nil else { return nil }
        return "comments begin with //"
    }

    private static func importing(_ text: String) -> String? {
        if let match = text.wholeMatch(of: /from\s+([\w.]+)\s+import\b.*/) {
            return PythonNames.hint(forModule: String(match.1)) ?? "Swift imports whole modules: import Name"
        }
        if let match = text.wholeMatch(of: /import\s+([\w.]+)\s+as\s+\w+.*/) {
            return PythonNames.hint(forModule: String(match.1)) ?? "Swift has no import … as"
        }
        if let match = text.wholeMatch(of: /import\s+([\w.]+)/) {
            return PythonNames.hint(forModule: String(match.1))
        }
        return nil
    }

    /// Lines that begin a block: a colon at the end, which no line of Swift has after these words.
    private static func header(_ text: String) -> String? {
        guard text.hasSuffix(":") || text.contains(/^(?:async\s+)?def\s+\w+\s*\(/) else { return nil }
        if let match = text.firstMatch(of: /^(async\s+)?def\s+(\w+)\s*\(([^)]*)/) {
            let parameters = match.3.split(separator: ",").map {
                let name = $0.prefix { $0 != ":" && $0 != "=" }
                return "\(String(name).trimmed): Double"
            }
            let name = match.2 == "__init__" ? "init" : "func \(match.2)"
            return "\(name)(\(parameters.filter { $0 != "self: Double" }.joined(separator: ", ")))"
                + (name == "init" ? "" : " -> Double") + " { … }, with the types that are meant"
        }
        if let match = text.wholeMatch(of: /class\s+(\w+).*:/) { return "struct \(match.1) { … }, or class" }
        if let match = text.wholeMatch(of: /for\s+(.+?)\s+in\s+(.+):/) {
            return "for \(pattern(String(match.1))) in \(sequence(String(match.2))) { … }"
        }
        if let match = text.wholeMatch(of: /(if|while)\s+(.+):/) {
            return "\(match.1) \(condition(String(match.2))) { … }"
        }
        if let match = text.wholeMatch(of: /elif\s+(.+):/) {
            return "else if \(condition(String(match.1))) { … }"
        }
        if text == "else:" { return "else { … }" }
        if text == "try:" { return "do { try … } catch { … }" }
        if text == "finally:" { return "defer { … } before what may fail" }
        if text.contains(/^except\b.*:$/) { return "catch { … }, in which the error is called error" }
        if text.contains(/^with\s.+:$/) { return "no block: files are closed when nobody uses them any more" }
        return nil
    }

    private static func expression(_ text: String) -> String? {
        if text.contains(/\blambda\s+[\w*][^:"]*:|=\s*lambda\s*:/) { return "lambda x: y is { x in y }" }
        if text.contains(/(?:^|[^\w"'])f["'][^"']*\{/) { return "f\"{x}\" is \"\\(x)\"" }
        if let match = text.firstMatch(of: /[\[({]([^{;]+?)\s+for\s+(\w+)\s+in\s+([^\]"{;]+)[\])}]/),
            !text.contains(/^\s*for\b/)
        {
            let (value, name, rest) = (match.1, match.2, match.3)
            if let parts = rest.firstMatch(of: /^(.+?)\s+if\s+(.+)$/) {
                return "\(sequence(String(parts.1))).filter { \(name) in \(condition(String(parts.2))) }"
                    + (value == name ? "" : ".map { \(name) in \(value) }")
            }
            let all = sequence(String(rest))
            return "\(all.contains("..<") ? "(\(all))" : all).map { \(name) in \(value) }"
        }
        if let match = text.firstMatch(of: /^(?:return\s+|\w+\s*=\s*)?(.+?)\s+if\s+(.+?)\s+else\s+(.+)$/),
            !text.contains("{")
        {
            let value = match.1.replacing(/^(?:let|var)\s+\w+\s*=\s*/, with: "")
            return "a if b else c is b ? a : c: \(condition(String(match.2))) ? \(value) : \(match.3)"
        }
        if text.contains(/^\w+.*\bis\s+(?:not\s+)?None\b/) { return "x is None is x == nil" }
        if text.contains(/^raise\s+\w/) { return "raise is throw" }
        if let match = text.wholeMatch(of: /assert\s+([^(].*)/) {
            return "assert(\(condition(String(match.1))))"
        }
        if let match = text.wholeMatch(of: /(\w+)\s*:\s*(int|float|str|bool)\s*=\s*(.+)/) {
            let types = ["int": "Int", "float": "Double", "str": "String", "bool": "Bool"]
            return "let \(match.1): \(types[String(match.2)] ?? "") = \(match.3)"
        }
        if let match = text.firstMatch(of: /[=(,]\s*\{\s*(["'][^"']*["']\s*:[^{}]*)\}/) {
            return "a dictionary is written [\(match.1)]"
        }
        if let match = text.firstMatch(of: /\b(\w+)\[([^\[\]:?"]*):([^\[\]:"]*)\]/) {
            // `xs[safe: 3]` has a label, `xs[lo:hi]` is a slice.
            if match.2.contains(/^[\p{L}_]\w*$/), match.3.first?.isWhitespace ?? false { return nil }
            let (name, start, end) = (match.1, String(match.2).trimmed, String(match.3).trimmed)
            if start.isEmpty, end.isEmpty { return "\(name)[:] is the whole, \(name)" }
            return start.hasPrefix("-") || end.hasPrefix("-")
                ? "\(name).suffix(n) and \(name).dropLast(n) take parts from the end"
                : "\(name)[\(value(start))\(end.isEmpty ? "..." : "..<\(value(end))")]"
        }
        if text == "pass" { return "an empty body is { }" }
        return nil
    }

    // MARK: parts

    private static func pattern(_ text: String) -> String {
        text.contains(",") && !text.hasPrefix("(") ? "(\(text))" : text
    }

    /// `range(n)` is `0..<n`, `enumerate(x)` is `x.enumerated()`.
    private static func sequence(_ text: String) -> String {
        if let match = text.wholeMatch(of: /range\((.+)\)/) {
            let parts = arguments(String(match.1))
            switch parts.count {
            case 1: return "0..<\(value(parts[0]))"
            case 2: return "\(value(parts[0]))..<\(value(parts[1]))"
            default: return "stride(from: \(value(parts[0])), to: \(value(parts[1])), by: \(value(parts[2])))"
            }
        }
        if let match = text.wholeMatch(of: /enumerate\((.+)\)/) { return "\(match.1).enumerated()" }
        if let match = text.wholeMatch(of: /reversed\((.+)\)/) { return "\(match.1).reversed()" }
        if let match = text.wholeMatch(of: /sorted\((\w+)\)/) { return "\(match.1).sorted()" }
        if let match = text.wholeMatch(of: /(.+)\.items\(\)/) { return String(match.1) }
        return text
    }

    private static func value(_ text: String) -> String {
        text.replacing(/\blen\((\w+)\)/) { "\($0.1).count" }
    }

    private static func condition(_ text: String) -> String {
        var text = value(text)
        if text.contains(/["']/) { return text }
        text = text.replacing(/\bis\s+not\s+None\b/, with: "!= nil").replacing(
            /\bis\s+None\b/, with: "== nil")
        text = text.replacing(/\b(\w+)\s+not\s+in\s+(\w+)/) { "!\($0.2).contains(\($0.1))" }
        text = text.replacing(/\b(\w+)\s+in\s+(\w+)/) { "\($0.2).contains(\($0.1))" }
        text = text.replacing(/\s+and\s+/, with: " && ").replacing(/\s+or\s+/, with: " || ")
        text = text.replacing(/\bnot\s+/, with: "!")
        return text.replacing(/\bTrue\b/, with: "true").replacing(/\bFalse\b/, with: "false")
    }

    /// The arguments of a call, split at the commas outside brackets.
    private static func arguments(_ text: String) -> [String] {
        var depth = 0
        var parts = [""]
        for character in text {
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map(\.trimmed)
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
