import Foundation

/// What cells are compiled against, as it was when it was loaded.
///
/// If Gyrus is installed in another version while a kernel runs, later cells would be compiled against modules that the
/// loaded library does not fit: their numbers would be silently wrong.
struct LoadedContent {
    /// The content's hash; it decides with what a cell is kept for later sessions.
    let hash: String
    private var written: [String: FileVersion]

    init(of libraries: CellLibraries, with toolchain: Toolchain) {
        written = LoadedContent.versions(of: libraries)
        hash = libraries.contentHash(with: toolchain)
    }

    /// Whether the files were written again since this was asked last; throws `CellCompiler.Failure.outdated` where they hold
    /// something else by now.
    mutating func hasNewFiles(_ libraries: CellLibraries, with toolchain: Toolchain) throws -> Bool {
        let now = LoadedContent.versions(of: libraries)
        guard now != written else { return false }
        guard libraries.contentHash(with: toolchain) == hash else {
            let changed = Set(now.keys).union(written.keys).filter { now[$0] != written[$0] }
            throw CellCompiler.Failure.outdated(changed.min() ?? "")
        }
        written = now
        return true
    }

    private static func versions(of libraries: CellLibraries) -> [String: FileVersion] {
        var versions: [String: FileVersion] = [:]
        for folder in libraries.modules {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                versions["\(folder)/\(name)"] = FileVersion(of: "\(folder)/\(name)")
            }
        }
        for library in libraries.preload { versions[library] = FileVersion(of: library) }
        return versions
    }
}

/// Which file it is, and when it was written.
private struct FileVersion: Equatable {
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    /// Nil where there is no file.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = Int(status.st_mtim.tv_sec)
        nanoseconds = Int(status.st_mtim.tv_nsec)
    }
}
