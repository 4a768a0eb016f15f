import Foundation

/// Runs short commands and collects what they print.
enum Subprocess {
    /// What a command left behind.
    struct Result {
        /// The exit status; 128 plus the signal where a signal ended it.
        let status: Int32
        /// What it wrote to standard output and standard error, in order.
        let output: String
    }

    /// Runs an executable and waits for it; throws `CommandFailure` if it cannot be started, `CompilationStopped` if the
    /// compilation that it is part of was ended.
    ///
    /// `settings` (`NAME=value`) are added to the environment.
    static func run(_ executable: String, _ arguments: [String], settings: [String] = []) throws -> Result {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw CommandFailure(command: executable, code: errno)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
        words.append(nil)
        let inherited = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        // The first of two settings of a name counts.
        var variables: [UnsafeMutablePointer<CChar>?] = (settings + inherited).map { strdup($0) }
        variables.append(nil)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            for text in words + variables { free(text) }
        }
        defer { close(ends[0]) }
        let stop = CompilationStop.current ?? CompilationStop()
        let process: pid_t
        do {
            defer { close(ends[1]) }
            process = try stop.starting {
                var process: pid_t = 0
                let code = posix_spawn(&process, executable, &actions, nil, words, variables)
                guard code == 0 else { throw CommandFailure(command: executable, code: code) }
                return process
            }
        }
        let output = readAll(ends[0])
        var status: Int32 = 0
        try stop.ended { while waitpid(process, &status, 0) < 0, errno == EINTR {} }
        let signal = status & 0x7F
        return Result(status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: output)
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                bytes.append(contentsOf: buffer[..<count])
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A command that could not be started.
public struct CommandFailure: Error, CustomStringConvertible {
    public let command: String
    public let code: Int32
    public var description: String { "\(command) could not be started: \(String(cString: strerror(code)))" }
}
