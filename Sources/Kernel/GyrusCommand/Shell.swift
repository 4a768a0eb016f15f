import Foundation
import Spawn

/// Runs other programs.
enum Shell {
    /// The exit status of a program, and what it wrote on both streams; throws `LaunchFailure`.
    static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try collectOutput(of: program, arguments, withErrors: true)
    }
}
