import Foundation

extension Magic {
    static let cd = Magic(
        name: "cd", usage: "%cd [FOLDER]",
        help: "go to a folder (~ without one, - for the one before) and print it"
    ) { call, run in
        let words = Arguments(call.arguments).words
        // A name with spaces needs no quotes.
        let wanted = words.count == 1 ? words[0] : call.arguments
        let before = run.session.directory
        if wanted == "-" {
            guard let previous = run.session.setting.previousFolder else {
                throw MagicError("there was no folder before")
            }
            try run.session.go(to: previous)
        } else {
            try run.session.go(to: run.session.resolve(wanted.isEmpty ? "~" : wanted))
        }
        run.session.setting.previousFolder = before
        run.print(run.session.directory)
    }
}
