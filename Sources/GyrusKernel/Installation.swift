import Foundation
import SwiftCells

/// Where the parts of an installed Gyrus lie, found from the `gyrus` executable.
///
/// Installed: `PREFIX/bin/gyrus` beside `PREFIX/lib/gyrus`. In a build folder everything lies beside the executable,
/// and the C modules in the source tree.
public struct Installation: Sendable {
    /// The process that runs cells.
    public let runner: String
    /// The library that cells import.
    public let library: String
    /// The folder of its Swift modules.
    public let modules: String
    /// The folder with a module map for each C library beneath it.
    public let cModules: String
    /// Flags for the C headers, as recorded when it was installed.
    public let clangFlags: [String]

    /// The installation that this process belongs to; throws `InstallationError` where a part is missing.
    public static func current() throws -> Installation {
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return try beside(executable)
    }

    /// The installation of an executable.
    public static func beside(_ executable: URL) throws -> Installation {
        let folder = executable.deletingLastPathComponent()
        let installed = folder.deletingLastPathComponent().appending(path: "lib/gyrus")
        let isInstalled = FileManager.default.fileExists(atPath: installed.path)
        let parts = isInstalled ? installed : folder
        let sources = folder.appending(path: "../../../Sources/CLibraries").standardizedFileURL
        let recorded = try? String(contentsOf: parts.appending(path: "clang-flags"), encoding: .utf8)
        let installation = Installation(
            runner: parts.appending(path: "gyrus-runner").path,
            library: parts.appending(path: "libGyrus.so").path,
            modules: parts.appending(path: isInstalled ? "modules" : "Modules").path,
            cModules: isInstalled ? parts.appending(path: "cmodules").path : sources.path,
            clangFlags: recorded?.split(separator: "\n").map(String.init) ?? ["-I/usr/include/hdf5/serial"])
        for part in [installation.runner, installation.library, installation.modules, installation.cModules] {
            guard FileManager.default.fileExists(atPath: part) else { throw InstallationError(missing: part) }
        }
        return installation
    }

    /// What cells can import.
    var cellLibraries: CellLibraries {
        let maps = (try? FileManager.default.contentsOfDirectory(atPath: cModules)) ?? []
        return CellLibraries(
            imports: ["Foundation", "Gyrus"],
            modules: [modules]
                + maps.sorted().flatMap { ["\(cModules)/\($0)", "\(cModules)/\($0)/include"] },
            clangFlags: clangFlags, preload: [library])
    }
}

/// A part of Gyrus that is not where it should be.
public struct InstallationError: Error, CustomStringConvertible {
    public let missing: String
    public var description: String { "\(missing) is missing; run `make setup` in the Gyrus source folder" }
}
