import Comms
import Display
import Foundation
import JSON
import Synchronization

/// What the front end and this code both know of one widget: named values that either side may change.
///
/// A model has an identity (its id and comm), so it is a class; so are the widgets, which are views of their model's
/// values. It lives until it is closed or the process ends, as the front end may show it at any time.
///
/// Source: ipywidgets' "Jupyter widgets messaging protocol", version 2.1.0.
public final class WidgetModel: Sendable {
    /// The id by which the front end knows the widget.
    public let id: String

    struct State {
        var values: [String: JSON]
        var binary: [String: Data]
        var changes: [(key: String, handler: Stored<JSON, Void>)] = []
        var customs: [Stored<JSON, Void>] = []
        var afters: [Stored<Set<String>, Void>] = []
    }

    private let comm: Comm
    private let state: Mutex<State>
    /// The models of its layout and style, which end with it.
    private let parts: [WidgetModel]

    /// Which front-end package draws a widget, and the version of its models.
    package enum Package {
        case base, controls, output

        var name: String {
            switch self {
            case .base: "@jupyter-widgets/base"
            case .controls: "@jupyter-widgets/controls"
            case .output: "@jupyter-widgets/output"
            }
        }
        var version: String { self == .output ? "1.0.0" : "2.0.0" }
    }

    /// Opens a widget that is shown: `kind` is the front end's name without "Model" and "View" (`IntSlider`), `style` the
    /// same for its style.
    package convenience init(
        _ kind: String, style: String? = nil, package: Package = .controls, label: String? = nil,
        _ values: [String: JSON], binary: [String: Data] = [:]
    ) {
        let layout = WidgetModel(model: "LayoutModel", view: "LayoutView", .base, viewPackage: .base, [:])
        var values = values
        values["layout"] = layout.reference
        var parts = [layout]
        if let style {
            // The front end cuts labels off that are wider than 80 pixels.
            let width: JSON = (label?.count ?? 0) > 10 ? "initial" : ""
            let model = WidgetModel(
                model: "\(style)Model", view: "StyleView", .controls, viewPackage: .base,
                label == nil ? [:] : ["description_width": width])
            values["style"] = model.reference
            parts.append(model)
        }
        if let label { values["description"] = .string(label) }
        values["_dom_classes"] = []
        self.init(
            model: "\(kind)Model", view: "\(kind)View", package, viewPackage: package, values, binary: binary,
            parts: parts)
    }

    private init(
        model: String, view: String, _ package: Package, viewPackage: Package, _ values: [String: JSON],
        binary: [String: Data] = [:], parts: [WidgetModel] = []
    ) {
        var values = values
        values["_model_name"] = .string(model)
        values["_model_module"] = .string(package.name)
        values["_model_module_version"] = .string(package.version)
        values["_view_name"] = .string(view)
        values["_view_module"] = .string(viewPackage.name)
        values["_view_module_version"] = .string(viewPackage.version)
        let state = State(values: values, binary: binary)
        let content = WidgetState(values: state.values, binary: state.binary)
        comm = Comm(
            target: "jupyter.widget", data: content.data(), metadata: ["version": "2.1.0"],
            buffers: content.buffers)
        id = comm.id
        self.state = Mutex(state)
        self.parts = parts
        comm.onMessage { [self] in try receive($0) }
        comm.onClose { [self] _ in forget() }
        WidgetModels.shared.add(self)
    }

    /// How other widgets name this one in their values.
    package var reference: JSON { .string("IPY_MODEL_\(id)") }

    /// All values, as the front end may ask for them.
    var content: WidgetState { state.withLock { WidgetState(values: $0.values, binary: $0.binary) } }

    /// A value; setting one tells the front end and calls the handlers of changes.
    package subscript(key: String) -> JSON {
        get { state.withLock { $0.values[key] ?? .null } }
        set { set([key: newValue]) }
    }

    /// Sets values, tells the front end, and calls the handlers of those that changed. What a handler throws is written to
    /// standard error, since a property's setter cannot throw.
    package func set(_ values: [String: JSON]) {
        let changed = apply(values)
        guard !changed.isEmpty else { return }
        send(WidgetState(values: changed, binary: [:]), method: "update")
        do {
            try notify(changed)
            try runAfters(waiting: [])
        } catch {
            FileHandle.standardError.write(Data("a widget's handler threw: \(error)\n".utf8))
        }
    }

