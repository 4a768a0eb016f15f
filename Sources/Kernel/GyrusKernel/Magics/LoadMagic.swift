import Jupyter

extension Magic {
    static let load = Magic(
        name: "load", usage: "%load FILE", help: "replace this cell by the text of a file",
        argument: .path
    ) {
        call, run in
        let path = try oneFile(of: call)
        let text = try text(of: path, run)
        // With the space it is a comment and not this magic again.
        let cell = "// %load \(path)\n" + text.trimmingSuffix("\n")
        run.payload.append(["source": "set_next_input", "text": .string(cell), "replace": true])
    }
}

extension String {
    fileprivate func trimmingSuffix(_ end: Character) -> Substring {
        var text = self[...]
        while text.last == end { text.removeLast() }
        return text
    }
}
