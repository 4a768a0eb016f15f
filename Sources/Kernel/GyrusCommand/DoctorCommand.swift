import ArgumentParser
import Foundation
import GyrusKernel
import RunnerProtocol

/// `gyrus doctor`: says what is missing and how to fix it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that the kernel needs, and say how to fix what is missing.")

    @Flag(help: "Only run every C kernel of the library at every instruction set, and print each.")
    var kernels = false

    func run() throws {
        // In a folder that is gone no program starts, and nothing here depends on it.
        var here = [CChar](repeating: 0, count: Int(PATH_MAX))
        if getcwd(&here, here.count) == nil { _ = FileManager.default.changeCurrentDirectoryPath("/") }
        let installation = Installation()
        if kernels {
            let finding = KernelExamination(library: installation.library).finding { print($0) }
            print(finding)
            if finding.state == .missing { throw ExitCode.failure }
            return
        }
        let place =
            installation.prefix.map { "installed in \($0)" }
            ?? "running from the build folder \((installation.executable as NSString).deletingLastPathComponent)"
        print("Gyrus \(GyrusVersion.number), \(place)\n")

        var findings = Examination(installation).findings
        for finding in findings { print(finding) }
        // The last one, and after all else is printed: a kernel that crashes ends the process.
        let kernels = KernelExamination(library: installation.library).finding()
        print(kernels)
        findings.append(kernels)

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
