import ArgumentParser
import GyrusKernel
import Text

/// `gyrus flags`: what compiles a program that imports Gyrus.
struct FlagsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flags",
        abstract: "Print the flags with which swiftc compiles a program that imports Gyrus.",
        discussion: """
            A notebook becomes such a program by `jupyter nbconvert --to script`:

                swiftc -O analysis.swift $(gyrus flags) -o analysis

            If Gyrus is installed in a folder with a space in its name, the shell has to read the quotes:

                eval swiftc -O analysis.swift $(gyrus flags) -o analysis
            """)

    func run() {
        print(Installation().compilerFlags.map(\.shellWord).joined(separator: " "))
    }
}
