import Foundation
import Jupyter
import SwiftCells

extension Magic {
    static let time = Magic(
        name: "time", usage: "%time [STATEMENT], %%time",
        help: "run a statement, or without one the whole cell, and print how long it took", body: .swift,
        argument: .swift
    ) { call, run in
        if call.isForCell {
            guard call.arguments.isEmpty else {
                throw MagicError(
                    "%%time takes what stands below it; to time one statement: %time \(call.arguments)")
            }
            run.timesAll = true
            try run.runBody(of: call)
        } else if call.arguments.isEmpty {
            run.timesAll = true
        } else {
            try run.swift(call.statement, options: CellOptions(mayDiscardResult: true))?
                .report(to: run.context)
        }
    }
}

extension CellTiming {
    /// Prints the times as IPython does; compilation is told apart, since only the first run of a cell pays for it.
    func report(to context: RequestContext) {
        context.iopub.stream(
            .stdout,
            """
            CPU times: user \(user.text), sys: \(system.text), total: \((user + system).text)
            Wall time: \(wall.text) (and \(compilation.text) to compile)

            """)
    }
}

extension Duration {
    /// Three digits and the unit that suits them.
    package var text: String {
        let seconds = self / .seconds(1)
        if seconds >= 60 {
            let whole = seconds.rounded()
            return String(
                format: "%.0f min %.0f s", (whole / 60).rounded(.down),
                whole.truncatingRemainder(dividingBy: 60))
        }
        // What three digits round up to the next unit is written in that.
        for (scale, unit) in [(1.0, "s"), (1e-3, "ms")] where seconds >= 0.9995 * scale {
            return String(format: "%.3g ", seconds / scale) + unit
        }
        return String(format: "%.3g µs", seconds / 1e-6)
    }
}
