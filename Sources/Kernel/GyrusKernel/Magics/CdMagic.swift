import Foundation

extension Magic {
    static let cd = Magic(
        name: "cd", usage: "%cd [FOLDER]",
        help: "go to a folder (~ without one, - for the one before) and print it", argument: .path
    ) { call, run in
        let words = Arguments(call.arguments).words
        // A name with spaces needs no quotes.
        let wanted = words.count == 1 ? words[0] : call.arguments
        let before = run.session.runners.directory
        if wanted == "-" {
            guard let previous = run.session.runners.state.previousFolder else {
                throw MagicError("there was no folder before")
            }
            try run.session.runners.go(to: previous)
        } else {
            try run.session.runners.go(to: run.session.runners.resolve(wanted.isEmpty ? "~" : wanted))
        }
        run.session.runners.state.previousFolder = before
        run.print(run.session.runners.directory)
    }
}
