import CSpawn
import Foundation

/// A short command: it may be started before what it reads is known, and what it prints is collected.
final class Subprocess {
    /// What a command left behind.
    struct Result {
        /// The exit status; 128 plus the signal where a signal ended it.
        let status: Int32
        /// What it wrote to standard output and standard error, in order.
        let output: String
    }

    /// Its number; nil once it has been waited for.
    private var pid: pid_t?
    /// Whether it was ended by SIGKILL.
    private(set) var wasKilled = false
    /// Where its standard input is written, if it waits for one.
    private var input: Int32?
    private let output: Int32

    /// Runs an executable and waits for it; throws `CommandFailure` if it cannot be started, `CompilationStopped` if the
    /// compilation that it is part of was ended.
    ///
    /// `settings` (`NAME=value`) are added to the environment.
    static func run(_ executable: String, _ arguments: [String], settings: [String] = []) throws -> Result {
        try Subprocess(executable, arguments, settings: settings, readsInput: false).finish()
    }

    /// Starts an executable, which with `readsInput` waits for `give`; throws `CommandFailure`.
    init(_ executable: String, _ arguments: [String], settings: [String] = [], readsInput: Bool) throws {
        let output = try Pipe(for: executable)
        let input = try readsInput ? Pipe(for: executable) : nil
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, output.write, 2)
        // A tool that waits for the next cell must not hold the end of a pipe that another thread reads to its end.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
        words.append(nil)
        // Of two settings of a name C takes the first and Foundation the last.
        let set = Set(settings.map { $0.prefix { $0 != "=" } })
        let inherited = ProcessInfo.processInfo.environment.filter { !set.contains($0.key[...]) }
            .map { "\($0.key)=\($0.value)" }
        var variables: [UnsafeMutablePointer<CChar>?] = (settings + inherited).map { strdup($0) }
        variables.append(nil)
        var process: pid_t = 0
        let code = posix_spawn(&process, executable, &actions, nil, words, variables)
        posix_spawn_file_actions_destroy(&actions)
        for text in words + variables { free(text) }
        for end in [output.write, input?.read].compactMap({ $0 }) { close(end) }
        self.output = output.read
        self.input = input?.write
        pid = code == 0 ? process : nil
        guard code == 0 else { throw CommandFailure(command: executable, code: code) }
    }

    /// Ends it, if it has not been waited for.
    deinit {
        if let input { close(input) }
        close(output)
        guard let pid else { return }
        kill(pid, SIGKILL)
        wait(for: pid)
    }

    /// Whether it still runs.
    var isRunning: Bool {
        guard let pid else { return false }
        // One that ended by itself stays to be waited for.
        var information = siginfo_t()
        return waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == 0
    }

    /// Writes its standard input to the end.
    func give(_ bytes: Data) {
        guard let input else { return }
        self.input = nil
        bytes.withUnsafeBytes { bytes in
            var given = 0
            while given < bytes.count {
                let count = write(input, bytes.baseAddress.map { $0 + given }, bytes.count - given)
                // One that ended without reading says by its status what was wrong.
                if count < 0, errno != EINTR { break }
                given += max(0, count)
            }
        }
        close(input)
    }

    /// Waits for its end; throws `CompilationStopped` if the compilation that it is part of was ended.
    func finish() throws -> Result {
        guard let pid else { return Result(status: 0, output: readAll()) }
        let stop = CompilationStop.current ?? CompilationStop()
        _ = try stop.starting { pid }
        give(Data())
        let text = readAll()
        self.pid = nil
        var status: Int32 = 0
        try stop.ended { status = wait(for: pid) }
        let signal = status & 0x7F
        wasKilled = signal == SIGKILL
        return Result(status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: text)
    }

    @discardableResult
    private func wait(for pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private func readAll() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count > 0 {
                bytes.append(contentsOf: buffer[..<count])
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Two ends that no other child inherits: what a process that waits reads must end when this one does.
    private struct Pipe {
        let read, write: Int32

        init(for executable: String) throws {
            var ends: [Int32] = [0, 0]
            guard pipe2(&ends, O_CLOEXEC) == 0 else { throw CommandFailure(command: executable, code: errno) }
            (read, write) = (ends[0], ends[1])
        }
    }
}

/// A command that could not be started.
public struct CommandFailure: Error, CustomStringConvertible {
    public let command: String
    public let code: Int32
    public var description: String { "\(command) could not be started: \(String(cString: strerror(code)))" }
}
