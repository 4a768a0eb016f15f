import Comms
import Foundation

/// Yes or no (ipywidgets' Checkbox).
public final class Checkbox: InputWidget {
    public let model: WidgetModel

    /// A box to check.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - value: whether it is checked at first.
    public init(_ label: String = "", value: Bool = false) {
        model = WidgetModel(
            "Checkbox", style: "CheckboxStyle", label: label,
            ["value": .bool(value), "indent": true, "disabled": false])
    }

    public var value: Bool {
        get { model["value"].bool ?? false }
        set { model["value"] = .bool(newValue) }
    }
}

/// A line of text; its value changes when the user presses Enter or leaves it (ipywidgets' Text).
public final class TextField: InputWidget {
    public let model: WidgetModel

    /// A field for a line of text.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - value: the text at first.
    ///   - placeholder: the text in the empty field.
    public init(_ label: String = "", value: String = "", placeholder: String = "") {
        model = WidgetModel(
            "Text", style: "TextStyle", label: label,
            [
                "value": .string(value), "placeholder": .string(placeholder), "continuous_update": false,
                "disabled": false,
            ])
    }

    public var value: String {
        get { model["value"].string ?? "" }
        set { model["value"] = .string(newValue) }
    }
}

/// Something to press (ipywidgets' Button).
///
/// ```swift
/// Button("Fit").onClick { display(try ridge.fit(features, to: responses)) }
/// ```
public final class Button: Widget {
    public let model: WidgetModel

    /// How it looks: the meaning, which the front end gives a color.
    public enum Style: String, Sendable {
        case plain = ""
        case primary, success, info, warning, danger
    }

    /// A button.
    ///
    /// - Parameters:
    ///   - label: the text on it.
    ///   - style: what it means, which gives it a color.
    public init(_ label: String, style: Style = .plain) {
        model = WidgetModel(
            "Button", style: "ButtonStyle",
            [
                "description": .string(label), "button_style": .string(style.rawValue), "icon": "",
                "disabled": false,
            ])
    }

    public var label: String {
        get { model["description"].string ?? "" }
        set { model["description"] = .string(newValue) }
    }
    public var description: String { "[\(label)]" }

    /// Calls a handler each time it is pressed; see `Comm` for when handlers run.
    @discardableResult
    public func onClick(_ handler: @escaping () throws -> Void) -> Self {
        model.onCustom { if $0["event"]?.string == "click" { try handler() } }
        return self
    }
}
