import Foundation

extension Magic {
    static let writefile = Magic(
        name: "writefile", usage: "%%writefile [-a] FILE",
        help: "write the lines below to a file, replacing its contents; -a appends them",
        isForLine: false, body: .text, argument: .path
    ) { call, run in
        var arguments = Arguments(call.arguments)
        let appends = arguments.takes("-a") || arguments.takes("--append")
        if let flag = arguments.flag { throw MagicError("%%writefile does not know \(flag); it knows -a") }
        let words = arguments.words
        guard words.count == 1 else {
            throw MagicError("%%writefile takes one file, not \(words.count): %%writefile FILE")
        }
        let place = run.session.runners.resolve(words[0])
        var text = call.body ?? ""
        if !text.hasSuffix("\n") { text += "\n" }
        let exists = FileManager.default.fileExists(atPath: place)
        do {
            if appends, exists {
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: place))
                defer { try? file.close() }
                try file.seekToEnd()
                try file.write(contentsOf: Data(text.utf8))
            } else {
                try Data(text.utf8).write(to: URL(fileURLWithPath: place))
            }
        } catch {
            throw notWritten(place, error)
        }
        run.print("\(appends && exists ? "Appended to" : exists ? "Replaced" : "Wrote") \(place)")
    }
}
