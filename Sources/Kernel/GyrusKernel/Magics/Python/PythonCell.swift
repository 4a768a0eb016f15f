import Foundation
import JSON
import Jupyter
import SwiftCells

/// One cell under `%%python`.
struct PythonCell {
    let request: PythonRequest
    let code: String
    let cell: CellRun

    /// Runs it; throws `MagicError` or `ErrorReport`.
    func run() throws {
        let python = cell.session.python
        try python.exclusively(for: cell.activity) {
            let folder = try Magic.folder(of: cell)
            let process = try python.process(for: request, run: cell)
            let hasNothing =
                code.allSatisfy(\.isWhitespace) && request.inputs.isEmpty && request.outputs.isEmpty
            if hasNothing, !request.restarts { cell.print("\(process.title) runs the cells under %%python.") }
            if hasNothing { return }
            let inputs = try request.inputs.map { ($0, try ExchangeSlot()) }
            let outputs = try request.outputs.map { ($0, try ExchangeSlot()) }
            // They are open until the other processes have opened them too.
            defer { withExtendedLifetime((inputs, outputs)) {} }
            try send(inputs)
            let command: JSON = [
                "do": "run", "code": .string(code), "label": .string(cell.label),
                "folder": .string(folder),
                "environment": .object(cell.session.runners.state.environment.mapValues(JSON.string)),
                "inputs": .array(inputs.map { [.string($0.0.name), .string($0.1.path)] }),
                "outputs": .array(
                    outputs.map { [.string($0.0.name), .string($0.0.expression), .string($0.1.path)] }),
            ]
            let end = cell.activity.stoppable(process) { process.run(command, context: cell.context) }
            guard let end else {
                if cell.activity.isInterrupted, !process.isReady { throw ErrorReports.interrupted }
                throw python.loss(of: process, running: cell.label)
            }
            if let failure = end.failure { throw failed(failure) }
            try declare(outputs, end.outputs)
        }
    }

    /// Has the cells' process write the values that Python is to know.
    private func send(_ inputs: [(PythonRequest.Passing, ExchangeSlot)]) throws {
        guard !inputs.isEmpty else { return }
        let calls = inputs.map { "try _gyrusToPython(\($0.0.expression), \"\($0.0.name)\", \($0.1.number))" }
        do throws(ErrorReport) {
            _ = try cell.ask(calls.joined(separator: "\n"), for: "python")
        } catch {
            guard ["CompileError", "ExchangeError"].contains(error.name) else {
                throw showing(inputs.map(\.0), in: error)
            }
            throw MagicError("-i: " + error.value.replacing(#/^%python:\d+:\d+: /#, with: ""))
        }
    }

    /// The report of an expression that stopped, with the option that holds it in place of the call made of it.
    private func showing(_ inputs: [PythonRequest.Passing], in error: ErrorReport) -> ErrorReport {
        var report = error
        report.traceback = error.traceback.compactMap { line -> String? in
            if line.contains("| try _gyrusToPython(") { return nil }
            guard let match = line.firstMatch(of: #/%python:(\d+)/#), let number = Int(match.1),
                inputs.indices.contains(number - 1)
            else { return line }
            let input = inputs[number - 1]
            return "\(TextStyle.hint)\(cell.label)\(TextStyle.plain) at -i \(input.name)=\(input.expression)"
        }
        return report
    }

    /// Declares what Python wrote, as variables of this cell.
    private func declare(_ outputs: [(PythonRequest.Passing, ExchangeSlot)], _ values: [PythonEnd.Output])
        throws
    {
        guard !outputs.isEmpty else { return }
        let lines = zip(outputs, values).map { output, value in
            "var `\(output.0.name)`: \(value.type) = try _gyrusFromPython(\(output.1.number))"
        }
        try cell.swift(lines.joined(separator: "\n"), label: "%python", options: .init(showsResult: false))
    }

    private func failed(_ failure: PythonEnd.Failure) -> any Error {
        failure.traceback.isEmpty
            ? MagicError(failure.evalue)
            : ErrorReport(name: failure.ename, value: failure.evalue, traceback: failure.traceback)
    }
}
