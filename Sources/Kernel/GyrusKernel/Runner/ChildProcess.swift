import CSpawn
import Foundation
import Synchronization

/// A command that the kernel runs for a cell: in a session of its own, with its output handed on as it comes.
///
/// It inherits no descriptor of the kernel's but the three that are meant for it, so that nothing it leaves behind
/// holds a socket or the runner's channel open.
final class ChildProcess: Stoppable {
    enum Stream { case output, errors }

    /// The group's number while it runs.
    private let group = Mutex<pid_t?>(nil)
    private let isStopped = Atomic(false)

    /// glibc's POSIX_SPAWN_SETSID. Without a terminal a command that asks for a password fails and does not hang.
    private static let setSession: Int32 = 0x80

    /// How long the command may take to end by itself once it is asked to, first kindly and then firmly.
    private static let patience: (kind: TimeInterval, firm: TimeInterval) = (0.5, 0.4)

    /// Whether `stop` was called.
    var wasStopped: Bool { isStopped.load(ordering: .relaxed) }

    /// Runs a command to its end and returns its wait status; throws `CommandError` where it cannot be started.
    func run(
        _ executable: String, _ arguments: [String], environment: [String], directory: String,
        receive: (Stream, Data) -> Void
    ) throws -> Int32 {
        var output: [Int32] = [0, 0]
        var errors: [Int32] = [0, 0]
        guard pipe2(&output, O_CLOEXEC) == 0 else { throw CommandError(executable, errno) }
        guard pipe2(&errors, O_CLOEXEC) == 0 else {
            for end in output { close(end) }
            throw CommandError(executable, errno)
        }
        defer { for end in [output[0], errors[0]] { close(end) } }
        let started = Result {
            try spawn(
                executable, arguments, environment: environment, directory: directory, output: output[1],
                errors: errors[1])
        }
        for end in [output[1], errors[1]] { close(end) }
        let child = try started.get()
        group.withLock { $0 = child }
        if wasStopped { stop() }
        // What it leaves running in the background may hold the pipes: its own end is what counts.
        let ended = EndWatch(child)
        pump(output[0], errors[0], until: ended, receive)
        let status = ended.wait()
        group.withLock { $0 = nil }
        return status
    }

    /// Asks the command and what it started to end, and ends them where they do not.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        guard let group = group.withLock({ $0 }) else { return }
        Foundation.kill(-group, SIGINT)
        let first = Self.patience.kind
        for (delay, number) in [(first, SIGTERM), (first + Self.patience.firm, SIGKILL)] {
            DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
                self.group.withLock { if $0 == group { Foundation.kill(-group, number) } }
            }
        }
    }

    /// Ends the command and what it started at once.
    func kill() {
        isStopped.store(true, ordering: .relaxed)
        if let group = group.withLock({ $0 }) { Foundation.kill(-group, SIGKILL) }
    }

    private func spawn(
        _ executable: String, _ arguments: [String], environment: [String], directory: String, output: Int32,
        errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addchdir_np(&actions, directory)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The kernel ignores some signals; a command must not.
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(Self.setSession | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let words = ([executable] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, executable, &actions, &attributes, words, variables)
        guard code == 0 else { throw CommandError(executable, code) }
        return child
    }

    private func pump(
        _ output: Int32, _ errors: Int32, until ended: EndWatch, _ receive: (Stream, Data) -> Void
    ) {
        var open: [(descriptor: Int32, stream: Stream)] = [(output, .output), (errors, .errors)]
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !open.isEmpty {
            // Asked before the pipes are looked at: all that the command wrote is then in them.
            let hasEnded = ended.hasEnded
            var waits = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            let ready = poll(&waits, nfds_t(waits.count), hasEnded ? 0 : 100)
            if ready == 0, hasEnded { return }
            for (wait, source) in zip(waits, open) where wait.revents != 0 {
                let count = read(source.descriptor, &buffer, buffer.count)
                if count > 0 { receive(source.stream, Data(buffer[..<count])) }
                if count == 0 || (count < 0 && errno != EINTR) {
                    open.removeAll { $0.descriptor == source.descriptor }
                }
            }
        }
    }
}

/// Waits for a process on a thread of its own.
private final class EndWatch: Sendable {
    private let status = Mutex<Int32?>(nil)
    private let ended = DispatchGroup()

    init(_ child: pid_t) {
        ended.enter()
        Thread { [self] in
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            self.status.withLock { $0 = status }
            ended.leave()
        }.start()
    }

    var hasEnded: Bool { status.withLock { $0 != nil } }

    func wait() -> Int32 {
        ended.wait()
        return status.withLock { $0 ?? 0 }
    }
}

/// A command that could not be started.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ executable: String, _ code: Int32) {
        description = "\(executable) could not be started: \(String(cString: strerror(code)))"
    }
}
