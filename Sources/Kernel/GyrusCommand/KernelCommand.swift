import ArgumentParser
import Dispatch
import Foundation
import GyrusKernel
import Jupyter

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
            Self.onSignal(SIGINT) { server.interrupt() },
            Self.onSignal(SIGTERM) { server.finish() },
        ]
        server.run()
        withExtendedLifetime(signals) {}
    }

    private static func onSignal(_ number: Int32, _ body: @escaping @Sendable () -> Void)
        -> any DispatchSourceSignal
    {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: body)
        source.resume()
        return source
    }
}
