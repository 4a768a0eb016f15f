extension Magic {
    static let reset = Magic(
        name: "reset", usage: "%reset [-f]",
        help: "forget all that cells declared, in a new process; -f does not ask first"
    ) { call, run in
        if call.arguments != "-f" {
            guard call.arguments.isEmpty else {
                throw MagicError("%reset takes -f or nothing, not \(call.arguments)")
            }
            guard
                let answer = try? run.context.input.request(prompt: "Forget all that cells declared? [y/N] ")
            else { throw MagicError("%reset could not ask for a confirmation; %reset -f does not ask") }
            guard answer.lowercased().hasPrefix("y") else { return run.print("Nothing was forgotten.") }
        }
        try run.session.runners.restart()
        run.print("All variables, functions and types of the cells are forgotten.")
    }
}
