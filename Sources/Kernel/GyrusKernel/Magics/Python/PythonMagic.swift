extension Magic {
    static let python = Magic(
        name: "python",
        usage: "%%python [-i NAME[=EXPRESSION]] [-o NAME[=EXPRESSION]] [--python PATH] [--restart]",
        help: """
            run the cell in Python, in a process that keeps its variables; -i passes values of Swift, -o declares \
            variables from Python's
            """,
        isForLine: false, body: .text, argument: .path, note: PythonInterpreter.note
    ) { call, run in
        let cell = PythonCell(
            request: try PythonRequest(call.arguments), code: call.body ?? "", cell: run)
        try cell.run()
    }
}

/// The line of `%%python`.
struct PythonRequest: Equatable {
    /// A value that is passed: `-i X` is short for `-i X=X`.
    struct Passing: Equatable {
        let name: String
        let expression: String
    }

    var inputs: [Passing] = []
    var outputs: [Passing] = []
    var interpreter: String?
    var restarts = false

    /// Throws `MagicError` for what it does not understand.
    init(_ line: String) throws {
        var words = Arguments(line).words[...]
        while let word = words.popFirst() {
            switch word {
            case "--restart": restarts = true
            case "-i", "-o", "--python":
                guard let value = words.popFirst(), !value.hasPrefix("-") else {
                    throw MagicError(
                        "\(word) needs \(word == "--python" ? "the path of an interpreter" : "a name")")
                }
                switch word {
                case "-i": inputs += try Self.passings(value, of: word)
                case "-o": outputs += try Self.passings(value, of: word)
                default: interpreter = value
                }
            default:
                throw MagicError("%%python does not know \(word); it knows -i, -o, --python and --restart")
            }
        }
        for (option, passings) in [("-i", inputs), ("-o", outputs)] {
            var seen: Set<String> = []
            if let twice = passings.first(where: { !seen.insert($0.name).inserted }) {
                throw MagicError("\(option) names \(twice.name) twice")
            }
        }
    }

    /// `X`, `X,y` or `X=features.matrix`.
    private static func passings(_ text: String, of option: String) throws -> [Passing] {
        let name = /[\p{L}_][\p{L}\p{N}_]*/
        if let match = text.wholeMatch(of: /([\p{L}_][\p{L}\p{N}_]*)=([^=].*)/) {
            return [Passing(name: String(match.1), expression: String(match.2))]
        }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ $0.wholeMatch(of: name) != nil }) else {
            let example = option == "-i" ? "-i X=features.matrix" : "-o scores=model.scores_"
            throw MagicError(
                "\(option) takes a name, or a name and what it stands for (\(example)), not \(text)")
        }
        return names.map { Passing(name: $0, expression: $0) }
    }
}
