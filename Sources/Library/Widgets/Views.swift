import Comms
import Foundation

/// How far something is (ipywidgets' IntProgress and FloatProgress); for a loop in a cell `ProgressBar` is simpler.
public final class ProgressMeter<Value: WidgetNumber>: Widget {
    public let model: WidgetModel
    public let range: ClosedRange<Value>

    /// A meter that begins at `value`, or at the lower bound; stops if a bound is infinite.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - range: from nothing to all.
    ///   - value: how far it is at first; nil for the lower bound.
    public init(_ label: String = "", _ range: ClosedRange<Value>, value: Value? = nil) {
        range.requireFinite("a meter")
        self.range = range
        model = WidgetModel(
            "\(Value.widgetName)Progress", style: "ProgressStyle", label: label,
            [
                "min": range.lowerBound.json, "max": range.upperBound.json, "bar_style": "",
                "value": range.clamp(value ?? range.lowerBound).json, "orientation": "horizontal",
            ])
    }

    public var value: Value {
        get { range.clamp(Value(model["value"]) ?? range.lowerBound) }
        set { model["value"] = range.clamp(newValue).json }
    }

    public var description: String {
        let label = model["description"].string ?? ""
        return "\(label.isEmpty ? "" : label + ": ")\(value) of \(range.upperBound)"
    }
}

/// A line of plain text (ipywidgets' Label).
public final class Label: Widget {
    public let model: WidgetModel

    /// A label.
    ///
    /// - Parameter text: what it says.
    public init(_ text: String) {
        model = WidgetModel(
            "Label", style: "LabelStyle", ["value": .string(text), "placeholder": "\u{200B}"])
    }

    public var text: String {
        get { model["value"].string ?? "" }
        set { model["value"] = .string(newValue) }
    }
    public var description: String { text }
}

/// A piece of HTML (ipywidgets' HTML).
public final class HTML: Widget {
    public let model: WidgetModel

    /// A piece of HTML.
    ///
    /// - Parameter source: the HTML, which is shown as it is.
    public init(_ source: String) {
        model = WidgetModel(
            "HTML", style: "HTMLStyle", ["value": .string(source), "placeholder": "\u{200B}"])
    }

    public var source: String {
        get { model["value"].string ?? "" }
        set { model["value"] = .string(newValue) }
    }
    public var description: String { source }
}

/// A picture that can be replaced in place (ipywidgets' Image).
public final class ImageView: Widget {
    public let model: WidgetModel

    /// A picture from the bytes of a PNG file.
    ///
    /// - Parameter png: the bytes of the file.
    public init(png: Data) {
        model = WidgetModel("Image", ["format": "png", "width": "", "height": ""], binary: ["value": png])
    }

    /// The bytes of the PNG file.
    public var png: Data {
        get { model.binary("value") }
        set { model.set(binary: newValue, for: "value") }
    }
    public var description: String { "a picture of \(png.count) bytes" }
}

/// Widgets side by side (ipywidgets' HBox).
public final class HBox: Widget {
    public let model: WidgetModel
    public let children: [any Widget]

    /// Widgets side by side.
    ///
    /// - Parameter children: the widgets, from the left.
    public convenience init(_ children: any Widget...) { self.init(children) }
    /// Widgets side by side.
    ///
    /// - Parameter children: the widgets, from the left.
    public init(_ children: [any Widget]) {
        self.children = children
        model = WidgetModel("HBox", ["children": .array(children.map(\.model.reference)), "box_style": ""])
    }
    public var description: String { children.map(\.description).joined(separator: "   ") }
}

/// Widgets below each other (ipywidgets' VBox).
public final class VBox: Widget {
    public let model: WidgetModel
    public let children: [any Widget]

    /// Widgets below each other.
    ///
    /// - Parameter children: the widgets, from the top.
    public convenience init(_ children: any Widget...) { self.init(children) }
    /// Widgets below each other.
    ///
    /// - Parameter children: the widgets, from the top.
    public init(_ children: [any Widget]) {
        self.children = children
        model = WidgetModel("VBox", ["children": .array(children.map(\.model.reference)), "box_style": ""])
    }
    public var description: String {
        children.map(\.description).filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
