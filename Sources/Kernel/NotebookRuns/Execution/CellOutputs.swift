import Foundation
import JSON
import Synchronization

/// What the cells of a notebook have shown so far, kept as a front end keeps it: streams joined, displays updated in their
/// place, cleared where that was asked for.
///
/// Source: `NotebookClient.process_message` of nbclient 0.11, and nbconvert's joining of streams.
final class CellOutputs: Sendable {
    private struct Output {
        /// The name of a stream; nil of anything else.
        var stream: String?
        var text = ""
        var json: JSON = .null
        var displayID: String?
    }

    private struct State {
        var cells: [Int: [Output]] = [:]
        /// The cells whose outputs go when the next one arrives.
        var clearsNext: Set<Int> = []
        var widgets = WidgetStates()
    }
    private let state = Mutex(State())

    /// Takes a message of iopub that belongs to a cell.
    func take(_ type: String, _ content: JSON, buffers: [Data], cell: Int, request: String) {
        state.withLock { state in
            if type.hasPrefix("comm_") { return state.widgets.take(type, content, buffers, request: request) }
            if let update = content["transient"]?["display_id"]?.string, type.hasSuffix("display_data") {
                Self.update(update, content, in: &state)
                if type == "update_display_data" { return }
            }
            if type == "clear_output" {
                if state.widgets.clear(request: request) { return }
                if content["wait"]?.bool == true {
                    state.clearsNext.insert(cell)
                } else {
                    state.cells[cell] = []
                }
                return
            }
            guard let output = Self.output(type, content) else { return }
            if state.widgets.take(output.stream == nil ? output.json : Self.json(output), request: request) {
                return
            }
            if state.clearsNext.remove(cell) != nil { state.cells[cell] = [] }
            if let name = output.stream, let last = state.cells[cell]?.indices.last,
                state.cells[cell]?[last].stream == name
            {
                state.cells[cell]?[last].text += output.text
            } else {
                state.cells[cell, default: []].append(output)
            }
        }
    }

    /// The outputs of a cell as nbformat has them.
    func outputs(of cell: Int) -> [JSON] {
        state.withLock { state in (state.cells[cell] ?? []).map(Self.json) }
    }

    /// The `widgets` of the notebook's metadata; nil if there are none.
    var widgets: JSON? { state.withLock { $0.widgets.json } }

    private static func output(_ type: String, _ content: JSON) -> Output? {
        switch type {
        case "stream":
            guard let name = content["name"]?.string, let text = content["text"]?.string else { return nil }
            return Output(stream: name, text: text)
        case "display_data", "execute_result":
            var members: [String: JSON] = [
                "output_type": .string(type), "data": content["data"] ?? [:],
                "metadata": content["metadata"] ?? [:],
            ]
            members["execution_count"] = content["execution_count"]
            return Output(json: .object(members), displayID: content["transient"]?["display_id"]?.string)
        case "error":
            guard var members = content.object else { return nil }
            members["output_type"] = "error"
            return Output(json: .object(members))
        default: return nil
        }
    }

    private static func update(_ id: String, _ content: JSON, in state: inout State) {
        for cell in state.cells.keys {
            for index in (state.cells[cell] ?? []).indices where state.cells[cell]?[index].displayID == id {
                guard var members = state.cells[cell]?[index].json.object else { continue }
                members["data"] = content["data"] ?? [:]
                members["metadata"] = content["metadata"] ?? [:]
                state.cells[cell]?[index].json = .object(members)
            }
        }
    }

    private static func json(_ output: Output) -> JSON {
        guard let name = output.stream else { return output.json }
        return [
            "output_type": "stream", "name": .string(name), "text": .string(overwritten(output.text)),
        ]
    }

    /// A text without what a carriage return wrote over, as nbconvert leaves it.
    private static func overwritten(_ text: String) -> String {
        guard text.unicodeScalars.contains("\r") else { return text }
        var out = String.UnicodeScalarView()
        var line = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\r", index + 1 < scalars.count, scalars[index + 1] != "\n" {
                line = String.UnicodeScalarView()
            } else {
                line.append(scalar)
                if scalar == "\n" {
                    out.append(contentsOf: line)
                    line = String.UnicodeScalarView()
                }
            }
        }
        out.append(contentsOf: line)
        return String(out)
    }
}
