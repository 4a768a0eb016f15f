import Foundation
import Synchronization

/// Compilers and a linker that were started before there is anything to compile: a quarter of a short compilation, and half
/// of linking, goes to loading them, and half of what remains of the compilation to what every cell imports.
///
/// A preloaded compiler fits one way of compiling one module. Another one waits for its arguments, as a response file on its
/// standard input, so that it fits whatever comes next; the linker, which reads a response file twice, waits for the object.
/// While they wait the compiler has some 6 MB of its own and the linker 3, beside 35 of its program file, which other processes
/// may share. If this process ends, however it ends, so does what they read, and they end too.
final class StandbyTools: Sendable {
    private let compiler, linker: String
    private let settings: [String]

    private struct Waiting: @unchecked Sendable {
        // @unchecked: under the lock, or owned by the one thread that took it.
        var preloaded: [PreloadedCompiler] = []
        var compiler: Subprocess?
        var linker: Subprocess?
        /// What the linker was started with.
        var linkerArguments: [String] = []
        /// Changes when a cell comes or has ended: what was to be started for the state before is no longer needed.
        var turn = 0
        var isClosed = false
    }
    private let waiting = Mutex(Waiting())
    private let starts = DispatchQueue(label: "standby tools")

    /// One who runs one cell after another needs the processor for those; the less likely compilers are started once
    /// the user pauses.
    private static let pause = DispatchTimeInterval.milliseconds(150)

    /// `settings` are those of the compiler's environment.
    init(compiler: String, linker: String, settings: [String]) {
        self.compiler = compiler
        self.linker = linker
        self.settings = settings
    }

    /// A way of compiling that may be asked for.
    struct Compilation: Sendable {
        /// The arguments but for the source.
        let arguments: [String]
        /// Starts a compiler for it.
        let start: @Sendable () -> PreloadedCompiler?
    }

    /// Takes the compiler that was started for these arguments, if there is one. The others have seen too little for later
    /// cells, but may serve this one if it is compiled again.
    func preloaded(for arguments: [String]) -> PreloadedCompiler? {
        let taken = waiting.withLock { waiting in
            waiting.turn += 1
            guard let place = waiting.preloaded.firstIndex(where: { $0.arguments == arguments }) else {
                return Waiting()
            }
            return Waiting(preloaded: [waiting.preloaded.remove(at: place)])
        }
        return taken.preloaded.first
    }

    /// Starts a compilation; throws `LaunchFailure`.
    func compile(_ arguments: [String]) throws -> Subprocess {
        let taken = waiting.withLock { waiting in
            defer { waiting.compiler = nil }
            return Waiting(compiler: waiting.compiler)
        }
        guard let process = taken.compiler, process.isRunning else {
            return try Subprocess(compiler, arguments, settings: settings, readsInput: false)
        }
        process.give(Self.responseFile(arguments))
        return process
    }

    /// A linker that waits for the object; throws `LaunchFailure`.
    func link(_ arguments: [String]) throws -> Subprocess {
        let taken = waiting.withLock { waiting in
            guard waiting.linkerArguments == arguments else { return Waiting() }
            defer { waiting.linker = nil }
            return Waiting(linker: waiting.linker)
        }
        if let process = taken.linker, process.isRunning { return process }
        return try Subprocess(linker, arguments, readsInput: true)
    }

    /// Starts what the next cell will need, on another thread. `likely` are the ways in which it may be compiled, the
    /// likeliest first.
    func prepare(_ likely: [Compilation], linkerArguments: [String]) {
        let turn = waiting.withLock {
            $0.turn += 1
            return $0.turn
        }
        starts.async { [self] in
            dropUnlikely(likely)
            if let first = likely.first { preload(first, turn) }
            // Without them the next cell starts its own, and says why it cannot.
            start(turn) { waiting in
                guard waiting.linker == nil || waiting.linkerArguments != linkerArguments else { return }
                waiting.linker = try? Subprocess(linker, linkerArguments, readsInput: true)
                waiting.linkerArguments = linkerArguments
            }
        }
        starts.asyncAfter(deadline: .now() + Self.pause) { [self] in
            for compilation in likely.dropFirst() { preload(compilation, turn) }
            start(turn) { waiting in
                guard waiting.compiler == nil else { return }
                waiting.compiler = try? Subprocess(
                    compiler, ["@/dev/stdin"], settings: settings, readsInput: true)
            }
        }
    }

    private func dropUnlikely(_ likely: [Compilation]) {
        // Ending a process takes a while; it is done outside the lock.
        var dropped = Waiting()
        waiting.withLock { waiting in
            let fits = { (compiler: PreloadedCompiler) in
                likely.contains { $0.arguments == compiler.arguments }
            }
            dropped.preloaded = waiting.preloaded.filter { !fits($0) }
            waiting.preloaded.removeAll { !fits($0) }
        }
    }

    /// Ends the compilers that have read what cells import, which is no longer what they read.
    func dropPreloaded() { dropUnlikely([]) }

    private func preload(_ compilation: Compilation, _ turn: Int) {
        start(turn) { waiting in
            guard !waiting.preloaded.contains(where: { $0.arguments == compilation.arguments }),
                let compiler = compilation.start()
            else { return }
            waiting.preloaded.append(compiler)
        }
    }

    /// Starts something, unless the time for it has passed.
    private func start(_ turn: Int, _ body: (inout Waiting) -> Void) {
        waiting.withLock { waiting in
            if !waiting.isClosed, waiting.turn == turn { body(&waiting) }
        }
    }

    /// Ends those that wait.
    func close() {
        waiting.withLock {
            $0.isClosed = true
            $0.preloaded = []
            $0.compiler = nil
            $0.linker = nil
        }
    }

    /// Arguments as LLVM reads them from a response file.
    static func responseFile(_ arguments: [String]) -> Data {
        let lines = arguments.map {
            "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"\n"
        }
        return Data(lines.joined().utf8)
    }
}