    /// Lets the front end be told values if the running cell or handler fails, at its end.
    func setOnFailure(_ values: [String: JSON]) {
        comm.sendOnFailure(WidgetState(values: values, binary: [:]).data(method: "update"))
    }

    /// Sets bytes and tells the front end.
    package func set(binary bytes: Data, for key: String) {
        state.withLock { $0.binary[key] = bytes }
        send(WidgetState(values: [:], binary: [key: bytes]), method: "update")
    }

    package func binary(_ key: String) -> Data { state.withLock { $0.binary[key] ?? Data() } }

    /// Calls a handler with each new value of `key`.
    package func onChange(_ key: String, _ handler: @escaping (JSON) throws -> Void) {
        let stored = Stored(run: handler)
        state.withLock { $0.changes.append((key, stored)) }
    }

    /// Calls a handler with each message of the widget's own kind (a click).
    package func onCustom(_ handler: @escaping (JSON) throws -> Void) {
        let stored = Stored(run: handler)
        state.withLock { $0.customs.append(stored) }
    }

    /// Calls a handler after each change, or message of the front end, with the ids of the widgets for which further
    /// messages wait already.
    package func afterEach(_ handler: @escaping (Set<String>) throws -> Void) {
        let stored = Stored(run: handler)
        state.withLock { $0.afters.append(stored) }
    }

    /// Sets values of the widget's layout (CSS, such as `width`) and style.
    package func setAppearance(layout: [String: JSON] = [:], style: [String: JSON] = [:]) {
        parts.first?.set(layout)
        if parts.count > 1 { parts[1].set(style) }
    }

    /// Removes the widget from the front end.
    package func close() {
        comm.close()
        forget()
        for part in parts { part.close() }
    }

    /// Lets go of the handlers, which refer to the widget.
    private func forget() {
        WidgetModels.shared.remove(id)
        state.withLock {
            $0.changes = []
            $0.customs = []
            $0.afters = []
        }
    }

    // MARK: What the front end says

    private func receive(_ message: Comm.Message) throws {
        switch message.data["method"]?.string {
        case "update":
            let received = WidgetState(message)
            let changed = apply(received.values)
            state.withLock { $0.binary.merge(received.binary) { $1 } }
            // Other views of the same notebook learn it from here.
            send(received, method: "echo_update")
            try notify(changed)
        case "request_state": send(content, method: "update")
        case "custom":
            let content = message.data["content"] ?? [:]
            for custom in state.withLock({ $0.customs }) { try custom.run(content) }
        default: return
        }
        try runAfters(waiting: message.waiting)
    }

    /// Takes values over, and gives those that are new.
    private func apply(_ values: [String: JSON]) -> [String: JSON] {
        state.withLock { state in
            let changed = values.filter { !Self.isSame(state.values[$0.key], $0.value) }
            state.values.merge(changed) { $1 }
            return changed
        }
    }

    /// Whether two values are equal: the 3 that a front end sends is the 3.0 of a slider of doubles.
    private static func isSame(_ one: JSON?, _ other: JSON) -> Bool {
        if let ones = one?.array, let others = other.array {
            return ones.count == others.count && zip(ones, others).allSatisfy { isSame($0, $1) }
        }
        return one == other || (one?.int != nil && one?.int == other.int)
    }

    private func notify(_ changed: [String: JSON]) throws {
        for (key, handler) in state.withLock({ $0.changes }) {
            if let value = changed[key] { try handler.run(value) }
        }
    }

    private func runAfters(waiting: Set<String>) throws {
        for after in state.withLock({ $0.afters }) { try after.run(waiting) }
    }

    private func send(_ content: WidgetState, method: String) {
        comm.send(content.data(method: method), buffers: content.buffers)
    }
}

/// A user's handler.
struct Stored<Input, Output>: @unchecked Sendable {
    // @unchecked: handlers run one at a time; what they share with a cell that runs is the user's to guard, as the
    // documentation of `Comm` says.
    let run: (Input) throws -> Output
}

extension WidgetModel: CustomStringConvertible {
    /// What it is; the id is another one each time.
    public var description: String { "the model of a widget" }
}
