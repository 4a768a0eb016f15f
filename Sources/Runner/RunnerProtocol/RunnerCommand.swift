import CRunnerProtocol

/// What the kernel tells the runner to do, as a line.
package enum RunnerCommand: Sendable {
    /// Runs the function `entry` of a cell's library.
    case run(request: UInt32, isOnSubshell: Bool, messageID: String, entry: String, library: String)
    /// Hands a comm message to its handler; the bytes of a `CommFrame` follow the line.
    case comm(request: UInt32, messageID: String, byteCount: Int)
    case interrupt(request: UInt32)
    case input(String)
    case endOfInput
    /// Says how many subshells are open: each may have a cell run at any time.
    case subshells(Int)
    // These are answered; an empty answer says that it was done.
    case load(library: String)
    /// Asks for the variables of the environment, a NUL after each.
    case environment
    case set(name: String, value: String)
    case go(folder: String)

    package var line: String {
        let words: [String] =
            switch self {
            case .run(let request, let isOnSubshell, let messageID, let entry, let library):
                [
                    COMMAND_RUN, "\(request)", isOnSubshell ? SHELL_SUBSHELL : SHELL_MAIN, messageID, entry,
                    library,
                ]
            case .comm(let request, let messageID, let byteCount):
                [COMMAND_COMM, "\(request)", messageID, "\(byteCount)"]
            case .interrupt(let request): [COMMAND_INTERRUPT, "\(request)"]
            case .input(let text): [COMMAND_INPUT, text]
            case .endOfInput: [COMMAND_END_OF_INPUT]
            case .subshells(let count): [COMMAND_SUBSHELLS, "\(count)"]
            case .load(let library): [COMMAND_LOAD, library]
            case .environment: [COMMAND_ENVIRONMENT]
            case .set(let name, let value): [COMMAND_SET, "\(name)=\(value)"]
            case .go(let folder): [COMMAND_GO, folder]
            }
        // A line break would begin another command; that of Windows is one character of its own.
        let line = words.joined(separator: " ").replacing("\r\n", with: " ").replacing("\n", with: " ")
        return line + "\n"
    }
}
