import ArgumentParser
import Foundation
import GyrusKernel
import NotebookRuns

/// `gyrus install`: tells Jupyter of the kernel.
struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Register the kernel with Jupyter, so that its front ends offer \"Swift (Gyrus)\".",
        discussion: "Without an option, the kernel is installed only for you (--user).")

    @Flag(help: "Install only for you, in Jupyter's data folder.")
    var user = false

    @Flag(help: "Install in the Python environment that is active (VIRTUAL_ENV or CONDA_PREFIX).")
    var sysPrefix = false

    @Option(help: ArgumentHelp("Install under DIR/share/jupyter.", valueName: "dir"))
    var prefix: String?

    func validate() throws {
        if [user, sysPrefix, prefix != nil].filter(\.self).count > 1 {
            throw ValidationError("give one of --user, --sys-prefix and --prefix")
        }
    }

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let data: URL
        if let prefix {
            data = URL(fileURLWithPath: prefix).appendingPathComponent("share/jupyter")
        } else if sysPrefix {
            let folders = ["VIRTUAL_ENV", "CONDA_PREFIX"].map { Kernelspec.folder($0, of: environment) }
            guard let active = folders.compactMap(\.self).first else {
                throw ValidationError(
                    "--sys-prefix: no Python environment is active; activate one or give --prefix")
            }
            data = active.appendingPathComponent("share/jupyter")
        } else {
            data = Kernelspec.userData(environment)
        }
        let installation = Installation()
        let folder: URL
        do {
            folder = try Kernelspec.install(
                from: installation.kernelspec, for: installation.executable, in: data)
        } catch let error as CocoaError {
            throw RunError(
                "the kernel could not be installed under \(data.path): \(error.localizedDescription)")
        }
        print("The kernel \"Swift (Gyrus)\" is installed in \(folder.path)")
    }
}
