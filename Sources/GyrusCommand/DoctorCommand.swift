import ArgumentParser
import Foundation
import GyrusKernel

/// `gyrus doctor`: says what is missing and how to mend it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check all that the kernel needs, and say how to mend what is missing.")

    func run() throws {
        let installation = Installation()
        let place =
            installation.prefix.map { "installed in \($0)" }
            ?? "running from the build folder \((installation.executable as NSString).deletingLastPathComponent)"
        print("Gyrus \(Version.number), \(place)\n")

        let findings = Examination(installation).findings
        for finding in findings { print(finding) }

        let missing = findings.filter { $0.state == .missing }
        guard missing.isEmpty else {
            print("\nNeeded and not there: \(missing.map(\.subject).joined(separator: ", ")).")
            throw ExitCode.failure
        }
        print("\nAll that is needed is there.")
    }
}

/// What an examination says of one thing.
struct Finding: CustomStringConvertible {
    enum State: String {
        case good = "ok     "
        /// Not needed to run cells.
        case advice = "advice "
        case missing = "MISSING"
    }

    let state: State
    let subject: String
    /// What was found.
    let detail: String
    /// How to mend it.
    var remedy: String?

    var description: String {
        "\(state.rawValue)  \(subject): \(detail)" + (remedy.map { "\n         → \($0)" } ?? "")
    }
}
