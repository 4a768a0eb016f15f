import ArgumentParser
import GyrusKernel
import RunnerProtocol
import SwiftCells

/// The `gyrus` command.
@main
struct Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus",
        abstract: "Swift in Jupyter, for encoding models of the brain.",
        subcommands: [
            RunCommand.self, SweepCommand.self, KernelCommand.self, InstallCommand.self,
            UninstallCommand.self,
            DoctorCommand.self,
            FlagsCommand.self,
        ])

    // Not the parser's own `version`, which would ask the compiler each time that any command is run.
    @Flag(help: "Show the versions of Gyrus and of the Swift that compiles its cells.")
    var version = false

    func run() throws {
        guard version else { throw CleanExit.helpRequest(self) }
        print("Gyrus \(GyrusVersion.number)")
        do {
            print(try Toolchain.locate().version)
        } catch {
            print("Swift: \(error)")
        }
    }
}
