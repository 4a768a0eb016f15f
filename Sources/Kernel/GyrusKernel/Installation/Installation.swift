import Foundation
import SwiftCells

/// Where the parts of Gyrus lie, all found from the executable that runs.
///
/// Installed: `PREFIX/bin/gyrus` beside `PREFIX/lib/gyrus`. In a build folder everything is beside the executable,
/// and the C modules and the kernelspec in the source tree.
public struct Installation: Sendable {
    /// The executable that runs, without symbolic links.
    public let executable: String
    /// The process that runs cells.
    public let runner: String
    /// The process that knows what can be completed at the cursor.
    public let completion: String
    /// The program that runs cells in Python.
    let pythonHost: String
    /// The library that cells import.
    public let library: String
    /// The folder of its Swift modules.
    public let modules: String
    /// The folders with a module map for each C library beneath them.
    public let cModules: [String]
    /// The flags for the C headers as recorded at the installation, one per line; a build folder has none.
    public let recordedFlags: String?
    /// The folder of the kernel's description and logos.
    public let kernelspec: String
    /// The folder that holds `bin` and `lib`; nil if Gyrus runs from a build folder.
    public let prefix: String?

    /// The parts around an executable, whether they are there or not.
    public init(executable: URL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()) {
        let folder = executable.deletingLastPathComponent()
        let outer = folder.deletingLastPathComponent()
        let installed = outer.appending(path: "lib/gyrus")
        let isInstalled = FileManager.default.fileExists(atPath: installed.path)
        // The build folder is PACKAGE/.build/TRIPLE/release.
        let sources = outer.deletingLastPathComponent().deletingLastPathComponent()
        let parts = isInstalled ? installed : folder
        self.executable = executable.path
        runner = parts.appending(path: "gyrus-runner").path
        completion = parts.appending(path: "gyrus-sourcekit").path
        pythonHost =
            (isInstalled
            ? parts.appending(path: "python") : sources.appending(path: "Sources/Runner/PythonHost"))
            .appending(path: "start.py").path
        library = parts.appending(path: "libGyrus.so").path
        modules = parts.appending(path: isInstalled ? "modules" : "Modules").path
        cModules =
            isInstalled
            ? [parts.appending(path: "cmodules").path]
            : ["System", "C"].map { sources.appending(path: "Sources/\($0)").path }
        recordedFlags = isInstalled ? parts.appending(path: "clang-flags").path : nil
        kernelspec =
            (isInstalled ? parts.appending(path: "kernelspec") : sources.appending(path: "Kernelspec")).path
        prefix = isInstalled ? outer.path : nil
    }

    /// The installation that this process belongs to; throws `InstallationError` if a part is missing.
    public static func current() throws -> Installation {
        let installation = Installation()
        for part in [
            installation.runner, installation.completion, installation.library, installation.modules,
        ] + installation.cModules {
            guard FileManager.default.fileExists(atPath: part) else { throw InstallationError(missing: part) }
        }
        return installation
    }

    /// The folders that kernels of this user keep: compiled cells, and the history.
    public static var userFolders: [String] { [Folders.cache.path, Folders.data.path] }

    /// The folder of what can be made again.
    public static var cacheFolder: URL { Folders.cache }

    /// What cells can import.
    var cellLibraries: CellLibraries {
        CellLibraries(
            imports: ["Foundation", "Gyrus"], modules: moduleFolders, clangFlags: clangFlags,
            preload: [library])
    }

    /// What `swiftc` must be told to compile and link a program that imports Gyrus.
    public var compilerFlags: [String] {
        let libraryFolder = URL(fileURLWithPath: library).deletingLastPathComponent().path
        return moduleFolders.flatMap { ["-I", $0] } + clangFlags.flatMap { ["-Xcc", $0] }
            + ["-L", libraryFolder, "-lGyrus", "-Xlinker", "-rpath", "-Xlinker", libraryFolder]
    }

    private var moduleFolders: [String] {
        let libraries = cModules.flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.sorted().map { "\(folder)/\($0)" }
        }
        // A C target of the package keeps its headers in a folder of their own.
        let maps = libraries.flatMap { [$0, "\($0)/include"] }
        return [modules] + maps.filter { FileManager.default.fileExists(atPath: $0 + "/module.modulemap") }
    }

    private var clangFlags: [String] {
        let text = recordedFlags.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }
        return text?.split(separator: "\n").map(String.init) ?? ["-I/usr/include/hdf5/serial"]
    }
}

/// A part of Gyrus that is not where it should be.
public struct InstallationError: Error, CustomStringConvertible {
    public let missing: String
    public var description: String { "\(missing) is missing; run `make setup` in the Gyrus source folder" }
}
