import Foundation

extension Magic {
    static let include = Magic(
        name: "include", usage: "%include FILE", help: "compile and run a Swift file as a cell of its own",
        argument: .path
    ) { call, run in
        let path = try oneFile(of: call)
        let source = try text(of: path, run)
        // Its lines are its own: errors and tracebacks name the file.
        try run.swift(source, label: path.contains("..") ? run.session.runners.resolve(path) : path)
    }

    static func oneFile(of call: MagicCall) throws -> String {
        let words = Arguments(call.arguments).words
        guard words.count == 1 else {
            throw MagicError("%\(call.name) takes one file, not \(words.count): %\(call.name) FILE")
        }
        return words[0]
    }

    /// The text of a file as the cells see it.
    static func text(of path: String, _ run: CellRun) throws -> String {
        let place = run.session.runners.resolve(path)
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: place))
        } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
            throw MagicError("there is no file \(place)")
        } catch {
            throw isFolder(place)
                ? MagicError("\(place) is a folder, not a file")
                : MagicError("\(place) cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw MagicError("\(place) is not UTF-8 text")
        }
        return text
    }
}
