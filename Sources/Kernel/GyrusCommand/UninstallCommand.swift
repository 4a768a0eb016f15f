import ArgumentParser
import Foundation
import GyrusKernel
import NotebookRuns

/// `gyrus uninstall`: takes away what `gyrus install` and `make install` put in place.
struct UninstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Remove the kernel from Jupyter, and this installation of Gyrus with it.",
        discussion: """
            Removed are the kernel's descriptions that start this gyrus, and what `make install` put under its prefix: \
            lib/gyrus and bin/gyrus. An installation of its own, notebooks and data stay.
            """)

    @Flag(help: "Only remove the descriptions, so that Jupyter does not offer the kernel.")
    var kernelspecOnly = false

    @Flag(help: "Remove the user's cache, the history of cells and the Swift that `make` downloaded too.")
    var cache = false

    @Flag(name: [.long, .customShort("n")], help: "Only say what would be removed.")
    var dryRun = false

    func run() throws {
        let installation = Installation()
        var paths = kernelspecs(of: installation)
        if !kernelspecOnly, let prefix = installation.prefix {
            paths += [prefix + "/lib/gyrus", prefix + "/bin/gyrus"]
        }
        if cache { paths += Installation.userFolders }
        paths = paths.filter(FileManager.default.fileExists(atPath:))
        // What belongs to another user, as a shared installation does, does not keep the user's own from being removed.
        var failures: [String] = []
        for path in paths {
            if dryRun {
                print("would remove \(path)")
            } else if let failure = remove(path) {
                failures.append(failure)
            } else {
                print("removed \(path)")
            }
        }
        if paths.isEmpty { print("There is nothing to remove.") }
        let kept = cache ? [] : Installation.userFolders.filter(FileManager.default.fileExists(atPath:))
        if !kept.isEmpty { print("kept: \(kept.joined(separator: ", ")) (--cache removes it)") }
        if !failures.isEmpty { throw RunError(failures.joined(separator: "\n")) }
    }

    /// Removes a file or a folder; what it says if that fails.
    private func remove(_ path: String) -> String? {
        do {
            try FileManager.default.removeItem(atPath: path)
            return nil
        } catch {
            return "\(path) could not be removed: \(error.localizedDescription)"
        }
    }

    /// The folders of descriptions that start this executable, in its prefix, in the active environment and for the user.
    private func kernelspecs(of installation: Installation) -> [String] {
        let environment = ProcessInfo.processInfo.environment
        let prefixes = [installation.prefix, environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"]]
        let data =
            prefixes.compactMap { $0.map { URL(fileURLWithPath: $0 + "/share/jupyter") } }
            + [Kernelspec.userData(environment)]
        var found: [String] = []
        for folder in data.map({ $0.appendingPathComponent("kernels/\(Kernelspec.name)").path }) {
            guard !found.contains(folder),
                let description = try? Data(contentsOf: URL(fileURLWithPath: folder + "/kernel.json")),
                let command = try? Kernelspec.executable(of: description)
            else { continue }
            // One that starts another installation is that one's.
            let started = URL(fileURLWithPath: command).resolvingSymlinksInPath().path
            if started == installation.executable { found.append(folder) }
        }
        return found
    }
}
