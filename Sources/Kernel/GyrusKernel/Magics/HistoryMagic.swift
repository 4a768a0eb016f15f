import Jupyter

extension Magic {
    static let history = Magic(
        name: "history", usage: "%history [-n] [-o] [-l COUNT] [-g PATTERN] [CELLS]",
        help: "print inputs: those of this session, the last COUNT, or all that contain PATTERN"
    ) { call, run in
        var arguments = Arguments(call.arguments)
        var numbers = false
        var outputs = false
        var access: HistoryRequest.Access?
        while let flag = arguments.flag {
            if arguments.takes("-n") {
                numbers = true
            } else if arguments.takes("-o") {
                outputs = true
            } else if let count = try arguments.number(of: "-l") {
                access = .tail(count: count)
            } else if flag == "-g" {
                _ = arguments.takes("-g")
                guard !arguments.rest.isEmpty else {
                    throw MagicError("-g needs a pattern: %history -g Ridge")
                }
                access = .search(pattern: "*\(arguments.rest)*", count: nil, unique: false)
                break
            } else {
                throw MagicError("%history does not know \(flag); it knows -n, -o, -l COUNT and -g PATTERN")
            }
        }
        let entries: [HistoryEntry]
        if let access {
            entries = run.history.entries(access, output: outputs)
        } else {
            let wanted = Set(try inputs(arguments.words, run).map(\.line))
            guard !wanted.isEmpty else { throw MagicError("there are no such cells in this session") }
            entries = run.history.entries(.range(session: 0, start: 1, stop: nil), output: outputs)
                .filter { wanted.contains($0.line) }
        }
        // Numbers of other sessions would be taken for this one's.
        let current = run.history.session
        var lines: [String] = []
        for entry in entries {
            let place = entry.session == current ? "\(entry.line)" : "\(entry.session)/\(entry.line)"
            lines.append((numbers || access != nil ? "\(place): " : "") + entry.input)
            if let output = entry.output { lines.append(output) }
        }
        if !lines.isEmpty { run.print(lines.joined(separator: "\n")) }
    }
}
