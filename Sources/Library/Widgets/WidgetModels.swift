import Comms
import Foundation
import JSON
import Synchronization

/// The widgets that are open, of which a front end that reconnects asks all at once.
///
/// Source: the `jupyter.widget.control` target of ipywidgets' messaging protocol, version 1.0.0.
final class WidgetModels: Sendable {
    static let shared = WidgetModels()

    private let models = Mutex<[String: WidgetModel]>([:])

    private init() {
        Comm.register(target: "jupyter.widget.control") { [self] comm, _ in
            comm.onMessage { [self, comm] message in
                guard message.data["method"]?.string == "request_states" else { return }
                sendStates(on: comm)
            }
        }
    }

    func add(_ model: WidgetModel) { models.withLock { $0[model.id] = model } }
    func remove(_ id: String) { models.withLock { _ = $0.removeValue(forKey: id) } }

    private func sendStates(on comm: Comm) {
        var states: [String: JSON] = [:]
        var paths: [JSON] = []
        var buffers: [Data] = []
        for (id, model) in models.withLock({ $0 }) {
            let content = model.content
            states[id] = [
                "model_name": content.values["_model_name"] ?? nil,
                "model_module": content.values["_model_module"] ?? nil,
                "model_module_version": content.values["_model_module_version"] ?? nil,
                "state": .object(content.values),
            ]
            paths += content.paths(under: [.string(id), "state"]).array ?? []
            buffers += content.buffers
        }
        comm.send(
            ["method": "update_states", "states": .object(states), "buffer_paths": .array(paths)],
            buffers: buffers)
    }
}
