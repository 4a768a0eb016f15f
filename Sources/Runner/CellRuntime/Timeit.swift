import Foundation

/// What `%timeit` becomes: runs `body` often, in several runs of equally many loops, and prints how long it takes.
///
/// The body is a closure that the compiler cannot see through from here, and what it computes is handed to `_gyrusKeep`, so
/// all of it is computed every time.
/// The call of the closure is part of the time; if that matters, the report says how long an empty one takes.
@inline(never) @_semantics("optimize.sil.specialize.generic.never")
public func _gyrusTimeit<Value>(loops: Int?, runs: Int, _ body: () throws -> Value) throws {
    var timer = LoopTimer(loops: loops, runs: runs)
    while let count = timer.next {
        try Task.checkCancellation()
        let start = ContinuousClock.now
        for _ in 0..<count { _ = try body() }
        timer.record(ContinuousClock.now - start)
    }
    print(timer.report(emptyLoop: emptyLoop()))
}

/// What `%timeit` becomes if the statement awaits.
@inline(never) @_semantics("optimize.sil.specialize.generic.never")
public func _gyrusTimeitAsync<Value>(loops: Int?, runs: Int, _ body: () async throws -> Value) async throws {
    var timer = LoopTimer(loops: loops, runs: runs)
    while let count = timer.next {
        try Task.checkCancellation()
        let start = ContinuousClock.now
        for _ in 0..<count { _ = try await body() }
        timer.record(ContinuousClock.now - start)
    }
    print(timer.report(emptyLoop: nil))
}

/// What a measured statement gives its values to: to the optimizer they are used.
@inline(never) @_semantics("optimize.sil.specialize.generic.never")
public func _gyrusKeep<Value: ~Copyable>(_ value: borrowing Value) {}

/// Seconds that one call of an empty closure takes.
private func emptyLoop() -> Double {
    var timer = LoopTimer(loops: 100_000, runs: 5)
    while let count = timer.next {
        let start = ContinuousClock.now
        for _ in 0..<count { emptyStatement() }
        timer.record(ContinuousClock.now - start)
    }
    return timer.mean
}

/// A statement that does nothing; being a variable that other modules see, its calls stay calls.
// nonisolated(unsafe): it is never set.
nonisolated(unsafe) package var emptyStatement: () -> Void = {}

/// Decides how many loops a run has, and keeps how long each run took.
///
/// As Python's `timeit`: without a given number of loops, 1, 2, 5, 10, 20, … are tried until they take 0.2 s.
package struct LoopTimer {
    private let runs: Int
    private var loops: Int
    private var isSettled: Bool
    private var step = 0
    private var seconds: [Double] = []
    private static let shortest = 0.2

    package init(loops: Int?, runs: Int) {
        self.runs = runs
        self.loops = loops ?? 1
        isSettled = loops != nil
    }

    /// The number of loops to run next; nil once all is measured.
    package var next: Int? { seconds.count < runs ? loops : nil }

    package mutating func record(_ time: Duration) {
        let time = time / .seconds(1)
        if isSettled { return seconds.append(time / Double(loops)) }
        if time >= Self.shortest {
            isSettled = true
            // A statement that is slow by itself was measured by this.
            if loops == 1 { seconds.append(time) }
        } else {
            loops = step % 3 == 1 ? loops / 2 * 5 : loops * 2
            step += 1
        }
    }

    /// Seconds a loop.
    package var mean: Double { seconds.reduce(0, +) / Double(seconds.count) }

    package func report(emptyLoop: Double?) -> String {
        let variance = seconds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(seconds.count)
        var text =
            "\(duration(mean)) ± \(duration(variance.squareRoot())) per loop "
            + "(mean ± std. dev. of \(runs) run\(runs == 1 ? "" : "s"), \(grouped(loops)) loop\(loops == 1 ? "" : "s") each)"
        if let emptyLoop, mean < 20 * emptyLoop {
            text += "\nAn empty statement takes \(duration(emptyLoop)): that much is the loop itself."
        }
        return text
    }

    private func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.insert(",", at: text.startIndex) }
            text.insert(digit, at: text.startIndex)
        }
        return text
    }

    /// Three digits and the unit that suits them.
    private func duration(_ seconds: Double) -> String {
        // What three digits round up to the next unit is written in that.
        for (scale, unit) in [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")] where seconds >= 0.9995 * scale {
            let number = seconds / scale
            return String(format: number < 999.5 ? "%.3g " : "%.0f ", number) + unit
        }
        return String(format: "%.3g ns", seconds / 1e-9)
    }
}
