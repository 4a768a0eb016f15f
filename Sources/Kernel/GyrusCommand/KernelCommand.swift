import ArgumentParser
import Foundation
import GyrusKernel
import Jupyter
import NotebookRuns

/// `gyrus kernel`: what Jupyter starts.
struct KernelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel",
        abstract: "Run a kernel that serves the front ends of a connection file.")

    @Option(
        name: [.long, .customShort("f")],
        help: ArgumentHelp("The connection file that Jupyter wrote.", valueName: "file"))
    var connectionFile: String

    func run() throws {
        let connection = try ConnectionFile(contentsOf: connectionFile)
        let server = try Server(connection: connection, kernel: try SwiftKernel())
        let signals = [
            // Clients that send signals whatever the kernelspec says get an interrupt all the same.
            Signals.handle(SIGINT) { server.interrupt() },
            Signals.handle(SIGTERM) { server.finish() },
        ]
        server.run()
        withExtendedLifetime(signals) {}
    }
}
