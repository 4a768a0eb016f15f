/// Explains how to write Python that was typed in a Swift cell in Swift.
struct PythonHints {
    /// The lines of the cell.
    let lines: [String]
    let label: String

    /// The errors of a cell that did not compile, with those that come of Python said as what they are.
    ///
    /// A line counts as Python only if the compiler found an error in it: so nothing in a text or comment is taken for it.
    func explaining(_ errors: [Diagnostic]) -> [Diagnostic] {
        let places = Set(errors.filter { $0.file == label }.map(\.line))
        var python = PythonLine.all(in: lines)
        let faulty = python.filter { isFaulty($0, places) }
        guard let first = faulty.first else { return errors.map(named) }
        // In a cell that is Python throughout, the compiler stops at the first lines, and its other errors follow.
        if !isWhollyPython { python = faulty }
        var told = python.prefix(Self.limit).map { line in
            Diagnostic(
                severity: .error,
                message: line == first ? "this is Python; in Swift: \(line.hint)" : "in Swift: \(line.hint)",
                file: label, line: line.number, column: column(of: line.number),
                length: length(of: line.number))
        }
        if let index = told.firstIndex(where: { $0.line == first.number }) {
            told[index].notes = [Self.remark]
        }
        if !isWhollyPython {
            told += errors.filter { error in !python.contains { $0.number == error.line } }.map(named)
        }
        return told.sorted { $0.line < $1.line }
    }

    /// At most this many lines are reported.
    private static let limit = 6

    private static let remark = Diagnostic(
        severity: .note,
        message:
            "%%python as the first line of a cell runs it in Python; the documentation's page \"Coming from Python\" "
            + "says what more is called here",
        file: "", line: 0, column: 0, length: 1)

    /// Errors after the head of a block are found in the line after it.
    private func isFaulty(_ line: PythonLine, _ places: Set<Int>) -> Bool {
        places.contains(line.number)
            || (lines[line.number - 1].contains(/:\s*(?:#.*)?$/) && places.contains(line.number + 1))
    }

    /// Whether nothing in the cell is plainly Swift.
    private var isWhollyPython: Bool {
        !lines.contains { $0.contains(/^\s*(?:let|var|func|struct|enum|guard)\s|[{}]\s*$/) }
    }

    private func column(of line: Int) -> Int { lines[line - 1].prefix(while: \.isWhitespace).utf8.count + 1 }

    private func length(of line: Int) -> Int { max(1, lines[line - 1].utf8.count - column(of: line) + 1) }

    /// Functions of numbers, which are methods of matrices: `abs(X)`.
    private func hintOnFunction(in line: String, _ message: String) -> String? {
        guard
            message.contains(
                /'(?:Matrix|Tensor)<|'\[(?:Double|Float)\]'|global function|parameter #2 in call/),
            let match = line.firstMatch(
                of:
                    /\b(abs|exp|log|log2|log10|sqrt|round|floor|ceil|sin|cos|tan|tanh|max|min)\(([\p{L}_]\w*)\)/
            )
        else { return nil }
        let (function, value) = (match.1, match.2)
        return ["max", "min"].contains(function)
            ? "Of a matrix or an array it is a method: \(value).\(function)()"
            : "Of a matrix it is a method, \(value).\(function)(); of an array \(value).map(\(function))"
    }

    /// A line before and after a column, which is counted in bytes from 1.
    private func cut(_ line: String, at column: Int) -> (before: Substring, after: Substring) {
        let index =
            line.utf8.index(
                line.startIndex, offsetBy: max(0, column - 1), limitedBy: line.endIndex) ?? line.endIndex
        return (line[..<index], line[index...])
    }

    /// An error with what a name of Python's is called here.
    private func named(_ error: Diagnostic) -> Diagnostic {
        guard let hint = hint(for: error) else { return error }
        var error = error
        error.message =
            error.message.replacing(
                /; (?:did you mean '[^']+'\?|no cell that ran has declared it)$/, with: ""
            )
            .replacing(/\ dynamic (member '[^']+') using key path from root type '[^']+'/) { " \($0.1)" }
            + ". " + hint
        error.fixIts = []
        error.notes.removeAll {
            $0.message.hasPrefix("did you mean") || $0.message.hasSuffix("declared here")
        }
        return error
    }

    private func hint(for error: Diagnostic) -> String? {
        let line = error.file == label && lines.indices.contains(error.line - 1) ? lines[error.line - 1] : ""
        if let match = error.message.firstMatch(of: /cannot find (?:type |operator )?'([^']+)' in scope/) {
            let name = String(match.1)
            if let assigned = line.firstMatch(of: /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=[^=]/), assigned.1 == name
            {
                return "A name is declared with let, or with var if it changes: let \(name) = …"
            }
            if line.contains("\(name)="), line.contains(/[(,]\s*[\w]+\s*=[^=]/), !line.contains("\(name)==") {
                return "An argument has a colon behind its label: \(name): …"
            }
            if let word = PythonNames.words[name] { return word }
            let path = cut(line, at: error.column).after.prefix {
                $0.isLetter || $0.isNumber || "_.".contains($0)
            }
            if let hint = PythonFunctions.hint(for: String(path)) { return hint }
            if let hint = PythonFunctions.hint(forName: name) { return hint }
            // A user's own name may be like that of a module, but is rarely followed by a dot where it is missing.
            guard line.contains("\(name).") else { return nil }
            return PythonNames.modules[name].map {
                "\(name) is not here: \($0); a cell that begins with %%python is Python"
            }
        }
        if let match = error.message.firstMatch(of: /no such module '([^']+)'/) {
            return PythonNames.hint(forModule: String(match.1))
        }
        if let match = error.message.firstMatch(
            of: /\btype '([^']+)'(?: \(aka '[^']*'\))? has no (?:dynamic )?member '([^']+)'/)
        {
            let name = String(match.2)
            let (before, after) = cut(line, at: error.column)
            let receiver = before.firstMatch(of: /([\p{L}_][\p{L}\p{N}_]*)\.$/).map { String($0.1) }
            // Some modules of Python have the name of a function of C.
            if match.1.hasPrefix("("), let receiver {
                return PythonFunctions.hint(for: "\(receiver).\(name)")
                    ?? PythonNames.modules[receiver].map { "\(receiver) is not here: \($0)" }
            }
            return PythonMembers.hint(
                for: name, of: String(match.1), receiver: receiver,
                isCalled: after.dropFirst(name.count).hasPrefix("("))
        }
        if let match = error.message.wholeMatch(of: /'([^']+)' is inaccessible due to '\w+' protection level/)
        {
            return PythonMembers.hint(forHidden: String(match.1))
        }
        if let hint = hintOnFunction(in: line, error.message) { return hint }
        if error.message.hasPrefix("consecutive statements"), line.contains(/^\s*print\s+["'\w]/) {
            return "What is printed stands in brackets: print(…)"
        }
        return nil
    }
}
