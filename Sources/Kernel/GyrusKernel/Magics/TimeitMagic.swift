import SwiftCells

extension Magic {
    static let timeit = Magic(
        name: "timeit", usage: "%timeit [-n LOOPS] [-r RUNS] STATEMENT, %%timeit [-n LOOPS] [-r RUNS]",
        help: "measure a statement, or the whole cell, in many loops (compiled with -O)", body: .swift,
        argument: .swift
    ) { call, run in
        var words = Arguments(call.arguments)
        let loops = try words.number(of: "-n")
        let runs = try words.number(of: "-r") ?? 7
        if let flag = words.flag {
            throw MagicError("%timeit does not know \(flag); it knows -n LOOPS and -r RUNS")
        }
        if call.isForCell, !words.rest.isEmpty {
            throw MagicError(
                "%%timeit measures what stands below it; what prepares it goes into a cell before")
        }
        let source = call.isForCell ? "\n" + (call.body ?? "") : call.placed(words.rest)
        guard source.contains(where: { !$0.isWhitespace }) else {
            throw MagicError("%timeit measures a statement: %timeit (1...1000).reduce(0, +)")
        }
        let arguments = "loops: \(loops.map(String.init) ?? "nil"), runs: \(runs)"
        let awaits = source.contains(/\bawait\b/)
        let options = CellOptions(
            wrapping: awaits
                ? (
                    "try _gyrusAwait({ try await _gyrusTimeitAsync(\(arguments)) { () async throws in", "} })"
                )
                : ("try _gyrusTimeit(\(arguments)) { () throws in", "}"),
            isOptimized: true)
        try run.swift(source, options: options)
    }
}
