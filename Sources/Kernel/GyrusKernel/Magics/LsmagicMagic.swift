extension Magic {
    static let lsmagic = Magic(name: "lsmagic", usage: "%lsmagic", help: "list the magics") { _, run in
        let width = 28
        let lines = Magics.all.sorted { $0.name < $1.name }.map { magic in
            let usage = magic.usage
            let space = String(repeating: " ", count: max(1, width - usage.count))
            return usage.count < width
                ? usage + space + magic.help
                : usage + "\n" + String(repeating: " ", count: width) + magic.help
        }
        run.print(
            lines.joined(separator: "\n") + "\nEach may also stand as a comment: //%time, //%%bash, //!ls.")
    }
}
