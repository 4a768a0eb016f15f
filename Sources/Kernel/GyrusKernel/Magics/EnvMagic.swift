extension Magic {
    static let env = Magic(
        name: "env", usage: "%env [NAME[=VALUE]]",
        help: "list the environment of the cells' process, print one variable, or set it"
    ) { call, run in
        let name = String(call.arguments.prefix { $0 != "=" && !$0.isWhitespace })
        let value = call.arguments.dropFirst(name.count).drop(while: \.isWhitespace)
        if call.arguments.isEmpty {
            run.print(
                try run.session.runners.environment().map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
            )
        } else if name.isEmpty || name.contains("\0") {
            throw MagicError("%env needs a name before the =: %env NAME=VALUE")
        } else if value.isEmpty {
            guard let found = try run.session.runners.environment().first(where: { $0.name == name }) else {
                throw MagicError("\(name) is not set")
            }
            run.print(found.value)
        } else {
            // `NAME = VALUE`, as IPython has it.
            let value = value.hasPrefix("=") ? value.dropFirst().drop(while: \.isWhitespace) : value
            try run.session.runners.set(name, to: String(value))
            run.print("\(name)=\(value)")
        }
    }
}
