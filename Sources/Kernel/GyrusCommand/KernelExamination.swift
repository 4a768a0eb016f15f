import Foundation

/// Has the installed library run each of its C kernels at each instruction set that the processor has.
struct KernelExamination {
    /// The path of the library.
    let library: String

    /// What was found; `each` is called for every kernel at every level.
    ///
    /// A kernel that crashes ends the process after a line that names it: what it may have destroyed is not run on.
    func finding(each: (KernelRun) -> Void = { _ in }) -> Finding {
        let subject = "C kernels"
        let remedy = "run `make setup` in the clone of Gyrus, which builds and installs it again"
        typealias Check =
            @convention(c) (
                @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void,
                @convention(c) (Double, Double) -> Void
            ) -> Void
        guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL),
            let symbol = dlsym(handle, "gyrus_check_kernels")
        else {
            let reason = dlerror().map { String(cString: $0) } ?? "the library has no check of its kernels"
            return Finding(state: .missing, subject: subject, detail: reason, remedy: remedy)
        }
        runs = []
        fflush(nil)
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP] { signal(number, reportCrash) }
        unsafeBitCast(symbol, to: Check.self)(
            { kernel, level in
                prepareCrashSentence(String(cString: kernel), String(cString: level))
                runs.append(KernelRun(kernel: String(cString: kernel), level: String(cString: level)))
            },
            { difference, tolerance in
                runs[runs.count - 1].difference = difference
                runs[runs.count - 1].tolerance = tolerance
            })
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP] { signal(number, SIG_DFL) }
        runs.forEach(each)
        let wrong = runs.filter { !$0.isRight }
        guard wrong.isEmpty else {
            return Finding(
                state: .missing, subject: subject,
                detail: wrong.map(\.description).joined(separator: "; "), remedy: remedy)
        }
        var levels: [String] = []
        for run in runs where !levels.contains(run.level) { levels.append(run.level) }
        return Finding(
            state: .good, subject: subject,
            detail:
                "\(Set(runs.map(\.kernel)).count) functions give the same at \(levels.joined(separator: ", "))"
        )
    }
}

/// One run of a kernel.
struct KernelRun: CustomStringConvertible {
    let kernel: String
    let level: String
    /// The largest difference from the base level, relative to the number or 1.
    var difference = Double.infinity
    var tolerance = 0.0

    var isRight: Bool { difference <= tolerance }

    var description: String {
        let size = String(format: "%.1e", difference)
        let limit = tolerance > 0 ? String(format: "%.0e", tolerance) : "0"
        return "\(kernel) at \(level) "
            + (isRight
                ? "differs by \(size) (at most \(limit))"
                : "IS WRONG: it differs by \(size), not at most \(limit)")
    }
}

// C callbacks hold no context, and the command examines on its one thread.
nonisolated(unsafe) private var runs: [KernelRun] = []
/// The sentence that a crash writes, made before the kernel is called.
nonisolated(unsafe) private let crashSentence = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
nonisolated(unsafe) private var crashLength = 0

private func prepareCrashSentence(_ kernel: String, _ level: String) {
    let sentence = "MISSING  C kernels: \(kernel) crashes at \(level)\n"
    crashLength = crashSentence.initialize(fromContentsOf: sentence.utf8.prefix(crashSentence.count))
}

/// In a signal handler: only what may be called there.
private func reportCrash(_ number: Int32) {
    _ = write(STDOUT_FILENO, crashSentence.baseAddress, crashLength)
    _exit(1)
}
