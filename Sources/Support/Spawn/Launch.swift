import CSpawn
import Foundation

/// How a program is started. It inherits no descriptor but those that are named here, so that nothing that it leaves running
/// holds a socket or a pipe open that another thread reads to its end.
package struct Launch {
    /// What one of the program's descriptors is.
    package enum Source {
        case descriptor(Int32)
        case file(String, flags: Int32)

        /// `/dev/null`, to read nothing from or to write into.
        package static let nothing = Source.file("/dev/null", flags: O_RDWR)
    }

    /// Which processes the program shares signals of a terminal with.
    package enum Group {
        case callers
        /// A group of its own: a signal to the caller's group is not meant for it.
        case own
        /// A session of its own: without a terminal a program that asks for a password fails and does not hang.
        case session
    }

    package var executable: String
    package var arguments: [String] = []
    /// `NAME=value`; nil for the caller's.
    package var environment: [String]?
    /// The working folder; nil for the caller's.
    package var directory: String?
    /// The program's descriptors from 0 on.
    package var descriptors: [Source] = [.nothing, .nothing, .nothing]
    package var group = Group.callers
    /// Whether signals that the caller ignores or blocks are as by default.
    package var resetsSignals = false

    package init(_ executable: String, _ arguments: [String] = []) {
        self.executable = executable
        self.arguments = arguments
    }

    /// Starts the program and returns its number; throws `LaunchFailure`.
    package func start() throws -> pid_t {
        // Lifted above the numbers that they are given, so that none is closed by another's.
        var lifted: [Int32] = []
        defer { for descriptor in lifted { close(descriptor) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }
        for (place, source) in descriptors.enumerated() {
            switch source {
            case .file(let path, let flags):
                posix_spawn_file_actions_addopen(&actions, Int32(place), path, flags, 0)
            case .descriptor(let descriptor):
                let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 100)
                guard copy >= 0 else { throw LaunchFailure(executable: executable, code: errno) }
                lifted.append(copy)
                posix_spawn_file_actions_adddup2(&actions, copy, Int32(place))
            }
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, Int32(descriptors.count))
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(flags(of: &attributes)))
        let words = ([executable] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { $0.map { strdup($0) } + [nil] }
        defer { for text in words + (variables ?? []) { free(text) } }
        var process: pid_t = 0
        let code =
            if let variables {
                posix_spawn(&process, executable, &actions, &attributes, words, variables)
            } else {
                posix_spawn(&process, executable, &actions, &attributes, words, environ)
            }
        guard code == 0 else { throw LaunchFailure(executable: executable, code: code) }
        return process
    }

    private func flags(of attributes: inout posix_spawnattr_t) -> Int32 {
        // glibc's POSIX_SPAWN_SETSID.
        var flags: Int32 = [.callers: 0, .own: POSIX_SPAWN_SETPGROUP, .session: 0x80][group] ?? 0
        guard resetsSignals else { return flags }
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        flags |= POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        return flags
    }
}

/// A program that could not be started.
package struct LaunchFailure: Error, CustomStringConvertible {
    package let executable: String
    /// The number of the error, as `errno` has it.
    package let code: Int32
    package var description: String {
        "\(executable) could not be started: \(String(cString: strerror(code)))"
    }
}

/// Two ends that no other child inherits: what a process that waits reads must end when this one does.
package struct PipeEnds {
    package let read, write: Int32

    /// Throws `LaunchFailure` for the program that it is meant for.
    package init(for executable: String) throws {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw LaunchFailure(executable: executable, code: errno) }
        (read, write) = (ends[0], ends[1])
    }
}

/// Waits for a program to end and returns its wait status.
@discardableResult
package func waitForEnd(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
}

/// Runs a program to its end: its exit status (128 plus the signal that ended it), and what it wrote to standard output and,
/// if asked, to standard error, in order.
///
/// Throws `LaunchFailure`.
package func collectOutput(
    of program: String, _ arguments: [String], withErrors: Bool = false
) throws -> (status: Int32, output: String) {
    let pipe = try PipeEnds(for: program)
    defer { close(pipe.read) }
    var launch = Launch(program, arguments)
    launch.descriptors = [.nothing, .descriptor(pipe.write), withErrors ? .descriptor(pipe.write) : .nothing]
    let started = Result { try launch.start() }
    close(pipe.write)
    let process = try started.get()
    let text = readAll(from: pipe.read)
    let status = waitForEnd(of: process)
    return (exitStatus(of: status), text)
}

/// What can be read from a descriptor until its end, as UTF-8.
package func readAll(from descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        } else if count == 0 || errno != EINTR {
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// The exit status in a wait status; 128 plus the signal if one ended the program.
package func exitStatus(of status: Int32) -> Int32 {
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
}
