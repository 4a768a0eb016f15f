import Foundation
import RunnerProtocol
import SwiftCells

/// What magics did to a runner, so that it can be done to the next.
struct RunnerState {
    var environment: [String: String] = [:]
    var folder: String?
    /// The folder before the last `%cd`, where `%cd -` goes.
    var previousFolder: String?
    /// The packages that cells can import, by the place they came from.
    var packages: [String: BuiltPackage] = [:]
    /// How they were asked for.
    var requests: [String: PackageRequest] = [:]

    func apply(to runner: RunnerProcess) {
        for (name, value) in environment { runner.tell(.set(name: name, value: value)) }
        if let folder { runner.tell(.go(folder: folder)) }
        for package in packages.values { runner.tell(.load(library: package.library)) }
    }
}

extension Runners {
    /// The folder that the cells are in: they may have changed it themselves. Starts a runner if there is none.
    var directory: String {
        let own = FileManager.default.currentDirectoryPath
        guard let runner = try? ensure() else { return own }
        return runner.folder ?? state.folder ?? own
    }

    /// The same, without waiting for the turn.
    var workingFolder: String { current?.folder ?? FileManager.default.currentDirectoryPath }

    /// A path as the cells understand it: `~` is the user's home, and a relative one starts at their folder.
    func resolve(_ path: String) -> String {
        let path = Home.expanding(path)
        let full = path.hasPrefix("/") ? path : Self.withoutMark(directory) + "/" + path
        return URL(fileURLWithPath: full).standardizedFileURL.path
    }

    /// The path of a folder without what Linux puts behind that of one which is gone.
    static func withoutMark(_ folder: String) -> String {
        FileManager.default.fileExists(atPath: folder)
            ? folder : folder.replacing(/\ \(deleted\)$/, with: "")
    }

    /// Moves the cells, and the kernel with them, to another folder; throws `MagicError`.
    func go(to folder: String) throws {
        try tell(.go(folder: folder)) { "\(folder): \($0)" }
        state.folder = folder
        _ = FileManager.default.changeCurrentDirectoryPath(folder)
    }

    /// The environment of the cells' process, by name.
    func environment() throws -> [(name: String, value: String)] {
        guard let answer = try ensure().ask(.environment) else { throw MagicError.noRunner }
        return answer.split(separator: 0).compactMap {
            let words = String(decoding: $0, as: UTF8.self).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
        .sorted { $0.0 < $1.0 }
    }

    /// Sets a variable of the environment of the cells' process.
    func set(_ name: String, to value: String) throws {
        try tell(.set(name: name, value: value)) { "\(name): \($0)" }
        state.environment[name] = value
    }

    /// Sends a command to the runner; throws what `complaint` makes of an answer that is not empty.
    func tell(_ command: RunnerCommand, complaint: (String) -> String) throws {
        guard let answer = try ensure().ask(command) else { throw MagicError.noRunner }
        if !answer.isEmpty { throw MagicError(complaint(String(decoding: answer, as: UTF8.self))) }
    }
}
