import Foundation
import JSON

/// The states of the widgets that a notebook made, as front ends save them, and the widgets that take a cell's output.
///
/// Source: `@jupyter-widgets/schema`, widget state 2.0, and nbclient's `OutputWidget`.
struct WidgetStates {
    private var states: [String: [String: JSON]] = [:]
    /// The binary parts of each widget's state, by their paths.
    private var buffers: [String: [String: JSON]] = [:]
    /// The widgets that take the output of a request, the last first.
    private var takers: [(request: String, widget: String)] = []

    /// Takes a message of a comm.
    mutating func take(_ type: String, _ content: JSON, _ buffers: [Data], request: String) {
        guard let id = content["comm_id"]?.string, let data = content["data"],
            let state = data["state"]?.object
        else { return }
        states[id, default: [:]].merge(state) { $1 }
        for (path, bytes) in zip(data["buffer_paths"]?.array ?? [], buffers) {
            self.buffers[id, default: [:]][path.encodedText] = [
                "data": .string(bytes.base64EncodedString()), "encoding": "base64", "path": path,
            ]
        }
        guard states[id]?["_model_name"] == "OutputModel", let taken = state["msg_id"]?.string else { return }
        takers.removeAll { $0.widget == id }
        if !taken.isEmpty { takers.append((taken, id)) }
    }

    /// Gives an output to the widget that takes those of its request; false if none does.
    mutating func take(_ output: JSON, request: String) -> Bool {
        guard let taker = takers.last(where: { $0.request == request })?.widget else { return false }
        var outputs = states[taker]?["outputs"]?.array ?? []
        if let last = outputs.indices.last, let name = output["name"], outputs[last]["name"] == name,
            let before = outputs[last]["text"]?.string, let text = output["text"]?.string
        {
            outputs[last] = ["output_type": "stream", "name": name, "text": .string(before + text)]
        } else {
            outputs.append(output)
        }
        states[taker]?["outputs"] = .array(outputs)
        return true
    }

    /// Empties the widget that takes the output of a request; false if none does.
    mutating func clear(request: String) -> Bool {
        guard let taker = takers.last(where: { $0.request == request })?.widget else { return false }
        states[taker]?["outputs"] = []
        return true
    }

    /// What the notebook's metadata holds of them; nil if there are none.
    var json: JSON? {
        let named = states.filter { $0.value["_model_name"] != nil }
        guard !named.isEmpty else { return nil }
        let widgets = named.map { id, state -> (String, JSON) in
            var widget: [String: JSON] = [
                "model_name": state["_model_name"] ?? .null, "model_module": state["_model_module"] ?? .null,
                "model_module_version": state["_model_module_version"] ?? .null,
            ]
            if let parts = buffers[id] {
                widget["buffers"] = .array(parts.sorted { $0.key < $1.key }.map(\.value))
            }
            // No message is being run when the notebook is opened.
            var kept = state
            if kept["msg_id"] != nil { kept["msg_id"] = "" }
            widget["state"] = .object(kept)
            return (id, .object(widget))
        }
        return [
            "application/vnd.jupyter.widget-state+json": [
                "state": .object(Dictionary(uniqueKeysWithValues: widgets)), "version_major": 2,
                "version_minor": 0,
            ]
        ]
    }
}
