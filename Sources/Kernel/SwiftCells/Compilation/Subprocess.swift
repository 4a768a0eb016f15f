import Foundation
import Spawn

/// A short command: it may be started before what it reads is known, and what it prints is collected.
final class Subprocess {
    /// What a command left behind.
    struct Result {
        /// The exit status; 128 plus the signal if a signal ended it.
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

    /// Runs an executable and waits for it; throws `LaunchFailure` if it cannot be started, `CompilationStopped` if the
    /// compilation that it is part of was ended.
    ///
    /// `settings` (`NAME=value`) are added to the environment.
    static func run(_ executable: String, _ arguments: [String], settings: [String] = []) throws -> Result {
        try Subprocess(executable, arguments, settings: settings, readsInput: false).finish()
    }

    /// Starts an executable, which with `readsInput` waits for `give`; throws `LaunchFailure`.
    init(_ executable: String, _ arguments: [String], settings: [String] = [], readsInput: Bool) throws {
        let output = try PipeEnds(for: executable)
        let input = try readsInput ? PipeEnds(for: executable) : nil
        var launch = Launch(executable, arguments)
        launch.descriptors = [
            input.map { .descriptor($0.read) } ?? .nothing, .descriptor(output.write),
            .descriptor(output.write),
        ]
        // Of two settings of a name C takes the first and Foundation the last.
        let set = Set(settings.map { $0.prefix { $0 != "=" } })
        launch.environment =
            settings
            + ProcessInfo.processInfo.environment.filter { !set.contains($0.key[...]) }.map {
                "\($0.key)=\($0.value)"
            }
        let started = Swift.Result { try launch.start() }
        for end in [output.write, input?.read].compactMap({ $0 }) { close(end) }
        self.output = output.read
        self.input = input?.write
        pid = try? started.get()
        _ = try started.get()
    }

    /// Ends it, if it has not been waited for.
    deinit {
        // First of all: a compiler whose input ends says so in a file, which by then is that of the one that was taken instead.
        if let pid { kill(pid, SIGKILL) }
        if let input { close(input) }
        close(output)
        if let pid { waitForEnd(of: pid) }
    }

    /// Whether it still runs.
    var isRunning: Bool {
        guard let pid else { return false }
        // One that ended by itself still has to be waited for.
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
        guard let pid else { return Result(status: 0, output: readAll(from: output)) }
        let stop = CompilationStop.current ?? CompilationStop()
        _ = try stop.starting { pid }
        give(Data())
        let text = readAll(from: output)
        self.pid = nil
        var status: Int32 = 0
        try stop.ended { status = waitForEnd(of: pid) }
        wasKilled = status & 0x7F == SIGKILL
        return Result(status: exitStatus(of: status), output: text)
    }
}
