import ArgumentParser

/// The `gyrus` command.
@main
struct Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus",
        abstract: "Swift in Jupyter, for encoding models of the brain.",
        version: Version.number,
        subcommands: [KernelCommand.self, InstallCommand.self, DoctorCommand.self, FlagsCommand.self])
}

/// The version of this package.
enum Version {
    static let number = "0.1.0"
}
