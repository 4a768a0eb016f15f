import CellRuntime
import Comms
import Foundation
import JSON

/// A place that takes what code prints and displays (ipywidgets' Output).
///
/// ```swift
/// let log = OutputArea()
/// Button("Press").onClick { log.capture { print("pressed") } }
/// log
/// ```
public final class OutputArea: Widget {
    public let model: WidgetModel

    public init() {
        model = WidgetModel("Output", package: .output, ["msg_id": "", "outputs": []])
    }

    public var description: String { "" }

    /// Runs `body`; whatever the cell or handler that calls it prints or displays meanwhile, on any thread, is shown here.
    public func capture<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        begin(clearing: false)
        defer { end() }
        return try body()
    }

    /// Removes what is shown.
    public func clear() { model["outputs"] = [] }

    /// Takes all further output of the message that the calling thread works for.
    func begin(clearing: Bool) {
        guard let id = Runner.messageID else { return }
        var values: [String: JSON] = ["msg_id": .string(id)]
        if clearing { values["outputs"] = [] }
        model.set(values)
        // A trap leaves no time for `end`; a front end that continues to take messages also takes the one that says
        // idle.
        model.setOnFailure(["msg_id": ""])
    }

    /// Takes no more.
    func end() { model["msg_id"] = "" }
}
