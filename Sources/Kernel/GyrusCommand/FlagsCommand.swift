import ArgumentParser
import GyrusKernel

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
        print(Installation().compilerFlags.map(Self.quoted).joined(separator: " "))
    }

    private static func quoted(_ flag: String) -> String {
        flag.allSatisfy { $0.isLetter || $0.isNumber || "-_=/.+:,".contains($0) }
            ? flag : "'" + flag.replacing("'", with: "'\\''") + "'"
    }
}
