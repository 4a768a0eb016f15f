import Foundation
import NotebookRuns
import Spawn

/// The programs of a batch system, found on the PATH.
enum Programs {
    /// Runs a program: its exit status and all that it wrote; nil if it is not installed.
    static func run(_ name: String, _ arguments: [String]) -> (status: Int32, output: String)? {
        guard let path = path(of: name) else { return nil }
        return try? collectOutput(of: path, arguments, withErrors: true)
    }

    static func path(of name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
