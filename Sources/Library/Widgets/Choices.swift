import Comms
import Foundation
import JSON

/// What the widgets that choose one of several values have in common.
private struct Choices<Value: Sendable>: Sendable {
    let options: [Value]

    /// The values of the front end's model; stops if there is nothing to choose from or no option at the index.
    ///
    /// It does not throw: controls are written as arguments of `interact` and as members of values, where `try` would
    /// stand before each. Like an array's index out of range it ends the cell with a sentence and leaves the session.
    func values(_ labels: [String], index: Int) -> [String: JSON] {
        if options.isEmpty { fatalError("there is nothing to choose from") }
        let index = checked(index)
        if labels.count != options.count {
            fatalError("there are \(options.count) options and \(labels.count) labels")
        }
        return [
            "_options_labels": .array(labels.map { .string($0) }), "index": .integer(index),
            "disabled": false,
        ]
    }

    /// The index of an option; stops if there is none at it.
    func checked(_ index: Int) -> Int {
        if !options.indices.contains(index) {
            fatalError("there are \(options.count) options, none at \(index)")
        }
        return index
    }

    func index(_ json: JSON) -> Int {
        json.int.flatMap { options.indices.contains($0) ? $0 : nil } ?? 0
    }

    /// The label of each option; numbers have four digits, as a scale of alphas needs.
    static func labels(_ options: [Value]) -> [String] {
        options.map { option in
            guard let number = option as? Double else { return String(describing: option) }
            return String(format: "%.4g", number)
        }
    }
}

/// One of several values, chosen from a list that opens (ipywidgets' Dropdown).
///
/// ```swift
/// let region = Dropdown("region", ["V1", "FFA", "PPA"])
/// ```
public final class Dropdown<Value: Sendable>: InputWidget {
    public let model: WidgetModel
    private let choices: Choices<Value>

    /// A list of `options` that begins at the one at `index`; `labels` say how each is shown. Traps if it is empty.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - options: the values to choose from; at least one.
    ///   - labels: how each option is shown; nil for its description.
    ///   - index: the index of the option that is chosen at first.
    public init(_ label: String = "", _ options: [Value], labels: [String]? = nil, index: Int = 0) {
        choices = Choices(options: options)
        model = WidgetModel(
            "Dropdown", style: "DescriptionStyle", label: label,
            choices.values(labels ?? Choices.labels(options), index: index))
    }

    public static var valueKey: String { "index" }

    /// The place of the value among the options; setting one at which there is none stops.
    public var index: Int {
        get { choices.index(model["index"]) }
        set { model["index"] = .integer(choices.checked(newValue)) }
    }

    public var options: [Value] { choices.options }

    /// The value. One that is set must be an option; another is ignored.
    public var value: Value {
        get { options[index] }
        set { if let place = place(of: newValue, in: options) { index = place } }
    }
}

/// One of several values in order, chosen by a slider (ipywidgets' SelectionSlider).
///
/// ```swift
/// let alpha = SelectionSlider("alpha", [0.1, 1, 10, 100])
/// let features = try model.features(of: sentences)
/// let layer = SelectionSlider("layer", features.map(\.layer.shortName))
/// ```
public final class SelectionSlider<Value: Sendable>: InputWidget {
    public let model: WidgetModel
    private let choices: Choices<Value>

    /// A slider over `options` that begins at the one at `index`; `labels` say how each is shown. Traps if it is empty.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - options: the values to choose from; at least one.
    ///   - labels: how each option is shown; nil for its description.
    ///   - index: the index of the option that is chosen at first.
    public init(_ label: String = "", _ options: [Value], labels: [String]? = nil, index: Int = 0) {
        choices = Choices(options: options)
        var values = choices.values(labels ?? Choices.labels(options), index: index)
        values["orientation"] = "horizontal"
        values["readout"] = true
        values["continuous_update"] = true
        values["behavior"] = "drag-tap"
        model = WidgetModel("SelectionSlider", style: "DescriptionStyle", label: label, values)
    }

    public static var valueKey: String { "index" }

    /// The place of the value among the options; setting one at which there is none stops.
    public var index: Int {
        get { choices.index(model["index"]) }
        set { model["index"] = .integer(choices.checked(newValue)) }
    }

    public var options: [Value] { choices.options }

    /// The value. One that is set must be an option; another is ignored.
    public var value: Value {
        get { options[index] }
        set { if let place = place(of: newValue, in: options) { index = place } }
    }
}

private func place<Value>(of value: Value, in options: [Value]) -> Int? {
    guard let wanted = value as? any Equatable else { return nil }
    return options.firstIndex { equals(wanted, $0) }
}

private func equals<Wanted: Equatable>(_ wanted: Wanted, _ other: Any) -> Bool { other as? Wanted == wanted }
