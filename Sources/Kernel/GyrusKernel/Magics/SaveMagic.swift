import Foundation
import Jupyter

extension Magic {
    static let save = Magic(
        name: "save", usage: "%save [-f] FILE [CELLS]",
        help: "write inputs of this session (1-3 5; all without numbers) to a file; -f replaces it",
        argument: .path
    ) { call, run in
        var arguments = Arguments(call.arguments)
        let replaces = arguments.takes("-f")
        let words = arguments.words
        guard let path = words.first else { throw MagicError("%save needs a file: %save FILE 1-3 5") }
        let inputs = try inputs(words.dropFirst(), run)
        guard !inputs.isEmpty else { throw MagicError("there are no such cells in this session") }
        let place = run.session.runners.resolve(path)
        if !replaces, !isFolder(place), FileManager.default.fileExists(atPath: place) {
            let word = path.contains(where: \.isWhitespace) ? "\"\(path)\"" : path
            throw MagicError("\(place) exists; %save -f \(word) replaces it")
        }
        // Magics become comments, so that what is saved is Swift.
        let text =
            inputs.map { run.session.compiler.magicParser.commented($0.input) }.joined(separator: "\n\n")
            + "\n"
        do {
            // A link to a file stays one.
            let target = URL(fileURLWithPath: place).resolvingSymlinksInPath()
            try Data(text.utf8).write(to: target, options: .atomic)
        } catch {
            throw notWritten(place, error)
        }
        let lines = Set(inputs.map(\.line))
        let missing = words.dropFirst().filter { word in Int(word).map { !lines.contains($0) } ?? false }
        let gap =
            missing.isEmpty ? "" : "; there is no cell \(missing.joined(separator: ", ")) in this session"
        run.print("\(inputs.count) cell\(inputs.count == 1 ? "" : "s") in \(place)\(gap)")
    }

    static func isFolder(_ place: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Why a file could not be written, in words: Foundation's own are "The file doesn't exist" and a number.
    static func notWritten(_ place: String, _ error: any Error) -> MagicError {
        if isFolder(place) { return MagicError("\(place) is a folder, not a file") }
        let folder = URL(fileURLWithPath: place).deletingLastPathComponent().path
        return MagicError(
            isFolder(folder)
                ? "\(place) cannot be written: \(error.localizedDescription)"
                : "\(place) cannot be written: there is no folder \(folder)")
    }

    /// The inputs of this session with the given numbers ("1-3", "5"), in that order; all if there are none.
    static func inputs(_ words: some Sequence<String>, _ run: CellRun) throws -> [HistoryEntry] {
        let all = run.history.entries(.range(session: 0, start: 1, stop: nil))
        let ranges = try words.map(range)
        guard !ranges.isEmpty else { return all }
        return ranges.flatMap { range in all.filter { range.contains($0.line) } }
    }

    private static func range(_ word: String) throws -> ClosedRange<Int> {
        let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        if let first = ends[0], let last = ends.count == 1 ? first : ends.count == 2 ? ends[1] : nil,
            first <= last
        {
            return first...last
        }
        throw MagicError("\(word) is not a cell number; expected 5 or 1-3")
    }
}
