extension Magic {
    static let del = Magic(
        name: "del", usage: "%del NAME ...", help: "forget variables, and release the memory that they hold",
        argument: .variables
    ) { call, run in
        let names = Arguments(call.arguments).words.map { $0.trimmingSuffix(",") }.filter { !$0.isEmpty }
        guard !names.isEmpty else { throw MagicError("%del takes the names of variables: %del NAME ...") }
        let table = run.session.names
        let all = Set(table.variableNames)
        if let unknown = names.first(where: { !all.contains($0) }) {
            let isOther = table.declares(unknown)
            throw MagicError(
                isOther
                    ? "\(unknown) is not a variable; %del forgets variables only"
                    : "there is no variable \(unknown)")
        }
        run.session.compiler { compiler in for name in names { compiler.forget(variable: name) } }
        // What runs next releases what nothing uses any more.
        _ = try run.ask("()", for: "del")
        for held in run.session.names.heldVariables where names.contains(held.name) {
            run.print(
                "\(held.name) is forgotten, but its value is still used by \(held.users.joined(separator: ", "))."
            )
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ end: Character) -> String {
        var text = self[...]
        while text.last == end { text.removeLast() }
        return String(text)
    }
}
