import Foundation

/// The program of this process: the runner of cells, or tests.
package enum RunningProgram {
    /// Where it lies.
    ///
    /// Gyrus may have been installed again since it started; Linux then calls the file that it was started from deleted.
    package static var url: URL {
        let link = "/proc/self/exe"
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? link
        let deleted = " (deleted)"
        let isGone = path.hasSuffix(deleted) && !FileManager.default.fileExists(atPath: path)
        return URL(fileURLWithPath: isGone ? String(path.dropLast(deleted.count)) : path)
    }
}
